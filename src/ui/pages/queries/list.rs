//! All queries with the verdict on each, as the file was dropped.

use leptos::prelude::*;

use crate::domain::query::QueryReport;
use crate::domain::verdict::Verdict;
use crate::ui::components::verdict::{Face, Tone};
use crate::ui::{Glyph, Icon, Inspector, Route};

#[component]
pub fn List(current: Memo<Option<String>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let ids = Memo::new(move |_| {
        inspector.catalogue.with(|catalogue| {
            let queries = catalogue.iter().flat_map(|catalogue| &catalogue.queries);
            queries.map(|query| query.id.clone()).collect::<Vec<_>>()
        })
    });
    view! {
        <nav class="master-list" aria-label="Queries">
            <ul class="pick">
                <For each=move || ids.get() key=|id| id.clone() let:id>
                    <Item id=id current=current />
                </For>
            </ul>
        </nav>
    }
}

#[component]
fn Item(id: String, current: Memo<Option<String>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let href = Route::Queries(Some(id.clone())).href();
    let name = id.clone();
    let is_current = {
        let id = id.clone();
        move || current.with(|current| current.as_deref() == Some(id.as_str())).then_some("page")
    };
    let face =
        Memo::new(move |_| inspector.report.with(|report| face(report.as_ref().and_then(|report| report.query(&id)))));
    let title = {
        let name = name.clone();
        move || face.with(|face| format!("{name}: {}", face.label))
    };
    view! {
        <li data-tone=move || face.with(|face| face.tone.name())>
            <a href=href title=title aria-current=is_current>
                {move || view! { <Icon glyph=face.with(|face| face.glyph) /> }}
                <span>
                    {name} <span class="visually-hidden">{move || face.with(|face| format!(": {}", face.label))}</span>
                </span>
            </a>
        </li>
    }
}

fn face(query: Option<&QueryReport>) -> Face {
    match query {
        None => Face::unknown(),
        Some(query) => match &query.claim {
            Some(claim) => claim.before.verdict.into(),
            None if query.error.is_some() => Verdict::NotApplicable.into(),
            None => Face::new(Tone::Mute, Glyph::Dot, "No claim"),
        },
    }
}
