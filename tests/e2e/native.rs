//! What native SQLite says of a file, asked without any code of the program under test.

use std::collections::BTreeMap;
use std::ffi::{c_char, c_int};
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicI64, Ordering};

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OpenFlags, ffi};
use serde_json::Value as Json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The migration as it stands in the repository.
const MIGRATION: &str = include_str!("../../migrations/20260119000001_add_performance_indexes.sql");

/// The operating system's files with a clock of our own.
const VFS: &str = "fixed-now";

/// What `'now'` means in every connection of this module, in milliseconds since 1970.
static NOW_MS: AtomicI64 = AtomicI64::new(0);

/// From -4713-11-24 12:00 to 1970-01-01 00:00, in milliseconds: SQLite counts from the former.
const JULIAN_EPOCH_MS: i64 = 210_866_760_000_000;

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite passes a place for one integer.
    unsafe { *out = JULIAN_EPOCH_MS + NOW_MS.load(Ordering::Relaxed) };
    ffi::SQLITE_OK
}

/// Sets what `'now'` means.
pub fn set_now(ms: i64) {
    static REGISTER: Once = Once::new();
    NOW_MS.store(ms, Ordering::Relaxed);
    REGISTER.call_once(|| {
        // SAFETY: SQLite's default VFS lives as long as the program. The copy keeps its functions, which take their
        // state from the file or from `pAppData`, and is never freed.
        unsafe {
            let mut vfs = Box::new(*ffi::sqlite3_vfs_find(std::ptr::null()));
            vfs.zName = c"fixed-now".as_ptr().cast::<c_char>();
            vfs.pNext = std::ptr::null_mut();
            vfs.xCurrentTimeInt64 = Some(current_time);
            assert_eq!(ffi::sqlite3_vfs_register(Box::leak(vfs), 0), ffi::SQLITE_OK, "the clock cannot be replaced");
        }
    });
}

/// Opens as the application does: foreign keys are on.
pub fn open(path: &Path) -> Connection {
    let db = Connection::open_with_flags_and_vfs(path, OpenFlags::SQLITE_OPEN_READ_WRITE, VFS)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    db.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON;")
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    db
}

/// What becomes of one statement of the migration, in the report's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexOutcome {
    pub index: String,
    pub table: String,
    pub outcome: String,
    pub error: Option<String>,
}

/// Tries each statement on `db` and leaves in it what SQLite accepts.
pub fn migrate(db: &Connection) -> Vec<IndexOutcome> {
    statements(MIGRATION).iter().map(|sql| try_index(db, sql)).collect()
}

fn statements(script: &str) -> Vec<String> {
    let code: String =
        script.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n");
    code.split(';').map(str::trim).filter(|sql| !sql.is_empty()).map(Into::into).collect()
}

fn try_index(db: &Connection, sql: &str) -> IndexOutcome {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let [_, _, index, _, table, ..] = words.as_slice() else { panic!("not CREATE INDEX i ON t: {sql}") };
    let table = table.split('(').next().unwrap_or_default();
    let deployed: Option<String> = db
        .query_row("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?1", [index], |row| row.get(0))
        .ok();
    let (outcome, error) = match deployed {
        Some(deployed) if squeezed(&deployed) == squeezed(sql) => ("already_present", None),
        Some(_) => ("differs", None),
        None => match db.execute_batch(sql) {
            Ok(()) => ("created", None),
            Err(error) => {
                let words = sqlite_words(&error);
                let lacks = words.starts_with("no such table") || words.starts_with("no such column");
                (if lacks { "not_applicable" } else { "refused" }, Some(words))
            }
        },
    };
    IndexOutcome { index: (*index).into(), table: table.into(), outcome: outcome.into(), error }
}

fn squeezed(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(").replace(" (", "(").to_lowercase()
}

fn sqlite_words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(words)) => words.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

/// A row of EXPLAIN QUERY PLAN.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct PlanRow {
    pub id: i64,
    pub parent: i64,
    pub detail: String,
}

/// SQLite numbers the rows of a plan by the addresses of its program, which change with its version; counted from 1
/// instead they can be compared.
pub fn renumbered(plan: Vec<PlanRow>) -> Vec<PlanRow> {
    let ids: Vec<i64> = plan.iter().map(|row| row.id).collect();
    let number = |id: i64| ids.iter().position(|other| *other == id).map_or(0, |at| at as i64 + 1);
    plan.into_iter().map(|row| PlanRow { id: number(row.id), parent: number(row.parent), ..row }).collect()
}

/// The plan, or SQLite's words.
pub fn plan(db: &Connection, sql: &str, parameters: &[Value]) -> Result<Vec<PlanRow>, String> {
    let read = || -> rusqlite::Result<Vec<PlanRow>> {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| {
            Ok(PlanRow { id: row.get(0)?, parent: row.get(1)?, detail: row.get(3)? })
        })?;
        rows.collect()
    };
    read().map_err(|error| sqlite_words(&error))
}

/// Rows that a query returns.
pub fn count(db: &Connection, sql: &str, parameters: &[Value]) -> rusqlite::Result<u64> {
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    let mut n_rows = 0;
    while rows.next()?.is_some() {
        n_rows += 1;
    }
    Ok(n_rows)
}

