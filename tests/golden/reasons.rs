//! Every kind of verdict with its reason, on small files that bring it about: one text, natively and in the worker.

use std::fmt::Write;

use cortex_inspector::domain::run::{Step, StepAnswer};
use cortex_inspector::domain::verdict::{Claim, Judgement, Verdict};
use cortex_inspector::engine::{Dropped, Engine};
use cortex_inspector::snapshot::{Base, RamSource, VFS_NAME, register};
use rusqlite::{Connection, OpenFlags};

use crate::sample::NOW;

const GOLDEN: &str = include_str!("reasons.txt");

const SCHEMA: &str = "
CREATE TABLE workflow (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT, completed_at TEXT);
CREATE TABLE workflow_task (id TEXT PRIMARY KEY, workflow_id TEXT NOT NULL REFERENCES workflow(id) ON DELETE CASCADE,
    status TEXT NOT NULL, order_index INTEGER, created_at TEXT);
CREATE TABLE terminal (id TEXT PRIMARY KEY, workflow_task_id TEXT NOT NULL REFERENCES workflow_task(id) ON DELETE CASCADE,
    status TEXT NOT NULL, order_index INTEGER, started_at TEXT, completed_at TEXT);
CREATE TABLE terminal_log (id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL REFERENCES terminal(id) ON DELETE CASCADE, created_at TEXT);
CREATE TABLE git_event (id TEXT PRIMARY KEY, workflow_id TEXT NOT NULL REFERENCES workflow(id) ON DELETE CASCADE,
    terminal_id TEXT REFERENCES terminal(id), process_status TEXT NOT NULL, created_at TEXT, processed_at TEXT);
CREATE TEMP TABLE n AS WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 199) SELECT n FROM n;
INSERT INTO workflow SELECT 'w' || n, 'p' || (n % 4), iif(n % 10, 'completed', 'running'),
    datetime('2026-11-20', '-' || n || ' days'), iif(n % 10, datetime('2026-11-20', '-' || n || ' days'), NULL) FROM n;
INSERT INTO workflow_task SELECT 'k' || n, 'w' || n, iif(n % 5, 'completed', 'pending'), n % 7, datetime('2026-11-20', '-' || n || ' hours') FROM n;
INSERT INTO terminal SELECT 't' || n, 'k' || n, iif(n % 5, 'completed', 'working'), n % 7, datetime('2026-11-20'), datetime('2026-11-20', '-' || n || ' days') FROM n;
INSERT INTO terminal_log SELECT 'l' || n, 't' || (n % 20), datetime('2026-11-20', '-' || n || ' hours') FROM n;
INSERT INTO git_event SELECT 'e' || n, 'w' || n, 't' || n, iif(n % 3, 'processed', 'pending'), datetime('2026-11-20', '-' || n || ' days'),
    datetime('2026-11-20', '-' || n || ' days') FROM n;
";

const OLDER: &str = "
CREATE INDEX idx_workflow_status ON workflow(status);
CREATE INDEX idx_workflow_task_status ON workflow_task(status);
CREATE INDEX idx_git_event_process_status ON git_event(process_status);
";

