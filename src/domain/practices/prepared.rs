//! What preparing a statement for each value costs, and what a value can do to a statement that it is written into.

use super::{Attempt, Comparison, Effect, Figure, Findings, Metric, PracticeVerdict, Trial};
use crate::domain::benchmark_words::{percent, percent_range};
use crate::domain::numbers::{count, counted, duration};

#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    pub n_look_ups: u64,
    /// Every look-up formatted and prepared, against one statement that values are bound to.
    pub comparison: Comparison,
    pub injection: Injection,
}

/// A value that is written as if it were part of the statement. Only read with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Injection {
    pub value: String,
    pub formatted: String,
    pub bound: String,
    pub n_rows_formatted: u64,
    pub n_rows_bound: u64,
}

pub fn findings(evidence: &Evidence) -> Findings {
    let Evidence { n_look_ups, comparison, injection } = evidence;
    let quicker = Effect::on_time(comparison.change.as_ref());
    let lets_in = injection.n_rows_formatted > injection.n_rows_bound;
    let verdict = match (quicker, lets_in) {
        (Effect::Less, true) => PracticeVerdict::Holds,
        (Effect::Less, false) | (Effect::Same | Effect::More, true) => PracticeVerdict::InPart,
        (Effect::Same, false) => PracticeVerdict::NoDifference,
        (Effect::More, false) => PracticeVerdict::DoesNotHold,
    };
    let speed = match quicker {
        Effect::Less => "quicker",
        Effect::Same => "as quick",
        Effect::More => "slower",
    };
    let safety = if lets_in { "a formatted one returns rows that nobody asked for" } else { "as safe here" };
    let answer = match lets_in {
        true => format!("The prepared statement is {speed}, and {safety}"),
        false => format!("The prepared statement is {speed} and {safety}"),
    };
    let change = comparison.change.as_ref().map_or_else(String::new, |change| {
        format!(": {}, 95\u{a0}% interval {}", percent(change.ratio.point), percent_range(change.ratio))
    });
    let reasons = vec![
        format!(
            "{} take {} prepared once and {} formatted and prepared each time{change}.",
            counted(*n_look_ups, "look-up", "look-ups"),
            duration(comparison.after.cost.median_ns).text(),
            duration(comparison.before.cost.median_ns).text()
        ),
        format!(
            "With the value `{}` the formatted statement returns {}, the prepared one {}.",
            injection.value,
            counted(injection.n_rows_formatted, "row", "rows"),
            count(injection.n_rows_bound)
        ),
    ];
    let mut look_ups = comparison.trial(counted(*n_look_ups, "look-up", "look-ups"), ["Formatted", "Prepared"]);
    let prepared = Figure { metric: Metric::Prepared, before: Some(*n_look_ups), after: Some(1) };
    look_ups.figures.insert(2, prepared);
    Findings { verdict, answer, reasons, trials: vec![look_ups, injected(injection)] }
}

fn injected(injection: &Injection) -> Trial {
    Trial {
        title: "A value that tries to be SQL".into(),
        before: Attempt::new("Formatted", &injection.formatted),
        after: Attempt::new("Prepared", &injection.bound),
        figures: vec![Figure {
            metric: Metric::Rows,
            before: Some(injection.n_rows_formatted),
            after: Some(injection.n_rows_bound),
        }],
        change: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_rows_in_is_never_as_safe() {
        let injection = |n_rows_formatted| Injection {
            value: "x".into(),
            formatted: String::new(),
            bound: String::new(),
            n_rows_formatted,
            n_rows_bound: 0,
        };
        let evidence = |n| Evidence { n_look_ups: 10, comparison: Comparison::default(), injection: injection(n) };
        assert_eq!(findings(&evidence(5)).verdict, PracticeVerdict::InPart);
        assert_eq!(findings(&evidence(0)).verdict, PracticeVerdict::NoDifference);
    }
}
