//! Finds the rows that a clean-up treats otherwise than a person expects, and runs the statement that would not.

use std::collections::BTreeMap;

use super::blocking::parent_columns;
use super::{Checked, Deletion, N_SAMPLES, delete, of_table, sample_of};
use crate::domain::catalogue::{Catalogue, DocumentedCleanup, DocumentedStatus};
use crate::domain::cleanup::stragglers::{Corrected, Straggler, StragglerKind};
use crate::domain::database::{Database, ForeignKey, Table};
use crate::domain::words::identifier;
use crate::engine::connection::{Db, ForeignKeys, quoted};
use crate::engine::doomed_rows::Doomed;
use crate::engine::error::Result;
use crate::engine::rows::{key_of, write_doomed};

/// Columns that say when a row without the documented time was last touched, the best first.
const OTHER_TIMES: [&str; 3] = ["updated_at", "created_at", "started_at"];

pub fn find(
    cleanup: &DocumentedCleanup,
    catalogue: &Catalogue,
    database: &Database,
    original: &Db,
) -> Result<Vec<Straggler>> {
    let Some(table) = database.table(&cleanup.table) else { return Ok(Vec::new()) };
    let asked = Asked { cleanup, catalogue, database, original };
    let mut found = Vec::new();
    for (kind, condition, corrected) in asked.own(table)? {
        found.extend(asked.straggler(kind, &table.name, original, &condition, corrected)?);
    }
    let doomed = match Doomed::find(cleanup, database, original.fork().fork()) {
        Ok(doomed) => doomed.keys,
        Err(error) if error.is_cancelled() => return Err(error),
        // A statement that fails removes no child.
        Err(_) => BTreeMap::new(),
    };
    for (name, keys) in &doomed {
        let Some(child) = database.table(name).filter(|_| !name.eq_ignore_ascii_case(&cleanup.table)) else { continue };
        let db = Db::open(original.fork().fork(), ForeignKeys::Off)?;
        let key = key_of(child);
        write_doomed(&db, key.len(), Some(keys))?;
        let goes = format!("({}) IN (SELECT * FROM temp.doomed)", key.join(", "));
        for (kind, condition) in asked.children(child) {
            let corrected = asked.without_parents_of(child, &condition);
            found.extend(asked.straggler(kind, name, &db, &format!("{goes} AND {condition}"), corrected)?);
        }
    }
    Ok(found)
}

struct Asked<'a> {
    cleanup: &'a DocumentedCleanup,
    catalogue: &'a Catalogue,
    database: &'a Database,
    original: &'a Db,
}

