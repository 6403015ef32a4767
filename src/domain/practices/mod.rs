//! The guide's best practices as experiments: what each claims, what was measured, and what follows from it.
//!
//! The engine measures and hands over evidence; one file here for each kind of experiment turns its evidence into a
//! report. A verdict follows from figures and plans alone, never from which practice it is.

mod evidence;
pub mod headline;
pub mod indexes;
pub mod n_plus_one;
pub mod pages;
pub mod prepared;
pub mod query_patterns;
pub mod rebuild;
pub mod transactions;
pub mod vacuum;

use serde::{Deserialize, Serialize};

pub use evidence::{Comparison, Effect, Way};

use super::benchmark_words::spread;
use super::measuring::{Change, Estimate};
use super::plan::PlanRow;

/// A practice of the guide, and the experiment that tries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentedPractice {
    /// Kebab-case, unique.
    pub id: String,
    pub title: String,
    pub section: String,
    /// What the guide says, in a sentence.
    pub says: String,
    pub experiment: Experiment,
}

/// What is done on scratch forks. Statements are those of documented queries, by id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Experiment {
    /// The file's own redundant indexes and those with few values, with and without.
    Indexes,
    /// Rows of a table written again, each in a transaction of its own and all in one.
    Transactions {
        table: String,
    },
    /// REINDEX and ANALYZE.
    Rebuild,
    /// A look-up by one text, with the value bound and with it written into the statement.
    Prepared {
        query: String,
    },
    Vacuum,
    /// Two statements of which the second is said to use an index.
    QueryPatterns {
        inefficient: String,
        efficient: String,
    },
    /// `parents`, then `children` for each of them by its column `key`; against `join`.
    NPlusOne {
        parents: String,
        children: String,
        key: String,
        join: String,
    },
    /// A query with LIMIT and OFFSET, at some depth, against the last row seen.
    Pages {
        query: String,
    },
}

impl Experiment {
    /// The documented queries that it runs.
    pub fn queries(&self) -> Vec<&str> {
        match self {
            Self::QueryPatterns { inefficient, efficient } => vec![inefficient, efficient],
            Self::NPlusOne { parents, children, join, .. } => vec![parents, children, join],
            Self::Pages { query } | Self::Prepared { query } => vec![query],
            Self::Indexes | Self::Transactions { .. } | Self::Rebuild | Self::Vacuum => Vec::new(),
        }
    }
}

/// What the experiment says of the guide's claim on this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PracticeVerdict {
    Holds,
    /// Some of what is claimed holds, some does not.
    InPart,
    /// Neither better nor worse.
    NoDifference,
    DoesNotHold,
    /// The file lacks what it takes to try it.
    NotApplicable,
}

impl PracticeVerdict {
    pub fn label(self) -> &'static str {
        match self {
            Self::Holds => "Holds",
            Self::InPart => "Holds in part",
            Self::NoDifference => "No difference",
            Self::DoesNotHold => "Does not hold",
            Self::NotApplicable => "Not applicable",
        }
    }
}

/// One practice, tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PracticeReport {
    pub id: String,
    pub title: String,
    pub section: String,
    pub says: String,
    pub verdict: PracticeVerdict,
    /// The result in a sentence without a full stop.
    pub answer: String,
    /// What it rests on, in whole sentences.
    pub reasons: Vec<String>,
    pub trials: Vec<Trial>,
}

/// Two ways beside each other, with what both took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    pub title: String,
    pub before: Attempt,
    pub after: Attempt,
    pub figures: Vec<Figure>,
    /// From the first way to the second, measured in turns.
    #[serde(default)]
    pub change: Option<Change>,
}

/// One of the two ways.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Short, for the head of a column: `With OFFSET`.
    pub label: String,
    pub sql: String,
    /// Empty where SQLite makes none.
    pub plan: Vec<PlanRow>,
    /// Of the time of one run; `None` with too few samples for an interval.
    #[serde(default)]
    pub median: Option<Estimate>,
    /// 0 where the time was not measured, or of one run only.
    #[serde(default)]
    pub n_samples: u32,
}

