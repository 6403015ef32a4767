//! What a log holds that cannot be used, by line. The rest of the log is used all the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The first of each kind are named by line, all are counted.
const MAX_NAMED: u64 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// Bytes that no text holds.
    Binary,
    /// Bytes that are no UTF-8, in what is text otherwise.
    NotUtf8,
    /// Longer than [`super::MAX_LINE_BYTES`].
    TooLong,
    /// The file ends in the middle of a line.
    CutShort,
    /// Begins like JSON and is none.
    NotJson,
    ClockBackwards,
    FormatChanges,
    /// No event begins there and it goes on with none.
    NotAnEvent,
}

impl ProblemKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Binary => "Binary",
            Self::NotUtf8 => "No UTF-8",
            Self::TooLong => "Too long",
            Self::CutShort => "Cut short",
            Self::NotJson => "Damaged JSON",
            Self::ClockBackwards => "Clock goes back",
            Self::FormatChanges => "Another format",
            Self::NotAnEvent => "No event",
        }
    }

    /// What it means for what is shown, in a sentence.
    pub fn help(self) -> &'static str {
        match self {
            Self::Binary => "The line holds bytes that no text has. It is left out.",
            Self::NotUtf8 => {
                "Bytes that are no UTF-8 are read as a replacement character; the rest of the line is used."
            }
            Self::TooLong => "A line of more than 1 MiB is left out; the next one is read as any other.",
            Self::CutShort => {
                "The file ends in the middle of a line, as a copy does that was taken while the application wrote. \
                 What can be read of the line is used; its last figure may be cut."
            }
            Self::NotJson => "The line begins like JSON and is none. It is left out.",
            Self::ClockBackwards => {
                "The clock was set back, the log holds several runs, or its lines were sorted otherwise. Each event \
                 stands where its own time says."
            }
            Self::FormatChanges => "The format changes within the log. Each line is read in its own format.",
            Self::NotAnEvent => "No event begins on the line and it belongs to none before it. It is left out.",
        }
    }
}

/// One line that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub kind: ProblemKind,
    /// From 1.
    pub line: u64,
    /// What is special about this one; may be empty.
    pub detail: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problems {
    /// By line.
    pub named: Vec<Problem>,
    pub counts: BTreeMap<ProblemKind, u64>,
}

impl Problems {
    pub(super) fn add(&mut self, kind: ProblemKind, line: u64, detail: impl FnOnce() -> String) {
        let n = self.counts.entry(kind).or_default();
        *n += 1;
        if *n <= MAX_NAMED {
            self.named.push(Problem { kind, line, detail: detail() });
        }
    }

    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}
