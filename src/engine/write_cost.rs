//! What an index costs on writes: rows written to its table with the index and without it, in turn, and rolled back.
//!
//! The rows are copies of rows that stand in the table, with new values where a key asks for them. Foreign keys,
//! triggers and CHECK constraints are off, so that the table and its indexes are paid for and nothing else.

use rusqlite::Statement;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::clock::monotonic_ns;
use super::connection::{Db, ForeignKeys, quoted};
use super::error::Result;
use super::interrupt;
use super::work::forget_index;
use crate::domain::index_definition::parse_index;
use crate::domain::measuring::{median_ns, quartiles};
use crate::domain::value::Value;
use crate::domain::write_cost::WriteCost;
use crate::snapshot::Fork;

/// Time for the samples of all four kinds together.
const BUDGET_NS: u64 = 60_000_000;
const MAX_SAMPLES: usize = 21;
const MIN_SAMPLES: usize = 5;

/// A sample of fewer rows says more about the first page of each index than about a row.
const MIN_ROWS: u64 = 64;
const MAX_ROWS: u64 = 1024;

/// Rows with large values are copied no further than this.
const MAX_COPIED_BYTES: usize = 4 << 20;

/// Measures what `index` costs the writes to `table`; `fork` holds both and is not changed.
///
/// The inner error says in a sentence why there is nothing to measure: a table without rows, or rows that SQLite does
/// not take a second time.
pub fn measure(
    fork: &Fork,
    table: &str,
    index: &str,
    granularity_ns: u64,
) -> Result<std::result::Result<WriteCost, String>> {
    let mut with = open(fork)?;
    let Some(columns) = columns_of_index(&mut with, index)? else {
        return Ok(Err(format!("`{index}` is no index that can be taken away.")));
    };
    // A row takes some microseconds, so that a sample lasts about a hundred steps of the clock.
    let n_rows = (granularity_ns / 50).clamp(MIN_ROWS, MAX_ROWS);
    let writes = Writes::new(&with, table, &columns, n_rows)?;
    if writes.rows.is_empty() {
        return Ok(Err(format!("`{table}` has no rows to copy.")));
    }
    let without = open(fork)?;
    forget_index(&without, index)?;
    match samples(&writes, [&with, &without]) {
        Ok(samples) => Ok(samples.cost(n_rows).ok_or_else(|| "The measurement was stopped.".into())),
        Err(error) if error.is_cancelled() => Err(error),
        Err(error) => Ok(Err(format!("SQLite does not take copies of its rows: {}.", error.words()))),
    }
}

/// Without foreign keys, triggers and CHECK constraints: the table and its indexes are paid for and nothing else.
pub fn open(fork: &Fork) -> Result<Db> {
    let db = Db::open(fork.fork(), ForeignKeys::Off)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    // Room for the pages that one sample changes, so that none is written before its transaction ends.
    db.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA cache_size = -16000")?;
    Ok(db)
}

/// New rows for a table, like those that stand there.
pub struct Copies(Writes);

/// `n_rows` of them; none where the table has no rows to copy.
pub fn copies(fork: &Fork, table: &str, n_rows: u64) -> Result<Copies> {
    Ok(Copies(Writes::new(&open(fork)?, table, &[], n_rows)?))
}

impl Copies {
    pub fn is_empty(&self) -> bool {
        self.0.rows.is_empty()
    }

    pub fn len(&self) -> usize {
        if self.is_empty() { 0 } else { self.0.n_inserts }
    }

    pub fn insert_sql(&self) -> &str {
        &self.0.insert_sql
    }

    pub fn insert(&self, statement: &mut Statement<'_>, n: usize) -> Result<()> {
        self.0.insert(statement, n)
    }
}

/// The columns that the index's keys and its WHERE read, as SQLite resolves them. `None` for one that a constraint made.
fn columns_of_index(db: &mut Db, index: &str) -> Result<Option<Vec<String>>> {
    let sql = "SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND name = ?1 COLLATE NOCASE";
    let found = db.query_row(sql, [index], |row| Ok((row.get(0)?, row.get(1)?)));
    let Ok((table, Some(sql))): rusqlite::Result<(String, Option<String>)> = found else { return Ok(None) };
    let Ok(definition) = parse_index(&sql) else { return Ok(None) };
    let condition = definition.where_sql.as_deref().unwrap_or("TRUE");
    let keys = definition.columns_sql.join(", ");
    let (seen, read) = std::sync::mpsc::channel();
    db.authorizer(Some(move |context: AuthContext<'_>| {
        if let AuthAction::Read { column_name, .. } = context.action {
            let _ = seen.send(column_name.to_owned());
        }
        Authorization::Allow
    }))?;
    let prepared = db.prepare(&format!("SELECT 1 FROM {} WHERE {condition} ORDER BY {keys}", quoted(&table))).map(drop);
    db.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
    prepared?;
    Ok(Some(read.try_iter().collect()))
}

