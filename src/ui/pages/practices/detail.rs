//! One practice: what the guide says, the verdict, what it rests on.

use leptos::prelude::*;

use crate::domain::practices::{DocumentedPractice, PracticeReport};
use crate::domain::run::Step;
use crate::ui::components::step_button::StepButton;
use crate::ui::components::verdict::Badge;
use crate::ui::{Inspector, Marked};

use super::list::practice_face;
use super::trial::TrialSection;

#[component]
pub fn Detail(id: String) -> impl IntoView {
    let inspector = Inspector::use_();
    let documented = inspector.catalogue.with_untracked(|catalogue| catalogue.as_ref()?.practice(&id).cloned());
    let Some(documented) = documented else { return ().into_any() };
    let DocumentedPractice { title, section, says, .. } = documented;
    let steps = Signal::stored(vec![Step::Practice(id.clone())]);
    let practice = Memo::new(move |_| {
        inspector.report.with(|report| report.as_ref().and_then(|report| report.practice(&id).cloned()))
    });
    let badge = move || view! { <Badge face=practice.with(|practice| practice_face(practice.as_ref())) solid=true /> };
    let button = move || {
        let label = if practice.with(Option::is_some) { "Try it again" } else { "Try it on a copy" };
        view! { <StepButton steps=steps label=label busy_label="Trying on a copy" /> }
    };
    view! {
        <div class="stack stack-3">
            <p class="hint">"Guide, " {section}</p>
            <div class="row spread">
                <h2>{title}</h2>
                {badge}
            </div>
            <p class="practice-says">{says}</p>
            {move || practice.get().map(|practice| answer(&practice))}
            <div class="row no-print">{button}</div>
        </div>
        {move || {
            let trials = practice.get().map(|practice| practice.trials).unwrap_or_default();
            // Many of a kind are a list to choose from; a few are read.
            let open = trials.len() <= 3;
            let sections = trials.into_iter().enumerate();
            sections.map(|(at, trial)| view! { <TrialSection at=at trial=trial open=open /> }).collect_view()
        }}
    }
    .into_any()
}

fn answer(practice: &PracticeReport) -> impl IntoView + use<> {
    let reasons = practice.reasons.iter().map(|reason| view! { <li><Marked text=reason.clone() /></li> });
    view! {
        <p>
            <strong>
                <Marked text=format!("{}.", practice.answer) />
            </strong>
        </p>
        <ul class="reasons">{reasons.collect_view()}</ul>
    }
}
