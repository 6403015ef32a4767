//! What SQLite counted for each step of a plan, against native SQLite's own counters and pages.

use std::ffi::{CString, c_int};

use cortex_inspector::domain::plan::PlanRow;
use cortex_inspector::domain::plan_counts::{StepCounts, of_step};
use cortex_inspector::domain::query::QueryReport;
use cortex_inspector::domain::run::{Step, StepAnswer};
use cortex_inspector::domain::value::Value;
use rusqlite::{Connection, ffi};

use crate::fixtures::{Fixture, NOW, Opened, Spec, count, migrate_natively};
use crate::native;

/// Number, loops and visited rows of each step of a statement that ran to its end.
fn native_counts(db: &Connection, sql: &str, parameters: &[Value]) -> Vec<(i64, i64, i64)> {
    let sql = CString::new(sql).unwrap();
    // SAFETY: one connection on one thread; every pointer passed lives until the statement is finalised.
    unsafe {
        let mut statement = std::ptr::null_mut();
        assert_eq!(ffi::sqlite3_prepare_v2(db.handle(), sql.as_ptr(), -1, &mut statement, std::ptr::null_mut()), 0);
        for (at, value) in (1..).zip(parameters) {
            let code = match value {
                Value::Null => ffi::sqlite3_bind_null(statement, at),
                Value::Integer(n) => ffi::sqlite3_bind_int64(statement, at, *n),
                Value::Real(x) => ffi::sqlite3_bind_double(statement, at, *x),
                Value::Text(text) => {
                    ffi::sqlite3_bind_text(statement, at, text.as_ptr().cast(), text.len() as c_int, None)
                }
                Value::Blob(bytes) => {
                    ffi::sqlite3_bind_blob(statement, at, bytes.as_ptr().cast(), bytes.len() as c_int, None)
                }
            };
            assert_eq!(code, 0);
        }
        while ffi::sqlite3_step(statement) == ffi::SQLITE_ROW {}
        let mut counts = Vec::new();
        for entry in 0.. {
            let (mut id, mut n_loops, mut n_visited) = (0 as c_int, 0_i64, 0_i64);
            let get = |what, out| {
                ffi::sqlite3_stmt_scanstatus_v2(statement, entry, what, ffi::SQLITE_SCANSTAT_COMPLEX, out) == 0
            };
            if !get(ffi::SQLITE_SCANSTAT_SELECTID, (&raw mut id).cast()) {
                break;
            }
            assert!(get(ffi::SQLITE_SCANSTAT_NLOOP, (&raw mut n_loops).cast()));
            assert!(get(ffi::SQLITE_SCANSTAT_NVISIT, (&raw mut n_visited).cast()));
            counts.push((i64::from(id), n_loops, n_visited));
        }
        ffi::sqlite3_finalize(statement);
        counts
    }
}

fn as_native(steps: &[StepCounts]) -> Vec<(i64, i64, i64)> {
    let signed = |n: Option<u64>| n.map_or(-1, |n| i64::try_from(n).unwrap());
    steps.iter().map(|step| (step.id, signed(step.n_loops), signed(step.n_visited))).collect()
}

/// Plan, counts and pages of both sides.
fn sides(query: &QueryReport) -> [(&[PlanRow], &[StepCounts], u64); 2] {
    let pages =
        |cost: &Option<_>| cost.as_ref().map_or(0, |cost: &cortex_inspector::domain::query::Cost| cost.pages_read);
    [
        (&query.plan_before, &query.steps_before, pages(&query.before)),
        (&query.plan_after, &query.steps_after, pages(&query.after)),
    ]
}

/// The step whose words hold `words`.
#[track_caller]
fn step<'a>(plan: &[PlanRow], steps: &'a [StepCounts], words: &str) -> &'a StepCounts {
    let row = plan.iter().find(|row| row.detail.contains(words)).unwrap_or_else(|| panic!("{words} in {plan:?}"));
    of_step(steps, row.id).unwrap()
}

fn preview(opened: &mut Opened, id: &str) -> cortex_inspector::domain::cleanup::CleanupReport {
    match opened.engine.run(&Step::PreviewCleanup(id.into())).unwrap() {
        StepAnswer::Cleanup(cleanup) => cleanup,
        other => panic!("{other:?}"),
    }
}

