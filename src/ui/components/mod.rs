//! The parts that views are made of. They get data and show it; none reads the state.

pub mod bar;
pub mod choose;
pub mod copy;
pub mod cost;
pub mod numbers;
pub mod plan;
pub mod quantity;
pub mod sql;
mod sql_diff;
mod sql_tokens;
pub mod table;
pub mod verdict;
