//! Telling how far a long request is. The engine knows nobody who listens; the worker does.

use std::cell::{Cell, RefCell};

use super::clock::monotonic_ns;

/// Between two tellings of one statement: often enough to be seen moving, seldom enough to cost nothing.
const PAUSE_NS: u64 = 100_000_000;

type Listener = Box<dyn Fn(u64, u64)>;
/// Done, of total.
type Measure = Box<dyn Fn() -> (u64, u64)>;

thread_local! {
    static LISTENER: RefCell<Option<Listener>> = const { RefCell::new(None) };
    static MEASURE: RefCell<Option<Measure>> = const { RefCell::new(None) };
    static LAST_NS: Cell<u64> = const { Cell::new(0) };
}

/// `listener` hears how many of how many are done.
pub fn set_listener(listener: impl Fn(u64, u64) + 'static) {
    LISTENER.with_borrow_mut(|slot| *slot = Some(Box::new(listener)));
}

pub fn tell(n_done: u64, n_total: u64) {
    LISTENER.with_borrow(|listener| {
        if let Some(listener) = listener {
            listener(n_done, n_total);
        }
    });
}

/// Runs `work`, whose statements tell how far they are as `measure` has it.
pub(super) fn during<T>(measure: impl Fn() -> (u64, u64) + 'static, work: impl FnOnce() -> T) -> T {
    MEASURE.set(Some(Box::new(measure)));
    LAST_NS.set(monotonic_ns());
    let out = work();
    MEASURE.set(None);
    out
}

/// Called by SQLite again and again while a statement runs.
pub(super) fn tick() {
    let now_ns = monotonic_ns();
    if now_ns.saturating_sub(LAST_NS.get()) >= PAUSE_NS {
        LAST_NS.set(now_ns);
        if let Some((n_done, n_total)) = MEASURE.with_borrow(|measure| measure.as_ref().map(|measure| measure())) {
            tell(n_done, n_total);
        }
    }
}
