//! Look-ups by one prepared statement beside statements that hold their values, and a value that tries to be SQL.

use rusqlite::Statement;

use super::Lab;
use crate::domain::catalogue::DocumentedQuery;
use crate::domain::measuring::Contender;
use crate::domain::practices::prepared::{Evidence, Injection, findings};
use crate::domain::practices::{Comparison, Findings, Way};
use crate::domain::query::Cost;
use crate::domain::secret::masked;
use crate::domain::value::Value;
use crate::engine::choices;
use crate::engine::connection::Db;
use crate::engine::error::{EngineError, Result};
use crate::engine::measure;
use crate::engine::plan::{bind, explain};

/// Read with alone: it makes a WHERE true for every row where it is taken for SQL.
const HOSTILE: &str = "x' OR '1'='1";

pub fn run(lab: &Lab<'_>, query: &DocumentedQuery) -> Result<Findings> {
    let db = lab.original;
    let offered = match query.parameters.as_slice() {
        [only] => choices::choices(db, only)?,
        _ => Vec::new(),
    };
    let texts: Vec<String> = offered
        .into_iter()
        .filter_map(|choice| match choice.value {
            Value::Text(text) if !text.contains('\'') => Some(text),
            _ => None,
        })
        .collect();
    if texts.is_empty() {
        let why = "The statement takes one text, and the file has none for it.";
        return Ok(Findings::not_applicable("There is nothing to look up", why));
    }
    let formatted = |text: &str| query.sql.replace("?1", &format!("'{text}'"));
    let values: Vec<Value> = texts.iter().cloned().map(Value::Text).collect();
    let names = [query.parameters[0].name.as_str(), &query.parameters[0].column];
    let shown = formatted(&masked(values[0].clone(), names).display());
    let mut prepared = db.prepare(&query.sql)?;
    let by_format = || -> Result<()> {
        for text in &texts {
            read(&mut db.prepare(&formatted(text))?)?;
        }
        Ok(())
    };
    let by_binding = || -> Result<()> {
        for value in &values {
            bind(&mut prepared, std::slice::from_ref(value))?;
            read(&mut prepared)?;
        }
        Ok(())
    };
    let mut contenders: [Contender<'_, EngineError>; 2] = [Box::new(by_format), Box::new(by_binding)];
    let samples = measure::in_turns(&mut contenders, lab.precision)?;
    drop(contenders);
    let settings = lab.precision.settings;
    let mut costs = [Cost::default(), Cost::default()];
    for (cost, samples) in costs.iter_mut().zip(&samples) {
        measure::fill_in(cost, samples, settings)?;
        cost.n_rows = texts.len() as u64;
    }
    let change = match samples.as_slice() {
        [one, other] => measure::change(one, other, settings)?,
        _ => None,
    };
    let way = |sql: String, cost| -> Result<Way> {
        let plan = explain(db, &sql, &values[..1])?;
        Ok(Way { sql, plan, cost })
    };
    let [before, after] = costs;
    let evidence = Evidence {
        n_look_ups: texts.len() as u64,
        comparison: Comparison { before: way(shown, before)?, after: way(query.sql.clone(), after)?, change },
        injection: Injection {
            value: HOSTILE.into(),
            n_rows_formatted: n_rows(db, &formatted(HOSTILE), &[])?,
            n_rows_bound: n_rows(db, &query.sql, &[Value::Text(HOSTILE.into())])?,
            formatted: formatted(HOSTILE),
            bound: query.sql.clone(),
        },
    };
    Ok(findings(&evidence))
}

fn read(statement: &mut Statement<'_>) -> Result<()> {
    let n_columns = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        for at in 0..n_columns {
            std::hint::black_box(row.get_ref(at)?);
        }
    }
    Ok(())
}

fn n_rows(db: &Db, sql: &str, values: &[Value]) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM ({sql})");
    let n: i64 = db.query_row(&sql, rusqlite::params_from_iter(values), |row| row.get(0))?;
    Ok(n.unsigned_abs())
}
