//! Previews of the documented DELETEs against what native SQLite really deletes on a copy of the file.

use std::collections::BTreeMap;

use cortex_inspector::domain::cleanup::stragglers::Straggler;
use cortex_inspector::domain::cleanup::{Cell, CleanupReport, DeleteOutcome, RowSample};
use cortex_inspector::domain::instant::Instant;
use cortex_inspector::domain::run::{Step, StepAnswer};
use rusqlite::Connection;

use crate::fixtures::{Fixture, NOW, Opened, ProjectIds, Spec, count, one};
use crate::native;

const WORKFLOWS: &str = "clean-up-old-completed-workflows";
const TERMINALS: &str = "clean-up-old-terminals";
const EVENTS: &str = "clean-up-processed-git-events";
const LOGS: &str = "clean-up-old-terminal-logs";
const ALL: [&str; 4] = [WORKFLOWS, TERMINALS, EVENTS, LOGS];

type ByTable = BTreeMap<String, u64>;

#[track_caller]
fn preview(opened: &mut Opened, id: &str) -> CleanupReport {
    match opened.engine.run(&Step::PreviewCleanup(id.into())).unwrap() {
        StepAnswer::Cleanup(report) => report,
        other => panic!("{other:?}"),
    }
}

/// What native SQLite does on a copy of the file.
struct NativeRun {
    error: Option<String>,
    lost: ByTable,
    /// Rows that name nothing since.
    orphans: ByTable,
    bytes_freed: u64,
    /// Pages of each table and index that has them still.
    pages: ByTable,
    copy: Fixture,
}

fn native_run(fixture: &Fixture, sql: &str, now: Instant, foreign_keys: bool) -> NativeRun {
    let copy = fixture.copy();
    let db = native::with_keys(&copy.path, foreign_keys);
    let (counts, orphans_before, used) = (native::counts(&db), native::orphans(&db), used_bytes(&db));
    let error = db.execute_batch(&native::at(now, sql)).err().map(|error| match error {
        rusqlite::Error::SqliteFailure(_, Some(words)) => words,
        other => other.to_string(),
    });
    let mut left = ByTable::new();
    for (pair, n) in native::orphans(&db) {
        let n = n.saturating_sub(orphans_before.get(&pair).copied().unwrap_or_default());
        if n > 0 {
            *left.entry(pair.0).or_default() += n;
        }
    }
    NativeRun {
        error,
        lost: native::lost(&counts, &native::counts(&db)),
        orphans: left,
        bytes_freed: used - used_bytes(&db),
        pages: pages(&db),
        copy,
    }
}

fn used_bytes(db: &Connection) -> u64 {
    let pragma = |name: &str| count(db, &format!("PRAGMA {name}"));
    (pragma("page_count") - pragma("freelist_count")) * pragma("page_size")
}

