//! What puts the file right, change by change.

use super::document::{Block, Line, Tone};
use super::figures::verdict;
use crate::domain::benchmark_words::median;
use crate::domain::numbers::{bytes, counted, duration};
use crate::domain::repair::{Change, Repair, price};
use crate::domain::repair_trial::{RepairTrial, Rewrite};
use crate::domain::report::Report;
use crate::domain::verdict::Verdict;

pub fn blocks(report: &Report, repair: &Repair) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Repair")];
    match &report.repair {
        Some(trial) => blocks.extend(tried(trial)),
        None => blocks.push(Block::paragraph(
            "The search for a repair was not run; the changes below follow from the migration alone.",
        )),
    }
    if repair.offered().next().is_none() {
        blocks.push(Block::paragraph("No change is proposed."));
    }
    for change in repair.offered() {
        blocks.extend(offered(change, report));
    }
    let notes: Vec<Line> =
        repair.changes.iter().filter(|change| change.up.is_empty()).map(|note| Line::text(note.reason())).collect();
    if !notes.is_empty() {
        blocks.push(Block::Details("Left as it is".into(), vec![Block::List(notes)]));
    }
    let rewrites: Vec<&Rewrite> = report.repair.iter().flat_map(|trial| &trial.rewrites).collect();
    if !rewrites.is_empty() {
        let name = format!("The same queries in other words: {}", rewrites.len());
        // What several of one kind share is said once.
        let alike = rewrites.chunk_by(|one, next| one.kind == next.kind);
        let told = alike.flat_map(|alike| alike.iter().enumerate().flat_map(|(at, one)| rewritten(one, at == 0)));
        blocks.push(Block::Details(name, told.collect()));
    }
    blocks
}

/// Of the whole repair, which need not be what was ticked.
fn tried(trial: &RepairTrial) -> Vec<Block> {
    let hold = |verdict: Verdict| verdict == Verdict::Holds;
    let n_hold = trial.claims.iter().filter(|claim| hold(claim.judgement.verdict)).count();
    let n_apply = trial.claims.iter().filter(|claim| claim.judgement.verdict != Verdict::NotApplicable).count();
    let mut blocks = vec![Block::paragraph(format!(
        "With the whole repair {n_hold} of {n_apply} claims hold, built and asked again on a copy of the file. SQLite was \
         asked about {}.",
        counted(trial.n_tried, "other definition", "other definitions")
    ))];
    let left = trial.claims.iter().filter(|claim| !hold(claim.judgement.verdict));
    let left: Vec<(Line, Line)> = left
        .map(|claim| {
            let reason = Line::prose(&claim.judgement.reason);
            (Line::code(&claim.id), verdict(claim.judgement.verdict).and(": ").then(reason))
        })
        .collect();
    if !left.is_empty() {
        blocks.push(Block::paragraph("What does not hold even then:"));
        blocks.push(Block::Facts(left));
    }
    blocks
}

fn offered(change: &Change, report: &Report) -> Vec<Block> {
    let mut title = Line::text(&change.title);
    if change.optional {
        title = title.and(" (").then(Line::word(Tone::Mute, "optional")).and(")");
    }
    let mut reason = Line::text(change.reason());
    if let Some(price) = price(change, report) {
        let size = bytes(price.bytes.unsigned_abs()).text();
        reason = reason.and(match price.bytes {
            ..0 => format!(" Frees {size}."),
            _ => format!(" Takes {size}, built in {}.", duration(price.elapsed_ns).text()),
        });
    }
    vec![Block::Heading(3, title), Block::Paragraph(reason), Block::Sql(change.up.join("\n"))]
}

fn rewritten(rewrite: &Rewrite, with_reason: bool) -> Vec<Block> {
    let rows = match rewrite.same_rows {
        true => Line::word(Tone::Good, "Returns the same rows"),
        false => Line::word(Tone::Info, "Returns other rows"),
    };
    let figures = format!(
        ": {} in place of {}, in {} in place of {}.",
        counted(rewrite.n_rows, "row", "rows"),
        counted(rewrite.n_rows_documented, "row", "rows"),
        median(&rewrite.after),
        median(&rewrite.before)
    );
    let mut blocks = vec![Block::Heading(3, Line::code(&rewrite.query).and(format!(": {}", rewrite.kind.title())))];
    if with_reason {
        blocks.push(Block::paragraph(rewrite.kind.reason()));
    }
    blocks.extend([Block::Paragraph(rows.and(figures)), Block::Sql(rewrite.sql.clone())]);
    blocks
}