#[test]
fn loops_and_visited_rows_of_queries_are_those_of_native_sqlite() {
    for statistics in [false, true] {
        let fixture = Fixture::new(Spec { statistics, ..Spec::default() });
        let (before, after) = (fixture.copy(), fixture.copy());
        migrate_natively(&after.native());
        for query in &fixture.report().queries {
            let values = native::values(&query.parameters);
            for (file, (plan, steps, _)) in [&before, &after].into_iter().zip(sides(query)) {
                let db = native::with_keys(&file.path, true);
                assert_eq!(as_native(steps), native_counts(&db, &native::at(NOW, &query.sql), &values), "{}", query.id);
                let numbers = |ids: &mut dyn Iterator<Item = i64>| ids.collect::<Vec<_>>();
                let of_plan = numbers(&mut plan.iter().map(|row| row.id));
                let of_steps = numbers(&mut steps.iter().map(|step| step.id));
                assert!(of_steps.iter().all(|id| of_plan.contains(id)), "{}: {of_steps:?} of {of_plan:?}", query.id);
            }
        }
    }
}

#[test]
fn two_runs_count_the_same() {
    let fixture = Fixture::standard();
    let (mut one, mut other) = (fixture.open(), fixture.open());
    for id in ["list-active-workflows", "stream-recent-logs", "join-workflows-and-tasks", "find-by-id"] {
        let first = one.query(id);
        for again in [one.query(id), other.query(id)] {
            assert_eq!((&again.steps_before, &again.steps_after), (&first.steps_before, &first.steps_after), "{id}");
        }
        assert!(
            !first.steps_before.is_empty() && first.steps_before.iter().any(|step| step.n_visited.is_some()),
            "{id}"
        );
    }
    let id = "clean-up-old-completed-workflows";
    let first = preview(&mut one, id).steps_before;
    assert_eq!(preview(&mut one, id).steps_before, first);
    assert_eq!(preview(&mut other, id).steps_before, first);
}

#[test]
fn estimates_stand_before_anything_is_run() {
    let judged = Fixture::standard().open().judged();
    for query in &judged.queries {
        assert!(!query.steps_before.is_empty(), "{}", query.id);
        for step in query.steps_before.iter().chain(&query.steps_after) {
            assert_eq!((step.n_loops, step.n_visited, step.n_pages), (None, None, None), "{}", query.id);
        }
        assert!(query.steps_before.iter().any(|step| step.estimated_rows.is_some_and(|n| n > 0.0)), "{}", query.id);
    }
}

#[test]
fn counters_of_a_deletion_are_those_of_native_sqlite() {
    // Without what names terminals every clean-up runs to its end.
    let fixture = Fixture::new(Spec { events_name_terminals: false, ..Spec::default() });
    let mut opened = fixture.open();
    for documented in opened.engine.catalogue().cleanups.clone() {
        let cleanup = preview(&mut opened, &documented.id);
        let copy = fixture.copy();
        let db = native::with_keys(&copy.path, true);
        let sql = native::at(NOW, &cleanup.sql);
        assert_eq!(as_native(&cleanup.steps_before), native_counts(&db, &sql, &[]), "{}", cleanup.id);
        let n_deleted = cleanup.foreign_keys_on.unwrap().n_deleted;
        let looks_up = cleanup.plan.iter().filter(|row| row.detail.contains("workflow_note"));
        for row in looks_up {
            assert_eq!(of_step(&cleanup.steps_before, row.id).unwrap().n_loops, Some(n_deleted), "{}", cleanup.id);
        }
    }
}

#[test]
fn pages_are_those_of_the_steps_own_tables_and_indexes() {
    let fixture = Fixture::standard();
    let db = fixture.native();
    let report = fixture.report();
    for query in &report.queries {
        for (_, steps, pages_read) in sides(query) {
            let n: u64 = steps.iter().filter_map(|step| step.n_pages).sum();
            assert!(n <= pages_read, "{}: {n} of {pages_read}", query.id);
        }
    }
    // A scan reads every page of its table.
    let query = report.query("list-unfinished-workflows").unwrap();
    let [(plan, steps, pages_read), _] = sides(query);
    let scan = step(plan, steps, "SCAN workflow");
    let all = count(&db, "SELECT count(*) FROM dbstat WHERE name = 'workflow'");
    assert_eq!(scan.n_visited, Some(count(&db, "SELECT count(*) FROM workflow")));
    assert_eq!((scan.n_pages, scan.n_loops, pages_read), (Some(all), Some(1), all));
    // A look-up by key reads a path down the index and one down the table.
    let [(plan, steps, pages_read), _] = sides(report.query("find-by-id").unwrap());
    let search = step(plan, steps, "SEARCH workflow");
    assert_eq!((search.n_visited, search.n_pages), (Some(1), Some(pages_read)));
}
