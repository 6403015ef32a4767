//! Queries that wait for a connection, and writers for each other: discrete events, first come first served.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::load::Job;
use crate::domain::monitoring::Distribution;

/// Sizes of the pool that are compared.
pub const SIZES: [u64; 10] = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20];

/// sqlx's `busy_timeout`: a writer that waits longer for the lock is told that the database is locked.
const BUSY_TIMEOUT_NS: u64 = 5_000_000_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    pub max_connections: u64,
    pub n_jobs: u64,
    /// For a connection; those that gave up are not among them.
    pub waits: Distribution,
    /// Of those that had to wait at all.
    pub n_waited: u64,
    pub n_time_outs: u64,
    /// Of writers for the writer before, while they hold their connection.
    pub lock_waits: Distribution,
    pub n_locked: u64,
    /// Share of the connections' time that they were held, of 1.
    pub utilisation: f64,
}

impl Outcome {
    /// Exact: the counts of `waits` keep three digits.
    pub fn mean_wait_ns(&self) -> f64 {
        if self.waits.n() == 0 { 0.0 } else { self.waits.sum_ns() as f64 / self.waits.n() as f64 }
    }
}

/// `jobs` in the order of their arrival. With connections first come first served, the writer's lock is asked for in
/// that same order, so that one pass decides everything.
pub fn simulate(jobs: &[Job], max_connections: u64, acquire_timeout_ns: u64) -> Outcome {
    let n_connections = max_connections.clamp(1, 10_000) as usize;
    // When each connection is free again.
    let mut free: BinaryHeap<Reverse<u64>> = std::iter::repeat_n(Reverse(0), n_connections).collect();
    let mut writer_free = 0;
    let mut outcome = Outcome { max_connections, n_jobs: jobs.len() as u64, ..Outcome::default() };
    let (mut held_ns, mut end) = (0_u64, 0);
    for job in jobs {
        let Some(Reverse(earliest)) = free.peek().copied() else { break };
        let wait = earliest.saturating_sub(job.arrival_ns);
        if wait > acquire_timeout_ns {
            outcome.n_time_outs += 1;
            continue;
        }
        free.pop();
        outcome.waits.add(wait);
        outcome.n_waited += u64::from(wait > 0);
        let acquired = job.arrival_ns.saturating_add(wait);
        let mut done = acquired.saturating_add(job.duration_ns);
        if job.writes {
            let lock_wait = u64::saturating_sub(writer_free, acquired);
            outcome.lock_waits.add(lock_wait.min(BUSY_TIMEOUT_NS));
            if lock_wait > BUSY_TIMEOUT_NS {
                outcome.n_locked += 1;
                done = acquired.saturating_add(BUSY_TIMEOUT_NS);
            } else {
                done = done.saturating_add(lock_wait);
                writer_free = done;
            }
        }
        held_ns = held_ns.saturating_add(done - acquired);
        end = end.max(done);
        free.push(Reverse(done));
    }
    let span = end.saturating_sub(jobs.first().map_or(0, |job| job.arrival_ns));
    outcome.utilisation = held_ns as f64 / (span.max(1) as f64 * n_connections as f64);
    outcome
}
