//! What plain native SQLite says of a file: the measure of everything that the engine answers.

use std::collections::BTreeMap;
use std::path::Path;

use cortex_inspector::domain::instant::Instant;
use cortex_inspector::domain::plan::PlanRow;
use cortex_inspector::domain::query::Parameter;
use cortex_inspector::domain::value::Value;
use rusqlite::{Connection, StatementStatus};

use crate::fixtures::native;

/// A connection of its own, so that statistics are loaded as from a fresh start.
pub fn with_keys(path: &Path, foreign_keys: bool) -> Connection {
    let db = native(path);
    db.pragma_update(None, "foreign_keys", foreign_keys).unwrap();
    db
}

/// `'now'` as the instant that was chosen.
pub fn at(now: Instant, sql: &str) -> String {
    sql.replace("'now'", &format!("'{}'", now.sqlite_text()))
}

pub fn values(parameters: &[Parameter]) -> Vec<Value> {
    parameters.iter().map(|parameter| parameter.value.clone()).collect()
}

pub fn bound(value: &Value) -> rusqlite::types::Value {
    use rusqlite::types::Value as Native;
    match value.clone() {
        Value::Null => Native::Null,
        Value::Integer(n) => Native::Integer(n),
        Value::Real(x) => Native::Real(x),
        Value::Text(text) => Native::Text(text),
        Value::Blob(bytes) => Native::Blob(bytes),
    }
}

pub fn plan(db: &Connection, sql: &str, parameters: &[Value]) -> rusqlite::Result<Vec<PlanRow>> {
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let n_parameters = statement.parameter_count();
    let values: Vec<_> = (0..n_parameters).map(|at| bound(parameters.get(at).unwrap_or(&Value::Null))).collect();
    let rows = statement.query_map(rusqlite::params_from_iter(values), |row| {
        Ok(PlanRow { id: row.get(0)?, parent: row.get(1)?, detail: row.get(3)? })
    })?;
    rows.collect()
}

/// The counters of a statement that ran to its end.
pub fn status(db: &Connection, sql: &str, parameters: &[Value]) -> impl Fn(StatementStatus) -> i32 {
    let mut statement = db.prepare(sql).unwrap();
    let mut rows = statement.query(rusqlite::params_from_iter(parameters.iter().map(bound))).unwrap();
    while rows.next().unwrap().is_some() {}
    drop(rows);
    let counters =
        [StatementStatus::VmStep, StatementStatus::FullscanStep, StatementStatus::Sort, StatementStatus::AutoIndex];
    let values = counters.map(|counter| statement.get_status(counter));
    move |counter| values[counters.iter().position(|known| *known as i32 == counter as i32).unwrap()]
}

/// Rows that a statement returns.
pub fn n_rows(db: &Connection, sql: &str, parameters: &[Value]) -> u64 {
    let mut statement = db.prepare(sql).unwrap();
    let mut rows = statement.query(rusqlite::params_from_iter(parameters.iter().map(bound))).unwrap();
    let mut n = 0;
    while rows.next().unwrap().is_some() {
        n += 1;
    }
    n
}

/// Every table's number of rows.
pub fn counts(db: &Connection) -> BTreeMap<String, u64> {
    let mut statement = db
        .prepare(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
        )
        .unwrap();
    let names = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    names
        .map(|name| {
            let name = name.unwrap();
            let n = db
                .query_row(&format!("SELECT count(*) FROM \"{}\"", name.replace('"', "\"\"")), [], |row| {
                    row.get::<_, i64>(0)
                })
                .unwrap();
            (name, n as u64)
        })
        .collect()
}

/// Tables that lost rows, and how many.
pub fn lost(before: &BTreeMap<String, u64>, after: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let left = |table: &String| after.get(table).copied().unwrap_or_default();
    before.iter().map(|(table, n)| (table.clone(), n - left(table))).filter(|(_, n)| *n > 0).collect()
}

/// Rows that `PRAGMA foreign_key_check` names, by table and missing parent, each once; those WITHOUT ROWID as they come.
pub fn orphans(db: &Connection) -> BTreeMap<(String, String), u64> {
    let sql = "SELECT \"table\", lower(parent), count(DISTINCT rowid) + sum(rowid IS NULL)
               FROM pragma_foreign_key_check GROUP BY 1, 2";
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)? as u64))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}
