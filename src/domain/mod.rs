//! Pure data and functions: what is documented, what a database holds, what SQLite answered and what follows from it.
//!
//! Nothing here reads a file or a clock, knows JavaScript or can panic. Types that stand in the JSON report are
//! serialised under the report's names.

pub mod catalogue;
pub mod cleanup;
pub mod database;
pub mod failure;
pub mod finding;
pub mod foreign_key_index;
pub mod headline;
pub mod index_findings;
pub mod instant;
pub mod measure;
pub mod migration;
pub mod numbers;
pub mod plan;
pub mod query;
pub mod repair;
pub mod report;
pub mod run;
pub mod statistics_findings;
pub mod value;
pub mod verdict;
pub mod words;
pub mod work;
pub mod write_cost;

#[cfg(feature = "engine")]
pub mod index_definition;
#[cfg(feature = "engine")]
pub mod indexed_by;
