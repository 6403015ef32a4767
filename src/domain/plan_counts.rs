//! What SQLite counted for the steps of a plan, beside what its planner expected.

use serde::{Deserialize, Serialize};

/// The figures of one step. `None` where SQLite has no counter for it, or has not run the statement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepCounts {
    /// The row of the plan.
    pub id: i64,
    /// Rows that the planner expects of one loop.
    pub estimated_rows: Option<f64>,
    /// How often the step was started: once for each row of the steps around it.
    pub n_loops: Option<u64>,
    /// Rows that it read in all loops together.
    pub n_visited: Option<u64>,
    /// Different pages that were read of its tables and indexes. One that several steps read counts at the first.
    pub n_pages: Option<u64>,
}

impl StepCounts {
    /// What the planner expects of as many loops as there were: comparable with `n_visited`.
    pub fn estimated_visits(&self) -> Option<f64> {
        Some(self.estimated_rows? * self.n_loops.map_or(1.0, |n| n as f64))
    }
}

pub fn of_step(counts: &[StepCounts], id: i64) -> Option<&StepCounts> {
    counts.iter().find(|counts| counts.id == id)
}
