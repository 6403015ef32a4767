//! What a dropped or chosen file is, told in one place: by its name, its first bytes, and for JSON its format.

use super::baseline::{self, Baseline};
use super::failure::{Failure, FailureKind};
use super::numbers::count;
use super::report::Report;
use super::{criterion, saved};

/// What has to be known of a file's beginning.
pub const HEAD_BYTES: i32 = 64;

/// What a file is opened as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A database or a file that belongs to one; also whatever nothing else claims, since what opens databases can say
    /// best what is wrong with it.
    Database,
    /// Text that this page saved.
    Json,
    /// One of criterion's results.
    Criterion,
    /// Lines that the application wrote.
    Log,
}

/// How every SQLite database begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// `path` is a name, or several with slashes for a file of a dropped folder. Where a log is expected, whatever nothing
/// else claims is one.
pub fn file_kind(path: &str, head: &[u8], expects_log: bool) -> FileKind {
    let first = head.trim_ascii_start().strip_prefix("\u{feff}".as_bytes()).unwrap_or(head.trim_ascii_start()).first();
    if head.starts_with(SQLITE) {
        FileKind::Database
    } else if criterion::is_result(path) {
        FileKind::Criterion
    } else if is_log(path, head) {
        FileKind::Log
    } else if matches!(first, Some(b'{' | b'[')) || path.to_ascii_lowercase().ends_with(".json") {
        FileKind::Json
    } else if expects_log && !is_named_as_database(path) {
        FileKind::Log
    } else {
        FileKind::Database
    }
}

/// By its name, by how tracing begins a line of JSON, or by a level in its first line.
fn is_log(path: &str, head: &[u8]) -> bool {
    const LEVELS: [&str; 5] = [" TRACE", " DEBUG", " INFO", " WARN", " ERROR"];
    let first_line = head.split(|byte| *byte == b'\n').next().unwrap_or(head);
    let text = String::from_utf8_lossy(first_line);
    path.to_ascii_lowercase().ends_with(".log")
        || text.starts_with("{\"timestamp\"")
        || LEVELS.iter().any(|level| text.contains(level))
}

fn is_named_as_database(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    [".sqlite", ".sqlite3", ".db", ".db3", "-wal", "-journal", "-shm"].iter().any(|ending| path.ends_with(ending))
}

/// Text that this page saved.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    Report(Box<Report>),
    Baseline(Box<Baseline>),
}

impl Saved {
    /// `name` is for the words when it is neither.
    pub fn read(name: &str, text: &str) -> Result<Self, Failure> {
        match saved::format_of(text).map(|format| format.name) {
            Some(baseline::FORMAT) => Baseline::read(text).map(Box::new).map(Self::Baseline),
            Some(_) => Report::read(text).map(Box::new).map(Self::Report),
            None => Err(Failure::new(
                FailureKind::NotSaved,
                format!("{name} is JSON or text, but neither a report nor a baseline of this page"),
            )),
        }
    }
}

/// Of dropped folders no more files and folders are looked at.
pub const MAX_ENTRIES: usize = 20_000;

/// What is said where there are more.
pub fn cut_words() -> String {
    let n = count(MAX_ENTRIES as u64);
    format!(
        "The folder holds more than {n} files and folders; only the first {n} were looked at. Drop target/criterion \
         itself, or one folder of it."
    )
}
