//! What an event tells of a duration: which query, for which project, how long, how many rows.

use super::event::LogEvent;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timed {
    /// What took that long: the message without its ending, or the span's or statement's name.
    pub name: String,
    pub project: Option<String>,
    pub duration_ns: u64,
    /// Rows returned or changed.
    pub count: Option<u64>,
}

/// Fields that hold a project, the surest first.
pub const PROJECT_FIELDS: [&str; 3] = ["project_id", "projectId", "project"];

/// Rows, and a statement in short.
const COUNT: [&str; 5] = ["count", "n_rows", "rows", "rows_returned", "rows_affected"];
const SUMMARY: [&str; 3] = ["summary", "query", "db.statement"];

/// Words of a field's name that hold a duration.
const DURATION: [&str; 5] = ["duration", "elapsed", "latency", "took", "time"];

/// Longer names are cut: a message may hold a whole statement.
const MAX_NAME_CHARS: usize = 80;

/// `None` for an event without a duration.
pub fn timed(event: &LogEvent) -> Option<Timed> {
    let duration_ns = span_duration(event).or_else(|| {
        event.fields.iter().filter_map(|(name, value)| duration_field(name, value)).max_by_key(|found| found.1)
    })?;
    let text = |names: &[&str]| names.iter().find_map(|name| event.field(name)).filter(|text| !text.is_empty());
    Some(Timed {
        name: name(event, text(&SUMMARY)),
        project: text(&PROJECT_FIELDS).map(Into::into),
        duration_ns: duration_ns.0,
        count: COUNT.iter().find_map(|name| event.field(name)?.parse().ok()),
    })
}

/// What a span that closes says of its time.
fn span_duration(event: &LogEvent) -> Option<(u64, Precision)> {
    let of = |name: &str| event.field(name).and_then(with_unit);
    let (busy, idle) = (of("time.busy")?, of("time.idle").unwrap_or(0));
    Some((busy.saturating_add(idle), Precision::Unit))
}

/// Where an event gives its duration twice, the finer one is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    Milliseconds,
    Finer,
    Unit,
}

/// `duration_ms=12`, `elapsed=1.2ms`, `elapsed_secs=0.0012`.
fn duration_field(name: &str, value: &str) -> Option<(u64, Precision)> {
    let name = name.to_ascii_lowercase();
    let (stem, unit) = name.rsplit_once('_').unwrap_or((name.as_str(), ""));
    let tells = |text: &str| DURATION.iter().any(|word| text.split(['_', '.']).any(|part| part == *word));
    let (scale, precision) = match unit {
        "ms" | "millis" => (1e6, Precision::Milliseconds),
        "us" | "micros" => (1e3, Precision::Finer),
        "ns" | "nanos" => (1.0, Precision::Finer),
        "s" | "sec" | "secs" | "seconds" => (1e9, Precision::Finer),
        _ if tells(&name) => return with_unit(value).map(|ns| (ns, Precision::Unit)),
        _ => return None,
    };
    let number: f64 = value.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)?;
    tells(stem).then_some(((number * scale).round() as u64, precision))
}

/// `12ms`, `1.5 s`, `83.1µs`, as `Duration` writes itself.
fn with_unit(value: &str) -> Option<u64> {
    let end = value.find(|ch: char| !ch.is_ascii_digit() && ch != '.')?;
    let (number, unit) = value.split_at(end);
    let scale = match unit.trim() {
        "ns" => 1.0,
        "µs" | "μs" | "us" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" | "min" => 60e9,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    Some((number * scale).round() as u64)
}

fn name(event: &LogEvent, summary: Option<&str>) -> String {
    const ENDINGS: [&str; 7] = ["completed", "complete", "finished", "done", "executed", "took", "query"];
    let is_span_end = event.message == "close" && event.field("time.busy").is_some();
    let message = if is_span_end { "" } else { event.message.as_str() };
    let span = || event.spans.last().map(|span| span.name.as_str());
    let words = match message.is_empty() {
        true => summary.or_else(span).unwrap_or(&event.target),
        false => message,
    };
    let mut words: Vec<&str> = words.split_whitespace().collect();
    while words.len() > 1 && words.last().is_some_and(|last| ENDINGS.contains(&last.trim_end_matches(':'))) {
        words.pop();
    }
    words.join(" ").chars().take(MAX_NAME_CHARS).collect()
}
