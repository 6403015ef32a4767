//! What was measured now against a baseline, worst first.

use std::sync::Arc;

use leptos::prelude::*;

use crate::domain::baseline::{Baseline, Comparison};
use crate::domain::benchmark_words::{percent, percent_range, spread};
use crate::domain::charts;
use crate::domain::measuring::Estimate;
use crate::domain::numbers;
use crate::ui::Inspector;
use crate::ui::baselines::Compared;
use crate::ui::components::alert::Note;
use crate::ui::components::quantity::Quantity;
use crate::ui::components::table_frame::TableFrame;
use crate::ui::components::verdict::{Badge, Face, Tone};

use super::detail::ChangeCells;

/// Of the picture in a cell, in pixels.
const WIDTH: f64 = 200.0;

#[component]
pub fn LastComparison(now: Memo<Option<Arc<Baseline>>>) -> impl IntoView {
    let compared = Inspector::use_().baselines.compared;
    move || compared.get().map(|compared| view! { <Against compared=compared now=now /> })
}

#[component]
fn Against(compared: Compared, now: Memo<Option<Arc<Baseline>>>) -> impl IntoView {
    let baselines = Inspector::use_().baselines;
    let Compared { name, now: measured, comparison } = compared;
    let insist = baselines.insist;
    let is_stale = move || now.with(|now| now.as_ref().is_none_or(|now| now.entries != measured.entries));
    let stale = move || {
        is_stale().then(|| {
            view! { <p class="hint">"Something was measured anew since. Compare again to take it in."</p> }
        })
    };
    let threshold = comparison.comparisons.iter().find_map(|one| one.judged(true)).map(|change| change.noise_threshold);
    let scale = threshold.map(|threshold| {
        format!(
            "Change of the median on a square-root scale, left is faster. Grey band: noise threshold of {:.1}\u{a0}%.",
            threshold * 100.0
        )
    });
    let differences = comparison.differences.clone();
    let one_sided = comparison.one_sided().into_iter().map(|words| view! { <p class="hint">{words}</p> });
    let one_sided = one_sided.collect_view();
    let summary = {
        let comparison = Arc::clone(&comparison);
        move || comparison.summary(insist.get())
    };
    let has_rows = !comparison.comparisons.is_empty();
    let rows = move || {
        let insist = insist.get();
        let sorted = comparison.worst_first(insist);
        sorted.into_iter().enumerate().map(|(at, one)| row(at, one, insist)).collect_view()
    };
    view! {
        <div class="stack stack-3">
            <h3>"Now against \u{201c}" {name} "\u{201d}"</h3>
            <p role="status">{summary}</p>
            {stale}
            {(!differences.is_empty()).then(|| {
                let words = differences.into_iter().map(|one| view! { <li>{one.words}</li> }).collect_view();
                view! {
                    <Note tone=Tone::Warn title="Not measured under the same circumstances">
                        <ul>{words}</ul>
                        <label class="check">
                            <input
                                type="checkbox"
                                prop:checked=move || insist.get()
                                on:change=move |event| insist.set(event_target_checked(&event))
                            />
                            "Give verdicts all the same"
                        </label>
                    </Note>
                }
            })}
            {has_rows.then(|| view! {
                <p class="hint">{scale}</p>
                <TableFrame
                    label="Comparison with the baseline"
                    caption="Change against the baseline"
                    heads=&[
                        ("Measured", ""),
                        ("Baseline", "num"),
                        ("Now", "num"),
                        ("\u{2190} faster, slower \u{2192}", "hide-narrow"),
                        ("Change of the median", "num"),
                        ("Result", ""),
                    ]
                >
                    {rows}
                </TableFrame>
            })}
            {one_sided}
        </div>
    }
}

fn median((estimate, n_samples): (Estimate, u32)) -> impl IntoView {
    view! {
        <td class="num">
            <Quantity quantity=numbers::duration(estimate.point_ns) />
            <span class="sub">{spread(Some(estimate), n_samples.into())}</span>
        </td>
    }
}

fn row(at: usize, comparison: &Comparison, insist: bool) -> impl IntoView + use<> {
    let judged = comparison.judged(insist).cloned();
    let picture = judged.as_ref().map(|change| charts::change(&format!("against-{at}"), WIDTH, change));
    let cells = match (judged, comparison.ratio()) {
        (None, Some(ratio)) => view! {
            <td class="num">
                {percent(ratio.point)}
                <span class="sub">{percent_range(ratio)}</span>
            </td>
            <td>
                <Badge face=Face::new(Tone::Mute, crate::ui::Glyph::Dot, "No verdict") />
                <span class="sub">"other circumstances"</span>
            </td>
        }
        .into_any(),
        (judged, _) => view! { <ChangeCells change=judged none="the clock saw no time before" /> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                <code>{comparison.id.clone()}</code>
            </th>
            {[comparison.before, comparison.now].into_iter().zip(comparison.n_samples).map(median).collect_view()}
            <td class="hide-narrow" inner_html=picture></td>
            {cells}
        </tr>
    }
}
