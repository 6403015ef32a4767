//! What "Run everything" asks, in order, and how each answer enters the report.
//!
//! The page and the native tests walk the same list, so both end with the same report.

use serde::{Deserialize, Serialize};

use super::benchmark::{Benchmark, FileBenchmark, Growth};
use super::catalogue::Catalogue;
use super::cleanup::CleanupReport;
use super::cleanup::stragglers::Straggler;
use super::cleanup::together::Together;
use super::database::BtreeSize;
use super::index_findings::{IndexRelation, IndexStatistics, IndexUse};
use super::migration::IndexReport;
use super::numbers::counted;
use super::practices::PracticeReport;
use super::query::QueryReport;
use super::repair_trial::RepairTrial;
use super::report::Report;
use super::work::{LargeIndex, StatisticsEffect};

/// One request of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// All plans and verdicts, from the schema and the statistics alone.
    Judge,
    /// ANALYZE on a fork, so that verdicts can say whether they depend on it; then all verdicts again.
    Analyze,
    BuildIndex(String),
    MeasureQuery(String),
    PreviewCleanup(String),
    /// Rows that a clean-up should remove and does not, and the reverse.
    FindStragglers(String),
    /// All clean-ups one after the other, in every order.
    CleanTogether,
    /// Definitions that make every claim hold, found and proven on a copy.
    Repair,
    /// Space by table and index.
    Sizes,
    /// Documented statements, run without a large index and without statistics.
    TryWithout,
    /// One of the guide's benchmarks, on made-up data.
    Benchmark(String),
    /// The same query on the file, with values that stand there.
    FileBenchmark(String),
    /// A query on made-up tables of a size, for a curve.
    Grow {
        query: String,
        n_rows: u64,
    },
    /// The experiment of one of the guide's practices.
    Practice(String),
}

/// Of one step among many. On a file of gigabytes one query or clean-up alone may take an hour.
const LIMIT_NS: u64 = 120_000_000_000;

/// The groups in which a person sees the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Phase {
    Judge,
    Analyze,
    Migration,
    Queries,
    Cleanups,
    Repair,
    Sizes,
    Benchmarks,
    Growth,
    Practices,
}

impl Phase {
    pub const ALL: [Self; 10] = [
        Self::Judge,
        Self::Migration,
        Self::Analyze,
        Self::Queries,
        Self::Cleanups,
        Self::Repair,
        Self::Sizes,
        Self::Benchmarks,
        Self::Growth,
        Self::Practices,
    ];

    /// For the list of steps: `Measure 13 queries`.
    pub fn label(self, catalogue: &Catalogue) -> String {
        match self {
            Self::Judge => format!("Ask for {} verdicts, before and after", catalogue.n_claims()),
            Self::Migration => format!("Apply {} statements of the migration to a copy", catalogue.indexes.len()),
            Self::Analyze => "Compare with fresh statistics".into(),
            Self::Queries => format!("Measure {} queries", catalogue.queries.len()),
            Self::Cleanups => format!("Preview {} clean-ups", catalogue.cleanups.len()),
            Self::Repair => "Find and prove a repair".into(),
            Self::Sizes => "Measure tables and indexes".into(),
            Self::Benchmarks => format!("Run {} benchmarks", catalogue.benchmarks.len()),
            Self::Growth => "Let tables grow".into(),
            Self::Practices => format!("Try {} practices", catalogue.practices.len()),
        }
    }
}

impl Step {
    pub fn phase(&self) -> Phase {
        match self {
            Self::Judge => Phase::Judge,
            Self::Analyze => Phase::Analyze,
            Self::BuildIndex(_) => Phase::Migration,
            Self::MeasureQuery(_) => Phase::Queries,
            Self::PreviewCleanup(_) | Self::FindStragglers(_) | Self::CleanTogether => Phase::Cleanups,
            Self::Repair => Phase::Repair,
            Self::Sizes | Self::TryWithout => Phase::Sizes,
            Self::Benchmark(_) | Self::FileBenchmark(_) => Phase::Benchmarks,
            Self::Grow { .. } => Phase::Growth,
            Self::Practice(_) => Phase::Practices,
        }
    }

