//! Whether one thing takes longer than another: the change of the median, with how sure that is.

use serde::{Deserialize, Serialize};

use super::estimates::CONFIDENCE_LEVEL;
use super::estimates::median_of_counted;
use super::order::sorted;
use super::resampling::{Distribution, Draw};
use super::samples::Samples;

/// How the samples of both sides belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// Taken in turns: sample by sample at almost the same time, so that what the machine did to one it did to both.
    Interleaved,
    /// Taken at different times, as against a baseline.
    Apart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeVerdict {
    Improved,
    Regressed,
    /// The whole interval lies below the noise threshold.
    WithinNoise,
    /// The interval is too wide to say.
    Undecided,
}

/// From one side to the other. A ratio of -0.1 is a tenth less time, 0.1 a tenth more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub ratio: Bound<f64>,
    /// Second median minus first.
    pub difference_ns: Bound<i64>,
    /// How often a change of this size would be seen, to either side, if there were none: from the same resamples.
    pub p_value: f64,
    /// Changes of a smaller ratio are of no interest.
    pub noise_threshold: f64,
    pub verdict: ChangeVerdict,
    /// For an undecided one, about how many more samples of each side would decide, as an interval shrinks with the
    /// root of their number. `None` when the change lies on the threshold itself.
    pub n_more_samples: Option<u64>,
}

/// A figure with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound<T> {
    pub point: T,
    pub lower: T,
    pub upper: T,
}

/// More are not worth asking for.
const MAX_MORE_SAMPLES: f64 = 1e6;

/// Draws resamples in slices, so that whoever waits can stop between them.
pub struct Comparing {
    before: Vec<f64>,
    after: Vec<f64>,
    pairing: Pairing,
    n_resamples: u32,
    n_drawn: u32,
    draw: Draw,
    ratios: Distribution,
    differences: Distribution,
    scratch: Scratch,
}

/// Ranks of the samples and counts of the current resample.
struct Scratch {
    sorted: [Vec<f64>; 2],
    /// Where each sample stands in `sorted`.
    ranks: [Vec<usize>; 2],
    counts: [Vec<u32>; 2],
}

impl Comparing {
    /// Interleaved samples are taken pair by pair; what one side has more is left out.
    pub fn new(before: &Samples, after: &Samples, pairing: Pairing, n_resamples: u32) -> Self {
        let (mut before, mut after) = (before.per_iteration_ns(), after.per_iteration_ns());
        if pairing == Pairing::Interleaved {
            let n = before.len().min(after.len());
            before.truncate(n);
            after.truncate(n);
        }
        let scratch = Scratch {
            sorted: [sorted(&before), sorted(&after)],
            ranks: [ranks(&before), ranks(&after)],
            counts: [vec![0; before.len()], vec![0; after.len()]],
        };
        Self {
            before,
            after,
            pairing,
            n_resamples,
            n_drawn: 0,
            draw: Draw::new(),
            ratios: Distribution::default(),
            differences: Distribution::default(),
            scratch,
        }
    }

    /// Draws up to `n` more. `false` once all are drawn.
    pub fn advance(&mut self, n: u32) -> bool {
        if self.before.is_empty() || self.after.is_empty() {
            return false;
        }
        let until = self.n_drawn.saturating_add(n).min(self.n_resamples);
        while self.n_drawn < until {
            self.resample();
            self.n_drawn += 1;
        }
        self.n_drawn < self.n_resamples
    }

    fn resample(&mut self) {
        let Scratch { sorted: [sorted_before, sorted_after], ranks: [ranks_before, ranks_after], counts } =
            &mut self.scratch;
        let [counts_before, counts_after] = counts;
        counts_before.fill(0);
        counts_after.fill(0);
        let add = |ranks: &[usize], counts: &mut [u32], at: usize| {
            if let Some(count) = ranks.get(at).and_then(|rank| counts.get_mut(*rank)) {
                *count += 1;
            }
        };
        for _ in 0..self.before.len() {
            let at = self.draw.below(self.before.len());
            add(ranks_before, counts_before, at);
            if self.pairing == Pairing::Interleaved {
                add(ranks_after, counts_after, at);
            }
        }
        if self.pairing == Pairing::Apart {
            for _ in 0..self.after.len() {
                add(ranks_after, counts_after, self.draw.below(self.after.len()));
            }
        }
        let before = median_of_counted(sorted_before, counts_before);
        let after = median_of_counted(sorted_after, counts_after);
        self.differences.push(after - before);
        self.ratios.push(ratio(before, after));
    }

    /// `None` when one side has no samples, or takes no time that the clock could see.
    pub fn finish(mut self, noise_threshold: f64) -> Option<Change> {
        let all = |values: &[f64]| median_of_counted(&sorted(values), &vec![1; values.len()]);
        let (before, after) = (all(&self.before), all(&self.after));
        if self.n_drawn == 0 || before <= 0.0 {
            return None;
        }
        let p_value = self.differences.p_value();
        let [lower, upper] = self.ratios.interval(CONFIDENCE_LEVEL);
        let ratio = Bound { point: ratio(before, after), lower, upper };
        let [lower, upper] = self.differences.interval(CONFIDENCE_LEVEL);
        let ns = |x: f64| x.round() as i64;
        let verdict = verdict(ratio, noise_threshold);
        let n_samples = self.before.len().min(self.after.len());
        let n_more_samples = (verdict == ChangeVerdict::Undecided).then(|| n_more(ratio, noise_threshold, n_samples));
        Some(Change {
            ratio,
            difference_ns: Bound { point: ns(after - before), lower: ns(lower), upper: ns(upper) },
            p_value,
            noise_threshold,
            verdict,
            n_more_samples: n_more_samples.flatten(),
        })
    }
}

fn ratio(before: f64, after: f64) -> f64 {
    if before > 0.0 { after / before - 1.0 } else { 0.0 }
}

fn ranks(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| match (values.get(*a), values.get(*b)) {
        (Some(a), Some(b)) => a.total_cmp(b),
        _ => a.cmp(b),
    });
    let mut ranks = vec![0; values.len()];
    for (rank, at) in order.into_iter().enumerate() {
        if let Some(slot) = ranks.get_mut(at) {
            *slot = rank;
        }
    }
    ranks
}

/// A change is one when the whole interval lies beyond the threshold. At zero that is a p-value below 0.05.
fn verdict(ratio: Bound<f64>, noise_threshold: f64) -> ChangeVerdict {
    if ratio.upper < -noise_threshold {
        ChangeVerdict::Improved
    } else if ratio.lower > noise_threshold {
        ChangeVerdict::Regressed
    } else if ratio.lower >= -noise_threshold && ratio.upper <= noise_threshold {
        ChangeVerdict::WithinNoise
    } else {
        ChangeVerdict::Undecided
    }
}

/// Until the interval's half would be shorter than the way to the nearer threshold.
fn n_more(ratio: Bound<f64>, noise_threshold: f64, n_samples: usize) -> Option<u64> {
    let way = (ratio.point.abs() - noise_threshold).abs();
    let half = (ratio.upper - ratio.point).max(ratio.point - ratio.lower);
    let needed = n_samples as f64 * (half / way).powi(2);
    let more = (needed - n_samples as f64).ceil();
    (more.is_finite() && more <= MAX_MORE_SAMPLES).then_some(more.max(1.0) as u64)
}
