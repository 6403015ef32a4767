//! What a documented DELETE does on one file: really executed on a fork, then dropped.

pub mod cascade;
pub mod histogram;
pub mod script;
pub mod space;
pub mod stragglers;
pub mod together;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::plan::PlanRow;
use super::plan_counts::StepCounts;
use super::verdict::Claim;

use cascade::{IndexTrial, LookUp};
use histogram::Histogram;
use space::Space;
use stragglers::{Corrected, Straggler};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CleanupReport {
    pub id: String,
    pub title: String,
    pub table: String,
    /// As it was run: as documented but for the retention, where a person chose another one.
    pub sql: String,
    /// `30 days`, as it was run.
    pub retention: String,
    #[serde(default)]
    pub retention_days: u32,
    /// The instant before which rows count as old, as SQLite's `datetime()` writes it.
    pub cutoff: String,
    pub claim: Option<Claim>,
    /// With foreign keys on, of the file as dropped: the look-ups in child tables included.
    pub plan: Vec<PlanRow>,
    /// The same after the migration.
    pub plan_after: Vec<PlanRow>,
    /// Of the run with foreign keys on. The estimates alone until it was run, or when it was stopped half-way.
    #[serde(default)]
    pub steps_before: Vec<StepCounts>,
    /// The estimates: the preview does not run the statement after the migration.
    #[serde(default)]
    pub steps_after: Vec<StepCounts>,
    pub foreign_keys_on: Option<WithForeignKeys>,
    pub foreign_keys_off: Option<WithoutForeignKeys>,
    /// Rows old enough by the instant that they name, but kept by the documented comparison of text.
    pub n_missed_by_text_comparison: Option<u64>,
    /// Finished rows whose time is NULL: never removed.
    pub n_without_time: Option<u64>,
    /// Size of the pages that the run with foreign keys on put on the free list.
    pub bytes_freed: Option<u64>,
    /// Ages of the rows of its own table.
    #[serde(default)]
    pub histogram: Option<Histogram>,
    /// Of the run with foreign keys on; `None` when it failed.
    #[serde(default)]
    pub space: Option<Space>,
    /// Every look-up that the cascade makes, that of rows below removed rows included.
    #[serde(default)]
    pub look_ups: Vec<LookUp>,
    /// What an index on each child that is read from end to end would change.
    #[serde(default)]
    pub index_trials: Vec<IndexTrial>,
    /// Rows that it treats otherwise than a person expects; `None` until asked.
    #[serde(default)]
    pub stragglers: Option<Vec<Straggler>>,
    /// Rows of its own table before.
    pub n_table_rows: Option<u64>,
    /// Rows before of each child table that is read from end to end for every deleted row.
    #[serde(default)]
    pub n_child_rows: BTreeMap<String, u64>,
    /// A few of the rows that go, table by table, the statement's own table first.
    pub samples: Vec<RowSample>,
    /// Rows that keep the statement from finishing.
    pub blocking: Vec<BlockingRows>,
    /// What lets a blocked statement finish; tried on a copy of this file.
    pub release: Option<Release>,
    /// The statement without the rows that are held, run on a copy.
    #[serde(default)]
    pub narrowed: Option<Corrected>,
    /// SQLite's words when the statement does not prepare on this file.
    pub error: Option<String>,
}

/// Statements that take the blocking references away before the DELETE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The whole: a transaction that ends with the documented DELETE.
    pub sql: String,
    /// The statements behind the DELETE alone.
    #[serde(default)]
    pub updates: Vec<String>,
    /// Rows whose reference is set to NULL.
    pub n_released: u64,
    /// Rows that the DELETE then removes from its own table.
    pub n_deleted: u64,
    pub by_table: BTreeMap<String, u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeleteOutcome {
    #[default]
    Ok,
    ForeignKeyViolation,
    /// A trigger or another constraint stopped it, or SQLite failed.
    Failed,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WithForeignKeys {
    pub outcome: DeleteOutcome,
    pub error: Option<String>,
    /// Rows of the statement's own table; 0 when it failed, because SQLite takes all of it back.
    pub n_deleted: u64,
    /// Every table that loses rows, cascades included; empty when it failed.
    pub by_table: BTreeMap<String, u64>,
    /// Rows changed by SET NULL, SET DEFAULT or triggers, by table.
    pub updated_by_table: BTreeMap<String, u64>,
    /// Rows added by triggers, by table.
    #[serde(default)]
    pub inserted_by_table: BTreeMap<String, u64>,
    /// Time of the statement on the copy.
    pub elapsed_ns: u64,
    pub vm_steps: u64,
    /// Rows that the statement would have removed had nothing blocked it.
    pub n_matching: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WithoutForeignKeys {
    pub n_deleted: u64,
    /// Every table that loses rows: its own, and what triggers reach.
    #[serde(default)]
    pub by_table: BTreeMap<String, u64>,
    #[serde(default)]
    pub updated_by_table: BTreeMap<String, u64>,
    #[serde(default)]
    pub inserted_by_table: BTreeMap<String, u64>,
    /// Rows whose parent went, by child table; only those that were no orphans before.
    pub orphans: BTreeMap<String, u64>,
    pub error: Option<String>,
}

impl WithoutForeignKeys {
    /// Without foreign keys there is no cascade: what goes beside the statement's own rows goes by triggers.
    pub fn removed_by_triggers(&self, table: &str) -> BTreeMap<String, u64> {
        let others = self.by_table.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(table));
        others.map(|(name, n)| (name.clone(), *n)).collect()
    }
}

/// A few rows of a table, as a person may see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowSample {
    pub table: String,
    /// Rows that go altogether.
    pub n_rows: u64,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// One cell of a sample: secrets masked, long text cut, blobs as a UUID or their size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    Null,
    Shown(String),
    /// Cut after its first characters; how long it is altogether, in characters or bytes.
    Cut {
        text: String,
        length: u64,
    },
    /// A secret; only its length is told.
    Masked {
        length: u64,
    },
}

/// Rows of a child table that still name rows to be removed, under a constraint that forbids it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockingRows {
    pub table: String,
    pub columns: Vec<String>,
    pub parent: String,
    pub on_delete: String,
    /// Child rows.
    pub n_rows: u64,
    /// Different parents that they name.
    pub n_parents: u64,
    pub sample: RowSample,
}
