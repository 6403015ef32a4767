//! What becomes of each statement of the documented migration.

use super::document::{Block, Line, Tone};
use super::figures::not_measured;
use crate::domain::migration::IndexReport;
use crate::domain::numbers::{bytes, duration};
use crate::domain::report::Report;

pub fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Documented indexes")];
    if report.migration.is_empty() {
        blocks.push(Block::paragraph("The migration was not checked."));
        return blocks;
    }
    blocks.push(Block::table(
        "Statements of the migration",
        &["Index", "Table", "Outcome", "Size", "Built in", "INSERT takes"],
        report.migration.iter().map(row).collect(),
    ));
    let explained = report.migration.iter().map(|entry| (Line::code(&entry.index), explanation(entry)));
    blocks.push(Block::Details("What was found, index by index".into(), vec![Block::Facts(explained.collect())]));
    blocks
}

fn row(entry: &IndexReport) -> Vec<Line> {
    let write_cost = match (&entry.write_cost, &entry.write_cost_unknown) {
        (Some(cost), _) => Line::text(cost.insert_extra()),
        (None, Some(why)) => Line::prose(why),
        (None, None) => not_measured(),
    };
    vec![
        Line::code(&entry.index),
        Line::code(&entry.table),
        Line::word(entry.outcome, entry.outcome.label()),
        entry.bytes.map_or_else(not_measured, |n| Line::text(bytes(n).text())),
        entry.elapsed_ns.map_or_else(|| Line::word(Tone::Mute, "Not built"), |ns| Line::text(duration(ns).text())),
        write_cost,
    ]
}

fn explanation(entry: &IndexReport) -> Line {
    let line = Line::prose(&entry.explanation);
    match &entry.error {
        Some(words) => line.and(" SQLite says: ").then(Line::code(words)).and("."),
        None => line,
    }
}
