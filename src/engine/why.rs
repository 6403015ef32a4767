//! Why an index is not used, found by asking SQLite on a plan clone: never by a table of answers.

use rusqlite::Connection;

use super::connection::quoted;
use super::error::Result;
use super::plan::explain;
use super::scan_status::rows_of_first_loop;
use crate::domain::index_definition::parse_index;
use crate::domain::indexed_by::{indexed_by, with_literals};
use crate::domain::plan::{PlanRow, Step, accesses_of, costly_steps};
use crate::domain::value::Value;
use crate::domain::verdict::Usage;

/// The index that terms of a WHERE are tried with.
const PROBE_INDEX: &str = "cortex_probe_index";

/// The table of an index, and the statement that made it; `None` when there is no such index.
fn table_and_definition(clone: &Connection, index: &str) -> Option<(String, Option<String>)> {
    let sql = "SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND name = ?1 COLLATE NOCASE";
    clone.query_row(sql, [index], |row| Ok((row.get(0)?, row.get(1)?))).ok()
}

/// Whether SQLite accepts INDEXED BY for `index`.
pub fn can_use(clone: &Connection, sql: &str, parameters: &[Value], index: &str) -> bool {
    let forced = table_and_definition(clone, index).and_then(|(table, _)| indexed_by(sql, &table, index));
    forced.is_some_and(|forced| explain(clone, &forced, parameters).is_ok())
}

/// Why `plan`, the one that SQLite chose for `sql`, holds no access to `index`.
pub fn not_used(clone: &Connection, sql: &str, parameters: &[Value], index: &str, plan: &[PlanRow]) -> Result<Usage> {
    let Some((table, definition)) = table_and_definition(clone, index) else {
        return Ok(Usage::CannotUse { unproven: Vec::new(), binding: false });
    };
    let forced = indexed_by(sql, &table, index);
    if let Some(forced) = &forced
        && let Ok(forced_plan) = explain(clone, forced, parameters)
    {
        return Ok(Usage::NotChosen {
            instead: instead(plan),
            forced: forced_step(&forced_plan, index),
            walked: accesses_of(&forced_plan, index).all(|step| matches!(step, Step::Scan(_))),
            expected: rows_of_first_loop(clone, sql).zip(rows_of_first_loop(clone, forced)),
        });
    }
    let unproven = match &definition {
        Some(definition) => unproven_terms(clone, sql, parameters, &table, definition)?,
        None => Vec::new(),
    };
    Ok(Usage::CannotUse { unproven, binding: literals_help(clone, sql, parameters, &table, index) })
}

/// The terms of the index's WHERE that SQLite does not see in the statement: an index with that term alone cannot be
/// used either.
fn unproven_terms(
    clone: &Connection,
    sql: &str,
    parameters: &[Value],
    table: &str,
    definition: &str,
) -> Result<Vec<String>> {
    let Ok(statement) = parse_index(definition) else { return Ok(Vec::new()) };
    let Some(forced) = indexed_by(sql, table, PROBE_INDEX) else { return Ok(Vec::new()) };
    let mut unproven = Vec::new();
    for term in statement.where_terms_sql {
        clone.execute_batch("SAVEPOINT cortex_probe")?;
        let columns = statement.columns_sql.join(", ");
        let made =
            clone.execute_batch(&format!("CREATE INDEX {PROBE_INDEX} ON {}({columns}) WHERE {term}", quoted(table)));
        let usable = made.is_ok() && explain(clone, &forced, parameters).is_ok();
        clone.execute_batch("ROLLBACK TO cortex_probe; RELEASE cortex_probe")?;
        if made.is_ok() && !usable {
            unproven.push(term);
        }
    }
    Ok(unproven)
}

/// Whether the index could be used if the statement held its values as literals instead of parameters.
fn literals_help(clone: &Connection, sql: &str, parameters: &[Value], table: &str, index: &str) -> bool {
    let literals: Vec<String> = parameters.iter().map(Value::literal).collect();
    let Some(sql) = with_literals(sql, &literals) else { return false };
    indexed_by(&sql, table, index).is_some_and(|sql| explain(clone, &sql, &[]).is_ok())
}

/// The steps that decide what a plan costs, in SQLite's words.
fn instead(plan: &[PlanRow]) -> String {
    let step = plan.iter().find(|row| matches!(row.step(), Step::Search(_) | Step::Scan(_)));
    let sort = costly_steps(plan).find(|row| matches!(row.step(), Step::TempBTree(_)));
    let words: Vec<&str> = step.into_iter().chain(sort).map(|row| row.detail.as_str()).collect();
    words.join(", then ")
}

fn forced_step(plan: &[PlanRow], index: &str) -> String {
    let uses = |row: &&PlanRow| accesses_of(std::slice::from_ref(*row), index).next().is_some();
    let sort = costly_steps(plan).find(|row| matches!(row.step(), Step::TempBTree(_)));
    let words: Vec<&str> = plan.iter().find(uses).into_iter().chain(sort).map(|row| row.detail.as_str()).collect();
    words.join(", then ")
}
