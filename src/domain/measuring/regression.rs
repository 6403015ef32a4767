//! Lines through samples.

use serde::{Deserialize, Serialize};

use super::samples::Samples;

/// Nanoseconds per iteration by least squares through the origin, as criterion's slope. `None` without samples.
pub fn slope_through_origin(samples: &Samples) -> Option<f64> {
    let (xy, xx) = samples.pairs().fold((0.0, 0.0), |(xy, xx), (iterations, time_ns)| {
        let (x, y) = (iterations as f64, time_ns as f64);
        (xy + x * y, xx + x * x)
    });
    (xx > 0.0).then_some(xy / xx)
}

/// A line by least squares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    pub intercept: f64,
    pub slope: f64,
    /// Share of the variance that the line explains; 1 when every point lies on it.
    pub r_squared: f64,
}

/// `None` with fewer than two different x.
pub fn fit_line(points: &[(f64, f64)]) -> Option<Fit> {
    // Not told by the sums below: the mean of equal numbers may differ from them in its last digit.
    let differ = |of: fn(&(f64, f64)) -> f64| points.windows(2).any(|pair| pair.first().map(of) != pair.last().map(of));
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(|p| p.0), mean(|p| p.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| points.iter().map(|(x, y)| of(x - mean_x, y - mean_y)).sum::<f64>();
    let (xx, xy, yy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
    if !(xx > 0.0 && differ(|p| p.0)) {
        return None;
    }
    let slope = xy / xx;
    let r_squared = if yy > 0.0 && differ(|p| p.1) { xy * xy / (xx * yy) } else { 1.0 };
    Some(Fit { intercept: mean_y - slope * mean_x, slope, r_squared })
}

/// `y = e^intercept * x^slope`: a line through the logarithms. Points that have none are left out.
pub fn fit_power(points: &[(f64, f64)]) -> Option<Fit> {
    let logarithms = points.iter().filter(|(x, y)| *x > 0.0 && *y > 0.0).map(|(x, y)| (x.ln(), y.ln()));
    fit_line(&logarithms.collect::<Vec<_>>())
}
