//! The worker: SQLite and the engine, away from the page's thread.

#[cfg(target_arch = "wasm32")]
fn main() {
    cortex_inspector::worker::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("The worker runs in a browser. Start it with: cargo xtask serve");
}
