//! An empty database in memory with the schema and the statistics of a file.
//!
//! SQLite's planner reads the schema and `sqlite_stat1`/`sqlite_stat4`, never the rows, so the clone gives the same
//! plans as the file, whatever the file's size. It accepts whatever an empty table accepts: whether SQLite *refuses*
//! an index has to be found with a row (see [`super::refusal`]).

use std::collections::HashMap;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::connection::{ForeignKeys, open_in_memory};
use super::error::{EngineError, Result};
use super::sandbox;
use super::schema_rows::{self, SchemaRow};
use crate::domain::database::unknown_to_sqlite;
use crate::domain::index_findings::IndexStatistics;
use crate::domain::value::Value;
use crate::domain::verdict::Statistics;

/// Stands in the schema until it is given the name of something else.
const PLACEHOLDER: &str = "cortex_placeholder";

/// Schema and statistics, read once from a file.
#[derive(Clone, Default)]
pub struct Blueprint {
    objects: Vec<SchemaObject>,
    /// Whether SQLite itself passes over some of them in the file.
    is_damaged: bool,
    pub statistics: StatisticsRows,
}

/// A row of `sqlite_schema`.
#[derive(Clone)]
struct SchemaObject {
    kind: String,
    name: String,
    table: String,
    sql: Option<String>,
    without_rowid: bool,
}

/// Rows of `sqlite_stat1` and `sqlite_stat4`.
#[derive(Clone, Default)]
pub struct StatisticsRows {
    stat1: Vec<[Value; 3]>,
    stat4: Vec<[Value; 6]>,
}

impl StatisticsRows {
    /// Reads what stands in the tables; a table that is not there has no rows.
    pub fn read(connection: &Connection) -> Self {
        let stat1 = read_rows(connection, "SELECT tbl, idx, stat FROM sqlite_stat1");
        let stat4 = read_rows(connection, "SELECT tbl, idx, neq, nlt, ndlt, sample FROM sqlite_stat4");
        Self { stat1: stat1.unwrap_or_default(), stat4: stat4.unwrap_or_default() }
    }

    /// The rows of `sqlite_stat1` as numbers.
    pub fn read_as(&self, statistics: Statistics) -> Vec<IndexStatistics> {
        let rows = self.stat1.iter().filter_map(|row| match row {
            [Value::Text(table), Value::Text(index), Value::Text(stat)] => {
                IndexStatistics::parse(statistics, table, Some(index), stat)
            }
            [Value::Text(table), Value::Null, Value::Text(stat)] => {
                IndexStatistics::parse(statistics, table, None, stat)
            }
            _ => None,
        });
        rows.collect()
    }

    /// Without what is known of one index.
    pub fn without(&self, index: &str) -> Self {
        let other = |name: &Value| !matches!(name, Value::Text(name) if name == index);
        Self {
            stat1: self.stat1.iter().filter(|[_, name, _]| other(name)).cloned().collect(),
            stat4: self.stat4.iter().filter(|[_, name, ..]| other(name)).cloned().collect(),
        }
    }

    /// Statements that take out what is known of one index.
    pub fn forget_sql(&self, index: &str) -> String {
        let index = Value::Text(index.into()).literal();
        let tables = if self.stat4.is_empty() { &["sqlite_stat1"][..] } else { &["sqlite_stat1", "sqlite_stat4"] };
        let deletes: Vec<String> =
            tables.iter().map(|table| format!("DELETE FROM {table} WHERE idx = {index};")).collect();
        deletes.join("\n")
    }

    pub fn is_empty(&self) -> bool {
        self.stat1.is_empty()
    }
}

fn read_rows<const N: usize>(connection: &Connection, sql: &str) -> Result<Vec<[Value; N]>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let mut values: [Value; N] = std::array::from_fn(|_| Value::Null);
        for (at, value) in values.iter_mut().enumerate() {
            *value = row.get_ref(at)?.into();
        }
        out.push(values);
    }
    Ok(out)
}

