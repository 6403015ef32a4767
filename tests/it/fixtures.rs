//! Database files as people have them, made with native SQLite in the application's schema, and the way to the engine.

use std::path::{Path, PathBuf};

use cortex_inspector::domain::database::Database;

use cortex_inspector::domain::instant::Instant;
use cortex_inspector::domain::measuring::Settings;
use cortex_inspector::domain::migration::IndexReport;
use cortex_inspector::domain::query::QueryReport;
use cortex_inspector::domain::report::{FailedStep, Report};
use cortex_inspector::domain::run::{Judged, Step, StepAnswer, steps};
use cortex_inspector::engine::{Dropped, Engine};
use cortex_inspector::snapshot::{Base, CachedSource, FileSource, RamSource};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

/// 2026-11-20T12:00:00Z: what `'now'` means in every test that does not say otherwise.
pub const NOW: Instant = Instant(1_795_176_000_000);

/// The migration as it is documented, read without the program's own parser.
pub const MIGRATION: &str = include_str!("../../migrations/20260119000001_add_performance_indexes.sql");

/// How ids of projects are stored: 16-byte blobs in current files, text in older ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ProjectIds {
    Blob,
    Text,
}

/// The documented indexes that SQLite accepts, which is all but the two on terminal_log.
pub const ACCEPTED: [&str; 11] = [
    "idx_workflow_project_status",
    "idx_workflow_active",
    "idx_workflow_completed_cleanup",
    "idx_workflow_task_workflow_status",
    "idx_workflow_task_active",
    "idx_terminal_task_status",
    "idx_terminal_active",
    "idx_terminal_cleanup",
    "idx_git_event_workflow_status",
    "idx_git_event_terminal_status",
    "idx_git_event_cleanup",
];

/// What a fixture holds. The default is the standard fixture: rows, the older indexes, nothing of the migration.
#[derive(Clone, Copy)]
pub struct Spec {
    pub project_ids: ProjectIds,
    /// 0 makes every table empty.
    pub n_workflows: u32,
    /// The single-column indexes from before the migration.
    pub older_indexes: bool,
    /// Documented indexes that stand in the file, by name.
    pub deployed: &'static [&'static str],
    /// Whether git events name terminals, which keeps those from being deleted.
    pub events_name_terminals: bool,
    /// Statements run at the end: drifted indexes, further tables, triggers.
    pub extra: &'static str,
    /// Whether ANALYZE ran last.
    pub statistics: bool,
    pub page_size: u32,
    pub encoding: &'static str,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            project_ids: ProjectIds::Blob,
            n_workflows: 90,
            older_indexes: true,
            deployed: &[],
            events_name_terminals: true,
            extra: "",
            statistics: false,
            page_size: 4096,
            encoding: "UTF-8",
        }
    }
}

/// A database file in a folder of its own.
pub struct Fixture {
    dir: tempfile::TempDir,
    pub path: PathBuf,
}

