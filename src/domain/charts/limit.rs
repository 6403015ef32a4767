//! What a benchmark takes of what the guide allows: a bar for a table's cell.

use super::svg::Svg;
use crate::domain::benchmark::Benchmark;
use crate::domain::numbers::{duration, duration_range};

const HEIGHT: f64 = 22.0;
/// Where the limit stands, so that what lies beyond it is seen to.
const LIMIT_AT: f64 = 0.8;

/// Of one benchmark; beyond the limit the bar crosses its line.
pub fn limit(id: &str, width: f64, benchmark: &Benchmark) -> String {
    let [lower, upper] = benchmark.confidence_interval_ns;
    let expected = benchmark.expected_ns.max(1) as f64;
    let farthest = upper.max(benchmark.mean_ns) as f64;
    // A bar that is far beyond ends near the edge, and the limit moves to the left.
    let per_ns = (width * LIMIT_AT / expected).min((width - 4.0) / farthest.max(1.0));
    let x = |ns: u64| (ns as f64 * per_ns).clamp(0.0, width - 2.0);
    let mut svg = Svg::new(width, HEIGHT);
    svg.rect("expect", (0.0, 4.0), (x(benchmark.expected_ns), 18.0));
    let bar = if benchmark.within_expected { "after" } else { "tone-fill" };
    svg.rect(bar, (0.0, 8.0), (x(benchmark.mean_ns).max(1.0), 14.0));
    svg.line("whisker", (x(lower), 11.0), (x(upper), 11.0));
    svg.line("cut", (x(benchmark.expected_ns), 1.0), (x(benchmark.expected_ns), 21.0));
    let description = format!(
        "Mean {}, at 95 % between {}; the guide allows {}.",
        duration(benchmark.mean_ns).text(),
        duration_range(lower, upper),
        duration(benchmark.expected_ns).text()
    );
    let tone = if benchmark.within_expected { "good" } else { "bad" };
    svg.finish_in_tone(id, Some(tone), &format!("{}: share of the limit", benchmark.id), &description)
}
