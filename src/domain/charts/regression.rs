//! Time over iterations, with the line through them: how well "twice as often takes twice as long" holds.

use super::extent;
use super::frame::{FOOT, Frame, GAP, LINE};
use super::scale::{Scale, count_ticks, time_ticks};
use super::svg::{Anchor, Svg};
use crate::domain::measuring::{Estimates, Samples};
use crate::domain::numbers::{counted, duration, duration_range};

const HEIGHT: f64 = 260.0;

/// `None` when every sample ran as often, so that there is no line.
pub fn regression(id: &str, width: f64, samples: &Samples, estimates: &Estimates) -> Option<String> {
    let slope = estimates.slope?;
    let most_iterations = extent(samples.iterations.iter().map(|n| *n as f64))?[1];
    let longest = extent(samples.times_ns.iter().map(|ns| *ns as f64))?[1];
    let domain = [0.0, longest.max(slope.upper_ns as f64 * most_iterations).max(1.0)];
    let xs = [0.0, most_iterations.max(1.0)];

    let mut svg = Svg::new(width, HEIGHT);
    let ticks = time_ticks(domain, 5);
    let (left, bottom) = (Frame::margin(&ticks), HEIGHT - FOOT);
    let frame = Frame { left, right: width - GAP, top: LINE + 10.0, bottom };
    let (x, y) = (Scale::linear(xs, frame.xs()), Scale::linear(domain, frame.ys()));
    frame.y_axis(&mut svg, y, &ticks);
    frame.x_axis(&mut svg, x, &count_ticks(xs, frame.n_ticks()), "iterations of a sample");
    let origin = (x.at(0.0), y.at(0.0));
    let end = |ns: u64| (x.at(xs[1]), y.at(ns as f64 * xs[1]));
    svg.polygon("band", &[origin, end(slope.lower_ns), end(slope.upper_ns)]);
    svg.line("after-line", origin, end(slope.point_ns));
    for (iterations, time_ns) in samples.pairs() {
        svg.circle("dot", (x.at(iterations as f64), y.at(time_ns as f64)), 2.5);
    }
    let words = format!("{} an iteration", duration(slope.point_ns).text());
    svg.text("mid", (frame.left + 4.0, LINE - 4.0), Anchor::Start, &words);

    let description = format!(
        "A line through the origin: {} an iteration, at {:.0} % between {}; {}.",
        duration(slope.point_ns).text(),
        estimates.confidence_level * 100.0,
        duration_range(slope.lower_ns, slope.upper_ns),
        counted(samples.len() as u64, "sample", "samples")
    );
    Some(svg.finish(id, "Time of a sample over its iterations", &description))
}
