//! What a statement cost in I/O, for comparisons no clock can blur.

use std::collections::HashMap;

/// Calls of SQLite on a fork's main database file since the fork was made or its counters were reset.
///
/// Reads of the -wal and the -journal are not counted, nor are temporary files. Neither are reads that lie within the 100 bytes of the
/// database header: the pager probes them to learn whether its cache is still good, which depends on what ran before,
/// not on the statement. The page cache answers before this does: the same statement on the same file counts the same
/// only from the same cache, so use a fresh connection or `PRAGMA shrink_memory`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Reads, nearly always of one page each.
    pub reads: u64,
    pub bytes_read: u64,
    /// Different pages touched by those reads; a page is as large as the base's header says.
    pub distinct_pages: u64,
    pub writes: u64,
    pub bytes_written: u64,
    /// Writes to the -wal and the -journal.
    pub journal_writes: u64,
    /// Times that a disk would be asked to make lasting what was written, whichever of the files it is.
    pub syncs: u64,
}

/// Numbers of pages, from 1 as SQLite counts them.
///
/// A bit per page, in words found by `page / 64`: a scan costs little memory and so does one page of a huge file.
#[derive(Clone, Debug, Default)]
pub struct PageSet(HashMap<u64, u64>);

impl PageSet {
    pub fn contains(&self, page: u64) -> bool {
        self.0.get(&(page / 64)).is_some_and(|word| word & (1 << (page % 64)) != 0)
    }

    /// Answers whether it was not there before.
    pub fn insert(&mut self, page: u64) -> bool {
        let word = self.0.entry(page / 64).or_default();
        let bit = 1 << (page % 64);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

#[derive(Default)]
pub(super) struct Tally {
    pub(super) counters: Counters,
    pub(super) pages: PageSet,
}

impl Tally {
    const HEADER: u64 = 100;

    /// `length` bytes were read at `offset`; 0 when that was past the end.
    pub(super) fn read(&mut self, offset: u64, length: usize, page_size: usize) {
        let end = offset + length as u64;
        if length == 0 || end <= Self::HEADER {
            return;
        }
        self.counters.reads += 1;
        self.counters.bytes_read += length as u64;
        for page in offset / page_size as u64..end.div_ceil(page_size as u64) {
            self.counters.distinct_pages += u64::from(self.pages.insert(page + 1));
        }
    }

    pub(super) fn write(&mut self, length: usize) {
        self.counters.writes += 1;
        self.counters.bytes_written += length as u64;
    }
}
