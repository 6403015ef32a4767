//! One documented query on one file: its parameters, plans, costs and claim, before and after the migration.

use serde::{Deserialize, Serialize};

use super::plan::PlanRow;
use super::plan_counts::StepCounts;
use super::value::Value;
use super::verdict::Claim;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryReport {
    pub id: String,
    pub title: String,
    pub section: String,
    pub sql: String,
    pub parameters: Vec<Parameter>,
    pub claim: Option<Claim>,
    pub plan_before: Vec<PlanRow>,
    pub plan_after: Vec<PlanRow>,
    /// Of the first run, as `before` and `after`; the estimates alone until measured.
    #[serde(default)]
    pub steps_before: Vec<StepCounts>,
    #[serde(default)]
    pub steps_after: Vec<StepCounts>,
    /// Foreign keys are on in both, as in the application.
    pub before: Option<Cost>,
    pub after: Option<Cost>,
    /// SQLite's words when the statement does not prepare or fails on this file.
    pub error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    #[serde(flatten)]
    pub value: Value,
}

/// A value that the file offers for a parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub value: Value,
    /// Rows that hold it; `None` when counting would have taken too long.
    pub n_rows: Option<u64>,
}

/// What running a statement to its end costs. Times vary between runs, the other figures do not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    pub n_rows: u64,
    /// Median of the warm samples, all rows and columns fetched.
    pub median_ns: u64,
    pub n_samples: u32,
    pub min_ns: u64,
    pub max_ns: u64,
    /// The first run on a fresh connection, with an empty page cache.
    pub first_run_ns: u64,
    pub vm_steps: u64,
    pub fullscan_steps: u64,
    pub sorts: u64,
    pub autoindexes: u64,
    /// Different pages that the first run read, without the schema's.
    pub pages_read: u64,
}
