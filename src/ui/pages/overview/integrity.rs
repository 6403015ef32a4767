//! Is the file whole? SQLite's checks on demand, and what they find.

use leptos::prelude::*;

use crate::domain::integrity::{CheckDepth, IntegrityReport};
use crate::domain::numbers;
use crate::ui::Marked;
use crate::ui::components::alert::{FailedHere, Note};
use crate::ui::components::copy::CopyButton;
use crate::ui::components::verdict::Tone;
use crate::ui::icons::{Glyph, Icon};
use crate::ui::integrity::Integrity;
use crate::ui::state::Inspector;

/// Lines of the list that stand in the page; all of them are copied.
const N_SHOWN: usize = 100;

#[component]
pub fn IntegrityCheck() -> impl IntoView {
    let inspector = Inspector::use_();
    let integrity = inspector.integrity;
    let is_checking = Memo::new(move |_| integrity.with(Integrity::is_checking));
    // Without the pages: what shows them is built once, not with each of them.
    let outcome = Memo::new(move |_| match integrity.get() {
        Integrity::Checking { depth, .. } => Integrity::Checking { depth, pages: (0, 0) },
        other => other,
    });
    let found = Memo::new(move |_| inspector.report.with(|report| report.as_ref()?.integrity.clone()));
    let body = move || match outcome.get() {
        Integrity::Idle => found.get().map(|report| view! { <Outcome report=report /> }).into_any(),
        Integrity::Checking { depth, .. } => view! { <Checking depth=depth /> }.into_any(),
        Integrity::Failed(failure) => view! { <FailedHere failure=failure /> }.into_any(),
    };
    let buttons = move || {
        let buttons = || CheckDepth::ALL.map(|depth| view! { <CheckButton depth=depth off=is_checking /> });
        (!inspector.is_saved()).then(buttons)
    };
    view! {
        <section class="section" aria-labelledby="integrity">
            <div class="section-head">
                <h2 id="integrity">"Is the file whole?"</h2>
                <p>
                    "SQLite\u{2019}s own checks read every page. The full one also compares each index with its table, which "
                    "takes longer."
                </p>
                <span class="push row row-tight">
                    {buttons}
                </span>
            </div>
            <div class="stack stack-3">{body}</div>
        </section>
    }
}

#[component]
fn CheckButton(depth: CheckDepth, off: Memo<bool>) -> impl IntoView {
    let inspector = Inspector::use_();
    let is_off = Memo::new(move |_| off.get() || inspector.is_running());
    // Not `disabled`: a button that loses the focus when it is pressed sends keyboard users back to the top.
    let press = move |_| {
        if !is_off.get_untracked() {
            inspector.check_integrity(depth);
        }
    };
    view! {
        <button class="btn small" type="button" aria-disabled=move || is_off.get().then_some("true") on:click=press>
            {depth.label()}
        </button>
    }
}

#[component]
fn Checking(depth: CheckDepth) -> impl IntoView {
    let inspector = Inspector::use_();
    let pages = Memo::new(move |_| match inspector.integrity.get() {
        Integrity::Checking { pages, .. } => pages,
        _ => (0, 0),
    });
    // Beside the status, not in it: it changes too often to be read aloud.
    let share = move || {
        let (n_done, n_total) = pages.get();
        let counted = format!("{} of {}", numbers::count(n_done), numbers::counted(n_total, "page", "pages"));
        (n_total > 0).then_some(counted)
    };
    view! {
        <div class="row">
            <p role="status">{format!("{} goes on.", depth.label())}</p>
            <p class="muted">{share}</p>
            <button class="btn small" type="button" on:click=move |_| inspector.cancel()>
                <Icon glyph=Glyph::X />
                "Cancel"
            </button>
        </div>
        <progress
            class="progress"
            max=move || pages.get().1.max(1).to_string()
            value=move || pages.get().0.to_string()
            aria-label=depth.label()
        ></progress>
    }
}

#[component]
fn Outcome(report: IntegrityReport) -> impl IntoView {
    let words = report.words();
    if report.is_whole() {
        return view! {
            <p role="status" class="row row-tight">
                <Icon glyph=Glyph::Check />
                {words}
            </p>
        }
        .into_any();
    }
    let all = report.problems.join("\n");
    let n_more = report.problems.len().saturating_sub(N_SHOWN) as u64;
    let lines = report.problems.into_iter().take(N_SHOWN).map(|problem| view! { <li>{problem}</li> });
    let more = (n_more > 0).then(|| {
        view! { <p class="muted">{format!("{} more are copied with the list.", numbers::count(n_more))}</p> }
    });
    view! {
        <Note tone=Tone::Bad title=words>
            <p>
                <Marked text=IntegrityReport::REMEDY />
            </p>
        </Note>
        <div class="table-scroll" role="region" aria-label="What is wrong with the file" tabindex="0">
            <ol class="mono options">{lines.collect_view()}</ol>
        </div>
        {more}
        <p>
            <CopyButton text=all label="Copy the list" />
        </p>
    }
    .into_any()
}
