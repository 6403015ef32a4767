//! Rows as CSV, JSON lines or INSERT statements.

use serde::{Deserialize, Serialize};

use super::value::{Value, to_hex};

/// In place of a secret.
const MASK: &str = "(masked)";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowFormat {
    /// RFC 4180. `guarded`: what a spreadsheet would run as a formula starts with an apostrophe.
    Csv {
        guarded: bool,
    },
    JsonLines,
    /// A backup of these rows: native SQLite reads back what stood in the file, byte for byte.
    Inserts,
}

impl RowFormat {
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv { .. } => "csv",
            Self::JsonLines => "jsonl",
            Self::Inserts => "sql",
        }
    }

    pub fn mime(self) -> &'static str {
        match self {
            Self::Csv { .. } => "text/csv",
            Self::JsonLines => "application/jsonl",
            Self::Inserts => "application/sql",
        }
    }
}

/// What is written: the columns of a table, and which of them stay hidden.
pub struct RowWriter<'a> {
    pub format: RowFormat,
    pub table: &'a str,
    pub columns: Vec<&'a str>,
    /// By column, whether its values are masked.
    pub masked: Vec<bool>,
}

impl RowWriter<'_> {
    /// What stands before the first row.
    pub fn head(&self) -> String {
        match self.format {
            RowFormat::Csv { guarded } => {
                let names = self.columns.iter().map(|name| csv_field(name, guarded)).collect::<Vec<_>>();
                format!("{}\r\n", names.join(","))
            }
            RowFormat::JsonLines => String::new(),
            RowFormat::Inserts => {
                let note = match self.masked.contains(&true) {
                    true => "-- Secrets are masked: NULL stands in their place, so this is no complete backup.\n",
                    false => "",
                };
                // A row may name another one of the same table that is written after it.
                format!("{note}BEGIN;\nPRAGMA defer_foreign_keys = ON;\n")
            }
        }
    }

    /// What stands after the last row.
    pub fn tail(&self) -> &'static str {
        match self.format {
            RowFormat::Inserts => "COMMIT;\n",
            RowFormat::Csv { .. } | RowFormat::JsonLines => "",
        }
    }

    pub fn row(&self, values: &[Value]) -> String {
        let values =
            || values.iter().zip(&self.masked).map(|(value, masked)| (value, *masked && *value != Value::Null));
        match self.format {
            RowFormat::Csv { guarded } => {
                let fields = values().map(|(value, masked)| match (value, masked) {
                    (_, true) => MASK.into(),
                    (Value::Null, _) => String::new(),
                    // An empty text is quoted, which tells it from NULL.
                    (Value::Text(text), _) if text.is_empty() => "\"\"".into(),
                    (Value::Text(text), _) => csv_field(text, guarded),
                    (number, _) => number.display(),
                });
                format!("{}\r\n", fields.collect::<Vec<_>>().join(","))
            }
            RowFormat::JsonLines => {
                let fields = self.columns.iter().zip(values()).map(|(name, (value, masked))| {
                    let value = if masked { MASK.into() } else { json(value) };
                    format!("{}:{value}", serde_json::Value::from(*name))
                });
                format!("{{{}}}\n", fields.collect::<Vec<_>>().join(","))
            }
            RowFormat::Inserts => {
                let names = self.columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
                let values = values().map(|(value, masked)| if masked { "NULL".into() } else { literal(value) });
                let values = values.collect::<Vec<_>>().join(", ");
                format!("INSERT INTO {} ({names}) VALUES ({values});\n", quoted(self.table))
            }
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A spreadsheet takes text that starts with one of these for a formula.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

pub(super) fn csv_field(text: &str, guarded: bool) -> String {
    let guard = if guarded && is_formula(text) { "'" } else { "" };
    match text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        true => format!("\"{guard}{}\"", text.replace('"', "\"\"")),
        false => format!("{guard}{text}"),
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Integer(n) => (*n).into(),
        // JSON has no infinity.
        Value::Real(x) if !x.is_finite() => value.display().into(),
        Value::Real(x) => (*x).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Blob(_) => value.display().into(),
    }
}

/// SQL that means the value whatever the file's encoding. SQLite ends a statement at a NUL character, so one is put in
/// by `replace`, for a mark that the text does not hold.
fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) if text.contains('\0') => {
            let mut mark = "\\0".to_owned();
            while text.contains(&mark) {
                mark.push('_');
            }
            let marked = Value::Text(text.replace('\0', &mark)).literal();
            format!("replace({marked}, '{mark}', char(0))")
        }
        // As a UUID it would not be read back.
        Value::Blob(bytes) => format!("x'{}'", to_hex(bytes)),
        other => other.literal(),
    }
}
