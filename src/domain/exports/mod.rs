//! The report for people: one document, as an HTML file and as Markdown.

mod benchmarks;
mod claims;
mod cleanups;
mod document;
mod environment;
mod figures;
mod findings;
mod guide;
mod html;
mod indexes;
mod markdown;
mod overview;
mod practices;
mod queries;
mod repairs;

use super::catalogue::Catalogue;
use super::headline;
use super::repair::Repair;
use super::report::Report;
use super::words::file_stem;
use document::{Block, Document, Line};

/// `db.sqlite` becomes `db-cortex-report.html`.
pub fn html_file_name(database: &str) -> String {
    format!("{}-cortex-report.html", file_stem(database))
}

/// `db.sqlite` becomes `db-cortex-report.md`.
pub fn markdown_file_name(database: &str) -> String {
    format!("{}-cortex-report.md", file_stem(database))
}

/// One file without scripts that asks for nothing. `repair` are the changes that a person ticked.
pub fn to_html(report: &Report, catalogue: &Catalogue, repair: &Repair) -> String {
    html::render(&document(report, catalogue, repair))
}

/// For a pull request. `repair` are the changes that a person ticked.
pub fn to_markdown(report: &Report, catalogue: &Catalogue, repair: &Repair) -> String {
    markdown::render(&document(report, catalogue, repair))
}

fn document(report: &Report, catalogue: &Catalogue, repair: &Repair) -> Document {
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
    blocks.extend(queries::blocks(report, catalogue));
    blocks.extend(benchmarks::blocks(report, catalogue));
    blocks.extend(practices::blocks(report));
    blocks.extend(cleanups::blocks(report));
    blocks.extend(findings::blocks(report));
    blocks.extend(guide::troubleshooting(report));
    blocks.extend(guide::sections(report));
    blocks.extend(environment::blocks(report));
    Document {
        name: format!("{}: Cortex Inspector report", report.database.file_name),
        title: Line::text(headline.title),
        blocks,
    }
}
