//! One benchmark: its samples as pictures, every figure with its interval, and the same rows with other indexes.

use leptos::prelude::*;

use crate::domain::benchmark::{Benchmark, BenchmarkState, Indexes};
use crate::domain::benchmark_words::{interval, percent, percent_range, undecided};
use crate::domain::charts::{self, Violin};
use crate::domain::measuring::{Change, ChangeVerdict};
use crate::domain::numbers;
use crate::domain::run::Step;
use crate::ui::components::chart::Chart;
use crate::ui::components::quantity::Quantity;
use crate::ui::components::samples::{SampleCharts, SampleFigures, Sampled, WIDTH};
use crate::ui::components::step_button::StepButton;
use crate::ui::components::table_frame::TableFrame;
use crate::ui::components::verdict::{Badge, Face};
use crate::ui::{Glyph, Inspector, Route};

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
                    ("Median change", "num"),
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
    let documented = Sampled {
        id: "documented",
        state: state.indexes.label().to_lowercase(),
        samples: state.samples,
        estimates: state.cost.estimates?,
    };
    let side_by_side = charts::violins("violins", WIDTH, &Violin::of_states(benchmark));
    Some(view! {
        <div class="charts">
            <SampleCharts of=&documented />
            {side_by_side.map(|svg| view! { <Chart caption="Side by side" svg=svg /> })}
        </div>
        <SampleFigures of=&documented />
    })
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
        let glyph = match verdict {
            ChangeVerdict::Improved => Glyph::Better,
            ChangeVerdict::Regressed => Glyph::Worse,
            ChangeVerdict::WithinNoise => Glyph::Same,
            ChangeVerdict::Undecided => Glyph::Info,
        };
        Self::new(verdict.into(), glyph, verdict.label())
    }
}
