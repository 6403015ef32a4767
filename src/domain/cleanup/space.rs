//! What a deletion frees, inside the file and out of it, and what it writes.

use serde::{Deserialize, Serialize};

use crate::domain::database::AutoVacuum;
use crate::domain::numbers::{bytes, counted, percent};

/// VACUUM gives back at least this share of the file, or it is not worth its lock and its copy.
const WORTH_SHARE: u64 = 10;

/// And at least this much, in bytes.
const WORTH_BYTES: u64 = 1_000_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Space {
    /// Bytes per page.
    pub page_size: u64,
    pub page_count_before: u64,
    /// Smaller than before only where the file shrinks by itself.
    pub page_count_after: u64,
    pub freelist_before: u64,
    pub freelist_after: u64,
    pub auto_vacuum: AutoVacuum,
    /// Tables and indexes whose pages or fill changed, the most freed first.
    pub btrees: Vec<BtreeChange>,
    pub vacuum: Vacuum,
    /// Different pages of the file that were written.
    pub n_pages_written: u64,
    /// Of those, the ones that were there before: what a rollback journal has to keep.
    pub n_pages_journaled: u64,
}

/// One b-tree before and after, from dbstat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BtreeChange {
    pub name: String,
    pub table: String,
    pub is_index: bool,
    pub pages_before: u64,
    pub pages_after: u64,
    /// Bytes not used inside its pages.
    pub unused_before: u64,
    pub unused_after: u64,
}

/// The file after VACUUM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vacuum {
    pub bytes_after: u64,
    /// Really run on the copy; otherwise worked out from how full the pages are.
    pub is_tried: bool,
    /// Time of VACUUM on the copy, where it was run.
    pub elapsed_ns: Option<u64>,
    /// Up to this many bytes of data it is run.
    pub limit_bytes: u64,
}

impl Space {
    pub fn bytes_before(&self) -> u64 {
        self.page_count_before * self.page_size
    }

    /// Without VACUUM.
    pub fn bytes_after(&self) -> u64 {
        self.page_count_after * self.page_size
    }

    /// Pages that held something and now do not.
    pub fn n_pages_freed(&self) -> u64 {
        let used = |pages: u64, free: u64| pages.saturating_sub(free);
        used(self.page_count_before, self.freelist_before)
            .saturating_sub(used(self.page_count_after, self.freelist_after))
    }

    /// A header of one sector, and every page with its number and its checksum.
    pub fn journal_bytes(&self) -> u64 {
        512 + self.n_pages_journaled * (self.page_size + 8)
    }

    /// A header, and every page with a header of its own.
    pub fn wal_bytes(&self) -> u64 {
        32 + self.n_pages_written * (self.page_size + 24)
    }

    /// Bytes that VACUUM takes from the file as the deletion leaves it.
    pub fn vacuum_saves(&self) -> u64 {
        self.bytes_after().saturating_sub(self.vacuum.bytes_after)
    }

    pub fn is_vacuum_worth_it(&self) -> bool {
        let saved = self.vacuum_saves();
        saved >= WORTH_BYTES && saved.saturating_mul(100) >= self.bytes_after().saturating_mul(WORTH_SHARE)
    }

    /// Whether VACUUM is worth it, and by which rule.
    pub fn vacuum_advice(&self) -> String {
        let saved = bytes(self.vacuum_saves()).text();
        let share = percent(self.vacuum_saves(), self.bytes_after()).map(|share| share.text()).unwrap_or_default();
        let rule = format!("from {WORTH_SHARE} % of the file and {} on", bytes(WORTH_BYTES).text());
        if self.is_vacuum_worth_it() {
            format!("VACUUM is worth it ({rule}): it gives back {saved}, {share} of the file.")
        } else {
            format!(
                "VACUUM is not worth it ({rule}): it gives back {saved}. Later inserts fill the free pages without it."
            )
        }
    }

    /// What `auto_vacuum` does for this file.
    pub fn auto_vacuum_words(&self) -> String {
        let free = counted(self.freelist_after, "free page", "free pages");
        match self.auto_vacuum {
            AutoVacuum::None => format!(
                "`auto_vacuum` is off: the file keeps its size and its {free}, and `PRAGMA incremental_vacuum` would do nothing."
            ),
            AutoVacuum::Full => "`auto_vacuum` is full: the file shrinks by itself with each transaction.".into(),
            AutoVacuum::Incremental => {
                format!("`auto_vacuum` is incremental: `PRAGMA incremental_vacuum` would give back {free}.")
            }
        }
    }

    /// How the size after VACUUM is known.
    pub fn vacuum_words(&self) -> String {
        let limit = bytes(self.vacuum.limit_bytes).text();
        if self.vacuum.is_tried {
            format!("VACUUM was run on the copy, as it is up to {limit} of data.")
        } else {
            format!("Estimated from how full the pages are: beyond {limit} of data VACUUM is not run here.")
        }
    }
}

impl BtreeChange {
    pub fn pages_freed(&self) -> u64 {
        self.pages_before.saturating_sub(self.pages_after)
    }
}
