//! Stopping a statement: because the person cancelled, or because its time is over.
//!
//! SQLite asks every [`STEPS`] opcodes. A single opcode is not interrupted; the sort of CREATE INDEX is one.

use std::cell::{Cell, RefCell};

use rusqlite::Connection;

use super::clock::monotonic_ns;
use super::error::{EngineError, Result};
use super::progress;
use crate::domain::failure::FailureKind;
use crate::domain::numbers;

/// Opcodes between two questions: asked often enough to stop within milliseconds, seldom enough to cost nothing.
const STEPS: i32 = 1_000;

type Probe = Box<dyn Fn() -> bool>;

thread_local! {
    static PROBE: RefCell<Option<Probe>> = const { RefCell::new(None) };
    static DEADLINE_NS: Cell<u64> = const { Cell::new(u64::MAX) };
}

/// Sets the question "has the person cancelled?".
pub fn set_probe(probe: impl Fn() -> bool + 'static) {
    PROBE.with_borrow_mut(|slot| *slot = Some(Box::new(probe)));
}

pub fn requested() -> bool {
    PROBE.with_borrow(|probe| probe.as_ref().is_some_and(|cancelled| cancelled()))
}

/// Lets every statement of this connection be stopped.
pub fn watch(connection: &mut Connection) -> Result<()> {
    watch_every(connection, STEPS)
}

/// As [`watch`], for statements with dear steps.
pub fn watch_every(connection: &mut Connection, steps: i32) -> Result<()> {
    let is_over = || {
        progress::tick();
        requested() || monotonic_ns() > DEADLINE_NS.get()
    };
    connection.progress_handler(steps, Some(is_over))?;
    Ok(())
}

/// Runs `work` with a time limit, and within those that it stands in. A statement that exceeds it fails as interrupted.
pub fn within<T>(limit_ns: u64, work: impl FnOnce() -> T) -> T {
    let outer_ns = DEADLINE_NS.get();
    DEADLINE_NS.set(outer_ns.min(monotonic_ns().saturating_add(limit_ns)));
    let out = work();
    DEADLINE_NS.set(outer_ns);
    out
}

/// As [`within`], for what a person asked: they are told that its time was over. `None` is no limit.
pub fn limited<T>(limit_ns: Option<u64>, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let Some(limit_ns) = limit_ns else { return work() };
    let deadline_ns = monotonic_ns().saturating_add(limit_ns);
    // A limit of its own that the work stands in is no one else's.
    let is_over = || monotonic_ns() >= deadline_ns && !requested();
    within(limit_ns, work).map_err(|error| match error.is_cancelled() && is_over() {
        true => {
            let limit = numbers::duration(limit_ns).text();
            EngineError::new(FailureKind::TimeLimit, format!("{what} was stopped: it took longer than {limit}"))
        }
        false => error,
    })
}
