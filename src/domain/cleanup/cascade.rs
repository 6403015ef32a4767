//! What each removed row is looked up in, down the cascade, and what an index on the child would change.

use serde::{Deserialize, Serialize};

use crate::domain::numbers::{bytes, count, duration};

/// One look-up that SQLite makes for every row that goes from `parent`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUp {
    pub parent: String,
    pub child: String,
    /// SQLite's own words.
    pub detail: String,
    /// Rows that go from the parent.
    pub n_times: u64,
    /// Reads all of the child each time, because no index begins with the columns that refer to the parent.
    pub is_scan: bool,
    /// Rows of a child that is read from end to end.
    pub n_child_rows: Option<u64>,
}

impl LookUp {
    /// Rows read in the worst case: the cascade takes some of them away meanwhile.
    pub fn n_read(&self) -> Option<u64> {
        self.n_child_rows.map(|n| n.saturating_mul(self.n_times))
    }
}

/// The same deletion with one more index, really run. Where all of it takes long, both were run on some of its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexTrial {
    pub table: String,
    pub parent: String,
    pub sql: String,
    /// Rows of the clean-up's own table that both runs removed; `None` for all.
    #[serde(default)]
    pub n_rows: Option<u64>,
    pub vm_steps_without: u64,
    pub vm_steps_with: u64,
    pub elapsed_without_ns: u64,
    pub elapsed_with_ns: u64,
    /// Of the index before the deletion.
    pub bytes: u64,
}

impl IndexTrial {
    /// What it changed, with its price.
    pub fn words(&self) -> String {
        let removed = match self.n_rows {
            Some(n_rows) => format!("removing {} of them", count(n_rows)),
            None => "the deletion".into(),
        };
        format!(
            "With it {removed} took {} in place of {} `vm_step`, and {} in place of {} on the copy; it takes {}.",
            count(self.vm_steps_with),
            count(self.vm_steps_without),
            duration(self.elapsed_with_ns).text(),
            duration(self.elapsed_without_ns).text(),
            bytes(self.bytes).text()
        )
    }
}