impl Asked<'_> {
    fn modifier(&self) -> String {
        format!("'-{} days'", self.cleanup.retention_days)
    }

    /// `condition`, and the documented one on finished rows.
    fn finished_and(&self, condition: &str) -> String {
        match &self.cleanup.finished {
            Some(finished) => format!("{finished}\n  AND {condition}"),
            None => condition.into(),
        }
    }

    fn delete(&self, condition: &str) -> String {
        format!("DELETE FROM {}\nWHERE {condition};", identifier(&self.cleanup.table))
    }

    /// Rows of its own table that stay, with the statement that takes them.
    fn own(&self, table: &Table) -> Result<Vec<(StragglerKind, String, Option<String>)>> {
        let (time, modifier) = (identifier(&self.cleanup.time_column), self.modifier());
        let old = |time: &str| format!("julianday({time}) < julianday('now', {modifier})");
        let has = |name: &&str| {
            table.columns.iter().any(|column| column.name == *name && **name != *self.cleanup.time_column)
        };
        let others: Vec<&str> = OTHER_TIMES.into_iter().filter(has).collect();
        let without = (!others.is_empty()).then(|| {
            let time = format!("coalesce({time}, {})", others.join(", "));
            self.delete(&self.finished_and(&old(&time)))
        });
        let mut own = vec![
            (
                StragglerKind::MissedByText,
                self.finished_and(&format!("{} AND NOT ({time} < datetime('now', {modifier}))", old(&time))),
                Some(self.delete(&self.finished_and(&old(&time)))),
            ),
            (StragglerKind::WithoutTime, self.finished_and(&format!("{time} IS NULL")), without),
            (StragglerKind::Future, self.finished_and(&format!("julianday({time}) > julianday('now')")), None),
            (
                StragglerKind::Unreadable,
                self.finished_and(&format!("{time} IS NOT NULL AND julianday({time}) IS NULL")),
                None,
            ),
        ];
        if let Some(status) = self.status(&table.name) {
            let column = identifier(&status.column);
            let named = list(status.active.iter().chain(&status.finished));
            let spelled = format!("lower(trim({column})) IN ({})", list(status.finished.iter()));
            let corrected = self.delete(&format!("{spelled}\n  AND {time} < datetime('now', {modifier})"));
            let unnamed = format!("{column} NOT IN ({named})");
            // Nothing to correct unless it is a matter of spelling.
            let is_spelling = self.count(&table.name, &format!("{unnamed} AND {spelled}"))? > 0;
            own.push((StragglerKind::UnnamedStatus, unnamed, is_spelling.then_some(corrected)));
        }
        Ok(own)
    }

    fn count(&self, table: &str, condition: &str) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM {} WHERE {condition}", quoted(table));
        Ok(self.original.query_row(&sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
    }

    fn status(&self, table: &str) -> Option<&DocumentedStatus> {
        self.catalogue.table(table)?.status.as_ref()
    }

    /// Rows of a table that goes along which a person would rather keep.
    fn children(&self, child: &Table) -> Vec<(StragglerKind, String)> {
        let mut children = Vec::new();
        // Below other tables the same name may mean another column.
        let of_child = |column: &str| format!("{}.{}", identifier(&child.name), identifier(column));
        let documented = self.catalogue.cleanups.iter().find(|other| other.table.eq_ignore_ascii_case(&child.name));
        let time = documented.map_or("created_at", |other| other.time_column.as_str());
        if child.columns.iter().any(|column| column.name == time) {
            let condition = format!("julianday({}) >= julianday('now', {})", of_child(time), self.modifier());
            children.push((StragglerKind::YoungChild, condition));
        }
        if let Some(status) = self.status(&child.name) {
            let condition = format!("{} IN ({})", of_child(&status.column), list(status.active.iter()));
            children.push((StragglerKind::ActiveChild, condition));
        }
        children
    }

    /// The documented statement for those rows alone below which no row of `child` meets `condition`.
    fn without_parents_of(&self, child: &Table, condition: &str) -> Option<String> {
        let path = self.path(&child.name)?;
        let mut joins = String::new();
        let mut below = String::new();
        for (table, key) in &path {
            let table_sql = identifier(&table.name);
            if joins.is_empty() {
                joins = table_sql;
            } else {
                joins = format!("{joins} JOIN {table_sql} ON {below}");
            }
            below = self.same(&table.name, key);
        }
        let documented = self.cleanup.sql.split_once("WHERE")?.1.trim().trim_end_matches(';');
        Some(
            self.delete(&format!(
                "{documented}\n  AND NOT EXISTS (SELECT 1 FROM {joins} WHERE {below} AND {condition})"
            )),
        )
    }

    fn same(&self, child: &str, key: &ForeignKey) -> String {
        let parents = parent_columns(self.database, key);
        let pair = |(column, parent): (&String, &String)| {
            format!("{}.{} = {}.{}", identifier(child), identifier(column), identifier(&key.parent), identifier(parent))
        };
        key.columns.iter().zip(&parents).map(pair).collect::<Vec<_>>().join(" AND ")
    }

    /// The cascade from `child` up to the clean-up's table, each table once.
    fn path(&self, child: &str) -> Option<Vec<(&Table, &ForeignKey)>> {
        let mut paths: Vec<Vec<(&Table, &ForeignKey)>> = vec![Vec::new()];
        for _ in 0..self.database.tables.len() {
            let mut longer = Vec::new();
            for path in &paths {
                let at = path.last().map_or(child, |(_, key)| key.parent.as_str());
                let Some(table) = self.database.table(at) else { continue };
                for key in table.foreign_keys.iter().filter(|key| key.on_delete == "CASCADE") {
                    let path = path.iter().copied().chain([(table, key)]).collect::<Vec<_>>();
                    if key.parent.eq_ignore_ascii_case(&self.cleanup.table) {
                        return Some(path);
                    }
                    let is_known = |(known, _): &(&Table, &ForeignKey)| known.name.eq_ignore_ascii_case(&key.parent);
                    if !path.iter().any(is_known) {
                        longer.push(path);
                    }
                }
            }
            paths = longer;
        }
        None
    }

    /// `None` when there is no such row.
    fn straggler(
        &self,
        kind: StragglerKind,
        table: &str,
        db: &Db,
        condition: &str,
        corrected: Option<String>,
    ) -> Result<Option<Straggler>> {
        let from = format!("FROM main.{} WHERE {condition}", quoted(table));
        let n_rows = db.query_row(&format!("SELECT count(*) {from}"), [], |row| row.get::<_, i64>(0))?.unsigned_abs();
        if n_rows == 0 {
            return Ok(None);
        }
        let sample = sample_of(db, &format!("SELECT * {from} LIMIT {N_SAMPLES}"), table, n_rows)?;
        let corrected = corrected.map(|sql| self.run(sql)).transpose()?;
        Ok(Some(Straggler { kind, table: table.into(), n_rows, sample, corrected }))
    }

    fn run(&self, sql: String) -> Result<Corrected> {
        let cleanup = DocumentedCleanup { sql, ..self.cleanup.clone() };
        let Deletion { db, tally, answer, .. } =
            delete(&cleanup, self.original.fork(), ForeignKeys::On, Checked::AsDeclared, &[])?;
        match answer.and_then(|_| Ok(db.execute_batch("COMMIT")?)) {
            Ok(()) => Ok(Corrected {
                sql: cleanup.sql,
                error: None,
                n_deleted: of_table(&tally.deleted, &cleanup.table),
                by_table: tally.deleted,
            }),
            Err(error) if error.is_cancelled() => Err(error),
            Err(error) => Ok(Corrected { sql: cleanup.sql, error: Some(error.words()), ..Corrected::default() }),
        }
    }
}

/// `'a', 'b'`.
fn list<'a>(values: impl Iterator<Item = &'a String>) -> String {
    values.map(|value| format!("'{}'", value.replace('\'', "''"))).collect::<Vec<_>>().join(", ")
}
