//! What a log says, in sentences, and as a table for others.

use super::comparison::{Comparison, Tendency};
use super::log_summary::{Axis, LogSummary, QueryDurations};
use crate::domain::headline::Headline;
use crate::domain::instant::Instant;
use crate::domain::log::{ProblemKind, Problems};
use crate::domain::measuring::Fit;
use crate::domain::numbers::{bytes, count, counted, duration, p_value, percent, share};
use crate::domain::row_export::csv_field;
use crate::domain::words::{code, list};

/// The query that takes the most time, and what was read.
pub fn headline(log: &LogSummary) -> Headline {
    let Some(first) = log.queries.first() else {
        return Headline { title: format!("{} holds no event with a duration", log.name), lead: read_words(log) };
    };
    let (median, p99) = (duration(first.all.median_ns()).text(), duration(first.all.quantile_ns(0.99)).text());
    let title = match log.queries.len() {
        1 => format!("{} takes {median} at the median and {p99} at the 99th percentile", code(&first.name)),
        _ => {
            let part = percent(first.all.sum_ns(), log.sum_ns()).map(|part| part.text()).unwrap_or_default();
            format!("{} takes {part} of all logged time: {median} at the median, {p99} at p99", code(&first.name))
        }
    };
    Headline { title, lead: read_words(log) }
}

/// `1,234 events with a duration of 20,000 in 2.4 MB, full or compact format, from … to ….`
fn read_words(log: &LogSummary) -> String {
    let formats: Vec<String> = log.formats.keys().map(|format| format.label().to_owned()).collect();
    let formats = if formats.is_empty() { String::new() } else { format!(" in the {} format", list(&formats)) };
    let span = match log.extent_ns() {
        Some([first, last]) if log.axis != Axis::Order => {
            format!(", from {} to {}", at_words(log.axis, first), at_words(log.axis, last))
        }
        _ => String::new(),
    };
    let read = match log.is_whole() {
        true => bytes(log.n_bytes).text(),
        false => format!("the first {} of {}", bytes(log.n_bytes_read).text(), bytes(log.n_bytes).text()),
    };
    format!(
        "{} with a duration among {}{formats}; {} and {read} were read{span}.",
        counted(log.n_timed(), "event", "events"),
        counted(log.n_events, "event", "events"),
        counted(log.n_lines, "line", "lines"),
    )
}

/// A place on the timeline, in words.
pub fn at_words(axis: Axis, at_ns: i64) -> String {
    match axis {
        Axis::Calendar => Instant(at_ns.div_euclid(1_000_000)).sqlite_text(),
        Axis::Uptime => format!("{} after the start", duration(at_ns.max(0).unsigned_abs()).text()),
        Axis::Order => format!("event {}", count((at_ns / 1_000_000 + 1).max(0).unsigned_abs())),
    }
}

/// What each row more costs, where that explains anything.
pub fn count_words(query: &QueryDurations) -> Option<String> {
    let Fit { intercept, slope, r_squared } = query.sampled.fit()?;
    let explained = format!("{:.0}\u{a0}%", r_squared * 100.0);
    Some(if slope > 0.0 && r_squared >= 0.5 {
        format!(
            "Each row more takes {} longer, on top of {}: the number of rows explains {explained} of the differences. \
             Fewer rows at a time (LIMIT) would help.",
            duration(slope.round() as u64).text(),
            duration(intercept.max(0.0).round() as u64).text()
        )
    } else {
        format!(
            "The number of rows explains {explained} of the differences between durations: what makes the slow ones \
             slow is something else."
        )
    })
}

/// `Slower: 12.0 ms became 15.0 ms at the median, …`
pub fn tendency_words(comparison: &Comparison) -> String {
    let chance = format!("{:.0}\u{a0}%", comparison.slower_share * 100.0);
    match comparison.tendency {
        Tendency::Unknown => "Fewer than 20 events on a side: nothing can be said.".into(),
        Tendency::Same => format!("A later one takes longer than an earlier one in {chance} of all pairs."),
        Tendency::Slower | Tendency::Faster => {
            let p = p_value(comparison.p_value);
            format!("A later one takes longer than an earlier one in {chance} of all pairs ({p}).")
        }
    }
}

/// A line for each query, and for each of its projects.
pub fn to_csv(log: &LogSummary) -> String {
    let mut csv = String::from("query,project,events,p50_ns,p95_ns,p99_ns,max_ns,sum_ns,share_percent\n");
    for query in &log.queries {
        let all = std::iter::once(("", &query.all));
        for (project, of) in all.chain(query.projects.iter().map(|(project, of)| (project.as_str(), of))) {
            let figures = [0.5, 0.95, 0.99, 1.0].map(|share| of.quantile_ns(share).to_string()).join(",");
            let part = share(of.sum_ns(), log.sum_ns()).unwrap_or(0.0);
            let (name, project) = (csv_field(&query.name, true), csv_field(project, true));
            csv.push_str(&format!("{name},{project},{},{figures},{},{part:.2}\n", of.n(), of.sum_ns()));
        }
    }
    csv
}

/// What a person does to have something to read.
pub const HOW_TO_LOG: &str = "Start the application with its log switched on and keep what it writes. Everything that \
     says how long it took is shown: over time, by query and by project.";

pub const LOG_COMMAND: &str = "RUST_LOG=db=debug,sqlx=debug cargo run 2>&1 | tee cortex.log";

/// The lines that a problem names: `Lines 5 and 9: by 2.00 s, …`
pub fn problem_lines(problems: &Problems, kind: ProblemKind) -> String {
    let of_kind: Vec<_> = problems.named.iter().filter(|problem| problem.kind == kind).collect();
    let named: Vec<String> = of_kind
        .iter()
        .map(|problem| match problem.detail.as_str() {
            "" => count(problem.line),
            detail => format!("{} ({detail})", count(problem.line)),
        })
        .collect();
    let n_more = problems.counts.get(&kind).copied().unwrap_or(0).saturating_sub(of_kind.len() as u64);
    let more = if n_more == 0 { String::new() } else { format!(", and {} more", count(n_more)) };
    let line = if named.len() == 1 { "Line" } else { "Lines" };
    format!("{line} {}{more}.", list(&named))
}