/// The two statements and what is bound to them.
struct Writes {
    insert_sql: String,
    update_sql: String,
    /// Columns that an INSERT gives: neither generated nor the rowid.
    rows: Vec<Row>,
    /// Positions among the columns that get a made-up value in every row.
    made_up: Vec<usize>,
    /// Positions among the columns that an UPDATE sets.
    set: Vec<usize>,
    /// Values for the made-up columns: first those of the inserts, then those of the updates.
    keys: Vec<Vec<Value>>,
    n_inserts: usize,
    n_updates: usize,
}

/// A row of the table: its columns, and what finds it.
struct Row {
    values: Vec<Value>,
    identity: Vec<Value>,
}

impl Writes {
    fn new(db: &Db, table: &str, index_columns: &[String], n_rows: u64) -> Result<Self> {
        let shape = Shape::read(db, table)?;
        let rows = shape.copy_rows(db, table, n_rows)?;
        let made_up = shape.made_up();
        let set = shape.set(index_columns, &made_up);
        let column = |at: &usize| quoted(&shape.columns[*at]);
        let list = |names: Vec<String>, separator: &str| names.join(separator);
        let n = shape.columns.len();
        let insert_sql = if n == 0 {
            format!("INSERT INTO {} DEFAULT VALUES", quoted(table))
        } else {
            let columns = list((0..n).map(|at| column(&at)).collect(), ", ");
            format!("INSERT INTO {}({columns}) VALUES ({})", quoted(table), vec!["?"; n].join(", "))
        };
        let assignments = list(set.iter().map(|at| format!("{} = ?", column(at))).collect(), ", ");
        let identity = list(shape.identity.iter().map(|name| format!("{} = ?", quoted(name))).collect(), " AND ");
        let update_sql = format!("UPDATE {} SET {assignments} WHERE {identity}", quoted(table));
        // A row whose identity was changed cannot be found a second time.
        let moves = set.iter().any(|at| shape.identity.contains(&shape.columns[*at]));
        let n_inserts = n_rows as usize;
        let n_updates = if moves { rows.len() } else { n_inserts };
        let keys = (0..if rows.is_empty() { 0 } else { n_inserts + n_updates })
            .map(|n| {
                let row = &rows[n % rows.len()];
                made_up.iter().map(|at| unused(&row.values[*at], n as u64)).collect()
            })
            .collect();
        Ok(Self { insert_sql, update_sql, rows, made_up, set, keys, n_inserts, n_updates })
    }

    fn value(&self, row: usize, key: usize, column: usize) -> &Value {
        match self.made_up.iter().position(|at| *at == column) {
            Some(at) => &self.keys[key][at],
            None => &self.rows[row % self.rows.len()].values[column],
        }
    }

    fn insert(&self, statement: &mut Statement<'_>, n: usize) -> Result<()> {
        for column in 0..self.rows[0].values.len() {
            statement.raw_bind_parameter(column + 1, self.value(n, n, column))?;
        }
        statement.raw_execute()?;
        Ok(())
    }

    /// Nanoseconds for a row.
    fn inserts(&self, statement: &mut Statement<'_>) -> Result<u64> {
        let start = monotonic_ns();
        for n in 0..self.n_inserts {
            self.insert(statement, n)?;
        }
        Ok(monotonic_ns().saturating_sub(start) / self.n_inserts.max(1) as u64)
    }

    /// Nanoseconds for a row. Each gets what stands in the next one.
    fn updates(&self, statement: &mut Statement<'_>) -> Result<u64> {
        let start = monotonic_ns();
        for n in 0..self.n_updates {
            let identity = &self.rows[n % self.rows.len()].identity;
            let set = self.set.iter().map(|column| self.value(n + 1, self.n_inserts + n, *column));
            for (at, value) in set.chain(identity).enumerate() {
                statement.raw_bind_parameter(at + 1, value)?;
            }
            statement.raw_execute()?;
        }
        Ok(monotonic_ns().saturating_sub(start) / self.n_updates.max(1) as u64)
    }
}

