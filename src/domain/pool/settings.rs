//! The pool's settings, read from the Rust code that builds it.

use serde::{Deserialize, Serialize};

use crate::domain::catalogue::DocumentedPoolSetting;
use crate::domain::numbers;

/// With sqlx's own defaults for what the code does not set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolSettings {
    pub max_connections: u64,
    pub min_connections: u64,
    pub acquire_timeout_ns: u64,
    /// `None` where connections are kept for good.
    pub idle_timeout_ns: Option<u64>,
    pub max_lifetime_ns: Option<u64>,
    pub test_before_acquire: bool,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            max_connections: 10,
            min_connections: 0,
            acquire_timeout_ns: 30 * SECOND,
            idle_timeout_ns: Some(600 * SECOND),
            max_lifetime_ns: Some(1_800 * SECOND),
            test_before_acquire: true,
        }
    }
}

const SECOND: u64 = 1_000_000_000;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParsedSettings {
    pub settings: PoolSettings,
    /// Names of the settings that the text gives.
    pub given: Vec<String>,
    /// What was not understood, as it is written.
    pub not_understood: Vec<String>,
}

/// The code of documented settings.
pub fn chain(documented: &[DocumentedPoolSetting]) -> String {
    let calls = documented.iter().map(|setting| format!("\n    .{}({})", setting.name, setting.value));
    format!("SqlitePoolOptions::new(){}", calls.collect::<String>())
}

/// A setting's value for a person. Empty for one that is not known.
pub fn value_words(parsed: &ParsedSettings, name: &str) -> String {
    let settings = &parsed.settings;
    let optional = |ns: Option<u64>| ns.map_or_else(|| "never".into(), |ns| numbers::duration(ns).text());
    let value = match name {
        "max_connections" => settings.max_connections.to_string(),
        "min_connections" => settings.min_connections.to_string(),
        "acquire_timeout" => optional(Some(settings.acquire_timeout_ns)),
        "idle_timeout" => optional(settings.idle_timeout_ns),
        "max_lifetime" => optional(settings.max_lifetime_ns),
        "test_before_acquire" => settings.test_before_acquire.to_string(),
        _ => return String::new(),
    };
    match parsed.given.iter().any(|given| given == name) {
        true => value,
        false => format!("{value}, by default"),
    }
}

/// A chain as `SqlitePoolOptions::new().max_connections(10)…`; comments and other methods are passed over.
pub fn parse(text: &str) -> ParsedSettings {
    let text: String =
        text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code)).collect::<Vec<_>>().join("\n");
    let mut parsed = ParsedSettings::default();
    for (name, argument) in calls(&text) {
        let settings = &mut parsed.settings;
        let is_set = match name {
            "max_connections" => set(&mut settings.max_connections, number(argument)),
            "min_connections" => set(&mut settings.min_connections, number(argument)),
            "acquire_timeout" | "connect_timeout" => set(&mut settings.acquire_timeout_ns, duration(argument)),
            "idle_timeout" => set(&mut settings.idle_timeout_ns, optional(argument)),
            "max_lifetime" => set(&mut settings.max_lifetime_ns, optional(argument)),
            "test_before_acquire" => set(&mut settings.test_before_acquire, argument.trim().parse().ok()),
            _ => continue,
        };
        match is_set {
            true => parsed.given.push(name.into()),
            false => parsed.not_understood.push(format!(".{name}({})", argument.trim())),
        }
    }
    parsed
}

fn set<T>(place: &mut T, value: Option<T>) -> bool {
    let is_some = value.is_some();
    if let Some(value) = value {
        *place = value;
    }
    is_some
}

/// Each `.name(argument)`, whatever stands between.
fn calls(text: &str) -> Vec<(&str, &str)> {
    let mut calls = Vec::new();
    for (at, _) in text.match_indices('.') {
        let rest = text.get(at + 1..).unwrap_or_default().trim_start();
        let end = rest.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let Some(rest) = rest.trim_start().strip_prefix('(') else { continue };
        let mut depth = 1;
        let close = rest.char_indices().find_map(|(at, ch)| {
            depth += match ch {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            (depth == 0).then_some(at)
        });
        if let Some(argument) = close.and_then(|close| rest.get(..close)) {
            calls.push((name, argument));
        }
    }
    calls
}

/// `10`, `1_000`, `10 * 60`, `30u64`.
fn number(text: &str) -> Option<u64> {
    text.split('*').try_fold(1_u64, |product, factor| {
        let digits = factor.trim().replace('_', "");
        let digits = digits.trim_end_matches("u64").trim_end_matches("u32");
        product.checked_mul(digits.parse().ok()?)
    })
}

fn optional(text: &str) -> Option<Option<u64>> {
    match text.trim() {
        "None" => Some(None),
        text => duration(text).map(Some),
    }
}

/// `Duration::from_secs(30)`, also inside of `Some(…)` and with a path.
fn duration(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("Some(") {
        return duration(inner.strip_suffix(')')?);
    }
    let (path, argument) = text.split_once('(')?;
    let argument = argument.strip_suffix(')')?;
    let (_, unit) = path.rsplit_once("::")?;
    let unit_ns = match unit {
        "from_nanos" => 1,
        "from_micros" => 1_000,
        "from_millis" => 1_000_000,
        "from_secs" => SECOND,
        "from_mins" => 60 * SECOND,
        "from_hours" => 3_600 * SECOND,
        "from_secs_f64" | "from_secs_f32" => {
            let seconds: f64 = argument.trim().parse().ok()?;
            return (seconds >= 0.0).then_some((seconds * 1e9) as u64);
        }
        _ => return None,
    };
    number(argument)?.checked_mul(unit_ns)
}
