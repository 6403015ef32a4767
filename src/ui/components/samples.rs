//! The samples of a measurement as pictures, and the tables behind them.

use leptos::prelude::*;

use super::chart::Chart;
use super::data_table::FiguresTable;
use crate::domain::benchmark_words::sampling;
use crate::domain::charts;
use crate::domain::measuring::{Estimates, Samples};

/// Three of them stand beside each other on a wide page.
pub const WIDTH: f64 = 340.0;

/// What was measured in one state.
#[derive(Clone)]
pub struct Sampled {
    /// Begins the ids inside the pictures; no two on a page share one.
    pub id: &'static str,
    /// `as dropped`
    pub state: String,
    pub samples: Samples,
    pub estimates: Estimates,
}

/// Where the samples lie, in which order they came, and the line through them, where there is one.
#[component]
pub fn SampleCharts<'a>(of: &'a Sampled) -> impl IntoView + use<> {
    let Sampled { id, state, samples, estimates } = of;
    let drawn = [
        ("Density", charts::density(&format!("{id}-density"), WIDTH, samples, estimates)),
        ("Samples", charts::scatter(&format!("{id}-scatter"), WIDTH, samples)),
        ("Regression", charts::regression(&format!("{id}-regression"), WIDTH, samples, estimates)),
    ];
    let chart =
        |(what, svg): (&str, Option<String>)| Some(view! { <Chart caption=format!("{what}, {state}") svg=svg? /> });
    drawn.into_iter().filter_map(chart).collect_view()
}

/// The same in figures.
#[component]
pub fn SampleFigures<'a>(of: &'a Sampled) -> impl IntoView + use<> {
    let Sampled { state, samples, estimates, .. } = of;
    let figures = charts::density_table(samples, estimates);
    view! {
        <div class="stack stack-2">
            <p class="hint">
                "Times " {state.clone()} ": " {sampling(estimates)} ". Intervals hold the true figure in 95 of 100 cases."
            </p>
            <FiguresTable label=format!("Figures, {state}") table=figures summary=format!("Every figure, {state}") />
            <FiguresTable
                label=format!("Samples, {state}")
                table=charts::scatter_table(samples)
                summary=format!("Every sample, {state}")
            />
        </div>
    }
}
