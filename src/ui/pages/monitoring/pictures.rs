//! The chosen query: over time, its distribution, and against the rows that it returned.

use leptos::prelude::*;

use crate::domain::charts;
use crate::domain::monitoring::{Axis, QueryDurations, count_words};
use crate::ui::Inspector;
use crate::ui::components::chart::{WideChart, drawn_twice, full_width};
use crate::ui::components::data_table::FiguresTable;

use super::chosen;

/// Two stand beside each other.
const HALF: f64 = 540.0;

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
    let time = full_width("log-time", |id, width| charts::timeline(id, width, &query.timeline, axis, None));
    let time = time.map(|(wide, narrow)| {
        view! {
            <div>
                <WideChart caption="Duration over time" wide=wide narrow=narrow />
                <FiguresTable label="Duration over time" table=charts::timeline_table(&query.timeline, axis) />
            </div>
        }
    });
    let histogram = drawn_twice("log-spread", HALF, |id, width| charts::histogram(id, width, &query.all));
    let histogram = histogram.map(|(wide, narrow)| {
        view! {
            <div>
                <WideChart caption="Distribution" wide=wide narrow=narrow />
                <FiguresTable label="Distribution of durations" table=charts::histogram_table(&query.all) />
            </div>
        }
    });
    let rows = drawn_twice("log-rows", HALF, |id, width| charts::rows_returned(id, width, &query.sampled));
    let rows = rows.map(|(wide, narrow)| {
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
