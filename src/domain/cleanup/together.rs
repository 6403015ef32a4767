//! All clean-ups one after the other: as documented, and in the best order that was found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::script::Script;
use crate::domain::numbers::{count, counted};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Together {
    /// In the documented order, foreign keys on and off.
    pub foreign_keys_on: Sequence,
    pub foreign_keys_off: Sequence,
    /// Foreign keys on; the documented order where none does better.
    pub best: Sequence,
    pub n_orders_tried: u64,
    pub n_orders: u64,
    /// What lets all of them finish that can.
    pub script: Script,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    pub runs: Vec<SequenceRun>,
    pub by_table: BTreeMap<String, u64>,
    pub updated_by_table: BTreeMap<String, u64>,
    pub inserted_by_table: BTreeMap<String, u64>,
    /// Rows whose parent went; empty with foreign keys on.
    pub orphans: BTreeMap<String, u64>,
    pub elapsed_ns: u64,
    pub vm_steps: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceRun {
    pub cleanup: String,
    /// Rows of its own table.
    pub n_deleted: u64,
    /// What stopped it; the next one runs all the same.
    pub error: Option<String>,
    #[serde(default)]
    pub elapsed_ns: u64,
    /// Rows that it and its triggers removed, changed or added, in all tables.
    #[serde(default)]
    pub n_changes: u64,
}

impl Sequence {
    pub fn n_failed(&self) -> usize {
        self.runs.iter().filter(|run| run.error.is_some()).count()
    }

    pub fn n_removed(&self) -> u64 {
        self.by_table.values().sum()
    }

    /// Whether it cannot end better than `other`: as many fail, with as much work.
    pub fn is_no_better_than(&self, other: &Self) -> bool {
        (self.n_failed(), self.vm_steps) >= (other.n_failed(), other.vm_steps)
    }

    fn order(&self) -> impl Iterator<Item = &str> {
        self.runs.iter().map(|run| run.cleanup.as_str())
    }
}

impl Together {
    /// What trying other orders came to.
    pub fn order_words(&self) -> String {
        if self.n_orders_tried == 1 && self.foreign_keys_on.n_failed() == 0 {
            return "Nothing stops any of them in the documented order, so no other was tried.".into();
        }
        let tried = match self.n_orders_tried {
            n if n == self.n_orders => format!("All {n} orders were tried"),
            n => format!("{n} of {} orders were tried to their end", self.n_orders),
        };
        let (documented, best) = (&self.foreign_keys_on, &self.best);
        if documented.order().eq(best.order()) {
            return format!("{tried}: none is better than the documented one.");
        }
        let failed = |sequence: &Sequence| counted(sequence.n_failed() as u64, "statement fails", "statements fail");
        format!(
            "{tried}. In the best one {} ({} as documented), and it takes {} in place of {} `vm_step`.",
            failed(best),
            documented.n_failed(),
            count(best.vm_steps),
            count(documented.vm_steps)
        )
    }
}
