//! The time of a sample over its iterations: on a line, when nothing but the iterations decides.

use crate::domain::measuring::{Estimates, Samples};
use crate::domain::numbers;

use super::axis::{Axis, Scale, range, time};
use super::svg::{Anchor, Svg};

/// `None` where every sample ran as often.
pub fn regression(id: &str, width: f64, samples: &Samples, estimates: &Estimates) -> Option<String> {
    let slope = estimates.slope?;
    let (height, left, bottom) = (190.0, 70.0, 150.0);
    let most_iterations = range(samples.iterations.iter().map(|n| *n as f64))?.1;
    let most_ns = range(samples.times_ns.iter().map(|ns| *ns as f64))?.1;
    let xs = Axis::new(Scale::Linear, (0.0, most_iterations), (left, width - 12.0));
    let ys = Axis::new(Scale::Linear, (0.0, most_ns), (bottom, 14.0));
    let description = format!(
        "{} samples. The line rises by {} an iteration, 95 % interval {} to {}.",
        samples.len(),
        time(slope.point_ns as f64),
        time(slope.lower_ns as f64),
        time(slope.upper_ns as f64)
    );
    let mut svg = Svg::new(id, width, height, "Time of a sample over its iterations", &description);
    for tick in ys.ticks(4) {
        svg.line("grid", (left, ys.at(tick)), (width - 12.0, ys.at(tick)));
        svg.text("", (left - 8.0, ys.at(tick) + 4.0), Anchor::End, &time(tick));
    }
    for tick in xs.ticks((width / 110.0) as usize) {
        svg.text("", (xs.at(tick), bottom + 18.0), Anchor::Middle, &numbers::count(tick.round() as u64));
    }
    svg.line("axis", (left, bottom), (width - 12.0, bottom));
    let end = |per_iteration: u64| {
        // The line leaves the picture where it is steeper than the samples.
        let iterations = most_iterations.min(most_ns / (per_iteration.max(1) as f64));
        (xs.at(iterations), ys.at(iterations * per_iteration as f64))
    };
    svg.polygon("noise", &[(xs.at(0.0), ys.at(0.0)), end(slope.lower_ns), end(slope.upper_ns)]);
    for (iterations, ns) in samples.pairs() {
        svg.circle("after", (xs.at(iterations as f64), ys.at(ns as f64)), 2.5);
    }
    svg.line("strong-line", (xs.at(0.0), ys.at(0.0)), end(slope.point_ns));
    svg.text("mid", ((left + width) / 2.0, height - 4.0), Anchor::Middle, "iterations");
    Some(svg.finish())
}
