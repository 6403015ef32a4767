//! What each documented DELETE does, with foreign keys on and off.

use std::collections::BTreeMap;

use super::document::{Block, Line, Tone};
use super::figures::not_run;
use crate::domain::cleanup::stragglers::Straggler;
use crate::domain::cleanup::together::{Sequence, Together};
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
        if let Some(narrowed) = &cleanup.narrowed {
            let name =
                format!("Without the rows that are held it removes {} of its own table", rows(narrowed.n_deleted));
            blocks.push(Block::Details(name, vec![Block::Sql(narrowed.sql.clone())]));
        }
        blocks.extend(cleanup.stragglers.iter().flatten().flat_map(straggler));
    }
    blocks.extend(report.together.iter().flat_map(together));
    blocks
}

/// Rows that are treated otherwise than expected, with the statement that does not.
fn straggler(straggler: &Straggler) -> Vec<Block> {
    let mut line = Line::prose(&straggler.words());
    let Some(corrected) = &straggler.corrected else { return vec![Block::paragraph(line)] };
    line = match &corrected.error {
        Some(words) => line.and(" Corrected, SQLite says: ").then(Line::code(words)),
        None => line.and(" Corrected, it removes ").then(by_table(&corrected.by_table)).and("."),
    };
    let name = "The corrected statement, run on a copy".into();
    vec![Block::paragraph(line), Block::Details(name, vec![Block::Sql(corrected.sql.clone())])]
}

/// All clean-ups one after the other.
fn together(together: &Together) -> Vec<Block> {
    let sequences = [
        ("As documented, foreign keys on", &together.foreign_keys_on),
        ("As documented, foreign keys off", &together.foreign_keys_off),
        ("The best order found", &together.best),
    ];
    let mut table: Vec<Vec<Line>> = sequences.iter().map(|(name, sequence)| row(name, sequence)).collect();
    let script = &together.script;
    let left_out = or_none(script.left_out.iter().map(|left| Line::text(&left.title).and(": ").and(&left.why)));
    let order = Line::joined(script.steps.iter().map(|step| Line::text(&step.title)));
    table.push(vec!["The clean-up script".into(), order, left_out, by_table(&script.by_table), Line::text("none")]);
    let head = ["Way", "Order", "Stopped", "Removes", "Orphans"];
    vec![
        Block::heading(3, "All of them, one after the other"),
        Block::paragraph(Line::prose(&together.order_words())),
        Block::table("All clean-ups together", &head, table),
    ]
}

fn row(name: &str, sequence: &Sequence) -> Vec<Line> {
    let stopped = sequence.runs.iter().filter_map(|run| Some((run, run.error.as_ref()?)));
    vec![
        name.into(),
        Line::codes(sequence.runs.iter().map(|run| run.cleanup.as_str())),
        or_none(stopped.map(|(run, words)| Line::code(&run.cleanup).and(": ").then(Line::code(words)))),
        by_table(&sequence.by_table),
        if sequence.orphans.is_empty() { Line::text("none") } else { by_table(&sequence.orphans) },
    ]
}

fn or_none(lines: impl Iterator<Item = Line>) -> Line {
    let line = Line::joined(lines);
    if line.0.is_empty() { Line::text("none") } else { line }
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
        cleanup.foreign_keys_off.as_ref().map_or_else(not_run, |run| without_foreign_keys(run, &cleanup.table)),
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

fn without_foreign_keys(run: &WithoutForeignKeys, table: &str) -> Line {
    if let Some(words) = &run.error {
        return Line::word(Tone::Bad, "Fails").and(": ").then(Line::code(words));
    }
    let is_clean = run.orphans.values().all(|n| *n == 0);
    let line = if is_clean { Line::word(Tone::Good, "Works") } else { Line::word(Tone::Warn, "Leaves orphans") };
    let mut line = line.and(format!(", removes {}", rows(run.n_deleted)));
    let removed = run.removed_by_triggers(table);
    for (verb, rows) in [("remove", &removed), ("change", &run.updated_by_table), ("add", &run.inserted_by_table)] {
        if !rows.is_empty() {
            line = line.and(format!("; triggers {verb} ")).then(by_table(rows));
        }
    }
    if is_clean { line.and("; no orphans") } else { line.and("; orphans: ").then(by_table(&run.orphans)) }
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
