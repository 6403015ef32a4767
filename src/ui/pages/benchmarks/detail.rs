//! One benchmark: its samples as pictures, every figure with its interval, and the same rows with other indexes.

use leptos::prelude::*;

use crate::domain::benchmark::{Benchmark, BenchmarkState, Indexes};
use crate::domain::benchmark_words::{figures, interval, percent, percent_range, sampling, undecided};
use crate::domain::charts::{self, Violin};
use crate::domain::measuring::{Change, ChangeVerdict};
use crate::domain::numbers;
use crate::domain::run::Step;
use crate::ui::components::chart::Chart;
use crate::ui::components::quantity::Quantity;
use crate::ui::components::step_button::StepButton;
use crate::ui::components::table_frame::TableFrame;
use crate::ui::components::verdict::{Badge, Face, Tone};
use crate::ui::{Glyph, Inspector, Route};

/// Three of them stand beside each other on a wide page.
const WIDTH: f64 = 340.0;

#[component]
pub fn Detail(id: String) -> impl IntoView {
    let inspector = Inspector::use_();
    let benchmark = {
        let id = id.clone();
        Memo::new(move |_| {
            inspector.report.with(|report| report.as_ref()?.benchmarks.iter().find(|one| one.id == id).cloned())
        })
    };
    let steps = Signal::stored(vec![Step::Benchmark(id.clone())]);
    view! {
        <section class="section" aria-labelledby="benchmark">
            <div class="section-head">
                <h2 id="benchmark">
                    <code>{id}</code>
                </h2>
                <span class="push no-print">
                    <StepButton steps=steps label="Run this one" busy_label="Running" />
                </span>
            </div>
            {move || match benchmark.get() {
                None => {
                    view! { <p class="faint">"It has not run yet. Samples, pictures and intervals follow when it has."</p> }
                        .into_any()
                }
                Some(benchmark) => of(benchmark).into_any(),
            }}
        </section>
    }
}

fn of(benchmark: Benchmark) -> impl IntoView {
    let documented = benchmark.state(Indexes::Documented).cloned();
    let pictures = documented.map(|state| pictures(&benchmark, state));
    let lines = benchmark.states.iter().map(state).collect_view();
    let query = benchmark.query.clone();
    view! {
        <div class="stack stack-4">
            <p class="hint">
                "Runs " <a href=Route::Queries(Some(query.clone())).href()>{query.clone()}</a> " on "
                {numbers::counted(benchmark.n_rows, "row", "rows")} ". Samples of every line are taken in turns."
            </p>
            {pictures}
            <TableFrame
                label="With other indexes"
                caption="The same rows with other indexes"
                heads=&[
                    ("Indexes", ""),
                    ("Median", "num"),
                    ("95 % interval", "num"),
                    ("Change of the median", "num"),
                    ("Result", ""),
                    ("`vm_step`", "num hide-narrow"),
                    ("Pages read", "num hide-narrow"),
                ]
            >
                {lines}
            </TableFrame>
        </div>
    }
}

fn pictures(benchmark: &Benchmark, state: BenchmarkState) -> Option<impl IntoView + use<>> {
    let estimates = state.cost.estimates.clone()?;
    let samples = &state.samples;
    let drawn = [
        ("Density", charts::density("density", WIDTH, samples, &estimates)),
        ("Samples", charts::scatter("scatter", WIDTH, samples)),
        ("Regression", charts::regression("regression", WIDTH, samples, &estimates)),
    ];
    let side_by_side = charts::violins("violins", WIDTH, &Violin::of_states(benchmark));
    let drawn = drawn.into_iter().chain([("Side by side", side_by_side)]);
    let figure = drawn.filter_map(|(name, svg)| Some(view! { <Chart caption=name svg=svg? /> })).collect_view();
    let rows = figures(&estimates).into_iter().map(|(name, figure, interval)| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="num">{figure}</td>
                <td class="num">{interval}</td>
            </tr>
        }
    });
    Some(view! {
        <div class="charts">{figure}</div>
        <details class="more">
            <summary>"Every figure, and the samples as a table"</summary>
            <p class="hint">{sampling(&estimates)} ". Intervals hold the true figure in 95 of 100 cases."</p>
            <TableFrame
                label="Figures"
                caption="Every figure with its interval"
                keep=true
                heads=&[("Of one iteration", ""), ("Figure", "num"), ("95 % interval", "num")]
            >
                {rows.collect_view()}
            </TableFrame>
            <SampleTable state=state />
        </details>
    })
}

#[component]
fn SampleTable(state: BenchmarkState) -> impl IntoView {
    let rows = state.samples.pairs().enumerate().map(|(at, (iterations, time_ns))| {
        view! {
            <tr>
                <th scope="row">{at + 1}</th>
                <td class="num">{numbers::count(iterations)}</td>
                <td class="num">{numbers::duration(time_ns).text()}</td>
                <td class="num">{numbers::duration(time_ns / iterations.max(1)).text()}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <TableFrame
            label="Samples"
            caption="Samples in the order in which they were taken"
            keep=true
            heads=&[("Sample", ""), ("Iterations", "num"), ("Time", "num"), ("Of one iteration", "num")]
        >
            {rows}
        </TableFrame>
    }
}

fn state(state: &BenchmarkState) -> impl IntoView + use<> {
    let median = state.cost.estimates.as_ref().map(|estimates| estimates.median).unwrap_or_default();
    let n_samples = state.cost.n_samples;
    view! {
        <tr>
            <th scope="row">
                {state.indexes.label()}
                <span class="sub">{numbers::counted(n_samples.into(), "sample", "samples")}</span>
            </th>
            <td class="num">
                <strong>
                    <Quantity quantity=numbers::duration(median.point_ns) />
                </strong>
            </td>
            <td class="num">{interval(median)}</td>
            <ChangeCells change=state.change.clone() none="what the others are compared with" />
            <td class="num hide-narrow">{numbers::count(state.cost.vm_steps)}</td>
            <td class="num hide-narrow">{numbers::count(state.cost.pages_read)}</td>
        </tr>
    }
}

/// The change with its interval, and what that means.
#[component]
pub(super) fn ChangeCells(change: Option<Change>, none: &'static str) -> impl IntoView {
    match change {
        None => view! {
            <td></td>
            <td class="faint">{none}</td>
        }
        .into_any(),
        Some(change) => {
            let more = undecided(&change);
            view! {
                <td class="num">
                    <strong>{percent(change.ratio.point)}</strong>
                    <span class="sub">{percent_range(change.ratio)}</span>
                </td>
                <td>
                    <Badge face=Face::from(change.verdict) />
                    {(!more.is_empty()).then(|| view! { <span class="sub">{more}</span> })}
                </td>
            }
            .into_any()
        }
    }
}

impl From<ChangeVerdict> for Face {
    fn from(verdict: ChangeVerdict) -> Self {
        let (tone, glyph) = match verdict {
            ChangeVerdict::Improved => (Tone::Good, Glyph::Better),
            ChangeVerdict::Regressed => (Tone::Bad, Glyph::Worse),
            ChangeVerdict::WithinNoise => (Tone::Mute, Glyph::Same),
            ChangeVerdict::Undecided => (Tone::Info, Glyph::Info),
        };
        Self::new(tone, glyph, verdict.label())
    }
}
