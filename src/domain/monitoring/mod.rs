//! What a log tells of the application's queries: how long they take, for whom, since when.
//!
//! [`Monitor`] takes one event after another and keeps what is bounded: durations counted to three significant digits,
//! a point in time for at most [`MAX_BUCKETS`] buckets, a sample of events, the slowest. [`LogSummary`] is the answer.

mod comparison;
mod distribution;
mod log_summary;
mod meeting;
mod monitor;
mod sampled;
mod timeline;
mod words;

pub use comparison::{Comparison, Tendency, compare};
pub use distribution::Distribution;
pub use log_summary::{Axis, LogPart, LogSummary, OTHERS, QueryDurations, SlowEvent};
pub use meeting::{LoggedRun, expectation, meeting, project_parameter, query_of};
pub use monitor::Monitor;
pub use sampled::Sampled;
pub use timeline::{MAX_BUCKETS, Timeline, next_width};
pub use words::{HOW_TO_LOG, LOG_COMMAND, at_words, count_words, headline, problem_lines, tendency_words, to_csv};
