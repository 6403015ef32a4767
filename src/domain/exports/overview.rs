//! What the file is and holds.

use super::document::{Block, Line};
use super::figures::not_measured;
use crate::domain::database::BtreeSize;
use crate::domain::integrity::IntegrityReport;
use crate::domain::numbers::{bytes, count};
use crate::domain::report::Report;

pub fn blocks(report: &Report) -> Vec<Block> {
    let database = &report.database;
    let migrations = match database.applied_migrations.last() {
        None => "none recorded".into(),
        Some(last) => format!("{}, the last {last}", count(database.applied_migrations.len() as u64)),
    };
    let statistics = if database.has_statistics { "of ANALYZE stand in the file" } else { "none in the file" };
    let facts = vec![
        ("File".into(), Line::code(&database.file_name)),
        ("Size".into(), Line::text(format!("{} ({} bytes)", bytes(database.bytes).text(), count(database.bytes)))),
        (
            "Pages".into(),
            Line::text(format!(
                "{} of {} bytes, {} of them free",
                count(database.page_count),
                count(database.page_size.into()),
                count(database.freelist_count)
            )),
        ),
        ("Tables".into(), Line::text(count(database.tables.len() as u64))),
        ("Journal mode".into(), Line::text(&database.journal_mode)),
        ("Applied migrations".into(), Line::text(migrations)),
        ("Statistics".into(), Line::text(statistics)),
    ];
    let mut blocks = vec![Block::heading(2, "Overview"), Block::Facts(facts)];
    if !database.tables.is_empty() {
        blocks.push(Block::Details(format!("Tables: {}", database.tables.len()), vec![tables(report)]));
    }
    blocks.extend(report.integrity.as_ref().map(integrity).into_iter().flatten());
    blocks
}

/// What SQLite's check found, if it was asked for.
fn integrity(found: &IntegrityReport) -> Vec<Block> {
    let mut blocks = vec![Block::paragraph(found.words())];
    if !found.is_whole() {
        blocks.push(Block::Paragraph(Line::prose(IntegrityReport::REMEDY)));
        let problems = found.problems.iter().map(Line::code).collect();
        blocks.push(Block::Details("What is wrong with the file".into(), vec![Block::List(problems)]));
    }
    blocks
}

fn tables(report: &Report) -> Block {
    let rows = report.database.tables.iter().map(|table| {
        let own = |size: &&BtreeSize| !size.is_index && size.name.eq_ignore_ascii_case(&table.name);
        let size = report.sizes.iter().find(own);
        let figure = |text: Option<String>| text.map_or_else(not_measured, Line::text);
        vec![
            Line::code(&table.name),
            figure(size.map(|size| count(size.n_rows))),
            figure(size.map(|size| bytes(size.bytes).text())),
            figure(size.map(|size| count(size.pages))),
            Line::codes(table.indexes.iter().map(|index| index.name.as_str())),
        ]
    });
    Block::table(
        "Tables of the file, with their indexes",
        &["Table", "Rows", "Size", "Pages", "Indexes"],
        rows.collect(),
    )
}
