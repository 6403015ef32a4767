//! A documented statement with values of the file, as it is asked for its plan, run and claimed to use an index.

use rusqlite::Connection;

use super::plan::explain;
use crate::domain::finding::Subject;
use crate::domain::plan::PlanRow;
use crate::domain::value::Value;

pub struct Statement {
    /// The query or clean-up.
    pub subject: Subject,
    pub sql: String,
    pub values: Vec<Value>,
    /// The index that the guide names.
    pub claim: Option<String>,
}

impl Statement {
    pub fn id(&self) -> &str {
        self.subject.id()
    }

    /// Empty when the statement does not prepare.
    pub fn plan(&self, connection: &Connection) -> Vec<PlanRow> {
        explain(connection, &self.sql, &self.values).unwrap_or_default()
    }
}

/// The statements that the guide says use `index`.
pub fn claiming<'a>(statements: &'a [Statement], index: &'a str) -> impl Iterator<Item = &'a Statement> {
    statements.iter().filter(move |statement| statement.claim.as_deref() == Some(index))
}
