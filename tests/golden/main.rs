//! The seeded sample against a golden text, natively. `tests/wasm.rs` holds the shipped SQLite to the same text.
#![cfg(not(target_arch = "wasm32"))]

mod sample;

use cortex_inspector::engine::Engine;

/// `BLESS=1` writes the golden file anew.
#[test]
fn the_sample_is_the_golden_one() {
    let mut engine = Engine::new().expect("the engine starts");
    let report = sample::run(&mut engine);
    if std::env::var_os("BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/sample.txt");
        std::fs::write(path, sample::render_report(&report)).expect("the golden file can be written");
        return;
    }
    sample::check(&report);
}
