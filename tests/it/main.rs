//! One native harness: the engine over the snapshot file system against databases that native SQLite made.
#![cfg(not(target_arch = "wasm32"))]

mod baseline;
mod benchmarks;
mod bytecode;
mod catalogue;
mod charts;
mod cleanups;
mod criterion;
mod defects;
mod exports;
mod findings;
mod fixtures;
mod histories;
mod index_definition;
mod measure;
mod migration;
mod native;
mod opening;
mod plan_clone;
mod plan_counts;
mod plan_words;
mod protocol;
mod random_schema;
mod repair;
mod repair_trial;
mod report;
mod report_difference;
mod rows;
mod sampling;
mod snapshot;
mod statistics;
mod tidy;
mod verdicts;
mod write_cost;
