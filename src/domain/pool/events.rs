//! What an event of a log tells of the pool.

use crate::domain::log::LogEvent;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolEvent {
    /// Connections that the pool has open, and those of them that nobody uses.
    Stats { size: u32, available: u32 },
    /// Nobody got a connection within the time that is allowed.
    TimeOut,
    /// A connection came, but late.
    SlowAcquire,
}

/// `Connection pool stats: {size: 2, available: 1}`, or the same as fields; and what sqlx says of late connections.
pub fn pool_event(event: &LogEvent) -> Option<PoolEvent> {
    let message = event.message.to_ascii_lowercase();
    let says = |text: &str| message.contains(text) || event.fields.iter().any(|(_, value)| value.contains(text));
    if says("pool timed out") || says("PoolTimedOut") {
        return Some(PoolEvent::TimeOut);
    }
    if message.contains("time to acquire exceeded slow threshold") {
        return Some(PoolEvent::SlowAcquire);
    }
    if !message.contains("pool") {
        return None;
    }
    let figure = |names: &[&str]| {
        let of_field = names.iter().find_map(|name| event.field(name)?.parse().ok());
        of_field.or_else(|| names.iter().find_map(|name| after(&message, name)))
    };
    let size = figure(&["size", "connections"])?;
    let available = figure(&["available", "num_idle", "idle"])?;
    Some(PoolEvent::Stats { size, available: available.min(size) })
}

/// The number after `name:` or `name=`.
fn after(message: &str, name: &str) -> Option<u32> {
    message.match_indices(name).find_map(|(at, _)| {
        let is_word = !message.get(..at)?.ends_with(|ch: char| ch.is_alphanumeric() || ch == '_');
        let rest = message.get(at + name.len()..)?.trim_start().strip_prefix([':', '='])?.trim_start();
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|_| is_word)
    })
}
