//! Whether a file is whole, by SQLite's own check.

use serde::{Deserialize, Serialize};

use super::numbers::{counted, duration};

/// How much is compared. Both read every page of every table and index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckDepth {
    /// `PRAGMA quick_check`: pages and rows, not whether indexes hold what their tables hold.
    #[default]
    Quick,
    /// `PRAGMA integrity_check`: every index entry too.
    Full,
}

impl CheckDepth {
    pub const ALL: [Self; 2] = [Self::Quick, Self::Full];

    pub fn pragma(self) -> &'static str {
        match self {
            Self::Quick => "quick_check",
            Self::Full => "integrity_check",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Quick => "Quick check",
            Self::Full => "Full check",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IntegrityReport {
    pub depth: CheckDepth,
    /// SQLite's words, one for each problem; empty when the file is whole.
    pub problems: Vec<String>,
    /// Whether SQLite stopped listing because there are too many.
    pub is_cut: bool,
    pub elapsed_ns: u64,
}

impl IntegrityReport {
    /// What helps against what was found; backticks mark what is typed.
    pub const REMEDY: &str = "What stands on pages that are whole is shown as ever. On a copy of the file, `sqlite3 \
        db.sqlite .recover` saves what can be saved; an index alone is made anew by `REINDEX`.";

    pub fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }

    /// In one sentence.
    pub fn words(&self) -> String {
        let (pragma, elapsed) = (self.depth.pragma(), duration(self.elapsed_ns).text());
        let found = match self.problems.len() as u64 {
            0 => return format!("SQLite finds nothing wrong: {pragma} read the whole file in {elapsed}."),
            n if self.is_cut => format!("at least {}", counted(n, "problem", "problems")),
            n => counted(n, "problem", "problems"),
        };
        format!("The file is damaged: {pragma} names {found}, found in {elapsed}.")
    }
}
