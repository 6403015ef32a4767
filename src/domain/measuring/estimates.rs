//! What samples say about the time of one iteration, with how sure that is.

use serde::{Deserialize, Serialize};
use statrs::statistics::{Data, Distribution as _, Median as _};

use super::outliers::{Fences, Outliers};
use super::regression::slope_through_origin;
use super::resampling::{Distribution, Draw};
use super::samples::{Samples, SamplingMode};

/// Share of intervals made this way that hold the true value.
pub const CONFIDENCE_LEVEL: f64 = 0.95;

/// Makes a median absolute deviation comparable with a standard deviation: 1 / the third quartile of the standard
/// normal distribution, as criterion has it: in 32 bits, so that the figures are the same to their last digits.
const MAD_TO_STD_DEV: f64 = 1.4826_f32 as f64;

/// A figure with the interval that holds the true one, at [`Estimates::confidence_level`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    pub point_ns: u64,
    pub lower_ns: u64,
    pub upper_ns: u64,
}

/// Of the time of one iteration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimates {
    pub n_samples: u32,
    pub n_iterations: u64,
    pub n_resamples: u32,
    pub confidence_level: f64,
    pub mean: Estimate,
    pub median: Estimate,
    pub std_dev: Estimate,
    /// Times 1.4826, so that it equals the standard deviation of a normal distribution.
    pub median_abs_dev: Estimate,
    /// By linear regression through the origin; `None` when every sample ran as often.
    pub slope: Option<Estimate>,
    pub outliers: Outliers,
}

/// The figures without their intervals, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PointEstimates {
    pub mean: f64,
    pub median: f64,
    pub std_dev: f64,
    pub median_abs_dev: f64,
    pub slope: Option<f64>,
}

/// Zeros without samples; no deviation with one.
pub fn point_estimates(samples: &Samples) -> PointEstimates {
    let values = samples.per_iteration_ns();
    if values.is_empty() {
        return PointEstimates::default();
    }
    let data = Data::new(values.clone());
    let median = data.median();
    let deviations = Data::new(values.iter().map(|value| (value - median).abs()).collect::<Vec<_>>());
    PointEstimates {
        mean: data.mean().unwrap_or_default(),
        median,
        std_dev: data.std_dev().filter(|std_dev| std_dev.is_finite()).unwrap_or_default(),
        median_abs_dev: deviations.median() * MAD_TO_STD_DEV,
        slope: slope(samples),
    }
}

fn slope(samples: &Samples) -> Option<f64> {
    (samples.sampling_mode == SamplingMode::Linear).then(|| slope_through_origin(samples)).flatten()
}

/// Draws resamples in slices, so that whoever waits can stop between them.
pub struct Estimating<'a> {
    samples: &'a Samples,
    /// Times of one iteration, ascending.
    sorted: Vec<f64>,
    n_resamples: u32,
    n_drawn: u32,
    draw: Draw,
    /// How often the current resample holds each of `sorted`.
    counts: Vec<u32>,
    mean: Distribution,
    median: Distribution,
    std_dev: Distribution,
    median_abs_dev: Distribution,
    slope: Distribution,
}

impl<'a> Estimating<'a> {
    pub fn new(samples: &'a Samples, n_resamples: u32) -> Self {
        let sorted = super::order::sorted(&samples.per_iteration_ns());
        Self {
            counts: vec![0; sorted.len()],
            samples,
            sorted,
            n_resamples,
            n_drawn: 0,
            draw: Draw::new(),
            mean: Distribution::default(),
            median: Distribution::default(),
            std_dev: Distribution::default(),
            median_abs_dev: Distribution::default(),
            slope: Distribution::default(),
        }
    }

    /// Draws up to `n` more. `false` once all are drawn.
    pub fn advance(&mut self, n: u32) -> bool {
        let until = self.n_drawn.saturating_add(n).min(self.n_resamples);
        while self.n_drawn < until && !self.sorted.is_empty() {
            self.resample();
            self.n_drawn += 1;
        }
        self.n_drawn < self.n_resamples && !self.sorted.is_empty()
    }

