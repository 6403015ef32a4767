//! Is the file whole? SQLite's own checks, on a scratch fork of what was dropped.

use super::clock::monotonic_ns;
use super::connection::{Db, ForeignKeys};
use super::error::{EngineError, Result};
use super::{Engine, interrupt, not_open, progress};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::integrity::{CheckDepth, IntegrityReport};

/// Problems that are listed: enough to see what is hit, few enough to read.
const MAX_PROBLEMS: usize = 1_000;

/// The check of pages counts one step a page. A page of a file that stays on disk may cost a millisecond.
const PAGES_BETWEEN_QUESTIONS: i32 = 20;

impl Engine {
    /// Reads every page, and tells meanwhile how many of them were read.
    pub fn check_integrity(&self, depth: CheckDepth) -> Result<IntegrityReport> {
        let session = self.session.as_ref().ok_or_else(not_open)?;
        let mut db = Db::open(session.original.fork().fork(), ForeignKeys::Off)?;
        interrupt::watch_every(&mut db, PAGES_BETWEEN_QUESTIONS)?;
        let start_ns = monotonic_ns();
        let n_pages = session.database.page_count;
        let counters = db.fork().meter();
        let mut problems = progress::during(move || (counters().distinct_pages, n_pages), || problems(&db, depth))?;
        // SQLite checks what is left of the schema and of the file.
        problems.splice(0..0, session.damage.iter().cloned());
        let is_cut = problems.len() > MAX_PROBLEMS;
        problems.truncate(MAX_PROBLEMS);
        Ok(IntegrityReport { depth, problems, is_cut, elapsed_ns: monotonic_ns() - start_ns })
    }
}

/// One problem more than is listed, if there are that many. A file too damaged to be checked is one in itself.
fn problems(db: &Db, depth: CheckDepth) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut read = || -> rusqlite::Result<()> {
        let mut statement = db.prepare(&format!("PRAGMA {}({})", depth.pragma(), MAX_PROBLEMS + 1))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            // Names of a damaged schema need not be text.
            let bytes = row.get_ref(0)?.as_bytes_or_null()?.unwrap_or_default();
            // One row may hold several lines, below a heading that names the database.
            let text = String::from_utf8_lossy(bytes);
            let lines = text.lines().filter(|line| !line.is_empty() && *line != "*** in database main ***");
            problems.extend(lines.map(str::to_owned));
        }
        Ok(())
    };
    match read().map_err(EngineError::from) {
        Err(error) if Failure::from(&error).kind != FailureKind::Corrupt => return Err(error),
        Err(error) => problems.push(error.words()),
        Ok(()) => problems.retain(|line| line != "ok"),
    }
    Ok(problems)
}
