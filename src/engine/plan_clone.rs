//! An empty database in memory with the schema and the statistics of a file.
//!
//! SQLite's planner reads the schema and `sqlite_stat1`/`sqlite_stat4`, never the rows, so the clone gives the same
//! plans as the file, whatever the file's size. It accepts whatever an empty table accepts: whether SQLite *refuses*
//! an index has to be found with a row (see [`super::refusal`]).

use rusqlite::Connection;

use super::connection::{ForeignKeys, open_in_memory};
use super::error::Result;
use crate::domain::index_findings::IndexStatistics;
use crate::domain::value::Value;
use crate::domain::verdict::Statistics;

/// Schema and statistics, read once from a file.
#[derive(Clone, Default)]
pub struct Blueprint {
    statements: Vec<String>,
    pub statistics: StatisticsRows,
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
        // Shadow tables come with their virtual table; SQLite makes its own tables itself.
        let mut statement = connection.prepare(
            "SELECT s.sql FROM sqlite_schema AS s
             LEFT JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = s.name AND s.type = 'table'
             WHERE s.sql IS NOT NULL AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND coalesce(l.type, '') <> 'shadow'
             ORDER BY CASE s.type WHEN 'table' THEN 0 WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, s.rowid",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        let statements = rows.collect::<rusqlite::Result<_>>()?;
        Ok(Self { statements, statistics: StatisticsRows::read(connection) })
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

    /// Builds a clone. What SQLite cannot make again (a virtual table of an unknown module) is left out; a statement
    /// that needs it then fails to prepare with SQLite's own words.
    pub fn build(&self, statistics: Option<&StatisticsRows>, foreign_keys: ForeignKeys) -> Result<Connection> {
        let connection = open_in_memory(foreign_keys)?;
        connection.execute_batch("BEGIN")?;
        for sql in &self.statements {
            // Its failure says nothing about any other statement.
            let _ = connection.execute_batch(sql);
        }
        connection.execute_batch("COMMIT")?;
        if let Some(statistics) = statistics.filter(|statistics| !statistics.is_empty()) {
            load_statistics(&connection, statistics)?;
        }
        Ok(connection)
    }
}

/// ANALYZE makes the statistics tables, `ANALYZE sqlite_schema` has the planner read what was put in.
pub fn load_statistics(connection: &Connection, statistics: &StatisticsRows) -> Result<()> {
    connection.execute_batch("BEGIN; ANALYZE; DELETE FROM sqlite_stat1; DELETE FROM sqlite_stat4;")?;
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
