//! What failed, and what the answers were made with.

use super::document::{Block, Line};
use crate::domain::numbers::duration;
use crate::domain::report::{FailedStep, Report};

pub fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Failed steps")];
    if report.failed_steps.is_empty() {
        blocks.push(Block::paragraph("No step failed."));
    } else {
        let row = |failed: &FailedStep| vec![Line::code(&failed.step), Line::code(&failed.message)];
        let rows = report.failed_steps.iter().map(row).collect();
        blocks.push(Block::table("Steps that failed, in the order in which they ran", &["Step", "Words"], rows));
    }
    blocks.push(Block::heading(2, "Environment"));
    blocks.push(Block::Facts(facts(report)));
    let options = report.environment.compile_options.iter().map(Line::code).collect();
    blocks.push(Block::Details("Compile options of SQLite".into(), vec![Block::List(options)]));
    blocks
}

/// What another person needs to get the same answers.
fn facts(report: &Report) -> Vec<(Line, Line)> {
    let environment = &report.environment;
    let isolated = if environment.cross_origin_isolated { "yes" } else { "no" };
    let granularity = duration(environment.clock_granularity_ns).text();
    let mut facts = vec![
        ("SQLite".into(), Line::text(&environment.sqlite_version)),
        ("Browser".into(), Line::code(&environment.user_agent)),
        ("Smallest step of the clock".into(), Line::text(granularity)),
        ("Cross-origin isolated".into(), Line::text(isolated)),
        ("Evaluated at".into(), Line::text(format!("{} UTC", report.now.sqlite_text()))),
    ];
    facts.push(match report.elapsed_ns {
        Some(elapsed_ns) => ("Run took".into(), Line::text(duration(elapsed_ns).text())),
        None => ("Run took".into(), Line::text("not ended")),
    });
    facts
}
