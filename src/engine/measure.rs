//! What a statement costs: counters once on a cold connection, then times, before and after in turn.

use rusqlite::{Statement, StatementStatus};

use super::clock::monotonic_ns;
use super::connection::{Db, ForeignKeys};
use super::error::Result;
use super::interrupt;
use super::plan::{bind, explain};
use super::{btree_pages, scan_status};
use crate::domain::measuring::median_ns;
use crate::domain::plan::PlanRow;
use crate::domain::plan_counts::StepCounts;
use crate::domain::query::Cost;
use crate::domain::value::Value;
use crate::snapshot::Fork;

/// How much is known of a statement after it was measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// For a documented query.
    Full,
    /// For one of many things that are tried: fewer samples, and one has to do where the statement is slow.
    Quick,
}

impl Precision {
    /// Time for the warm samples of both sides together.
    fn budget_ns(self) -> u64 {
        match self {
            Self::Full => 100_000_000,
            Self::Quick => 15_000_000,
        }
    }

    /// Fewer than three give no median. A statement too slow for the budget still gets these.
    fn min_samples(self) -> usize {
        match self {
            Self::Full => 3,
            Self::Quick => 1,
        }
    }
}

/// More samples than these make no median steadier than the machine is.
const MAX_SAMPLES: usize = 31;

/// One connection of the two.
pub struct Side {
    db: Db,
}

impl Side {
    /// A connection of its own on a fork of `fork`, with an empty page cache.
    pub fn open(fork: &Fork) -> Result<Self> {
        Ok(Self { db: Db::open(fork.fork(), ForeignKeys::On)? })
    }
}

/// What one side answered.
pub struct Measured {
    pub plan: Vec<PlanRow>,
    /// Counted in the first run.
    pub steps: Vec<StepCounts>,
    pub cost: Cost,
}

/// One statement with its values, on one side.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    pub sql: &'a str,
    pub parameters: &'a [Value],
    pub side: &'a Side,
}

/// Measures both. Samples alternate, so that a busy machine slows both alike.
///
/// `granularity_ns` is the clock's smallest step: a sample repeats the statement until it lasts a hundred of them.
pub fn compare(
    before: Run<'_>,
    after: Run<'_>,
    granularity_ns: u64,
    precision: Precision,
) -> Result<(Measured, Measured)> {
    let budget_ns = precision.budget_ns();
    let sides = [before, after];
    let mut measured = [cold(before)?, cold(after)?];
    if precision == Precision::Quick && measured.iter().any(|one| one.cost.first_run_ns > budget_ns) {
        for Measured { cost, .. } in &mut measured {
            fill_in(cost, &[cost.first_run_ns]);
        }
        return Ok(measured.into());
    }
    let mut statements = [prepare(before)?, prepare(after)?];
    let mut repeats = [1_u32; 2];
    for at in 0..sides.len() {
        // The second run warms the page cache and tells how often a sample has to repeat. A statement that needs a
        // fifth of the budget was warm at the end of its first run.
        let mut once_ns = measured[at].cost.first_run_ns;
        if once_ns < budget_ns / 5 {
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
        let in_time = monotonic_ns().saturating_sub(start) < budget_ns;
        if interrupt::requested() || (!in_time && samples[0].len() >= precision.min_samples()) {
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
    for (Measured { cost, .. }, samples) in measured.iter_mut().zip(&samples) {
        fill_in(cost, samples);
    }
    Ok(measured.into())
}

fn fill_in(cost: &mut Cost, samples_ns: &[u64]) {
    cost.n_samples = samples_ns.len() as u32;
    cost.median_ns = median_ns(samples_ns).unwrap_or_default();
    cost.min_ns = samples_ns.iter().copied().min().unwrap_or_default();
    cost.max_ns = samples_ns.iter().copied().max().unwrap_or_default();
}

/// The first run of a connection: its counters do not depend on what ran before.
pub fn cold(of: Run<'_>) -> Result<Measured> {
    let Run { sql, parameters, side } = of;
    let plan = explain(&side.db, sql, parameters)?;
    let mut statement = prepare(of)?;
    side.db.fork().reset_counters();
    let start = monotonic_ns();
    let n_rows = run(&mut statement)?;
    let first_run_ns = monotonic_ns().saturating_sub(start);
    let (scans, fork) = (scan_status::scans(&side.db, sql, &plan), side.db.fork());
    let (pages_read, read) = (fork.counters().distinct_pages, fork.pages_read());
    let status = |counter| u64::from(statement.get_status(counter).unsigned_abs());
    let cost = Cost {
        n_rows,
        first_run_ns,
        vm_steps: status(StatementStatus::VmStep),
        fullscan_steps: status(StatementStatus::FullscanStep),
        sorts: status(StatementStatus::Sort),
        autoindexes: status(StatementStatus::AutoIndex),
        pages_read,
        ..Cost::default()
    };
    let steps = btree_pages::count(&side.db, fork, &read, &plan, scans)?;
    Ok(Measured { plan, steps, cost })
}

fn prepare(of: Run<'_>) -> Result<Statement<'_>> {
    let mut statement = of.side.db.prepare(of.sql)?;
    bind(&mut statement, of.parameters)?;
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
