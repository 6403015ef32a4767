//! Figures as they stand in the report's tables.

use super::document::{Line, Tone};
use crate::domain::benchmark_words::{self, percent, percent_range, spread};
use crate::domain::measuring::{Change, Estimate};
use crate::domain::numbers::{count, duration};
use crate::domain::query::Cost;
use crate::domain::value::Value;
use crate::domain::verdict::Verdict;

/// Longer values are cut, as a person needs to recognise them only.
const LONGEST_VALUE: usize = 80;

pub fn time(ns: u64) -> Line {
    Line::text(duration(ns).text())
}

/// `3.20 ms (3.10 to 3.31 ms, 40 samples)`.
pub fn estimate(estimate: Estimate, n_samples: u64) -> Line {
    Line::text(format!("{} ({})", duration(estimate.point_ns).text(), spread(Some(estimate), n_samples)))
}

/// The median with its interval where enough samples were taken for one.
pub fn median(cost: &Cost) -> Line {
    Line::text(benchmark_words::median(cost))
}

/// `Improved, −12.3 % (−14.0 % to −10.1 %)`.
pub fn change(change: Option<&Change>) -> Line {
    let Some(change) = change else { return Line::word(Tone::Mute, "Not compared") };
    let (point, range) = (percent(change.ratio.point), percent_range(change.ratio));
    Line::word(change.verdict, change.verdict.label()).and(format!(", {point} ({range})"))
}

/// `12 → 3`; one figure when both are the same or only one is known.
pub fn pair(before: Option<u64>, after: Option<u64>) -> Line {
    match (before, after) {
        (Some(before), Some(after)) if before != after => Line::text(format!("{} → {}", count(before), count(after))),
        (Some(n), _) | (None, Some(n)) => Line::text(count(n)),
        (None, None) => not_measured(),
    }
}

pub fn not_run() -> Line {
    Line::word(Tone::Mute, "Not run")
}

pub fn not_measured() -> Line {
    Line::word(Tone::Mute, "Not measured")
}

pub fn verdict(verdict: Verdict) -> Line {
    Line::word(verdict, verdict.label())
}

/// A bound value.
pub fn value(value: &Value) -> Line {
    let shown = value.display();
    let mut cut: String = shown.chars().take(LONGEST_VALUE).collect();
    if cut.len() < shown.len() {
        cut.push('…');
    }
    Line::code(cut).and(format!(", {}", value.storage_class().name()))
}