const SCHEMA: &str = "
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
CREATE TABLE projects (id {PROJECT_ID} PRIMARY KEY, name TEXT NOT NULL, created_at TEXT NOT NULL DEFAULT (datetime('now')));
CREATE TABLE cli_type (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE workflow (
    id TEXT PRIMARY KEY, project_id {PROJECT_ID} NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    name TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'created',
    orchestrator_api_key TEXT, orchestrator_api_key_encrypted TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now')), updated_at TEXT NOT NULL DEFAULT (datetime('now')),
    completed_at TEXT);
CREATE TABLE workflow_task (
    id TEXT PRIMARY KEY, workflow_id TEXT NOT NULL REFERENCES workflow(id) ON DELETE CASCADE,
    name TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'pending', order_index INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT (datetime('now')));
CREATE TABLE terminal (
    id TEXT PRIMARY KEY, workflow_task_id TEXT NOT NULL REFERENCES workflow_task(id) ON DELETE CASCADE,
    cli_type_id TEXT NOT NULL REFERENCES cli_type(id), custom_api_key TEXT,
    status TEXT NOT NULL DEFAULT 'not_started', order_index INTEGER NOT NULL DEFAULT 0,
    started_at TEXT, completed_at TEXT);
CREATE TABLE terminal_log (
    id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL REFERENCES terminal(id) ON DELETE CASCADE,
    content TEXT NOT NULL, created_at TEXT NOT NULL DEFAULT (datetime('now')));
CREATE TABLE git_event (
    id TEXT PRIMARY KEY, workflow_id TEXT NOT NULL REFERENCES workflow(id) ON DELETE CASCADE,
    terminal_id TEXT REFERENCES terminal(id), commit_hash TEXT NOT NULL,
    process_status TEXT NOT NULL DEFAULT 'pending', created_at TEXT NOT NULL DEFAULT (datetime('now')), processed_at TEXT);
CREATE TABLE workflow_note (
    id INTEGER PRIMARY KEY, workflow_id TEXT NOT NULL REFERENCES workflow(id) ON DELETE CASCADE, body TEXT);
CREATE TABLE planning_draft (id INTEGER PRIMARY KEY, workflow_id TEXT REFERENCES workflow(id) ON DELETE SET NULL);
CREATE TRIGGER workflow_updated_at AFTER UPDATE OF status ON workflow BEGIN
    UPDATE workflow SET updated_at = datetime('now') WHERE id = NEW.id;
END;
";

const OLDER_INDEXES: &str = "
CREATE INDEX idx_workflow_project_id ON workflow(project_id);
CREATE INDEX idx_workflow_status ON workflow(status);
CREATE INDEX idx_workflow_task_workflow_id ON workflow_task(workflow_id);
CREATE INDEX idx_workflow_task_status ON workflow_task(status);
CREATE INDEX idx_terminal_workflow_task_id ON terminal(workflow_task_id);
CREATE INDEX idx_terminal_status ON terminal(status);
CREATE INDEX idx_terminal_cli_type_id ON terminal(cli_type_id);
CREATE INDEX idx_terminal_log_terminal_id ON terminal_log(terminal_id);
CREATE INDEX idx_terminal_log_created_at ON terminal_log(created_at);
CREATE INDEX idx_git_event_workflow_id ON git_event(workflow_id);
CREATE INDEX idx_git_event_terminal_id ON git_event(terminal_id);
CREATE INDEX idx_git_event_process_status ON git_event(process_status);
";

impl Fixture {
    pub fn new(spec: Spec) -> Self {
        let fixture = Self::empty_file();
        let db = fixture.native();
        let project_id = if spec.project_ids == ProjectIds::Blob { "BLOB" } else { "TEXT" };
        db.execute_batch(&format!("PRAGMA page_size = {}; PRAGMA encoding = '{}';", spec.page_size, spec.encoding))
            .unwrap();
        db.execute_batch("BEGIN").unwrap();
        db.execute_batch(&SCHEMA.replace("{PROJECT_ID}", project_id)).unwrap();
        rows(&db, &spec);
        if spec.older_indexes {
            db.execute_batch(OLDER_INDEXES).unwrap();
        }
        for name in spec.deployed {
            db.execute_batch(&documented_sql(name)).unwrap();
        }
        db.execute_batch("COMMIT").unwrap();
        db.execute_batch(spec.extra).unwrap();
        if spec.statistics {
            db.execute_batch("ANALYZE").unwrap();
        }
        drop(db);
        fixture
    }

    pub fn standard() -> Self {
        Self::new(Spec::default())
    }

    /// A file that only `sql` has written.
    pub fn of_sql(sql: &str) -> Self {
        let fixture = Self::empty_file();
        fixture.native().execute_batch(sql).unwrap();
        fixture
    }

    pub fn empty_file() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db.sqlite");
        Self { dir, path }
    }

    /// Native SQLite on the file itself.
    pub fn native(&self) -> Connection {
        native(&self.path)
    }

    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }

    pub fn sha256(&self) -> Vec<u8> {
        Sha256::digest(self.bytes()).to_vec()
    }

    /// A file of its own with the same bytes.
    pub fn copy(&self) -> Self {
        let copy = Self::empty_file();
        std::fs::copy(&self.path, &copy.path).unwrap();
        copy
    }

    /// The same file after `sql`.
    pub fn copy_with(&self, sql: &str) -> Self {
        let copy = self.copy();
        copy.native().execute_batch(sql).unwrap();
        copy
    }

    /// A path beside the database.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn open(&self) -> Opened {
        open_engine(&self.path)
    }

    /// Everything that "Run everything" answers.
    pub fn report(&self) -> Report {
        run_everything(&mut self.open(), NOW)
    }
}

/// An engine with one database open, and what opening it answered.
pub struct Opened {
    pub engine: Engine,
    pub database: Database,
}

impl Opened {
    #[track_caller]
    pub fn judged(&mut self) -> Judged {
        match self.engine.run(&Step::Judge).unwrap() {
            StepAnswer::Judged(judged) => judged,
            other => panic!("{other:?}"),
        }
    }

