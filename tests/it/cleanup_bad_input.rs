//! Files that nobody meant: each preview is what native SQLite does or says, leaves nothing behind, and writes nothing.

use cortex_inspector::domain::cleanup::stragglers::StragglerKind;
use cortex_inspector::domain::cleanup::{CleanupReport, DeleteOutcome};
use cortex_inspector::domain::run::{Step, StepAnswer};
use rusqlite::Connection;

use crate::fixtures::{Fixture, NOW, Opened, count};
use crate::native;

const WORKFLOWS: &str = "clean-up-old-completed-workflows";
const EVENTS: &str = "clean-up-processed-git-events";
const LOGS: &str = "clean-up-old-terminal-logs";

#[track_caller]
fn preview(opened: &mut Opened, id: &str, retention_days: Option<u32>) -> CleanupReport {
    if let Some(days) = retention_days {
        return opened.engine.preview_with_retention(id, days).unwrap();
    }
    match opened.engine.run(&Step::PreviewCleanup(id.into())).unwrap() {
        StepAnswer::Cleanup(report) => report,
        other => panic!("{other:?}"),
    }
}

/// In both worlds what native SQLite does to a copy, and the same when it is asked again: the fork of the first time is
/// gone.
#[track_caller]
fn check(fixture: &Fixture, id: &str, retention_days: Option<u32>) -> CleanupReport {
    let (sha256, mut opened) = (fixture.sha256(), fixture.open());
    let report = preview(&mut opened, id, retention_days);
    let (on, off) = (report.foreign_keys_on.clone().unwrap(), report.foreign_keys_off.clone().unwrap());
    for (foreign_keys, deleted, error) in [(true, &on.by_table, &on.error), (false, &off.by_table, &off.error)] {
        let copy = fixture.copy();
        let db = native::with_keys(&copy.path, foreign_keys);
        let before = native::counts(&db);
        let said = match db.execute_batch(&native::at(NOW, &report.sql)) {
            Ok(()) => None,
            Err(rusqlite::Error::SqliteFailure(_, words)) => words,
            Err(other) => panic!("{other}"),
        };
        assert_eq!(*error, said, "foreign keys {foreign_keys}");
        assert_eq!(*deleted, native::lost(&before, &native::counts(&db)), "foreign keys {foreign_keys}");
    }
    let again = preview(&mut opened, id, retention_days).foreign_keys_on.unwrap();
    assert_eq!((again.by_table, again.error), (on.by_table, on.error));
    assert_eq!(fixture.sha256(), sha256, "the file was written");
    report
}

