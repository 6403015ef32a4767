//! Whether one join is quicker than a statement for each row.

use super::{Comparison, Effect, Figure, Findings, Metric, PracticeVerdict};
use crate::domain::benchmark_words::{percent, percent_range};
use crate::domain::numbers::{bytes, count, counted, duration};
use crate::domain::words::code;

/// One value of the parameter, both ways.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// `project_id`.
    pub parameter: String,
    pub value: String,
    pub n_parents: u64,
    pub n_children: u64,
    /// Statement by statement against the join.
    pub comparison: Comparison,
    /// Statements and bytes of all values fetched, each way.
    pub n_statements: [u64; 2],
    pub n_bytes: [u64; 2],
}

pub fn findings(evidence: &[Evidence]) -> Findings {
    let effects: Vec<Effect> = evidence.iter().map(|one| Effect::on_time(one.comparison.change.as_ref())).collect();
    let Some(largest) = evidence.first() else {
        return Findings::not_applicable(
            "There is nothing to join on this file",
            "Its tables hold no rows to look up.",
        );
    };
    let n = |effect| effects.iter().filter(|other| **other == effect).count();
    let (n_less, n_more) = (n(Effect::Less), n(Effect::More));
    let verdict = match (n_less, n_more, evidence.len()) {
        (less, _, all) if less == all => PracticeVerdict::Holds,
        (_, more, all) if more == all => PracticeVerdict::DoesNotHold,
        (0, 0, _) => PracticeVerdict::NoDifference,
        (0, ..) => PracticeVerdict::DoesNotHold,
        _ => PracticeVerdict::InPart,
    };
    let of = |n: usize| match (n, evidence.len()) {
        (n, all) if n == all && all == 1 => String::new(),
        (n, all) if n == all => format!(" for all {all}"),
        (n, all) => format!(" for {n} of {all}"),
    };
    let answer = match verdict {
        PracticeVerdict::Holds | PracticeVerdict::InPart => format!("The join is quicker{}", of(n_less)),
        PracticeVerdict::DoesNotHold => format!("The join is slower{}", of(n_more)),
        PracticeVerdict::NoDifference | PracticeVerdict::NotApplicable => {
            "The join is neither quicker nor slower than one statement for each row".into()
        }
    };
    let mut reasons = vec![sentence(largest)];
    if largest.n_bytes[1] > largest.n_bytes[0] {
        reasons.push(format!(
            "The join repeats the parent's columns for each of its children: {} are fetched instead of {}.",
            bytes(largest.n_bytes[1]).text(),
            bytes(largest.n_bytes[0]).text()
        ));
    }
    reasons.push(
        "Here SQLite is called directly. In the application each statement is also handed to a thread of sqlx and back, \
         which these times do not hold."
            .into(),
    );
    let trials = evidence.iter().map(trial).collect();
    Findings { verdict, answer, reasons, trials }
}

fn sentence(one: &Evidence) -> String {
    let Evidence { comparison, n_parents, n_children, n_statements, .. } = one;
    let change = comparison.change.as_ref().map_or_else(String::new, |change| {
        format!(": {}, 95\u{a0}% interval {}", percent(change.ratio.point), percent_range(change.ratio))
    });
    format!(
        "For {}, which has {} with {} below them, {} take {} and the join {}{change}.",
        code(&one.value),
        counted(*n_parents, "row", "rows"),
        count(*n_children),
        counted(n_statements[0], "statement", "statements"),
        duration(comparison.before.cost.median_ns).text(),
        duration(comparison.after.cost.median_ns).text(),
    )
}

fn trial(one: &Evidence) -> super::Trial {
    let title = format!("`{}` {}: {}, {}", one.parameter, code(&one.value), parents(one), children(one));
    let mut trial = one.comparison.trial(title, ["One by one", "Joined"]);
    let figure = |metric, [before, after]: [u64; 2]| Figure { metric, before: Some(before), after: Some(after) };
    trial.figures.insert(2, figure(Metric::Statements, one.n_statements));
    trial.figures.push(figure(Metric::BytesFetched, one.n_bytes));
    trial
}

fn parents(one: &Evidence) -> String {
    counted(one.n_parents, "row", "rows")
}

fn children(one: &Evidence) -> String {
    format!("{} below", counted(one.n_children, "row", "rows"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::measuring::{Bound, Change, ChangeVerdict};

    fn evidence(verdict: ChangeVerdict) -> Evidence {
        let bound = Bound { point: 0.1, lower: 0.0, upper: 0.2 };
        let change = Change {
            ratio: bound,
            difference_ns: Bound { point: 1, lower: 0, upper: 2 },
            p_value: 0.5,
            noise_threshold: 0.02,
            verdict,
            n_more_samples: None,
        };
        Evidence {
            parameter: "p".into(),
            value: "v".into(),
            n_parents: 3,
            n_children: 9,
            comparison: Comparison { change: Some(change), ..Comparison::default() },
            n_statements: [4, 1],
            n_bytes: [100, 200],
        }
    }

    #[track_caller]
    fn check(verdicts: &[ChangeVerdict], expect: PracticeVerdict) {
        let found = findings(&verdicts.iter().map(|verdict| evidence(*verdict)).collect::<Vec<_>>());
        assert_eq!(found.verdict, expect, "{}", found.answer);
        assert_eq!(found.trials.len(), verdicts.len());
    }

    #[test]
    fn the_verdict_follows_from_the_times() {
        use ChangeVerdict::{Improved, Regressed, Undecided, WithinNoise};
        check(&[Improved, Improved], PracticeVerdict::Holds);
        check(&[Improved, Undecided], PracticeVerdict::InPart);
        check(&[Improved, Regressed], PracticeVerdict::InPart);
        check(&[WithinNoise, Undecided], PracticeVerdict::NoDifference);
        check(&[Regressed, WithinNoise], PracticeVerdict::DoesNotHold);
        check(&[Regressed], PracticeVerdict::DoesNotHold);
        check(&[], PracticeVerdict::NotApplicable);
    }
}
