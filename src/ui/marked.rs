//! Sentences of the domain, in which backticks mark what SQLite would call it.

use leptos::prelude::*;

/// Every second piece between backticks stands as code.
#[component]
pub fn Marked(#[prop(into)] text: String) -> impl IntoView {
    text.split('`')
        .enumerate()
        .map(|(at, piece)| {
            let piece = piece.to_owned();
            match at % 2 {
                0 => piece.into_any(),
                _ => view! { <code>{piece}</code> }.into_any(),
            }
        })
        .collect_view()
}
