//! The report for people: one document, as an HTML file and as Markdown.

mod benchmarks;
mod claims;
mod cleanups;
mod difference;
mod document;
mod environment;
mod figures;
mod findings;
mod html;
mod indexes;
mod markdown;
mod overview;
mod queries;
mod repairs;
mod secrets;

use super::catalogue::Catalogue;
use super::headline;
use super::repair::Repair;
use super::report::Report;
use super::report_difference::ReportDifference;
use super::words::file_stem;
use document::{Block, Document, Line};

/// The files that a report is saved as. None of them holds a secret value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// All of it as data, which this page reads again.
    Json,
    /// One file without scripts that asks for nothing.
    Html,
    /// For a pull request.
    Markdown,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Json, Self::Html, Self::Markdown];

    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Html => "HTML",
            Self::Markdown => "Markdown",
        }
    }

    pub fn mime(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html",
            Self::Markdown => "text/markdown",
        }
    }

    /// `db.sqlite` becomes `db-cortex-report.html`.
    pub fn file_name(self, database: &str) -> String {
        self.named(database, "report")
    }

    /// `db.sqlite` becomes `db-cortex-changes.html`.
    pub fn difference_file_name(self, database: &str) -> String {
        self.named(database, "changes")
    }

    fn named(self, database: &str, what: &str) -> String {
        let ending = match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Markdown => "md",
        };
        format!("{}-cortex-{what}.{ending}", file_stem(database))
    }

    /// `repair` are the changes that a person ticked.
    pub fn write(self, report: &Report, catalogue: &Catalogue, repair: &Repair) -> String {
        match self {
            Self::Json => secrets::without_secrets(report, catalogue).to_json(),
            Self::Html => html::render(&document(report, catalogue, repair)),
            Self::Markdown => markdown_within(report, catalogue, repair, markdown::GITHUB_CHARS),
        }
    }

    /// What changed from one report to another; `then` and `now` say which they are.
    pub fn write_difference(self, difference: &ReportDifference, then: &str, now: &str) -> String {
        match self {
            Self::Json => difference.to_json(then, now),
            Self::Html => html::render(&difference::document(difference, then, now)),
            Self::Markdown => markdown::render(&difference::document(difference, then, now), markdown::GITHUB_CHARS),
        }
    }
}

/// Without its longest folded parts where it would have more characters.
pub fn markdown_within(report: &Report, catalogue: &Catalogue, repair: &Repair, max_chars: usize) -> String {
    markdown::render(&document(report, catalogue, repair), max_chars)
}

fn document(report: &Report, catalogue: &Catalogue, repair: &Repair) -> Document {
    let report = &secrets::without_secrets(report, catalogue);
    let headline = headline::summary(report, catalogue);
    let mut blocks = Vec::new();
    if !headline.lead.is_empty() {
        blocks.push(Block::Paragraph(Line::prose(&headline.lead)));
    }
    if !report.complete {
        blocks.push(Block::paragraph(
            "Not every step of the run has answered. What was not run is said not to have been run, never guessed.",
        ));
    }
    blocks.extend(overview::blocks(report));
    blocks.extend(indexes::blocks(report));
    blocks.extend(claims::blocks(report));
    blocks.extend(repairs::blocks(report, repair));
    blocks.extend(queries::blocks(report));
    blocks.extend(benchmarks::blocks(report));
    blocks.extend(cleanups::blocks(report));
    blocks.extend(findings::blocks(report));
    blocks.extend(environment::blocks(report));
    Document {
        name: format!("{}: Cortex Inspector report", report.database.file_name),
        title: Line::text(headline.title),
        blocks,
    }
}
