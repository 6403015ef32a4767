//! How the pool was used, from the lines of a log that say so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::events::PoolEvent;
use crate::domain::monitoring::{MAX_BUCKETS, next_width};

/// Intervals and time-outs that are kept one by one; the others are counted.
const MAX_KEPT: usize = 100;

/// What the lines of one stretch of time say together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolBucket {
    pub n: u64,
    pub max_size: u32,
    pub max_used: u32,
    pub min_used: u32,
    /// Lines with no connection available.
    pub n_none: u64,
}

/// Lines that follow each other and say that no connection was available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exhaustion {
    /// Of the first such line, and of the last.
    pub from_ns: i64,
    pub to_ns: i64,
    pub line: u64,
    pub n_lines: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PoolUse {
    /// Lines that tell of the pool's size.
    pub n: u64,
    pub width_ns: i64,
    pub buckets: BTreeMap<i64, PoolBucket>,
    pub max_size: u32,
    pub max_used: u32,
    /// Lines with none available, and with one only.
    pub n_none: u64,
    pub n_near: u64,
    pub exhaustions: Vec<Exhaustion>,
    pub n_exhaustions: u64,
    pub n_time_outs: u64,
    /// Line and time of the first.
    pub time_outs: Vec<(u64, i64)>,
    pub n_slow_acquires: u64,
    /// Lines that say that fewer connections were in use than the line before.
    pub n_falls: u64,
    last_used: u32,
    is_exhausted: bool,
}

impl PoolUse {
    pub fn take(&mut self, event: PoolEvent, line: u64, at_ns: i64) {
        match event {
            PoolEvent::Stats { size, available } => self.take_stats(size, available, line, at_ns),
            PoolEvent::TimeOut => {
                self.n_time_outs += 1;
                if self.time_outs.len() < MAX_KEPT {
                    self.time_outs.push((line, at_ns));
                }
            }
            PoolEvent::SlowAcquire => self.n_slow_acquires += 1,
        }
    }

    fn take_stats(&mut self, size: u32, available: u32, line: u64, at_ns: i64) {
        let used = size - available.min(size);
        self.n_falls += u64::from(self.n > 0 && used < self.last_used);
        self.last_used = used;
        self.n += 1;
        self.max_size = self.max_size.max(size);
        self.max_used = self.max_used.max(used);
        let is_none = size > 0 && available == 0;
        self.n_none += u64::from(is_none);
        self.n_near += u64::from(available == 1 && size > 1);
        self.note_exhaustion(is_none, line, at_ns);
        let bucket = PoolBucket { n: 1, max_size: size, max_used: used, min_used: used, n_none: is_none.into() };
        self.width_ns = self.width_ns.max(next_width(0));
        put(&mut self.buckets, at_ns.div_euclid(self.width_ns), bucket);
        while let (Some((first, _)), Some((last, _))) = (self.buckets.first_key_value(), self.buckets.last_key_value())
            && last.saturating_sub(*first) >= MAX_BUCKETS
        {
            let wider = next_width(self.width_ns);
            let factor = (wider / self.width_ns).max(2);
            for (at, bucket) in std::mem::take(&mut self.buckets) {
                put(&mut self.buckets, at.div_euclid(factor), bucket);
            }
            self.width_ns = wider;
        }
    }

    fn note_exhaustion(&mut self, is_none: bool, line: u64, at_ns: i64) {
        let goes_on = std::mem::replace(&mut self.is_exhausted, is_none) && is_none;
        if goes_on {
            // The last one that is kept may be of an earlier interval.
            if self.n_exhaustions as usize == self.exhaustions.len()
                && let Some(last) = self.exhaustions.last_mut()
            {
                last.to_ns = last.to_ns.max(at_ns);
                last.n_lines += 1;
            }
        } else if is_none {
            self.n_exhaustions += 1;
            if self.exhaustions.len() < MAX_KEPT {
                self.exhaustions.push(Exhaustion { from_ns: at_ns, to_ns: at_ns, line, n_lines: 1 });
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.n == 0 && self.n_time_outs == 0 && self.n_slow_acquires == 0
    }

    /// Whether somebody found no connection available.
    pub fn ran_out(&self) -> bool {
        self.n_none > 0 || self.n_time_outs > 0
    }

    /// Start and end of what the lines tell of.
    pub fn extent_ns(&self) -> Option<[i64; 2]> {
        let (first, last) = (self.buckets.first_key_value()?.0, self.buckets.last_key_value()?.0);
        Some([first.saturating_mul(self.width_ns), last.saturating_add(1).saturating_mul(self.width_ns)])
    }

    /// Connections that were in use at least, in each quarter of the time.
    pub fn floors(&self) -> Option<[u32; 4]> {
        let (first, last) = (*self.buckets.first_key_value()?.0, *self.buckets.last_key_value()?.0);
        let span = last.saturating_sub(first).saturating_add(1);
        let mut floors = [None; 4];
        for (at, bucket) in &self.buckets {
            let quarter = (at.saturating_sub(first).saturating_mul(4) / span).clamp(0, 3) as usize;
            if let Some(floor) = floors.get_mut(quarter) {
                *floor = Some(floor.map_or(bucket.min_used, |least: u32| least.min(bucket.min_used)));
            }
        }
        let [Some(one), Some(two), Some(three), Some(four)] = floors else { return None };
        Some([one, two, three, four])
    }
}

fn put(buckets: &mut BTreeMap<i64, PoolBucket>, at: i64, bucket: PoolBucket) {
    let merged = match buckets.get(&at) {
        None => bucket,
        Some(there) => PoolBucket {
            n: there.n + bucket.n,
            max_size: there.max_size.max(bucket.max_size),
            max_used: there.max_used.max(bucket.max_used),
            min_used: there.min_used.min(bucket.min_used),
            n_none: there.n_none + bucket.n_none,
        },
    };
    buckets.insert(at, merged);
}
