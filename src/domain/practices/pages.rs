//! Whether LIMIT saves work, and what OFFSET costs the further in a page lies.

use super::{Comparison, Effect, Findings, PracticeVerdict, Trial};
use crate::domain::numbers::{count, counted};

/// A list of rows that was read in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    pub place: Place,
    /// Rows of the whole list, and of one page.
    pub n_rows: u64,
    pub page_rows: u64,
    /// All rows against the first page.
    pub first: Comparison,
    /// From the middle to the end.
    pub depths: Vec<Depth>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The longest list of the file: of which value.
    File { value: String },
    /// Made-up rows with the documented indexes.
    MadeUp,
}

/// OFFSET against the last row seen, at one page.
#[derive(Clone, Debug, PartialEq)]
pub struct Depth {
    /// Rows before the page.
    pub offset: u64,
    pub comparison: Comparison,
    pub same_rows: bool,
}

/// The file's own list decides where it has more than one page.
pub fn findings(evidence: &[Evidence], longest: u64) -> Findings {
    let Some(decisive) = evidence.first() else {
        return Findings::not_applicable("No list is long enough for pages", short(longest));
    };
    let first = decisive.first.effect_on_work();
    let last = decisive.depths.last();
    let deep = last.map_or(Effect::Same, |depth| depth.comparison.effect_on_work());
    let verdict = match (first, deep) {
        (Effect::Less, Effect::Less) => PracticeVerdict::InPart,
        (Effect::Less, _) => PracticeVerdict::Holds,
        (Effect::Same, _) => PracticeVerdict::NoDifference,
        (Effect::More, _) => PracticeVerdict::DoesNotHold,
    };
    let answer = match verdict {
        PracticeVerdict::InPart => "The first page is less work; with OFFSET the last one is not",
        PracticeVerdict::Holds => "A page is less work than the whole list, at any depth",
        PracticeVerdict::NoDifference | PracticeVerdict::NotApplicable => "A page is as much work as the whole list",
        PracticeVerdict::DoesNotHold => "A page is more work than the whole list",
    };
    let mut reasons = Vec::new();
    if decisive.place == Place::MadeUp {
        reasons.push(short(longest) + " So the answer is that of made-up data with the documented indexes.");
    }
    reasons.push(format!(
        "The whole list of {} takes {}; its first page of {} takes {}.",
        counted(decisive.n_rows, "row", "rows"),
        decisive.first.before.took(),
        count(decisive.page_rows),
        decisive.first.after.took()
    ));
    if decisive.first.after.cost.sorts > 0 && first != Effect::Less {
        reasons.push("No index gives the order, so that every row is read and sorted before the first page is.".into());
    }
    reasons.extend(last.map(at_depth));
    let trials = evidence.iter().flat_map(trials).collect();
    Findings { verdict, answer: answer.into(), reasons, trials }
}

fn short(longest: u64) -> String {
    format!("The longest list of this file has {}, which fit into one page.", counted(longest, "row", "rows"))
}

fn at_depth(depth: &Depth) -> String {
    let same = match depth.same_rows {
        true => "which returns the same rows",
        false => "which returns other rows",
    };
    format!(
        "The last page steps over {}: {}. Asked for by the last row seen, {same}, it takes {}.",
        counted(depth.offset, "row", "rows"),
        depth.comparison.before.took(),
        depth.comparison.after.took()
    )
}

fn trials(one: &Evidence) -> Vec<Trial> {
    let place = match &one.place {
        Place::File { value } => format!("On this file, `{value}`"),
        Place::MadeUp => "On made-up data".to_owned(),
    };
    let rows = counted(one.n_rows, "row", "rows");
    let mut trials = vec![one.first.trial(format!("{place}: {rows}, first page"), ["All rows", "First page"])];
    trials.extend(one.depths.iter().map(|depth| {
        let page = depth.offset / one.page_rows.max(1) + 1;
        let title = format!("{place}: page {} of {}", count(page), count(one.n_rows.div_ceil(one.page_rows.max(1))));
        depth.comparison.trial(title, ["With OFFSET", "By the last row seen"])
    }));
    trials
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::practices::Way;
    use crate::domain::query::Cost;

    fn comparison(before: u64, after: u64) -> Comparison {
        let way = |work| Way { cost: Cost { vm_steps: work, pages_read: work, ..Cost::default() }, ..Way::default() };
        Comparison { before: way(before), after: way(after), change: None }
    }

    #[track_caller]
    fn check(first: (u64, u64), deep: (u64, u64), expect: PracticeVerdict) {
        let evidence = Evidence {
            place: Place::MadeUp,
            n_rows: 500,
            page_rows: 50,
            first: comparison(first.0, first.1),
            depths: vec![Depth { offset: 450, comparison: comparison(deep.0, deep.1), same_rows: true }],
        };
        let found = findings(&[evidence], 12);
        assert_eq!(found.verdict, expect, "{}", found.answer);
        assert_eq!(found.trials[1].title, "On made-up data: page 10 of 10");
        assert!(found.reasons[0].contains("12 rows"), "{:?}", found.reasons);
    }

    #[test]
    fn the_verdict_follows_from_the_work_at_both_ends() {
        check((1000, 100), (1000, 100), PracticeVerdict::InPart);
        check((1000, 100), (100, 100), PracticeVerdict::Holds);
        check((1000, 1000), (1000, 100), PracticeVerdict::NoDifference);
        check((100, 1000), (1000, 100), PracticeVerdict::DoesNotHold);
        assert_eq!(findings(&[], 3).verdict, PracticeVerdict::NotApplicable);
    }
}
