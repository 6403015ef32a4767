//! Whether one thing takes longer than another: the median change, with how sure that is.
//!
//! Samples that were taken in turns are compared pair by pair. A machine that is slow for seconds makes the samples of both sides
//! fall into two heaps, and from one resample to the next the medians jump between them, each by itself; the two of a pair
//! stand in the same heap, so that their ratio stays.

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
    /// The median of the pairs' differences; of samples taken apart, second median minus first.
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
    pairing: Pairing,
    median_before: f64,
    /// The pairs' differences and ratios; of samples taken apart, their times.
    series: [Series; 2],
    n_resamples: u32,
    n_drawn: u32,
    draw: Draw,
    ratios: Distribution,
    differences: Distribution,
}

/// Values of which the median is asked again and again: in order, and how often each stands in the current resample.
struct Series {
    sorted: Vec<f64>,
    /// Where each value stands in `sorted`.
    ranks: Vec<usize>,
    counts: Vec<u32>,
}

impl Series {
    fn new(values: &[f64]) -> Self {
        Self { sorted: sorted(values), ranks: ranks(values), counts: vec![1; values.len()] }
    }

    fn len(&self) -> usize {
        self.sorted.len()
    }

    fn clear(&mut self) {
        self.counts.fill(0);
    }

    fn add(&mut self, at: usize) {
        if let Some(count) = self.ranks.get(at).and_then(|rank| self.counts.get_mut(*rank)) {
            *count += 1;
        }
    }

    fn median(&self) -> f64 {
        median_of_counted(&self.sorted, &self.counts)
    }
}

impl Comparing {
    /// What one side of interleaved samples has more is left out.
    pub fn new(before: &Samples, after: &Samples, pairing: Pairing, n_resamples: u32) -> Self {
        let (mut before, mut after) = (before.per_iteration_ns(), after.per_iteration_ns());
        if pairing == Pairing::Interleaved {
            let n = before.len().min(after.len());
            before.truncate(n);
            after.truncate(n);
        }
        let pairs = || before.iter().zip(&after);
        let series = match pairing {
            Pairing::Interleaved => [
                pairs().map(|(before, after)| after - before).collect(),
                pairs().map(|(before, after)| ratio(*before, *after)).collect(),
            ],
            Pairing::Apart => [before.clone(), after],
        };
        Self {
            pairing,
            median_before: Series::new(&before).median(),
            series: series.map(|values: Vec<f64>| Series::new(&values)),
            n_resamples,
            n_drawn: 0,
            draw: Draw::new(),
            ratios: Distribution::default(),
            differences: Distribution::default(),
        }
    }

    /// Draws up to `n` more. `false` once all are drawn.
    pub fn advance(&mut self, n: u32) -> bool {
        if self.series.iter().any(|series| series.len() == 0) {
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
        let [one, other] = &mut self.series;
        one.clear();
        other.clear();
        for _ in 0..one.len() {
            let at = self.draw.below(one.len());
            one.add(at);
            if self.pairing == Pairing::Interleaved {
                other.add(at);
            }
        }
        if self.pairing == Pairing::Apart {
            for _ in 0..other.len() {
                other.add(self.draw.below(other.len()));
            }
        }
        let (difference, ratio) = self.change();
        self.differences.push(difference);
        self.ratios.push(ratio);
    }

    /// Of the current resample.
    fn change(&self) -> (f64, f64) {
        let [one, other] = self.series.each_ref().map(Series::median);
        match self.pairing {
            Pairing::Interleaved => (one, other),
            Pairing::Apart => (other - one, ratio(one, other)),
        }
    }

    /// `None` when one side has no samples, or takes no time that the clock could see.
    pub fn finish(mut self, noise_threshold: f64) -> Option<Change> {
        if self.n_drawn == 0 || self.median_before <= 0.0 {
            return None;
        }
        // Each value once again.
        self.series.iter_mut().for_each(|series| series.counts.fill(1));
        let (difference, ratio) = self.change();
        let p_value = self.differences.p_value();
        let [lower, upper] = self.ratios.interval(CONFIDENCE_LEVEL);
        let ratio = Bound { point: ratio, lower, upper };
        let [lower, upper] = self.differences.interval(CONFIDENCE_LEVEL);
        let ns = |x: f64| x.round() as i64;
        let verdict = verdict(ratio, noise_threshold);
        let [one, other] = &self.series;
        let n_samples = one.len().min(other.len());
        let n_more_samples = (verdict == ChangeVerdict::Undecided).then(|| n_more(ratio, noise_threshold, n_samples));
        Some(Change {
            ratio,
            difference_ns: Bound { point: ns(difference), lower: ns(lower), upper: ns(upper) },
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
