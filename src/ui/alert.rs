//! What went wrong, what it means and what to do.

use leptos::prelude::*;

use crate::domain::failure::Failure;
use crate::domain::verdict::Verdict;

use super::icons::{Glyph, Icon};
use super::state::Inspector;

/// The failure to show, above the view. What was open before stays usable below it.
#[component]
pub fn FailureAlert() -> impl IntoView {
    let inspector = Inspector::use_();
    let dismiss = move |_| inspector.failure.set(None);
    let words = |failure: Failure| {
        let code = failure.sqlite_code.map(|code| view! { <samp>"SQLite result code " {code}</samp> });
        view! {
            <p>
                <strong>{sentence(&failure.message)}</strong>
                " "
                {failure.kind.help()}
                {code.map(|code| view! { " " {code} })}
            </p>
        }
    };
    move || {
        inspector.failure.get().map(|failure| {
            view! {
                <div class="alert failure" data-tone="bad" role="alert">
                    <Icon glyph=Glyph::Verdict(Verdict::Refused) />
                    {words(failure)}
                    <button class="btn small" type="button" on:click=dismiss>
                        "Dismiss"
                    </button>
                </div>
            }
        })
    }
}

/// SQLite's words end without a full stop.
fn sentence(message: &str) -> String {
    let message = message.trim_end();
    let ends = message.ends_with(['.', '!', '?', '\u{2026}']);
    if ends { message.into() } else { format!("{message}.") }
}