fn pages(db: &Connection) -> ByTable {
    let mut statement = db.prepare("SELECT name, count(*) FROM dbstat GROUP BY name").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Pages of every b-tree within one of the truth, the file's size before and after VACUUM exactly.
#[track_caller]
fn check_space(report: &CleanupReport, fixture: &Fixture, run: &NativeRun) {
    let Some(space) = &report.space else {
        assert!(run.error.is_some(), "no space is told");
        return;
    };
    let before = pages(&fixture.native());
    for btree in &space.btrees {
        assert_eq!(btree.pages_before, before[&btree.name], "{}", btree.name);
        assert!(btree.pages_after.abs_diff(run.pages[&btree.name]) <= 1, "{}", btree.name);
    }
    let changed = before.iter().filter(|(name, n)| run.pages[*name].abs_diff(**n) > 1).map(|(name, _)| name);
    changed.for_each(|name| assert!(space.btrees.iter().any(|btree| btree.name == *name), "{name}"));
    let db = run.copy.native();
    let bytes = || count(&db, "PRAGMA page_count") * count(&db, "PRAGMA page_size");
    assert_eq!((space.bytes_after(), space.freelist_after), (bytes(), count(&db, "PRAGMA freelist_count")));
    assert!(space.n_pages_journaled <= space.n_pages_written && space.n_pages_written > 0 || run.lost.is_empty());
    db.execute_batch("VACUUM").unwrap();
    assert!(space.vacuum.is_tried);
    assert_eq!(space.vacuum.bytes_after, bytes());
}

/// The WHERE of a DELETE, at an instant.
fn matching(report: &CleanupReport, now: Instant) -> String {
    native::at(now, report.sql.trim_end_matches(';').split_once("WHERE").unwrap().1)
}

/// The preview equals what native SQLite does, with foreign keys on and off.
#[track_caller]
fn check_preview(fixture: &Fixture, id: &str) -> CleanupReport {
    check_preview_at(fixture, id, NOW)
}

#[track_caller]
fn check_preview_at(fixture: &Fixture, id: &str, now: Instant) -> CleanupReport {
    let (before, mut opened) = (fixture.sha256(), fixture.open());
    opened.engine.set_now(now);
    let report = preview(&mut opened, id);
    assert_eq!(fixture.sha256(), before, "the file was written");
    assert_eq!(report.error, None);

    let (with_keys, expected) = (report.foreign_keys_on.as_ref().unwrap(), native_run(fixture, &report.sql, now, true));
    assert_eq!(with_keys.error, expected.error);
    assert_eq!(with_keys.outcome == DeleteOutcome::Ok, expected.error.is_none());
    assert_eq!(with_keys.by_table, expected.lost);
    assert_eq!(with_keys.n_deleted, expected.lost.get(&report.table).copied().unwrap_or_default());
    assert_eq!(report.bytes_freed, Some(expected.bytes_freed));
    check_space(&report, fixture, &expected);

    let (without, expected) = (report.foreign_keys_off.as_ref().unwrap(), native_run(fixture, &report.sql, now, false));
    assert_eq!(without.error, expected.error);
    assert_eq!(without.n_deleted, expected.lost.get(&report.table).copied().unwrap_or_default());
    assert_eq!(without.orphans, expected.orphans);

    let db = fixture.native();
    assert_eq!(report.n_table_rows, Some(count(&db, &format!("SELECT count(*) FROM {}", report.table))));
    check_missed(&report, &db, now);
    check_samples(&report, &db);
    // A second preview starts from the same file.
    let again = preview(&mut opened, id);
    assert_eq!(again.foreign_keys_off, report.foreign_keys_off);
    assert_eq!(again.foreign_keys_on.unwrap().by_table, with_keys.by_table);
    report
}

/// Rows that the comparison of text leaves, and finished rows without a time, by a query that knows no julianday.
#[track_caller]
fn check_missed(report: &CleanupReport, db: &Connection, now: Instant) {
    let condition = matching(report, now);
    let (finished, last) = condition.rsplit_once("AND").unwrap_or(("1 ", &condition));
    let column = last.split_whitespace().next().unwrap();
    let days = report.retention.split_once(' ').unwrap().0;
    let old = format!("unixepoch({column}) < unixepoch('{}', '-{days} days')", now.sqlite_text());
    let count =
        |condition: &str| count(db, &format!("SELECT count(*) FROM {} WHERE {finished} AND {condition}", report.table));
    assert_eq!(report.n_missed_by_text_comparison, Some(count(&format!("{old} AND NOT ({last})"))));
    assert_eq!(report.n_without_time, Some(count(&format!("{column} IS NULL"))));
    let cutoff: String = one(db, &format!("SELECT datetime('{}', '-{days} days')", now.sqlite_text()));
    assert_eq!(report.cutoff, cutoff);
}

fn samples(report: &CleanupReport) -> impl Iterator<Item = &RowSample> {
    report.samples.iter().chain(report.blocking.iter().map(|rows| &rows.sample))
}

#[track_caller]
fn check_samples(report: &CleanupReport, db: &Connection) {
    for sample in samples(report) {
        assert!(!sample.rows.is_empty() && sample.rows.len() <= 6 && sample.rows.len() as u64 <= sample.n_rows);
        let name = sample.table.replace('\'', "''");
        let columns: String = one(
            db,
            &format!("SELECT group_concat(name, char(10)) FROM pragma_table_xinfo('{name}') WHERE hidden <> 1"),
        );
        assert_eq!(sample.columns, columns.lines().collect::<Vec<_>>(), "{}", sample.table);
        for cell in sample.rows.iter().inspect(|row| assert_eq!(row.len(), sample.columns.len())).flatten() {
            match cell {
                Cell::Shown(text) => assert!(text.chars().count() <= 60, "{text}"),
                Cell::Cut { text, length } => assert!((text.chars().count() as u64) < *length && text.len() <= 60),
                Cell::Null | Cell::Masked { .. } => {}
            }
        }
    }
    let by_table = report.foreign_keys_on.as_ref().map(|on| on.by_table.clone()).unwrap_or_default();
    if !by_table.is_empty() {
        let sampled: ByTable = report.samples.iter().map(|sample| (sample.table.clone(), sample.n_rows)).collect();
        assert_eq!(sampled, by_table);
        assert_eq!(report.samples[0].table, report.table);
    }
}

// The documented statements on the standard fixture.

#[test]
fn previews_are_what_native_sqlite_deletes() {
    let unnamed = Fixture::new(Spec { events_name_terminals: false, ..Spec::default() });
    for fixture in [Fixture::standard(), unnamed] {
        for id in ALL {
            let report = check_preview(&fixture, id);
            assert!(report.foreign_keys_off.unwrap().n_deleted > 5, "{id}");
            assert!(report.n_missed_by_text_comparison > Some(0), "{id}");
        }
    }
    for spec in [
        Spec { n_workflows: 0, ..Spec::default() },
        Spec {
            project_ids: ProjectIds::Text,
            older_indexes: false,
            statistics: true,
            page_size: 512,
            ..Spec::default()
        },
        Spec { encoding: "UTF-16le", page_size: 65536, ..Spec::default() },
    ] {
        for id in ALL {
            check_preview(&Fixture::new(spec), id);
        }
    }
}

#[test]
fn freed_pages_are_counted_when_the_file_shrinks_by_itself() {
    let full = Fixture::standard().copy_with("PRAGMA auto_vacuum = FULL; VACUUM");
    let report = check_preview(&full, LOGS);
    assert!(report.bytes_freed > Some(0));
    let space = report.space.unwrap();
    assert!(space.page_count_after < space.page_count_before && space.freelist_after == 0);
    let incremental = Fixture::standard().copy_with("PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
    assert!(check_preview(&incremental, LOGS).space.unwrap().freelist_after > 0);
}

/// Every retention read from the ages is what SQLite deletes and misses with it.
#[test]
fn any_retention_is_answered_from_the_ages() {
    let unnamed = Fixture::new(Spec { events_name_terminals: false, ..Spec::default() });
    let mut opened = unnamed.open();
    for id in ALL {
        let ages = preview(&mut opened, id).histogram.unwrap();
        for days in [0, 1, 6, 7, 8, 29, 30, 31, 45, 10_000] {
            let report = opened.engine.preview_with_retention(id, days).unwrap();
            assert!(report.sql.contains(&format!("'-{days} days'")) && report.retention_days == days);
            assert_eq!(report.cutoff, NOW.plus_days(-i64::from(days)).sqlite_text());
            let split = ages.split(days);
            assert_eq!(split.removed, report.foreign_keys_on.unwrap().n_matching, "{id} {days}");
            assert_eq!(Some(split.missed), report.n_missed_by_text_comparison, "{id} {days}");
            assert_eq!(Some(split.without_time), report.n_without_time, "{id} {days}");
            let n_rows = split.removed + split.missed + split.kept + split.without_time + split.other;
            assert_eq!(Some(n_rows), report.n_table_rows);
            let by_status: u64 = ages.by_status(days).iter().map(|(_, split)| split.removed).sum();
            assert_eq!(by_status, split.removed);
            let bars = ages.bars(days, 54);
            assert!(bars.bars.len() <= 54);
            let drawn: u64 = bars.bars.iter().map(|bar| bar.split.removed + bar.split.kept + bar.split.missed).sum();
            assert_eq!(drawn + bars.n_older + bars.n_future, n_rows - split.without_time - split.other, "{id} {days}");
        }
        // Chosen for this file until it is closed, by everything that follows.
        assert_eq!(preview(&mut opened, id).retention_days, 10_000);
    }
}

fn stragglers(opened: &mut Opened, id: &str) -> Vec<Straggler> {
    match opened.engine.run(&Step::FindStragglers(id.into())).unwrap() {
        StepAnswer::Stragglers { cleanup, stragglers } if cleanup == id => stragglers,
        other => panic!("{other:?}"),
    }
}

/// Every corrected statement does natively what the preview says of it.
#[track_caller]
fn check_stragglers(fixture: &Fixture, id: &str) -> BTreeMap<String, (u64, Option<u64>)> {
    let found = stragglers(&mut fixture.open(), id);
    let mut kinds = BTreeMap::new();
    for one in found {
        assert!(!one.sample.rows.is_empty() && one.sample.rows.len() as u64 <= one.n_rows, "{one:?}");
        let corrected = one.corrected.as_ref().map(|corrected| {
            let run = native_run(fixture, &corrected.sql, NOW, true);
            assert_eq!(run.error, corrected.error, "{}", corrected.sql);
            assert_eq!(run.lost, corrected.by_table, "{}", corrected.sql);
            corrected.n_deleted
        });
        kinds.insert(format!("{:?} {}", one.kind, one.table), (one.n_rows, corrected));
    }
    kinds
}

#[test]
fn rows_that_are_treated_otherwise_are_found_with_what_corrects_it() {
    let fixture = Fixture::new(Spec { events_name_terminals: false, ..Spec::default() }).copy_with(
        "UPDATE workflow SET completed_at = '2027-01-01 00:00:00' WHERE id IN (SELECT id FROM workflow WHERE status = 'completed' ORDER BY id LIMIT 2);
         UPDATE workflow SET completed_at = 'yesterday' WHERE id IN (SELECT id FROM workflow WHERE status = 'failed' ORDER BY id LIMIT 1);
         UPDATE workflow SET status = ' Completed' WHERE id IN (SELECT id FROM workflow WHERE status = 'cancelled' ORDER BY id LIMIT 3);
         UPDATE workflow_task SET status = 'running', created_at = '2026-11-19 00:00:00';
         UPDATE terminal SET status = 'working';",
    );
    let report = preview(&mut fixture.open(), WORKFLOWS);
    let documented = report.foreign_keys_on.unwrap();
    let kinds = check_stragglers(&fixture, WORKFLOWS);
    let n_rows = |kind: &str| kinds.get(kind).map_or(0, |(n, _)| *n);
    let corrected = |kind: &str| kinds[kind].1.unwrap();
    assert_eq!(Some(n_rows("MissedByText workflow")), report.n_missed_by_text_comparison);
    assert_eq!(corrected("MissedByText workflow") - documented.n_deleted, n_rows("MissedByText workflow"));
    assert_eq!(Some(n_rows("WithoutTime workflow")), report.n_without_time);
    assert!(corrected("WithoutTime workflow") > documented.n_deleted);
    assert_eq!((n_rows("Future workflow"), n_rows("Unreadable workflow")), (2, 1));
    let named = "'created', 'ready', 'running', 'completed', 'failed', 'cancelled'";
    let unnamed = format!("SELECT count(*) FROM workflow WHERE status NOT IN ({named})");
    assert_eq!(n_rows("UnnamedStatus workflow"), count(&fixture.native(), &unnamed));
    assert!(corrected("UnnamedStatus workflow") >= documented.n_deleted);
    // All tasks are young and at work, so each of them counts, and no workflow that has one goes.
    assert_eq!(n_rows("YoungChild workflow_task"), documented.by_table["workflow_task"]);
    assert_eq!(n_rows("ActiveChild workflow_task"), documented.by_table["workflow_task"]);
    assert_eq!(n_rows("ActiveChild terminal"), documented.by_table["terminal"]);
    for kind in ["YoungChild workflow_task", "ActiveChild workflow_task", "ActiveChild terminal"] {
        assert!(corrected(kind) < documented.n_deleted, "{kind}");
    }
    for id in [EVENTS, LOGS] {
        check_stragglers(&Fixture::standard(), id);
    }
}

#[test]
fn an_index_on_a_scanned_child_is_tried() {
    let report = check_preview(&Fixture::standard(), WORKFLOWS);
    let scanned: Vec<&str> =
        report.look_ups.iter().filter(|look_up| look_up.is_scan).map(|look_up| look_up.child.as_str()).collect();
    assert!(scanned.contains(&"workflow_note"), "{scanned:?}");
    let trial = report.index_trials.iter().find(|trial| trial.table == "workflow_note").unwrap();
    assert_eq!(trial.sql, "CREATE INDEX idx_workflow_note_workflow_id ON workflow_note(workflow_id);");
    assert!(trial.vm_steps_with < trial.vm_steps_without && trial.bytes > 0, "{trial:?}");
    let with = Fixture::standard().copy_with(&trial.sql);
    assert!(check_preview(&with, WORKFLOWS).look_ups.iter().all(|l| !l.is_scan || l.child != "workflow_note"));
}

/// Each workflow makes SQLite read all notes.
#[test]
fn an_index_is_tried_on_some_of_the_rows_where_all_take_long() {
    let fixture = Fixture::standard().copy_with(
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
         INSERT INTO workflow_note(workflow_id) SELECT w.id FROM n, (SELECT id FROM workflow WHERE status = 'running' LIMIT 1) AS w",
    );
    let Ok(StepAnswer::Cleanup(report)) = fixture.open().engine.run(&Step::PreviewCleanup(WORKFLOWS.into())) else {
        panic!("no preview")
    };
    let trial = report.index_trials.iter().find(|trial| trial.table == "workflow_note").unwrap();
    let n_all = report.foreign_keys_on.as_ref().unwrap().n_deleted;
    assert!(trial.n_rows.is_some_and(|n_rows| (1..n_all / 2).contains(&n_rows)), "{trial:?} of {n_all}");
    // The notes that are read no more.
    assert!(trial.vm_steps_without - trial.vm_steps_with > 300_000 * trial.n_rows.unwrap(), "{trial:?}");
    assert!(trial.words().starts_with("With it removing "), "{}", trial.words());
}

#[test]
fn a_cascade_takes_the_rows_below_and_updates_are_counted_apart() {
    let fixture = Fixture::standard();
    let report = check_preview(&fixture, WORKFLOWS);
    let with_keys = report.foreign_keys_on.unwrap();
    assert_eq!(with_keys.outcome, DeleteOutcome::Ok);
    for table in ["workflow", "workflow_task", "terminal", "terminal_log", "git_event", "workflow_note"] {
        assert!(with_keys.by_table[table] > 0, "{table}");
    }
    let native = native_run(&fixture, &report.sql, NOW, true);
    let n_nulls =
        |fixture: &Fixture| count(&fixture.native(), "SELECT count(*) FROM planning_draft WHERE workflow_id IS NULL");
    let n_set = n_nulls(&native.copy) - n_nulls(&fixture);
    assert!(n_set > 0);
    assert_eq!(with_keys.updated_by_table, ByTable::from([("planning_draft".into(), n_set)]));
    assert_eq!(with_keys.n_matching, with_keys.n_deleted);
    let orphans = report.foreign_keys_off.unwrap().orphans;
    assert!(orphans.contains_key("workflow_note") && orphans.contains_key("planning_draft"), "{orphans:?}");
}

#[test]
fn the_chosen_instant_decides_what_is_old() {
    let fixture = Fixture::new(Spec { events_name_terminals: false, ..Spec::default() });
    for id in ALL {
        let n_deleted: Vec<u64> = [-20, 0, 15, 400]
            .map(|days| check_preview_at(&fixture, id, NOW.plus_days(days)).foreign_keys_on.unwrap().n_deleted)
            .into();
        assert!(n_deleted.is_sorted() && n_deleted[0] < n_deleted[1] && n_deleted[1] < n_deleted[3], "{n_deleted:?}");
    }
}

// What blocks.

#[test]
fn rows_that_still_name_a_terminal_block_its_removal() {
    let fixture = Fixture::standard();
    let report = check_preview(&fixture, TERMINALS);
    let with_keys = report.foreign_keys_on.as_ref().unwrap();
    assert_eq!(with_keys.outcome, DeleteOutcome::ForeignKeyViolation);
    assert_eq!(with_keys.error.as_deref(), Some("FOREIGN KEY constraint failed"));
    assert_eq!((with_keys.n_deleted, with_keys.by_table.len(), report.bytes_freed), (0, 0, Some(0)));

    let (db, old) = (fixture.native(), matching(&report, NOW));
    assert_eq!(with_keys.n_matching, count(&db, &format!("SELECT count(*) FROM terminal WHERE {old}")));
    let naming = format!("FROM git_event WHERE terminal_id IN (SELECT id FROM terminal WHERE {old})");
    let [rows] = report.blocking.as_slice() else { panic!("{:?}", report.blocking) };
    assert_eq!(
        (rows.table.as_str(), rows.parent.as_str(), rows.on_delete.as_str()),
        ("git_event", "terminal", "NO ACTION")
    );
    assert_eq!(rows.columns, ["terminal_id"]);
    assert_eq!(rows.n_rows, count(&db, &format!("SELECT count(*) {naming}")));
    assert_eq!(rows.n_parents, count(&db, &format!("SELECT count(DISTINCT terminal_id) {naming}")));
    assert_eq!(rows.sample.n_rows, rows.n_rows);
}

#[test]
fn nothing_blocks_once_no_event_names_a_terminal() {
    let fixture = Fixture::standard().copy_with("UPDATE git_event SET terminal_id = NULL");
    let report = check_preview(&fixture, TERMINALS);
    assert_eq!(report.foreign_keys_on.unwrap().outcome, DeleteOutcome::Ok);
    assert!(report.blocking.is_empty() && report.release.is_none());
}

/// The terminals of a workflow go by cascade, and so do its own events, but not those of another workflow.
#[test]
fn an_event_of_another_workflow_blocks_the_cascade() {
    let fixture = Fixture::standard().copy_with(
        "UPDATE git_event SET terminal_id = (
           SELECT x.id FROM terminal AS x JOIN workflow_task AS t ON t.id = x.workflow_task_id
           JOIN workflow AS w ON w.id = t.workflow_id
           WHERE w.status = 'completed' AND w.completed_at < '2026-09-20' ORDER BY x.id LIMIT 1)
         WHERE workflow_id IN (SELECT id FROM workflow WHERE status = 'running')",
    );
    let report = check_preview(&fixture, WORKFLOWS);
    assert_eq!(report.foreign_keys_on.unwrap().outcome, DeleteOutcome::ForeignKeyViolation);
    let deferred = fixture.copy();
    let db = native::with_keys(&deferred.path, true);
    db.execute_batch("BEGIN; PRAGMA defer_foreign_keys = ON").unwrap();
    db.execute_batch(&native::at(NOW, &report.sql)).unwrap();
    let found: BTreeMap<_, _> =
        report.blocking.iter().map(|rows| ((rows.table.clone(), rows.parent.clone()), rows.n_rows)).collect();
    assert_eq!(found, native::orphans(&db));
    assert_eq!((found.len(), report.blocking[0].table.as_str()), (1, "git_event"));
    assert_eq!(report.blocking[0].n_parents, 1);
}

/// What the preview offers against the rows that block does, natively and with foreign keys on, what it says.
#[track_caller]
fn check_release(fixture: &Fixture, id: &str) {
    let report = check_preview(fixture, id);
    let release = report.release.unwrap();
    let run = native_run(fixture, &release.sql, NOW, true);
    assert_eq!((run.error, &run.lost), (None, &release.by_table));
    assert_eq!(release.n_deleted, release.by_table[&report.table]);
    assert_eq!(release.n_deleted, report.foreign_keys_on.unwrap().n_matching);
    let n_released: u64 = report.blocking.iter().map(|rows| rows.n_rows).sum();
    assert_eq!(release.n_released, n_released);
    assert!(native::orphans(&run.copy.native()).is_empty());
}

#[test]
fn a_blocked_statement_finishes_once_the_references_are_released() {
    check_release(&Fixture::standard(), TERMINALS);
    for action in ["", "ON DELETE RESTRICT"] {
        let lease = format!(
            "CREATE TABLE \"the lease\" (id INTEGER PRIMARY KEY, \"of\" TEXT REFERENCES Workflow {action});
             INSERT INTO \"the lease\"(\"of\") SELECT id FROM workflow;"
        );
        check_release(&Fixture::standard().copy_with(&lease), WORKFLOWS);
    }
}

/// Rows that are held stay, and all others go.
#[track_caller]
fn check_narrowed(fixture: &Fixture, id: &str, held: &str) {
    let report = check_preview(fixture, id);
    let narrowed = report.narrowed.unwrap();
    let run = native_run(fixture, &narrowed.sql, NOW, true);
    assert_eq!((run.error, &run.lost), (None, &narrowed.by_table), "{}", narrowed.sql);
    let condition = native::at(NOW, report.sql.split_once("WHERE").unwrap().1.trim_end_matches(';'));
    let sql = format!("SELECT count(*) FROM {} WHERE {condition} AND id IN ({held})", report.table);
    let n_held = count(&fixture.native(), &sql);
    assert!(n_held > 0 && narrowed.n_deleted > 0, "{}", narrowed.sql);
    assert_eq!(narrowed.n_deleted, report.foreign_keys_on.unwrap().n_matching - n_held);
}

#[test]
fn a_statement_without_the_rows_that_are_held_is_tried() {
    check_narrowed(&Fixture::standard(), TERMINALS, "SELECT terminal_id FROM git_event");
    for action in ["", "ON DELETE RESTRICT"] {
        let lease = |of: &str| {
            Fixture::standard().copy_with(&format!(
                "CREATE TABLE \"the lease\" (id INTEGER PRIMARY KEY, \"of\" TEXT NOT NULL REFERENCES {of}(id) {action});
                 INSERT INTO \"the lease\"(\"of\") SELECT id FROM {of} WHERE rowid % 3 = 0;"
            ))
        };
        check_narrowed(&lease("workflow"), WORKFLOWS, "SELECT \"of\" FROM \"the lease\"");
        let held = "SELECT workflow_id FROM workflow_task JOIN \"the lease\" ON \"of\" = workflow_task.id";
        check_narrowed(&lease("workflow_task"), WORKFLOWS, held);
    }
    assert_eq!(check_preview(&Fixture::standard(), WORKFLOWS).narrowed, None, "nothing blocks");
}

#[test]
fn no_release_is_offered_that_does_not_work() {
    for column in [
        "workflow_id TEXT NOT NULL REFERENCES workflow",
        "workflow_id TEXT CHECK (workflow_id > '') REFERENCES workflow",
    ] {
        // A CHECK is true of NULL; a trigger is not so easily pleased.
        let fixture = Fixture::standard().copy_with(&format!(
            "CREATE TABLE lease (id INTEGER PRIMARY KEY, {column});
             INSERT INTO lease(workflow_id) SELECT id FROM workflow;
             CREATE TRIGGER fixed BEFORE UPDATE ON lease BEGIN SELECT RAISE(ABORT, 'leases are fixed'); END;"
        ));
        let report = check_preview(&fixture, WORKFLOWS);
        assert_eq!(report.foreign_keys_on.unwrap().outcome, DeleteOutcome::ForeignKeyViolation);
        assert_eq!(report.release, None, "{column}");
    }
    assert_eq!(check_preview(&Fixture::standard(), WORKFLOWS).release, None, "nothing blocks");
}

#[test]
fn each_constraint_that_blocks_has_its_own_rows() {
    let fixture = Fixture::standard().copy_with(
        "CREATE TABLE link (one TEXT REFERENCES workflow(id), other TEXT REFERENCES workflow(id));
         INSERT INTO link SELECT id, NULL FROM workflow;
         INSERT INTO link SELECT NULL, id FROM workflow WHERE rowid % 2;",
    );
    let report = check_preview(&fixture, WORKFLOWS);
    let old = matching(&report, NOW);
    for column in ["one", "other"] {
        let rows = report.blocking.iter().find(|rows| rows.columns == [column]).unwrap();
        let sql = format!("SELECT count(*) FROM link WHERE {column} IN (SELECT id FROM workflow WHERE {old})");
        assert_eq!(rows.n_rows, count(&fixture.native(), &sql), "{column}");
        assert!(rows.n_rows > 0);
    }
}

#[test]
fn a_restrict_child_blocks_at_once() {
    let fixture = Fixture::standard().copy_with(
        "CREATE TABLE lease (id INTEGER PRIMARY KEY, workflow_id TEXT REFERENCES workflow ON DELETE RESTRICT);
         INSERT INTO lease(workflow_id) SELECT id FROM workflow;",
    );
    let report = check_preview(&fixture, WORKFLOWS);
    let old = matching(&report, NOW);
    let with_keys = report.foreign_keys_on.unwrap();
    assert_eq!(with_keys.outcome, DeleteOutcome::ForeignKeyViolation);
    let n = count(&fixture.native(), &format!("SELECT count(*) FROM workflow WHERE {old}"));
    assert_eq!(with_keys.n_matching, n);
    let rows = report.blocking.iter().find(|rows| rows.table == "lease").unwrap();
    assert_eq!((rows.n_rows, rows.n_parents, rows.on_delete.as_str()), (n, n, "RESTRICT"));
}

#[test]
fn a_restrict_grandchild_is_found_behind_the_cascade() {
    let fixture = Fixture::standard().copy_with(
        "CREATE TABLE lease (id INTEGER PRIMARY KEY, task_id TEXT REFERENCES workflow_task(id) ON DELETE RESTRICT);
         INSERT INTO lease(task_id) SELECT id FROM workflow_task;",
    );
    let report = check_preview(&fixture, WORKFLOWS);
    assert_eq!(report.foreign_keys_on.as_ref().unwrap().outcome, DeleteOutcome::ForeignKeyViolation);
    let old = matching(&report, NOW);
    let sql = format!("SELECT count(*) FROM workflow_task WHERE workflow_id IN (SELECT id FROM workflow WHERE {old})");
    let blocking: Vec<_> = report.blocking.iter().map(|rows| (rows.table.as_str(), rows.n_rows)).collect();
    assert_eq!(blocking, [("lease", count(&fixture.native(), &sql))]);
}

#[test]
fn a_trigger_that_raises_stops_everything_and_is_quoted() {
    for (time, when) in [("BEFORE", "OLD.status = 'failed'"), ("AFTER", "OLD.status = 'failed'"), ("BEFORE", "1")] {
        let fixture = Fixture::standard().copy_with(&format!(
            "CREATE TRIGGER keep {time} DELETE ON workflow WHEN {when}
             BEGIN SELECT RAISE(ABORT, 'failed workflows are kept'); END"
        ));
        let report = check_preview(&fixture, WORKFLOWS);
        let old = matching(&report, NOW);
        let with_keys = report.foreign_keys_on.unwrap();
        assert_eq!(with_keys.outcome, DeleteOutcome::Failed);
        assert_eq!(with_keys.error.as_deref(), Some("failed workflows are kept"));
        assert_eq!(report.foreign_keys_off.unwrap().error, with_keys.error);
        let n = count(&fixture.native(), &format!("SELECT count(*) FROM workflow WHERE {old}"));
        assert_eq!(with_keys.n_matching, n, "{time} {when}");
    }
}

// Other schemas.

#[test]
fn a_trigger_that_skips_rows_or_removes_others_is_followed() {
    let skips = "CREATE TRIGGER keep BEFORE DELETE ON terminal_log WHEN OLD.rowid % 2 BEGIN SELECT RAISE(IGNORE); END";
    let sweeps = "CREATE TRIGGER sweep AFTER DELETE ON terminal_log
                  BEGIN DELETE FROM workflow_note WHERE id = (SELECT min(id) FROM workflow_note); END";
    for trigger in [skips, sweeps] {
        let report = check_preview(&Fixture::standard().copy_with(trigger), LOGS);
        assert!(report.foreign_keys_on.unwrap().n_deleted > 0, "{trigger}");
        let without = report.foreign_keys_off.unwrap();
        let swept = without.removed_by_triggers("terminal_log").remove("workflow_note");
        assert_eq!(swept.is_some_and(|n| n > 0), trigger == sweeps, "{trigger}: {without:?}");
    }
}

#[test]
fn children_without_rowid_are_counted() {
    let fixture = Fixture::standard().copy_with(
        "CREATE TABLE tag (workflow_id TEXT REFERENCES workflow ON DELETE CASCADE, tag TEXT,
           PRIMARY KEY (workflow_id, tag)) WITHOUT ROWID;
         INSERT INTO tag SELECT id, 'a' FROM workflow UNION ALL SELECT id, 'b' FROM workflow;
         CREATE TABLE pin (name TEXT PRIMARY KEY, workflow_id TEXT REFERENCES workflow ON DELETE SET NULL) WITHOUT ROWID;
         INSERT INTO pin SELECT name, id FROM workflow;",
    );
    let report = check_preview(&fixture, WORKFLOWS);
    let with_keys = report.foreign_keys_on.unwrap();
    assert_eq!(with_keys.by_table["tag"], 2 * with_keys.n_deleted);
    assert_eq!(with_keys.updated_by_table["pin"], with_keys.n_deleted);
}

