//! Figures as they stand in the report's tables.

use super::document::{Line, Tone};
use crate::domain::catalogue::{Catalogue, DocumentedParameter};
use crate::domain::database::is_secret_column;
use crate::domain::measuring::{Change, ChangeVerdict, Estimate};
use crate::domain::numbers::{count, counted, duration, duration_range};
use crate::domain::query::Cost;
use crate::domain::value::Value;
use crate::domain::verdict::Verdict;

/// Longer values are cut, as a person needs to recognise them only.
const LONGEST_VALUE: usize = 80;

pub fn time(ns: u64) -> Line {
    Line::text(duration(ns).text())
}

/// `3.20 ms (3.10 to 3.31 ms, 40 samples)`.
pub fn estimate(estimate: &Estimate, n_samples: u64) -> Line {
    Line::text(format!(
        "{} ({}, {})",
        duration(estimate.point_ns).text(),
        duration_range(estimate.lower_ns, estimate.upper_ns),
        samples(n_samples)
    ))
}

/// The median with its interval where enough samples were taken for one.
pub fn median(cost: &Cost) -> Line {
    match &cost.estimates {
        Some(estimates) => estimate(&estimates.median, estimates.n_samples.into()),
        None => {
            let n_samples = samples(cost.n_samples.into());
            Line::text(format!("{} ({n_samples}, too few for an interval)", duration(cost.median_ns).text()))
        }
    }
}

fn samples(n: u64) -> String {
    counted(n, "sample", "samples")
}

/// `Faster, -12.3 % (-14.0 to -10.1 %)`.
pub fn change(change: Option<&Change>) -> Line {
    let Some(change) = change else { return Line::word(Tone::Mute, "Not compared") };
    let word = match change.verdict {
        ChangeVerdict::Improved => Line::word(Tone::Good, "Faster"),
        ChangeVerdict::Regressed => Line::word(Tone::Bad, "Slower"),
        ChangeVerdict::WithinNoise => Line::word(Tone::Mute, "Within noise"),
        ChangeVerdict::Undecided => Line::word(Tone::Mute, "Undecided"),
    };
    let ratio = change.ratio;
    word.and(format!(
        ", {:+.1}\u{a0}% ({:+.1} to {:+.1}\u{a0}%)",
        ratio.point * 100.0,
        ratio.lower * 100.0,
        ratio.upper * 100.0
    ))
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
    let tone = match verdict {
        Verdict::Holds => Tone::Good,
        Verdict::Scanned | Verdict::NotChosen | Verdict::Differs => Tone::Warn,
        Verdict::CannotUse | Verdict::Missing | Verdict::Refused => Tone::Bad,
        Verdict::DependsOnStatistics => Tone::Info,
        Verdict::NotApplicable => Tone::Mute,
    };
    Line::word(tone, verdict.label())
}

/// A bound value, or only how long it is where its documented column holds secrets.
pub fn value(value: &Value, name: &str, documented: Option<&DocumentedParameter>) -> Line {
    let is_secret = is_secret_column(name) || documented.is_some_and(|documented| is_secret_column(&documented.column));
    if is_secret && *value != Value::Null {
        return Line::text(format!("masked, {}", counted(value.n_bytes() as u64, "byte", "bytes")));
    }
    let shown = value.display();
    let mut cut: String = shown.chars().take(LONGEST_VALUE).collect();
    if cut.len() < shown.len() {
        cut.push('…');
    }
    Line::code(cut).and(format!(", {}", value.storage_class().name()))
}

/// What is documented of the parameter at `at` of a query.
pub fn documented<'a>(catalogue: &'a Catalogue, query: &str, at: usize) -> Option<&'a DocumentedParameter> {
    catalogue.query(query).and_then(|query| query.parameters.get(at))
}
