//! 300 random databases: what a preview says of each table, with foreign keys on and off, is what native SQLite does.

use std::collections::BTreeMap;
use std::fmt::Write;

use cortex_inspector::domain::cleanup::{CleanupReport, DeleteOutcome};
use cortex_inspector::domain::run::{Step, StepAnswer};
use fastrand::Rng;
use rusqlite::Connection;

use crate::fixtures::{Fixture, NOW, Opened, count};
use crate::native;

type ByTable = BTreeMap<String, u64>;

const CLEANUPS: [&str; 4] = [
    "clean-up-old-completed-workflows",
    "clean-up-old-terminals",
    "clean-up-processed-git-events",
    "clean-up-old-terminal-logs",
];

fn pick<'a>(rng: &mut Rng, of: &[&'a str]) -> &'a str {
    of[rng.usize(..of.len())]
}

/// ` REFERENCES …` with whatever SQLite allows behind it.
fn reference(rng: &mut Rng, parent: &str) -> String {
    let action = pick(rng, &["", "NO ACTION", "RESTRICT", "CASCADE", "CASCADE", "CASCADE", "SET NULL", "SET DEFAULT"]);
    let action = if action.is_empty() { String::new() } else { format!(" ON DELETE {action}") };
    let when = pick(rng, &["", "", "", " DEFERRABLE INITIALLY DEFERRED", " DEFERRABLE INITIALLY IMMEDIATE"]);
    format!(" REFERENCES {parent}{action}{when}")
}

/// An instant within 60 days before `NOW` or shortly after, in one of the forms that stand in real files.
fn time(rng: &mut Rng) -> String {
    let minutes = rng.i64(-2_000..86_400);
    let text = cortex_inspector::domain::instant::Instant(NOW.0 - minutes * 60_000).sqlite_text();
    match rng.u8(..12) {
        0 => "NULL".into(),
        1 => "'soon'".into(),
        2 => format!("'{}'", &text[..10]),
        3 => rng.i64(..2_000_000_000).to_string(),
        4..=7 => format!("'{}.123456+00:00'", text.replace(' ', "T")),
        _ => format!("'{text}'"),
    }
}

/// The guide's tables and up to four more, bound to each other at random.
fn schema(rng: &mut Rng) -> String {
    let mut sql = String::new();
    let key = |rng: &mut Rng, parent: &str| if rng.u8(..5) == 0 { String::new() } else { reference(rng, parent) };
    let (task, terminal, event, own) =
        (key(rng, "workflow(id)"), key(rng, "workflow_task(id)"), key(rng, "terminal(id)"), key(rng, "workflow(id)"));
    let (of_event, of_log, root) = (key(rng, "workflow(id)"), key(rng, "terminal(id)"), key(rng, "workflow_task(id)"));
    write!(
        sql,
        "CREATE TABLE workflow (id TEXT PRIMARY KEY, project_id TEXT, status TEXT, created_at TEXT, completed_at TEXT,
           parent TEXT DEFAULT 'w0'{own}, root_task TEXT{root}, UNIQUE (id, status));
         CREATE TABLE workflow_task (id TEXT PRIMARY KEY, workflow_id TEXT DEFAULT 'w1'{task}, status TEXT, order_index INTEGER, created_at TEXT);
         CREATE TABLE terminal (id TEXT PRIMARY KEY, workflow_task_id TEXT{terminal}, status TEXT, order_index INTEGER, started_at TEXT, completed_at TEXT);
         CREATE TABLE git_event (id TEXT PRIMARY KEY, workflow_id TEXT DEFAULT 'w2'{of_event}, terminal_id TEXT{event}, process_status TEXT, created_at TEXT, processed_at TEXT);
         CREATE TABLE terminal_log (id INTEGER PRIMARY KEY, terminal_id TEXT{of_log}, content TEXT, created_at TEXT);
         CREATE TABLE audit (what TEXT, id TEXT);"
    )
    .unwrap();
    for n in 0..rng.usize(..5) {
        let own = format!("more_{}", rng.usize(..=n));
        let parent = pick(rng, &["workflow(id)", "workflow_task(id)", "terminal(id)", "git_event(id)"]);
        let not_null = if rng.u8(..5) == 0 { " NOT NULL" } else { "" };
        let (one, itself) = (reference(rng, parent), reference(rng, &format!("{own}(id)")));
        let rest = if rng.u8(..3) == 0 {
            format!("s TEXT, FOREIGN KEY (a, s){}", reference(rng, "workflow(id, status)"))
        } else {
            format!("s TEXT{}", reference(rng, "workflow"))
        };
        let without = pick(rng, &["", "", " WITHOUT ROWID"]);
        write!(sql, "CREATE TABLE more_{n} (id TEXT PRIMARY KEY, a TEXT{not_null} DEFAULT 'w0'{one}, b TEXT{itself}, {rest}){without};").unwrap();
        if rng.bool() {
            write!(sql, "CREATE INDEX i_more_{n} ON more_{n}(a);").unwrap();
        }
    }
    sql
}

