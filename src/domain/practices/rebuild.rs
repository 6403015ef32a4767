//! Whether REINDEX puts the pages of indexes in order, and what ANALYZE does to documented statements.

use super::{Attempt, Comparison, Effect, Figure, Findings, Metric, PracticeVerdict, Trial};
use crate::domain::numbers::{bytes, count, counted, duration, percent};
use crate::domain::words::code;

/// Pages of several b-trees together, as dbstat walks them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trees {
    pub n_pages: u64,
    /// Leaves that lie in the file right behind the one before them.
    pub n_sequential: u64,
    pub unused_bytes: u64,
}

impl Trees {
    /// `41.2 %`.
    pub fn in_order(self) -> String {
        percent(self.n_sequential, self.n_pages).map_or_else(|| "none".into(), |share| share.text())
    }

    /// A tenth fewer pages, or a tenth more of all pages in order.
    pub fn is_much_better_than(self, other: Self) -> bool {
        let order = |trees: Self| trees.n_sequential as f64 / trees.n_pages.max(1) as f64;
        self.n_pages.saturating_mul(10) < other.n_pages.saturating_mul(9) || order(self) > order(other) + 0.1
    }

    pub fn figures(before: Self, after: Self) -> Vec<Figure> {
        let figure = |metric, of: fn(Self) -> u64| Figure { metric, before: Some(of(before)), after: Some(of(after)) };
        vec![
            figure(Metric::TreePages, |trees| trees.n_pages),
            figure(Metric::SequentialPages, |trees| trees.n_sequential),
            figure(Metric::UnusedBytes, |trees| trees.unused_bytes),
        ]
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// All indexes, before and after REINDEX.
    pub indexes: [Trees; 2],
    pub reindex_ns: u64,
    /// Documented statements that ANALYZE gives another plan, with what both take.
    pub changed: Vec<(String, Comparison)>,
    pub n_statements: u64,
}

pub fn findings(evidence: &Evidence) -> Findings {
    let [before, after] = evidence.indexes;
    let ordered = after.is_much_better_than(before);
    let n = |effect| evidence.changed.iter().filter(|(_, one)| one.effect_on_work() == effect).count();
    let (n_less, n_more) = (n(Effect::Less), n(Effect::More));
    let verdict = match (ordered || n_less > 0, n_more > 0) {
        (true, false) => PracticeVerdict::Holds,
        (true, true) => PracticeVerdict::InPart,
        (false, false) => PracticeVerdict::NoDifference,
        (false, true) => PracticeVerdict::DoesNotHold,
    };
    let reindex = match ordered {
        true => "REINDEX puts the indexes in order",
        false => "REINDEX changes little",
    };
    let analyze = match (n_less, n_more) {
        (0, 0) => "ANALYZE makes no documented statement more or less work".to_owned(),
        (less, 0) => format!("ANALYZE makes {} less work", counted(less as u64, "statement", "statements")),
        (0, more) => format!("ANALYZE makes {} more work", counted(more as u64, "statement", "statements")),
        (less, more) => {
            format!("ANALYZE makes {} less work and {more} more", counted(less as u64, "statement", "statements"))
        }
    };
    let mut reasons = vec![
        format!(
            "Of {} of indexes {} lie right behind the one before, after REINDEX {} of {}; room left in them goes from {} to {}. It took {}.",
            counted(before.n_pages, "page", "pages"),
            before.in_order(),
            after.in_order(),
            count(after.n_pages),
            bytes(before.unused_bytes).text(),
            bytes(after.unused_bytes).text(),
            duration(evidence.reindex_ns).text()
        ),
        format!(
            "ANALYZE gives {} of {} another plan.",
            count(evidence.changed.len() as u64),
            counted(evidence.n_statements, "documented query", "documented queries")
        ),
    ];
    reasons.extend(evidence.changed.iter().filter(|(_, one)| one.effect_on_work() != Effect::Same).map(|(id, one)| {
        format!("{} takes {} before and {} after ANALYZE.", code(id), one.before.took(), one.after.took())
    }));
    let reindexed = Trial {
        title: "All indexes".into(),
        before: Attempt::new("As dropped", ""),
        after: Attempt::new("After REINDEX", "REINDEX;"),
        figures: Trees::figures(before, after),
        change: None,
    };
    let analyzed = evidence.changed.iter().map(|(id, one)| one.trial(code(id), ["As dropped", "After ANALYZE"]));
    let trials = std::iter::once(reindexed).chain(analyzed).collect();
    Findings { verdict, answer: format!("{reindex}; {analyze}"), reasons, trials }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::practices::Way;
    use crate::domain::query::Cost;

    #[track_caller]
    fn check(sequential: [u64; 2], work: &[(u64, u64)], expect: PracticeVerdict) {
        let trees = |n_sequential| Trees { n_pages: 100, n_sequential, unused_bytes: 0 };
        let way = |work| Way { cost: Cost { vm_steps: work, pages_read: work, ..Cost::default() }, ..Way::default() };
        let one = |(before, after)| Comparison { before: way(before), after: way(after), change: None };
        let evidence = Evidence {
            indexes: sequential.map(trees),
            reindex_ns: 1,
            changed: work.iter().map(|work| ("q".into(), one(*work))).collect(),
            n_statements: 22,
        };
        let found = findings(&evidence);
        assert_eq!(found.verdict, expect, "{}", found.answer);
    }

    #[test]
    fn the_verdict_follows_from_order_and_work() {
        check([30, 95], &[], PracticeVerdict::Holds);
        check([95, 95], &[(100, 10)], PracticeVerdict::Holds);
        check([30, 95], &[(10, 100)], PracticeVerdict::InPart);
        check([95, 96], &[(10, 10)], PracticeVerdict::NoDifference);
        check([95, 96], &[(10, 100)], PracticeVerdict::DoesNotHold);
    }
}
