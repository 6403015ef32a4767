//! The head of the summary: where the run stands, the answer so far, and what goes on while it goes on.

use leptos::prelude::*;

use crate::domain::headline::{self, Headline};
use crate::domain::verdict::Verdict;
use crate::ui::download::DownloadMigration;
use crate::ui::icons::{Glyph, Icon};
use crate::ui::marked::Marked;
use crate::ui::route::Route;
use crate::ui::run_status::status;
use crate::ui::state::{Inspector, RunState};

use super::running::{Bar, Share, Steps};

/// The status stays one element through all states, so that a screen reader hears what changes in it.
#[component]
pub fn Answer() -> impl IntoView {
    let inspector = Inspector::use_();
    let is_running = Memo::new(move |_| inspector.is_running());
    let is_finished = Memo::new(move |_| inspector.run.with(|run| matches!(run, RunState::Finished { .. })));
    let some_failed = Memo::new(move |_| {
        is_finished.get() && inspector.report.with(|r| r.as_ref().is_some_and(|r| !r.failed_steps.is_empty()))
    });
    let status = Memo::new(move |_| inspector.run.with(|run| status(run, inspector)));
    view! {
        <div class="answer stack stack-3" data-state=move || if is_running.get() { "running" } else { "still" }>
            <p class="status-line" role="status" data-failed=move || some_failed.get().then_some("")>
                <Show when=move || is_finished.get()>
                    {move || match some_failed.get() {
                        true => view! { <Icon glyph=Glyph::Warn /> },
                        false => view! { <Icon glyph=Glyph::Verdict(Verdict::Holds) /> },
                    }}
                </Show>
                <span>{status}</span>
                <Show when=move || some_failed.get()>
                    <a href=Route::Report.href()>"Which steps failed"</a>
                </Show>
            </p>
            {move || match is_running.get() {
                true => view! { <Checking /> }.into_any(),
                false => view! { <Verdicts /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Verdicts() -> impl IntoView {
    let inspector = Inspector::use_();
    let headline = Memo::new(move |_| {
        inspector.report.with(|report| {
            inspector.catalogue.with(|catalogue| match (report, catalogue) {
                (Some(report), Some(catalogue)) => headline::summary(report, catalogue),
                _ => Headline::default(),
            })
        })
    });
    let file = move || inspector.database.with(|d| d.as_ref().map(|d| d.file_name.clone()).unwrap_or_default());
    let title = move || Some(headline.get().title).filter(|title| !title.is_empty()).unwrap_or_else(file);
    view! {
        <h1>{move || view! { <Marked text=title() /> }}</h1>
        {move || {
            let lead = headline.get().lead;
            (!lead.is_empty())
                .then(|| view! {
                    <p class="lead">
                        <Marked text=lead />
                    </p>
                })
        }}
        <DownloadMigration />
    }
}

#[component]
fn Checking() -> impl IntoView {
    let inspector = Inspector::use_();
    let file = inspector.database.with_untracked(|d| d.as_ref().map(|d| d.file_name.clone()).unwrap_or_default());
    view! {
        <h1>{format!("Checking {file}")}</h1>
        <Share />
        <div class="stack stack-3 run-bar">
            <Bar />
            <div class="row">
                <button class="btn" type="button" on:click=move |_| inspector.cancel()>
                    <Icon glyph=Glyph::X />
                    "Cancel"
                </button>
                <span class="hint">"What is done stays when you cancel."</span>
            </div>
        </div>
        <Steps />
    }
}
