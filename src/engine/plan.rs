//! Asking SQLite for a plan, and for what a statement returns at all.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, ToSql};

use super::error::Result;
use crate::domain::plan::PlanRow;
use crate::domain::value::Value;

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(n) => ValueRef::Integer(*n),
            Self::Real(x) => ValueRef::Real(*x),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(n) => Self::Integer(n),
            ValueRef::Real(x) => Self::Real(x),
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

/// Binds by position. A parameter without a value stays NULL; values beyond the statement's parameters are left out.
pub fn bind(statement: &mut Statement, parameters: &[Value]) -> Result<()> {
    for (at, value) in parameters.iter().take(statement.parameter_count()).enumerate() {
        statement.raw_bind_parameter(at + 1, value)?;
    }
    Ok(())
}

/// SQLite's own rows of EXPLAIN QUERY PLAN, with the parameters bound.
pub fn explain(connection: &Connection, sql: &str, parameters: &[Value]) -> Result<Vec<PlanRow>> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    bind(&mut statement, parameters)?;
    let mut rows = statement.raw_query();
    let mut plan = Vec::new();
    while let Some(row) = rows.next()? {
        plan.push(PlanRow { id: row.get(0)?, parent: row.get(1)?, detail: row.get(3)? });
    }
    Ok(plan)
}
