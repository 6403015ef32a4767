//! Telling how far a long request is. The engine knows nobody who listens; the worker does.
//!
//! A request that wants to be followed says so with [`part`]; whatever measures inside it tells its own figures.

use std::cell::{Cell, RefCell};

use super::clock::monotonic_ns;

type Listener = Box<dyn Fn(u64, u64)>;
/// Done, of total.
type Measure = Box<dyn Fn() -> (u64, u64)>;

/// Between two words: a person sees no more, and each costs a message.
const PAUSE_NS: u64 = 50_000_000;

thread_local! {
    static LISTENER: RefCell<Option<Listener>> = const { RefCell::new(None) };
    static PART: Cell<Option<(u64, u64)>> = const { Cell::new(None) };
    static MEASURE: RefCell<Option<Measure>> = const { RefCell::new(None) };
    static TOLD_NS: Cell<u64> = const { Cell::new(0) };
}

/// `listener` hears how many of how many are done.
pub fn set_listener(listener: impl Fn(u64, u64) + 'static) {
    LISTENER.with_borrow_mut(|slot| *slot = Some(Box::new(listener)));
}

/// Runs `work` as one of `n_parts` that take about as long each; `at` counts from 0.
pub fn part<T>(at: usize, n_parts: usize, work: impl FnOnce() -> T) -> T {
    PART.set(Some((at as u64, n_parts as u64)));
    let out = work();
    PART.set(None);
    out
}

/// Of the part under way. Nobody hears it outside of one.
pub fn tell(n_done: u64, n_total: u64) {
    let Some((at, n_parts)) = PART.get() else { return };
    if !is_time() {
        return;
    }
    TOLD_NS.set(monotonic_ns());
    LISTENER.with_borrow(|listener| {
        if let Some(listener) = listener {
            listener(at * n_total + n_done, n_parts * n_total);
        }
    });
}

/// Runs `work`, whose statements tell how far they are as `measure` has it.
pub(super) fn during<T>(measure: impl Fn() -> (u64, u64) + 'static, work: impl FnOnce() -> T) -> T {
    MEASURE.set(Some(Box::new(measure)));
    let out = part(0, 1, work);
    MEASURE.set(None);
    out
}

/// Called by SQLite again and again while a statement runs.
pub(super) fn tick() {
    if !is_time() {
        return;
    }
    if let Some((n_done, n_total)) = MEASURE.with_borrow(|measure| measure.as_ref().map(|measure| measure())) {
        tell(n_done, n_total);
    }
}

fn is_time() -> bool {
    monotonic_ns().saturating_sub(TOLD_NS.get()) >= PAUSE_NS
}
