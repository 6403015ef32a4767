//! The guide's benchmarks: what it expects, what was measured, and how queries grow with their tables.

use serde::{Deserialize, Serialize};

use super::measuring::{Change, Estimate, Fit, Samples, fit_power};
use super::plan::PlanRow;
use super::query::Cost;
use super::value::Value;

/// The indexes that a made-up database has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indexes {
    /// Those that were there before the migration.
    Without,
    /// And those of the migration that SQLite accepts.
    Documented,
    /// And those of the proven repair, where they differ.
    Repaired,
}

impl Indexes {
    /// For a legend or a table's head.
    pub fn label(self) -> &'static str {
        match self {
            Self::Without => "Without the migration",
            Self::Documented => "As documented",
            Self::Repaired => "Repaired",
        }
    }
}

/// One benchmark of the guide on the data that it describes. The figures at the top are those with the documented
/// indexes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Benchmark {
    /// `find_by_project/100`: criterion's full id.
    pub id: String,
    /// The documented query that it runs.
    pub query: String,
    /// Rows that the data set was made with.
    pub n_rows: u64,
    /// Number of samples.
    pub samples: u64,
    pub mean_ns: u64,
    pub std_dev_ns: u64,
    pub median_ns: u64,
    /// Of the mean, at 95 %.
    pub confidence_interval_ns: [u64; 2],
    pub expected_ns: u64,
    /// Whether the whole interval lies below what the guide expects.
    pub within_expected: bool,
    #[serde(default)]
    pub states: Vec<BenchmarkState>,
}

/// A benchmark with one set of indexes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchmarkState {
    pub indexes: Indexes,
    pub plan: Vec<PlanRow>,
    pub cost: Cost,
    pub samples: Samples,
    /// From the documented indexes to these; taken in turns. `None` for the documented ones.
    pub change: Option<Change>,
}

impl Benchmark {
    /// `find_by_project` of `find_by_project/100`.
    pub fn group(&self) -> &str {
        self.id.split('/').next().unwrap_or(&self.id)
    }

    pub fn state(&self, indexes: Indexes) -> Option<&BenchmarkState> {
        self.states.iter().find(|state| state.indexes == indexes)
    }

    /// Mean of what is allowed, of 1.
    pub fn used(&self) -> f64 {
        self.mean_ns as f64 / self.expected_ns.max(1) as f64
    }
}

/// A benchmark's query on the dropped file, with a value that stands there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileBenchmark {
    /// The guide's group: `find_by_project`.
    pub group: String,
    pub query: String,
    pub parameters: Vec<Value>,
    pub before: BenchmarkSide,
    pub after: BenchmarkSide,
    /// From the file as dropped to the file after the migration; taken in turns.
    pub change: Option<Change>,
    /// What the guide expects of the smallest data set that is at least as large; `None` beyond its largest.
    pub expected_ns: Option<u64>,
    /// Of the file as dropped.
    pub within_expected: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchmarkSide {
    pub cost: Cost,
    pub samples: Samples,
}

/// How long the first run of a statement of a person's own may take, unless they say otherwise.
pub const STATEMENT_LIMIT_S: u32 = 30;

/// Two statements of a person's own, on the file as dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatementComparison {
    pub sql: [String; 2],
    pub plans: [Vec<PlanRow>; 2],
    pub sides: [BenchmarkSide; 2],
    /// From the first to the second; taken in turns.
    pub change: Option<Change>,
}

/// How one query grows with its tables, on made-up data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    pub query: String,
    /// Tables that grow.
    pub tables: Vec<String>,
    pub curves: Vec<GrowthCurve>,
}

impl Growth {
    /// Takes further points in, in the place of earlier ones of the same size, and fits the curves anew.
    pub fn add(&mut self, other: Self) {
        for mut curve in other.curves {
            match self.curves.iter_mut().find(|old| old.indexes == curve.indexes) {
                Some(old) => {
                    old.points.retain(|old| curve.points.iter().all(|new| new.n_rows != old.n_rows));
                    old.points.append(&mut curve.points);
                    old.points.sort_by_key(|point| point.n_rows);
                    old.fit();
                }
                None => self.curves.push(curve),
            }
        }
        self.curves.sort_by_key(|curve| curve.indexes);
    }
}

impl GrowthCurve {
    fn fit(&mut self) {
        let through = |of: fn(&GrowthPoint) -> u64| {
            let points = self.points.iter().map(|point| (point.n_rows as f64, of(point) as f64));
            fit_power(&points.collect::<Vec<_>>())
        };
        (self.time_fit, self.pages_fit) = (through(|point| point.median.point_ns), through(|point| point.pages_read));
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrowthCurve {
    pub indexes: Indexes,
    /// Ascending.
    pub points: Vec<GrowthPoint>,
    /// `time = e^intercept * rows^slope`, through the medians; `None` with fewer than two points.
    pub time_fit: Option<Fit>,
    /// The same of the pages read.
    pub pages_fit: Option<Fit>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrowthPoint {
    /// Of each table that grows.
    pub n_rows: u64,
    /// Rows that the query returns.
    pub n_result_rows: u64,
    pub median: Estimate,
    pub n_samples: u32,
    pub pages_read: u64,
    pub vm_steps: u64,
}
