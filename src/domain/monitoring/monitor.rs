//! Events in, a summary out; what is kept does not grow with the log.

use std::collections::{BTreeMap, BTreeSet};

use super::Distribution;
use super::log_summary::{Axis, LogSummary, OTHERS, QueryDurations, SlowEvent};
use super::sampled::Sampled;
use super::timeline::Timeline;
use crate::domain::log::{Clock, Format, LogEvent, Problems, timed};
use crate::domain::pool::{PoolUse, Replay, pool_event};

/// A name that holds a figure makes a query of every event; only so many are kept apart.
const MAX_QUERIES: usize = 200;

/// Projects kept apart for one query.
const MAX_PROJECTS: usize = 500;

const N_SLOWEST: usize = 20;

/// How far apart two events without times stand on the timeline.
const ORDER_STEP_NS: i64 = 1_000_000;

#[derive(Default)]
pub struct Monitor {
    n_events: u64,
    formats: BTreeMap<Format, u64>,
    /// Decided by the first event that is shown.
    axis: Option<Axis>,
    last_at_ns: i64,
    n_timed: i64,
    queries: BTreeMap<String, Kept>,
    /// Duration, line.
    slowest: BTreeSet<(u64, u64)>,
    slow_events: BTreeMap<u64, SlowEvent>,
    pool: PoolUse,
    replay: Replay,
}

#[derive(Default)]
struct Kept {
    all: Distribution,
    projects: BTreeMap<String, Distribution>,
    timeline: Timeline,
    sampled: Sampled,
}

impl Monitor {
    pub fn take(&mut self, event: &LogEvent) {
        self.n_events += 1;
        *self.formats.entry(event.format).or_default() += 1;
        if let Some(of_pool) = pool_event(event) {
            let at_ns = self.place(event);
            self.pool.take(of_pool, event.line, at_ns);
        }
        let Some(timed) = timed(event) else { return };
        let at_ns = self.place(event);
        self.replay.add(at_ns, timed.duration_ns, &timed.name);
        let is_known = self.queries.contains_key(&timed.name);
        let name = if is_known || self.queries.len() < MAX_QUERIES { timed.name } else { OTHERS.into() };
        let kept = self.queries.entry(name.clone()).or_default();
        kept.all.add(timed.duration_ns);
        kept.timeline.add(at_ns, timed.duration_ns);
        if let Some(count) = timed.count {
            kept.sampled.add(count, timed.duration_ns);
        }
        if let Some(project) = &timed.project {
            let is_known = kept.projects.contains_key(project);
            let project = if is_known || kept.projects.len() < MAX_PROJECTS { project } else { OTHERS };
            match kept.projects.get_mut(project) {
                Some(of_project) => of_project.add(timed.duration_ns),
                None => kept.projects.entry(project.into()).or_default().add(timed.duration_ns),
            }
        }
        let is_slow = self.slowest.len() < N_SLOWEST
            || self.slowest.first().is_some_and(|(fastest, _)| timed.duration_ns > *fastest);
        if is_slow {
            let (line, duration_ns) = (event.line, timed.duration_ns);
            self.slowest.insert((duration_ns, line));
            let event = SlowEvent { line, at_ns, name, project: timed.project, duration_ns, count: timed.count };
            self.slow_events.insert(line, event);
            if self.slowest.len() > N_SLOWEST
                && let Some((_, line)) = self.slowest.pop_first()
            {
                self.slow_events.remove(&line);
            }
        }
    }

    /// Where an event stands on the timeline. One without a time stands where the last one did.
    fn place(&mut self, event: &LogEvent) -> i64 {
        let of_event = event.at_ns.map(|at_ns| match event.clock {
            Clock::Calendar => (Axis::Calendar, at_ns),
            Clock::Uptime => (Axis::Uptime, at_ns),
        });
        let axis = *self.axis.get_or_insert(of_event.map_or(Axis::Order, |(axis, _)| axis));
        self.n_timed += 1;
        self.last_at_ns = match of_event {
            _ if axis == Axis::Order => (self.n_timed - 1).saturating_mul(ORDER_STEP_NS),
            Some((of_event, at_ns)) if of_event == axis => at_ns,
            _ => self.last_at_ns,
        };
        self.last_at_ns
    }

    /// What has been taken so far.
    pub fn summary(&self, name: &str, n_lines: u64, problems: &Problems) -> LogSummary {
        let mut queries: Vec<QueryDurations> = self.queries.iter().map(|(name, kept)| durations(name, kept)).collect();
        queries.sort_by_key(|query| std::cmp::Reverse(query.all.sum_ns()));
        LogSummary {
            name: name.into(),
            n_bytes: 0,
            n_bytes_read: 0,
            n_lines,
            n_events: self.n_events,
            formats: self.formats.clone(),
            axis: self.axis.unwrap_or_default(),
            problems: problems.clone(),
            queries,
            slowest: self.slowest.iter().rev().filter_map(|(_, line)| self.slow_events.get(line).cloned()).collect(),
            pool: self.pool.clone(),
            replay: self.replay.clone(),
        }
    }
}

fn durations(name: &str, kept: &Kept) -> QueryDurations {
    let mut projects: Vec<_> = kept.projects.iter().map(|(name, all)| (name.clone(), all.clone())).collect();
    projects.sort_by_key(|(_, all)| std::cmp::Reverse(all.n()));
    QueryDurations {
        name: name.into(),
        all: kept.all.clone(),
        projects,
        timeline: kept.timeline.clone(),
        sampled: kept.sampled.clone(),
    }
}
