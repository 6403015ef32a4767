//! What each documented DELETE does, with foreign keys on and off.

use std::collections::BTreeMap;

use super::document::{Block, Line, Tone};
use super::figures::not_run;
use crate::domain::cleanup::{CleanupReport, DeleteOutcome, WithForeignKeys, WithoutForeignKeys};
use crate::domain::numbers::{bytes, count, counted, duration};
use crate::domain::report::Report;

pub fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Clean-ups")];
    if report.cleanups.is_empty() {
        blocks.push(Block::paragraph("No clean-up was looked at."));
        return blocks;
    }
    blocks.push(Block::paragraph(
        "Each was really executed on a copy of the file, where it says so; the copy was dropped.",
    ));
    for cleanup in &report.cleanups {
        blocks.push(Block::Heading(3, Line::text(&cleanup.title).and(": ").then(Line::code(&cleanup.id))));
        blocks.push(Block::Facts(facts(cleanup)));
        blocks.push(Block::Sql(cleanup.sql.clone()));
        if let Some(release) = &cleanup.release {
            let name = format!("What lets it finish: {} lose their reference", rows(release.n_released));
            blocks.push(Block::Details(name, vec![Block::Sql(release.sql.clone())]));
        }
    }
    blocks
}

fn facts(cleanup: &CleanupReport) -> Vec<(Line, Line)> {
    let number = |n: Option<u64>| n.map_or_else(not_run, |n| Line::text(rows(n)));
    let mut facts = vec![("Removes".into(), Line::text(format!("older than {}", cleanup.retention)))];
    facts.push(("Cut-off".into(), Line::code(&cleanup.cutoff)));
    if let Some(words) = &cleanup.error {
        facts.push(("SQLite says".into(), Line::code(words)));
    }
    facts.push(("Table".into(), Line::code(&cleanup.table).and(", ").then(number(cleanup.n_table_rows))));
    facts.push(("Foreign keys on".into(), cleanup.foreign_keys_on.as_ref().map_or_else(not_run, with_foreign_keys)));
    for blocking in &cleanup.blocking {
        let line = Line::text(format!("{} of ", rows(blocking.n_rows)))
            .then(Line::code(&blocking.table))
            .and(" by ")
            .then(Line::codes(blocking.columns.iter().map(String::as_str)))
            .and(format!(", naming {} of ", rows(blocking.n_parents)))
            .then(Line::code(&blocking.parent));
        facts.push(("Blocked by".into(), line));
    }
    facts.push((
        "Foreign keys off".into(),
        cleanup.foreign_keys_off.as_ref().map_or_else(not_run, without_foreign_keys),
    ));
    facts.push(("Missed by comparing text".into(), number(cleanup.n_missed_by_text_comparison)));
    facts.push(("Finished without a time, never removed".into(), number(cleanup.n_without_time)));
    let freed = cleanup.bytes_freed.map_or_else(not_run, |n| Line::text(bytes(n).text()));
    facts.push(("Freed".into(), freed));
    if let Some(space) = &cleanup.space {
        let how = if space.vacuum.is_tried { "run on a copy" } else { "estimated" };
        let vacuumed =
            format!("{}, {how}, from {}", bytes(space.vacuum.bytes_after).text(), bytes(space.bytes_after()).text());
        facts.push(("File after VACUUM".into(), Line::text(vacuumed)));
    }
    facts
}

fn with_foreign_keys(run: &WithForeignKeys) -> Line {
    let cost = format!("in {}, {} VM steps", duration(run.elapsed_ns).text(), count(run.vm_steps));
    if run.outcome != DeleteOutcome::Ok {
        let words = run.error.as_deref().unwrap_or("no word of SQLite");
        let line = Line::word(Tone::Bad, "Fails").and(format!(", removes 0 of {}: ", rows(run.n_matching)));
        return line.then(Line::code(words)).and(format!(", {cost}"));
    }
    let mut line = Line::word(Tone::Good, "Works").and(", removes ").then(by_table(&run.by_table));
    if !run.updated_by_table.is_empty() {
        line = line.and("; changes ").then(by_table(&run.updated_by_table));
    }
    if !run.inserted_by_table.is_empty() {
        line = line.and("; triggers add ").then(by_table(&run.inserted_by_table));
    }
    line.and(format!(", {cost}"))
}

fn without_foreign_keys(run: &WithoutForeignKeys) -> Line {
    if let Some(words) = &run.error {
        return Line::word(Tone::Bad, "Fails").and(": ").then(Line::code(words));
    }
    let removed = format!(", removes {}", rows(run.n_deleted));
    match run.orphans.values().any(|n| *n > 0) {
        true => {
            Line::word(Tone::Warn, "Leaves orphans").and(format!("{removed}; orphans: ")).then(by_table(&run.orphans))
        }
        false => Line::word(Tone::Good, "Works").and(format!("{removed}; no orphans")),
    }
}

fn by_table(rows_by_table: &BTreeMap<String, u64>) -> Line {
    if rows_by_table.is_empty() {
        return Line::text("nothing");
    }
    let one = |(table, n): (&String, &u64)| Line::text(format!("{} of ", rows(*n))).then(Line::code(table));
    Line::joined(rows_by_table.iter().map(one))
}

fn rows(n: u64) -> String {
    counted(n, "row", "rows")
}
