//! A made-up database in the application's schema: the same seed gives the same rows.
//!
//! It is a file as people really have it: the migration was applied once, then a later one rebuilt `terminal` without
//! its indexes, one index got another condition and one lost it; project ids are blobs, times stand in two forms.

use fastrand::Rng;
use rusqlite::{Connection, Statement, params};

use super::error::Result;
use crate::domain::catalogue::DataSet;
use crate::domain::instant::Instant;

pub struct Size {
    pub n_workflows: u32,
    pub n_logs: u32,
}

const SCHEMA: &str = "
PRAGMA page_size = 4096;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
CREATE TABLE projects (
    id BLOB PRIMARY KEY, name TEXT NOT NULL, git_repo_path TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT (datetime('now')), updated_at TEXT NOT NULL DEFAULT (datetime('now')));
CREATE TABLE cli_type (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
";

/// Beside the tables that the guide speaks of.
const DRAFTS: &str = "
CREATE TABLE planning_draft (
    id TEXT PRIMARY KEY, workflow_id TEXT REFERENCES workflow(id) ON DELETE SET NULL, title TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT (datetime('now')));
";

/// What the migration and those after it left behind. Made after the rows, as SQLite fills an index faster that way.
const INDEXES: &str = "
CREATE INDEX idx_workflow_project_status ON workflow(project_id, status) WHERE status IN ('created', 'ready', 'running');
CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC)
    WHERE status NOT IN (lower('COMPLETED'), 'failed', 'cancelled');
CREATE INDEX idx_workflow_completed_cleanup ON workflow(project_id, completed_at)
    WHERE status IN ('completed', 'failed', 'cancelled') AND completed_at IS NOT NULL;
CREATE INDEX idx_workflow_task_workflow_status ON workflow_task(workflow_id, status, order_index);
CREATE INDEX idx_workflow_task_active ON workflow_task(status, created_at)
    WHERE status IN ('pending', 'running', 'review_pending');
CREATE INDEX idx_git_event_workflow_status ON git_event(workflow_id, process_status, created_at)
    WHERE process_status IN ('pending', 'processing');
CREATE INDEX idx_git_event_terminal_status ON git_event(terminal_id, process_status, created_at)
    WHERE process_status = 'pending';
CREATE INDEX idx_git_event_cleanup ON git_event(workflow_id, processed_at);
CREATE TRIGGER workflow_updated_at AFTER UPDATE OF status ON workflow BEGIN
    UPDATE workflow SET updated_at = datetime('now') WHERE id = NEW.id;
END;
";

const PROJECTS: [&str; 8] = ["atlas", "billing-api", "cortex", "docs", "gateway", "ledger", "mobile", "search"];
const LOG_LINES: [&str; 6] = [
    "Compiling workspace",
    "running 128 tests",
    "warning: unused variable in src/main.rs",
    "Resolving merge conflict in Cargo.lock",
    "Waiting for review of the last change",
    "Applied patch to crates/db/src/models/workflow.rs",
];

/// Days over which the rows spread, before `now`.
const DAYS: f64 = 150.0;

/// Fills an empty database.
pub fn generate(connection: &Connection, data_sets: &[DataSet], size: &Size, seed: u64, now: Instant) -> Result<()> {
    connection.execute_batch(SCHEMA)?;
    data_sets.iter().try_for_each(|set| connection.execute_batch(&set.schema))?;
    connection.execute_batch(DRAFTS)?;
    connection.execute_batch("BEGIN")?;
    Generator { rng: Rng::with_seed(seed), now }.rows(connection, size)?;
    data_sets.iter().try_for_each(|set| connection.execute_batch(&set.indexes))?;
    connection.execute_batch(INDEXES)?;
    connection.execute_batch("COMMIT")?;
    Ok(())
}

struct Generator {
    rng: Rng,
    now: Instant,
}

/// A terminal that logs can hang on.
struct LoggedTerminal {
    id: String,
    started: Instant,
    ended: Instant,
}

