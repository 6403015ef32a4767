//! JSON that this page saved, read back: which of its formats it is, and words for whatever else it may be.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::failure::{Failure, FailureKind};

/// One of the page's own formats.
pub struct Format {
    /// What a person calls it.
    pub noun: &'static str,
    /// Under `format` in it.
    pub name: &'static str,
    /// Under `version`.
    pub version: u32,
    /// Of whatever is none of it.
    pub kind: FailureKind,
}

/// Every format that this page saves.
pub const FORMATS: [&Format; 2] = [&super::baseline::SAVED, &super::report::SAVED];

/// Without the byte order mark that some editors put before what they save.
fn without_mark(text: &str) -> &str {
    text.trim_start_matches('\u{feff}')
}

/// Which of the page's formats a text is; `None` for everything else.
pub fn format_of(text: &str) -> Option<&'static Format> {
    let json: Value = serde_json::from_str(without_mark(text)).ok()?;
    let name = json.get("format")?.as_str()?;
    FORMATS.into_iter().find(|format| format.name == name)
}

/// Whether it reads as `format`; what the types do not say is left to the caller.
pub fn read<T: DeserializeOwned>(text: &str, format: &Format) -> Result<T, Failure> {
    let noun = format.noun;
    let broken = |message: String| Failure::new(format.kind, message);
    let text = without_mark(text);
    let json: Value = serde_json::from_str(text).map_err(|error| broken(format!("The file is no JSON: {error}.")))?;
    match json.get("format").and_then(Value::as_str) {
        Some(name) if name == format.name => {}
        Some(name) => {
            return Err(broken(match FORMATS.into_iter().find(|other| other.name == name) {
                Some(other) => format!("This is a {}, not a {noun}.", other.noun),
                None => format!("The file is no {noun}: its format is {name:?}."),
            }));
        }
        None => return Err(broken(format!("The file is JSON, but no {noun}: it names no format."))),
    }
    match json.get("version").and_then(Value::as_u64) {
        Some(version) if version == u64::from(format.version) => {}
        Some(version) => {
            let reads = format.version;
            return Err(broken(format!("The {noun} is of version {version}; this page reads version {reads}.")));
        }
        None => return Err(broken(format!("The {noun} names no version."))),
    }
    // From the text once more: its lines and columns are in the words of what is wrong.
    serde_json::from_str(text).map_err(|error| damaged(format, error))
}

/// It is of the format, but something in it cannot be right.
pub fn damaged(format: &Format, problem: impl std::fmt::Display) -> Failure {
    Failure::new(format.kind, format!("The {} is damaged: {problem}.", format.noun))
}
