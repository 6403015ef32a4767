//! The guide's benchmarks, on made-up data and on the file's own; and how queries grow with their tables.

use super::choices::{self, Chosen, Effort};
use super::clock::monotonic_ns;
use super::connection::Db;
use super::data_set::DataSet;
use super::error::{EngineError, Result};
use super::measure::{self, Measured, Precision, Run, Side};
use super::plan::explain;
use super::{interrupt, progress};
use crate::domain::benchmark::{
    Benchmark, BenchmarkSide, BenchmarkState, FileBenchmark, Growth, GrowthCurve, GrowthPoint, Indexes,
    StatementComparison,
};
use crate::domain::catalogue::{Catalogue, DocumentedBenchmark, DocumentedQuery};
use crate::domain::failure::FailureKind;
use crate::domain::measuring::Estimates;
use crate::domain::value::Value;
use crate::snapshot::Fork;

/// Workflows of one project while their table grows: as many as the guide's middle benchmark has.
pub const ROWS_PER_KEY: u64 = 50;

/// A side with what it is measured with.
struct Contender {
    indexes: Indexes,
    side: Side,
}

/// Runs `benchmark` on `data` with every set of indexes, in turns.
pub fn run(
    benchmark: &DocumentedBenchmark,
    query: &DocumentedQuery,
    data: &DataSet,
    precision: Precision<'_>,
) -> Result<Benchmark> {
    let measured = progress::part(0, 1, || measure_all(query, data, precision))?;
    let documented = measured.iter().find(|(indexes, _)| *indexes == Indexes::Documented);
    let estimates = documented.and_then(|(_, measured)| measured.cost.estimates.clone()).unwrap_or_default();
    let mut states = Vec::new();
    for (indexes, one) in &measured {
        let change = match documented {
            Some((_, documented)) if *indexes != Indexes::Documented => {
                measure::change(&documented.samples, &one.samples, precision.settings)?
            }
            _ => None,
        };
        states.push(BenchmarkState {
            indexes: *indexes,
            plan: one.plan.clone(),
            cost: one.cost.clone(),
            samples: one.samples.clone(),
            change,
        });
    }
    let expected_ns = benchmark.expected_ns();
    Ok(Benchmark {
        id: benchmark.id.clone(),
        query: query.id.clone(),
        n_rows: benchmark.n_rows,
        samples: estimates.n_samples.into(),
        mean_ns: estimates.mean.point_ns,
        std_dev_ns: estimates.std_dev.point_ns,
        median_ns: estimates.median.point_ns,
        confidence_interval_ns: [estimates.mean.lower_ns, estimates.mean.upper_ns],
        expected_ns,
        within_expected: is_within(&estimates, expected_ns),
        states,
    })
}

/// Whether the whole interval of the mean lies below what is expected.
fn is_within(estimates: &Estimates, expected_ns: u64) -> bool {
    estimates.n_samples > 0 && estimates.mean.upper_ns < expected_ns
}

/// One more point of `query`'s growth, for each set of indexes.
pub fn grow(query: &DocumentedQuery, data: &DataSet, precision: Precision<'_>) -> Result<Growth> {
    let measured = progress::part(0, 1, || measure_all(query, data, precision))?;
    let curve = |(indexes, Measured { cost, .. }): (Indexes, Measured)| GrowthCurve {
        indexes,
        points: vec![GrowthPoint {
            n_rows: data.key.n_rows,
            n_result_rows: cost.n_rows,
            median: cost.estimates.map(|estimates| estimates.median).unwrap_or_default(),
            n_samples: cost.n_samples,
            pages_read: cost.pages_read,
            vm_steps: cost.vm_steps,
        }],
        time_fit: None,
        pages_fit: None,
    };
    Ok(Growth {
        query: query.id.clone(),
        tables: data.key.tables.clone(),
        curves: measured.into_iter().map(curve).collect(),
    })
}

/// The repaired indexes are left out where the plan with them is that of the documented ones.
fn measure_all(query: &DocumentedQuery, data: &DataSet, precision: Precision<'_>) -> Result<Vec<(Indexes, Measured)>> {
    let mut contenders = Vec::new();
    for (indexes, fork) in data.forks() {
        contenders.push(Contender { indexes, side: Side::open(fork)? });
    }
    // On a connection of its own: the page caches of the contenders stay empty.
    let values = match data.forks().next() {
        Some((_, fork)) => values(query, &Side::open(fork)?)?,
        None => Vec::new(),
    };
    let plan_of = |indexes| {
        let found = contenders.iter().find(|contender| contender.indexes == indexes);
        found.map(|contender| explain(contender.side.db(), &query.sql, &values)).transpose()
    };
    let differs = plan_of(Indexes::Repaired)? != plan_of(Indexes::Documented)?;
    contenders.retain(|contender| contender.indexes != Indexes::Repaired || differs);
    let run = |side| Run { sql: &query.sql, parameters: &values, side };
    let runs: Vec<Run<'_>> = contenders.iter().map(|contender| run(&contender.side)).collect();
    let measured = measure::measure(&runs, precision)?;
    Ok(contenders.iter().map(|contender| contender.indexes).zip(measured).collect())
}