fn triggers(rng: &mut Rng) -> String {
    let mut sql = String::new();
    for n in 0..rng.usize(..4) {
        let table = pick(rng, &["workflow", "workflow_task", "terminal", "git_event", "terminal_log"]);
        let (time, when) = (pick(rng, &["BEFORE", "AFTER"]), pick(rng, &["", "", " WHEN OLD.rowid % 3 = 0"]));
        let work = match rng.u8(..9) {
            0 | 1 => format!("INSERT INTO audit VALUES ('{table}', OLD.id)"),
            2 => "UPDATE workflow SET project_id = 'touched' WHERE id = 'w1'".into(),
            3 => "DELETE FROM terminal_log WHERE id = (SELECT min(id) FROM terminal_log)".into(),
            4 => "DELETE FROM git_event WHERE terminal_id = OLD.id".into(),
            5 => "DELETE FROM workflow_task WHERE order_index = 3".into(),
            6 => "INSERT OR IGNORE INTO git_event(id, process_status) VALUES ('e' || OLD.id, 'pending')".into(),
            7 => "SELECT RAISE(IGNORE)".into(),
            _ => "SELECT RAISE(ABORT, 'kept by a trigger')".into(),
        };
        let rare = if work.contains("ABORT") { " WHEN OLD.rowid % 11 = 0" } else { when };
        write!(sql, "CREATE TRIGGER t{n} {time} DELETE ON {table}{rare} BEGIN {work}; END;").unwrap();
    }
    sql
}

