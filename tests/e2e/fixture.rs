//! Database files in the application's schema, made by native SQLite: the same arguments give the same rows.
//!
//! Nothing of the program under test takes part. The file has drifted from the guide, so that a documented index can
//! be present, missing, defined otherwise, refused, or about a column that the file does not have.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use fastrand::Rng;
use rusqlite::{Connection, Statement, params};
use time::OffsetDateTime;

/// The instant at which tests look at a file, as the field **Evaluate at** takes it, and in milliseconds.
pub const NOW_FIELD: &str = "2026-11-20T09:30";
pub const NOW_MS: i64 = 1_795_167_000_000;

/// Every secret in a file starts so. None may show up anywhere.
pub const SECRET: &str = "sk-secret";

const DAY_MS: f64 = 86_400_000.0;

/// Days over which the rows spread, before now.
const DAYS: f64 = 150.0;

/// How large a file is, and whether it has statistics.
#[derive(Clone, Copy, Debug)]
pub struct Fixture {
    pub n_workflows: u32,
    pub n_logs: u32,
    /// Random characters in each log row.
    pub log_bytes: usize,
    /// Whether ANALYZE was run.
    pub analyzed: bool,
    pub seed: u64,
}

impl Fixture {
    /// A file that opens at once.
    pub const SMALL: Self = Self { n_workflows: 60, n_logs: 900, log_bytes: 60, analyzed: false, seed: 7 };

    /// A little more than 100 MB.
    pub const MB_100: Self = Self { n_workflows: 2_000, n_logs: 150_000, log_bytes: 340, analyzed: true, seed: 11 };

