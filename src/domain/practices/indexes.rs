//! What the file's redundant indexes and those with few different values are worth, and what they cost.

use super::transactions::Writes;
use super::{Attempt, Comparison, Effect, Figure, Findings, Metric, PracticeVerdict, Trial, Way};
use crate::domain::numbers::{bytes, count, counted};
use crate::domain::words::{code, list};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    pub redundant: Vec<Redundant>,
    pub low: Vec<LowCardinality>,
    /// Documented queries that were run.
    pub n_queries: u64,
}

/// An index that says the same as another one, or begins it.
#[derive(Clone, Debug, PartialEq)]
pub struct Redundant {
    pub index: String,
    pub other: String,
    pub bytes: u64,
    /// Documented queries that use it and are more work without it.
    pub needed_by: Vec<String>,
    pub n_rows: u64,
    /// The same rows written with the index and without it, each in one transaction.
    pub with: Writes,
    pub without: Writes,
}

/// An index of one column with few different values.
#[derive(Clone, Debug, PartialEq)]
pub struct LowCardinality {
    pub index: String,
    pub column: String,
    pub n_values: u64,
    /// Without the index against with it, for the value that most rows share and for the one that fewest do.
    pub common: Comparison,
    pub rare: Comparison,
}

pub fn findings(evidence: &Evidence) -> Findings {
    let Evidence { redundant, low, n_queries } = evidence;
    if redundant.is_empty() && low.is_empty() {
        let why = "No index of the file begins another one, and none has fewer than ten values in its only column.";
        return Findings::not_applicable("The file has no index of the kinds that the guide warns of", why);
    }
    let helps = |one: &LowCardinality| one.rare.effect_on_work() == Effect::Less;
    let idle = redundant.iter().filter(|one| one.needed_by.is_empty()).count();
    let useless = low.iter().filter(|one| one.common.effect_on_work() != Effect::Less).count();
    let needed = redundant.len() - idle;
    let helping = low.iter().filter(|one| helps(one)).count();
    let verdict = match (idle + useless > 0, needed + helping > 0) {
        (true, false) => PracticeVerdict::Holds,
        (true, true) => PracticeVerdict::InPart,
        (false, true) => PracticeVerdict::DoesNotHold,
        (false, false) => PracticeVerdict::NoDifference,
    };
    let mut parts = Vec::new();
    if !redundant.is_empty() {
        parts.push(format!(
            "{idle} of {} save nothing",
            counted(redundant.len() as u64, "redundant index", "redundant indexes")
        ));
    }
    if !low.is_empty() {
        let indexes = counted(low.len() as u64, "index with few values", "indexes with few values");
        parts.push(format!("{helping} of {indexes} help find the rare value"));
    }
    let mut reasons: Vec<String> = redundant.iter().map(|one| redundancy(one, *n_queries)).collect();
    reasons.extend(low.iter().map(cardinality));
    let mut trials: Vec<Trial> = redundant.iter().map(written).collect();
    for one in low {
        let title = |which: &str| format!("{}: the {which} value", code(&one.index));
        let labels = ["Without the index", "With it"];
        trials.push(one.common.trial(title("most frequent"), labels));
        trials.push(one.rare.trial(title("rarest"), labels));
    }
    Findings { verdict, answer: list(&parts), reasons, trials }
}

fn redundancy(one: &Redundant, n_queries: u64) -> String {
    let serves = match one.needed_by.as_slice() {
        [] => {
            format!("none of {} is more work without it", counted(n_queries, "documented query", "documented queries"))
        }
        some => format!("without it {} would be more work", list(&some.iter().map(|id| code(id)).collect::<Vec<_>>())),
    };
    format!(
        "{} ({}) stands beside {}: {serves}; {} write {} with it and {} without.",
        code(&one.index),
        bytes(one.bytes).text(),
        code(&one.other),
        counted(one.n_rows, "new row", "new rows"),
        counted(one.with.n_pages, "page", "pages"),
        count(one.without.n_pages)
    )
}

fn cardinality(one: &LowCardinality) -> String {
    let helps = |comparison: &Comparison| {
        let rows = counted(comparison.after.cost.n_rows, "row", "rows");
        let steps = |way: &Way| count(way.cost.vm_steps);
        match comparison.effect_on_work() {
            Effect::Less => format!(
                "less work with it ({rows}: {} VM steps in place of {})",
                steps(&comparison.after),
                steps(&comparison.before)
            ),
            Effect::Same => format!("as much work with it ({rows})"),
            Effect::More => format!(
                "more work with it ({rows}: {} VM steps, without it {})",
                steps(&comparison.after),
                steps(&comparison.before)
            ),
        }
    };
    format!(
        "{} has {} in {}: to find the most frequent one is {}, the rarest one {}.",
        code(&one.index),
        counted(one.n_values, "value", "values"),
        code(&one.column),
        helps(&one.common),
        helps(&one.rare)
    )
}

fn written(one: &Redundant) -> Trial {
    let figure =
        |metric, of: fn(&Writes) -> u64| Figure { metric, before: Some(of(&one.with)), after: Some(of(&one.without)) };
    Trial {
        title: format!("{}: {} written", code(&one.index), counted(one.n_rows, "row", "rows")),
        before: Attempt::new("With the index", ""),
        after: Attempt::new("Without it", ""),
        figures: vec![
            figure(Metric::ElapsedNs, |writes| writes.elapsed_ns),
            figure(Metric::PagesWritten, |writes| writes.n_pages),
            figure(Metric::JournalWrites, |writes| writes.n_journal_writes),
        ],
        change: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::query::Cost;

    fn low(common: u64, rare: u64) -> LowCardinality {
        let way = |work| Way { cost: Cost { vm_steps: work, pages_read: work, ..Cost::default() }, ..Way::default() };
        let one = |with| Comparison { before: way(100), after: way(with), change: None };
        LowCardinality { index: "i".into(), column: "c".into(), n_values: 3, common: one(common), rare: one(rare) }
    }

    fn redundant(needed_by: &[&str]) -> Redundant {
        Redundant {
            index: "i".into(),
            other: "j".into(),
            bytes: 4096,
            needed_by: needed_by.iter().map(|id| (*id).to_owned()).collect(),
            n_rows: 100,
            with: Writes::default(),
            without: Writes::default(),
        }
    }

    #[track_caller]
    fn check(redundant: Vec<Redundant>, low: Vec<LowCardinality>, expect: PracticeVerdict) {
        let found = findings(&Evidence { redundant, low, n_queries: 22 });
        assert_eq!(found.verdict, expect, "{}", found.answer);
    }

    #[test]
    fn the_verdict_follows_from_what_the_indexes_save() {
        check(vec![redundant(&[])], vec![], PracticeVerdict::Holds);
        check(vec![redundant(&["q"])], vec![], PracticeVerdict::DoesNotHold);
        check(vec![], vec![low(200, 100)], PracticeVerdict::Holds);
        check(vec![], vec![low(200, 10)], PracticeVerdict::InPart);
        check(vec![], vec![low(10, 10)], PracticeVerdict::DoesNotHold);
        check(vec![], vec![], PracticeVerdict::NotApplicable);
    }
}