/// Rows that mostly name parents, as foreign keys were off while they were written.
fn rows(rng: &mut Rng, db: &Connection) {
    let statuses = ["completed", "failed", "cancelled", "running", "Completed", "processed", "processed", "pending"];
    let n_more = native::counts(db).keys().filter(|table| table.starts_with("more_")).count();
    let name = |rng: &mut Rng, of: &str, n: u32| match rng.u8(..9) {
        0 => "NULL".into(),
        1 => format!("'{of}gone'"),
        _ => format!("'{of}{}'", rng.u32(..n)),
    };
    let mut sql = String::from("BEGIN;");
    for n in 0..30 {
        let (status, finished) = (pick(rng, &statuses), time(rng));
        let (parent, root, workflow) = (name(rng, "w", 60), name(rng, "t", 30), name(rng, "w", 30));
        let parent = if rng.u8(..3) > 0 { "NULL" } else { &parent };
        let root = if rng.u8(..3) > 0 { "NULL" } else { &root };
        write!(
            sql,
            "INSERT INTO workflow VALUES ('w{n}', 'p', '{status}', {finished}, {finished}, {parent}, {root});
            INSERT INTO workflow_task VALUES ('t{n}', {workflow}, '{status}', {}, {finished});",
            n % 7
        )
        .unwrap();
    }
    for n in 0..40 {
        let (status, finished, other) = (pick(rng, &statuses), time(rng), time(rng));
        let (task, workflow, terminal, of_log) =
            (name(rng, "t", 30), name(rng, "w", 30), name(rng, "x", 40), name(rng, "x", 40));
        write!(
            sql,
            "INSERT INTO terminal VALUES ('x{n}', {task}, '{status}', 1, {other}, {finished});
            INSERT INTO git_event VALUES ('e{n}', {workflow}, {terminal}, '{status}', {other}, {finished});
            INSERT INTO terminal_log VALUES ({n}, {of_log}, 'words', {other});"
        )
        .unwrap();
    }
    for table in 0..n_more {
        for n in 0..25 {
            let of = pick(rng, &["w", "t", "x", "e"]);
            let (a, b, s) = (
                name(rng, of, 30),
                name(rng, "m", 40),
                if rng.bool() { name(rng, "w", 30) } else { "'completed'".into() },
            );
            // A NOT NULL column refuses some of them.
            write!(sql, "INSERT OR IGNORE INTO more_{table} VALUES ('m{n}', {a}, {b}, {s});").unwrap();
        }
    }
    sql.push_str("COMMIT");
    db.execute_batch(&sql).unwrap();
}

fn random(seed: u64) -> Fixture {
    let mut rng = Rng::with_seed(seed);
    let fixture = Fixture::empty_file();
    let db = native::with_keys(&fixture.path, false);
    db.execute_batch(&schema(&mut rng)).unwrap();
    rows(&mut rng, &db);
    db.execute_batch(&triggers(&mut rng)).unwrap();
    fixture
}

/// What native SQLite did to a copy of the file.
#[derive(Debug, PartialEq)]
struct World {
    error: Option<String>,
    /// Rows that each table has fewer, or more: triggers add some.
    fewer: BTreeMap<String, i64>,
    n_changes: u64,
    orphans: ByTable,
}

fn native_world(fixture: &Fixture, statements: &[String], foreign_keys: bool) -> World {
    let copy = fixture.copy();
    let db = native::with_keys(&copy.path, foreign_keys);
    let (before, orphans_before) = (native::counts(&db), native::orphans(&db));
    let (mut error, mut n_changes) = (None, 0);
    for sql in statements {
        let n_before = db.total_changes();
        match db.execute_batch(&native::at(NOW, sql)) {
            Ok(()) => n_changes += db.total_changes() - n_before,
            Err(rusqlite::Error::SqliteFailure(_, Some(words))) => error = error.or(Some(words)),
            Err(other) => panic!("{other}"),
        }
    }
    let after = native::counts(&db);
    let fewer = before.iter().map(|(table, n)| (table.clone(), *n as i64 - after[table] as i64));
    let mut left = ByTable::new();
    for (pair, n) in native::orphans(&db) {
        let n = n.saturating_sub(orphans_before.get(&pair).copied().unwrap_or_default());
        if n > 0 {
            *left.entry(pair.0).or_default() += n;
        }
    }
    World { error, fewer: fewer.filter(|(_, n)| *n != 0).collect(), n_changes, orphans: left }
}

fn previewed(
    error: Option<&String>,
    deleted: &ByTable,
    updated: &ByTable,
    inserted: &ByTable,
    orphans: &ByTable,
) -> World {
    let mut fewer: BTreeMap<String, i64> = deleted.iter().map(|(table, n)| (table.clone(), *n as i64)).collect();
    for (table, n) in inserted {
        *fewer.entry(table.clone()).or_default() -= *n as i64;
    }
    fewer.retain(|_, n| *n != 0);
    let n_changes = [deleted, updated, inserted].into_iter().flat_map(BTreeMap::values).sum();
    World { error: error.cloned(), fewer, n_changes, orphans: orphans.clone() }
}