#[track_caller]
fn check_error(change: &str, id: &str, words: &str) {
    let fixture = Fixture::standard().copy_with(change);
    let (sha256, mut opened) = (fixture.sha256(), fixture.open());
    let report = preview(&mut opened, id, None);
    assert_eq!(report.error.as_deref(), Some(words));
    assert_eq!((report.foreign_keys_on, report.space, report.histogram), (None, None, None));
    for step in [Step::FindStragglers(id.into()), Step::CleanTogether] {
        match opened.engine.run(&step).unwrap() {
            StepAnswer::Stragglers { stragglers, .. } => assert!(stragglers.is_empty()),
            StepAnswer::Together(together) => assert!(together.best.runs.iter().all(|run| run.cleanup != id)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(fixture.sha256(), sha256, "the file was written");
}

#[test]
fn what_is_missing_is_named() {
    check_error("DROP TABLE terminal_log", LOGS, "no such table: terminal_log");
    check_error("ALTER TABLE workflow RENAME COLUMN completed_at TO ended", WORKFLOWS, "no such column: completed_at");
    check_error(
        "DROP TABLE git_event; CREATE VIEW git_event AS SELECT 1 AS id, 'processed' AS process_status, '' AS processed_at",
        EVENTS,
        "cannot modify git_event because it is a view",
    );
}

/// Numbers sort before every text, blobs behind.
#[test]
fn columns_of_other_types_are_compared_as_sqlite_compares() {
    for column in
        ["created_at INTEGER", "created_at REAL", "created_at BLOB", "created_at", "created_at TEXT COLLATE NOCASE"]
    {
        let fixture = Fixture::standard().copy_with(&format!(
            "CREATE TABLE kept AS SELECT * FROM terminal_log;
             DROP TABLE terminal_log;
             CREATE TABLE terminal_log (id TEXT PRIMARY KEY, terminal_id TEXT, content TEXT, {column});
             INSERT INTO terminal_log SELECT id, terminal_id, content, CASE rowid % 4
               WHEN 0 THEN unixepoch(created_at) WHEN 1 THEN julianday(created_at)
               WHEN 2 THEN CAST(created_at AS BLOB) ELSE created_at END FROM kept;
             DROP TABLE kept;"
        ));
        let report = check(&fixture, LOGS, None);
        let n_removed = report.foreign_keys_on.unwrap().n_deleted;
        assert_eq!(report.histogram.unwrap().split(report.retention_days).removed, n_removed, "{column}");
    }
}

#[test]
fn dates_that_cannot_be_are_found_and_compared_as_text() {
    let dates =
        ["2026-02-30 00:00:00", "2026-13-45", "0000-00-00", "9999-12-31 23:59:59", "", "now-ish", "-1", "1e300"];
    let changes = dates
        .iter()
        .enumerate()
        .map(|(at, date)| format!("UPDATE terminal_log SET created_at = '{date}' WHERE rowid % 20 = {at};"));
    let fixture = Fixture::standard().copy_with(&changes.collect::<String>());
    let report = check(&fixture, LOGS, None);
    let n_removed = report.foreign_keys_on.unwrap().n_deleted;
    assert_eq!(report.histogram.unwrap().split(report.retention_days).removed, n_removed);
    let StepAnswer::Stragglers { stragglers, .. } =
        fixture.open().engine.run(&Step::FindStragglers(LOGS.into())).unwrap()
    else {
        panic!("no stragglers")
    };
    for (kind, condition) in [
        (StragglerKind::Unreadable, "created_at IS NOT NULL AND julianday(created_at) IS NULL"),
        (StragglerKind::Future, "julianday(created_at) > julianday('now')"),
    ] {
        let sql = native::at(NOW, &format!("SELECT count(*) FROM terminal_log WHERE {condition}"));
        let found = stragglers.iter().find(|straggler| straggler.kind == kind).unwrap();
        assert!(found.n_rows > 0 && found.n_rows == count(&fixture.native(), &sql), "{kind:?}");
    }
}

#[test]
fn a_retention_of_nothing_and_one_of_27_years_are_run() {
    let fixture = Fixture::standard();
    let n_removed = |days| check(&fixture, LOGS, Some(days)).foreign_keys_on.unwrap().n_deleted;
    assert!(n_removed(0) > n_removed(7));
    assert_eq!(n_removed(10_000), 0);
}

#[test]
fn every_way_to_raise_is_quoted_and_nothing_stays_of_it() {
    for (raise, n_kept) in [("ABORT, 'kept'", true), ("ROLLBACK, 'kept'", true), ("IGNORE", false)] {
        let fixture = Fixture::standard().copy_with(&format!(
            "CREATE TRIGGER keep BEFORE DELETE ON terminal_log WHEN OLD.rowid % 7 = 0 BEGIN SELECT RAISE({raise}); END"
        ));
        let on = check(&fixture, LOGS, None).foreign_keys_on.unwrap();
        assert_eq!(on.outcome == DeleteOutcome::Failed, n_kept, "{raise}");
        assert_eq!(on.error.as_deref(), n_kept.then_some("kept"));
    }
}

/// Three tables in a ring, each of which takes the next one along.
#[test]
fn a_cycle_of_cascades_ends() {
    let fixture = Fixture::standard().copy_with(
        "ALTER TABLE workflow ADD COLUMN ring TEXT REFERENCES ring_b(id) ON DELETE CASCADE;
         CREATE TABLE ring_a (id TEXT PRIMARY KEY, workflow_id TEXT REFERENCES workflow(id) ON DELETE CASCADE);
         CREATE TABLE ring_b (id TEXT PRIMARY KEY, a TEXT REFERENCES ring_a(id) ON DELETE CASCADE);
         INSERT INTO ring_a SELECT 'a' || id, id FROM workflow;
         INSERT INTO ring_b SELECT 'b' || id, id FROM ring_a;
         UPDATE workflow SET ring = (SELECT b.id FROM ring_b AS b WHERE b.rowid > workflow.rowid LIMIT 1);
         CREATE INDEX of_ring ON workflow(ring);",
    );
    let report = check(&fixture, WORKFLOWS, None);
    let on = report.foreign_keys_on.unwrap();
    assert!(on.by_table["ring_a"] == on.n_deleted && on.by_table["ring_b"] == on.n_deleted, "{on:?}");
    let StepAnswer::Stragglers { .. } = fixture.open().engine.run(&Step::FindStragglers(WORKFLOWS.into())).unwrap()
    else {
        panic!("no stragglers")
    };
}

#[test]
fn a_million_children_go_with_one_parent() {
    let fixture = Fixture::empty_file();
    let db = Connection::open(&fixture.path).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
         CREATE TABLE workflow (id INTEGER PRIMARY KEY, status TEXT, completed_at TEXT);
         CREATE TABLE ping (workflow_id INTEGER REFERENCES workflow(id) ON DELETE CASCADE);
         INSERT INTO workflow VALUES (1, 'completed', '2026-01-01 00:00:00'), (2, 'running', NULL);
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
         INSERT INTO ping SELECT 1 FROM n;
         CREATE INDEX of_workflow ON ping(workflow_id);",
    )
    .unwrap();
    drop(db);
    let (sha256, mut opened) = (fixture.sha256(), fixture.open());
    let report = preview(&mut opened, WORKFLOWS, None);
    let (on, off) = (report.foreign_keys_on.unwrap(), report.foreign_keys_off.unwrap());
    assert_eq!((on.n_deleted, on.by_table["ping"]), (1, 1_000_000));
    assert_eq!((off.n_deleted, off.orphans["ping"]), (1, 1_000_000));
    assert!(report.samples.iter().all(|sample| sample.rows.len() < 10));
    assert_eq!(fixture.sha256(), sha256, "the file was written");
}
