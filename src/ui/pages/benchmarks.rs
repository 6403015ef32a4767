//! The guide's benchmarks: what it expects, what was measured, on this file, and how queries grow.

mod baselines;
mod comparison;
mod criterion;
mod detail;
mod expectation;
mod growth;
mod on_file;
mod settings;
mod statements;

use std::sync::Arc;

use leptos::prelude::*;

use crate::domain::benchmark_words;
use crate::domain::run::benchmark_steps;
use crate::ui::components::step_button::StepButton;
use crate::ui::{Inspector, Marked, Route};

use baselines::Baselines;
use criterion::BesideCriterion;
use detail::Detail;
use expectation::Expectation;
use growth::GrowthSection;
use on_file::OnFile;
use settings::Measuring;
use statements::Statements;

#[component]
pub fn Benchmarks() -> impl IntoView {
    let inspector = Inspector::use_();
    let headline = Memo::new(move |_| {
        let n = inspector.catalogue.with(|catalogue| catalogue.as_ref().map_or(0, |c| c.benchmarks.len()));
        inspector.report.with(|report| {
            let benchmarks = report.as_ref().map(|report| report.benchmarks.as_slice()).unwrap_or_default();
            benchmark_words::headline(benchmarks, n)
        })
    });
    // The address names the benchmark; without a name the first is shown.
    let current = Memo::new(move |_| {
        let asked = inspector.route.with(|route| match route {
            Route::Benchmarks(id) => id.clone(),
            _ => None,
        });
        inspector.catalogue.with(|catalogue| {
            let catalogue = catalogue.as_ref()?;
            let known = asked.filter(|id| catalogue.benchmark(id).is_some());
            known.or_else(|| catalogue.benchmarks.first().map(|benchmark| benchmark.id.clone()))
        })
    });
    let steps = Signal::derive(move || {
        inspector.catalogue.with(|catalogue| catalogue.as_ref().map(benchmark_steps).unwrap_or_default())
    });
    // With its samples, as a baseline would keep it.
    let now = Memo::new(move |_| inspector.measured("").map(Arc::new));
    view! {
        <div class="answer stack stack-3">
            <h1>{move || headline.get().0}</h1>
            <p class="lead">{move || view! { <Marked text=headline.get().1 /> }}</p>
            <div class="row no-print">
                <StepButton
                    steps=steps
                    label="Run the benchmarks"
                    busy_label="Running the benchmarks"
                    class="btn"
                />
                <Measuring />
            </div>
        </div>
        <Expectation current=current />
        {move || current.get().map(|id| view! { <Detail id=id /> })}
        <OnFile />
        <GrowthSection />
        <Baselines now=now />
        <BesideCriterion now=now />
        <Statements />
    }
}
