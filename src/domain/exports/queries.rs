//! What the documented queries cost, before and after the migration.

use super::document::{Block, Line, PICTURE_WIDTH};
use super::figures::{change, median, not_measured, pair, value};
use crate::domain::charts::{self, Violin};
use crate::domain::query::{Cost, QueryReport};
use crate::domain::report::Report;

pub fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Measured queries")];
    let (measured, others): (Vec<&QueryReport>, Vec<&QueryReport>) =
        report.queries.iter().partition(|query| query.before.is_some() || query.after.is_some());
    if measured.is_empty() {
        blocks.push(Block::paragraph("No query was measured."));
    } else {
        blocks.push(Block::paragraph(
            "Medians of the warm samples with their 95 % interval; all rows and columns fetched, foreign keys on. Where \
             a figure changes with the migration, both stand there.",
        ));
        blocks.push(Block::table(
            "Queries before and after the migration",
            &["Query", "Median before", "Median after", "Change", "Rows", "VM steps", "Pages read"],
            measured.iter().map(|query| row(query)).collect(),
        ));
        let pictures: Vec<Block> = measured.iter().enumerate().filter_map(picture).collect();
        if !pictures.is_empty() {
            blocks.push(Block::Details("Samples of the queries as pictures".into(), pictures));
        }
    }
    let (failed, waiting): (Vec<&QueryReport>, Vec<&QueryReport>) =
        others.into_iter().partition(|query| query.error.is_some());
    if !waiting.is_empty() && !measured.is_empty() {
        let names = Line::codes(waiting.iter().map(|query| query.id.as_str()));
        blocks.push(Block::Paragraph(Line::text("Not measured: ").then(names).and(".")));
    }
    if !failed.is_empty() {
        blocks.push(Block::paragraph("SQLite cannot run these on this file:"));
        let words =
            |query: &&QueryReport| (Line::code(&query.id), Line::code(query.error.as_deref().unwrap_or_default()));
        blocks.push(Block::Facts(failed.iter().map(words).collect()));
    }
    if !report.queries.is_empty() {
        let statements = report.queries.iter().flat_map(statement);
        blocks.push(Block::Details("Statements and the values bound".into(), statements.collect()));
    }
    blocks
}

fn row(query: &QueryReport) -> Vec<Line> {
    let (before, after) = (query.before.as_ref(), query.after.as_ref());
    let figure = |of: fn(&Cost) -> u64| pair(before.map(of), after.map(of));
    vec![
        Line::code(&query.id),
        before.map_or_else(not_measured, median),
        after.map_or_else(not_measured, median),
        change(query.change.as_ref()),
        figure(|cost| cost.n_rows),
        figure(|cost| cost.vm_steps),
        figure(|cost| cost.pages_read),
    ]
}

/// Both states side by side, where both have samples.
fn picture((at, query): (usize, &&QueryReport)) -> Option<Block> {
    let states = Violin::of_query(query);
    if states.iter().any(|state| state.samples.is_empty()) {
        return None;
    }
    let svg = charts::violins(&format!("query-violins-{at}"), PICTURE_WIDTH, &states)?;
    Some(Block::Picture(query.id.clone(), svg))
}

fn statement(query: &QueryReport) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(3, Line::code(&query.id)), Block::Sql(query.sql.clone())];
    let values = query.parameters.iter().map(|parameter| (Line::code(&parameter.name), value(&parameter.value)));
    let values: Vec<(Line, Line)> = values.collect();
    if !values.is_empty() {
        blocks.push(Block::Facts(values));
    }
    blocks
}
