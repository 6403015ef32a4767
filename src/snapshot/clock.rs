//! What `'now'` means in SQL.

use std::cell::Cell;

thread_local! {
    static CHOSEN: Cell<Option<i64>> = const { Cell::new(None) };
}

/// Fixes `'now'` for every connection of this thread on this VFS, in-memory ones included; `None` lets the wall clock
/// speak again. `unix_ms` is milliseconds since 1970-01-01 00:00 UTC, negative before.
///
/// A statement asks once per run and keeps the answer, so a change reaches a running statement at its next run.
pub fn set_now(unix_ms: Option<i64>) {
    CHOSEN.set(unix_ms);
}

/// What SQLite is told: the chosen instant, or else the wall clock, in milliseconds since 1970-01-01 00:00 UTC.
pub fn now() -> i64 {
    CHOSEN.get().unwrap_or_else(wall_clock)
}

#[cfg(target_arch = "wasm32")]
pub(super) fn wall_clock() -> i64 {
    js_sys::Date::now() as i64
}

#[cfg(not(target_arch = "wasm32"))]
pub(super) fn wall_clock() -> i64 {
    use std::time::UNIX_EPOCH;
    let ms = |elapsed: std::time::Duration| i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX);
    UNIX_EPOCH.elapsed().map_or_else(|before| -ms(before.duration()), ms)
}