impl Attempt {
    /// Without a plan and times of its own.
    pub fn new(label: &str, sql: impl Into<String>) -> Self {
        Self { label: label.into(), sql: sql.into(), ..Self::default() }
    }

    /// How sure the median is: `3.10 to 3.31 ms, 40 samples`. `None` where there is none.
    pub fn spread(&self) -> Option<String> {
        (self.n_samples > 0).then(|| spread(self.median, self.n_samples.into()))
    }
}

/// What was measured of both ways. `None` where it was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    pub metric: Metric,
    pub before: Option<u64>,
    pub after: Option<u64>,
}

/// Every figure that an experiment counts or times. Those of time vary between runs, the others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    MedianNs,
    FirstRunNs,
    Rows,
    Statements,
    VmSteps,
    FullscanSteps,
    Sorts,
    PagesRead,
    BytesFetched,
    /// Of one run, which is not repeated because it writes.
    ElapsedNs,
    Transactions,
    PagesWritten,
    JournalWrites,
    Syncs,
    Prepared,
    FileBytes,
    FreePages,
    TreePages,
    SequentialPages,
    UnusedBytes,
}

/// How a figure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Count,
    Time,
    Bytes,
}

impl Metric {
    pub fn unit(self) -> Unit {
        match self {
            Self::MedianNs | Self::FirstRunNs | Self::ElapsedNs => Unit::Time,
            Self::BytesFetched | Self::FileBytes | Self::UnusedBytes => Unit::Bytes,
            _ => Unit::Count,
        }
    }

    /// The time of a single run is no ground for a ratio.
    pub fn is_repeatable(self) -> bool {
        !matches!(self, Self::FirstRunNs | Self::ElapsedNs)
    }

    /// Whether it was sampled, so that it has an interval.
    pub fn has_spread(self) -> bool {
        self == Self::MedianNs
    }

    /// SQLite's own names stand as they are.
    pub fn label(self) -> &'static str {
        match self {
            Self::MedianNs => "Median time",
            Self::FirstRunNs => "First run, cold",
            Self::Rows => "Rows returned",
            Self::Statements => "Statements run",
            Self::VmSteps => "`vm_step`",
            Self::FullscanSteps => "`fullscan_step`",
            Self::Sorts => "`sort`",
            Self::PagesRead => "Pages read",
            Self::BytesFetched => "Bytes fetched",
            Self::ElapsedNs => "Time, one run",
            Self::Transactions => "Transactions",
            Self::PagesWritten => "Pages written",
            Self::JournalWrites => "Writes to the journal",
            Self::Syncs => "Syncs that a disk would see",
            Self::Prepared => "Statements prepared",
            Self::FileBytes => "Size of the file",
            Self::FreePages => "Free pages",
            Self::TreePages => "Leaf pages",
            Self::SequentialPages => "Right behind the one before",
            Self::UnusedBytes => "Room left in them",
        }
    }
}

/// What an experiment found, before it is written down under its practice.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    pub verdict: PracticeVerdict,
    pub answer: String,
    pub reasons: Vec<String>,
    pub trials: Vec<Trial>,
}

impl Findings {
    /// It could not be tried: `answer` says so, `why` what is missing.
    pub fn not_applicable(answer: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            verdict: PracticeVerdict::NotApplicable,
            answer: answer.into(),
            reasons: vec![why.into()],
            trials: Vec::new(),
        }
    }

    pub fn under(self, practice: &DocumentedPractice) -> PracticeReport {
        let Self { verdict, answer, reasons, trials } = self;
        let DocumentedPractice { id, title, section, says, .. } = practice.clone();
        PracticeReport { id, title, section, says, verdict, answer, reasons, trials }
    }
}
