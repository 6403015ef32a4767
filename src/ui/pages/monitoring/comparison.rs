//! Whether queries got slower: from one part of the log to the next, or from this log to another.

use leptos::prelude::*;

use crate::domain::charts;
use crate::domain::monitoring::{Distribution, LogSummary, Tendency, at_words, compare, tendency_words};
use crate::domain::numbers::{count, duration};
use crate::ui::components::chart::{WideChart, full_width};
use crate::ui::components::quantity::Quantity;
use crate::ui::components::verdict::{Badge, Face, Tone};
use crate::ui::{Glyph, Inspector};

use super::chosen;

/// The slider's steps.
const N_STEPS: i64 = 100;

#[component]
pub fn ComparisonSection() -> impl IntoView {
    let logs = Inspector::use_().logs;
    let share = RwSignal::new(N_STEPS / 2);
    let split_ns = Memo::new(move |_| {
        let [from, to] = logs.first.with(|log| log.as_ref()?.extent_ns())?;
        Some(from.saturating_add((to.saturating_sub(from) / N_STEPS).saturating_mul(share.get())))
    });
    let split_words =
        move || logs.first.with(|log| Some(at_words(log.as_ref()?.axis, split_ns.get()?))).unwrap_or_default();
    let other = move || logs.other.with(|other| other.as_ref().map(|other| other.name.clone()));
    let chosen = chosen();
    let picture = move || {
        let axis = logs.first.with(|log| log.as_ref().map(|log| log.axis))?;
        let drawn = |id: &str, width| {
            chosen.with(|query| charts::timeline(id, width, &query.as_ref()?.timeline, axis, split_ns.get()))
        };
        let (wide, narrow) = full_width("log-split", drawn)?;
        let caption = chosen.with(|query| query.as_ref().map(|query| query.name.clone()))?;
        Some(view! { <WideChart caption=caption wide=wide narrow=narrow /> })
    };
    view! {
        <section class="section" aria-labelledby="log-comparison">
            <div class="section-head">
                <h2 id="log-comparison">"Before and after"</h2>
                <p>
                    {move || match other() {
                        None => "Earlier and later part of this log.".to_owned(),
                        Some(other) => format!("This log as it was before, {other} after."),
                    }}
                </p>
            </div>
            <div class="stack stack-4">
                <Show when=move || other().is_none()>
                    <div class="field">
                        <label class="label" for="log-split">
                            "The later part begins at "
                            {split_words}
                        </label>
                        <input
                            id="log-split"
                            type="range"
                            min="1"
                            max=N_STEPS - 1
                            aria-valuetext=split_words
                            prop:value=move || share.get().to_string()
                            on:input=move |event| share.set(event_target_value(&event).parse().unwrap_or(N_STEPS / 2))
                        />
                    </div>
                    {picture}
                </Show>
                <Show when=move || other().is_some()>
                    <div>
                        <button class="btn small" type="button" on:click=move |_| logs.other.set(None)>
                            "Compare the parts of this log instead"
                        </button>
                    </div>
                </Show>
                <div class="table-scroll" role="region" aria-label="Before and after" tabindex="0">
                    <table class="table">
                        <caption class="visually-hidden">"Queries before and after"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Query"</th>
                                <th scope="col" class="num">
                                    "Events"
                                </th>
                                {["p50", "p95", "p99"]
                                    .map(|name| {
                                        view! {
                                            <th scope="col" class="num">
                                                {name}
                                            </th>
                                        }
                                    })
                                    .collect_view()}
                                <th scope="col">"Tendency"</th>
                            </tr>
                        </thead>
                        <tbody>
                            {move || {
                                logs.first
                                    .with(|log| {
                                        let log = log.as_ref()?;
                                        let pairs = logs.other.with(|other| pairs(log, other.as_ref(), split_ns.get()));
                                        Some(pairs.into_iter().map(row).collect_view())
                                    })
                            }}
                        </tbody>
                    </table>
                </div>
            </div>
        </section>
    }
}

/// Each query with its durations before and after.
fn pairs(log: &LogSummary, other: Option<&LogSummary>, split_ns: Option<i64>) -> Vec<(String, [Distribution; 2])> {
    let of = |query: &crate::domain::monitoring::QueryDurations| match other {
        Some(other) => {
            let after = other.query(&query.name).map(|query| query.all.clone()).unwrap_or_default();
            [query.all.clone(), after]
        }
        None => query.timeline.split(split_ns.unwrap_or(i64::MIN)),
    };
    log.queries.iter().map(|query| (query.name.clone(), of(query))).collect()
}

fn row((name, [before, after]): (String, [Distribution; 2])) -> impl IntoView {
    let comparison = compare(&before, &after);
    let (tone, glyph) = match comparison.tendency {
        Tendency::Slower => (Tone::Bad, Glyph::Worse),
        Tendency::Faster => (Tone::Good, Glyph::Better),
        Tendency::Same => (Tone::Mute, Glyph::Same),
        Tendency::Unknown => (Tone::Mute, Glyph::Dot),
    };
    let moved = [0.5, 0.95, 0.99].map(|share| {
        let figure = |of: &Distribution| match of.is_empty() {
            true => "–".into_any(),
            false => view! { <Quantity quantity=duration(of.quantile_ns(share)) /> }.into_any(),
        };
        view! { <td class="num">{figure(&before)} <span class="faint">" → "</span> {figure(&after)}</td> }
    });
    view! {
        <tr>
            <th scope="row">
                <code>{name}</code>
            </th>
            <td class="num">{count(before.n())} <span class="faint">" → "</span> {count(after.n())}</td>
            {moved.collect_view()}
            <td class="words">
                <Badge face=Face::new(tone, glyph, comparison.tendency.label()) />
                <span class="sub">{tendency_words(&comparison)}</span>
            </td>
        </tr>
    }
}
