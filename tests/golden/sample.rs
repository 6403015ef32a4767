//! The seeded sample database, run to its end, as one text that must be the same natively and in the worker.

use std::fmt::Write;

use cortex_inspector::domain::instant::Instant;
use cortex_inspector::domain::plan::render;
use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::run::steps;
use cortex_inspector::domain::value::Value;
use cortex_inspector::domain::verdict::Claim;
use cortex_inspector::engine::Engine;

/// 2026-11-20 09:30 UTC.
pub const NOW: Instant = Instant(1_795_167_000_000);

const GOLDEN: &str = include_str!("sample.txt");

pub const N_WORKFLOWS: u32 = 200;
pub const N_LOGS: u32 = 10_000;
pub const SEED: u64 = 42;

/// Walks every step, as the page does.
pub fn run(engine: &mut Engine) -> Report {
    engine.set_now(NOW);
    let database = engine.open_sample(N_WORKFLOWS, N_LOGS, SEED, NOW).expect("the sample opens");
    let mut report = Report::new(NOW, engine.environment().expect("SQLite tells its options"), database);
    for step in steps(&engine.catalogue().clone()) {
        report.absorb(engine.run(&step).unwrap_or_else(|error| panic!("{step:?}: {}", error.words())));
    }
    report
}

/// Everything that does not depend on the machine or on SQLite's version: no times, no sizes, no VM steps.
pub fn render_report(report: &Report) -> String {
    let mut out = String::new();
    let text = &mut out;
    for entry in &report.migration {
        line(text, format_args!("{}: {}", entry.index, entry.outcome.name()));
        entry.error.iter().for_each(|error| line(text, format_args!("  SQLite: {error}")));
        entry.replacement_sql.iter().for_each(|sql| line(text, format_args!("  instead: {}", one_line(sql))));
        line(text, format_args!("  {:?} of {:?} rows", entry.n_rows, entry.n_table_rows));
    }
    for query in &report.queries {
        line(text, format_args!("\n{}", query.id));
        for parameter in &query.parameters {
            line(text, format_args!("  {} = {}", parameter.name, shown(&parameter.value)));
        }
        claim(text, query.claim.as_ref());
        plan(text, "before", &render(&query.plan_before));
        plan(text, "after", &render(&query.plan_after));
        for (side, cost) in [("before", &query.before), ("after", &query.after)] {
            let Some(cost) = cost else { continue };
            let (n_rows, scans, sorts) = (cost.n_rows, cost.fullscan_steps, cost.sorts);
            line(text, format_args!("  {side}: {n_rows} rows, {scans} full-scan steps, {sorts} sorts"));
        }
    }
    for cleanup in &report.cleanups {
        line(text, format_args!("\n{} before {}", cleanup.id, cleanup.cutoff));
        claim(text, cleanup.claim.as_ref());
        plan(text, "before", &render(&cleanup.plan));
        plan(text, "after", &render(&cleanup.plan_after));
        if let Some(on) = &cleanup.foreign_keys_on {
            line(
                text,
                format_args!("  foreign keys on: {:?} {:?}, matching {}", on.outcome, on.by_table, on.n_matching),
            );
        }
        if let Some(off) = &cleanup.foreign_keys_off {
            line(text, format_args!("  foreign keys off: {} deleted, orphans {:?}", off.n_deleted, off.orphans));
        }
        for rows in &cleanup.blocking {
            line(text, format_args!("  blocked by {} rows of {} naming {}", rows.n_rows, rows.table, rows.n_parents));
        }
        let (missed, without_time) = (cleanup.n_missed_by_text_comparison, cleanup.n_without_time);
        line(text, format_args!("  missed {missed:?}, without time {without_time:?} of {:?}", cleanup.n_table_rows));
    }
    out
}

fn line(out: &mut String, words: std::fmt::Arguments<'_>) {
    writeln!(out, "{words}").expect("a String takes everything");
}

fn claim(out: &mut String, claim: Option<&Claim>) {
    if let Some(claim) = claim {
        let (before, after) = (claim.before.verdict.name(), claim.after.verdict.name());
        line(out, format_args!("  claims {}: {before}, after the migration {after}", claim.index));
    }
}

fn plan(out: &mut String, side: &str, rendered: &str) {
    line(out, format_args!("  {side}"));
    rendered.lines().skip(1).for_each(|row| line(out, format_args!("    {row}")));
}

fn shown(value: &Value) -> String {
    format!("{} {}", value.storage_class().name(), value.display())
}

fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Compares with the golden file and shows the first lines that differ.
#[track_caller]
pub fn check(report: &Report) {
    let actual = render_report(report);
    if actual == GOLDEN {
        return;
    }
    let pairs = actual.lines().zip(GOLDEN.lines()).enumerate();
    let differing: Vec<String> = pairs
        .filter(|(_, (actual, golden))| actual != golden)
        .take(10)
        .map(|(at, (actual, golden))| format!("line {}\n  golden {golden}\n  now    {actual}", at + 1))
        .collect();
    panic!(
        "the sample gives another answer than tests/golden/sample.txt ({} lines, {} there); if that is right, bless it: \
         BLESS=1 cargo test --test golden\n{}",
        actual.lines().count(),
        GOLDEN.lines().count(),
        differing.join("\n")
    );
}