/// What makes each file, beside the schema, and which statements it is about; none for all.
const CASES: [(&str, &[&str], &[&str]); 7] = [
    ("nothing of the migration", &[], &[]),
    ("older indexes", &[OLDER], &["find-old-completed-workflows", "find-active-tasks", "find-processed-events"]),
    (
        "older indexes and statistics",
        &[OLDER, "ANALYZE;"],
        &[
            "find-active-tasks",
            "find-old-completed-workflows",
            "clean-up-old-completed-workflows",
            "find-by-project-with-status",
        ],
    ),
    (
        "statistics that say little of the first column",
        &["CREATE INDEX idx_workflow_completed_cleanup ON workflow(project_id, completed_at)
             WHERE status IN ('completed', 'failed', 'cancelled') AND completed_at IS NOT NULL;
           ANALYZE; DELETE FROM sqlite_stat4;
           UPDATE sqlite_stat1 SET stat = '100000 50000 2' WHERE idx = 'idx_workflow_completed_cleanup';"],
        &["find-old-completed-workflows", "clean-up-old-completed-workflows"],
    ),
    (
        "other definitions under documented names",
        &["CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC)
             WHERE status NOT IN (lower('COMPLETED'), 'failed', 'cancelled');
           CREATE INDEX idx_workflow_task_workflow_status ON workflow_task(workflow_id, status);
           CREATE INDEX idx_workflow_project_status ON workflow(project_id, status);"],
        &[
            "list-active-workflows",
            "find-tasks-by-workflow-with-status",
            "check-index-usage",
            "find-by-project-with-status",
        ],
    ),
    (
        "an index that holds just what is asked for",
        &[
            "CREATE INDEX idx_workflow_active ON workflow(created_at DESC) WHERE status NOT IN ('completed', 'failed', 'cancelled');",
        ],
        &["list-active-workflows"],
    ),
    (
        "columns that are not there",
        &["ALTER TABLE terminal DROP COLUMN started_at; DROP TABLE git_event;"],
        &["find-active-terminals", "process-events-by-terminal", "clean-up-processed-git-events"],
    ),
];

/// Words that each kind of reason has and no other.
const KINDS: [&str; 14] = [
    "SQLite searches idx_",
    "(a skip-scan)",
    "nothing is read in vain",
    "instead of searching it",
    "finds this cheaper",
    "because nothing in the statement narrows its first column",
    "does not see that the statement asks for such rows only",
    "With the documented definition:",
    "such an estimate is a guess",
    "The file has no index",
    "cannot exist as documented",
    "with another definition than documented",
    "serves every statement that the guide names",
    "SQLite cannot prepare the statement",
];

/// A file made by this very SQLite, as bytes.
pub fn database_bytes(scripts: &[&str]) -> Vec<u8> {
    register().expect("the file system registers");
    let db = Connection::open_with_flags_and_vfs(":memory:", OpenFlags::default(), VFS_NAME).expect("a database");
    scripts.iter().for_each(|sql| db.execute_batch(sql).expect("the script runs"));
    let mut n_bytes = 0;
    // SAFETY: the connection lives; SQLite allocates the copy, which is read before it is freed.
    unsafe {
        let bytes = rusqlite::ffi::sqlite3_serialize(db.handle(), c"main".as_ptr(), &mut n_bytes, 0);
        assert!(!bytes.is_null(), "SQLite did not serialize");
        let copy = std::slice::from_raw_parts(bytes, n_bytes as usize).to_vec();
        rusqlite::ffi::sqlite3_free(bytes.cast());
        copy
    }
}

pub fn render() -> String {
    let mut out = String::new();
    for (name, scripts, about) in CASES {
        writeln!(out, "== {name}").expect("a String takes everything");
        let scripts: Vec<&str> = std::iter::once(SCHEMA).chain(scripts.iter().copied()).collect();
        for (id, claim) in claims(&database_bytes(&scripts)) {
            if about.is_empty() || about.contains(&id.as_str()) {
                render_claim(&mut out, &id, &claim);
            }
        }
    }
    out
}

fn claims(bytes: &[u8]) -> Vec<(String, Claim)> {
    let mut engine = Engine::new().expect("the engine starts");
    engine.set_now(NOW);
    let dropped = Dropped { name: "db.sqlite".into(), base: Base::new(RamSource::from_bytes(bytes)) };
    engine.open(vec![dropped]).expect("the file opens");
    engine.run(&Step::Judge).expect("verdicts");
    let Ok(StepAnswer::Judged(judged)) = engine.run(&Step::Analyze) else { panic!("no verdicts") };
    let queries = judged.queries.into_iter().filter_map(|query| Some((query.id, query.claim?)));
    queries.chain(judged.cleanups.into_iter().filter_map(|cleanup| Some((cleanup.id, cleanup.claim?)))).collect()
}

fn render_claim(out: &mut String, id: &str, claim: &Claim) {
    let mut line = |words: std::fmt::Arguments<'_>| writeln!(out, "{words}").expect("a String takes everything");
    line(format_args!("\n{id}: {}", claim.index));
    let mut judged = |when: &str, Judgement { verdict, reason }: &Judgement| {
        line(format_args!("  {when}: {}\n    {}", verdict.label(), without_figures(reason)));
    };
    judged("As dropped", &claim.before);
    judged("After the migration", &claim.after);
    for other in &claim.otherwise {
        judged(&other.circumstance.label(), &other.judgement);
    }
}

/// The planner's estimates differ between SQLite's versions, the reasons do not.
fn without_figures(reason: &str) -> String {
    let Some((before, estimate)) = reason.split_once("delivers is ") else { return reason.into() };
    let (estimate, behind) = estimate.split_once(" with ").unwrap_or((estimate, ""));
    let masked: String = estimate.chars().filter(|ch| !ch.is_ascii_digit() && *ch != ',').collect();
    format!(
        "{before}delivers is {} with {}",
        masked.split_whitespace().collect::<Vec<_>>().join(" "),
        without_figures(behind)
    )
}

/// Compares with the golden file, which must hold every verdict and every kind of reason.
#[track_caller]
pub fn check() {
    let actual = render();
    for verdict in Verdict::ALL {
        assert!(actual.contains(&format!(": {}\n", verdict.label())), "no {} among the reasons", verdict.label());
    }
    for words in KINDS {
        assert!(actual.contains(words), "no reason says {words:?}");
    }
    let mut pairs = actual.lines().zip(GOLDEN.lines()).enumerate();
    if let Some((at, (now, golden))) = pairs.find(|(_, (now, golden))| now != golden) {
        panic!("tests/golden/reasons.txt, line {}\n  golden {golden}\n  now    {now}", at + 1);
    }
    assert_eq!(actual.lines().count(), GOLDEN.lines().count(), "tests/golden/reasons.txt ends elsewhere");
}
