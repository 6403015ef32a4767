//! The head of a view: its answer as the title, and the sentences that follow it.

use leptos::prelude::*;

use crate::domain::headline::Headline;
use crate::ui::Marked;

/// `name` stands in for the title until there is an answer.
#[component]
pub fn Answer(#[prop(into)] headline: Signal<Headline>, name: &'static str) -> impl IntoView {
    let title =
        move || headline.with(|headline| if headline.title.is_empty() { name.into() } else { headline.title.clone() });
    let lead = move || headline.with(|headline| headline.lead.clone());
    view! {
        <div class="stack stack-2">
            <h1>{move || view! { <Marked text=title() /> }}</h1>
            <Show when=move || headline.with(|headline| !headline.lead.is_empty())>
                <p class="muted">{move || view! { <Marked text=lead() /> }}</p>
            </Show>
        </div>
    }
}
