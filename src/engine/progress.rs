//! Telling how far a long request is. The engine knows nobody who listens; the worker does.

use std::cell::RefCell;

type Listener = Box<dyn Fn(u64, u64)>;

thread_local! {
    static LISTENER: RefCell<Option<Listener>> = const { RefCell::new(None) };
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
