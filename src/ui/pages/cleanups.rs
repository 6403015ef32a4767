//! The documented clean-ups: a tab each, with what the statement would do to this file.

mod blocking;
mod detail;
mod outcomes;
mod removed;
mod retention;
mod rows;
mod space;
mod together;

use leptos::prelude::*;

use crate::domain::headline::{self, Headline};
use crate::ui::components::answer::Answer;
use crate::ui::components::choose::{Tab, Tabs};
use crate::ui::components::verdict::{Badge, Face, cleanup_face};
use crate::ui::{Inspector, Route};

use detail::Detail;
use together::AllTogether;

const PANEL: &str = "cleanup-panel";

#[component]
pub fn Cleanups() -> impl IntoView {
    let inspector = Inspector::use_();
    let headline = Memo::new(move |_| {
        inspector.report.with(|report| {
            inspector.catalogue.with(|catalogue| match (report, catalogue) {
                (Some(report), Some(catalogue)) => headline::cleanups(report, catalogue),
                _ => Headline::default(),
            })
        })
    });
    let entries = inspector.catalogue.with_untracked(|catalogue| {
        let cleanups = catalogue.iter().flat_map(|catalogue| &catalogue.cleanups);
        cleanups.map(|cleanup| (cleanup.id.clone(), cleanup.title.clone())).collect::<Vec<_>>()
    });
    let ids: Vec<String> = entries.iter().map(|(id, _)| id.clone()).collect();
    // The address names the clean-up; without a name, or with an unknown one, the first is shown.
    let current = Memo::new(move |_| {
        let asked = inspector.route.with(|route| match route {
            Route::Cleanups(id) => id.clone(),
            _ => None,
        });
        asked.filter(|id| ids.contains(id)).or_else(|| ids.first().cloned())
    });
    let tabs = entries
        .into_iter()
        .map(|(id, title)| view! { <CleanupTab id=id title=title current=current /> })
        .collect_view();
    let labelled_by = move || current.with(|current| current.as_deref().map(tab_id));
    view! {
        <div class="stack stack-5">
            <Answer headline=headline name="Clean-ups" />
            <Tabs label="Clean-up statements">{tabs}</Tabs>
            <div id=PANEL role="tabpanel" aria-labelledby=labelled_by tabindex="-1">
                {move || current.get().map(|id| view! { <Detail id=id /> })}
            </div>
            <AllTogether />
        </div>
    }
}

fn tab_id(id: &str) -> String {
    format!("tab-{id}")
}

#[component]
fn CleanupTab(id: String, title: String, current: Memo<Option<String>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let id = StoredValue::new(id);
    let face = Memo::new(move |_| {
        inspector.report.with(|report| {
            let cleanup = report.as_ref().and_then(|report| id.with_value(|id| report.cleanup(id)));
            cleanup.map_or_else(Face::unknown, cleanup_face)
        })
    });
    let selected = Signal::derive(move || current.with(|current| id.with_value(|id| current.as_ref() == Some(id))));
    view! {
        <Tab
            id=id.with_value(|id| tab_id(id))
            panel=PANEL
            selected=selected
            on_select=move || Route::Cleanups(Some(id.get_value())).open()
        >
            {title}
            " "
            {move || view! { <Badge face=face.get() /> }}
        </Tab>
    }
}