impl Blueprint {
    pub fn read(connection: &Connection) -> Result<Self> {
        let mut statement =
            connection.prepare("SELECT name, type = 'shadow', wr FROM pragma_table_list WHERE schema = 'main'")?;
        let tables = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, (row.get(1)?, row.get(2)?))))?;
        let tables: HashMap<String, (bool, bool)> = tables.collect::<rusqlite::Result<_>>()?;
        let mut objects = Vec::new();
        for row in schema_rows::read(connection)? {
            let known = if row.kind == "table" { tables.get(&row.name).copied() } else { None };
            let (is_shadow, without_rowid) = known.unwrap_or_default();
            // Shadow tables come with their virtual table; SQLite makes its own tables itself. Indexes without a
            // statement are those of constraints.
            let is_own = row.sql.is_some() && row.name.to_ascii_lowercase().starts_with("sqlite_");
            if !is_own && !is_shadow {
                let SchemaRow { kind, name, table, sql } = row;
                objects.push(SchemaObject { kind, name, table, sql, without_rowid });
            }
        }
        objects
            .sort_by_key(|object| ["table", "index", "view"].iter().position(|kind| *kind == object.kind).unwrap_or(3));
        let is_damaged = connection.db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA)?;
        Ok(Self { objects, is_damaged, statistics: StatisticsRows::read(connection) })
    }

    /// The kinds of statistics at hand, that of the file as it is first.
    pub fn kinds<'a>(&'a self, fresh: Option<&'a StatisticsRows>) -> Vec<(Statistics, Option<&'a StatisticsRows>)> {
        let mut kinds = vec![(Statistics::None, None)];
        if !self.statistics.is_empty() {
            kinds.insert(0, (Statistics::OfFile, Some(&self.statistics)));
        }
        kinds.extend(fresh.map(|rows| (Statistics::Fresh, Some(rows))));
        kinds
    }

    /// Builds a clone. What SQLite cannot make again stands in its schema all the same, as it stands in the file's; a
    /// statement that needs it fails to prepare with SQLite's own words.
    pub fn build(&self, statistics: Option<&StatisticsRows>, foreign_keys: ForeignKeys) -> Result<Connection> {
        let (connection, _) = self.make(foreign_keys)?;
        if let Some(statistics) = statistics.filter(|statistics| !statistics.is_empty()) {
            load_statistics(&connection, statistics)?;
        }
        Ok(connection)
    }

    /// A sentence on each thing that this SQLite cannot make again; those on a table that is one go without saying.
    pub fn notices(&self) -> Result<Vec<String>> {
        let (_, failed) = self.make(ForeignKeys::On)?;
        let own = |object: &SchemaObject| {
            object.name == object.table || !failed.iter().any(|(other, _)| other.name == object.table)
        };
        let named = failed.iter().filter(|(object, _)| own(object));
        Ok(named.map(|(object, words)| unknown_to_sqlite(&object.kind, &object.name, words)).collect())
    }

    /// An empty database with the schema, and what had to be written into it, with SQLite's words.
    fn make(&self, foreign_keys: ForeignKeys) -> Result<(Connection, Vec<(&SchemaObject, String)>)> {
        let connection = open_in_memory(foreign_keys)?;
        connection.execute_batch("BEGIN")?;
        let mut failed: Vec<(&SchemaObject, String)> = Vec::new();
        for object in &self.objects {
            let Some(sql) = &object.sql else {
                if !self.is_damaged && failed.iter().any(|(other, _)| other.name == object.table) {
                    object.write(&connection)?;
                }
                continue;
            };
            // Only the first statement of a row counts; SQLite never runs what may stand behind it, and neither is it run here.
            if let Err(error) = connection.execute(sql, []) {
                // An entry that no SQLite can read would damage the clone too.
                if !self.is_damaged {
                    object.write(&connection)?;
                }
                failed.push((object, EngineError::from(error).words()));
            }
        }
        connection.execute_batch("COMMIT")?;
        Ok((connection, failed))
    }
}

impl SchemaObject {
    /// Puts the row of a table or index that SQLite cannot create into the schema, above a b-tree of its kind. SQLite
    /// reads it as it reads the file's own: what it does not know there matters only to a statement that needs it.
    fn write(&self, connection: &Connection) -> Result<()> {
        let has_index_pages = self.kind == "index" || self.without_rowid;
        let columns = if has_index_pages { "(a PRIMARY KEY) WITHOUT ROWID" } else { "(a)" };
        connection.execute_batch(&format!("CREATE TABLE {PLACEHOLDER} {columns}"))?;
        // A virtual table, a view and a trigger have no b-tree.
        let is_stored = self.kind == "index" || (self.kind == "table" && !self.is_virtual());
        sandbox::rewrite_schema(connection, || {
            connection.execute(
                &format!(
                    "UPDATE sqlite_schema
                     SET type = ?1, name = ?2, tbl_name = ?3, sql = ?4, rootpage = iif(?5, rootpage, 0)
                     WHERE name = '{PLACEHOLDER}'"
                ),
                (&self.kind, &self.name, &self.table, &self.sql, is_stored),
            )?;
            Ok(())
        })
    }

    fn is_virtual(&self) -> bool {
        let mut words = self.sql.iter().flat_map(|sql| sql.split_whitespace());
        words.nth(1).is_some_and(|word| word.eq_ignore_ascii_case("VIRTUAL"))
    }
}

/// `ANALYZE sqlite_schema` analyses nothing: it makes the statistics tables, and has the planner read what was put in.
pub fn load_statistics(connection: &Connection, statistics: &StatisticsRows) -> Result<()> {
    connection.execute_batch("BEGIN; ANALYZE sqlite_schema; DELETE FROM sqlite_stat1; DELETE FROM sqlite_stat4;")?;
    {
        let mut insert = connection.prepare("INSERT INTO sqlite_stat1 VALUES (?1, ?2, ?3)")?;
        for row in &statistics.stat1 {
            insert.execute(rusqlite::params_from_iter(row))?;
        }
        let mut insert = connection.prepare("INSERT INTO sqlite_stat4 VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for row in &statistics.stat4 {
            insert.execute(rusqlite::params_from_iter(row))?;
        }
    }
    connection.execute_batch("COMMIT; ANALYZE sqlite_schema;")?;
    Ok(())
}