    /// How long it may keep a whole run waiting. `None` for what later steps rest on, for made-up data, whose size and
    /// budget are known, and for what cannot be run alone.
    pub fn limit_ns(&self) -> Option<u64> {
        match self {
            Self::Judge | Self::Analyze | Self::BuildIndex(_) | Self::Repair => None,
            Self::Benchmark(_) | Self::Grow { .. } | Self::TryWithout => None,
            Self::MeasureQuery(_) | Self::FileBenchmark(_) | Self::Practice(_) | Self::Sizes => Some(LIMIT_NS),
            Self::PreviewCleanup(_) | Self::FindStragglers(_) | Self::CleanTogether => Some(LIMIT_NS),
        }
    }

    /// What goes on, for the status line.
    pub fn label(&self) -> String {
        match self {
            Self::Judge => "Asking SQLite for plans".into(),
            Self::Analyze => "Running ANALYZE on a copy".into(),
            Self::BuildIndex(index) => format!("Building {index} on a copy"),
            Self::MeasureQuery(id) => format!("Measuring {id}"),
            Self::PreviewCleanup(id) => format!("Executing {id} on a copy"),
            Self::FindStragglers(id) => format!("Looking for rows that {id} treats otherwise"),
            Self::CleanTogether => "Executing all clean-ups on a copy, in every order".into(),
            Self::Repair => "Finding and proving a repair on a copy".into(),
            Self::Sizes => "Measuring tables and indexes".into(),
            Self::TryWithout => "Running statements without an index, and without statistics".into(),
            Self::Benchmark(id) => format!("Benchmarking {id}"),
            Self::FileBenchmark(query) => format!("Benchmarking {query} on the file"),
            Self::Grow { query, n_rows } => format!("Running {query} on {}", counted(*n_rows, "row", "rows")),
            Self::Practice(id) => format!("Trying {id} on a copy"),
        }
    }
}

/// All steps, cheapest answers first.
pub fn steps(catalogue: &Catalogue) -> Vec<Step> {
    let mut steps = vec![Step::Judge];
    steps.extend(catalogue.indexes.iter().map(|index| Step::BuildIndex(index.name.clone())));
    steps.push(Step::Analyze);
    steps.extend(catalogue.queries.iter().map(|query| Step::MeasureQuery(query.id.clone())));
    steps.extend(catalogue.cleanups.iter().map(|cleanup| Step::PreviewCleanup(cleanup.id.clone())));
    steps.extend([Step::Repair, Step::Sizes, Step::TryWithout]);
    // With the definitions of the repair, so after it.
    steps.extend(benchmark_steps(catalogue));
    steps.extend(practice_steps(catalogue));
    steps
}

/// Every benchmark of the guide, then the same queries on the file.
pub fn benchmark_steps(catalogue: &Catalogue) -> Vec<Step> {
    let mut steps: Vec<Step> =
        catalogue.benchmarks.iter().map(|benchmark| Step::Benchmark(benchmark.id.clone())).collect();
    for benchmark in &catalogue.benchmarks {
        let step = Step::FileBenchmark(benchmark.query.clone());
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps
}

/// Sizes of the tables of a curve; a larger one takes long, and is asked for on its own.
pub const GROWTH_SIZES: [u64; 4] = [100, 1_000, 10_000, 100_000];

pub const LARGEST_GROWTH: u64 = 1_000_000;

/// Size by size, so that queries of the same tables follow each other on the same data.
pub fn growth_steps(queries: &[&str], sizes: &[u64]) -> Vec<Step> {
    let of_size = |n_rows: &u64| {
        let n_rows = *n_rows;
        queries.iter().map(move |query| Step::Grow { query: (*query).into(), n_rows }).collect::<Vec<_>>()
    };
    sizes.iter().flat_map(of_size).collect()
}

/// Every practice of the guide.
pub fn practice_steps(catalogue: &Catalogue) -> Vec<Step> {
    catalogue.practices.iter().map(|practice| Step::Practice(practice.id.clone())).collect()
}

/// The answer to a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // one answer at a time, moved once
pub enum StepAnswer {
    Judged(Judged),
    Index(IndexReport),
    Query(QueryReport),
    Cleanup(CleanupReport),
    Stragglers { cleanup: String, stragglers: Vec<Straggler> },
    Together(Together),
    Repair(RepairTrial),
    Sizes(Vec<BtreeSize>),
    TriedWithout(TriedWithout),
    Benchmark(Benchmark),
    FileBenchmarks(Vec<FileBenchmark>),
    Growth(Growth),
    Practice(PracticeReport),
}

/// Every verdict and plan, without costs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    pub migration: Vec<IndexReport>,
    pub queries: Vec<QueryReport>,
    pub cleanups: Vec<CleanupReport>,
    pub index_statistics: Vec<IndexStatistics>,
    /// Asked with fresh statistics only.
    pub index_relations: Vec<IndexRelation>,
    pub index_uses: Vec<IndexUse>,
}