#[test]
fn a_table_that_refers_to_itself_takes_its_own_rows_along() {
    let fixture = Fixture::standard().copy_with(
        "ALTER TABLE workflow ADD COLUMN parent_id TEXT REFERENCES workflow(id) ON DELETE CASCADE;
         UPDATE workflow SET parent_id = (SELECT id FROM workflow WHERE status = 'completed' AND completed_at < '2026-09' ORDER BY id LIMIT 1)
         WHERE status = 'running';",
    );
    let report = check_preview(&fixture, WORKFLOWS);
    let old = matching(&report, NOW);
    let n = count(&fixture.native(), &format!("SELECT count(*) FROM workflow WHERE {old}"));
    assert!(report.foreign_keys_on.unwrap().n_deleted > n, "running workflows go too");
}

#[test]
fn rows_that_name_a_parent_twice_are_one_orphan_each() {
    let fixture = Fixture::standard().copy_with(
        "CREATE TABLE \"link \"\"of\"\" two\" (a TEXT REFERENCES Workflow(ID) ON DELETE CASCADE,
           b TEXT REFERENCES WORKFLOW ON DELETE CASCADE);
         INSERT INTO \"link \"\"of\"\" two\" SELECT id, id FROM workflow;",
    );
    let report = check_preview(&fixture, WORKFLOWS);
    let without = report.foreign_keys_off.unwrap();
    assert_eq!(without.orphans["link \"of\" two"], without.n_deleted);
}