    /// Verdicts with fresh statistics beside those of the file.
    #[track_caller]
    pub fn analyzed(&mut self) -> Judged {
        match self.engine.run(&Step::Analyze).unwrap() {
            StepAnswer::Judged(judged) => judged,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub fn index(&mut self, name: &str) -> IndexReport {
        match self.engine.run(&Step::BuildIndex(name.into())).unwrap() {
            StepAnswer::Index(entry) => entry,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub fn query(&mut self, id: &str) -> QueryReport {
        match self.engine.run(&Step::MeasureQuery(id.into())).unwrap() {
            StepAnswer::Query(query) => query,
            other => panic!("{other:?}"),
        }
    }
}

/// Native SQLite with foreign keys off, as the shell has them; rusqlite's own build switches them on.
#[track_caller]
pub fn native(path: &Path) -> Connection {
    let db = Connection::open(path).unwrap();
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    db
}

#[track_caller]
pub fn dropped(path: &Path) -> Dropped {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    Dropped { name, base: Base::new(CachedSource::new(FileSource::open(path).unwrap())) }
}

pub fn dropped_bytes(name: &str, bytes: &[u8]) -> Dropped {
    Dropped { name: name.into(), base: Base::new(RamSource::from_bytes(bytes)) }
}

#[track_caller]
pub fn open_engine(path: &Path) -> Opened {
    let mut engine = Engine::new().unwrap();
    engine.set_now(NOW);
    let database = engine.open(vec![dropped(path)]).unwrap();
    Opened { engine, database }
}

/// A generated database of the program's own, open.
pub fn open_sample() -> Opened {
    let mut engine = Engine::new().unwrap();
    engine.set_now(NOW);
    let database = engine.open_sample(60, 600, 7, NOW).unwrap();
    Opened { engine, database }
}

/// Few samples: what is asked of times here is that they are there, not how sure they are.
pub fn quick() -> Settings {
    Settings { n_samples: 12, warm_up_ns: 1_000_000, budget_ns: 20_000_000, n_resamples: 2_000, ..Settings::default() }
}

/// Walks the steps as the page does.
pub fn run_everything(opened: &mut Opened, now: Instant) -> Report {
    opened.engine.set_measuring(quick());
    opened.engine.set_now(now);
    let environment = opened.engine.environment().unwrap();
    let mut report = Report::new(now, environment, opened.database.clone());
    for step in steps(opened.engine.catalogue()) {
        match opened.engine.run(&step) {
            Ok(answer) => report.absorb(answer),
            Err(error) => {
                report.failed_steps.push(FailedStep { step: format!("{step:?}"), message: error.words() });
            }
        }
    }
    report.complete = true;
    report.conclude(opened.engine.catalogue(), None);
    report
}

/// The documented statements of the migration, in order, without comments.
pub fn documented() -> Vec<String> {
    let code: Vec<&str> = MIGRATION.lines().filter(|line| !line.starts_with("--")).collect();
    let code = code.join("\n");
    code.split(';').map(str::trim).filter(|sql| !sql.is_empty()).map(str::to_owned).collect()
}

#[track_caller]
pub fn documented_sql(name: &str) -> String {
    documented().into_iter().find(|sql| sql.split_whitespace().nth(2) == Some(name)).unwrap() + ";"
}

/// Every statement of the migration that native SQLite accepts on this file, run on it.
pub fn migrate_natively(db: &Connection) {
    for sql in documented() {
        let _ = db.execute_batch(&sql);
    }
}

#[track_caller]
pub fn one<T: rusqlite::types::FromSql>(db: &Connection, sql: &str) -> T {
    db.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

#[track_caller]
pub fn count(db: &Connection, sql: &str) -> u64 {
    one::<i64>(db, sql).try_into().unwrap()
}

const DAY_MS: i64 = 86_400_000;

/// SQLite's own form of a time.
pub fn sqlite_form(at: Instant) -> String {
    at.sqlite_text()
}

/// The form that the application binds.
pub fn bound_form(at: Instant) -> String {
    format!("{}.123456+00:00", at.local_input())
}

/// Made from a counter alone, so that plans and counts are the same on every machine.
struct Rows<'a> {
    db: &'a Connection,
    spec: &'a Spec,
    n: u64,
}

fn rows(db: &Connection, spec: &Spec) {
    let mut rows = Rows { db, spec, n: 0 };
    rows.migrations();
    if spec.n_workflows == 0 {
        return;
    }
    for cli in ["claude-code", "codex"] {
        db.execute("INSERT INTO cli_type VALUES (?1, ?1)", [cli]).unwrap();
    }
    for project in 0..5 {
        let name = format!("project {project}");
        match spec.project_ids {
            ProjectIds::Blob => db.execute(
                "INSERT INTO projects VALUES (?1, ?2, '2026-01-01 00:00:00')",
                params![blob_id(project), name],
            ),
            ProjectIds::Text => db.execute(
                "INSERT INTO projects VALUES (?1, ?2, '2026-01-01 00:00:00')",
                params![text_id(project), name],
            ),
        }
        .unwrap();
    }
    for n in 0..spec.n_workflows {
        rows.workflow(n);
    }
}

fn blob_id(project: u32) -> [u8; 16] {
    let mut id = [0xa0; 16];
    id[12..].copy_from_slice(&project.to_be_bytes());
    id
}

fn text_id(project: u32) -> String {
    format!("a0a0a0a0-a0a0-a0a0-a0a0-a0a0{project:08x}")
}

impl Rows<'_> {
    /// A number of no great regularity, below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.n += 1;
        (self.n.wrapping_mul(6_364_136_223_846_793_005).rotate_left(23) ^ self.n.wrapping_mul(0x9e37_79b9)) % end
    }

    fn id(&mut self, kind: &str) -> String {
        self.n += 1;
        format!("{kind}-{:06}", self.n)
    }

    fn either_form(&mut self, at: Instant) -> String {
        if self.below(2) == 0 { sqlite_form(at) } else { bound_form(at) }
    }

    /// When something finished that started at `from`: sometimes never told, sometimes on the cut-off's own day.
    fn finished_at(&mut self, from: Instant, retention_days: i64) -> Option<String> {
        match self.below(12) {
            0 => None,
            // Hours before the cut-off, in the form whose `T` sorts after a space.
            1 | 2 => Some(bound_form(Instant(NOW.0 - retention_days * DAY_MS - 5 * 3_600_000))),
            _ => Some(self.either_form(Instant(from.0 + DAY_MS / 2))),
        }
    }

    fn migrations(&mut self) {
        for (version, success) in
            [(20_251_101_000_001_i64, true), (20_260_119_000_001, true), (20_260_301_000_000, false)]
        {
            self.db
                .execute(
                    "INSERT INTO _sqlx_migrations VALUES (?1, 'a migration', '2026-01-01 00:00:00', ?2, x'00', 1)",
                    params![version, success],
                )
                .unwrap();
        }
    }

    fn workflow(&mut self, n: u32) {
        let created = Instant(NOW.0 - self.below(100) as i64 * DAY_MS - 3_600_000);
        let young = NOW.0 - created.0 < 4 * DAY_MS;
        let status = if young || n.is_multiple_of(8) {
            ["created", "ready", "running", "paused"][self.below(4) as usize]
        } else {
            ["completed", "completed", "completed", "failed", "cancelled"][self.below(5) as usize]
        };
        let finished = ["completed", "failed", "cancelled"].contains(&status);
        let completed_at = if finished { self.finished_at(created, 30) } else { None };
        let (id, created_at) = (self.id("w"), self.either_form(created));
        let project = n % 5;
        let key = n.is_multiple_of(2).then(|| format!("sk-SECRET-{n:05}"));
        let sql = "INSERT INTO workflow VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)";
        let encrypted = key.as_ref().map(|key| format!("enc:{key}"));
        let name = format!("Workflow {n}");
        match self.spec.project_ids {
            ProjectIds::Blob => {
                let project = blob_id(project);
                self.db.execute(sql, params![id, project, name, status, key, encrypted, created_at, completed_at])
            }
            ProjectIds::Text => {
                let project = text_id(project);
                self.db.execute(sql, params![id, project, name, status, key, encrypted, created_at, completed_at])
            }
        }
        .unwrap();
        for _ in 0..n % 3 {
            self.db.execute("INSERT INTO workflow_note(workflow_id, body) VALUES (?1, 'A note')", [&id]).unwrap();
        }
        if n.is_multiple_of(4) {
            self.db.execute("INSERT INTO planning_draft(workflow_id) VALUES (?1)", [&id]).unwrap();
        }
        let mut terminals = Vec::new();
        for order in 0..1 + n % 3 {
            self.task(&id, order, created, finished, &mut terminals);
        }
        for _ in 0..n % 4 {
            self.git_event(&id, created, &terminals);
        }
    }

    fn task(&mut self, workflow: &str, order: u32, created: Instant, finished: bool, terminals: &mut Vec<String>) {
        let id = self.id("t");
        let status =
            if finished { "completed" } else { ["pending", "running", "review_pending"][self.below(3) as usize] };
        let created_at = self.either_form(created);
        self.db
            .execute(
                "INSERT INTO workflow_task VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![id, workflow, format!("Task {order}"), status, order, created_at],
            )
            .unwrap();
        for order in 0..1 + order % 2 {
            let terminal = self.terminal(&id, order, created, finished);
            terminals.push(terminal);
        }
    }

    fn terminal(&mut self, task: &str, order: u32, created: Instant, finished: bool) -> String {
        let id = self.id("x");
        let status = if finished {
            ["completed", "failed", "cancelled"][self.below(3) as usize]
        } else {
            ["not_started", "starting", "waiting", "working"][self.below(4) as usize]
        };
        let started = (status != "not_started").then(|| self.either_form(created));
        let completed = if finished { self.finished_at(created, 30) } else { None };
        let cli = ["claude-code", "codex"][self.below(2) as usize];
        let key = format!("sk-SECRET-{id}");
        self.db
            .execute(
                "INSERT INTO terminal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![id, task, cli, key, status, order, started, completed],
            )
            .unwrap();
        for line in 0..self.below(9) as i64 {
            // The newest ones are younger than an hour.
            let at = Instant((created.0 + line * 7 * 3_600_000).min(NOW.0 - line * 600_000));
            let missed = self.below(15) == 0;
            let at = if missed { bound_form(Instant(NOW.0 - 7 * DAY_MS - 3_600_000)) } else { self.either_form(at) };
            let log = self.id("l");
            self.db
                .execute(
                    "INSERT INTO terminal_log VALUES (?1, ?2, ?3, ?4)",
                    params![log, id, format!("line {line} {}", "output ".repeat(20)), at],
                )
                .unwrap();
        }
        id
    }

    fn git_event(&mut self, workflow: &str, created: Instant, terminals: &[String]) {
        let terminal = terminals[self.below(terminals.len() as u64) as usize].clone();
        let names_one = self.spec.events_name_terminals && self.below(3) > 0;
        let status = ["processed", "processed", "pending", "processing", "failed"][self.below(5) as usize];
        let processed_at = if status == "processed" { self.finished_at(created, 7) } else { None };
        let (id, created_at) = (self.id("g"), self.either_form(created));
        self.db
            .execute(
                "INSERT INTO git_event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    id,
                    workflow,
                    names_one.then_some(terminal),
                    format!("{:040x}", self.n),
                    status,
                    created_at,
                    processed_at
                ],
            )
            .unwrap();
    }
}

// The fixture itself.

#[test]
fn the_standard_fixture_is_what_the_tests_need() {
    let fixture = Fixture::standard();
    let db = fixture.native();
    assert_eq!(one::<String>(&db, "PRAGMA integrity_check"), "ok");
    assert_eq!(count(&db, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    for (table, least) in [
        ("workflow", 90),
        ("workflow_task", 100),
        ("terminal", 100),
        ("terminal_log", 400),
        ("git_event", 50),
        ("workflow_note", 30),
        ("planning_draft", 10),
        ("projects", 5),
    ] {
        let n = count(&db, &format!("SELECT count(*) FROM {table}"));
        assert!(n >= least, "{n} rows in {table}");
    }
    // Both forms of time stand in one column, and some finished rows have none.
    for (table, column) in [("workflow", "completed_at"), ("terminal", "completed_at"), ("terminal_log", "created_at")]
    {
        for form in ["____-__-__ __:__:__", "____-__-__T%+00:00"] {
            assert!(count(&db, &format!("SELECT count(*) FROM {table} WHERE {column} LIKE '{form}'")) > 5);
        }
    }
    assert!(count(&db, "SELECT count(*) FROM workflow WHERE status = 'completed' AND completed_at IS NULL") > 0);
    assert_eq!(one::<String>(&db, "SELECT typeof(project_id) FROM workflow"), "blob");
    let text = Fixture::new(Spec { project_ids: ProjectIds::Text, n_workflows: 5, ..Spec::default() });
    assert_eq!(one::<String>(&text.native(), "SELECT typeof(project_id) FROM workflow"), "text");
    assert_eq!(Fixture::standard().sha256(), fixture.sha256(), "the same file every time");
}

#[test]
fn the_constant_is_the_instant_that_its_comment_says() {
    assert_eq!(NOW.rfc3339(), "2026-11-20T12:00:00Z");
}
