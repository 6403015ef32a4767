//! A baseline out of the text of a file, with words for whatever else that file may be.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Baseline, BaselineEntry, FORMAT, VERSION};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::report;

impl Baseline {
    pub fn read(text: &str) -> Result<Self, Failure> {
        // Some editors put a byte order mark before what they save.
        let text = text.trim_start_matches('\u{feff}');
        let json: Value =
            serde_json::from_str(text).map_err(|error| broken(format!("The file is no JSON: {error}.")))?;
        match json.get("format").and_then(Value::as_str) {
            Some(FORMAT) => {}
            Some(report::FORMAT) => {
                return Err(broken("This is a report, not a baseline: it holds what was found, under another format."));
            }
            Some(other) => return Err(broken(format!("The file is no baseline: its format is {other:?}."))),
            None => return Err(broken("The file is JSON, but no baseline: it names no format.")),
        }
        match json.get("version").and_then(Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => {
                return Err(broken(format!(
                    "The baseline is of version {version}; this page reads version {VERSION}."
                )));
            }
            None => return Err(broken("The baseline names no version.")),
        }
        // From the text once more: its lines and columns are in the words of what is wrong.
        let baseline: Self = serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
        baseline.check().map_err(damaged)?;
        Ok(baseline)
    }

    /// What the types do not say.
    fn check(&self) -> Result<(), String> {
        let mut ids = BTreeSet::new();
        for entry in &self.entries {
            if !ids.insert(&entry.id) {
                return Err(format!("{} stands in it twice", entry.id));
            }
            entry.check().map_err(|problem| format!("{} {problem}", entry.id))?;
        }
        Ok(())
    }
}

impl BaselineEntry {
    fn check(&self) -> Result<(), String> {
        let (n_counts, n_times) = (self.samples.iterations.len(), self.samples.times_ns.len());
        if n_counts != n_times {
            Err(format!("has {n_counts} iteration counts for {n_times} times"))
        } else if n_times == 0 {
            Err("has no samples".into())
        } else if self.samples.iterations.contains(&0) {
            Err("has a sample without an iteration".into())
        } else {
            Ok(())
        }
    }
}

fn broken(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::NotBaseline, message)
}

fn damaged(problem: impl std::fmt::Display) -> Failure {
    broken(format!("The baseline is damaged: {problem}."))
}
