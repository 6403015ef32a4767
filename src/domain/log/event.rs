//! One event of a log.

use serde::{Deserialize, Serialize};

/// How an event was written. A line of the full format without spans reads like one of the compact format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `tracing`'s full or compact format.
    OneLine,
    Pretty,
    Json,
    /// Time, level and target in brackets, as the guide prints it; fields may follow on lines of their own.
    Bracketed,
}

impl Format {
    /// For a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::OneLine => "full or compact",
            Self::Pretty => "pretty",
            Self::Json => "JSON",
            Self::Bracketed => "bracketed",
        }
    }
}

/// What the times of a log count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// 1970-01-01T00:00:00Z. A time without a zone counts as UTC.
    Calendar,
    /// The application's start.
    Uptime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// Where it begins, from 1.
    pub line: u64,
    pub format: Format,
    /// Nanoseconds from where `clock` counts.
    pub at_ns: Option<i64>,
    pub clock: Clock,
    /// `DEBUG`; empty when the log has none.
    pub level: String,
    pub target: String,
    pub message: String,
    /// Values as text, without the quotes of a string.
    pub fields: Vec<(String, String)>,
    /// From the root.
    pub spans: Vec<Span>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub name: String,
    pub fields: Vec<(String, String)>,
}

impl LogEvent {
    /// The event's own field, or that of the innermost span that has it.
    pub fn field(&self, name: &str) -> Option<&str> {
        let of = |fields: &[(String, String)]| fields.iter().position(|(other, _)| other == name);
        if let Some(at) = of(&self.fields) {
            return self.fields.get(at).map(|(_, value)| value.as_str());
        }
        self.spans.iter().rev().find_map(|span| {
            let (_, value) = span.fields.get(of(&span.fields)?)?;
            Some(value.as_str())
        })
    }
}
