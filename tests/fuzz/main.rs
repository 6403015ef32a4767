//! Bytes that nobody meant for these readers: none may panic, and none may lie.
//!
//! Every target reads its corpus, `corpus/<target>/`, and what is mutated from it: a few hundred inputs in `cargo test`, always
//! the same ones, and for as long as `FUZZ_SECONDS` says in `cargo xtask fuzz`, with another seed each time. An input that fails is
//! written into the corpus, so that it is read again in every later test.
//!
//! The mutations are blind. A fuzzer that follows coverage needs a compiler and a run-time library of its own; this one
//! needs what every other test needs, and the readers are small enough for its seeds to reach their branches.
#![cfg(not(target_arch = "wasm32"))]

mod mutation;
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fastrand::Rng;

/// Mutated inputs of each target in a test.
const N_INPUTS: u32 = 300;

/// Reads the corpus and its mutations.
#[track_caller]
fn check(target: &str, read: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let corpus = corpus(&folder);
    assert!(!corpus.is_empty(), "{} has no seed", folder.display());
    for (path, input) in &corpus {
        assert!(catch_unwind(|| read(input)).is_ok(), "{} fails", path.display());
    }
    let limit = std::env::var("FUZZ_SECONDS").ok().map(|text| Duration::from_secs(text.parse().expect("FUZZ_SECONDS")));
    let mut random = limit.map_or_else(|| Rng::with_seed(1), |_| Rng::new());
    let (start, mut n_inputs) = (Instant::now(), 0);
    while limit.map_or(n_inputs < N_INPUTS, |limit| start.elapsed() < limit) {
        let input = mutation::mutated(&mut random, &corpus);
        if catch_unwind(AssertUnwindSafe(|| read(&input))).is_err() {
            let path = folder.join(format!("failed-{:016x}", random.u64(..)));
            std::fs::write(&path, &input).expect("the corpus can be written");
            panic!("{target} fails on an input that now stands in {}", path.display());
        }
        n_inputs += 1;
    }
    println!("{target}: {n_inputs} inputs in {:.1} s", start.elapsed().as_secs_f64());
}

/// Sorted, so that the same seed gives the same inputs everywhere.
fn corpus(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(path).expect("a readable seed"))).collect()
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
