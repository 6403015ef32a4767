//! What a transaction for each row costs a disk, beside one for all.

use super::{Attempt, Figure, Findings, Metric, PracticeVerdict, Trial};
use crate::domain::numbers::{count, counted, duration};

/// Rows of `table` written a second time, with new keys, in a rollback journal as the application keeps one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub table: String,
    pub n_rows: u64,
    pub insert: String,
    /// A transaction for each row, and one for all.
    pub apart: Writes,
    pub together: Writes,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Writes {
    pub elapsed_ns: u64,
    pub n_transactions: u64,
    /// Pages written to the database, again for each time.
    pub n_pages: u64,
    pub n_journal_writes: u64,
    /// Times that SQLite asked for what it wrote to be on the disk.
    pub n_syncs: u64,
}

pub fn findings(evidence: &Evidence) -> Findings {
    let Evidence { table, n_rows, apart, together, .. } = evidence;
    let verdict = match (together.n_syncs < apart.n_syncs, together.n_pages < apart.n_pages) {
        (true, true) => PracticeVerdict::Holds,
        (false, false) if together == apart => PracticeVerdict::NoDifference,
        (false, false) => PracticeVerdict::DoesNotHold,
        _ => PracticeVerdict::InPart,
    };
    let answer = format!(
        "One transaction for {} asks the disk to sync {} times, one for each row {} times",
        counted(*n_rows, "row", "rows"),
        count(together.n_syncs),
        count(apart.n_syncs)
    );
    let reasons = vec![
        format!(
            "Rows of `{table}` were written again on a copy. Together they write {} of the database and take {}; apart {} and {}.",
            counted(together.n_pages, "page", "pages"),
            duration(together.elapsed_ns).text(),
            count(apart.n_pages),
            duration(apart.elapsed_ns).text()
        ),
        "The copy lies in memory, so the times hold no disk: there each sync waits until the disk has answered.".into(),
    ];
    Findings { verdict, answer, reasons, trials: vec![trial(evidence)] }
}

fn trial(evidence: &Evidence) -> Trial {
    let Evidence { n_rows, insert, apart, together, .. } = evidence;
    let figure = |metric, of: fn(&Writes) -> u64| Figure { metric, before: Some(of(apart)), after: Some(of(together)) };
    Trial {
        title: format!("{} into `{}`", counted(*n_rows, "row", "rows"), evidence.table),
        before: Attempt::new("Each by itself", format!("-- for each row\nBEGIN;\n{insert};\nCOMMIT;")),
        after: Attempt::new("In one transaction", format!("BEGIN;\n-- for each row\n{insert};\n-- once\nCOMMIT;")),
        figures: vec![
            figure(Metric::ElapsedNs, |writes| writes.elapsed_ns),
            figure(Metric::Transactions, |writes| writes.n_transactions),
            figure(Metric::PagesWritten, |writes| writes.n_pages),
            figure(Metric::JournalWrites, |writes| writes.n_journal_writes),
            figure(Metric::Syncs, |writes| writes.n_syncs),
        ],
        change: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(apart: (u64, u64), together: (u64, u64), expect: PracticeVerdict) {
        let writes = |(n_pages, n_syncs)| Writes { n_pages, n_syncs, ..Writes::default() };
        let evidence = Evidence {
            table: "t".into(),
            n_rows: 10,
            insert: "INSERT".into(),
            apart: writes(apart),
            together: writes(together),
        };
        assert_eq!(findings(&evidence).verdict, expect);
    }

    #[test]
    fn the_verdict_follows_from_pages_and_syncs() {
        check((40, 30), (8, 3), PracticeVerdict::Holds);
        check((40, 30), (40, 3), PracticeVerdict::InPart);
        check((4, 3), (4, 3), PracticeVerdict::NoDifference);
        check((4, 3), (5, 4), PracticeVerdict::DoesNotHold);
    }
}
