//! What running a documented statement takes, with something and without it: the proof behind a finding.

use serde::{Deserialize, Serialize};

use super::finding::Subject;
use super::verdict::Statistics;

/// Counters of one run on a fresh connection; they do not vary between runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    pub vm_steps: u64,
    /// Different pages that the run read, without the schema's.
    pub pages_read: u64,
}

impl Work {
    /// Whether this is more work beyond doubt: a tenth more steps as well as pages, or three times the steps for no
    /// fewer pages. One counter alone may be the price of the other: a scan takes more steps than look-ups by an index
    /// that reads more pages.
    pub fn is_more_than(self, other: Self) -> bool {
        let more = is_much_more(self.vm_steps, other.vm_steps) && is_much_more(self.pages_read, other.pages_read);
        more || (self.vm_steps / 3 >= other.vm_steps && self.pages_read >= other.pages_read)
    }
}

/// A tenth more or less is a difference that a person may notice; below that the plans are as good as each other.
fn is_much_more(one: u64, other: u64) -> bool {
    one > other.saturating_add(other / 10)
}

/// A large index on one of the guide's tables, and what the documented statements that use it have of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LargeIndex {
    pub index: String,
    pub table: String,
    /// Empty when no documented statement uses it, neither with the file's statistics nor with fresh ones.
    pub savings: Vec<Saving>,
}

/// A documented statement, run with an index that its plan uses and without that index. A side is `None` when it did
/// not come to an end, for SQLite's refusal or for lack of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saving {
    pub statement: Subject,
    pub with: Option<Work>,
    pub without: Option<Work>,
}

impl LargeIndex {
    /// Whether a statement reads a tenth fewer pages or takes a tenth fewer steps. What was not measured counts as saved.
    pub fn saves(&self) -> bool {
        self.savings.iter().any(|saving| match (saving.with, saving.without) {
            (Some(with), Some(without)) => {
                is_much_more(without.pages_read, with.pages_read) || is_much_more(without.vm_steps, with.vm_steps)
            }
            _ => true,
        })
    }
}

/// A documented statement whose plan is another one with statistics than without any, run both ways on the file as
/// dropped. A side is `None` when it did not end in time; a statement that SQLite refuses is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatisticsEffect {
    pub statement: Subject,
    /// The file's own; those of a fresh ANALYZE when it has none.
    pub statistics: Statistics,
    pub with: Option<Work>,
    pub without: Option<Work>,
    /// Scans and sorts in each plan, which decide where a run did not come to an end.
    pub n_costly_with: u64,
    pub n_costly_without: u64,
    /// Statements that bring the work down without making more of it for another documented statement; tried.
    pub fix: Option<StatisticsFix>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatisticsFix {
    pub sql: String,
    /// What the statement takes then.
    pub with: Work,
}

impl StatisticsEffect {
    /// Whether the statement is more work with the statistics than without.
    pub fn is_harmful(&self) -> bool {
        match (self.with, self.without) {
            (Some(with), Some(without)) => with.is_more_than(without),
            // It ended without them, and did not end in time with them.
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (None, None) => self.n_costly_with > self.n_costly_without,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(one: (u64, u64), other: (u64, u64), expect: bool) {
        let work = |(vm_steps, pages_read)| Work { vm_steps, pages_read };
        assert_eq!(work(one).is_more_than(work(other)), expect, "{one:?} {other:?}");
    }

    #[test]
    fn one_counter_alone_may_be_the_price_of_the_other() {
        check((1200, 12), (1000, 10), true);
        check((1100, 11), (1000, 10), false);
        check((2900, 10), (1000, 10), false);
        check((3000, 10), (1000, 10), true);
        check((9000, 9), (1000, 10), false);
        check((900, 90), (1000, 10), false);
    }
}