/// Of the newest row, which is under way.
fn values(query: &DocumentedQuery, side: &Side) -> Result<Vec<Value>> {
    let found = choices::parameters(side.db(), query, Effort::LastRow, &mut Chosen::default())?;
    Ok(found.into_iter().map(|parameter| parameter.value).collect())
}

/// Two statements on the file as dropped. Fails when one of them writes, or is none, or when its first run takes longer than
/// `limit_ns`; how long that goes on is told.
pub fn compare_statements(
    statements: [&str; 2],
    original: &Db,
    precision: Precision<'_>,
    limit_ns: Option<u64>,
) -> Result<StatementComparison> {
    let (one, other) = (Side::open(original.fork())?, Side::open(original.fork())?);
    for sql in statements {
        if !one.db().prepare(sql)?.readonly() {
            let message = "Only statements that read can be compared: one that writes finds other rows every time.";
            return Err(EngineError::new(FailureKind::NotReadOnly, message));
        }
    }
    let [a, b] = statements;
    let run = |sql, side| Run { sql, parameters: &[], side };
    let runs = [run(a, &one), run(b, &other)];
    let first_run = |name, run| {
        let start_ns = monotonic_ns();
        let elapsed = move || (monotonic_ns().saturating_sub(start_ns), 0);
        interrupt::limited(limit_ns, name, || progress::during(elapsed, || measure::cold(run)))
    };
    let cold = [first_run("The first statement", runs[0])?, first_run("The second statement", runs[1])?];
    let (before, after) = progress::part(0, 1, || measure::compare_warm(runs, cold, precision))?;
    let change = measure::change(&before.samples, &after.samples, precision.settings)?;
    let side = |measured: Measured| (measured.plan, BenchmarkSide { cost: measured.cost, samples: measured.samples });
    let ((plan_a, a), (plan_b, b)) = (side(before), side(after));
    Ok(StatementComparison { sql: statements.map(str::to_owned), plans: [plan_a, plan_b], sides: [a, b], change })
}

/// The query of a group on the dropped file and after the migration, with values that stand there: for each size that
/// the guide names the value that comes nearest.
pub fn run_on_file(
    catalogue: &Catalogue,
    query: &DocumentedQuery,
    original: &Db,
    candidate: &Fork,
    precision: Precision<'_>,
) -> Result<Vec<FileBenchmark>> {
    let of_query: Vec<&DocumentedBenchmark> =
        catalogue.benchmarks.iter().filter(|benchmark| benchmark.query == query.id).collect();
    // A file without the query's tables has nothing to run it on.
    let (Some(first), true) = (of_query.first(), original.prepare(&query.sql).is_ok()) else { return Ok(Vec::new()) };
    let mut picked: Vec<Vec<Value>> = Vec::new();
    match query.parameters.as_slice() {
        [only] if of_query.len() > 1 => {
            let choices = choices::choices(original, only)?;
            for benchmark in &of_query {
                let distance = |n_rows: Option<u64>| n_rows.unwrap_or_default().abs_diff(benchmark.n_rows);
                let nearest = choices.iter().min_by_key(|choice| distance(choice.n_rows));
                let values = nearest.map(|choice| vec![choice.value.clone()]);
                picked.extend(values.filter(|values| !picked.contains(values)));
            }
        }
        _ => {
            let found = choices::parameters(original, query, Effort::MostFrequent, &mut Chosen::default())?;
            if found.iter().all(|parameter| parameter.value != Value::Null) {
                picked.push(found.into_iter().map(|parameter| parameter.value).collect());
            }
        }
    }
    let mut benchmarks = Vec::new();
    let n_picked = picked.len();
    for (at, parameters) in picked.into_iter().enumerate() {
        let (before, after) = (Side::open(original.fork())?, Side::open(candidate)?);
        let run = |side| Run { sql: &query.sql, parameters: &parameters, side };
        let (before, after) = progress::part(at, n_picked, || measure::compare(run(&before), run(&after), precision))?;
        let change = measure::change(&before.samples, &after.samples, precision.settings)?;
        let expected_ns = catalogue.expected_ns(&query.id, before.cost.n_rows);
        let within = |expected_ns| before.cost.estimates.as_ref().map(|estimates| is_within(estimates, expected_ns));
        let within_expected = expected_ns.and_then(within);
        let side = |measured: Measured| BenchmarkSide { cost: measured.cost, samples: measured.samples };
        benchmarks.push(FileBenchmark {
            group: first.group().into(),
            query: query.id.clone(),
            parameters: parameters.clone(),
            change,
            expected_ns,
            within_expected,
            before: side(before),
            after: side(after),
        });
    }
    benchmarks.sort_by_key(|benchmark| benchmark.before.cost.n_rows);
    Ok(benchmarks)
}
