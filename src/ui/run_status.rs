//! Where the run stands: in one sentence for every view, with its end button while it goes on.

use leptos::prelude::*;

use crate::domain::numbers;

use super::icons::{Glyph, Icon};
use super::route::Route;
use super::state::{Inspector, RunState};

/// For the views that do not show the run itself. The element stays, so that a screen reader hears what changes in it.
#[component]
pub fn RunStatus() -> impl IntoView {
    let inspector = Inspector::use_();
    let elsewhere = Memo::new(move |_| inspector.route.get() != Route::Summary);
    let is_running = Memo::new(move |_| inspector.is_running());
    let text = Memo::new(move |_| {
        inspector.run.with(|run| match run {
            RunState::Running(running) => {
                format!("{}, {:.0} %", running.current.label(), running.share() * 100.0)
            }
            RunState::Finished { .. } | RunState::Cancelled { .. } => status(run, inspector),
            RunState::Idle | RunState::Judging | RunState::Judged { .. } => String::new(),
        })
    });
    move || {
        elsewhere.get().then(|| {
            view! {
                <div class="run-status" class:empty=move || text.get().is_empty()>
                    <p role="status">{text}</p>
                    <Show when=move || is_running.get()>
                        <button class="btn small" type="button" on:click=move |_| inspector.cancel()>
                            <Icon glyph=Glyph::X />
                            "Cancel"
                        </button>
                    </Show>
                </div>
            }
        })
    }
}

/// In one sentence. It starts with `Finished` once all is done.
pub fn status(run: &RunState, inspector: Inspector) -> String {
    match run {
        RunState::Idle if inspector.is_saved() => "The report was saved before everything had run.".into(),
        RunState::Idle => "Nothing was asked of this file yet.".into(),
        RunState::Judging => "Asking SQLite for plans\u{2026}".into(),
        RunState::Judged { elapsed_ms } => {
            format!("Plans asked for in {}. Nothing is measured yet.", elapsed(*elapsed_ms))
        }
        RunState::Running(running) => running.current.label(),
        RunState::Finished { elapsed_ms } => format!("Finished in {}: {}.", elapsed(*elapsed_ms), what_ran(inspector)),
        RunState::Cancelled { n_done, n_steps } => {
            format!("Cancelled after {n_done} of {n_steps} steps. What was done is kept.")
        }
    }
}

fn what_ran(inspector: Inspector) -> String {
    let mut parts = inspector.catalogue.with(|catalogue| {
        catalogue.as_ref().map_or_else(Vec::new, |catalogue| {
            vec![
                numbers::counted(catalogue.n_claims() as u64, "claim", "claims"),
                numbers::counted(catalogue.queries.len() as u64, "query", "queries"),
                numbers::counted(catalogue.cleanups.len() as u64, "clean-up", "clean-ups"),
            ]
        })
    });
    let n_failed = inspector.report.with(|report| report.as_ref().map_or(0, |report| report.failed_steps.len()));
    if n_failed > 0 {
        parts.push(numbers::counted(n_failed as u64, "step failed", "steps failed"));
    }
    parts.join(", ")
}

fn elapsed(ms: f64) -> String {
    numbers::duration((ms * 1e6) as u64).text()
}
