//! The parts that views are made of. They get data and show it; only `step_button` and `grid` ask for something.

pub mod alert;
pub mod answer;
pub mod bar;
pub mod bytecode;
pub mod change;
pub mod chart;
pub mod choose;
pub mod claim;
pub mod copy;
pub mod cost;
pub mod data_table;
pub mod grid;
pub mod number_field;
pub mod plan;
pub mod quantity;
pub mod rewrite;
pub mod samples;
pub mod sql;
mod sql_diff;
mod sql_tokens;
pub mod step_button;
pub mod table;
pub mod table_frame;
pub mod verdict;
