//! The bootstrap: statistics of samples drawn anew from the samples, with replacement (B. Efron, 1979).

use fastrand::Rng;

use super::order::percentile;

/// The same figures for the same samples: a report can be checked. The value has no meaning.
const SEED: u64 = 0x5EED;

pub(super) struct Draw(Rng);

impl Draw {
    pub(super) fn new() -> Self {
        Self(Rng::with_seed(SEED))
    }

    /// Below `n`; 0 when `n` is 0. In 32 bits, because a `usize` would give others in wasm than natively.
    pub(super) fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { self.0.u32(..n as u32) as usize }
    }
}

/// Values of one statistic, drawn so far.
#[derive(Default)]
pub(super) struct Distribution {
    values: Vec<f64>,
}

impl Distribution {
    pub(super) fn push(&mut self, value: f64) {
        self.values.push(value);
    }

    /// The middle part that holds `confidence_level` of the values.
    pub(super) fn interval(&mut self, confidence_level: f64) -> [f64; 2] {
        self.values.sort_unstable_by(f64::total_cmp);
        let outside = (1.0 - confidence_level) / 2.0;
        [percentile(&self.values, outside), percentile(&self.values, 1.0 - outside)]
    }

    /// Twice the smaller share of values on one side of 0: how often a difference of this size would be seen, to either
    /// side, if there were none. Never 0, because a finite number of resamples cannot show that.
    pub(super) fn p_value(&self) -> f64 {
        let n = self.values.len() as f64;
        let at_most = self.values.iter().filter(|value| **value <= 0.0).count() as f64;
        let at_least = self.values.iter().filter(|value| **value >= 0.0).count() as f64;
        (2.0 * (at_most.min(at_least) + 1.0) / (n + 1.0)).min(1.0)
    }
}
