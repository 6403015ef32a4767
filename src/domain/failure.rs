//! What can go wrong, as a person is told: what happened, what it means and what to do.

use serde::{Deserialize, Serialize};

/// Why something failed. What it means and what to do hang on this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The file has no bytes.
    Empty,
    /// The file does not start with SQLite's magic text.
    NotSqlite,
    /// Nothing in the file looks like SQLite, and its bytes look random.
    Encrypted,
    /// The header's page size is not a power of two from 512 to 65536.
    PageSize,
    /// The file ends before the page count that its header gives.
    CutShort,
    /// A `-wal`, `-journal` or `-shm` file without the database it belongs to.
    JournalWithoutDatabase,
    /// More than one database at once.
    TwoDatabases,
    /// A folder.
    Folder,
    /// No file among what was dropped.
    NoFile,
    /// The browser could not read the file: it changed or is gone.
    Unreadable,
    /// SQLite found the file damaged.
    Corrupt,
    /// SQLite refused a statement.
    Sql,
    /// A statement that would reach out of its database.
    NotAllowed,
    /// A value, a row or a statement beyond what is taken here.
    TooLarge,
    /// A statement that writes where only one that reads makes sense.
    NotReadOnly,
    /// The file is none of the baselines that this page saves.
    NotBaseline,
    /// The file is no JSON report of this page.
    NotReport,
    /// Text, but none that this page saved.
    NotSaved,
    /// The browser does not keep what it was given.
    NotKept,
    /// A log that is asked for more after it was read, or that a restart of the worker lost.
    NoLog,
    /// No database is open.
    NotOpen,
    /// A name that the catalogue or the database does not hold.
    Unknown,
    /// The person cancelled.
    Cancelled,
    /// A statement took longer than it may.
    TimeLimit,
    /// No memory left, or no disk where changes go beside memory.
    OutOfMemory,
    /// The worker ended unexpectedly.
    WorkerLost,
    /// Page and worker do not speak the same protocol version.
    Protocol,
}

impl FailureKind {
    /// What it means and what to do, in one or two sentences.
    pub fn help(self) -> &'static str {
        match self {
            Self::Empty => "The file holds 0 bytes. Check that the copy finished, then drop it again.",
            Self::NotSqlite => {
                "A SQLite database starts with the text \u{201c}SQLite format 3\u{201d}; this file does not. \
                 GitCortex keeps its database in assets/db.sqlite."
            }
            Self::Encrypted => {
                "Its bytes look random from the first one on, as those of an encrypted database do (SQLCipher, SEE). \
                 Decrypt it with the tool that wrote it and drop the plain copy."
            }
            Self::PageSize => "The header is damaged or this is not a database. Copy the file again from its source.",
            Self::CutShort => {
                "The file is shorter than its own header says, so some pages are missing. Copy it again, \
                 best with: sqlite3 db.sqlite \".backup copy.sqlite\""
            }
            Self::JournalWithoutDatabase => {
                "This file only holds changes to a database. Drop the database together with it, both at once."
            }
            Self::TwoDatabases => {
                "One database is inspected at a time. Drop one, together with its -wal if it has one."
            }
            Self::Folder => {
                "Open the folder and drop the database file itself, with its -wal if there is one. Of folders only those \
                 with criterion's results are read."
            }
            Self::NoFile => "Drop a SQLite file, or choose one with Open database.",
            Self::Unreadable => {
                "The browser can no longer read the file: it was changed, moved or deleted after it was opened. \
                 Open it again."
            }
            Self::Corrupt => {
                "SQLite found a page that cannot be right. What can be read is shown, and a check under Database \
                 lists what is wrong. To save rows, run sqlite3 db.sqlite .recover on a copy."
            }
            Self::Sql => "SQLite's own words are shown. Nothing was changed.",
            Self::NotAllowed => {
                "A statement stays inside the copy that it runs on: it attaches and writes no other file, loads no \
                 extension and changes no setting of SQLite's that protects from the file."
            }
            Self::TooLarge => {
                "Values and rows of up to 256 MiB and statements of up to 1,000,000 bytes are taken here, so that a file \
                 cannot use up the page's memory. The rest of the file stays usable."
            }
            Self::NotReadOnly => "Write a SELECT. What a DELETE costs is told by its preview under Clean-ups.",
            Self::NotBaseline => "Choose a file that was saved with Save as baseline, as it was saved.",
            Self::NotReport => "Choose a file that was saved with Download JSON report, as it was saved.",
            Self::NotSaved => {
                "Drop a SQLite database, a file that this page saved as JSON (a report or a baseline), or criterion's results."
            }
            Self::NotKept => {
                "The browser has no room left for this page, or is set to keep nothing, as in a private window. \
                 Delete a baseline that is not needed any more, or save it as a file."
            }
            Self::NoLog => "Choose the log once more.",
            Self::NotOpen => "Drop a SQLite file first.",
            Self::Unknown => "Neither the guide nor the database knows this name. Reload the page.",
            Self::Cancelled => "What was finished before is kept. Run it again whenever you like.",
            Self::TimeLimit => {
                "What a person asks of their own and each step of a whole run have a limit, so that one slow statement does not \
                 keep everything else waiting. Ask for less, or run it alone, in its own view, where it runs without a limit \
                 or offers to; Cancel stops it at any time."
            }
            Self::OutOfMemory => {
                "The browser gave no more memory or disk to this page; nothing was changed, and everything else keeps working. \
                 Close other tabs or free disk, and try again."
            }
            Self::WorkerLost => {
                "The part of the page that runs SQLite stopped. It was started again and the file reopened."
            }
            Self::Protocol => "Page and worker come from different versions. Reload the page.",
        }
    }
}

/// A failure as it crosses from the worker to the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: FailureKind,
    /// What happened, in one sentence; SQLite's words where they are SQLite's.
    pub message: String,
    /// SQLite's extended result code, when SQLite failed.
    pub sqlite_code: Option<i32>,
    /// Byte offset in the SQL text at which SQLite stopped.
    pub sql_offset: Option<u32>,
}

impl Failure {
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), sqlite_code: None, sql_offset: None }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
