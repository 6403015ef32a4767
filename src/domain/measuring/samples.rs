//! What was measured: how often each sample ran its statement, and how long that took.

use serde::{Deserialize, Serialize};

/// How the numbers of iterations were chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SamplingMode {
    /// They differ from sample to sample, so that a line can be fitted.
    Linear,
    /// The same for every sample.
    #[default]
    Flat,
}

/// In the order in which they were taken. Both lists have the same length.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Samples {
    pub sampling_mode: SamplingMode,
    pub iterations: Vec<u64>,
    /// Of all iterations of a sample together.
    pub times_ns: Vec<u64>,
}

impl Samples {
    pub fn new(sampling_mode: SamplingMode) -> Self {
        Self { sampling_mode, ..Self::default() }
    }

    pub fn push(&mut self, iterations: u64, time_ns: u64) {
        self.iterations.push(iterations);
        self.times_ns.push(time_ns);
    }

    pub fn len(&self) -> usize {
        self.iterations.len().min(self.times_ns.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn n_iterations(&self) -> u64 {
        // Read ones may be of any size.
        self.iterations.iter().fold(0, |sum: u64, n| sum.saturating_add(*n))
    }

    /// Iterations and time of each sample.
    pub fn pairs(&self) -> impl Iterator<Item = (u64, u64)> {
        self.iterations.iter().copied().zip(self.times_ns.iter().copied())
    }

    /// Time of one iteration in each sample, in nanoseconds.
    pub fn per_iteration_ns(&self) -> Vec<f64> {
        self.pairs().map(|(iterations, time_ns)| time_ns as f64 / iterations.max(1) as f64).collect()
    }
}
