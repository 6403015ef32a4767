//! Golden texts, natively. `tests/wasm.rs` holds the shipped SQLite to the same.
#![cfg(not(target_arch = "wasm32"))]

mod hostile;
mod reasons;
mod sample;

use cortex_inspector::engine::Engine;

/// `BLESS=1` writes the golden file anew.
#[test]
fn the_sample_is_the_golden_one() {
    let mut engine = Engine::new().expect("the engine starts");
    let report = sample::run(&mut engine);
    if !bless("sample.txt", &sample::render_report(&report)) {
        sample::check(&report);
    }
}

#[test]
fn every_kind_of_reason_is_the_golden_one() {
    if !bless("reasons.txt", &reasons::render()) {
        reasons::check();
    }
}

#[test]
fn no_statement_leaves_its_database() {
    hostile::check_sandbox();
}

#[test]
fn depth_ends_with_an_answer() {
    hostile::check_depth();
}

#[test]
fn hostile_files_are_inspected_like_any_other() {
    hostile::check_files();
}

fn bless(name: &str, text: &str) -> bool {
    let blesses = std::env::var_os("BLESS").is_some();
    if blesses {
        let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, text).expect("the golden file can be written");
    }
    blesses
}
