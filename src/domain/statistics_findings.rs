//! Findings about the planner's statistics: none, those of another time, and those that make a statement slower.

use super::database::Table;
use super::finding::{Figure, Finding, Severity, Subject, finding};
use super::index_findings::{IndexStatistics, counted_rows};
use super::numbers::{count, counted};
use super::report::Report;
use super::verdict::Statistics;
use super::words::{code, list};
use super::work::{StatisticsEffect, Work};

/// Statistics that say twice or half of what is there make SQLite choose by another table.
const STALE_FACTOR: u64 = 2;

pub fn derive(report: &Report) -> Vec<Finding> {
    let mut findings = harmful(report);
    findings.extend(statistics_missing(report));
    findings.extend(statistics_stale(report));
    findings
}

/// Statements that the statistics make slower: one finding for those that the same statements put right.
fn harmful(report: &Report) -> Vec<Finding> {
    let effects = report.statistics_effects.iter().filter(|effect| effect.is_harmful());
    let mut cures: Vec<(Option<&str>, Vec<&StatisticsEffect>)> = Vec::new();
    for effect in effects {
        let sql = effect.fix.as_ref().map(|fix| fix.sql.as_str());
        match cures.iter_mut().find(|(other, _)| *other == sql) {
            Some((_, effects)) => effects.push(effect),
            None => cures.push((sql, vec![effect])),
        }
    }
    cures.into_iter().filter_map(|(sql, effects)| harmful_until(sql, &effects)).collect()
}

fn harmful_until(cure: Option<&str>, effects: &[&StatisticsEffect]) -> Option<Finding> {
    let first = effects.first()?;
    let (what, whose) = match first.statistics {
        Statistics::Fresh => ("ANALYZE would make", "the statistics of an ANALYZE on a copy"),
        _ => ("The file's statistics make", "the file's statistics"),
    };
    let slower = match effects {
        [one] => one.statement.id().into(),
        all => counted(all.len() as u64, "documented statement", "documented statements"),
    };
    let measured: Vec<String> = effects.iter().map(|effect| effort(effect, whose)).collect();
    let after = match cure {
        Some(_) => {
            " With the fix, tried on a copy, that is over, and no other documented statement is more work. \
             A connection that is open sees new statistics once it is opened again."
        }
        None => " Neither ANALYZE nor leaving out what is known of one index was found to help.",
    };
    Some(Finding {
        figure: first.with.zip(first.without).map(|(with, without)| Figure {
            value: count(with.vm_steps),
            of_what: format!("steps instead of {}", count(without.vm_steps)),
        }),
        fix_sql: cure.map(Into::into),
        about: effects.iter().map(|effect| effect.statement.clone()).collect(),
        ..finding(
            "statistics-harmful",
            Severity::Warning,
            format!("{what} {slower} slower"),
            format!("{}.{after}", list(&measured)),
        )
    })
}

/// `find-by-project takes 3,000 steps and 40 pages with the file's statistics and 200 steps and 6 pages without any`.
fn effort(effect: &StatisticsEffect, whose: &str) -> String {
    let statement = code(effect.statement.id());
    let work = |work: Option<Work>| match work {
        Some(work) => {
            format!("{} and {}", counted(work.vm_steps, "step", "steps"), counted(work.pages_read, "page", "pages"))
        }
        None => "more than a quarter of a second".into(),
    };
    if effect.with.is_none() && effect.without.is_none() {
        return format!(
            "the plan of {statement} has {} with {whose} and {} without any, and neither run ended in time",
            counted(effect.n_costly_with, "scan or sort", "scans and sorts"),
            count(effect.n_costly_without)
        );
    }
    format!("{statement} takes {} with {whose} and {} without any", work(effect.with), work(effect.without))
}

fn statistics_missing(report: &Report) -> Option<Finding> {
    let fresh = report.index_statistics.iter().filter(|row| row.statistics == Statistics::Fresh).count();
    let harms = report.statistics_harm();
    let but = if harms { " Alone it would make a documented statement slower, as its own finding tells." } else { "" };
    (fresh > 0 && !report.database.has_statistics).then(|| Finding {
        fix_sql: (!harms).then(|| "ANALYZE;".into()),
        ..finding(
            "statistics-missing",
            Severity::Info,
            "SQLite plans without statistics".into(),
            format!(
                "The file has no `sqlite_stat1`, so SQLite takes every index for equally good. ANALYZE on a copy made {}.{but}",
                counted(fresh as u64, "row of it", "rows of it")
            ),
        )
    })
}

/// Rows of a table as `sqlite_stat1` has them and as they were counted, where one is more than twice the other.
fn stale_rows(table: &Table, report: &Report) -> Option<(u64, u64)> {
    let whole = |row: &&IndexStatistics| {
        let partial = |name: &String| table.indexes.iter().any(|index| index.name == *name && index.partial);
        row.statistics == Statistics::OfFile && row.table == table.name && !row.index.as_ref().is_some_and(partial)
    };
    let said = report.index_statistics.iter().find(whole)?.n_rows;
    let is = counted_rows(table, report)?;
    (said.max(is) > STALE_FACTOR.saturating_mul(said.min(is))).then_some((said, is))
}

/// What the planner believes of a table, against what is there; `None` where its statistics are about right.
pub fn stale_sentence(table: &str, report: &Report) -> Option<String> {
    let table = report.database.table(table)?;
    let (said, is) = stale_rows(table, report)?;
    Some(format!("`{}` has {} and `sqlite_stat1` says {}", table.name, counted(is, "row", "rows"), count(said)))
}

fn statistics_stale(report: &Report) -> Option<Finding> {
    let tables = || report.database.tables.iter();
    let stale: Vec<&Table> = tables().filter(|table| stale_rows(table, report).is_some()).collect();
    if stale.is_empty() {
        return None;
    }
    let sentences: Vec<String> = stale.iter().filter_map(|table| stale_sentence(&table.name, report)).collect();
    Some(Finding {
        figure: Some(Figure {
            value: count(stale.len() as u64),
            of_what: if stale.len() == 1 { "table" } else { "tables" }.into(),
        }),
        fix_sql: Some("ANALYZE;".into()),
        about: stale.iter().map(|table| Subject::Table(table.name.clone())).collect(),
        ..finding(
            "statistics-stale",
            Severity::Warning,
            "SQLite plans with statistics of another time".into(),
            format!("{}.", list(&sentences)),
        )
    })
}
