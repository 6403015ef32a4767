//! The chosen query: over time, its distribution, and against the rows that it returned.

use leptos::prelude::*;

use crate::domain::charts;
use crate::domain::monitoring::{Axis, QueryDurations, count_words};
use crate::ui::Inspector;
use crate::ui::components::chart::WideChart;
use crate::ui::components::data_table::FiguresTable;

use super::chosen;

const FULL: f64 = 1100.0;
const WIDE: f64 = 540.0;
const NARROW: f64 = 330.0;

#[component]
pub fn Pictures() -> impl IntoView {
    let logs = Inspector::use_().logs;
    let chosen = chosen();
    move || {
        let axis = logs.first.with_untracked(|log| log.as_ref().map(|log| log.axis)).unwrap_or_default();
        chosen.get().map(|query| pictures(query, axis))
    }
}

fn pictures(query: QueryDurations, axis: Axis) -> impl IntoView {
    let over_time = |name: &str, width| charts::timeline(name, width, &query.timeline, axis, None);
    let time = over_time("log-time-wide", FULL).zip(over_time("log-time-narrow", NARROW)).map(|(wide, narrow)| {
        view! {
            <div>
                <WideChart caption="Duration over time" wide=wide narrow=narrow />
                <FiguresTable label="Duration over time" table=charts::timeline_table(&query.timeline, axis) />
            </div>
        }
    });
    let distribution = |name: &str, width| charts::histogram(name, width, &query.all);
    let histogram = distribution("log-spread-wide", WIDE).zip(distribution("log-spread-narrow", NARROW));
    let histogram = histogram.map(|(wide, narrow)| {
        view! {
            <div>
                <WideChart caption="Distribution" wide=wide narrow=narrow />
                <FiguresTable label="Distribution of durations" table=charts::histogram_table(&query.all) />
            </div>
        }
    });
    let against = |name: &str, width| charts::rows_returned(name, width, &query.sampled);
    let rows = against("log-rows-wide", WIDE).zip(against("log-rows-narrow", NARROW)).map(|(wide, narrow)| {
        view! {
            <div>
                <WideChart caption="Duration against rows" wide=wide narrow=narrow />
                <p class="hint">{count_words(&query)}</p>
                <FiguresTable label="Duration against rows" table=charts::rows_returned_table(&query.sampled) />
            </div>
        }
    });
    view! {
        <section class="section" aria-labelledby="log-query">
            <div class="section-head">
                <h2 id="log-query">
                    <code>{query.name.clone()}</code>
                </h2>
            </div>
            <div class="stack stack-4">{time} <div class="cols-2">{histogram} {rows}</div></div>
        </section>
    }
}