    /// The file, made when it is not there yet. It is kept for the next run, under a name that changes with what is in
    /// it, so whoever wants to change it takes a copy.
    pub fn file(&self) -> PathBuf {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _making = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let recipe = format!("{self:?}{}{}", include_str!("fixture.rs"), rusqlite::version());
        let digest = recipe
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let path = folder.join(format!("fixture-{digest:016x}.sqlite"));
        if !path.is_file() {
            std::fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
            let unfinished = path.with_extension(format!("{}.unfinished", std::process::id()));
            let _ = std::fs::remove_file(&unfinished);
            self.write(&unfinished).unwrap_or_else(|error| panic!("{}: {error}", unfinished.display()));
            std::fs::rename(&unfinished, &path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        path
    }

    /// Writes a new file.
    pub fn write(&self, path: &Path) -> rusqlite::Result<()> {
        let db = Connection::open(path)?;
        db.execute_batch("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
        db.execute_batch(SCHEMA)?;
        db.execute_batch("BEGIN")?;
        Generator { rng: Rng::with_seed(self.seed) }.rows(&db, self)?;
        db.execute_batch(INDEXES)?;
        db.execute_batch("COMMIT")?;
        if self.analyzed {
            db.execute_batch("ANALYZE")?;
        }
        db.execute_batch("PRAGMA journal_mode = DELETE")
    }
}

/// `terminal` has no `started_at`: an index on it cannot apply.
const SCHEMA: &str = "
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
CREATE TABLE projects (id BLOB PRIMARY KEY, name TEXT NOT NULL, created_at TEXT NOT NULL DEFAULT (datetime('now')));
CREATE TABLE cli_type (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE workflow (
    id TEXT PRIMARY KEY, project_id BLOB NOT NULL REFERENCES projects(id) ON DELETE CASCADE, name TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'created', orchestrator_api_key TEXT, orchestrator_api_key_encrypted TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now')), updated_at TEXT NOT NULL DEFAULT (datetime('now')),
    started_at TEXT, completed_at TEXT);
CREATE TABLE workflow_task (
    id TEXT PRIMARY KEY, workflow_id TEXT NOT NULL REFERENCES workflow(id) ON DELETE CASCADE, name TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending', order_index INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT (datetime('now')), completed_at TEXT);
CREATE TABLE terminal (
    id TEXT PRIMARY KEY, workflow_task_id TEXT NOT NULL REFERENCES workflow_task(id) ON DELETE CASCADE,
    cli_type_id TEXT NOT NULL REFERENCES cli_type(id), custom_api_key TEXT,
    status TEXT NOT NULL DEFAULT 'not_started', order_index INTEGER NOT NULL DEFAULT 0, completed_at TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now')));
CREATE TABLE terminal_log (
    id TEXT PRIMARY KEY, terminal_id TEXT NOT NULL REFERENCES terminal(id) ON DELETE CASCADE,
    log_type TEXT NOT NULL, content TEXT NOT NULL, created_at TEXT NOT NULL DEFAULT (datetime('now')));
CREATE TABLE git_event (
    id TEXT PRIMARY KEY, workflow_id TEXT NOT NULL REFERENCES workflow(id) ON DELETE CASCADE,
    terminal_id TEXT REFERENCES terminal(id), commit_hash TEXT NOT NULL,
    process_status TEXT NOT NULL DEFAULT 'pending', created_at TEXT NOT NULL DEFAULT (datetime('now')),
    processed_at TEXT);
CREATE TABLE acceptance_run (
    id TEXT PRIMARY KEY, workflow_id TEXT NOT NULL REFERENCES workflow(id) ON DELETE CASCADE, verdict TEXT NOT NULL);
CREATE TABLE planning_draft (
    id TEXT PRIMARY KEY, workflow_id TEXT REFERENCES workflow(id) ON DELETE SET NULL, title TEXT NOT NULL);
";

/// Made after the rows, as SQLite fills an index faster that way. Of the thirteen documented ones four stand here as
/// documented, two with another definition; four are missing; two are refused; one cannot apply.
const INDEXES: &str = "
CREATE INDEX idx_workflow_project_id ON workflow(project_id);
CREATE INDEX idx_workflow_status ON workflow(status);
CREATE INDEX idx_workflow_project_created ON workflow(project_id, created_at DESC);
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
CREATE INDEX idx_workflow_completed_cleanup ON workflow(project_id, completed_at)
    WHERE status IN ('completed', 'failed', 'cancelled') AND completed_at IS NOT NULL;
CREATE INDEX idx_workflow_task_workflow_status ON workflow_task(workflow_id, status, order_index);
CREATE INDEX idx_workflow_task_active ON workflow_task(status, created_at)
    WHERE status IN ('pending', 'running', 'review_pending');
CREATE INDEX idx_git_event_workflow_status ON git_event(workflow_id, process_status, created_at)
    WHERE process_status IN ('pending', 'processing');
CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC)
    WHERE status NOT IN (lower('COMPLETED'), 'failed', 'cancelled');
CREATE INDEX idx_git_event_cleanup ON git_event(workflow_id, processed_at);
CREATE TRIGGER workflow_updated_at AFTER UPDATE OF status ON workflow BEGIN
    UPDATE workflow SET updated_at = datetime('now') WHERE id = NEW.id;
END;
";

struct Generator {
    rng: Rng,
}

/// A workflow's id and its instants, in milliseconds.
struct Workflow {
    id: String,
    finished: bool,
    started: i64,
    ended: i64,
}

impl Generator {
    fn rows(&mut self, db: &Connection, fixture: &Fixture) -> rusqlite::Result<()> {
        let versions = [(20251101000001_i64, "init"), (20251215000002, "workflows"), (20260119000001, "indexes")];
        for (version, description) in versions {
            db.execute(
                "INSERT INTO _sqlx_migrations VALUES (?1, ?2, '2026-02-01 00:00:00', TRUE, zeroblob(48), 1)",
                params![version, description],
            )?;
        }
        for cli in ["claude-code", "codex", "gemini-cli"] {
            db.execute("INSERT INTO cli_type VALUES (?1, ?1)", [cli])?;
        }
        let projects: Vec<[u8; 16]> = (0..6).map(|_| self.rng.u128(..).to_be_bytes()).collect();
        for (n, id) in projects.iter().enumerate() {
            db.execute("INSERT INTO projects(id, name) VALUES (?1, ?2)", params![id, format!("Project {n}")])?;
        }
        let terminals = self.workflows(db, fixture, &projects)?;
        self.logs(db, fixture, &terminals)
    }

    fn workflows(
        &mut self,
        db: &Connection,
        fixture: &Fixture,
        projects: &[[u8; 16]],
    ) -> rusqlite::Result<Vec<String>> {
        let mut insert = db.prepare("INSERT INTO workflow VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?6, ?7, ?8)")?;
        let mut task = db.prepare("INSERT INTO workflow_task VALUES (?1, ?2, 'Task', ?3, ?4, ?5, NULL)")?;
        let mut terminal = db.prepare("INSERT INTO terminal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
        let mut event = db.prepare("INSERT INTO git_event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
        let mut acceptance = db.prepare("INSERT INTO acceptance_run VALUES (?1, ?2, 'passed')")?;
        let mut draft = db.prepare("INSERT INTO planning_draft VALUES (?1, ?2, 'Draft')")?;
        let mut terminals = Vec::new();
        for n in 0..fixture.n_workflows {
            let created = NOW_MS - (self.rng.f64() * DAYS * DAY_MS) as i64;
            let started = self.later(created, 0.1);
            let ended = self.later(started, 2.0);
            let finished = NOW_MS - created > 3 * DAY_MS as i64 && self.rng.f64() < 0.9;
            let status = match finished {
                true => self.pick(&["completed", "completed", "completed", "completed", "failed", "cancelled"]),
                false => self.pick(&["created", "ready", "running", "running", "paused"]),
            };
            // A few finished rows never got their time.
            let completed = (finished && self.rng.f64() > 0.03).then(|| self.text(ended));
            let workflow = Workflow { id: self.uuid(), finished, started, ended };
            let project = projects[(self.rng.f64().powi(2) * projects.len() as f64) as usize % projects.len()];
            let secret = self.rng.bool().then(|| self.secret());
            insert.execute(params![
                workflow.id,
                project,
                format!("Workflow {n}"),
                status,
                secret,
                self.text(created),
                self.text(started),
                completed
            ])?;
            let of_workflow = self.tasks(&mut task, &mut terminal, &workflow)?;
            for _ in 0..self.rng.u32(0..5) {
                self.git_event(&mut event, &workflow, &of_workflow)?;
            }
            if self.rng.f64() < 0.5 {
                acceptance.execute([self.uuid(), workflow.id.clone()])?;
            }
            if self.rng.f64() < 0.2 {
                draft.execute([self.uuid(), workflow.id.clone()])?;
            }
            terminals.extend(of_workflow);
        }
        Ok(terminals)
    }

    fn tasks(
        &mut self,
        task: &mut Statement<'_>,
        terminal: &mut Statement<'_>,
        workflow: &Workflow,
    ) -> rusqlite::Result<Vec<String>> {
        let mut terminals = Vec::new();
        for order in 0..self.rng.u32(1..6) {
            let task_id = self.uuid();
            let status = match workflow.finished && self.rng.f64() > 0.03 {
                true => "completed",
                false => self.pick(&["pending", "running", "review_pending", "completed"]),
            };
            task.execute(params![task_id, workflow.id, status, order, self.text(workflow.started)])?;
            for order in 0..self.rng.u32(1..4) {
                let id = self.uuid();
                let status = match workflow.finished {
                    true => self.pick(&["completed", "completed", "failed", "cancelled"]),
                    false => self.pick(&["not_started", "starting", "waiting", "working", "completed"]),
                };
                let done = ["completed", "failed", "cancelled"].contains(&status);
                let completed = (done && self.rng.f64() > 0.03).then(|| self.text(workflow.ended));
                let secret = (self.rng.f64() < 0.3).then(|| self.secret());
                let cli = self.pick(&["claude-code", "codex", "gemini-cli"]);
                let created = self.text(workflow.started);
                terminal.execute(params![id, task_id, cli, secret, status, order, completed, created])?;
                terminals.push(id);
            }
        }
        Ok(terminals)
    }

    fn git_event(
        &mut self,
        insert: &mut Statement<'_>,
        workflow: &Workflow,
        terminals: &[String],
    ) -> rusqlite::Result<()> {
        let terminal = (self.rng.f64() < 0.7).then(|| self.rng.choice(terminals)).flatten();
        let status = self.pick(&["processed", "processed", "processed", "pending", "processing", "failed"]);
        // A few processed ones never got their time.
        let processed = (status == "processed" && self.rng.f64() > 0.02).then(|| self.text(workflow.ended));
        let commit = format!("{:032x}", self.rng.u128(..));
        let created = self.text(workflow.started);
        insert.execute(params![self.uuid(), workflow.id, terminal, commit, status, created, processed])?;
        Ok(())
    }

    /// Few terminals write most of the log; much of it is young, and the day of the cut-off has its rows.
    fn logs(&mut self, db: &Connection, fixture: &Fixture, terminals: &[String]) -> rusqlite::Result<()> {
        let mut insert = db.prepare("INSERT INTO terminal_log VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for n in 0..fixture.n_logs {
            let terminal = &terminals[(self.rng.f64().powi(3) * terminals.len() as f64) as usize % terminals.len()];
            let days = match n % 4 {
                0 => self.rng.f64() * DAYS,
                1 => 6.5 + self.rng.f64(),
                _ => self.rng.f64().powi(3) * 20.0,
            };
            let created = self.text(NOW_MS - (days * DAY_MS) as i64);
            let kind = self.pick(&["stdout", "stdout", "stderr"]);
            let content = self.content(fixture.log_bytes);
            insert.execute(params![self.uuid(), terminal, kind, content, created])?;
        }
        Ok(())
    }

    /// Random text: no compression and no cache makes less of it than it is.
    fn content(&mut self, n_bytes: usize) -> String {
        const ALPHABET: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _";
        let mut text = String::with_capacity(n_bytes + 10);
        while text.len() < n_bytes {
            let bits = self.rng.u64(..);
            text.extend((0..10).map(|at| ALPHABET[((bits >> (6 * at)) & 63) as usize] as char));
        }
        text.truncate(n_bytes);
        text
    }

    fn secret(&mut self) -> String {
        format!("{SECRET}-{:032x}", self.rng.u128(..))
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.rng.usize(..of.len())]
    }

    /// Up to `days` later, never in the future.
    fn later(&mut self, from: i64, days: f64) -> i64 {
        (from + (self.rng.f64() * days * DAY_MS) as i64).min(NOW_MS)
    }

    /// SQLite's form or the application's, half and half.
    fn text(&mut self, at_ms: i64) -> String {
        let at = OffsetDateTime::from_unix_timestamp(at_ms.div_euclid(1000)).expect("an instant of our years");
        let (date, clock) = (at.date(), at.time());
        let clock = format!("{:02}:{:02}:{:02}", clock.hour(), clock.minute(), clock.second());
        match self.rng.bool() {
            true => format!("{date} {clock}"),
            false => format!("{date}T{clock}.{:06}+00:00", self.rng.u32(..1_000_000)),
        }
    }

    fn uuid(&mut self) -> String {
        let hex = format!("{:032x}", self.rng.u128(..));
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}
