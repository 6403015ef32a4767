//! One run of a statement on a scratch fork, and forks on which something is not there.

use super::connection::{Db, ForeignKeys};
use super::error::Result;
use super::interrupt;
use super::measure::{self, Side, cold};
use super::plan_clone::{StatisticsRows, load_statistics};
use super::sandbox;
use crate::domain::value::Value;
use crate::domain::work::Work;
use crate::snapshot::Fork;

/// A statement that takes longer is not run to its end: there are many of them to run.
const LIMIT_NS: u64 = 250_000_000;

/// How a run ended.
#[derive(Clone, Copy)]
pub enum Run {
    Done(Work),
    TooLong,
    /// SQLite refused, as it does with a DELETE that breaks a foreign key.
    Failed,
}

impl Run {
    pub fn work(self) -> Option<Work> {
        match self {
            Self::Done(work) => Some(work),
            Self::TooLong | Self::Failed => None,
        }
    }
}

/// Runs `sql` on a fork of `fork`.
pub fn run(fork: &Fork, sql: &str, parameters: &[Value]) -> Result<Run> {
    let side = Side::open(fork)?;
    match interrupt::within(LIMIT_NS, || cold(measure::Run { sql, parameters, side: &side })) {
        Ok(cold) => Ok(Run::Done(Work { vm_steps: cold.cost.vm_steps, pages_read: cold.cost.pages_read })),
        Err(error) if interrupt::requested() => Err(error),
        Err(error) if error.is_cancelled() => Ok(Run::TooLong),
        Err(_) => Ok(Run::Failed),
    }
}

/// A fork of `fork` whose schema lacks `index`.
pub fn without_index(fork: &Fork, index: &str) -> Result<Fork> {
    let db = Db::open(fork.fork(), ForeignKeys::On)?;
    forget_index(&db, index)?;
    Ok(db.into_fork())
}

/// A fork of `fork` with other statistics; without any when there are no rows.
pub fn with_statistics(fork: &Fork, rows: &StatisticsRows) -> Result<Fork> {
    let db = Db::open(fork.fork(), ForeignKeys::On)?;
    load_statistics(&db, rows)?;
    Ok(db.into_fork())
}

/// Takes `index` out of the schema and leaves its pages where they are: DROP INDEX reads all of them, and writes that
/// find free pages are other writes.
pub fn forget_index(db: &Db, index: &str) -> Result<()> {
    sandbox::rewrite_schema(db, || {
        db.execute("DELETE FROM sqlite_schema WHERE type = 'index' AND name = ?1 COLLATE NOCASE", [index])?;
        Ok(())
    })
}
