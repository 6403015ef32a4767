//! Whether an index that an empty table accepts would break every later INSERT.
//!
//! SQLite evaluates an index's expressions when a row enters it, so a function that is not allowed there is found with
//! a row only. The rows are made up in a temporary table, which has the columns of the real one, none of its
//! constraints, and a name that cannot meet one of the file's.

use rusqlite::Connection;

use super::connection::quoted;
use super::error::{EngineError, Result};
use crate::domain::index_definition::IndexStatement;

const PROBE_TABLE: &str = "cortex_probe";
const PROBE_INDEX: &str = "cortex_probe_index";

/// SQLite's words when rows of `statement`'s table could not enter the index. Leaves no trace on `connection`.
///
/// Every function call of the definition is asked by itself as well: in `a = 1 AND f() > 2` the row at hand may never
/// reach `f()`, but another one will.
pub fn breaks_writes(connection: &Connection, statement: &IndexStatement) -> Result<Option<String>> {
    if statement.calls_sql.is_empty() {
        return Ok(None);
    }
    connection.execute_batch("SAVEPOINT cortex_probe")?;
    let answer = ask(connection, statement);
    connection.execute_batch("ROLLBACK TO cortex_probe; RELEASE cortex_probe")?;
    answer
}

fn ask(connection: &Connection, statement: &IndexStatement) -> Result<Option<String>> {
    let table = quoted(&statement.definition.table);
    connection.execute_batch(&format!(
        "CREATE TABLE temp.{PROBE_TABLE} AS SELECT * FROM main.{table} WHERE 0;
         INSERT INTO temp.{PROBE_TABLE} DEFAULT VALUES;"
    ))?;
    let columns = statement.columns_sql.join(", ");
    let whole = match &statement.where_sql {
        Some(condition) => format!("({columns}) WHERE {condition}"),
        None => format!("({columns})"),
    };
    let first_column: String =
        connection
            .query_row("SELECT name FROM pragma_table_info(?1, 'temp') LIMIT 1", [PROBE_TABLE], |row| row.get(0))?;
    let calls =
        statement.calls_sql.iter().map(|call| format!("({}) WHERE ({call}) IS NOT NULL", quoted(&first_column)));
    for definition in std::iter::once(whole).chain(calls) {
        let sql = format!("CREATE INDEX temp.{PROBE_INDEX} ON {PROBE_TABLE}{definition}");
        match connection.execute_batch(&sql) {
            Ok(()) => connection.execute_batch(&format!("DROP INDEX temp.{PROBE_INDEX}"))?,
            Err(error) => return Ok(Some(EngineError::from(error).words())),
        }
    }
    Ok(None)
}
