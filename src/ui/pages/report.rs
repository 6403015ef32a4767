//! The report: what is in it, what it was made with, and the file itself.

mod difference;

use leptos::prelude::*;

use crate::domain::exports::Format;
use crate::domain::headline;
use crate::domain::numbers;
use crate::domain::report::{FailedStep, Report};
use crate::ui::components::table_frame::TableFrame;
use crate::ui::download::DownloadReport;
use crate::ui::state::Inspector;

use difference::Difference;

#[component]
pub fn ReportView() -> impl IntoView {
    let inspector = Inspector::use_();
    let headline =
        Memo::new(move |_| inspector.report.with(|report| report.as_ref().map(headline::report).unwrap_or_default()));
    view! {
        <div class="answer stack stack-3">
            <h1>{move || headline.get().title}</h1>
            <p class="lead">{move || headline.get().lead}</p>
            <div class="row no-print">
                {Format::ALL.map(|format| view! { <DownloadReport format=format primary=format == Format::Json /> })}
            </div>
        </div>
        <Difference />
        <Contents />
        <FailedSteps />
        <section class="section" aria-labelledby="made-with">
            <div class="section-head">
                <h2 id="made-with">"What it was made with"</h2>
            </div>
            <ReportFacts />
            <CompileOptions />
        </section>
    }
}

/// One line for each part of the JSON file.
fn contents(report: &Report) -> Vec<(&'static str, &'static str, String)> {
    let n = |n: usize| numbers::count(n as u64);
    let judged = report.queries.iter().filter(|query| query.claim.is_some()).count();
    let measured = report.queries.iter().filter(|query| query.before.is_some()).count();
    let executed = report.cleanups.iter().filter(|cleanup| cleanup.foreign_keys_on.is_some()).count();
    let built = report.migration.iter().filter(|entry| entry.elapsed_ns.is_some()).count();
    vec![
        ("migration", "Documented indexes", format!("{}, {} built on a copy", n(report.migration.len()), n(built))),
        (
            "queries",
            "Documented queries",
            format!("{}, {} with a claim, {} measured", n(report.queries.len()), n(judged), n(measured)),
        ),
        ("cleanups", "Clean-ups", format!("{}, {} executed on a copy", n(report.cleanups.len()), n(executed))),
        ("practices", "Practices that were tried", n(report.practices.len())),
        ("findings", "Findings", n(report.findings.len())),
        ("sizes", "Tables and indexes with their sizes", n(report.sizes.len())),
        ("failed_steps", "Steps that failed", n(report.failed_steps.len())),
    ]
}

#[component]
fn Contents() -> impl IntoView {
    let inspector = Inspector::use_();
    let contents = Memo::new(move |_| inspector.report.with(|r| r.as_ref().map(contents).unwrap_or_default()));
    let rows = move || {
        let lines = contents.get().into_iter().map(|(field, what, how_many)| {
            view! {
                <tr>
                    <th scope="row">{what}</th>
                    <td>
                        <code>{field}</code>
                    </td>
                    <td>{how_many}</td>
                </tr>
            }
        });
        lines.collect_view()
    };
    view! {
        <section class="section" aria-labelledby="contents">
            <div class="section-head">
                <h2 id="contents">"What is in it"</h2>
            </div>
            <TableFrame
                label="Parts of the report"
                caption="Parts of the report"
                heads=&[("Part", ""), ("Field", ""), ("Entries", "")]
            >
                {rows}
            </TableFrame>
        </section>
    }
}

#[component]
fn FailedSteps() -> impl IntoView {
    let inspector = Inspector::use_();
    let failed =
        Memo::new(move |_| inspector.report.with(|r| r.as_ref().map(|r| r.failed_steps.clone()).unwrap_or_default()));
    let line = |FailedStep { step, message }| {
        view! {
            <dt>{step}</dt>
            <dd>
                <samp>{message}</samp>
            </dd>
        }
    };
    view! {
        <Show when=move || failed.with(|failed| !failed.is_empty())>
            <section class="section" aria-labelledby="failed-steps">
                <div class="section-head">
                    <h2 id="failed-steps">"Steps that failed"</h2>
                </div>
                <dl class="kv">{move || failed.get().into_iter().map(line).collect_view()}</dl>
                <p class="hint">
                    "The rest of the run went on without them. Each can be run alone, in its own view, where it has no time limit."
                </p>
            </section>
        </Show>
    }
}

/// What another person needs to get the same answers.
fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let Report { database, environment, .. } = report;
    let migrations = match database.applied_migrations.last() {
        None => "none recorded".into(),
        Some(last) => format!("{}, the last {last}", database.applied_migrations.len()),
    };
    let isolated =
        if environment.cross_origin_isolated { "cross-origin isolated" } else { "not cross-origin isolated" };
    let mut facts = vec![
        (
            "File",
            format!(
                "{}, {} bytes, {} pages of {}, journal mode {}",
                database.file_name,
                numbers::count(database.bytes),
                numbers::count(database.page_count),
                numbers::count(database.page_size.into()),
                database.journal_mode
            ),
        ),
        ("Applied migrations", migrations),
        ("Evaluated at", format!("{} UTC", report.now.sqlite_text())),
        ("SQLite", environment.sqlite_version.clone()),
        ("Browser", environment.user_agent.clone()),
        ("Clock", format!("steps of {}, {isolated}", numbers::duration(environment.clock_granularity_ns).text())),
    ];
    if let Some(elapsed_ns) = report.elapsed_ns {
        facts.push(("Run", numbers::duration(elapsed_ns).text()));
    }
    facts
}

#[component]
pub fn ReportFacts() -> impl IntoView {
    let inspector = Inspector::use_();
    let facts = Memo::new(move |_| inspector.report.with(|r| r.as_ref().map(facts).unwrap_or_default()));
    let line = |(name, value)| {
        view! {
            <dt>{name}</dt>
            <dd>{value}</dd>
        }
    };
    view! { <dl class="kv tight">{move || facts.get().into_iter().map(line).collect_view()}</dl> }
}

#[component]
fn CompileOptions() -> impl IntoView {
    let environment = Inspector::use_().environment;
    let options = move || {
        let options = environment.with(|e| e.as_ref().map(|e| e.compile_options.clone()).unwrap_or_default());
        options.into_iter().map(|option| view! { <li>{option}</li> }).collect_view()
    };
    view! {
        <details class="more">
            <summary>"Compile options of SQLite"</summary>
            <ul class="mono options">{options}</ul>
        </details>
    }
}
