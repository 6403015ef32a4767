//! What the simulation says, in a sentence.

use super::simulation::Outcome;
use crate::domain::numbers::{counted, duration};

/// A wait that nobody notices.
const UNNOTICED_NS: u64 = 1_000_000;

/// Empty without an outcome for the size that is set.
pub fn advice(outcomes: &[Outcome], set: u64) -> String {
    let Some(now) = outcomes.iter().find(|outcome| outcome.max_connections == set) else { return String::new() };
    let wait = |outcome: &Outcome| outcome.waits.quantile_ns(0.99);
    let gave_up = match now.n_time_outs {
        0 => "none times out".into(),
        n => format!("{} out", counted(n, "query times", "queries time")),
    };
    let is_set = format!(
        "With {} 99 of 100 queries {} for one, and {gave_up}.",
        counted(set, "connection", "connections"),
        match wait(now) {
            0 => "do not wait".into(),
            ns => format!("wait {} at most", duration(ns).text()),
        }
    );
    let locked = match now.lock_waits.quantile_ns(0.99) {
        ns if ns > UNNOTICED_NS => format!(
            " Of those that write 99 of 100 wait {} at most for the writer before: more connections do not help there, \
             shorter transactions do.",
            duration(ns).text()
        ),
        _ => String::new(),
    };
    let best = outcomes.iter().max_by_key(|outcome| outcome.max_connections);
    // As good as the largest pool, or good enough.
    let is_enough = |outcome: &&Outcome| {
        let least = best.map_or(0, wait);
        outcome.n_time_outs <= best.map_or(0, |best| best.n_time_outs)
            && wait(outcome) <= least.saturating_add(least / 10).max(UNNOTICED_NS)
    };
    let smallest = outcomes.iter().filter(is_enough).map(|outcome| outcome.max_connections).min();
    let enough = match smallest {
        Some(smallest) if smallest < set => format!(" {smallest} would do as well."),
        Some(smallest) if smallest > set => {
            format!(" From {smallest} on more connections change nothing that is noticed.")
        }
        _ => " Fewer would be noticed, more would not.".into(),
    };
    format!("{is_set}{enough}{locked}")
}
