//! Index definitions that make the documented claims hold on one file, with the proof: built, analysed and asked again.

use serde::{Deserialize, Serialize};

use super::plan::PlanRow;
use super::query::Cost;
use super::verdict::{Judgement, Statistics};
use super::write_cost::WriteCost;

/// What was tried on a copy of the file until every claim held, or until nothing was left to try.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RepairTrial {
    /// In the migration's order; only where something else than the documented statement is needed.
    pub redefinitions: Vec<Redefinition>,
    /// Every index of the repair as it was built on the copy.
    pub built: Vec<BuiltIndex>,
    /// Every claim with the whole repair applied, whatever the statistics.
    pub claims: Vec<RepairedClaim>,
    /// Indexes for documented queries that claim none and scan or sort; no claim needs them.
    pub suggestions: Vec<Suggestion>,
    /// Indexes of the file that nothing documented needs any more.
    pub superfluous: Vec<SuperfluousIndex>,
    /// Documented statements, said differently, so that an index serves them or the answer is right.
    pub rewrites: Vec<Rewrite>,
    /// Definitions that SQLite was asked about.
    pub n_tried: u64,
}

/// A definition for a documented name, other than the documented one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redefinition {
    pub index: String,
    pub table: String,
    /// CREATE INDEX, ended.
    pub sql: String,
    /// Indexes of the file that go, because this one does all that they do and SQLite would take them instead.
    pub drops: Vec<DroppedIndex>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedIndex {
    pub name: String,
    /// The statement that made it.
    pub sql: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuiltIndex {
    pub index: String,
    pub table: String,
    pub bytes: u64,
    /// Entries in the index.
    pub n_rows: u64,
    /// Time of CREATE INDEX.
    pub elapsed_ns: u64,
    /// `None` where nothing can be written to measure it.
    pub write_cost: Option<WriteCost>,
}

/// One claim with the repair in place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepairedClaim {
    /// The query or clean-up.
    pub id: String,
    pub index: String,
    #[serde(flatten)]
    pub judgement: Judgement,
    /// The kinds of statistics with which it holds.
    pub holds_with: Vec<Statistics>,
    pub plan: Vec<PlanRow>,
    /// As dropped and repaired, measured in turns; `None` for a DELETE and where the plan stays as it is.
    pub before: Option<Cost>,
    pub after: Option<Cost>,
}

/// An index that makes a documented query cheaper, for which the guide names none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    pub query: String,
    pub index: String,
    pub table: String,
    pub sql: String,
    pub bytes: u64,
    /// Time of CREATE INDEX.
    pub elapsed_ns: u64,
    pub before: Cost,
    pub after: Cost,
}

/// An index that another one of the repaired file begins with, or is once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuperfluousIndex {
    pub index: String,
    /// The statement that made it.
    pub sql: String,
    pub other: String,
    pub bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RewriteKind {
    /// The index's WHERE, repeated.
    RepeatWhere,
    /// The last row seen instead of OFFSET.
    Keyset,
    /// Both forms of time stamps, each compared in its own form, joined by UNION ALL.
    BothTimeForms,
}

/// A documented statement in other words, run on the file beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rewrite {
    pub query: String,
    pub kind: RewriteKind,
    pub sql: String,
    pub plan: Vec<PlanRow>,
    /// Rows that the documented statement returns with the same values, and rows that this one returns.
    pub n_rows_documented: u64,
    pub n_rows: u64,
    /// Whether both return the same rows.
    pub same_rows: bool,
    pub before: Cost,
    pub after: Cost,
}

impl RewriteKind {
    /// What it does, for a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::RepeatWhere => "Repeat the index's WHERE in the query",
            Self::Keyset => "Ask for the rows behind the last one seen, instead of OFFSET",
            Self::BothTimeForms => "Compare each form of time stamps in its own form",
        }
    }

    /// Why, in whole sentences.
    pub fn reason(self) -> &'static str {
        match self {
            Self::RepeatWhere => {
                "SQLite uses a partial index only where it sees that the query asks for nothing but its rows, and it \
                 compares terms nearly as they are written. Written out, the terms are seen. The answer is the same as \
                 long as the rows that are asked for meet them."
            }
            Self::Keyset => {
                "OFFSET reads and throws away every row of the pages before. A query that names the last row seen goes \
                 straight to the next one. Compared here on the second page; what OFFSET costs grows with every page."
            }
            Self::BothTimeForms => {
                "Time stamps with a T between date and time sort after those with a space, so a text comparison takes \
                 the whole day of the cut-off for younger than it is. Two searches, each within one form, give the rows \
                 that are really meant, and an index serves both."
            }
        }
    }
}

impl RepairTrial {
    pub fn redefinition(&self, index: &str) -> Option<&Redefinition> {
        self.redefinitions.iter().find(|redefinition| redefinition.index == index)
    }

    pub fn built(&self, index: &str) -> Option<&BuiltIndex> {
        self.built.iter().find(|built| built.index == index)
    }

    pub fn claim(&self, id: &str) -> Option<&RepairedClaim> {
        self.claims.iter().find(|claim| claim.id == id)
    }
}
