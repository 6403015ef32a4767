//! What a statement costs: counters once on a cold connection, then times, all contenders in turn.

use rusqlite::{Statement, StatementStatus};

use super::clock::monotonic_ns;
use super::connection::{Db, ForeignKeys};
use super::error::{EngineError, Result};
use super::plan::{bind, explain};
use super::{btree_pages, memory, scan_status};
use super::{interrupt, progress};
use crate::domain::failure::FailureKind;
use crate::domain::measuring::{
    Change, Comparing, Contender, Estimates, Estimating, Pairing, Progress, Samples, Settings, median_ns, sample,
};
use crate::domain::plan::PlanRow;
use crate::domain::plan_counts::StepCounts;
use crate::domain::query::Cost;
use crate::domain::value::Value;
use crate::snapshot::Fork;

/// Resamples between two looks at whether the person cancelled: a few milliseconds.
pub const SLICE: u32 = 2_000;

/// Fewer samples than these have no interval worth showing.
const MIN_SAMPLES_FOR_INTERVAL: usize = 5;

/// A first run that takes longer is the only one, on each side, where a few more would have no interval either: every
/// statement of a file of gigabytes would be waited for several times.
const LONG_NS: u64 = 2_000_000_000;

/// The clock's smallest step, and what is asked of a measurement.
#[derive(Clone, Copy)]
pub struct Precision<'a> {
    pub granularity_ns: u64,
    pub settings: &'a Settings,
}

/// One connection of several.
pub struct Side {
    db: Db,
}

impl Side {
    /// A connection of its own on a fork of `fork`, with an empty page cache.
    pub fn open(fork: &Fork) -> Result<Self> {
        Ok(Self { db: Db::open(fork.fork(), ForeignKeys::On)? })
    }

    pub fn db(&self) -> &Db {
        &self.db
    }
}

/// What one side answered.
pub struct Measured {
    pub plan: Vec<PlanRow>,
    /// Counted in the first run.
    pub steps: Vec<StepCounts>,
    pub cost: Cost,
    pub samples: Samples,
}

/// One statement with its values, on one side.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    pub sql: &'a str,
    pub parameters: &'a [Value],
    pub side: &'a Side,
}

/// Measures two. See [`measure`].
pub fn compare(before: Run<'_>, after: Run<'_>, precision: Precision<'_>) -> Result<(Measured, Measured)> {
    pair(measure(&[before, after], precision)?)
}

