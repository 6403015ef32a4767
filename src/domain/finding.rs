//! What is wrong, how bad, and what to do: derived from a report alone.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
    Info,
}

impl Severity {
    pub fn label(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::Warning => "Warning",
            Self::Info => "Note",
        }
    }
}

/// One thing that a person should know or do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Kebab-case and stable: `migration-statement-refused`.
    pub rule: String,
    pub severity: Severity,
    /// A sentence without a full stop.
    pub title: String,
    /// What was measured or what SQLite said, in whole sentences.
    pub evidence: String,
    /// The figure that carries the finding, for the margin: `0 of 6,365`, with what it counts.
    pub figure: Option<Figure>,
    /// Statements that put it right; tried where the evidence says so.
    pub fix_sql: Option<String>,
    /// Entries of the report that this is about.
    pub about: Vec<Subject>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    pub value: String,
    pub of_what: String,
}

/// An entry of the report that a finding leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Subject {
    Index(String),
    Query(String),
    Cleanup(String),
    Table(String),
}