/// What a table asks of a row, as SQLite describes it.
struct Shape {
    /// Columns that an INSERT gives.
    columns: Vec<String>,
    /// The rowid under a name that no column has, or the columns of the primary key.
    identity: Vec<String>,
    /// Columns of each UNIQUE or PRIMARY KEY constraint and each unique index.
    unique: Vec<Vec<String>>,
}

impl Shape {
    fn read(db: &Db, table: &str) -> Result<Self> {
        let names = |sql: &str, name: &str| -> rusqlite::Result<Vec<String>> {
            let mut statement = db.prepare(sql)?;
            statement.query_map([name], |row| row.get(0))?.collect()
        };
        let all = names("SELECT name FROM pragma_table_xinfo(?1)", table)?;
        let mut columns = names("SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0", table)?;
        let keys = names("SELECT name FROM pragma_index_list(?1) WHERE \"unique\"", table)?;
        let unique = keys
            .iter()
            .map(|key| names("SELECT name FROM pragma_index_info(?1) WHERE name IS NOT NULL", key))
            .collect::<rusqlite::Result<_>>()?;
        let primary = names("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk", table)?;
        let without_rowid: bool =
            db.query_row("SELECT wr FROM pragma_table_list(?1) WHERE schema = 'main'", [table], |row| row.get(0))?;
        let has_primary_index = !names("SELECT name FROM pragma_index_list(?1) WHERE origin = 'pk'", table)?.is_empty();
        if !without_rowid && !has_primary_index {
            // An INTEGER PRIMARY KEY is the rowid: SQLite numbers the new rows.
            columns.retain(|name| !primary.contains(name));
        }
        let hidden = |name: &&str| all.iter().any(|column| column.eq_ignore_ascii_case(name));
        let rowid = ["rowid", "_rowid_", "oid"].into_iter().find(|name| !hidden(name));
        let identity = match rowid {
            Some(name) if !without_rowid => vec![name.into()],
            _ => primary,
        };
        Ok(Self { columns, identity, unique })
    }

    fn positions(&self, names: &[String]) -> Vec<usize> {
        let is = |column: &String| names.iter().any(|name| name.eq_ignore_ascii_case(column));
        (0..self.columns.len()).filter(|at| is(&self.columns[*at])).collect()
    }

    /// One column of each unique key, so that a copied row is a new one.
    fn made_up(&self) -> Vec<usize> {
        let mut made_up: Vec<usize> = Vec::new();
        for key in self.unique.iter().map(|key| self.positions(key)) {
            if !key.iter().any(|at| made_up.contains(at)) {
                made_up.extend(key.last());
            }
        }
        made_up
    }

    /// The index's columns, and what has to change with them for a unique key to hold.
    fn set(&self, index_columns: &[String], made_up: &[usize]) -> Vec<usize> {
        let mut set = self.positions(index_columns);
        if set.is_empty() {
            // Generated columns: any of the others may be what they are made from.
            let identity = self.positions(&self.identity);
            set = (0..self.columns.len()).filter(|at| !identity.contains(at)).collect();
        }
        for key in self.unique.iter().map(|key| self.positions(key)) {
            if key.iter().any(|at| set.contains(at)) {
                set.extend(key.iter().filter(|at| made_up.contains(at)));
            }
        }
        set.sort_unstable();
        set.dedup();
        set
    }

    /// Rows from all over the table, as far as that costs no scan.
    fn copy_rows(&self, db: &Db, table: &str, n_rows: u64) -> Result<Vec<Row>> {
        let names = self.columns.iter().chain(&self.identity).map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
        let table = quoted(table);
        let mut rows = Vec::new();
        let mut n_bytes = 0;
        let mut copy = |sql: &str, from: &[i64], max: u64| -> Result<Option<i64>> {
            let mut statement = db.prepare_cached(sql)?;
            let mut found = statement.query(rusqlite::params_from_iter(from))?;
            let mut last = None;
            let mut left = max;
            while left > 0 && n_bytes < MAX_COPIED_BYTES {
                let Some(row) = found.next()? else { break };
                let mut values = Vec::with_capacity(self.columns.len() + self.identity.len());
                for at in 0..self.columns.len() + self.identity.len() {
                    values.push(Value::from(row.get_ref(at)?));
                }
                n_bytes += values.iter().map(Value::n_bytes).sum::<usize>();
                let identity = values.split_off(self.columns.len());
                if let Some(Value::Integer(rowid)) = identity.first() {
                    last = Some(*rowid);
                }
                rows.push(Row { values, identity });
                left -= 1;
            }
            Ok(last)
        };
        let rowid = match self.identity.as_slice() {
            [name] if !self.columns.contains(name) => quoted(name),
            _ => {
                copy(&format!("SELECT {names} FROM {table}"), &[], n_rows)?;
                return Ok(rows);
            }
        };
        // SQLite goes to the end of the table for one of them alone; for both at once it would read every row.
        let sql = format!("SELECT (SELECT min({rowid}) FROM {table}), (SELECT max({rowid}) FROM {table})");
        let bounds: (Option<i64>, Option<i64>) = db.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (Some(first), Some(last)) = bounds else { return Ok(rows) };
        let step = (last.saturating_sub(first) / n_rows.max(1) as i64).max(1);
        let sql = format!("SELECT {names} FROM {table} WHERE {rowid} >= ?1 ORDER BY {rowid} LIMIT 1");
        let mut from = first;
        for _ in 0..n_rows {
            match copy(&sql, &[from], 1)? {
                Some(found) => from = found.saturating_add(step),
                None => break,
            }
        }
        Ok(rows)
    }
}

