//! A button that asks for what is not known yet, step by step.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::failure::FailureKind;
use crate::domain::numbers;
use crate::domain::run::Step;
use crate::ui::{Glyph, Icon, Inspector};

/// Runs `steps` in order and stops at the first that fails. Disabled while any of them goes on, and during a run; not
/// there beside a saved report.
#[component]
pub fn StepButton(
    #[prop(into)] steps: Signal<Vec<Step>>,
    #[prop(into)] label: String,
    /// What goes on, while it does.
    #[prop(into)]
    busy_label: String,
    #[prop(default = "btn small")] class: &'static str,
) -> impl IntoView {
    let inspector = Inspector::use_();
    if untrack(|| inspector.is_saved()) {
        return ().into_any();
    }
    let busy = Memo::new(move |_| steps.with(|steps| steps.iter().any(|step| inspector.is_busy(step))));
    let blocked = Memo::new(move |_| busy.get() || inspector.is_running());
    let run = move |_| {
        if blocked.get_untracked() {
            return;
        }
        let steps = steps.get_untracked();
        spawn_local(async move {
            for step in steps {
                if let Err(failure) = inspector.run_step(step).await {
                    if failure.kind != FailureKind::Cancelled {
                        inspector.failure.set(Some(failure));
                    }
                    break;
                }
            }
        });
    };
    // Not `disabled`: a button that loses the focus when it is pressed sends keyboard users back to the top.
    view! {
        <button class=class type="button" aria-disabled=move || blocked.get().then_some("true") on:click=run>
            {move || {
                let glyph = if busy.get() { Glyph::Spin } else { Glyph::Play };
                view! { <Icon glyph=glyph /> }
            }}
            <span aria-live="polite">{move || if busy.get() { busy_label.clone() } else { label.clone() }}</span>
            // Not announced: it changes many times a second.
            {move || {
                let (n_done, n_total) = inspector.within.get().filter(|_| busy.get())?;
                Some(format!(" {:.0}\u{a0}%", numbers::share(n_done, n_total)?))
            }}
        </button>
        <CancelButton busy=busy />
    }
    .into_any()
}

/// There while something goes on, which it ends.
#[component]
pub fn CancelButton(#[prop(into)] busy: Signal<bool>) -> impl IntoView {
    let inspector = Inspector::use_();
    view! {
        <Show when=move || busy.get()>
            <button class="btn plain small" type="button" on:click=move |_| inspector.cancel()>
                "Cancel"
            </button>
        </Show>
    }
}
