//! Where the samples of one benchmark lie.

use crate::domain::measuring::{self, Estimates, Samples};

use super::axis::{Axis, Scale, range, time};
use super::svg::{Anchor, Svg};

/// Points of the curve.
const N_POINTS: usize = 200;

/// Density with the mean, its interval and the median. `None` where all samples are equal.
pub fn density(id: &str, width: f64, samples: &Samples, estimates: &Estimates) -> Option<String> {
    let curve = measuring::density(samples, N_POINTS)?;
    let (height, bottom) = (190.0, 150.0);
    let xs = Axis::new(Scale::Linear, range(curve.xs.iter().copied())?, (12.0, width - 12.0));
    let ys = Axis::new(Scale::Linear, (0.0, range(curve.ys.iter().copied())?.1), (bottom, 28.0));
    let (mean, median) = (estimates.mean, estimates.median);
    let description = format!(
        "{} samples. Mean {}, 95 % interval {} to {}; median {}.",
        estimates.n_samples,
        time(mean.point_ns as f64),
        time(mean.lower_ns as f64),
        time(mean.upper_ns as f64),
        time(median.point_ns as f64)
    );
    let mut svg = Svg::new(id, width, height, "Density of the time of one iteration", &description);
    for tick in xs.ticks((width / 130.0) as usize) {
        svg.line("grid", (xs.at(tick), 28.0), (xs.at(tick), bottom));
        svg.text("", (xs.at(tick), bottom + 18.0), Anchor::Middle, &time(tick));
    }
    let (low, high) = (xs.at(mean.lower_ns as f64), xs.at(mean.upper_ns as f64));
    svg.rect("noise", (low, 28.0), ((high - low).max(1.0), bottom - 28.0));
    let points: Vec<(f64, f64)> = curve.xs.iter().zip(&curve.ys).map(|(x, y)| (xs.at(*x), ys.at(*y))).collect();
    let (first, last) = (points.first()?.0, points.last()?.0);
    let area: Vec<(f64, f64)> =
        [(first, bottom)].into_iter().chain(points.iter().copied()).chain([(last, bottom)]).collect();
    svg.polygon("area", &area);
    svg.polyline("after-line", &points);
    svg.line("axis", (12.0, bottom), (width - 12.0, bottom));
    let at = xs.at(mean.point_ns as f64);
    svg.line("strong-line", (at, 20.0), (at, bottom));
    let other = xs.at(median.point_ns as f64);
    svg.line("cut", (other, 20.0), (other, bottom));
    // The labels go apart, the mean's to its own side.
    let (of_mean, of_median) = if at >= other { (Anchor::Start, Anchor::End) } else { (Anchor::End, Anchor::Start) };
    let aside = |x: f64, anchor: Anchor| match anchor {
        Anchor::Start => (x + 5.0, 16.0),
        _ => (x - 5.0, 16.0),
    };
    svg.text("strong", aside(at, of_mean), of_mean, "mean");
    svg.text("mid", aside(other, of_median), of_median, "median");
    svg.text("mid", (width / 2.0, height - 4.0), Anchor::Middle, "time of one iteration");
    Some(svg.finish())
}