/// What documented statements take without something that their plans rest on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TriedWithout {
    pub large_indexes: Vec<LargeIndex>,
    pub statistics_effects: Vec<StatisticsEffect>,
}

impl Report {
    /// Takes an answer in. A later verdict does not undo what was measured before.
    pub fn absorb(&mut self, answer: StepAnswer) {
        match answer {
            StepAnswer::Judged(judged) => self.absorb_judged(judged),
            StepAnswer::Index(entry) => self.put_index(entry),
            StepAnswer::Query(query) => self.put_query(query),
            StepAnswer::Cleanup(cleanup) => {
                // What was tried with another retention says nothing of this one.
                if self.cleanup(&cleanup.id).is_some_and(|old| old.sql != cleanup.sql) {
                    self.together = None;
                }
                self.put_cleanup(cleanup);
            }
            StepAnswer::Stragglers { cleanup, stragglers } => {
                if let Some(report) = self.cleanups.iter_mut().find(|report| report.id == cleanup) {
                    report.stragglers = Some(stragglers);
                }
            }
            StepAnswer::Together(together) => self.together = Some(together),
            StepAnswer::Repair(trial) => self.repair = Some(trial),
            StepAnswer::Sizes(sizes) => self.sizes = sizes,
            StepAnswer::TriedWithout(tried) => {
                (self.large_indexes, self.statistics_effects) = (tried.large_indexes, tried.statistics_effects);
            }
            StepAnswer::Benchmark(benchmark) => self.put_benchmark(benchmark),
            StepAnswer::FileBenchmarks(benchmarks) => {
                let is_old = |old: &FileBenchmark| benchmarks.iter().any(|new| new.query == old.query);
                self.file_benchmarks.retain(|old| !is_old(old));
                self.file_benchmarks.extend(benchmarks);
            }
            StepAnswer::Growth(growth) => match self.growth.iter_mut().find(|old| old.query == growth.query) {
                Some(old) => old.add(growth),
                None => self.growth.push(growth),
            },
            StepAnswer::Practice(practice) => self.put_practice(practice),
        }
    }

    fn absorb_judged(&mut self, judged: Judged) {
        // An answer without fresh statistics does not undo one with them.
        if judged.index_statistics.len() >= self.index_statistics.len() {
            self.index_statistics = judged.index_statistics;
        }
        if !judged.index_uses.is_empty() {
            (self.index_relations, self.index_uses) = (judged.index_relations, judged.index_uses);
        }
        for mut entry in judged.migration {
            if let Some(old) = self.index(&entry.index).filter(|old| old.n_table_rows.is_some()) {
                entry = old.clone();
            }
            self.put_index(entry);
        }
        for query in judged.queries {
            // What was measured belongs to the values that it was measured with.
            let kept = match self.query(&query.id) {
                Some(old) if old.before.is_some() => QueryReport { claim: query.claim, ..old.clone() },
                _ => query,
            };
            self.put_query(kept);
        }
        for cleanup in judged.cleanups {
            let kept = match self.cleanup(&cleanup.id) {
                Some(old) if old.foreign_keys_on.is_some() => CleanupReport {
                    claim: cleanup.claim,
                    plan: cleanup.plan,
                    plan_after: cleanup.plan_after,
                    steps_after: cleanup.steps_after,
                    ..old.clone()
                },
                _ => cleanup,
            };
            self.put_cleanup(kept);
        }
    }
}