/// As [`compare`], after the first run of each.
pub fn compare_warm(
    runs: [Run<'_>; 2],
    measured: [Measured; 2],
    precision: Precision<'_>,
) -> Result<(Measured, Measured)> {
    pair(measure_warm(&runs, measured.into(), precision)?)
}

fn pair(measured: Vec<Measured>) -> Result<(Measured, Measured)> {
    <[Measured; 2]>::try_from(measured).map(Into::into).map_err(|_| cancelled())
}

/// Measures each. Samples are taken in turns, so that a busy machine slows all alike.
///
/// A statement whose first run takes longer than the whole budget is not run again when one sample has to do, nor one
/// that takes very long when a few have to.
pub fn measure(runs: &[Run<'_>], precision: Precision<'_>) -> Result<Vec<Measured>> {
    let measured = runs.iter().map(|run| cold(*run)).collect::<Result<Vec<_>>>()?;
    measure_warm(runs, measured, precision)
}

/// As [`measure`], after the first run of each.
pub fn measure_warm(runs: &[Run<'_>], mut measured: Vec<Measured>, precision: Precision<'_>) -> Result<Vec<Measured>> {
    let settings = precision.settings;
    let patience_ns = match settings.min_samples {
        0 | 1 => settings.budget_ns.saturating_mul(runs.len() as u64),
        few if (few as usize) < MIN_SAMPLES_FOR_INTERVAL => LONG_NS,
        _ => u64::MAX,
    };
    if measured.iter().any(|one| one.cost.first_run_ns > patience_ns) {
        for Measured { cost, samples, .. } in &mut measured {
            samples.push(1, cost.first_run_ns);
            fill_in(cost, samples, settings)?;
        }
        return Ok(measured);
    }
    let mut statements = Vec::new();
    for (run, Measured { cost, .. }) in runs.iter().zip(&mut measured) {
        statements.push(prepare_warm(*run, cost, settings)?);
    }
    let mut contenders: Vec<Contender<'_, EngineError>> = Vec::new();
    for statement in &mut statements {
        contenders.push(Box::new(|| self::run(statement).map(drop)));
    }
    let samples = in_turns(&mut contenders, precision)?;
    for (measured, samples) in measured.iter_mut().zip(samples) {
        fill_in(&mut measured.cost, &samples, settings)?;
        measured.samples = samples;
    }
    Ok(measured)
}

/// Samples of each contender, until there are enough or the time is over.
pub fn in_turns(contenders: &mut [Contender<'_, EngineError>], precision: Precision<'_>) -> Result<Vec<Samples>> {
    let Precision { granularity_ns, settings } = precision;
    let go_on = |progress: Progress| {
        progress::tell(progress.n_done.into(), progress.n_total.into());
        !interrupt::requested()
    };
    let samples = sample(contenders, settings, granularity_ns, &monotonic_ns, &go_on)?;
    if interrupt::requested() { Err(cancelled()) } else { Ok(samples) }
}

pub fn fill_in(cost: &mut Cost, samples: &Samples, settings: &Settings) -> Result<()> {
    let times: Vec<u64> = samples.per_iteration_ns().into_iter().map(|ns| ns.round() as u64).collect();
    cost.n_samples = times.len() as u32;
    cost.median_ns = median_ns(&times).unwrap_or_default();
    cost.min_ns = times.iter().copied().min().unwrap_or_default();
    cost.max_ns = times.iter().copied().max().unwrap_or_default();
    cost.settings = Some(settings.clone());
    if settings.n_resamples > 0 && times.len() >= MIN_SAMPLES_FOR_INTERVAL {
        cost.estimates = Some(estimates(samples, settings)?);
    }
    Ok(())
}

fn estimates(samples: &Samples, settings: &Settings) -> Result<Estimates> {
    let mut estimating = Estimating::new(samples, settings.n_resamples);
    while estimating.advance(SLICE) {
        if interrupt::requested() {
            return Err(cancelled());
        }
    }
    Ok(estimating.finish())
}

/// Of samples that were taken in turns. `None` where there are too few to say.
pub fn change(before: &Samples, after: &Samples, settings: &Settings) -> Result<Option<Change>> {
    if before.len().min(after.len()) < MIN_SAMPLES_FOR_INTERVAL {
        return Ok(None);
    }
    let mut comparing = Comparing::new(before, after, Pairing::Interleaved, settings.n_resamples);
    while comparing.advance(SLICE) {
        if interrupt::requested() {
            return Err(cancelled());
        }
    }
    Ok(comparing.finish(settings.noise_threshold))
}

pub fn cancelled() -> EngineError {
    EngineError::new(FailureKind::Cancelled, "Cancelled")
}

/// The first run of a connection: its counters do not depend on what ran before.
pub fn cold(of: Run<'_>) -> Result<Measured> {
    let Run { sql, side, .. } = of;
    let plan = explain(&side.db, sql, of.parameters)?;
    let memory = memory::HighWater::start();
    let start = monotonic_ns();
    let mut statement = prepare(of)?;
    let prepare_ns = monotonic_ns().saturating_sub(start);
    side.db.fork().reset_counters();
    let timed = run_timed(&mut statement)?;
    let memory_bytes = memory.bytes();
    let (scans, fork) = (scan_status::scans(&side.db, sql, &plan), side.db.fork());
    let (counters, read) = (fork.counters(), fork.pages_read());
    let status = |counter| u64::from(statement.get_status(counter).unsigned_abs());
    let cost = Cost {
        n_rows: timed.n_rows,
        first_run_ns: timed.all_rows_ns,
        prepare_ns,
        first_row_ns: timed.first_row_ns,
        vm_steps: status(StatementStatus::VmStep),
        fullscan_steps: status(StatementStatus::FullscanStep),
        sorts: status(StatementStatus::Sort),
        autoindexes: status(StatementStatus::AutoIndex),
        pages_read: counters.distinct_pages,
        bytes_read: counters.bytes_read,
        memory_bytes,
        ..Cost::default()
    };
    let steps = btree_pages::count(&side.db, fork, &read, &plan, scans)?;
    Ok(Measured { plan, steps, cost, samples: Samples::default() })
}

/// Prepares once more, and runs up to the first row, with the page cache as the first run left it.
fn prepare_warm<'a>(of: Run<'a>, cost: &mut Cost, settings: &Settings) -> Result<Statement<'a>> {
    let start = monotonic_ns();
    let mut statement = prepare(of)?;
    let prepared = monotonic_ns();
    if cost.first_run_ns < settings.budget_ns {
        statement.raw_query().next()?;
        cost.warm_first_row_ns = Some(monotonic_ns().saturating_sub(prepared));
        cost.warm_prepare_ns = Some(prepared.saturating_sub(start));
    }
    Ok(statement)
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

struct Timed {
    n_rows: u64,
    first_row_ns: u64,
    all_rows_ns: u64,
}

/// As [`run`], with the time of the first row.
fn run_timed(statement: &mut Statement<'_>) -> Result<Timed> {
    let n_columns = statement.column_count();
    let start = monotonic_ns();
    let mut rows = statement.raw_query();
    let mut timed = Timed { n_rows: 0, first_row_ns: 0, all_rows_ns: 0 };
    while let Some(row) = rows.next()? {
        if timed.n_rows == 0 {
            timed.first_row_ns = monotonic_ns().saturating_sub(start);
        }
        for at in 0..n_columns {
            std::hint::black_box(row.get_ref(at)?);
        }
        timed.n_rows += 1;
    }
    timed.all_rows_ns = monotonic_ns().saturating_sub(start);
    if timed.n_rows == 0 {
        timed.first_row_ns = timed.all_rows_ns;
    }
    Ok(timed)
}
