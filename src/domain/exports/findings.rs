//! What is wrong, worst first, with what puts it right.

use super::document::{Block, Line, Tone};
use crate::domain::finding::{Finding, Severity};
use crate::domain::report::Report;

pub fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Findings")];
    if report.findings.is_empty() {
        blocks.push(Block::paragraph(match report.complete {
            true => "Nothing was found to be wrong.",
            false => "There are no findings as far as the run went.",
        }));
    }
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| finding.severity);
    for finding in findings {
        blocks.extend(found(finding));
    }
    blocks
}

fn found(finding: &Finding) -> Vec<Block> {
    let tone = match finding.severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Info => Tone::Info,
    };
    let title = Line::word(tone, finding.severity.label()).and(": ").then(Line::prose(&finding.title));
    let mut evidence = Line::default();
    if let Some(figure) = &finding.figure {
        evidence = Line::text(format!("{} {}. ", figure.value, figure.of_what));
    }
    let mut blocks = vec![Block::Heading(3, title), Block::Paragraph(evidence.then(Line::prose(&finding.evidence)))];
    if let Some(sql) = &finding.fix_sql {
        blocks.push(Block::Details("What puts it right".into(), vec![Block::Sql(sql.clone())]));
    }
    blocks
}