/// A value like `old` that stands in no row: as long, where that is long enough. NULL meets no other NULL.
fn unused(old: &Value, n: u64) -> Value {
    // Odd, so that different numbers stay different; scattered, as the keys of an application are.
    let scattered = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    match old {
        Value::Null => Value::Null,
        Value::Integer(_) => Value::Integer((1 << 40) + n as i64),
        Value::Real(_) => Value::Real(1e15 + n as f64),
        Value::Text(text) => {
            let rest: String = text.chars().skip(16).collect();
            Value::Text(format!("{scattered:016x}{rest}"))
        }
        Value::Blob(bytes) => {
            let mut new = scattered.to_be_bytes().to_vec();
            new.extend(bytes.iter().skip(8));
            Value::Blob(new)
        }
    }
}

/// Nanoseconds for a row, each with the index first and without it second.
#[derive(Default)]
struct Samples {
    inserts: [Vec<u64>; 2],
    updates: [Vec<u64>; 2],
}

fn samples(writes: &Writes, sides: [&Db; 2]) -> Result<Samples> {
    let mut inserts = [sides[0].prepare(&writes.insert_sql)?, sides[1].prepare(&writes.insert_sql)?];
    let mut updates = [sides[0].prepare(&writes.update_sql)?, sides[1].prepare(&writes.update_sql)?];
    let mut samples = Samples::default();
    let mut is_warm = false;
    let start = monotonic_ns();
    while samples.inserts[0].len() < MAX_SAMPLES {
        let in_time = monotonic_ns().saturating_sub(start) < BUDGET_NS;
        if interrupt::requested() || (!in_time && samples.inserts[0].len() >= MIN_SAMPLES) {
            break;
        }
        for side in 0..sides.len() {
            let insert_ns = rolled_back(sides[side], || writes.inserts(&mut inserts[side]))?;
            let update_ns = rolled_back(sides[side], || writes.updates(&mut updates[side]))?;
            // The first round fills the page caches.
            if is_warm {
                samples.inserts[side].push(insert_ns);
                samples.updates[side].push(update_ns);
            }
        }
        is_warm = true;
    }
    Ok(samples)
}

fn rolled_back<T>(db: &Db, work: impl FnOnce() -> Result<T>) -> Result<T> {
    db.execute_batch("BEGIN IMMEDIATE")?;
    let answer = work();
    let undone = db.execute_batch("ROLLBACK");
    let answer = answer?;
    undone?;
    Ok(answer)
}

impl Samples {
    fn cost(&self, n_rows: u64) -> Option<WriteCost> {
        let per_s = |samples: &[u64]| median_ns(samples).map(|ns| 1_000_000_000 / ns.max(1));
        let extra = |[with, without]: &[Vec<u64>; 2]| {
            let pairs = with.iter().zip(without);
            quartiles(&pairs.map(|(with, without)| *with as i64 - *without as i64).collect::<Vec<_>>())
        };
        let [insert_low, insert_extra_ns, insert_high] = extra(&self.inserts)?;
        let [update_low, update_extra_ns, update_high] = extra(&self.updates)?;
        Some(WriteCost {
            inserts_per_s_with: per_s(&self.inserts[0])?,
            inserts_per_s_without: per_s(&self.inserts[1])?,
            updates_per_s_with: per_s(&self.updates[0])?,
            updates_per_s_without: per_s(&self.updates[1])?,
            insert_extra_ns,
            insert_extra_quartiles_ns: [insert_low, insert_high],
            update_extra_ns,
            update_extra_quartiles_ns: [update_low, update_high],
            n_samples: self.inserts[0].len() as u32,
            n_rows_per_sample: n_rows as u32,
        })
    }
}