    fn resample(&mut self) {
        let n = self.sorted.len();
        self.counts.fill(0);
        for _ in 0..n {
            let at = self.draw.below(n);
            if let Some(count) = self.counts.get_mut(at) {
                *count += 1;
            }
        }
        let counted = || self.counts.iter().map(|count| f64::from(*count)).zip(self.sorted.iter().copied());
        let mean = counted().map(|(count, value)| count * value).sum::<f64>() / n as f64;
        let squares = counted().map(|(count, value)| count * (value - mean) * (value - mean)).sum::<f64>();
        let median = median_of_counted(&self.sorted, &self.counts);
        self.mean.push(mean);
        self.std_dev.push((squares / n.saturating_sub(1).max(1) as f64).sqrt());
        self.median.push(median);
        self.median_abs_dev.push(abs_dev_of_counted(&self.sorted, &self.counts, median) * MAD_TO_STD_DEV);
        if self.samples.sampling_mode == SamplingMode::Linear {
            self.resample_slope();
        }
    }

    /// Of pairs of iterations and time, drawn on their own.
    fn resample_slope(&mut self) {
        let n = self.samples.len();
        let (mut xy, mut xx) = (0.0, 0.0);
        for _ in 0..n {
            let at = self.draw.below(n);
            if let (Some(x), Some(y)) = (self.samples.iterations.get(at), self.samples.times_ns.get(at)) {
                let (x, y) = (*x as f64, *y as f64);
                xy += x * y;
                xx += x * x;
            }
        }
        self.slope.push(if xx > 0.0 { xy / xx } else { 0.0 });
    }

    /// With intervals from what was drawn so far.
    pub fn finish(mut self) -> Estimates {
        let points = point_estimates(self.samples);
        let estimate = |point: f64, drawn: &mut Distribution| {
            let [lower, upper] = drawn.interval(CONFIDENCE_LEVEL);
            Estimate { point_ns: point.round() as u64, lower_ns: lower.round() as u64, upper_ns: upper.round() as u64 }
        };
        Estimates {
            n_samples: self.samples.len() as u32,
            n_iterations: self.samples.n_iterations(),
            n_resamples: self.n_drawn,
            confidence_level: CONFIDENCE_LEVEL,
            mean: estimate(points.mean, &mut self.mean),
            median: estimate(points.median, &mut self.median),
            std_dev: estimate(points.std_dev, &mut self.std_dev),
            median_abs_dev: estimate(points.median_abs_dev, &mut self.median_abs_dev),
            slope: points.slope.map(|slope| estimate(slope, &mut self.slope)),
            outliers: Fences::of(&self.sorted).count(&self.sorted),
        }
    }
}

/// The median of `sorted`, each taken as often as `counts` says.
pub(super) fn median_of_counted(sorted: &[f64], counts: &[u32]) -> f64 {
    middle(counts.iter().copied().zip(sorted.iter().copied()), counts.iter().sum())
}

/// The median distance from `center`: two pointers walk apart from it, so that nothing is sorted.
fn abs_dev_of_counted(sorted: &[f64], counts: &[u32], center: f64) -> f64 {
    let mut above = sorted.partition_point(|value| *value < center);
    let mut below = above;
    let distances = std::iter::from_fn(|| {
        let left = below.checked_sub(1).and_then(|at| Some((at, center - sorted.get(at)?)));
        let right = sorted.get(above).map(|value| (above, value - center));
        let (at, distance) = match (left, right) {
            (Some(left), Some(right)) => {
                if left.1 < right.1 {
                    left
                } else {
                    right
                }
            }
            (left, right) => left.or(right)?,
        };
        if at < below {
            below = at
        } else {
            above = at + 1
        }
        Some((counts.get(at).copied().unwrap_or_default(), distance))
    });
    middle(distances, counts.iter().sum())
}

/// The middle of ascending values with their counts, of which there are `n`; the mean of the middle two of an even number.
fn middle(ascending: impl Iterator<Item = (u32, f64)>, n: u32) -> f64 {
    let (low, high) = (n.saturating_sub(1) / 2, n / 2);
    let (mut seen, mut lower) = (0, None);
    for (count, value) in ascending {
        seen += count;
        if seen > low && lower.is_none() {
            lower = Some(value);
        }
        if seen > high {
            return lower.map_or(value, |lower| (lower + value) / 2.0);
        }
    }
    lower.unwrap_or_default()
}
