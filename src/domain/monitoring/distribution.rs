//! How often each duration came.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Durations are counted to three significant digits, as they are shown: whatever the number of events, there are no
/// more than 900 different ones for each power of ten.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    counts: BTreeMap<u64, u64>,
    n: u64,
    /// Of the exact durations.
    sum_ns: u64,
}

impl Distribution {
    pub fn add(&mut self, ns: u64) {
        *self.counts.entry(three_digits(ns)).or_default() += 1;
        self.n += 1;
        self.sum_ns = self.sum_ns.saturating_add(ns);
    }

    pub fn merge(&mut self, other: &Self) {
        for (ns, n) in &other.counts {
            *self.counts.entry(*ns).or_default() += n;
        }
        self.n += other.n;
        self.sum_ns = self.sum_ns.saturating_add(other.sum_ns);
    }

    pub fn n(&self) -> u64 {
        self.n
    }

    pub fn sum_ns(&self) -> u64 {
        self.sum_ns
    }

    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// The smallest duration that at least this share of all do not exceed; 0 without any.
    pub fn quantile_ns(&self, share: f64) -> u64 {
        let rank = ((share * self.n as f64).ceil() as u64).max(1);
        let mut below = 0;
        for (ns, n) in &self.counts {
            below += n;
            if below >= rank {
                return *ns;
            }
        }
        self.max_ns()
    }

    pub fn median_ns(&self) -> u64 {
        self.quantile_ns(0.5)
    }

    pub fn min_ns(&self) -> u64 {
        self.counts.keys().next().copied().unwrap_or(0)
    }

    pub fn max_ns(&self) -> u64 {
        self.counts.keys().next_back().copied().unwrap_or(0)
    }

    /// Each duration with how often it came, the shortest first.
    pub fn counts(&self) -> impl Iterator<Item = (u64, u64)> {
        self.counts.iter().map(|(ns, n)| (*ns, *n))
    }
}

fn three_digits(ns: u64) -> u64 {
    let step = 10_u64.pow(ns.checked_ilog10().unwrap_or(0).saturating_sub(2));
    ns.saturating_add(step / 2) / step * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_three_digits() {
        for (ns, expect) in [(0, 0), (7, 7), (999, 999), (1_234, 1_230), (1_235, 1_240), (12_000_000, 12_000_000)] {
            assert_eq!(three_digits(ns), expect);
        }
        assert_eq!(three_digits(u64::MAX) / 10_u64.pow(17), 184);
    }

    #[test]
    fn quantiles_are_durations_that_came() {
        let mut all = Distribution::default();
        assert_eq!((all.quantile_ns(0.5), all.max_ns()), (0, 0));
        for ms in 1..=100 {
            all.add(ms);
        }
        let quantiles = [0.0, 0.01, 0.5, 0.95, 0.99, 1.0].map(|share| all.quantile_ns(share));
        assert_eq!(quantiles, [1, 1, 50, 95, 99, 100]);
        let mut twice = all.clone();
        twice.merge(&all);
        assert_eq!((twice.n(), twice.sum_ns(), twice.median_ns()), (200, 10_100, 50));
    }
}
