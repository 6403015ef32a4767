//! All practices with the verdict on each.

use leptos::prelude::*;

use crate::domain::practices::{DocumentedPractice, PracticeReport, PracticeVerdict};
use crate::domain::verdict::Verdict;
use crate::ui::components::verdict::{Face, Tone};
use crate::ui::{Glyph, Icon, Inspector, Route};

#[component]
pub fn List(current: Memo<Option<String>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let practices = inspector.catalogue.with_untracked(|catalogue| {
        catalogue.iter().flat_map(|catalogue| catalogue.practices.clone()).collect::<Vec<_>>()
    });
    let items = practices.into_iter().map(|practice| view! { <Item practice=practice current=current /> });
    view! {
        <nav class="master-list" aria-label="Practices">
            <ul class="pick">{items.collect_view()}</ul>
        </nav>
    }
}

#[component]
fn Item(practice: DocumentedPractice, current: Memo<Option<String>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let DocumentedPractice { id, title, .. } = practice;
    let href = Route::Practices(Some(id.clone())).href();
    let is_current = {
        let id = id.clone();
        move || current.with(|current| current.as_deref() == Some(id.as_str())).then_some("page")
    };
    let face = Memo::new(move |_| {
        inspector.report.with(|report| practice_face(report.as_ref().and_then(|report| report.practice(&id))))
    });
    view! {
        <li data-tone=move || face.with(|face| face.tone.name())>
            <a href=href aria-current=is_current>
                {move || view! { <Icon glyph=face.with(|face| face.glyph) /> }}
                <span>
                    {title} <span class="visually-hidden">{move || face.with(|face| format!(": {}", face.label))}</span>
                </span>
            </a>
        </li>
    }
}

/// What the badge shows; `None` for a practice that was not tried.
pub fn practice_face(practice: Option<&PracticeReport>) -> Face {
    let Some(practice) = practice else { return Face { label: "Not tried".into(), ..Face::unknown() } };
    let (tone, glyph) = match practice.verdict {
        PracticeVerdict::Holds => (Tone::Good, Glyph::Verdict(Verdict::Holds)),
        PracticeVerdict::InPart => (Tone::Warn, Glyph::Warn),
        PracticeVerdict::NoDifference => (Tone::Info, Glyph::Same),
        PracticeVerdict::DoesNotHold => (Tone::Bad, Glyph::Verdict(Verdict::Refused)),
        PracticeVerdict::NotApplicable => (Tone::Mute, Glyph::Verdict(Verdict::NotApplicable)),
    };
    Face::new(tone, glyph, practice.verdict.label())
}
