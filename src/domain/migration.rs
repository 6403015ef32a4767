//! What the documented migration does on one file, statement by statement.

use serde::{Deserialize, Serialize};

use super::write_cost::WriteCost;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was missing in the file and SQLite accepts it.
    Created,
    /// The same definition stands there.
    AlreadyPresent,
    /// The name is taken by another definition.
    Differs,
    /// SQLite refuses the statement on this file, or it would break later writes.
    Refused,
    /// The file lacks the table or a column.
    NotApplicable,
}

impl Outcome {
    pub const ALL: [Self; 5] = [Self::Created, Self::AlreadyPresent, Self::Differs, Self::Refused, Self::NotApplicable];

    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::AlreadyPresent => "already_present",
            Self::Differs => "differs",
            Self::Refused => "refused",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// For people. A created index was missing in the file as dropped.
    pub fn label(self) -> &'static str {
        match self {
            Self::Created => "Missing, can be created",
            Self::AlreadyPresent => "Already present",
            Self::Differs => "Differs",
            Self::Refused => "Refused",
            Self::NotApplicable => "Not applicable",
        }
    }
}

/// One statement of the migration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexReport {
    pub index: String,
    pub table: String,
    pub outcome: Outcome,
    /// SQLite's own words, when it refused, or would refuse once the name is free.
    pub error: Option<String>,
    /// What was found, in a sentence or two.
    pub explanation: String,
    pub documented_sql: String,
    /// What stands in the file under this name.
    pub deployed_sql: Option<String>,
    /// The statement that SQLite accepts instead of one that it refuses; tried on this file. Equal to `deployed_sql` when
    /// that stands there already.
    pub replacement_sql: Option<String>,
    /// Time of CREATE INDEX on the copy; `None` until it was really built.
    pub elapsed_ns: Option<u64>,
    /// Size of the index: in the file when it is there, otherwise once built on the copy.
    pub bytes: Option<u64>,
    /// Entries in the index.
    pub n_rows: Option<u64>,
    /// Rows of its table.
    pub n_table_rows: Option<u64>,
    /// What it costs every write to its table; `None` until measured, or when it cannot be.
    #[serde(default)]
    pub write_cost: Option<WriteCost>,
    /// Why it cannot be measured, in a sentence.
    #[serde(default)]
    pub write_cost_unknown: Option<String>,
}

impl IndexReport {
    /// Under its name stands the definition that SQLite accepts instead of the documented one: nothing is left to do.
    pub fn stands_corrected(&self) -> bool {
        self.outcome == Outcome::Differs && self.replacement_sql.is_some() && self.replacement_sql == self.deployed_sql
    }
}
