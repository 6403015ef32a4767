//! What VACUUM gives back, and whether reading gets cheaper.

use super::rebuild::Trees;
use super::{Comparison, Effect, Figure, Findings, Metric, PracticeVerdict};
use crate::domain::numbers::{bytes, counted, duration, percent};
use crate::domain::words::code;

#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    pub file_bytes: [u64; 2],
    pub free_pages: [u64; 2],
    /// All b-trees together.
    pub trees: [Trees; 2],
    pub elapsed_ns: u64,
    /// The largest of the documented tables, read from end to end.
    pub table: String,
    pub scan: Comparison,
}

/// Less than this share of the file is not worth a lock.
const WORTH: f64 = 0.1;

pub fn findings(evidence: &Evidence) -> Findings {
    let [before, after] = evidence.file_bytes;
    let freed = before.saturating_sub(after);
    let shrinks = freed as f64 > before as f64 * WORTH;
    let scan = evidence.scan.effect_on_work();
    let verdict = match (shrinks, scan) {
        (true, Effect::Less | Effect::Same) => PracticeVerdict::Holds,
        (true, Effect::More) | (false, Effect::Less) => PracticeVerdict::InPart,
        (false, Effect::Same) => PracticeVerdict::NoDifference,
        (false, Effect::More) => PracticeVerdict::DoesNotHold,
    };
    let share = percent(freed, before).map_or_else(String::new, |share| format!(", {} of the file", share.text()));
    let answer = match freed {
        0 => "VACUUM gives nothing back".to_owned(),
        freed => format!("VACUUM gives back {}{share}", bytes(freed).text()),
    };
    let reasons = vec![
        format!(
            "The file goes from {} with {} to {}. It took {}, during which nobody else could write.",
            bytes(before).text(),
            counted(evidence.free_pages[0], "free page", "free pages"),
            bytes(after).text(),
            duration(evidence.elapsed_ns).text()
        ),
        format!(
            "Of all pages {} lie right behind the one before, then {}.",
            evidence.trees[0].in_order(),
            evidence.trees[1].in_order()
        ),
        format!(
            "Reading all of {} takes {} before and {} after.",
            code(&evidence.table),
            evidence.scan.before.took(),
            evidence.scan.after.took()
        ),
    ];
    let mut trial =
        evidence.scan.trial(format!("The file, and all of `{}`", evidence.table), ["As dropped", "After VACUUM"]);
    let figure = |metric, [before, after]: [u64; 2]| Figure { metric, before: Some(before), after: Some(after) };
    trial.figures.push(figure(Metric::FileBytes, evidence.file_bytes));
    trial.figures.push(figure(Metric::FreePages, evidence.free_pages));
    trial.figures.extend(Trees::figures(evidence.trees[0], evidence.trees[1]));
    Findings { verdict, answer, reasons, trials: vec![trial] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::practices::Way;
    use crate::domain::query::Cost;

    #[track_caller]
    fn check(file_bytes: [u64; 2], pages: [u64; 2], expect: PracticeVerdict) {
        let way =
            |pages_read| Way { cost: Cost { vm_steps: pages_read, pages_read, ..Cost::default() }, ..Way::default() };
        let evidence = Evidence {
            file_bytes,
            free_pages: [0, 0],
            trees: [Trees::default(); 2],
            elapsed_ns: 1,
            table: "t".into(),
            scan: Comparison { before: way(pages[0]), after: way(pages[1]), change: None },
        };
        assert_eq!(findings(&evidence).verdict, expect);
    }

    #[test]
    fn the_verdict_follows_from_size_and_scan() {
        check([1000, 500], [10, 10], PracticeVerdict::Holds);
        check([1000, 990], [100, 50], PracticeVerdict::InPart);
        check([1000, 990], [10, 10], PracticeVerdict::NoDifference);
        check([1000, 1000], [10, 100], PracticeVerdict::DoesNotHold);
    }
}
