//! A query on growing tables: the person sees whether an index turns a line into a flat one.

use leptos::prelude::*;

use crate::domain::benchmark::Growth;
use crate::domain::benchmark_words::growth_of;
use crate::domain::charts::{self, Measure};
use crate::domain::run::{GROWTH_SIZES, LARGEST_GROWTH, growth_steps};
use crate::ui::Inspector;
use crate::ui::components::chart::WideChart;
use crate::ui::components::data_table::FiguresTable;
use crate::ui::components::step_button::StepButton;

const WIDE: f64 = 540.0;
const NARROW: f64 = 340.0;

#[component]
pub fn GrowthSection() -> impl IntoView {
    let inspector = Inspector::use_();
    let ids = Memo::new(move |_| {
        inspector.catalogue.with(|catalogue| {
            let queries = catalogue.iter().flat_map(|catalogue| &catalogue.queries);
            queries.map(|query| query.id.clone()).collect::<Vec<_>>()
        })
    });
    let chosen = RwSignal::new(None::<String>);
    // What has a curve already is worth looking at first.
    let current = Memo::new(move |_| {
        let grown = || inspector.report.with(|r| r.as_ref()?.growth.first().map(|growth| growth.query.clone()));
        chosen.get().or_else(grown).or_else(|| ids.with(|ids| ids.first().cloned()))
    });
    let growth = Memo::new(move |_| {
        let id = current.get()?;
        inspector.report.with(|report| report.as_ref()?.growth.iter().find(|growth| growth.query == id).cloned())
    });
    let steps_to = move |sizes: &'static [u64]| {
        Signal::derive(move || current.get().map(|id| growth_steps(&[&id], sizes)).unwrap_or_default())
    };
    let options = move || {
        let options = ids.get().into_iter().map(|id| {
            let is_current = current.with(|current| current.as_ref() == Some(&id));
            view! {
                <option value=id.clone() selected=is_current>
                    {id.clone()}
                </option>
            }
        });
        options.collect_view()
    };
    view! {
        <section class="section" aria-labelledby="growth">
            <div class="section-head">
                <h2 id="growth">"Growth"</h2>
                <p>"On made-up tables of 100 to 100,000 rows; both axes are logarithmic."</p>
            </div>
            <div class="stack stack-4">
                <div class="row no-print">
                    <span class="field inline">
                        <label class="label" for="growth-query">
                            "Query"
                        </label>
                        <select
                            class="input"
                            id="growth-query"
                            on:change=move |event| chosen.set(Some(event_target_value(&event)))
                        >
                            {options}
                        </select>
                    </span>
                    <StepButton steps=steps_to(&GROWTH_SIZES) label="Let it grow" busy_label="Growing" class="btn" />
                    <StepButton
                        steps=steps_to(&[LARGEST_GROWTH])
                        label="And 1,000,000 rows"
                        busy_label="Growing"
                        class="btn plain"
                    />
                </div>
                {move || match growth.get() {
                    None => view! { <p class="faint">"This query has not been run on growing tables yet."</p> }.into_any(),
                    Some(growth) => {
                        let this_file =
                            inspector.report.with(|report| report.as_ref()?.most_rows(&growth.tables));
                        curves(growth, this_file).into_any()
                    }
                }}
            </div>
        </section>
    }
}

fn curves(growth: Growth, this_file: Option<u64>) -> impl IntoView {
    let chart = |caption: &'static str, name: &str, measure: Measure| {
        let wide = charts::growth(&format!("{name}-wide"), WIDE, &growth, measure, this_file)?;
        let narrow = charts::growth(&format!("{name}-narrow"), NARROW, &growth, measure, this_file)?;
        Some(view! { <WideChart caption=caption wide=wide narrow=narrow /> })
    };
    let sentences = growth.curves.iter().map(|curve| {
        view! {
            <dt>{curve.indexes.label()}</dt>
            <dd>{growth_of(curve)}</dd>
        }
    });
    view! {
        <div class="cols-2">{chart("Time", "growth-time", Measure::Time)} {chart("Pages", "growth-pages", Measure::Pages)}</div>
        <dl class="kv tight">{sentences.collect_view()}</dl>
        <FiguresTable label="Growth" table=charts::growth_table(&growth) />
    }
}
