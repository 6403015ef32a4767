//! What the guide should say instead: its index definitions and claims, corrected for one file, as Markdown to paste.

use super::catalogue::Catalogue;
use super::plan::{Step, costly_steps};
use super::repair::Repair;
use super::repair_trial::{RepairedClaim, RewriteKind};
use super::report::Report;
use super::verdict::{Claim, Verdict};
use super::words::{code, file_stem};

/// `db.sqlite` becomes `db-corrected-claims.md`.
pub fn file_name(database: &str) -> String {
    format!("{}-corrected-claims.md", file_stem(database))
}

/// `judged` are the claims with the changes of `repair` applied.
pub fn to_markdown(report: &Report, catalogue: &Catalogue, repair: &Repair, judged: &[RepairedClaim]) -> String {
    let mut out = format!(
        "# {}: {}, corrected\n\nEvery statement was put to SQLite {} on a copy of `{}`; `now` was {} UTC.\n",
        catalogue.application,
        catalogue.guide,
        report.environment.sqlite_version,
        report.database.file_name,
        report.now.sqlite_text()
    );
    out.push_str("\n## Index definitions\n");
    let mut changed = false;
    for change in repair.offered() {
        changed = true;
        out.push_str(&format!("\n{}:\n\n```sql\n{}\n```\n", change.title, change.up.join("\n")));
    }
    if !changed {
        out.push_str("\nThe documented definitions stand as they are.\n");
    }
    out.push_str(
        "\n## Claims\n\n| Statement | Index | In the file | With the corrected migration |\n|---|---|---|---|\n",
    );
    for (id, claim) in report.claims() {
        let then = judged.iter().find(|judged| judged.id == id).map(|judged| judged.judgement.verdict);
        out.push_str(&format!(
            "| {} | {} | {} | {} |\n",
            code(id),
            code(&claim.index),
            claim.before.verdict.label(),
            then.unwrap_or(claim.after.verdict).label()
        ));
    }
    for (id, claim) in report.claims() {
        if let Some(text) = corrected(id, claim, judged.iter().find(|judged| judged.id == id)) {
            out.push_str(&format!("\n### {}\n\n{text}\n", code(id)));
        }
    }
    let rewrites = report.repair.iter().flat_map(|trial| &trial.rewrites);
    let wrong = rewrites.filter(|rewrite| rewrite.kind == RewriteKind::BothTimeForms && !rewrite.same_rows);
    for (n, rewrite) in wrong.enumerate() {
        if n == 0 {
            out.push_str("\n## Statements that return other rows than meant\n");
        }
        out.push_str(&format!(
            "\n{} returns {} rows on this file and {} are meant. {}\n\n```sql\n{}\n```\n",
            code(&rewrite.query),
            rewrite.n_rows_documented,
            rewrite.n_rows,
            rewrite.kind.reason(),
            rewrite.sql
        ));
    }
    out
}

/// What to say of one claim; `None` where the guide's own words are true without a change.
fn corrected(id: &str, claim: &Claim, judged: Option<&RepairedClaim>) -> Option<String> {
    let index = code(&claim.index);
    if claim.after.verdict == Verdict::Holds {
        return None;
    }
    if claim.after.verdict == Verdict::NotApplicable {
        return Some(format!("Does not apply to this file. {}", claim.after.reason));
    }
    let as_documented = format!("As documented: {}", claim.after.reason);
    let Some(judged) = judged else { return Some(as_documented) };
    if judged.judgement.verdict == Verdict::Holds {
        return Some(format!(
            "{} uses {index} with the corrected definition. {}\n\n{as_documented}",
            code(id),
            judged.judgement.reason
        ));
    }
    let instead: Vec<&str> = judged
        .plan
        .iter()
        .filter(|row| matches!(row.step(), Step::Scan(_) | Step::Search(_)))
        .chain(costly_steps(&judged.plan).filter(|row| matches!(row.step(), Step::TempBTree(_))))
        .map(|row| row.detail.as_str())
        .collect();
    Some(format!(
        "{} does not always use {index}: no definition was found with which it does. SQLite's plan is `{}`. {}",
        code(id),
        instead.join("`, then `"),
        judged.judgement.reason
    ))
}
