//! What the pool is asked for: the queries of a log, or made-up ones.

use serde::{Deserialize, Serialize};

/// Kept of a log, from its beginning.
const MAX_REPLAYED: usize = 20_000;

/// Jobs of one made-up run.
const N_MADE_UP: usize = 20_000;

/// One query that needs a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub arrival_ns: u64,
    pub duration_ns: u64,
    pub writes: bool,
}

/// The first queries of a log, with the time at which each began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// Begin, duration, whether it writes. In the log's order.
    jobs: Vec<(i64, u64, bool)>,
    /// All that the log has.
    pub n: u64,
}

impl Replay {
    /// `ended_ns` is when the log says that it had ended.
    pub fn add(&mut self, ended_ns: i64, duration_ns: u64, name: &str) {
        self.n += 1;
        if self.jobs.len() < MAX_REPLAYED {
            let began = ended_ns.saturating_sub(i64::try_from(duration_ns).unwrap_or(i64::MAX));
            self.jobs.push((began, duration_ns, writes(name)));
        }
    }

    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Queries in a second, their mean duration, and the share that writes.
    pub fn load(&self) -> Option<Load> {
        let first = self.jobs.iter().map(|job| job.0).min()?;
        let last = self.jobs.iter().map(|job| job.0).max()?;
        let n = self.jobs.len() as f64;
        let span_s = last.saturating_sub(first) as f64 / 1e9;
        Some(Load {
            per_second: if span_s > 0.0 { n / span_s } else { n },
            mean_ms: self.jobs.iter().map(|job| job.1 as f64).sum::<f64>() / n / 1e6,
            share_of_writes: self.jobs.iter().filter(|job| job.2).count() as f64 / n,
        })
    }
}

/// A name tells whether its query writes.
fn writes(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = name.split(|ch: char| !ch.is_ascii_alphanumeric());
    let is_verb = |word: &str| {
        ["insert", "update", "delete", "create", "save", "set", "remove", "replace", "upsert", "cleanup", "mark"]
            .contains(&word)
    };
    words.take(2).any(is_verb)
}

/// What made-up queries are like: they come at random, and their durations are exponential.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    pub per_second: f64,
    pub mean_ms: f64,
    /// Of 1.
    pub share_of_writes: f64,
}

/// The log's queries as they came, `speed` times as fast.
pub fn replayed(replay: &Replay, speed: f64) -> Vec<Job> {
    let first = replay.jobs.iter().map(|job| job.0).min().unwrap_or(0);
    let mut jobs: Vec<Job> = replay
        .jobs
        .iter()
        .map(|(began, duration_ns, writes)| {
            let arrival_ns = (began.saturating_sub(first) as f64 / speed.max(0.001)) as u64;
            Job { arrival_ns, duration_ns: *duration_ns, writes: *writes }
        })
        .collect();
    jobs.sort_by_key(|job| job.arrival_ns);
    jobs
}

/// The same seed gives the same queries.
pub fn made_up(load: Load, seed: u64) -> Vec<Job> {
    let mut rng = fastrand::Rng::with_seed(seed);
    // 1 − u is never 0, whose logarithm is none.
    let mut exponential = |mean: f64| -mean * (1.0 - rng.f64()).ln();
    let (gap_ns, mean_ns) = (1e9 / load.per_second.max(1e-6), load.mean_ms.max(0.0) * 1e6);
    let mut at = 0.0;
    let mut jobs: Vec<Job> = (0..N_MADE_UP)
        .map(|_| {
            at += exponential(gap_ns);
            Job { arrival_ns: at as u64, duration_ns: exponential(mean_ns) as u64, writes: false }
        })
        .collect();
    jobs.iter_mut().for_each(|job| job.writes = rng.f64() < load.share_of_writes);
    jobs
}
