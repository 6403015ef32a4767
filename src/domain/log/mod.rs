//! Log files of the application, as `tracing` and the guide write them.
//!
//! [`LogReader`] is fed the file chunk by chunk and hands on one [`LogEvent`] after another; it holds one line and one
//! event, however large the file is. [`timed`] picks out what tells of a duration.

mod ansi;
mod event;
mod fields;
mod head;
mod json;
mod lines;
mod problems;
mod reader;
mod time_stamp;
mod timed;

pub use event::{Clock, Format, LogEvent, Span};
pub use lines::MAX_LINE_BYTES;
pub use problems::{Problem, ProblemKind, Problems};
pub use reader::LogReader;
pub use timed::{PROJECT_FIELDS, Timed, timed};
