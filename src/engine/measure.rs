//! What a statement costs: counters once on a cold connection, then times, before and after in turn.

use rusqlite::{Connection, Statement, StatementStatus};

use super::clock::monotonic_ns;
use super::connection::{Db, ForeignKeys};
use super::error::Result;
use super::interrupt;
use super::plan::bind;
use crate::domain::measure::median_ns;
use crate::domain::query::Cost;
use crate::domain::value::Value;
use crate::snapshot::Fork;

/// Time for the warm samples of both sides together.
const BUDGET_NS: u64 = 100_000_000;

/// More samples than these make no median steadier than the machine is.
const MAX_SAMPLES: usize = 31;

/// Fewer give no median. A statement too slow for the budget still gets these.
const MIN_SAMPLES: usize = 3;

/// One connection of the two.
pub struct Side {
    db: Db,
}

impl Side {
    /// A connection of its own on a fork of `fork`, with an empty page cache.
    pub fn open(fork: &Fork) -> Result<Self> {
        Ok(Self { db: Db::open(fork.fork(), ForeignKeys::On)? })
    }

    pub fn connection(&self) -> &Connection {
        &self.db
    }
}

/// Measures `sql` on both sides. Samples alternate, so that a busy machine slows both alike.
///
/// `granularity_ns` is the clock's smallest step: a sample repeats the statement until it lasts a hundred of them.
pub fn compare(
    sql: &str,
    parameters: &[Value],
    granularity_ns: u64,
    before: &Side,
    after: &Side,
) -> Result<(Cost, Cost)> {
    let sides = [before, after];
    let mut costs = [cold(sql, parameters, before)?, cold(sql, parameters, after)?];
    let mut statements = [prepare(sql, parameters, before)?, prepare(sql, parameters, after)?];
    let mut repeats = [1_u32; 2];
    for at in 0..sides.len() {
        // The second run warms the page cache and tells how often a sample has to repeat. A statement that needs a
        // fifth of the budget was warm at the end of its first run.
        let mut once_ns = costs[at].first_run_ns;
        if once_ns < BUDGET_NS / 5 {
            let start = monotonic_ns();
            run(&mut statements[at])?;
            once_ns = monotonic_ns().saturating_sub(start);
        }
        let once_ns = once_ns.max(granularity_ns).max(1);
        repeats[at] = u32::try_from((100 * granularity_ns).div_ceil(once_ns)).unwrap_or(u32::MAX).clamp(1, 10_000);
    }
    let mut samples: [Vec<u64>; 2] = [Vec::new(), Vec::new()];
    let start = monotonic_ns();
    while samples[0].len() < MAX_SAMPLES {
        let in_time = monotonic_ns().saturating_sub(start) < BUDGET_NS;
        if interrupt::requested() || (!in_time && samples[0].len() >= MIN_SAMPLES) {
            break;
        }
        for at in 0..sides.len() {
            let start = monotonic_ns();
            for _ in 0..repeats[at] {
                run(&mut statements[at])?;
            }
            samples[at].push(monotonic_ns().saturating_sub(start) / u64::from(repeats[at]));
        }
    }
    for (cost, samples) in costs.iter_mut().zip(&samples) {
        cost.n_samples = samples.len() as u32;
        cost.median_ns = median_ns(samples).unwrap_or_default();
        cost.min_ns = samples.iter().copied().min().unwrap_or_default();
        cost.max_ns = samples.iter().copied().max().unwrap_or_default();
    }
    let [before, after] = costs;
    Ok((before, after))
}

/// The first run of a connection: its counters do not depend on what ran before.
pub fn cold(sql: &str, parameters: &[Value], side: &Side) -> Result<Cost> {
    let mut statement = prepare(sql, parameters, side)?;
    side.db.fork().reset_counters();
    let start = monotonic_ns();
    let n_rows = run(&mut statement)?;
    let first_run_ns = monotonic_ns().saturating_sub(start);
    let status = |counter| u64::from(statement.get_status(counter).unsigned_abs());
    Ok(Cost {
        n_rows,
        first_run_ns,
        vm_steps: status(StatementStatus::VmStep),
        fullscan_steps: status(StatementStatus::FullscanStep),
        sorts: status(StatementStatus::Sort),
        autoindexes: status(StatementStatus::AutoIndex),
        pages_read: side.db.fork().counters().distinct_pages,
        ..Cost::default()
    })
}

fn prepare<'a>(sql: &str, parameters: &[Value], side: &'a Side) -> Result<Statement<'a>> {
    let mut statement = side.db.prepare(sql)?;
    bind(&mut statement, parameters)?;
    Ok(statement)
}

/// Runs to the end and fetches every column, as the application does.
fn run(statement: &mut Statement<'_>) -> Result<u64> {
    let n_columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut n_rows = 0;
    while let Some(row) = rows.next()? {
        for at in 0..n_columns {
            std::hint::black_box(row.get_ref(at)?);
        }
        n_rows += 1;
    }
    Ok(n_rows)
}
