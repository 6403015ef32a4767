//! What benchmarks say, in sentences and figures.

use super::benchmark::{Benchmark, GrowthCurve};
use super::charts::{Measure, growth_words};
use super::measuring::{Bound, Change, ChangeVerdict, Estimate, Estimates, Fit};
use super::numbers;
use super::query::Cost;

/// The answer to all of them: a title, and what follows from it.
pub fn headline(benchmarks: &[Benchmark], n_documented: usize) -> (String, String) {
    let n_beyond = benchmarks.iter().filter(|benchmark| !benchmark.within_expected).count();
    let closest = benchmarks.iter().max_by(|a, b| a.used().total_cmp(&b.used()));
    let title = match (benchmarks.len(), n_beyond) {
        (0, _) => "No benchmark has run yet".to_owned(),
        (1, 0) => "The benchmark that ran stays within the guide".into(),
        (n, 0) if n == n_documented => format!("All {n} benchmarks stay within the guide"),
        (n, 0) => format!("The {n} benchmarks that ran stay within the guide"),
        (n, beyond) => format!("{beyond} of {n} benchmarks take longer than the guide allows"),
    };
    let lead = match closest {
        None => "They are run on made-up data as the guide describes it, and on this file.".into(),
        Some(closest) if n_beyond == 0 => format!(
            "The closest one, `{}`, uses {} of what the guide allows{}.",
            closest.id,
            used(closest),
            unnoticed(closest.used())
        ),
        Some(closest) => {
            format!("The slowest for its limit, `{}`, uses {} of what the guide allows.", closest.id, used(closest))
        }
    };
    (title, lead)
}

/// A limit that is far away notices no slowdown.
fn unnoticed(used: f64) -> String {
    let times = (1.0 / used.max(1e-9)).floor();
    if times < 2.0 {
        return String::new();
    }
    format!(": these limits would not notice that it became {} times as slow", numbers::count(times as u64))
}

/// `21 %`, of what is allowed.
pub fn used(benchmark: &Benchmark) -> String {
    let percent = benchmark.used() * 100.0;
    let figure = if percent < 0.1 { "< 0.1".into() } else { format!("{percent:.*}", usize::from(percent < 10.0)) };
    format!("{figure}\u{a0}%")
}

/// `0.30 to 0.32 ms`.
pub fn interval(estimate: Estimate) -> String {
    numbers::duration_range(estimate.lower_ns, estimate.upper_ns)
}

/// How sure a median is: `0.30 to 0.32 ms, 40 samples`.
pub fn spread(median: Option<Estimate>, n_samples: u64) -> String {
    let samples = numbers::counted(n_samples, "sample", "samples");
    median.map_or_else(|| format!("{samples}, no interval"), |median| format!("{}, {samples}", interval(median)))
}

/// `0.31 ms (0.30 to 0.32 ms, 40 samples)`.
pub fn median(cost: &Cost) -> String {
    let of = cost.estimates.as_ref().map(|estimates| estimates.median);
    format!("{} ({})", numbers::duration(cost.median_ns).text(), spread(of, cost.n_samples.into()))
}

/// `100 samples, 5,500 iterations, 100,000 resamples; 3 outliers, 1 of them severe`.
pub fn sampling(estimates: &Estimates) -> String {
    let outliers = estimates.outliers;
    let severe = outliers.low_severe + outliers.high_severe;
    let said = match (outliers.total(), severe) {
        (0, _) => "no outliers".into(),
        (n, 0) => format!("{}, all mild", numbers::counted(n.into(), "outlier", "outliers")),
        (n, severe) => format!("{}, {severe} of them severe", numbers::counted(n.into(), "outlier", "outliers")),
    };
    format!(
        "{}, {}, {}; {said}",
        numbers::counted(estimates.n_samples.into(), "sample", "samples"),
        numbers::counted(estimates.n_iterations, "iteration", "iterations"),
        numbers::counted(estimates.n_resamples.into(), "resample", "resamples")
    )
}

/// `−2.0 %`, with a real minus.
pub fn percent(ratio: f64) -> String {
    let percent = ratio * 100.0;
    let sign = if percent < -0.05 {
        "\u{2212}"
    } else if percent > 0.05 {
        "+"
    } else {
        ""
    };
    format!("{sign}{:.1}\u{a0}%", percent.abs())
}

/// `−4.4 to +0.5 %`.
pub fn percent_range(ratio: Bound<f64>) -> String {
    format!("{} to {}", percent(ratio.lower), percent(ratio.upper))
}

impl ChangeVerdict {
    pub fn label(self) -> &'static str {
        match self {
            Self::Improved => "Improved",
            Self::Regressed => "Regressed",
            Self::WithinNoise => "Within noise",
            Self::Undecided => "Undecided",
        }
    }
}

/// What the migration did to a query: `Median change by the migration: −87.3 %, 95 % interval −87.6 to …`
pub fn change(change: &Change) -> String {
    change_by("by the migration", change)
}

/// `what` says between which two: `by the migration`.
pub fn change_by(what: &str, change: &Change) -> String {
    let sentence = format!(
        "Median change {what}: {}, 95\u{a0}% interval {}, {}. {} at a noise threshold of {:.0}\u{a0}%.",
        percent(change.ratio.point),
        percent_range(change.ratio),
        numbers::p_value(change.p_value),
        change.verdict.label(),
        change.noise_threshold * 100.0
    );
    match undecided(change) {
        more if more.is_empty() => sentence,
        more => format!("{sentence} {more}"),
    }
}

/// How many more samples would decide; empty for what is decided.
pub fn undecided(change: &Change) -> String {
    match (change.verdict, change.n_more_samples) {
        (ChangeVerdict::Undecided, Some(n)) => {
            format!("About {} of each would decide.", numbers::counted(n, "more sample", "more samples"))
        }
        (ChangeVerdict::Undecided, None) => "It lies on the noise threshold itself.".into(),
        _ => String::new(),
    }
}

/// `time: grows as n, exponent 0.98 (R² 1.00); pages: stays level, exponent 0.00 (R² 1.00)`.
pub fn growth_of(curve: &GrowthCurve) -> String {
    let one = |measure: Measure, fit: Option<Fit>| match fit {
        Some(fit) => format!(
            "{}: {}, exponent {:.2} (R² {:.2})",
            measure.noun(),
            growth_words(&measure.points(curve)),
            fit.slope,
            fit.r_squared
        ),
        None => format!("{}: too few sizes to say", measure.noun()),
    };
    let parts = [one(Measure::Time, curve.time_fit), one(Measure::Pages, curve.pages_fit)];
    parts.join("; ")
}
