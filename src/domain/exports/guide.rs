//! The guide, section by section, and its lists for trouble: how both stand on the file.

use super::document::{Block, Line, Tone};
use crate::domain::guide::AnsweredSection;
use crate::domain::report::Report;
use crate::domain::troubleshooting::{AnsweredCheck, State};

pub fn troubleshooting(report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Troubleshooting")];
    if report.troubleshooting.is_empty() {
        blocks.push(Block::paragraph("The guide's lists for trouble were not answered."));
    }
    let row = |check: &AnsweredCheck| vec![Line::prose(&check.advice), state(check.state), Line::prose(&check.answer)];
    for list in report.troubleshooting.chunk_by(|one, next| one.trouble == next.trouble) {
        blocks.extend(list.first().map(|first| Block::Heading(3, Line::text(&first.trouble))));
        blocks.push(Block::table(
            "What the guide advises, answered from the file and what ran on it",
            &["Advice", "State", "Answer"],
            list.iter().map(row).collect(),
        ));
    }
    blocks
}

pub fn sections(report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "The guide, section by section")];
    if report.guide.is_empty() {
        blocks.push(Block::paragraph("The guide's sections were not looked at."));
        return blocks;
    }
    // What a section shares with its chapter is said once.
    let row = |(at, section): (usize, &AnsweredSection)| {
        let above = report.guide.iter().take(at).rev().find(|other| other.level < section.level);
        let title = Line::prose(&section.title);
        match above.is_some_and(|above| (above.state, &above.answer) == (section.state, &section.answer)) {
            true => vec![title, Line::default(), Line::default()],
            false => vec![title, state(section.state), Line::prose(&section.answer).and(".")],
        }
    };
    blocks.push(Block::table(
        "Sections of the guide, in its order",
        &["Section", "State", "On this file"],
        report.guide.iter().enumerate().map(row).collect(),
    ));
    blocks
}

fn state(state: State) -> Line {
    let tone = match state {
        State::Fine => Tone::Good,
        State::Attention => Tone::Warn,
        State::Told => Tone::Info,
        State::Unknown => Tone::Mute,
    };
    Line::word(tone, state.label())
}
