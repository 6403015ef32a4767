//! Values that a file offers for the parameters of a query, each with its own storage class.

use std::collections::HashMap;

use rusqlite::Connection;

use super::connection::quoted;
use super::error::{EngineError, Result};
use super::interrupt;
use crate::domain::catalogue::{DocumentedParameter, DocumentedQuery};
use crate::domain::query::{Choice, Parameter};
use crate::domain::value::Value;

/// How long counting may take before any row has to do.
const PATIENCE_NS: u64 = 250_000_000;

/// Longest list that a person is offered.
const N_CHOICES: usize = 100;

/// Combinations already found, by table and columns.
#[derive(Default)]
pub struct Chosen(HashMap<(String, Vec<String>, Effort), Vec<Value>>);

/// How hard to look for good values.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effort {
    /// The first row: no table is walked.
    FirstRow,
    /// The row with the highest rowid.
    LastRow,
    /// The combination with the most rows, unless finding it takes too long.
    MostFrequent,
}

/// A value for each parameter. Those without a documented value come from one row, so that the query finds something.
pub fn parameters(
    connection: &Connection,
    query: &DocumentedQuery,
    effort: Effort,
    chosen: &mut Chosen,
) -> Result<Vec<Parameter>> {
    let open: Vec<&DocumentedParameter> = query.parameters.iter().filter(|p| p.value.is_none()).collect();
    let found = match open.first() {
        Some(first) => {
            let columns: Vec<String> = open.iter().map(|parameter| parameter.column.clone()).collect();
            let key = (first.table.clone(), columns, effort);
            match chosen.0.get(&key) {
                Some(values) => values.clone(),
                None => {
                    // Only what was looked for to the end is remembered.
                    let values = combination(connection, &key.0, &key.1, effort)?;
                    chosen.0.insert(key, values.clone());
                    values
                }
            }
        }
        None => Vec::new(),
    };
    let mut found = found.into_iter();
    let value = |parameter: &DocumentedParameter| match &parameter.value {
        Some(text) => Value::Text(text.clone()),
        None => found.next().unwrap_or_default(),
    };
    let values: Vec<Value> = query.parameters.iter().map(value).collect();
    let names = query.parameters.iter().map(|parameter| parameter.name.clone());
    Ok(names.zip(values).map(|(name, value)| Parameter { name, value }).collect())
}

/// The values of the last row, for a second opinion; `None` when they are not to be had from one page.
pub fn last(connection: &Connection, query: &DocumentedQuery, chosen: &mut Chosen) -> Option<Vec<Value>> {
    let first = query.parameters.first()?;
    let columns: Vec<String> = query.parameters.iter().map(|parameter| parameter.column.clone()).collect();
    let key = (first.table.clone(), columns, Effort::LastRow);
    if let Some(values) = chosen.0.get(&key) {
        return Some(values.clone());
    }
    let values = combination(connection, &key.0, &key.1, Effort::LastRow).ok()?;
    chosen.0.insert(key, values.clone());
    Some(values).filter(|values| values.len() == query.parameters.len())
}

fn combination(connection: &Connection, table: &str, columns: &[String], effort: Effort) -> Result<Vec<Value>> {
    let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let filled: Vec<String> = names.iter().map(|name| format!("{name} IS NOT NULL")).collect();
    let (names, filled, table) = (names.join(", "), filled.join(" AND "), quoted(table));
    let first = format!("SELECT {names} FROM {table} WHERE {filled} LIMIT 1");
    let most =
        format!("SELECT {names} FROM {table} WHERE {filled} GROUP BY {names} ORDER BY count(*) DESC, {names} LIMIT 1");
    let read = |sql: &str| {
        connection.query_row(sql, [], |row| {
            (0..columns.len()).map(|at| row.get_ref(at).map(Value::from)).collect::<rusqlite::Result<Vec<_>>>()
        })
    };
    let found = match effort {
        Effort::FirstRow => read(&first),
        Effort::LastRow => read(&format!("SELECT {names} FROM {table} ORDER BY rowid DESC LIMIT 1")),
        Effort::MostFrequent => match interrupt::within(PATIENCE_NS, || read(&most)) {
            // The person cancelled; it did not only take too long.
            Err(error) if interrupt::requested() => return Err(error.into()),
            Err(_) => read(&first),
            found => found,
        },
    };
    match found.map_err(EngineError::from) {
        // Nothing to remember.
        Err(error) if error.is_cancelled() => Err(error),
        found => Ok(found.unwrap_or_default()),
    }
}

/// What a person may pick from: the most frequent values first, or some values when counting takes too long.
pub fn choices(connection: &Connection, parameter: &DocumentedParameter) -> Result<Vec<Choice>> {
    let (column, table) = (quoted(&parameter.column), quoted(&parameter.table));
    let counted = format!(
        "SELECT {column}, count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {N_CHOICES}"
    );
    let some = format!("SELECT DISTINCT {column}, NULL FROM {table} WHERE {column} IS NOT NULL LIMIT {N_CHOICES}");
    let read = |sql: &str, found: &mut Vec<Choice>| -> Result<()> {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let n_rows: Option<i64> = row.get(1)?;
            found.push(Choice { value: row.get_ref(0)?.into(), n_rows: n_rows.map(i64::unsigned_abs) });
        }
        Ok(())
    };
    let took_too_long = |error: &EngineError| error.is_cancelled() && !interrupt::requested();
    let mut found = Vec::new();
    match interrupt::within(4 * PATIENCE_NS, || read(&counted, &mut found)) {
        Err(error) if took_too_long(&error) => found.clear(),
        answer => return answer.map(|()| found),
    }
    match interrupt::within(PATIENCE_NS, || read(&some, &mut found)) {
        // What was found until then is something to pick from.
        Err(error) if !took_too_long(&error) => Err(error),
        _ => Ok(found),
    }
}
