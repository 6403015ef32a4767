//! Durations over time, in at most so many buckets however long the log is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::distribution::Distribution;

pub const MAX_BUCKETS: i64 = 120;

/// Each is a multiple of the one before, so that buckets merge whole: a millisecond to a week.
const WIDTHS_MS: [i64; 16] = [
    1,
    5,
    10,
    50,
    100,
    500,
    1_000,
    5_000,
    15_000,
    60_000,
    300_000,
    900_000,
    3_600_000,
    21_600_000,
    86_400_000,
    604_800_000,
];

/// The next width that buckets of this one merge into.
pub fn next_width(width_ns: i64) -> i64 {
    let wider = WIDTHS_MS.iter().map(|ms| ms * 1_000_000).find(|wider| *wider > width_ns);
    wider.unwrap_or(width_ns.saturating_mul(4))
}

/// Buckets of one width. They lie where the time says, so that a clock that goes backwards does no harm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    pub width_ns: i64,
    /// By their start in widths.
    buckets: BTreeMap<i64, Distribution>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { width_ns: WIDTHS_MS[0] * 1_000_000, buckets: BTreeMap::new() }
    }
}

impl Timeline {
    pub fn add(&mut self, at_ns: i64, duration_ns: u64) {
        self.buckets.entry(at_ns.div_euclid(self.width_ns)).or_default().add(duration_ns);
        while self.span() > MAX_BUCKETS {
            self.widen();
        }
    }

    fn span(&self) -> i64 {
        match (self.buckets.first_key_value(), self.buckets.last_key_value()) {
            (Some((first, _)), Some((last, _))) => last.saturating_sub(*first).saturating_add(1),
            _ => 0,
        }
    }

    fn widen(&mut self) {
        let wider = next_width(self.width_ns);
        // Wider than all of time.
        let factor = (wider / self.width_ns).max(2);
        for (at, bucket) in std::mem::take(&mut self.buckets) {
            self.buckets.entry(at.div_euclid(factor)).or_default().merge(&bucket);
        }
        self.width_ns = wider;
    }

    /// Start of each bucket that holds something, in time's order.
    pub fn buckets(&self) -> impl Iterator<Item = (i64, &Distribution)> {
        self.buckets.iter().map(|(at, bucket)| (at.saturating_mul(self.width_ns), bucket))
    }

    /// Start of the first bucket and end of the last.
    pub fn extent_ns(&self) -> Option<[i64; 2]> {
        let (first, last) = (self.buckets.first_key_value()?.0, self.buckets.last_key_value()?.0);
        Some([first.saturating_mul(self.width_ns), last.saturating_add(1).saturating_mul(self.width_ns)])
    }

    /// Buckets that begin before `at_ns` and those that do not.
    pub fn split(&self, at_ns: i64) -> [Distribution; 2] {
        let mut parts = [Distribution::default(), Distribution::default()];
        for (start, bucket) in self.buckets() {
            parts[usize::from(start >= at_ns)].merge(bucket);
        }
        parts
    }
}
