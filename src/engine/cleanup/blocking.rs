//! Rows of other tables that keep a DELETE from finishing, and what lets it finish.

use super::stragglers::try_statement;
use super::way_down::WayDown;
use super::{N_SAMPLES, children_of, of_table, sample_of};
use crate::domain::catalogue::DocumentedCleanup;
use crate::domain::cleanup::stragglers::Corrected;
use crate::domain::cleanup::{BlockingRows, Release};
use crate::domain::database::{Database, ForeignKey};
use crate::domain::words::identifier;
use crate::engine::connection::{Db, quoted};
use crate::engine::error::{EngineError, Result};
use crate::engine::tally::Tally;

/// Which child rows name nothing, now that the statement has run.
pub fn blocking_rows(db: &Db, database: &Database, original: &Db, tally: &Tally) -> Result<Vec<BlockingRows>> {
    let mut rows = Vec::new();
    for (child, key) in children_of(database, tally.deleted.keys()) {
        if !matches!(key.on_delete.as_str(), "NO ACTION" | "RESTRICT") {
            continue;
        }
        let n_rows = dangling_of(db, child, key)?.saturating_sub(dangling_of(original, child, key)?);
        if n_rows > 0 {
            rows.push(describe_blocking(db, database, child, key, n_rows)?);
        }
    }
    Ok(rows)
}

fn describe_blocking(db: &Db, database: &Database, child: &str, key: &ForeignKey, n_rows: u64) -> Result<BlockingRows> {
    let columns: Vec<String> = key.columns.iter().map(|column| quoted(column)).collect();
    let dangling = dangling(database, child, key);
    let n_parents = db
        .query_row(&format!("SELECT count(*) FROM (SELECT DISTINCT {} {dangling})", columns.join(", ")), [], |row| {
            row.get::<_, i64>(0)
        })?
        .unsigned_abs();
    let sql = format!("SELECT * {dangling} LIMIT {N_SAMPLES}");
    Ok(BlockingRows {
        table: child.into(),
        columns: key.columns.clone(),
        parent: key.parent.clone(),
        on_delete: key.on_delete.clone(),
        n_rows,
        n_parents,
        sample: sample_of(db, &sql, child, n_rows)?,
    })
}

/// Sets the references that block to NULL and tries whether the transaction, still open, can then be committed.
pub fn release(
    db: &Db,
    cleanup: &DocumentedCleanup,
    database: &Database,
    blocking: &[BlockingRows],
    tally: &Tally,
) -> Result<Option<Release>> {
    let mut updates = Vec::new();
    for rows in blocking {
        let Some(child) = database.table(&rows.table) else { return Ok(None) };
        let key = child.foreign_keys.iter().find(|key| key.columns == rows.columns && key.parent == rows.parent);
        let nullable = |name: &String| child.columns.iter().any(|column| column.name == *name && !column.not_null);
        let Some(key) = key.filter(|key| key.columns.iter().all(nullable)) else { return Ok(None) };
        let name = identifier(&child.name);
        let columns: Vec<String> = key.columns.iter().map(|column| identifier(column)).collect();
        let set: Vec<String> = columns.iter().map(|column| format!("{column} = NULL")).collect();
        let filled: Vec<String> = columns.iter().map(|column| format!("{column} IS NOT NULL")).collect();
        let same: Vec<String> = columns
            .iter()
            .zip(parent_columns(database, key))
            .map(|(column, parent)| format!("p.{} = {name}.{column}", identifier(&parent)))
            .collect();
        updates.push(format!(
            "UPDATE {name} SET {}\nWHERE {}\n  AND NOT EXISTS (SELECT 1 FROM {} AS p WHERE {});",
            set.join(", "),
            filled.join(" AND "),
            identifier(&key.parent),
            same.join(" AND ")
        ));
    }
    let (more, answer) = Tally::of(db, || -> Result<u64> {
        let mut n_released = 0;
        for update in &updates {
            n_released += db.execute(update, [])? as u64;
        }
        db.execute_batch("COMMIT")?;
        Ok(n_released)
    });
    let n_released = match answer {
        Ok(n_released) => n_released,
        Err(error) if error.is_cancelled() => return Err(error),
        Err(_) => return Ok(None),
    };
    let mut by_table = tally.deleted.clone();
    more.deleted.into_iter().for_each(|(table, n)| *by_table.entry(table).or_default() += n);
    Ok(Some(Release {
        sql: format!(
            "PRAGMA foreign_keys = ON;\nBEGIN;\nPRAGMA defer_foreign_keys = ON;\n{}\n{}\nCOMMIT;",
            cleanup.sql.trim(),
            updates.join("\n")
        ),
        updates,
        n_released,
        n_deleted: of_table(&by_table, &cleanup.table),
        by_table,
    }))
}

