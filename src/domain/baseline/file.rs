//! A baseline out of the text of a file.

use std::collections::BTreeSet;

use super::{Baseline, BaselineEntry, SAVED};
use crate::domain::failure::Failure;
use crate::domain::saved;

impl Baseline {
    pub fn read(text: &str) -> Result<Self, Failure> {
        let baseline: Self = saved::read(text, &SAVED)?;
        baseline.check().map_err(|problem| saved::damaged(&SAVED, problem))?;
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
