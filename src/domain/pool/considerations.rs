//! The guide's three considerations when the pool runs out, answered from the log.

use super::usage::PoolUse;
use crate::domain::headline::Headline;
use crate::domain::monitoring::LogSummary;
use crate::domain::numbers::{counted, duration, percent};
use crate::domain::words::{code, list};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consideration {
    pub question: &'static str,
    /// Whether there is something to do.
    pub applies: bool,
    pub answer: String,
}

/// What the log shows of the pool.
pub fn headline(log: Option<&LogSummary>) -> Headline {
    let used = log.map(|log| &log.pool).filter(|used| !used.is_empty());
    let Some(used) = used else {
        let lead = match log {
            None => {
                "Its settings are checked and played through here. Lines such as `Connection pool stats: {size: 2, available: 1}` in a log add how it was used."
            }
            Some(_) => {
                "The log has no line that tells of the pool. Its settings can be checked and played through all the same."
            }
        };
        return Headline { title: "What the connection pool does".into(), lead: lead.into() };
    };
    let title = match (used.n_exhaustions, used.n_time_outs) {
        (0, 0) => "A connection was available at all times".to_owned(),
        (0, n) => format!("{} for lack of a connection", counted(n, "time-out", "time-outs")),
        (n, 0) => format!("No connection was available {}", counted(n, "time", "times")),
        (n, outs) => {
            format!(
                "No connection was available {}, with {}",
                counted(n, "time", "times"),
                counted(outs, "time-out", "time-outs")
            )
        }
    };
    let near = match used.n_near {
        0 => String::new(),
        n => format!(" One connection alone was left in {}.", counted(n, "line", "lines")),
    };
    let late = match used.n_slow_acquires {
        0 => String::new(),
        n => format!(" A connection came late {}.", counted(n, "time", "times")),
    };
    let none = percent(used.n_none, used.n).map_or_else(|| "none".into(), |share| share.text());
    let lead = format!(
        "{} in use at the busiest, of {} open; none was available in {none} of {}.{near}{late}",
        used.max_used,
        counted(used.max_size.into(), "connection", "connections"),
        counted(used.n, "line", "lines"),
    );
    Headline { title, lead }
}

/// Empty where the log tells nothing of the pool. `max_connections` is the setting.
pub fn considerations(log: &LogSummary, max_connections: u64) -> Vec<Consideration> {
    if log.pool.is_empty() {
        return Vec::new();
    }
    vec![larger_pool(&log.pool, max_connections), leak(&log.pool), slow_queries(log)]
}

fn larger_pool(used: &PoolUse, max_connections: u64) -> Consideration {
    let ran_out = used.ran_out();
    let could_grow = u64::from(used.max_size) < max_connections;
    let answer = if !ran_out {
        format!(
            "No: {} in use at most, of {} that are allowed.",
            counted(used.max_used.into(), "connection was", "connections were"),
            max_connections
        )
    } else if could_grow && used.n_time_outs > 0 {
        format!(
            "The log's pool never had more than {} and ran out; {max_connections} are allowed by these settings. The \
             simulation below says whether that helps.",
            counted(used.max_size.into(), "connection", "connections")
        )
    } else if could_grow {
        format!(
            "Not yet: the pool never had more than {}, and {max_connections} are allowed. What was not available was \
             opened when it was asked for.",
            counted(used.max_size.into(), "connection", "connections")
        )
    } else {
        "Perhaps: the pool was as large as it may get, and it ran out. The simulation below says what each size would \
         do; stay below 20, because SQLite has one writer however many connections there are."
            .into()
    };
    Consideration {
        question: "Is a larger pool needed?",
        applies: ran_out && (!could_grow || used.n_time_outs > 0),
        answer,
    }
}

fn leak(used: &PoolUse) -> Consideration {
    let question = "Are connections not given back?";
    let floors = used.floors().filter(|_| used.n >= 8);
    let (applies, answer) = match floors {
        None => (false, "Too few lines to say: at least eight are needed, spread over the time.".to_owned()),
        Some(floors) => {
            let rises = floors.windows(2).all(|pair| pair[0] <= pair[1]) && floors[0] < floors[3];
            let held = match floors {
                [first, rest @ ..] if rest.iter().all(|floor| *floor == first) => {
                    format!("at least {first} in use all the time")
                }
                _ => {
                    format!("in the four quarters of the time at least {} in use", list(&floors.map(|n| n.to_string())))
                }
            };
            if used.n_falls == 0 && used.max_used > 0 && rises {
                (true, format!("Yes, it looks so: the number in use never fell, with {held}."))
            } else if rises {
                (true, format!("Perhaps: single connections came back, but the number in use rises, with {held}."))
            } else {
                (false, format!("No: they came back {}, with {held}.", counted(used.n_falls, "time", "times")))
            }
        }
    };
    Consideration { question, applies, answer }
}

/// Which queries took the time while the pool had nothing left, or over all.
fn slow_queries(log: &LogSummary) -> Consideration {
    let question = "Do slow queries hold the connections?";
    let during = |start: i64, width: i64| {
        let slack = width.max(log.pool.width_ns);
        log.pool
            .exhaustions
            .iter()
            .any(|none| start <= none.to_ns.saturating_add(slack) && start.saturating_add(width) >= none.from_ns)
    };
    let mut shares: Vec<(String, u64, u64)> = log
        .queries
        .iter()
        .map(|query| {
            let timeline = &query.timeline;
            let of = timeline
                .buckets()
                .filter(|(start, _)| log.pool.exhaustions.is_empty() || during(*start, timeline.width_ns));
            let (sum, slowest) = of.fold((0_u64, 0), |(sum, slowest), (_, all)| {
                (sum.saturating_add(all.sum_ns()), slowest.max(all.max_ns()))
            });
            (query.name.clone(), sum, slowest)
        })
        .filter(|(_, sum, _)| *sum > 0)
        .collect();
    shares.sort_by_key(|(_, sum, _)| std::cmp::Reverse(*sum));
    let total = shares.iter().fold(0_u64, |total, (_, sum, _)| total.saturating_add(*sum));
    let Some((name, sum, slowest)) = shares.first() else {
        let answer =
            "The log gives no durations from around the time: log the queries too, and read on under Monitoring.";
        return Consideration { question, applies: false, answer: answer.into() };
    };
    let when =
        if log.pool.exhaustions.is_empty() { "over the whole log" } else { "around the times without a connection" };
    let share = percent(*sum, total).map(|share| share.text()).unwrap_or_default();
    let answer = format!(
        "{} takes {share} of the logged time {when}, {} at the longest.",
        code(name),
        duration(*slowest).text()
    );
    Consideration { question, applies: !log.pool.exhaustions.is_empty(), answer }
}
