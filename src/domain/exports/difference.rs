//! What changed from one report to another, for people.

use super::document::{Block, Document, Line, Tone};
use crate::domain::report_difference::{Changed, Part, ReportDifference};

/// `then` and `now` say which reports they are.
pub fn document(difference: &ReportDifference, then: &str, now: &str) -> Document {
    let mut blocks = vec![
        Block::Facts(vec![("Then".into(), Line::text(then)), ("Now".into(), Line::text(now))]),
        Block::paragraph("Times are left to baselines; what is compared here no clock can blur."),
    ];
    for part in difference.parts.iter().filter(|part| !part.changes.is_empty()) {
        blocks.extend(changed(part));
    }
    if !difference.left_out.is_empty() {
        blocks.push(Block::heading(2, "Not compared"));
        blocks.push(Block::List(difference.left_out.iter().map(Line::text).collect()));
    }
    Document { name: "Cortex Inspector: what changed".into(), title: Line::text(difference.summary()), blocks }
}

fn changed(part: &Part) -> Vec<Block> {
    let or_none = |text: &String| match text.as_str() {
        "" => Line::word(Tone::Mute, "Not there"),
        text => Line::text(text),
    };
    let row = |change: &Changed| {
        vec![
            Line::text(&change.what),
            or_none(&change.then),
            or_none(&change.now),
            Line::word(change.direction, change.direction.label()),
        ]
    };
    let rows = part.changes.iter().map(row).collect();
    let mut blocks =
        vec![Block::heading(2, part.title), Block::table(part.title, &["What", "Then", "Now", "Change"], rows)];
    if part.n_same > 0 {
        blocks.push(Block::paragraph(format!("{} the same.", part.n_same)));
    }
    blocks
}
