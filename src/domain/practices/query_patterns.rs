//! Whether the statement that is said to be efficient uses its index, and whether that makes it less work.

use super::{Comparison, Effect, Findings, PracticeVerdict};
use crate::domain::headline::plan_words;
use crate::domain::numbers::counted;
use crate::domain::plan::accesses_of;
use crate::domain::words::code;

/// The inefficient statement against the efficient one, on the file as dropped and after the migration.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What the efficient one is said to use.
    pub index: Option<String>,
    pub dropped: Comparison,
    pub migrated: Comparison,
}

const LABELS: [&str; 2] = ["Inefficient", "Efficient"];

pub fn findings(evidence: &Evidence) -> Findings {
    let Evidence { index, dropped, migrated } = evidence;
    let uses = |comparison: &Comparison| match index {
        Some(index) => accesses_of(&comparison.after.plan, index).next().is_some(),
        None => comparison.after.plan.iter().any(|row| row.detail.contains("INDEX")),
    };
    let verdict = verdict(uses(migrated), migrated.effect_on_work());
    let name = index.as_deref().map_or_else(|| "an index".into(), code);
    let how = match migrated.effect_on_work() {
        Effect::Less => "is less work",
        Effect::Same => "is as much work",
        Effect::More => "is more work",
    };
    let answer = match uses(migrated) {
        true => format!("The efficient statement uses {name} and {how}"),
        false => format!("The efficient statement does not use {name} and {how}"),
    };
    let mut reasons = vec![format!(
        "After the migration the efficient statement {} and takes {}; the inefficient one {} and takes {}.",
        plan_words(&migrated.after.plan),
        migrated.after.took(),
        plan_words(&migrated.before.plan),
        migrated.before.took()
    )];
    reasons.extend(as_dropped(uses(dropped), uses(migrated), &name, dropped, migrated));
    let rows = (migrated.before.cost.n_rows, migrated.after.cost.n_rows);
    if rows.0 != rows.1 {
        reasons.push(format!(
            "They do not ask for the same: the inefficient one returns {}, the efficient one {}.",
            counted(rows.0, "row", "rows"),
            counted(rows.1, "row", "rows")
        ));
    }
    let trials = vec![dropped.trial("As dropped", LABELS), migrated.trial("After the migration", LABELS)];
    Findings { verdict, answer, reasons, trials }
}

fn verdict(uses_index: bool, effect: Effect) -> PracticeVerdict {
    match (uses_index, effect) {
        (true, Effect::Less) => PracticeVerdict::Holds,
        (true, _) | (false, Effect::Less) => PracticeVerdict::InPart,
        (false, Effect::Same) => PracticeVerdict::NoDifference,
        (false, Effect::More) => PracticeVerdict::DoesNotHold,
    }
}

/// Where the file as it is answers otherwise than after the migration.
fn as_dropped(used: bool, then_used: bool, name: &str, dropped: &Comparison, migrated: &Comparison) -> Option<String> {
    if used == then_used && dropped.effect_on_work() == migrated.effect_on_work() {
        return None;
    }
    let used = if used { "uses" } else { "does not use" };
    Some(format!(
        "On the file as dropped the efficient statement {used} {name} and takes {}; the inefficient one {}.",
        dropped.after.took(),
        dropped.before.took()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::PlanRow;
    use crate::domain::practices::Way;
    use crate::domain::query::Cost;

    fn comparison(detail: &str, before: u64, after: u64) -> Comparison {
        let way = |detail: &str, work| Way {
            sql: String::new(),
            plan: vec![PlanRow { id: 1, parent: 0, detail: detail.into() }],
            cost: Cost { vm_steps: work, pages_read: work, ..Cost::default() },
        };
        Comparison { before: way("SCAN t", before), after: way(detail, after), change: None }
    }

    #[track_caller]
    fn check(detail: &str, before: u64, after: u64, expect: PracticeVerdict) {
        let one = comparison(detail, before, after);
        let evidence = Evidence { index: Some("i".into()), dropped: one.clone(), migrated: one };
        let findings = findings(&evidence);
        assert_eq!(findings.verdict, expect, "{findings:?}");
        assert_eq!(findings.trials.len(), 2);
    }

    #[test]
    fn the_verdict_follows_from_the_plan_and_the_work() {
        check("SEARCH t USING INDEX i (a=?)", 100, 10, PracticeVerdict::Holds);
        check("SEARCH t USING INDEX i (a=?)", 10, 100, PracticeVerdict::InPart);
        check("SCAN t USING INDEX i", 100, 100, PracticeVerdict::InPart);
        check("SCAN t", 100, 10, PracticeVerdict::InPart);
        check("SCAN t", 100, 100, PracticeVerdict::NoDifference);
        check("SEARCH t USING INDEX other (a=?)", 10, 100, PracticeVerdict::DoesNotHold);
    }

    #[test]
    fn what_changes_with_the_migration_is_said() {
        let evidence = Evidence {
            index: Some("i".into()),
            dropped: comparison("SCAN t", 10, 100),
            migrated: comparison("SEARCH t USING INDEX i (a=?)", 100, 10),
        };
        let reasons = findings(&evidence).reasons;
        assert!(
            reasons[1].contains("On the file as dropped") && reasons[1].contains("does not use `i`"),
            "{reasons:?}"
        );
    }
}