impl Generator {
    fn rows(&mut self, db: &Connection, size: &Size) -> Result<()> {
        self.migrations(db)?;
        for cli in ["claude-code", "codex", "gemini-cli", "aider"] {
            db.execute("INSERT INTO cli_type VALUES (?1, ?1)", [cli])?;
        }
        let projects: Vec<[u8; 16]> = PROJECTS.iter().map(|_| self.rng.u128(..).to_be_bytes()).collect();
        for (id, name) in projects.iter().zip(PROJECTS) {
            let created = self.text(self.now.plus_days(-200));
            db.execute(
                "INSERT INTO projects VALUES (?1, ?2, ?3, ?4, ?4)",
                params![id, name, format!("/srv/{name}"), created],
            )?;
        }
        let terminals = self.workflows(db, size, &projects)?;
        self.logs(db, size, &terminals)
    }

    fn migrations(&mut self, db: &Connection) -> Result<()> {
        let versions = [
            (20251101000001_i64, "init"),
            (20251215000002, "add workflow tables"),
            (20260119000001, "add performance indexes"),
            (20260224000002, "rebuild terminal"),
        ];
        for (version, description) in versions {
            let checksum: Vec<u8> = (0..48).map(|_| self.rng.u8(..)).collect();
            db.execute(
                "INSERT INTO _sqlx_migrations VALUES (?1, ?2, ?3, TRUE, ?4, ?5)",
                params![
                    version,
                    description,
                    self.text(self.now.plus_days(-190)),
                    checksum,
                    self.rng.u32(1_000_000..9_000_000)
                ],
            )?;
        }
        Ok(())
    }

