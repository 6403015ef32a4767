//! A baseline against a later one, entry by entry.

use serde::{Deserialize, Serialize};

use super::difference::{Difference, comparable, differences, own_differences};
use super::{Baseline, BaselineEntry, RanOn};
use crate::domain::measuring::{Bound, Change, Comparing, Estimate, Pairing};

/// What both have, beside each other, and what only one of them has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaselineComparison {
    /// In the circumstances.
    pub differences: Vec<Difference>,
    /// In the order of the later one.
    pub comparisons: Vec<Comparison>,
    pub only_before: Vec<String>,
    pub only_now: Vec<String>,
}

/// One measurement, then and now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub id: String,
    pub of: RanOn,
    /// Medians.
    pub before: Estimate,
    pub now: Estimate,
    /// Then and now.
    pub n_samples: [u32; 2],
    /// Whether both were taken under the same circumstances.
    pub comparable: bool,
    change: Option<Change>,
}

impl Comparison {
    /// Shown in any case. `None` when the clock saw no time before.
    pub fn ratio(&self) -> Option<Bound<f64>> {
        self.change.as_ref().map(|change| change.ratio)
    }

    /// With its verdict; not across differing circumstances, unless a person insists.
    pub fn judged(&self, insist: bool) -> Option<&Change> {
        self.change.as_ref().filter(|_| self.comparable || insist)
    }
}

/// Draws resamples in slices, so that whoever waits can stop between them.
pub struct ComparingBaselines {
    compared: BaselineComparison,
    /// Of each in `compared`, in the same order.
    changes: Vec<Comparing>,
    n_advanced: usize,
    noise_threshold: f64,
}

impl ComparingBaselines {
    /// By the settings of the later one.
    pub fn new(before: &Baseline, now: &Baseline) -> Self {
        let mut differences = differences(before, now);
        let ids = |of: &Baseline, other: &Baseline| {
            let missing = of.entries.iter().filter(|entry| other.entry(&entry.id).is_none());
            missing.map(|entry| entry.id.clone()).collect()
        };
        let pairs: Vec<(&BaselineEntry, &BaselineEntry)> =
            now.entries.iter().filter_map(|entry| Some((before.entry(&entry.id)?, entry))).collect();
        // With the measurements that each concerns.
        let mut own: Vec<(Difference, Vec<&str>)> = Vec::new();
        for (old, new) in &pairs {
            for difference in own_differences((before, old), (now, new)) {
                match own.iter_mut().find(|(known, _)| *known == difference) {
                    Some((_, ids)) => ids.push(&new.id),
                    None => own.push((difference, vec![&new.id])),
                }
            }
        }
        let n_resamples = now.settings.n_resamples;
        let comparing = |(before, now): &(&BaselineEntry, &BaselineEntry)| {
            Comparing::new(&before.samples, &now.samples, Pairing::Apart, n_resamples)
        };
        let comparison = |(before, now): &(&BaselineEntry, &BaselineEntry)| Comparison {
            id: now.id.clone(),
            of: now.of,
            before: before.estimates.median,
            now: now.estimates.median,
            n_samples: [before, now].map(|entry| entry.estimates.n_samples),
            comparable: comparable(now.of, &differences) && !own.iter().any(|(_, ids)| ids.contains(&now.id.as_str())),
            change: None,
        };
        let comparisons = pairs.iter().map(comparison).collect();
        differences.extend(own.into_iter().map(|(difference, ids)| difference.concerning(&ids, pairs.len())));
        Self {
            changes: pairs.iter().map(comparing).collect(),
            compared: BaselineComparison {
                comparisons,
                only_before: ids(before, now),
                only_now: ids(now, before),
                differences,
            },
            n_advanced: 0,
            noise_threshold: now.settings.noise_threshold,
        }
    }

    /// Entries whose resamples are all drawn.
    pub fn n_done(&self) -> u64 {
        self.n_advanced as u64
    }

    pub fn n_total(&self) -> u64 {
        self.changes.len() as u64
    }

    /// Draws up to `n` more, of one entry. `false` once all are drawn.
    pub fn advance(&mut self, n: u32) -> bool {
        let Some(comparing) = self.changes.get_mut(self.n_advanced) else { return false };
        if !comparing.advance(n) {
            self.n_advanced += 1;
        }
        self.n_advanced < self.changes.len()
    }

    pub fn finish(self) -> BaselineComparison {
        let mut compared = self.compared;
        for (comparison, comparing) in compared.comparisons.iter_mut().zip(self.changes) {
            comparison.change = comparing.finish(self.noise_threshold);
        }
        compared
    }
}
