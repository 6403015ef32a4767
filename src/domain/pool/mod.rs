//! The application's connection pool: how it was used, how it is set, and what other settings would do.
//!
//! [`PoolUse`] is read from a log, [`PoolSettings`] from the Rust code that builds the pool; [`simulate`] plays the
//! log's queries, or made-up ones, against a pool of any size with one writer at a time, as SQLite has it.

mod advice;
mod checks;
mod considerations;
mod events;
mod load;
mod settings;
mod simulation;
mod usage;

pub use advice::advice;
pub use checks::{Check, Gravity, checks};
pub use considerations::{Consideration, considerations, headline};
pub use events::{PoolEvent, pool_event};
pub use load::{Job, Load, Replay, made_up, replayed};
pub use settings::{ParsedSettings, PoolSettings, chain, parse, value_words};
pub use simulation::{Outcome, SIZES, simulate};
pub use usage::{Exhaustion, PoolBucket, PoolUse};
