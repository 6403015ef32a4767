//! The guide's lists for trouble, each line a check with its evidence and the next step.

use leptos::prelude::*;

use crate::domain::headline::Headline;
use crate::domain::numbers::counted;
use crate::domain::troubleshooting::{self, Check, State, Trouble, missing_steps, n_attention};
use crate::ui::components::answer::Answer;
use crate::ui::components::step_button::StepButton;
use crate::ui::components::verdict::Badge;
use crate::ui::{Inspector, Marked};

use super::guide::{face, route};

#[component]
pub fn Troubleshooting() -> impl IntoView {
    let inspector = Inspector::use_();
    let headline = Memo::new(move |_| {
        let n = inspector.report.with(|report| {
            inspector.catalogue.with(|catalogue| match (report, catalogue) {
                (Some(report), Some(catalogue)) => {
                    inspector.logs.first.with(|log| n_attention(report, catalogue, log.as_ref()))
                }
                _ => 0,
            })
        });
        let title = match n {
            0 => "No check asks for something to be done".to_owned(),
            n => format!("{} for something to be done", counted(n as u64, "check asks", "checks ask")),
        };
        let lead = "The guide's lists for trouble, answered from this file and from what ran on it.".to_owned();
        Headline { title, lead }
    });
    let missing = Memo::new(move |_| {
        inspector.report.with(|report| {
            inspector.catalogue.with(|catalogue| match (report, catalogue) {
                (Some(report), Some(catalogue)) => missing_steps(report, catalogue),
                _ => Vec::new(),
            })
        })
    });
    let hint = move || {
        let n = missing.with(|steps| steps.len() as u64);
        format!(
            "{} on copies of the file. What only a log knows is read under Monitoring.",
            counted(n, "step", "steps")
        )
    };
    let troubles = inspector.catalogue.with_untracked(|catalogue| {
        catalogue.iter().flat_map(|catalogue| catalogue.troubles.clone()).collect::<Vec<_>>()
    });
    view! {
        <div class="stack stack-5">
            <div class="stack stack-3">
                <Answer headline=headline name="Troubleshooting" />
                <Show when=move || missing.with(|steps| !steps.is_empty())>
                    <div class="row no-print">
                        <StepButton steps=missing label="Answer what is open" busy_label="Asking the file" class="btn" />
                        <span class="hint">{hint}</span>
                    </div>
                </Show>
            </div>
            {troubles.into_iter().map(section).collect_view()}
        </div>
    }
}

fn section(trouble: Trouble) -> impl IntoView {
    let Trouble { id, title, checks } = trouble;
    view! {
        <section class="section" aria-labelledby=id>
            <div class="section-head">
                <h2 id=id.clone()>{title}</h2>
            </div>
            <ol class="checks">{checks.into_iter().map(|check| view! { <Line check=check /> }).collect_view()}</ol>
        </section>
    }
}

#[component]
fn Line(check: Check) -> impl IntoView {
    let inspector = Inspector::use_();
    let Check { advice, asks, place } = check;
    let answer = Memo::new(move |_| {
        inspector.report.with(|report| {
            inspector.catalogue.with(|catalogue| {
                let (report, catalogue) = (report.as_ref()?, catalogue.as_ref()?);
                Some(inspector.logs.first.with(|log| troubleshooting::answer(&asks, report, catalogue, log.as_ref())))
            })
        })
    });
    let badge = move || {
        let state = answer.with(|answer| answer.as_ref().map_or(State::Unknown, |answer| answer.state));
        view! { <Badge face=face(state) /> }
    };
    let text = move || answer.get().map(|answer| view! { <p><Marked text=answer.text /></p> });
    let next = place.map(|place| {
        let route = route(&place);
        view! {
            <a href=route.href()>"Next: " {route.label()}</a>
        }
    });
    view! {
        <li class="stack stack-1">
            <div class="row spread">
                <strong>{advice}</strong>
                {badge}
            </div>
            {text}
            {next}
        </li>
    }
}
