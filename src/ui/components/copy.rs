//! A button that copies a text and says so.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::ui::{Glyph, Icon};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Feedback {
    None,
    Copied,
    Failed,
}

const FEEDBACK_TIME: Duration = Duration::from_secs(2);

/// The label changes for a moment; the same word is announced.
#[component]
pub fn CopyButton(
    #[prop(into)] text: Signal<String>,
    #[prop(into, default = "Copy".into())] label: String,
    /// What is copied, when the label alone does not tell.
    #[prop(optional, into)]
    what: Option<String>,
) -> impl IntoView {
    let (feedback, set_feedback) = signal(Feedback::None);
    let copy = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            let outcome = if write_clipboard(&text).await { Feedback::Copied } else { Feedback::Failed };
            // The button may be gone by the time that the clipboard answers.
            let _ = set_feedback.try_set(outcome);
            set_timeout(
                move || {
                    let _ = set_feedback.try_set(Feedback::None);
                },
                FEEDBACK_TIME,
            );
        });
    };
    let word = move || match feedback.get() {
        Feedback::None => label.clone(),
        Feedback::Copied => "Copied".into(),
        Feedback::Failed => "Not copied".into(),
    };
    let announced = move || match feedback.get() {
        Feedback::None => "",
        Feedback::Copied => "Copied to the clipboard",
        Feedback::Failed => "The browser did not allow copying",
    };
    view! {
        <button class="btn plain small" type="button" on:click=copy>
            {move || {
                let glyph = if feedback.get() == Feedback::Copied { Glyph::Check } else { Glyph::Copy };
                view! { <Icon glyph=glyph /> }
            }}
            <span>{word}</span>
            {what.map(|what| view! { <span class="visually-hidden">{format!(" {what}")}</span> })}
            <span class="visually-hidden" role="status">
                {announced}
            </span>
        </button>
    }
}

/// False when the browser has no clipboard (a page that is not secure) or does not allow writing to it.
pub async fn write_clipboard(text: &str) -> bool {
    let navigator = window().navigator();
    let there = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard")).is_ok_and(|it| it.is_object());
    there && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
