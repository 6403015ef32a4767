//! Pure data and functions: what is documented, what a database holds, what SQLite answered and what follows from it.
//!
//! Nothing here reads a file or a clock, knows JavaScript or can panic. Types that stand in the JSON report are
//! serialised under the report's names.

pub mod baseline;
pub mod benchmark;
pub mod benchmark_words;
pub mod bytecode;
pub mod catalogue;
pub mod charts;
pub mod cleanup;
pub mod copying;
pub mod corrected_claims;
pub mod criterion;
pub mod database;
pub mod dropped;
pub mod exports;
pub mod failure;
pub mod file_change;
pub mod finding;
pub mod foreign_key_index;
pub mod guide;
pub mod headline;
pub mod index_findings;
pub mod instant;
pub mod integrity;
pub mod log;
pub mod look_ups;
pub mod markup;
pub mod measuring;
pub mod migration;
pub mod monitoring;
pub mod numbers;
pub mod plan;
pub mod plan_counts;
pub mod plan_words;
pub mod pool;
pub mod practices;
pub mod query;
pub mod repair;
pub mod repair_trial;
pub mod report;
pub mod report_difference;
pub mod row_export;
pub mod rows;
pub mod run;
pub mod saved;
pub mod secret;
pub mod statistics_findings;
pub mod tone;
pub mod troubleshooting;
pub mod value;
pub mod verdict;
pub mod words;
pub mod work;
pub mod write_cost;

#[cfg(feature = "engine")]
pub mod index_candidates;
#[cfg(feature = "engine")]
pub mod index_definition;
#[cfg(feature = "engine")]
pub mod indexed_by;
#[cfg(feature = "engine")]
pub mod rewrite;
#[cfg(feature = "engine")]
pub mod table_terms;
