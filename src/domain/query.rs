//! One documented query on one file: its parameters, plans, costs and claim, before and after the migration.

use serde::{Deserialize, Serialize};

use super::measuring::{Change, Estimates, Samples, Settings};
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
    #[serde(default)]
    pub samples_before: Samples,
    #[serde(default)]
    pub samples_after: Samples,
    /// From the file as dropped to the file after the migration; the samples were taken in turns.
    #[serde(default)]
    pub change: Option<Change>,
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
    /// Of the warm samples, with intervals; `None` where too few were taken for that.
    #[serde(default)]
    pub estimates: Option<Estimates>,
    /// How the samples were taken; `None` until they were, and in reports of older versions.
    #[serde(default)]
    pub settings: Option<Settings>,
    /// The first run on a fresh connection, with an empty page cache: to the last row.
    pub first_run_ns: u64,
    /// Of the first run: until the statement was prepared.
    #[serde(default)]
    pub prepare_ns: u64,
    /// Of the first run: from the first step to the first row, or to the end where there is none.
    #[serde(default)]
    pub first_row_ns: u64,
    /// Once more with a warm page cache, as `prepare_ns` and `first_row_ns`; `None` where that would take too long.
    #[serde(default)]
    pub warm_prepare_ns: Option<u64>,
    #[serde(default)]
    pub warm_first_row_ns: Option<u64>,
    pub vm_steps: u64,
    pub fullscan_steps: u64,
    pub sorts: u64,
    pub autoindexes: u64,
    /// Different pages that the first run read, without the schema's.
    pub pages_read: u64,
    /// Bytes that the first run read of the file; a page that its cache had dropped counts again.
    #[serde(default)]
    pub bytes_read: u64,
    /// The most that SQLite had allocated at one time in the first run, beyond what it held before.
    #[serde(default)]
    pub memory_bytes: u64,
}
