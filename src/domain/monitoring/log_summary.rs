//! What was read out of a log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::distribution::Distribution;
use super::sampled::Sampled;
use super::timeline::Timeline;
use crate::domain::log::{Format, Problems};
use crate::domain::pool::{PoolUse, Replay};

/// Stands for all queries, or all projects, beyond those that are kept apart.
pub const OTHERS: &str = "all others";

/// What the times of a log's timeline are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Nanoseconds since 1970.
    Calendar,
    /// Nanoseconds since the application's start.
    Uptime,
    /// A million for each event: the log has no times.
    #[default]
    Order,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogSummary {
    pub name: String,
    /// Of the file, and how much of it was read.
    pub n_bytes: u64,
    pub n_bytes_read: u64,
    pub n_lines: u64,
    pub n_events: u64,
    pub formats: BTreeMap<Format, u64>,
    pub axis: Axis,
    pub problems: Problems,
    /// The one that takes the most time in all first.
    pub queries: Vec<QueryDurations>,
    /// The slowest first.
    pub slowest: Vec<SlowEvent>,
    pub pool: PoolUse,
    /// For the simulation of a pool.
    pub replay: Replay,
}

impl LogSummary {
    pub fn is_whole(&self) -> bool {
        self.n_bytes_read == self.n_bytes
    }

    /// Events with a duration.
    pub fn n_timed(&self) -> u64 {
        self.queries.iter().map(|query| query.all.n()).sum()
    }

    pub fn sum_ns(&self) -> u64 {
        self.queries.iter().fold(0, |sum: u64, query| sum.saturating_add(query.all.sum_ns()))
    }

    /// Durations of all queries together.
    pub fn durations(&self) -> Distribution {
        let mut all = Distribution::default();
        self.queries.iter().for_each(|query| all.merge(&query.all));
        all
    }

    /// Whether it says when its queries came.
    pub fn can_replay(&self) -> bool {
        self.axis != Axis::Order && self.replay.len() > 1
    }

    pub fn query(&self, name: &str) -> Option<&QueryDurations> {
        self.queries.iter().find(|query| query.name == name)
    }

    /// Start of the first bucket of any query, end of the last.
    pub fn extent_ns(&self) -> Option<[i64; 2]> {
        let extents = self.queries.iter().filter_map(|query| query.timeline.extent_ns());
        extents.reduce(|[first, last], [start, end]| [first.min(start), last.max(end)])
    }
}

/// How far a log has been read; the summary is there once it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogPart {
    pub n_read: u64,
    pub n_total: u64,
    pub summary: Option<LogSummary>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QueryDurations {
    pub name: String,
    pub all: Distribution,
    /// The one with the most events first.
    pub projects: Vec<(String, Distribution)>,
    pub timeline: Timeline,
    pub sampled: Sampled,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowEvent {
    pub line: u64,
    /// On the summary's axis.
    pub at_ns: i64,
    pub name: String,
    pub project: Option<String>,
    pub duration_ns: u64,
    pub count: Option<u64>,
}
