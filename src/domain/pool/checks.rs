//! Whether the pool's settings make sense for SQLite, with each other and with what the log measured.

use super::settings::{ParsedSettings, PoolSettings};
use super::usage::PoolUse;
use crate::domain::monitoring::Distribution;
use crate::domain::numbers::{count, counted, duration};

/// The guide's limit for SQLite.
const MOST_CONNECTIONS: u64 = 20;

const SECOND: u64 = 1_000_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    Error,
    Warning,
    Note,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub gravity: Gravity,
    pub setting: &'static str,
    pub words: String,
}

/// The gravest first. `logged` are all durations of the log.
pub fn checks(parsed: &ParsedSettings, used: Option<&PoolUse>, logged: Option<&Distribution>) -> Vec<Check> {
    let mut checks = Checks(Vec::new());
    checks.sizes(&parsed.settings, used);
    checks.lifetimes(&parsed.settings);
    checks.acquire_timeout(&parsed.settings, used, logged);
    if !parsed.settings.test_before_acquire {
        let words = "A connection that broke while nobody used it is only found out by the query that gets it.";
        checks.add(Gravity::Note, "test_before_acquire", words);
    }
    let mut checks = checks.0;
    checks.sort_by_key(|check| check.gravity);
    checks
}

struct Checks(Vec<Check>);

impl Checks {
    fn add(&mut self, gravity: Gravity, setting: &'static str, words: impl Into<String>) {
        self.0.push(Check { gravity, setting, words: words.into() });
    }

    fn sizes(&mut self, settings: &PoolSettings, used: Option<&PoolUse>) {
        let (max, min) = (settings.max_connections, settings.min_connections);
        if max == 0 {
            self.add(
                Gravity::Error,
                "max_connections",
                "A pool of no connection serves nobody: every query times out.",
            );
        } else if min > max {
            let words = format!("{min} connections cannot be kept ready where {max} are allowed at most.");
            self.add(Gravity::Error, "min_connections", words);
        }
        if max > MOST_CONNECTIONS {
            let words = format!(
                "{} is more than the guide's {MOST_CONNECTIONS}: SQLite has one writer at a time, so that further \
                 connections wait for the lock instead of for the pool, and each holds a page cache of its own.",
                count(max)
            );
            self.add(Gravity::Warning, "max_connections", words);
        }
        if let Some(used) = used.filter(|used| u64::from(used.max_size) > max && max > 0) {
            let words = format!(
                "The log shows a pool of {}, which this setting does not allow: it was another one then.",
                counted(used.max_size.into(), "connection", "connections")
            );
            self.add(Gravity::Note, "max_connections", words);
        }
    }

    fn lifetimes(&mut self, settings: &PoolSettings) {
        if let (Some(idle), Some(life)) = (settings.idle_timeout_ns, settings.max_lifetime_ns)
            && idle >= life
        {
            let words = format!(
                "A connection ends after {} in any case, so that waiting {} for it to be idle decides nothing.",
                duration(life).text(),
                duration(idle).text()
            );
            self.add(Gravity::Warning, "idle_timeout", words);
        }
        for (setting, value) in [("idle_timeout", settings.idle_timeout_ns), ("max_lifetime", settings.max_lifetime_ns)]
        {
            match value {
                Some(ns) if ns < 10 * SECOND => {
                    let words = format!(
                        "After {} connections are opened anew all the time, each with a cold page cache and its \
                         statements to prepare again.",
                        duration(ns).text()
                    );
                    self.add(Gravity::Warning, setting, words);
                }
                Some(_) => {}
                None => self.add(
                    Gravity::Note,
                    setting,
                    "Connections are kept for good; their caches are never given back.",
                ),
            }
        }
    }

    fn acquire_timeout(&mut self, settings: &PoolSettings, used: Option<&PoolUse>, logged: Option<&Distribution>) {
        let limit = settings.acquire_timeout_ns;
        let allowed = duration(limit).text();
        if limit == 0 {
            self.add(
                Gravity::Error,
                "acquire_timeout",
                "Nobody waits at all: a query fails whenever no connection is idle.",
            );
            return;
        }
        if let Some(n) = used.map(|used| used.n_time_outs).filter(|n| *n > 0) {
            let words = format!(
                "{} in the log: somebody waited {allowed} and got no connection. Longer waiting hides it; see what holds \
                 the connections.",
                counted(n, "time-out", "time-outs")
            );
            self.add(Gravity::Warning, "acquire_timeout", words);
        }
        let Some(logged) = logged.filter(|logged| !logged.is_empty()) else { return };
        let (slowest, p99) = (logged.max_ns(), logged.quantile_ns(0.99));
        let words = if slowest >= limit {
            let slowest = duration(slowest).text();
            (
                Gravity::Warning,
                format!(
                    "The slowest query of the log took {slowest}: whoever waits for its connection gives up before it ends."
                ),
            )
        } else if limit / 1_000 > p99 {
            let p99 = duration(p99).text();
            (
                Gravity::Note,
                format!(
                    "99 of 100 queries take {p99} at most, so that {allowed} is more than a thousand times as long as a connection is normally held: a person would have given up long before."
                ),
            )
        } else {
            return;
        };
        self.add(words.0, "acquire_timeout", words.1);
    }
}