/// The statement for those rows alone that nothing holds. `None` where it is not to be had, or does not finish either.
pub fn narrowed(
    cleanup: &DocumentedCleanup,
    database: &Database,
    original: &Db,
    blocking: &[BlockingRows],
) -> Result<Option<Corrected>> {
    let way = WayDown { table: &cleanup.table, database };
    let without = |rows: &BlockingRows| {
        let child = database.table(&rows.table)?;
        let key = child.foreign_keys.iter().find(|key| key.columns == rows.columns && key.parent == rows.parent)?;
        way.without_held(child, key)
    };
    let Some(without) = blocking.iter().map(without).collect::<Option<Vec<_>>>() else { return Ok(None) };
    if without.is_empty() {
        return Ok(None);
    }
    let (table, condition) = (identifier(&cleanup.table), cleanup.condition());
    let sql = format!("DELETE FROM {table}\nWHERE {condition}\n  AND {};", without.join("\n  AND "));
    Ok(Some(try_statement(sql, cleanup, original)?).filter(|narrowed| narrowed.error.is_none()))
}

/// The columns that a foreign key refers to; the parent's primary key when it names none.
pub fn parent_columns(database: &Database, key: &ForeignKey) -> Vec<String> {
    match database.table(&key.parent) {
        Some(parent) if key.parent_columns.is_empty() => {
            let mut columns: Vec<_> = parent.columns.iter().filter(|column| column.primary_key > 0).collect();
            columns.sort_by_key(|column| column.primary_key);
            columns.into_iter().map(|column| column.name.clone()).collect()
        }
        _ => key.parent_columns.clone(),
    }
}

/// `FROM child WHERE …`: rows whose parent is not there.
fn dangling(database: &Database, child: &str, key: &ForeignKey) -> String {
    let parent_columns = parent_columns(database, key);
    let filled: Vec<String> = key.columns.iter().map(|column| format!("c.{} IS NOT NULL", quoted(column))).collect();
    let same: Vec<String> = key
        .columns
        .iter()
        .zip(&parent_columns)
        .map(|(column, parent)| format!("p.{} = c.{}", quoted(parent), quoted(column)))
        .collect();
    format!(
        "FROM {} AS c WHERE {} AND NOT EXISTS (SELECT 1 FROM {} AS p WHERE {})",
        quoted(child),
        filled.join(" AND "),
        quoted(&key.parent),
        if same.is_empty() { "0".into() } else { same.join(" AND ") }
    )
}

/// Rows of `child` that name nothing under one of its constraints.
fn dangling_of(db: &Db, child: &str, key: &ForeignKey) -> Result<u64> {
    let sql = "SELECT count(*) FROM pragma_foreign_key_check(?1) WHERE \"fkid\" = ?2";
    match db.query_row(sql, rusqlite::params![child, key.id], |row| row.get::<_, i64>(0)).map_err(EngineError::from) {
        Ok(n) => Ok(n.unsigned_abs()),
        Err(error) if error.is_cancelled() => Err(error),
        // As in `orphans`.
        Err(_) => Ok(0),
    }
}
