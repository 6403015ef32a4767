//! What changed from one report to another: last month's file and today's, or a file before and after its repair.
//!
//! Only figures that a clock does not blur are compared; times have baselines.

mod entries;

use serde::Serialize;

use super::report::Report;

/// Everything that is not the same, part by part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportDifference {
    pub parts: Vec<Part>,
    /// What was not asked in both reports, and so is not compared: a sentence each.
    pub left_out: Vec<String>,
}

/// One part of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    pub title: &'static str,
    pub changes: Vec<Changed>,
    /// Entries that are the same in both.
    pub n_same: usize,
}

/// One entry that is not the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    pub what: String,
    /// In words or figures; empty where the older report has none.
    pub then: String,
    pub now: String,
    pub direction: Direction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Worse,
    Better,
    /// Neither good nor bad by itself.
    Other,
}

impl Direction {
    pub fn label(self) -> &'static str {
        match self {
            Self::Worse => "Worse",
            Self::Better => "Better",
            Self::Other => "Changed",
        }
    }
}

impl ReportDifference {
    /// From `then` to `now`.
    pub fn of(then: &Report, now: &Report) -> Self {
        let mut difference = Self { parts: Vec::new(), left_out: Vec::new() };
        entries::compare(then, now, &mut difference);
        for part in &mut difference.parts {
            part.changes.sort_by_key(|change| change.direction);
        }
        difference
    }

    /// Pretty-printed JSON, with the names of both reports.
    pub fn to_json(&self, then: &str, now: &str) -> String {
        #[derive(Serialize)]
        struct Named<'a> {
            then: &'a str,
            now: &'a str,
            #[serde(flatten)]
            difference: &'a ReportDifference,
        }
        serde_json::to_string_pretty(&Named { then, now, difference: self }).unwrap_or_default()
    }

    fn n(&self, direction: Direction) -> usize {
        self.parts.iter().flat_map(|part| &part.changes).filter(|change| change.direction == direction).count()
    }

    /// `2 entries are better, 1 is worse, 7 are different.`
    pub fn summary(&self) -> String {
        let said = [(Direction::Better, "better"), (Direction::Worse, "worse"), (Direction::Other, "different")];
        let said: Vec<String> = said
            .into_iter()
            .map(|(direction, word)| (self.n(direction), word))
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {} {word}", if n == 1 { "is" } else { "are" }))
            .collect();
        match said.as_slice() {
            [] => "Nothing that was asked in both is different.".into(),
            said => format!("Of what was asked in both, {}.", said.join(", ")),
        }
    }
}
