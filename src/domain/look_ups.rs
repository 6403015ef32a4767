//! What a DELETE pays for its foreign keys: for each row that goes, a look-up in every table that refers to it.

use super::cleanup::CleanupReport;
use super::numbers::{count, counted};
use super::plan::{Access, PlanRow, Step};
use super::plan_counts::of_step;
use super::words::code;

/// The look-ups among the steps of a DELETE; the others are the statement's own.
///
/// A DELETE reaches its own table in one step, and SQLite puts the look-ups behind it. Steps of its WHERE stand below
/// another one or have a name of their own.
pub fn look_ups(plan: &[PlanRow]) -> impl Iterator<Item = &PlanRow> {
    let reaches_table = |row: &&PlanRow| row.parent == 0 && (access(row).is_some() || row.detail == "MULTI-INDEX OR");
    plan.iter().filter(reaches_table).skip(1)
}

fn access(row: &PlanRow) -> Option<Access> {
    match row.step() {
        Step::Scan(access) | Step::Search(access) => Some(access),
        _ => None,
    }
}

/// Child tables that are read from end to end for each deleted row: no index begins with what refers to it.
pub fn scanned_children(plan: &[PlanRow]) -> impl Iterator<Item = (&PlanRow, String)> {
    look_ups(plan).filter_map(|row| match row.step() {
        Step::Scan(access) => Some((row, access.table)),
        _ => None,
    })
}

/// A sentence for each of them, with what it came to in the preview.
pub fn scan_sentences(cleanup: &CleanupReport) -> Vec<String> {
    let parent = code(&cleanup.table);
    let sentence = |(row, child): (&PlanRow, String)| {
        let n_rows = cleanup.n_child_rows.get(&child).copied();
        let counts = of_step(&cleanup.steps_before, row.id);
        let (n_deleted, n_read) = counts.map_or((None, None), |counts| (counts.n_loops, counts.n_visited));
        let child = code(&child);
        match (n_rows, n_deleted, n_read) {
            (Some(0), ..) => format!("Each deleted {parent} reads all of {child}, which holds no row yet."),
            (Some(n_rows), Some(n_deleted), Some(n_read)) if n_deleted > 0 => format!(
                "Each deleted {parent} reads {}: {} {} {}.",
                // ON DELETE CASCADE takes rows of the child away meanwhile.
                if n_read == n_rows.saturating_mul(n_deleted) {
                    format!("{} of {child}", all_rows(n_rows))
                } else {
                    format!("what is left of {child}, at first {}", all_rows(n_rows))
                },
                counted(n_deleted, "deletion", "deletions"),
                if n_deleted == 1 { "reads" } else { "read" },
                counted(n_read, "row", "rows"),
            ),
            (Some(n_rows), ..) => format!("Each deleted {parent} reads {} of {child}.", all_rows(n_rows)),
            (None, ..) => format!("Each deleted {parent} reads every row of {child}."),
        }
    };
    scanned_children(&cleanup.plan).map(sentence).collect()
}

fn all_rows(n: u64) -> String {
    if n == 1 { "the one row".into() } else { format!("all {} rows", count(n)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(rows: &[(i64, i64, &str)]) -> Vec<PlanRow> {
        rows.iter().map(|(id, parent, detail)| PlanRow { id: *id, parent: *parent, detail: (*detail).into() }).collect()
    }

    #[track_caller]
    fn check(rows: &[(i64, i64, &str)], expected: &[i64]) {
        let plan = plan(rows);
        assert_eq!(look_ups(&plan).map(|row| row.id).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_first_access_is_the_statements_own() {
        check(&[], &[]);
        check(&[(4, 0, "SCAN t")], &[]);
        check(
            &[(4, 0, "SEARCH t USING INDEX i (a=?)"), (9, 0, "SCAN child"), (12, 0, "SEARCH u USING INDEX j (b=?)")],
            &[9, 12],
        );
        check(
            &[
                (4, 0, "MULTI-INDEX OR"),
                (5, 4, "INDEX 1"),
                (6, 5, "SEARCH t USING INDEX i (a=?)"),
                (8, 4, "INDEX 2"),
                (9, 8, "SEARCH t USING INDEX j (b=?)"),
                (20, 0, "SCAN child"),
            ],
            &[20],
        );
        check(
            &[
                (4, 0, "SEARCH t USING INDEX i (a=?)"),
                (5, 0, "LIST SUBQUERY 1"),
                (6, 5, "SCAN other"),
                (20, 0, "SCAN child"),
                (30, 0, "USE TEMP B-TREE FOR SOMETHING"),
            ],
            &[20],
        );
    }
}
