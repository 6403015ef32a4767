//! Telling how far a long request is. The engine knows nobody who listens; the worker does.
//!
//! A request that wants to be followed says so: with [`part`], where whatever measures inside it tells its own figures,
//! with [`during`], where SQLite's own statements do, or stage by stage with [`stage`].

use std::cell::{Cell, RefCell};

use super::clock::monotonic_ns;

/// Between two tellings: often enough to be seen moving, seldom enough to cost nothing.
const PAUSE_NS: u64 = 100_000_000;

type Listener = Box<dyn Fn(u64, u64)>;
/// Done, of total.
type Measure = Box<dyn Fn() -> (u64, u64)>;

thread_local! {
    static LISTENER: RefCell<Option<Listener>> = const { RefCell::new(None) };
    static MEASURE: RefCell<Option<Measure>> = const { RefCell::new(None) };
    static PART: Cell<Option<(u64, u64)>> = const { Cell::new(None) };
    static LAST_NS: Cell<Option<u64>> = const { Cell::new(None) };
}

/// `listener` hears how many of how many are done.
pub fn set_listener(listener: impl Fn(u64, u64) + 'static) {
    LISTENER.with_borrow_mut(|slot| *slot = Some(Box::new(listener)));
}

/// Runs `work` as one of `n_parts` that take about as long each; `at` counts from 0.
pub(super) fn part<T>(at: usize, n_parts: usize, work: impl FnOnce() -> T) -> T {
    PART.set(Some((at as u64, n_parts as u64)));
    LAST_NS.set(None);
    let out = work();
    PART.set(None);
    out
}

/// That the stage at `at` of `n_stages` begins: for work whose stages cannot tell how far they are.
pub(super) fn stage(at: u64, n_stages: u64) {
    LAST_NS.set(None);
    say(|| Some((at, n_stages)));
}

/// Of the part under way. Nobody hears it outside of one.
pub(super) fn tell(n_done: u64, n_total: u64) {
    if let Some((at, n_parts)) = PART.get() {
        say(|| Some((at * n_total + n_done, n_parts * n_total)));
    }
}

/// Runs `work`, whose statements tell how far they are as `measure` has it.
pub(super) fn during<T>(measure: impl Fn() -> (u64, u64) + 'static, work: impl FnOnce() -> T) -> T {
    MEASURE.set(Some(Box::new(measure)));
    LAST_NS.set(Some(monotonic_ns()));
    let out = work();
    MEASURE.set(None);
    out
}

/// Called by SQLite again and again while a statement runs.
pub(super) fn tick() {
    say(|| MEASURE.with_borrow(|measure| measure.as_ref().map(|measure| measure())));
}

/// Once the pause is over.
fn say(figures: impl FnOnce() -> Option<(u64, u64)>) {
    let now_ns = monotonic_ns();
    if LAST_NS.get().is_some_and(|last_ns| now_ns.saturating_sub(last_ns) < PAUSE_NS) {
        return;
    }
    if let Some((n_done, n_total)) = figures() {
        LAST_NS.set(Some(now_ns));
        LISTENER.with_borrow(|listener| {
            if let Some(listener) = listener {
                listener(n_done, n_total);
            }
        });
    }
}
