//! Finds the rows that a clean-up treats otherwise than a person expects, and runs the statement that would not.

use std::collections::BTreeMap;

use super::way_down::WayDown;
use super::{Checked, Deletion, N_SAMPLES, count_each, delete, of_table, sample_of};
use crate::domain::catalogue::{Catalogue, DocumentedCleanup, DocumentedStatus};
use crate::domain::cleanup::stragglers::{Corrected, Straggler, StragglerKind};
use crate::domain::database::{Database, Table};
use crate::domain::words::identifier;
use crate::engine::connection::{Db, ForeignKeys, quoted};
use crate::engine::error::Result;
use crate::engine::progress;
use crate::engine::rows::{key_of, write_doomed};
use crate::engine::tally::DoomedKeys;

/// Columns that say when a row without the documented time was last touched, the best first.
const OTHER_TIMES: [&str; 3] = ["updated_at", "created_at", "started_at"];

/// `doomed` are the keys of the rows that the statement removes, by table.
pub fn find(
    cleanup: &DocumentedCleanup,
    catalogue: &Catalogue,
    database: &Database,
    original: &Db,
    doomed: Option<&BTreeMap<String, DoomedKeys>>,
) -> Result<Vec<Straggler>> {
    let Some(table) = database.table(&cleanup.table) else { return Ok(Vec::new()) };
    let asked = Asked { cleanup, catalogue, database, original };
    let (own, is_spelling) = (asked.own(table), asked.spelling(table));
    let mut conditions: Vec<&str> = own.iter().map(|(_, condition, _)| condition.as_str()).collect();
    conditions.extend(is_spelling.as_deref());
    let counts = count_each(original, &table.name, "1", &conditions)?;
    let n_spelled = counts.get(own.len()).copied().unwrap_or_default();
    let mut found = Vec::new();
    let n_own = own.len();
    let n_stages = n_own + doomed.map_or(0, BTreeMap::len);
    for (at, ((kind, condition, corrected), n_rows)) in own.into_iter().zip(counts).enumerate() {
        // Nothing to correct unless it is a matter of spelling.
        let corrected = corrected.filter(|_| kind != StragglerKind::UnnamedStatus || n_spelled > 0);
        progress::stage(at as u64, n_stages as u64);
        found.extend(asked.straggler(kind, &table.name, original, &condition, n_rows, corrected)?);
    }
    for (at, (name, keys)) in doomed.into_iter().flatten().enumerate() {
        let Some(child) = database.table(name).filter(|_| !name.eq_ignore_ascii_case(&cleanup.table)) else { continue };
        progress::stage((n_own + at) as u64, n_stages as u64);
        let children = asked.children(child);
        if children.is_empty() {
            continue;
        }
        let db = Db::open(original.fork().fork(), ForeignKeys::Off)?;
        let key = key_of(child);
        write_doomed(&db, key.len(), Some(keys))?;
        let goes = format!("({}) IN (SELECT * FROM temp.doomed)", key.join(", "));
        let conditions: Vec<&str> = children.iter().map(|(_, condition)| condition.as_str()).collect();
        let counts = count_each(&db, name, &goes, &conditions)?;
        for ((kind, condition), n_rows) in children.iter().zip(counts) {
            let corrected = asked.without_parents_of(child, condition);
            let condition = format!("{goes} AND {condition}");
            found.extend(asked.straggler(*kind, name, &db, &condition, n_rows, corrected)?);
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
    fn own(&self, table: &Table) -> Vec<(StragglerKind, String, Option<String>)> {
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
        if let Some(unnamed) = self.unnamed(table) {
            let documented = format!("{time} < datetime('now', {modifier})");
            let corrected = self.spelled(table).map(|spelled| self.delete(&format!("{spelled}\n  AND {documented}")));
            own.push((StragglerKind::UnnamedStatus, unnamed, corrected));
        }
        own
    }

    /// Rows of a status that the guide does not name.
    fn unnamed(&self, table: &Table) -> Option<String> {
        let status = self.status(&table.name)?;
        let named = list(status.active.iter().chain(&status.finished));
        Some(format!("{} NOT IN ({named})", identifier(&status.column)))
    }

    /// Rows of a finished status, however it is spelled.
    fn spelled(&self, table: &Table) -> Option<String> {
        let status = self.status(&table.name)?;
        Some(format!("lower(trim({})) IN ({})", identifier(&status.column), list(status.finished.iter())))
    }

    /// Rows of a status that the guide names otherwise.
    fn spelling(&self, table: &Table) -> Option<String> {
        Some(format!("{} AND {}", self.unnamed(table)?, self.spelled(table)?))
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
        let way = WayDown { table: &self.cleanup.table, database: self.database };
        let without = way.without(child, condition)?;
        Some(self.delete(&format!("{}\n  AND {without}", self.cleanup.condition())))
    }

    /// `None` when there is no such row.
    fn straggler(
        &self,
        kind: StragglerKind,
        table: &str,
        db: &Db,
        condition: &str,
        n_rows: u64,
        corrected: Option<String>,
    ) -> Result<Option<Straggler>> {
        if n_rows == 0 {
            return Ok(None);
        }
        let sql = format!("SELECT * FROM main.{} WHERE {condition} LIMIT {N_SAMPLES}", quoted(table));
        let sample = sample_of(db, &sql, table, n_rows)?;
        let corrected = corrected.map(|sql| try_statement(sql, self.cleanup, self.original)).transpose()?;
        Ok(Some(Straggler { kind, table: table.into(), n_rows, sample, corrected }))
    }
}

/// Runs `sql` in the place of the documented statement, and drops what it did.
pub fn try_statement(sql: String, cleanup: &DocumentedCleanup, original: &Db) -> Result<Corrected> {
    let cleanup = DocumentedCleanup { sql, ..cleanup.clone() };
    let Deletion { db, tally, answer, .. } =
        delete(&cleanup, original.fork(), ForeignKeys::On, Checked::AsDeclared, &[])?;
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

/// `'a', 'b'`.
fn list<'a>(values: impl Iterator<Item = &'a String>) -> String {
    values.map(|value| format!("'{}'", value.replace('\'', "''"))).collect::<Vec<_>>().join(", ")
}
