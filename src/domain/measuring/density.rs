//! Where the samples lie: a kernel density estimate.

use super::point_estimates;
use super::samples::Samples;

/// A curve over times of one iteration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Density {
    /// Nanoseconds, evenly spaced.
    pub xs: Vec<f64>,
    /// Per nanosecond; the area below the curve is 1 when it is drawn far enough.
    pub ys: Vec<f64>,
}

/// A Gaussian kernel with Silverman's bandwidth, over the samples' range and three bandwidths beyond it, as criterion
/// draws it (B. W. Silverman, Density Estimation, 1986, (3.28)). `None` when all samples are equal, or there are none.
pub fn density(samples: &Samples, n_points: usize) -> Option<Density> {
    let values = samples.per_iteration_ns();
    let n = values.len() as f64;
    let std_dev = point_estimates(samples).std_dev;
    let bandwidth = std_dev * (4.0 / (3.0 * n)).powf(0.2);
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // The deviation of equal samples is not always 0 to the last digit.
    if !(bandwidth.is_finite() && bandwidth > 0.0 && least < most) || n_points < 2 {
        return None;
    }
    let (least, most) = (least - 3.0 * bandwidth, most + 3.0 * bandwidth);
    let step = (most - least) / (n_points - 1) as f64;
    let xs: Vec<f64> = (0..n_points).map(|at| least + step * at as f64).collect();
    let kernel = |x: f64| (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let height = |x: &f64| values.iter().map(|value| kernel((x - value) / bandwidth)).sum::<f64>() / (n * bandwidth);
    let ys = xs.iter().map(height).collect();
    Some(Density { xs, ys })
}