#[track_caller]
fn preview(opened: &mut Opened, id: &str) -> CleanupReport {
    match opened.engine.run(&Step::PreviewCleanup(id.into())).unwrap() {
        StepAnswer::Cleanup(report) => report,
        other => panic!("{other:?}"),
    }
}

/// One clean-up of one random database. Answers what became of it.
#[track_caller]
fn check(seed: u64) -> DeleteOutcome {
    let fixture = random(seed);
    let (before, mut opened) = (fixture.sha256(), fixture.open());
    opened.engine.set_now(NOW);
    let report = preview(&mut opened, CLEANUPS[seed as usize % 4]);
    assert_eq!(report.error, None, "seed {seed}");
    let sql = [report.sql.clone()];
    // Whatever stands in the column, the ages say how many rows match.
    let condition = native::at(NOW, report.sql.trim_end_matches(';').split_once("WHERE").unwrap().1);
    let n_matching = count(&fixture.native(), &format!("SELECT count(*) FROM {} WHERE {condition}", report.table));
    assert_eq!(report.histogram.unwrap().split(report.retention_days).removed, n_matching, "seed {seed}");
    let on = report.foreign_keys_on.unwrap();
    let none = ByTable::new();
    // With foreign keys on a row may lose its parent too: to a trigger, or to one that it never had.
    let mut expected = native_world(&fixture, &sql, true);
    expected.orphans.clear();
    let said = previewed(on.error.as_ref(), &on.by_table, &on.updated_by_table, &on.inserted_by_table, &none);
    assert_eq!(said, expected, "seed {seed}, foreign keys on");
    let off = report.foreign_keys_off.unwrap();
    let said =
        previewed(off.error.as_ref(), &off.by_table, &off.updated_by_table, &off.inserted_by_table, &off.orphans);
    let expected = native_world(&fixture, &sql, false);
    assert_eq!(said, expected, "seed {seed}, foreign keys off");
    if seed.is_multiple_of(8) {
        check_together(seed, &fixture, &mut opened);
    }
    assert_eq!(fixture.sha256(), before, "the file was written");
    on.outcome
}

/// All four in the documented order; what stops one lets the others go on.
#[track_caller]
fn check_together(seed: u64, fixture: &Fixture, opened: &mut Opened) {
    let StepAnswer::Together(together) = opened.engine.run(&Step::CleanTogether).unwrap() else {
        panic!("seed {seed}")
    };
    let statements: Vec<String> =
        opened.engine.catalogue().cleanups.iter().map(|cleanup| cleanup.sql.clone()).collect();
    for (foreign_keys, sequence) in [(true, &together.foreign_keys_on), (false, &together.foreign_keys_off)] {
        let error = sequence.runs.iter().find_map(|run| run.error.as_ref());
        let said = previewed(
            error,
            &sequence.by_table,
            &sequence.updated_by_table,
            &sequence.inserted_by_table,
            &sequence.orphans,
        );
        let mut expected = native_world(fixture, &statements, foreign_keys);
        if foreign_keys {
            expected.orphans.clear();
        }
        assert_eq!(said, expected, "seed {seed}, all four, foreign keys {foreign_keys}");
    }
    assert!(together.best.n_failed() <= together.foreign_keys_on.n_failed());
}

fn check_all(seeds: std::ops::Range<u64>) {
    let mut outcomes = BTreeMap::<String, u64>::new();
    for seed in seeds {
        *outcomes.entry(format!("{:?}", check(seed))).or_default() += 1;
    }
    assert!(outcomes.len() == 3 && outcomes.values().all(|n| *n > 3), "{outcomes:?}");
}

#[test]
fn previews_are_what_native_sqlite_does_to_150_random_databases() {
    check_all(0..150);
}

#[test]
fn previews_are_what_native_sqlite_does_to_150_more() {
    check_all(150..300);
}
