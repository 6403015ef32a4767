//! The clock that durations are measured with. What `'now'` means in SQL is the snapshot's clock, not this one.

/// Nanoseconds since an arbitrary start; never goes backwards.
#[cfg(not(target_arch = "wasm32"))]
pub fn monotonic_ns() -> u64 {
    use std::sync::OnceLock;
    static START: OnceLock<std::time::Instant> = OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed().as_nanos() as u64
}

/// Nanoseconds since the worker started; never goes backwards.
#[cfg(target_arch = "wasm32")]
pub fn monotonic_ns() -> u64 {
    use wasm_bindgen::JsCast;
    thread_local! {
        static PERFORMANCE: Option<web_sys::Performance> = js_sys::global()
            .dyn_into::<web_sys::WorkerGlobalScope>()
            .ok()
            .and_then(|scope| scope.performance());
    }
    PERFORMANCE.with(|performance| performance.as_ref().map_or(0, |p| (p.now() * 1e6) as u64))
}

/// The smallest step of the clock: the least of twenty differences seen while doing nothing but asking.
pub fn granularity_ns() -> u64 {
    let mut least = u64::MAX;
    for _ in 0..20 {
        let start = monotonic_ns();
        let mut step = 0;
        // A clock that stands still must not hang the program.
        for _ in 0..5_000_000 {
            step = monotonic_ns().saturating_sub(start);
            if step > 0 {
                break;
            }
        }
        if step > 0 {
            least = least.min(step);
        }
    }
    if least == u64::MAX { 1_000_000 } else { least }
}