    fn workflows(&mut self, db: &Connection, size: &Size, projects: &[[u8; 16]]) -> Result<Vec<LoggedTerminal>> {
        let mut workflow =
            db.prepare("INSERT INTO workflow VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")?;
        let mut task = db.prepare("INSERT INTO workflow_task VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
        let mut terminal = db.prepare("INSERT INTO terminal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?;
        let mut event = db.prepare("INSERT INTO git_event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
        let mut draft = db.prepare("INSERT INTO planning_draft VALUES (?1, ?2, ?3, ?4)")?;
        let mut terminals = Vec::new();
        for n in 0..size.n_workflows {
            let age = self.rng.f64() * DAYS;
            let created = self.at_age(age);
            let status = self.workflow_status(created);
            let started = self.later(created, 0.1);
            let finished = ["completed", "failed", "cancelled"].contains(&status);
            let ended = self.later(started, 2.0);
            // A few finished rows never got their time.
            let completed = (finished && self.rng.f64() > 0.03).then(|| self.text(ended));
            let id = self.uuid();
            let project = projects[(self.rng.f64().powi(2) * projects.len() as f64) as usize % projects.len()];
            let key = self.rng.bool().then(|| format!("sk-{}", self.uuid().replace('-', "")));
            workflow.execute(params![
                id,
                project,
                format!("Workflow {n}"),
                self.rng.bool().then(|| format!("Runs the coding tasks of change {n}")),
                status,
                "claude-opus",
                None::<String>,
                key,
                self.text(created),
                self.text(ended),
                (status != "created").then(|| self.text(started)),
                completed,
            ])?;
            if self.rng.f64() < 0.2 {
                draft.execute(params![self.uuid(), id, format!("Draft of workflow {n}"), self.text(created)])?;
            }
            let mut of_workflow = Vec::new();
            for order in 0..self.rng.u32(1..7) {
                let status = self.task_status(finished);
                let task_id = self.uuid();
                let task_end = self.later(started, 1.5);
                task.execute(params![
                    task_id,
                    id,
                    format!("Task {order}"),
                    format!("task/{n}-{order}"),
                    status,
                    order,
                    self.text(created),
                    (status == "completed").then(|| self.text(task_end)),
                ])?;
                for order in 0..self.rng.u32(1..3) {
                    of_workflow.push(self.terminal(&mut terminal, &task_id, order, finished, started, task_end)?);
                }
            }
            for _ in 0..self.rng.u32(0..6) {
                self.git_event(&mut event, &id, &of_workflow, started, ended)?;
            }
            terminals.append(&mut of_workflow);
        }
        Ok(terminals)
    }

    fn terminal(
        &mut self,
        insert: &mut Statement<'_>,
        task: &str,
        order: u32,
        finished: bool,
        started: Instant,
        ended: Instant,
    ) -> Result<LoggedTerminal> {
        let id = self.uuid();
        let status = if finished {
            ["completed", "completed", "completed", "completed", "failed", "cancelled"][self.below(6)]
        } else {
            ["not_started", "starting", "waiting", "working", "completed"][self.below(5)]
        };
        let done = ["completed", "failed", "cancelled"].contains(&status);
        let key = (self.rng.f64() < 0.3).then(|| format!("sk-{}", self.uuid().replace('-', "")));
        insert.execute(params![
            id,
            task,
            ["claude-code", "codex", "gemini-cli", "aider"][self.below(4)],
            key,
            ["coder", "reviewer", "tester"][self.below(3)],
            status,
            order,
            (status != "not_started").then(|| self.text(started)),
            (done && self.rng.f64() > 0.03).then(|| self.text(ended)),
            self.text(started),
        ])?;
        Ok(LoggedTerminal { id, started, ended: if done { ended } else { self.now } })
    }

    fn git_event(
        &mut self,
        insert: &mut Statement<'_>,
        workflow: &str,
        terminals: &[LoggedTerminal],
        started: Instant,
        ended: Instant,
    ) -> Result<()> {
        let terminal = (self.rng.f64() < 0.7 && !terminals.is_empty()).then(|| &terminals[self.below(terminals.len())]);
        let status =
            ["processed", "processed", "processed", "processed", "pending", "processing", "failed"][self.below(7)];
        insert.execute(params![
            self.uuid(),
            workflow,
            terminal.map(|terminal| terminal.id.as_str()),
            format!("{:040x}", self.rng.u128(..)),
            "main",
            status,
            self.text(started),
            (status == "processed").then(|| self.text(ended)),
        ])?;
        Ok(())
    }

    /// Few terminals write most of the log.
    fn logs(&mut self, db: &Connection, size: &Size, terminals: &[LoggedTerminal]) -> Result<()> {
        let mut insert = db.prepare("INSERT INTO terminal_log VALUES (?1, ?2, ?3, ?4, ?5)")?;
        if terminals.is_empty() {
            return Ok(());
        }
        let busiest = terminals.iter().rposition(|terminal| terminal.ended == self.now).unwrap_or_default();
        for n in 0..size.n_logs {
            let at = if n % 10 == 0 {
                busiest
            } else {
                (self.rng.f64().powi(2) * terminals.len() as f64) as usize % terminals.len()
            };
            let terminal = &terminals[at];
            let span = terminal.ended.0.saturating_sub(terminal.started.0).max(1);
            // The busiest one writes until now.
            let share = if at == busiest { self.rng.f64().sqrt().sqrt() } else { self.rng.f64() };
            let created = Instant(terminal.started.0 + (span as f64 * share) as i64);
            insert.execute(params![
                self.uuid(),
                terminal.id,
                ["stdout", "stdout", "stdout", "stderr"][self.below(4)],
                format!("[{n:>7}] {}", LOG_LINES[self.below(LOG_LINES.len())]),
                self.text(created),
            ])?;
        }
        Ok(())
    }

    fn workflow_status(&mut self, created: Instant) -> &'static str {
        let young = self.now.0 - created.0 < 3 * 86_400_000;
        if young || self.rng.f64() < 0.04 {
            return ["created", "ready", "running", "running", "paused", "completed"][self.below(6)];
        }
        ["completed", "completed", "completed", "completed", "completed", "failed", "cancelled"][self.below(7)]
    }

    fn task_status(&mut self, finished: bool) -> &'static str {
        if finished && self.rng.f64() > 0.03 {
            return "completed";
        }
        ["pending", "running", "review_pending", "completed"][self.below(4)]
    }

    /// An index below `n`. In 64 bits, because a `usize` would give other rows in wasm than natively.
    fn below(&mut self, n: usize) -> usize {
        self.rng.u64(..n as u64) as usize
    }

    fn at_age(&self, days: f64) -> Instant {
        Instant(self.now.0 - (days * 86_400_000.0) as i64)
    }

    /// Up to `days` later, never in the future.
    fn later(&mut self, from: Instant, days: f64) -> Instant {
        Instant((from.0 + (self.rng.f64() * days * 86_400_000.0) as i64).min(self.now.0))
    }

    /// SQLite's form or the application's, half and half.
    fn text(&mut self, at: Instant) -> String {
        if self.rng.bool() {
            return at.sqlite_text();
        }
        format!("{}.{:06}+00:00", at.local_input(), self.rng.u32(..1_000_000))
    }

    fn uuid(&mut self) -> String {
        let hex = format!("{:032x}", self.rng.u128(..));
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}
