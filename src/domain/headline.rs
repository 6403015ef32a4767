//! The answer first: the sentence that heads each view, and the sentences that follow it.

use super::catalogue::Catalogue;
use super::query::QueryReport;
use super::report::Report;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headline {
    /// A sentence with the result, without a full stop.
    pub title: String,
    /// One to three whole sentences.
    pub lead: String,
}

pub fn summary(_report: &Report, _catalogue: &Catalogue) -> Headline {
    Headline::default()
}

pub fn indexes(_report: &Report, _catalogue: &Catalogue) -> Headline {
    Headline::default()
}

pub fn cleanups(_report: &Report, _catalogue: &Catalogue) -> Headline {
    Headline::default()
}

/// What SQLite does for one query, before and after.
pub fn query(_query: &QueryReport) -> String {
    String::new()
}
