//! The list of shortcuts, as the browser's own dialog: it keeps the focus inside and closes with Escape.

use leptos::html::Dialog;
use leptos::prelude::*;

use super::icons::{Glyph, Icon};
use super::shortcuts::SHORTCUTS;

/// Opens the dialog from anywhere. Provided as a context by the shell.
#[derive(Clone, Copy)]
pub struct ShortcutsDialog(NodeRef<Dialog>);

impl ShortcutsDialog {
    pub fn new() -> Self {
        Self(NodeRef::new())
    }

    pub fn show(self) {
        if let Some(dialog) = self.0.get_untracked().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
        }
    }
}

#[component]
pub fn Shortcuts(dialog: ShortcutsDialog) -> impl IntoView {
    view! {
        <dialog class="overlay dialog" aria-labelledby="shortcuts-title" node_ref=dialog.0>
            <form method="dialog" class="row spread dialog-head">
                <h2 id="shortcuts-title">"Keyboard shortcuts"</h2>
                <button class="btn plain square" type="submit" aria-label="Close">
                    <Icon glyph=Glyph::X />
                </button>
            </form>
            <dl class="kv keys">
                {SHORTCUTS
                    .into_iter()
                    .map(|(keys, does)| {
                        let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> " " }).collect_view();
                        view! {
                            <dt>{keys}</dt>
                            <dd>{does}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
        </dialog>
    }
}
