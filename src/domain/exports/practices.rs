//! The guide's practices as they were tried, each with its two ways beside each other.

use super::document::{Block, Line, Tone};
use super::figures::not_measured;
use crate::domain::benchmark_words::change_by;
use crate::domain::numbers::{bytes, count, duration};
use crate::domain::practices::{Attempt, Figure, PracticeReport, PracticeVerdict, Trial, Unit};
use crate::domain::report::Report;

pub fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Practices")];
    if report.practices.is_empty() {
        blocks.push(Block::paragraph("No practice was tried."));
        return blocks;
    }
    let row =
        |one: &PracticeReport| vec![Line::text(&one.title), verdict(one.verdict), Line::prose(&one.answer).and(".")];
    blocks.push(Block::table(
        "What the guide calls good practice, and what trying it on copies of the file showed",
        &["Practice", "Verdict", "Result"],
        report.practices.iter().map(row).collect(),
    ));
    blocks.extend(report.practices.iter().map(|one| Block::Details(one.title.clone(), evidence(one))));
    blocks
}

fn verdict(verdict: PracticeVerdict) -> Line {
    let tone = match verdict {
        PracticeVerdict::Holds => Tone::Good,
        PracticeVerdict::InPart => Tone::Warn,
        PracticeVerdict::DoesNotHold => Tone::Bad,
        PracticeVerdict::NoDifference | PracticeVerdict::NotApplicable => Tone::Mute,
    };
    Line::word(tone, verdict.label())
}

fn evidence(practice: &PracticeReport) -> Vec<Block> {
    let mut blocks = vec![
        Block::Paragraph(Line::text("The guide says: ").and(&practice.says)),
        Block::List(practice.reasons.iter().map(|reason| Line::prose(reason)).collect()),
    ];
    blocks.extend(practice.trials.iter().flat_map(trial));
    blocks
}

fn trial(trial: &Trial) -> Vec<Block> {
    let ways = vec![Line::text("Way"), Line::text(&trial.before.label), Line::text(&trial.after.label)];
    let figures = trial.figures.iter().map(|figure| row(figure, trial));
    let mut blocks = vec![
        Block::Heading(3, Line::prose(&trial.title)),
        Block::table(
            "Figures of both ways",
            &["Figure", "First", "Second"],
            std::iter::once(ways).chain(figures).collect(),
        ),
    ];
    if let Some(change) = &trial.change {
        blocks.push(Block::paragraph(change_by("from the first to the second", change)));
    }
    blocks.extend(attempt(&trial.before));
    blocks.extend(attempt(&trial.after));
    blocks
}

fn row(figure: &Figure, trial: &Trial) -> Vec<Line> {
    let value = |value: Option<u64>, attempt: &Attempt| match (value, figure.metric.unit()) {
        (None, _) => not_measured(),
        (Some(n), Unit::Count) => Line::text(count(n)),
        (Some(ns), Unit::Time) => {
            let spread = figure.metric.has_spread().then(|| attempt.spread()).flatten();
            let spread = spread.map(|spread| format!(" ({spread})")).unwrap_or_default();
            Line::text(format!("{}{spread}", duration(ns).text()))
        }
        (Some(n), Unit::Bytes) => Line::text(bytes(n).text()),
    };
    vec![Line::prose(figure.metric.label()), value(figure.before, &trial.before), value(figure.after, &trial.after)]
}

fn attempt(attempt: &Attempt) -> [Block; 2] {
    [Block::Paragraph(Line::text(&attempt.label).and(":")), Block::Sql(attempt.sql.clone())]
}
