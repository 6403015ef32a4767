//! The file input, dressed as a button.

use leptos::ev::{Event, MouseEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use super::drop::files;
use super::file_watch::{picked, picker};
use super::intake::Picked;
use super::state::Inspector;

#[component]
pub fn OpenButton(class: &'static str) -> impl IntoView {
    let inspector = Inspector::use_();
    let take = move |files: Vec<File>| inspector.take_files(files.into_iter().map(Picked::from).collect());
    // A file picker of the browser's own gives the way back to a file; a script that fills the input needs none.
    let pick = move |event: MouseEvent| {
        let Some(picker) = picker() else { return };
        event.prevent_default();
        spawn_local(async move {
            if let Some(handles) = picked(picker).await.filter(|handles| !handles.is_empty()) {
                inspector.open_handles(handles, false).await;
            }
        });
    };
    view! {
        <span class="contents" on:click=pick>
            <FileButton class=class label="Open database" on_files=take />
        </span>
    }
}

/// The input lies over the label, so that a click, a key and a script all reach the same control.
#[component]
pub fn FileButton(
    class: &'static str,
    label: &'static str,
    /// As the input's attribute takes it; anything when empty.
    #[prop(optional)]
    accept: &'static str,
    /// Whether a whole folder is chosen.
    #[prop(optional)]
    folder: bool,
    on_files: impl Fn(Vec<File>) + 'static,
) -> impl IntoView {
    let chosen = move |event: Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let files = files(input.files());
        // The same file chosen again must be a change again.
        input.set_value("");
        if !files.is_empty() {
            on_files(files);
        }
    };
    view! {
        <label class=class>
            {label}
            <input
                type="file"
                multiple
                accept=accept
                aria-label=label
                prop:webkitdirectory=folder
                on:change=chosen
            />
        </label>
    }
}
