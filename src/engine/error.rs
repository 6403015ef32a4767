//! What can fail in the engine, and what becomes of it on the wire.

use crate::domain::failure::{Failure, FailureKind};
use crate::snapshot::{SnapshotError, take_io_error};

#[derive(Debug)]
pub enum EngineError {
    /// SQLite refused or failed.
    Sqlite(rusqlite::Error),
    /// Found by the engine itself; already in a person's words.
    Failure(Failure),
}

pub type Result<T> = std::result::Result<T, EngineError>;

impl EngineError {
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self::Failure(Failure::new(kind, message))
    }

    /// SQLite's own words, or the engine's.
    pub fn words(&self) -> String {
        match self {
            Self::Sqlite(error) => sqlite_words(error),
            Self::Failure(failure) => failure.message.clone(),
        }
    }

    pub fn is_cancelled(&self) -> bool {
        Failure::from(self).kind == FailureKind::Cancelled
    }

    /// SQLite's extended result code.
    pub fn sqlite_code(&self) -> Option<i32> {
        match self {
            Self::Sqlite(error) => error.sqlite_error().map(|error| error.extended_code),
            Self::Failure(failure) => failure.sqlite_code,
        }
    }
}

/// The message as SQLite gives it, without what rusqlite adds around it.
fn sqlite_words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

impl From<rusqlite::Error> for EngineError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Failure> for EngineError {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<SnapshotError> for EngineError {
    fn from(error: SnapshotError) -> Self {
        Self::new(FailureKind::Unreadable, error.to_string())
    }
}

impl From<std::io::Error> for EngineError {
    fn from(error: std::io::Error) -> Self {
        Self::new(FailureKind::Unreadable, format!("The file could not be read: {error}"))
    }
}

impl From<&EngineError> for Failure {
    fn from(error: &EngineError) -> Self {
        use rusqlite::ErrorCode;
        let error = match error {
            EngineError::Failure(failure) => return failure.clone(),
            EngineError::Sqlite(error) => error,
        };
        let kind = match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => FailureKind::Cancelled,
            Some(ErrorCode::NotADatabase) => FailureKind::NotSqlite,
            Some(ErrorCode::DatabaseCorrupt) => FailureKind::Corrupt,
            Some(ErrorCode::AuthorizationForStatementDenied) => FailureKind::NotAllowed,
            Some(ErrorCode::TooBig) => FailureKind::TooLarge,
            Some(ErrorCode::OutOfMemory | ErrorCode::DiskFull) => FailureKind::OutOfMemory,
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => FailureKind::Unreadable,
            _ => FailureKind::Sql,
        };
        let sql_offset = match error {
            rusqlite::Error::SqlInputError { offset, .. } => u32::try_from(*offset).ok(),
            _ => None,
        };
        let message = match kind {
            FailureKind::Cancelled => "Cancelled".into(),
            // SQLite only says "disk I/O error"; the file system under it knows why.
            FailureKind::Unreadable => take_io_error().unwrap_or_else(|| sqlite_words(error)),
            _ => sqlite_words(error),
        };
        let sqlite_code = error.sqlite_error().map(|error| error.extended_code);
        Self { kind, message, sqlite_code, sql_offset }
    }
}
