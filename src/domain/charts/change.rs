//! A change with its interval on a square-root scale, for a table's cell: left is faster.

use super::svg::{Point, Svg};
use crate::domain::benchmark_words::percent;
use crate::domain::measuring::{Bound, Change};
use crate::domain::tone::Tone;

const HEIGHT: f64 = 20.0;
/// From the outermost mark to the edge.
const MARGIN: f64 = 6.0;

/// From no time at all to twice the time. What takes longer than that stands at the edge as an arrow.
pub fn change(id: &str, width: f64, change: &Change) -> String {
    let middle = HEIGHT / 2.0;
    let center = width / 2.0;
    let x = |ratio: f64| {
        // What is no number stands in the middle.
        let ratio = if ratio.is_nan() { 0.0 } else { ratio.clamp(-1.0, 1.0) };
        center + ratio.abs().sqrt().copysign(ratio) * (center - MARGIN)
    };
    let mut svg = Svg::new(width, HEIGHT);
    svg.rect("noise", (x(-change.noise_threshold), 0.0), (x(change.noise_threshold), HEIGHT));
    svg.line("axis", (center, 0.0), (center, HEIGHT));
    let Bound { point, lower, upper } = change.ratio;
    svg.line("tone-line", (x(lower), middle), (x(upper), middle));
    let at = x(point);
    if point > 1.0 {
        let arrow: [Point; 3] = [(at + 5.0, middle), (at - 4.0, middle - 5.0), (at - 4.0, middle + 5.0)];
        svg.polygon("tone-fill", &arrow);
    } else {
        svg.circle("tone-fill", (at, middle), 4.0);
    }
    let words = format!(
        "{} ({} to {}), {}.",
        percent(point),
        percent(lower),
        percent(upper),
        change.verdict.label().to_lowercase()
    );
    svg.finish_in_tone(id, Some(Tone::from(change.verdict).name()), "Change of the median", &words)
}
