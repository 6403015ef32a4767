//! The guide's best practices: a list to choose from, and one of them with its claim, its verdict and its trials.

mod detail;
mod list;
mod trial;

use leptos::prelude::*;

use crate::domain::practices::headline::headline;
use crate::domain::run::practice_steps;
use crate::ui::components::answer::Answer;
use crate::ui::components::step_button::StepButton;
use crate::ui::{Inspector, Route};

use detail::Detail;
use list::List;

#[component]
pub fn Practices() -> impl IntoView {
    let inspector = Inspector::use_();
    let headline = Memo::new(move |_| {
        let n = inspector.catalogue.with(|catalogue| catalogue.as_ref().map_or(0, |c| c.practices.len()));
        inspector
            .report
            .with(|report| headline(report.as_ref().map(|report| report.practices.as_slice()).unwrap_or_default(), n))
    });
    // The address names the practice; without a name, or with an unknown one, the first is shown.
    let current = Memo::new(move |_| {
        let asked = inspector.route.with(|route| match route {
            Route::Practices(id) => id.clone(),
            _ => None,
        });
        inspector.catalogue.with(|catalogue| {
            let catalogue = catalogue.as_ref()?;
            let known = asked.filter(|id| catalogue.practice(id).is_some());
            known.or_else(|| catalogue.practices.first().map(|practice| practice.id.clone()))
        })
    });
    let steps = Signal::derive(move || {
        inspector.catalogue.with(|catalogue| catalogue.as_ref().map(practice_steps).unwrap_or_default())
    });
    view! {
        <div class="stack stack-5">
            <div class="stack stack-3">
                <Answer headline=headline name="Practices" />
                <div class="row no-print">
                    <StepButton steps=steps label="Try all practices" busy_label="Trying on copies" class="btn" />
                </div>
            </div>
            <div class="master few">
                <List current=current />
                <div>{move || current.get().map(|id| view! { <Detail id=id /> })}</div>
            </div>
        </div>
    }
}
