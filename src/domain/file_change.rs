//! What became of an open file on disk.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    /// Written to.
    Changed,
    /// Moved, renamed or deleted.
    Gone,
}

impl FileChange {
    /// From the name of the exception with which a browser refuses to read a file. It keeps the time at which the file was
    /// last written, and reads no other one.
    pub fn of_exception(name: &str) -> Self {
        match name {
            "NotFoundError" => Self::Gone,
            _ => Self::Changed,
        }
    }

    pub fn words(self, file: &str) -> String {
        match self {
            Self::Changed => format!("{file} was changed on disk after it was opened."),
            Self::Gone => format!("{file} is no longer where it was: it was moved, renamed or deleted."),
        }
    }

    /// What that means and what to do.
    pub fn help(self) -> &'static str {
        match self {
            Self::Changed => {
                "What is shown is of the file as it was, and what still has to be read of it can no longer be. Open it \
                 again, and the last run is repeated."
            }
            Self::Gone => {
                "What is shown stays. What still has to be read can no longer be; choose the file where it is now, and the \
                 last run is repeated."
            }
        }
    }
}
