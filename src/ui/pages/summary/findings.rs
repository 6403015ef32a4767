//! What is wrong, worst first, with the evidence and what puts it right. The words are the domain's.

use leptos::prelude::*;

use crate::domain::finding::{Figure, Finding, Severity, Subject};
use crate::ui::components::copy::CopyButton;
use crate::ui::components::sql::Sql;
use crate::ui::components::verdict::{Badge, Face, Tone};
use crate::ui::icons::Glyph;
use crate::ui::marked::Marked;
use crate::ui::route::Route;
use crate::ui::state::{Inspector, RunState};

/// A finding about more entries than this names the first of them.
const MAX_LINKS: usize = 6;

#[component]
pub fn Findings() -> impl IntoView {
    let inspector = Inspector::use_();
    let derived = Memo::new(move |_| {
        inspector.report.with(|report| report.as_ref().map(|report| report.findings.clone()).unwrap_or_default())
    });
    // In a task of their own, behind the one that draws the answer: together they would block the page for long.
    let findings = RwSignal::new(Vec::new());
    Effect::new(move |_| {
        let new = derived.get();
        set_timeout(
            move || {
                // The view may be gone by then.
                let _ = findings.try_set(new);
            },
            std::time::Duration::ZERO,
        );
    });
    let is_finished = Memo::new(move |_| inspector.run.with(|run| matches!(run, RunState::Finished { .. })));
    let title = move || if is_finished.get() { "Findings" } else { "Findings so far" };
    let aside = move || match (findings.with(Vec::len), is_finished.get()) {
        (0, true) => "none".into(),
        (0, false) => "none; more may follow".into(),
        (n, true) => format!("{n}, worst first"),
        (n, false) => format!("{n}, ready to use; more may follow"),
    };
    view! {
        <section class="findings-section" aria-labelledby="findings">
            <div class="section-head">
                <h2 id="findings">{title}</h2>
                <span class="aside">{aside}</span>
            </div>
            <Show when=move || findings.with(|findings| !findings.is_empty())>
                <ol class="findings">
                    // A finding is drawn again only when it changes: an open fix stays open while the run goes on.
                    <For each=move || findings.get() key=key let:finding>
                        <FindingLine finding=finding />
                    </For>
                </ol>
            </Show>
        </section>
    }
}

fn key(finding: &Finding) -> String {
    let figure = finding.figure.as_ref().map_or("", |figure| &figure.value);
    format!("{} {} {} {figure}", finding.rule, finding.title, finding.evidence)
}

fn face(severity: Severity) -> Face {
    let tone = match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Info => Tone::Info,
    };
    Face::new(tone, Glyph::from(severity), severity.label())
}

#[component]
fn FindingLine(finding: Finding) -> impl IntoView {
    let Finding { severity, title, evidence, figure, fix_sql, about, .. } = finding;
    let fix = fix_sql.clone().map(|sql| {
        view! {
            <details class="fix">
                <summary>"Show the SQL"</summary>
                <Sql sql=sql caption="What puts it right" copy=false />
            </details>
        }
    });
    let copy = fix_sql.map(|sql| {
        let what = title.clone();
        view! { <CopyButton text=sql label="Copy the fix" what=what /> }
    });
    view! {
        <li>
            <Badge face=face(severity) />
            <div class="finding-text">
                <h3>
                    <Marked text=title />
                </h3>
                <p>
                    <Marked text=evidence />
                </p>
                <Links about=about />
                {fix}
            </div>
            <div class="evidence">{figure.map(|figure| view! { <FigureOf figure=figure /> })}</div>
            <div class="finding-do">{copy}</div>
        </li>
    }
}

#[component]
fn FigureOf(figure: Figure) -> impl IntoView {
    view! {
        <span class="figure">{figure.value}</span>
        <small>{figure.of_what}</small>
    }
}

#[component]
fn Links(about: Vec<Subject>) -> impl IntoView {
    let n_more = about.len().saturating_sub(MAX_LINKS);
    let links = about.into_iter().take(MAX_LINKS).map(|subject| {
        let (route, name) = match subject {
            Subject::Index(name) => (Route::Indexes(Some(name.clone())), name),
            Subject::Query(id) => (Route::Queries(Some(id.clone())), id),
            Subject::Cleanup(id) => (Route::Cleanups(Some(id.clone())), id),
            Subject::Table(name) => (Route::Overview(Some(name.clone())), name),
        };
        view! { <a href=route.href()>{name}</a> }
    });
    let links = links.collect_view();
    (!links.is_empty()).then(|| {
        view! {
            <p class="finding-links">
                {links} {(n_more > 0).then(|| view! { <span class="faint">{format!("and {n_more} more")}</span> })}
            </p>
        }
    })
}
