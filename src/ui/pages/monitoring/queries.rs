//! Every query of the log with its percentiles.

use leptos::prelude::*;

use crate::domain::monitoring::{Distribution, QueryDurations};
use crate::domain::numbers::{count, duration, percent, share};
use crate::ui::Inspector;
use crate::ui::components::bar::{Bar, Paint};
use crate::ui::components::quantity::{MaybeQuantity, Quantity};

/// p50, p95, p99 and the slowest.
pub const SHARES: [(f64, &str); 4] = [(0.5, "p50"), (0.95, "p95"), (0.99, "p99"), (1.0, "Slowest")];

#[component]
pub fn Queries() -> impl IntoView {
    let logs = Inspector::use_().logs;
    let rows = move || {
        logs.first.with(|log| {
            let Some(log) = log else { return Vec::new() };
            let sum_ns = log.sum_ns();
            log.queries.iter().map(|query| row(query, sum_ns)).collect()
        })
    };
    view! {
        <section class="section" aria-labelledby="log-queries">
            <div class="section-head">
                <h2 id="log-queries">"Queries"</h2>
                <p>"Everything in the log that says how long it took, by the time that it takes in all."</p>
            </div>
            <div class="table-scroll" role="region" aria-label="Queries of the log" tabindex="0">
                <table class="table">
                    <caption class="visually-hidden">"Queries of the log with their percentiles"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Query"</th>
                            <PercentileHeads />
                            <th scope="col" class="num">
                                "All together"
                            </th>
                            <th scope="col">"Share"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn row(query: &QueryDurations, sum_ns: u64) -> AnyView {
    let logs = Inspector::use_().logs;
    let name = query.name.clone();
    let is_chosen = {
        let name = name.clone();
        move || logs.chosen.with(|chosen| chosen.as_ref() == Some(&name))
    };
    let choose = {
        let name = name.clone();
        move |_| logs.chosen.set(Some(name.clone()))
    };
    view! {
        <tr>
            <th scope="row">
                <button
                    class="btn plain small log-query"
                    type="button"
                    aria-pressed=move || is_chosen().to_string()
                    on:click=choose
                >
                    <code>{name}</code>
                </button>
            </th>
            <Percentiles all=query.all.clone() />
            <td class="num">
                <Quantity quantity=duration(query.all.sum_ns()) />
            </td>
            <td>
                <Bar share=share(query.all.sum_ns(), sum_ns).unwrap_or(0.0) paint=Paint::After />
                <span class="sub">
                    <MaybeQuantity quantity=percent(query.all.sum_ns(), sum_ns) />
                </span>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
pub fn PercentileHeads() -> impl IntoView {
    let head = |name: &'static str| {
        view! {
            <th scope="col" class="num">
                {name}
            </th>
        }
    };
    view! { {head("Events")} {SHARES.map(|(_, name)| head(name)).collect_view()} }
}

/// Cells under [`PercentileHeads`].
#[component]
pub fn Percentiles(all: Distribution) -> impl IntoView {
    let figures = SHARES.map(|(share, _)| {
        view! {
            <td class="num">
                <Quantity quantity=duration(all.quantile_ns(share)) />
            </td>
        }
    });
    view! {
        <td class="num">{count(all.n())}</td>
        {figures.collect_view()}
    }
}
