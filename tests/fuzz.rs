//! Bytes that nobody meant for these readers: none may panic, and none may lie.
//!
//! `cargo xtask fuzz` looks for such bytes; here every input that it once kept is read again.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../fuzz/targets.rs"]
mod targets;

use std::panic::catch_unwind;
use std::path::Path;

#[track_caller]
fn check(target: &str, read: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut n_inputs = 0;
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let input = std::fs::read(&path).expect("a readable input");
        assert!(catch_unwind(|| read(&input)).is_ok(), "{} fails", path.display());
        n_inputs += 1;
    }
    assert!(n_inputs > 0, "{} has no seed", folder.display());
}

macro_rules! targets {
    ($($name:ident),*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name), targets::$name);
            }
        )*
    };
}

targets!(header, wal, journal, overlay, plan, report, baseline, criterion);