/// The values of a report's `parameters`.
pub fn values(parameters: &Json) -> Vec<Value> {
    let of = |parameter: &Json| {
        let value = &parameter["value"];
        match parameter["type"].as_str() {
            Some("null") => Value::Null,
            Some("integer") => Value::Integer(value.as_i64().expect("an integer")),
            Some("real") => Value::Real(value.as_f64().expect("a number")),
            Some("text") => Value::Text(value.as_str().expect("a text").into()),
            Some("blob") => Value::Blob(from_hex(value.as_str().expect("hex"))),
            other => panic!("no storage class of SQLite: {other:?}"),
        }
    };
    parameters.as_array().expect("parameters are a list").iter().map(of).collect()
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("hex is ASCII"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("hex")).collect()
}

/// What a DELETE does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// SQLite's words when it failed.
    pub error: Option<String>,
    /// Rows that are missing afterwards, by table; tables that lose none are left out.
    pub by_table: BTreeMap<String, u64>,
    /// Rows that name a parent which is not there any more, by table.
    pub orphans: BTreeMap<String, u64>,
}

/// Runs a DELETE and takes it back.
pub fn delete(db: &Connection, sql: &str, foreign_keys: bool) -> rusqlite::Result<Deleted> {
    db.execute_batch(if foreign_keys { "PRAGMA foreign_keys = ON" } else { "PRAGMA foreign_keys = OFF" })?;
    let before = (rows_by_table(db)?, orphans_by_table(db)?);
    db.execute_batch("BEGIN")?;
    let answer = db.execute_batch(sql);
    let after = (rows_by_table(db)?, orphans_by_table(db)?);
    db.execute_batch("ROLLBACK; PRAGMA foreign_keys = ON")?;
    Ok(Deleted {
        error: answer.err().map(|error| sqlite_words(&error)),
        by_table: difference(&before.0, &after.0),
        orphans: difference(&after.1, &before.1),
    })
}

fn difference(more: &BTreeMap<String, u64>, less: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let left = more.iter().map(|(table, n)| (table.clone(), n - less.get(table).copied().unwrap_or_default()));
    left.filter(|(_, n)| *n > 0).collect()
}

pub fn rows_by_table(db: &Connection) -> rusqlite::Result<BTreeMap<String, u64>> {
    let mut statement =
        db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")?;
    let names: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    names
        .into_iter()
        .map(|name| {
            let n = db.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get::<_, i64>(0))?;
            Ok((name, n.unsigned_abs()))
        })
        .collect()
}

/// Asked key by key with NOT EXISTS, so not by the check that SQLite has for it.
fn orphans_by_table(db: &Connection) -> rusqlite::Result<BTreeMap<String, u64>> {
    let mut statement = db.prepare(
        "SELECT t.name, k.\"table\", k.\"from\", k.\"to\" FROM pragma_table_list t, pragma_foreign_key_list(t.name) k
         WHERE t.schema = 'main'",
    )?;
    let keys = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
    })?;
    let mut orphans = BTreeMap::new();
    for key in keys {
        let (child, parent, from, to) = key?;
        let sql = format!(
            "SELECT count(*) FROM \"{child}\" AS c
             WHERE c.\"{from}\" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM \"{parent}\" AS p WHERE p.\"{to}\" = c.\"{from}\")"
        );
        let n: i64 = db.query_row(&sql, [], |row| row.get(0))?;
        *orphans.entry(child).or_insert(0) += n.unsigned_abs();
    }
    Ok(orphans)
}

/// Rows of `table` that meet `condition`, with the instant in `column`: how many have none, and how many are older
/// than `cutoff_ms` although their text sorts after `cutoff_text`.
pub fn times(
    db: &Connection,
    table: &str,
    column: &str,
    condition: &str,
    cutoff_ms: i64,
    cutoff_text: &str,
) -> rusqlite::Result<Times> {
    let mut statement = db.prepare(&format!("SELECT {column} FROM {table} WHERE {condition}"))?;
    let mut rows = statement.query([])?;
    let mut times = Times::default();
    while let Some(row) = rows.next()? {
        match row.get_ref(0)? {
            ValueRef::Null => times.n_without_time += 1,
            ValueRef::Text(text) => {
                let text = std::str::from_utf8(text).expect("a time is ASCII");
                if instant_ms(text) < cutoff_ms && text >= cutoff_text {
                    times.n_missed += 1;
                }
            }
            other => panic!("{table}.{column} holds {other:?}"),
        }
    }
    Ok(times)
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    pub n_missed: u64,
    pub n_without_time: u64,
}

/// Reads both forms of a time.
fn instant_ms(text: &str) -> i64 {
    let instant = match text.contains('T') {
        true => OffsetDateTime::parse(text, &Rfc3339).unwrap_or_else(|error| panic!("{text}: {error}")),
        false => {
            let text = format!("{}Z", text.replace(' ', "T"));
            OffsetDateTime::parse(&text, &Rfc3339).unwrap_or_else(|error| panic!("{text}: {error}"))
        }
    };
    (instant.unix_timestamp_nanos() / 1_000_000) as i64
}
