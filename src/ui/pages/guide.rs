//! The guide's sections with their state on this file, each leading to the place that answers it.

use leptos::prelude::*;

use crate::domain::guide::{Place, Section, state};
use crate::domain::headline::Headline;
use crate::domain::troubleshooting::State;
use crate::domain::verdict::Verdict;
use crate::ui::components::answer::Answer;
use crate::ui::components::table_frame::TableFrame;
use crate::ui::components::verdict::{Badge, Face, Tone};
use crate::ui::{Glyph, Inspector, Marked, Route};

#[component]
pub fn Guide() -> impl IntoView {
    let inspector = Inspector::use_();
    let sections = inspector.catalogue.with_untracked(|catalogue| {
        catalogue.iter().flat_map(|catalogue| catalogue.sections.clone()).collect::<Vec<_>>()
    });
    let n_sections = sections.len();
    let headline = Memo::new(move |_| {
        let (guide, application) = inspector
            .catalogue
            .with(|catalogue| catalogue.as_ref().map(|c| (c.guide.clone(), c.application.clone())).unwrap_or_default());
        Headline {
            title: format!("{n_sections} sections of the {guide}, checked on this file"),
            lead: format!(
                "What {application} documents, in its order. Each section leads to the place that answers it."
            ),
        }
    });
    let rows = (0..sections.len())
        .map(|at| {
            let section = sections[at].clone();
            let above = sections[..at].iter().rev().find(|other| other.level < section.level);
            let own = above.is_none_or(|above| above.place != section.place);
            view! { <Row section=section own=own /> }
        })
        .collect_view();
    view! {
        <div class="stack stack-5">
            <Answer headline=headline name="Guide" />
            <TableFrame
                label="Sections of the guide"
                caption="Sections of the guide and their state on this file"
                heads=&[("Section", ""), ("On this file", "")]
            >
                {rows}
            </TableFrame>
        </div>
    }
}

/// A section that is answered where the one above it is says nothing of its `own`.
#[component]
fn Row(section: Section, own: bool) -> impl IntoView {
    let inspector = Inspector::use_();
    let Section { title, level, place } = section;
    let href = route(&place).href();
    let state = Memo::new(move |_| {
        inspector.report.with(|report| {
            inspector.catalogue.with(|catalogue| match (report, catalogue) {
                (Some(report), Some(catalogue)) => state(&place, report, catalogue),
                _ => (State::Unknown, String::new()),
            })
        })
    });
    let stands = move || {
        let (state, text) = state.get();
        view! {
            <span class="row row-tight">
                <Badge face=face(state) />
                <span>
                    <Marked text=text />
                </span>
            </span>
        }
    };
    view! {
        <tr>
            <th scope="row" class="guide-section" data-level=level.to_string()>
                <a href=href>
                    <Marked text=title />
                </a>
            </th>
            <td>{own.then_some(stands)}</td>
        </tr>
    }
}

pub fn face(state: State) -> Face {
    match state {
        State::Fine => Face::new(Tone::Good, Glyph::Verdict(Verdict::Holds), "Fine"),
        State::Attention => Face::new(Tone::Warn, Glyph::Warn, "Look here"),
        State::Told => Face::new(Tone::Info, Glyph::Info, "Told"),
        State::Unknown => Face::new(Tone::Mute, Glyph::Dot, "Open"),
    }
}

/// The view that answers.
pub fn route(place: &Place) -> Route {
    match place {
        Place::Summary => Route::Summary,
        Place::Indexes => Route::Indexes(None),
        Place::Index(name) => Route::Indexes(Some(name.clone())),
        Place::Query(id) => Route::Queries(Some(id.clone())),
        Place::Cleanups => Route::Cleanups(None),
        Place::Cleanup(id) => Route::Cleanups(Some(id.clone())),
        Place::Repair => Route::Repair(None),
        Place::Benchmarks => Route::Benchmarks(None),
        Place::Benchmark(id) => Route::Benchmarks(Some(id.clone())),
        Place::Practices => Route::Practices(None),
        Place::Practice(id) => Route::Practices(Some(id.clone())),
        Place::Troubleshooting => Route::Troubleshooting,
        Place::Report => Route::Report,
    }
}
