//! Rows that stay although they should go, and rows that go although they should stay.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::RowSample;
use crate::domain::numbers::counted;
use crate::domain::words::code;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Straggler {
    pub kind: StragglerKind,
    pub table: String,
    pub n_rows: u64,
    pub sample: RowSample,
    /// The statement that treats them otherwise; `None` where there is none to derive.
    pub corrected: Option<Corrected>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StragglerKind {
    /// Old by the instant, kept because `T` sorts after a space.
    MissedByText,
    /// Of a finished status, without a time.
    WithoutTime,
    /// Of a status that the guide does not name.
    UnnamedStatus,
    /// The time lies after now.
    Future,
    /// SQLite reads no instant in the time.
    Unreadable,
    /// Goes with an old parent, and is younger than the cut-off.
    YoungChild,
    /// Goes with a finished parent, and is at work.
    ActiveChild,
}

/// A statement in the place of the documented one, really run on a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    pub sql: String,
    pub error: Option<String>,
    pub n_deleted: u64,
    pub by_table: BTreeMap<String, u64>,
}

impl StragglerKind {
    /// Whether the rows stay; the others go.
    pub fn stays(self) -> bool {
        !matches!(self, Self::YoungChild | Self::ActiveChild)
    }

    /// Short, for a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::MissedByText => "Compared as text",
            Self::WithoutTime => "Finished without a time",
            Self::UnnamedStatus => "Of a status that the guide does not name",
            Self::Future => "With a time to come",
            Self::Unreadable => "With a time that cannot be read",
            Self::YoungChild => "Young rows of an old parent",
            Self::ActiveChild => "Rows at work below a finished parent",
        }
    }
}

impl Straggler {
    /// What is so, in a sentence.
    pub fn words(&self) -> String {
        let rows = format!("{} of {}", counted(self.n_rows, "row", "rows"), code(&self.table));
        match self.kind {
            StragglerKind::MissedByText => {
                format!("{rows} old enough by the instant, kept by the comparison of text: `T` sorts after a space.")
            }
            StragglerKind::WithoutTime => format!("{rows} finished without a time: no comparison ever finds them."),
            StragglerKind::UnnamedStatus => format!("{rows} of a status that the guide does not name."),
            StragglerKind::Future => format!("{rows} with a time that lies after now."),
            StragglerKind::Unreadable => format!("{rows} with a time in which SQLite reads no instant."),
            StragglerKind::YoungChild => format!("{rows} younger than the cut-off go with an old parent."),
            StragglerKind::ActiveChild => format!("{rows} still at work go with a finished parent."),
        }
    }
}
