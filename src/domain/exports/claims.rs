//! Every claim of the guide, with its verdict and the reason for it.

use super::document::{Block, Line};
use super::figures::verdict;
use crate::domain::report::Report;
use crate::domain::verdict::Claim;

pub fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Claims")];
    if report.claims().next().is_none() {
        blocks.push(Block::paragraph("No claim was judged."));
        return blocks;
    }
    let row = |(id, claim): (&str, &Claim)| {
        vec![Line::code(id), Line::code(&claim.index), verdict(claim.before.verdict), verdict(claim.after.verdict)]
    };
    blocks.push(Block::table(
        "Which statement uses which index",
        &["Statement", "Index", "In the file", "After the migration"],
        report.claims().map(row).collect(),
    ));
    let reasons = report.claims().map(|(id, claim)| (Line::code(id), reason(claim)));
    blocks.push(Block::Details("Reasons, claim by claim".into(), vec![Block::Facts(reasons.collect())]));
    blocks
}

fn reason(claim: &Claim) -> Line {
    let mut line = Line::prose(&claim.before.reason);
    if claim.after != claim.before {
        line = line.and(" After the migration: ").then(Line::prose(&claim.after.reason));
    }
    for other in &claim.otherwise {
        line = line
            .and(format!(" {}, ", other.circumstance.label()))
            .then(verdict(other.judgement.verdict))
            .and(": ")
            .then(Line::prose(&other.judgement.reason));
    }
    line
}