#[test]
fn orphans_from_before_are_not_charged_to_the_cleanup() {
    let fixture = Fixture::standard()
        .copy_with("DELETE FROM workflow WHERE rowid % 3 = 0; DELETE FROM terminal WHERE rowid % 5 = 0");
    assert!(native::orphans(&fixture.native()).len() > 3);
    for id in ALL {
        check_preview(&fixture, id);
    }
}

#[test]
fn without_its_column_a_cleanup_is_an_error_in_sqlites_words() {
    let fixture = Fixture::standard().copy_with("ALTER TABLE terminal DROP COLUMN completed_at");
    let report = preview(&mut fixture.open(), TERMINALS);
    assert_eq!(report.error.as_deref(), Some("no such column: completed_at"));
    assert_eq!((report.foreign_keys_on, report.foreign_keys_off, report.bytes_freed), (None, None, None));
}

// Secrets.

#[test]
fn no_secret_reaches_the_report() {
    let fixture = Fixture::standard().copy_with(
        "CREATE TABLE grant_ (id INTEGER PRIMARY KEY, terminal_id TEXT REFERENCES terminal(id), accessToken TEXT,
           private_key_blob BLOB, \"Client Secret\" TEXT);
         INSERT INTO grant_ SELECT NULL, id, 'SECRET-' || id, CAST('SECRET' AS BLOB), 'SECRET' FROM terminal;",
    );
    let report = fixture.report();
    let json = report.to_json();
    assert!(!json.contains("SECRET"), "{}", &json[json.find("SECRET").unwrap_or(0).saturating_sub(300)..][..600]);
    assert!(report.failed_steps.is_empty(), "{:?}", report.failed_steps);
    let masked = |cleanup: &str, table: &str, column: &str| {
        let sample = samples(report.cleanup(cleanup).unwrap()).find(|sample| sample.table == table).unwrap();
        let at = sample.columns.iter().position(|name| name == column).unwrap();
        sample.rows.iter().map(|row| row[at].clone()).filter(|cell| *cell != Cell::Null).collect::<Vec<_>>()
    };
    for (cleanup, table, column, length) in [
        (WORKFLOWS, "workflow", "orchestrator_api_key", "sk-SECRET-00000".len()),
        (WORKFLOWS, "workflow", "orchestrator_api_key_encrypted", "enc:sk-SECRET-00000".len()),
        (TERMINALS, "terminal", "custom_api_key", "sk-SECRET-x-000000".len()),
        (TERMINALS, "grant_", "accessToken", "SECRET-x-000000".len()),
        (TERMINALS, "grant_", "private_key_blob", "SECRET".len()),
        (TERMINALS, "grant_", "Client Secret", "SECRET".len()),
    ] {
        let cells = masked(cleanup, table, column);
        assert!(!cells.is_empty(), "{table}.{column}");
        assert!(
            cells.iter().all(|cell| *cell == Cell::Masked { length: length as u64 }),
            "{table}.{column}: {cells:?}"
        );
    }
}

#[test]
fn blobs_are_shown_as_a_uuid_or_by_their_size() {
    let report = preview(&mut Fixture::standard().open(), WORKFLOWS);
    let sample = &report.samples[0];
    let at = sample.columns.iter().position(|name| name == "project_id").unwrap();
    for row in &sample.rows {
        let Cell::Shown(id) = &row[at] else { panic!("{:?}", row[at]) };
        assert!(id.starts_with("a0a0a0a0-a0a0-a0a0-a0a0-a0a00000000"), "{id}");
    }
}
