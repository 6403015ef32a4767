//! The file input, dressed as a button.

use leptos::ev::Event;
use leptos::prelude::*;

use super::drop::files;
use super::state::Inspector;

/// The input lies over the label, so that a click, a key and a script all reach the same control.
#[component]
pub fn OpenButton(class: &'static str) -> impl IntoView {
    let inspector = Inspector::use_();
    let chosen = move |event: Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let files = files(input.files());
        // The same file chosen again must be a change again.
        input.set_value("");
        if !files.is_empty() {
            inspector.open(files);
        }
    };
    view! {
        <label class=class>
            "Open database"
            <input type="file" multiple aria-label="Open database" on:change=chosen />
        </label>
    }
}
