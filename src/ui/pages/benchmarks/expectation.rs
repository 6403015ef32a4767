//! Every benchmark against what the guide expects of it.

use leptos::prelude::*;

use crate::domain::benchmark::Benchmark;
use crate::domain::benchmark_words::{interval, used};
use crate::domain::catalogue::DocumentedBenchmark;
use crate::domain::charts;
use crate::domain::measuring::Estimate;
use crate::domain::numbers;
use crate::domain::verdict::Verdict;
use crate::ui::components::quantity::{Pending, Quantity};
use crate::ui::components::table_frame::TableFrame;
use crate::ui::components::verdict::{Badge, Face, Tone};
use crate::ui::{Glyph, Inspector, Route};

/// Of the picture in a cell, in pixels.
const WIDTH: f64 = 160.0;

#[component]
pub fn Expectation(current: Memo<Option<String>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let rows = move || {
        let documented =
            inspector.catalogue.with(|catalogue| catalogue.as_ref().map(|c| c.benchmarks.clone()).unwrap_or_default());
        let rows = documented.into_iter().enumerate().map(|(at, documented)| {
            let found = inspector.report.with(|report| {
                report.as_ref().and_then(|r| r.benchmarks.iter().find(|one| one.id == documented.id).cloned())
            });
            let is_current = current.with(|id| id.as_ref() == Some(&documented.id));
            row(at, documented, found, is_current)
        });
        rows.collect_view()
    };
    view! {
        <section class="section" aria-labelledby="expectation">
            <div class="section-head">
                <h2 id="expectation">"Guide\u{2019}s expectation"</h2>
                <p>"On made-up data as the guide describes it, with the documented indexes."</p>
            </div>
            <TableFrame
                label="Benchmarks against the guide"
                caption="Benchmarks against the guide\u{2019}s expectation"
                heads=&[
                    ("Benchmark", ""),
                    ("Expected", "num"),
                    ("Share of the limit", ""),
                    ("Used", "num"),
                    ("Mean", "num"),
                    ("95 % interval", "num"),
                    ("Std. dev.", "num hide-narrow"),
                    ("Samples", "num hide-narrow"),
                    ("Outcome", ""),
                ]
            >
                {rows}
            </TableFrame>
        </section>
    }
}

/// Whether the whole interval is within, beyond, or on both sides of the limit.
pub(super) fn outcome(within: bool, lower_ns: u64, expected_ns: u64) -> Face {
    match (within, lower_ns >= expected_ns) {
        (true, _) => Face::new(Tone::Good, Glyph::Verdict(Verdict::Holds), "Within"),
        (false, true) => Face::new(Tone::Bad, Glyph::Verdict(Verdict::Refused), "Beyond"),
        (false, false) => Face::new(Tone::Warn, Glyph::Warn, "On the limit"),
    }
}

fn row(at: usize, documented: DocumentedBenchmark, found: Option<Benchmark>, is_current: bool) -> impl IntoView {
    let expected = numbers::count(documented.expected_ms);
    let figures = match found {
        None => {
            let pending = || view! { <td class="num"><Pending /></td> };
            view! {
                <td></td>
                {pending()}
                {pending()}
                {pending()}
                <td class="num hide-narrow">
                    <Pending />
                </td>
                <td class="num hide-narrow">
                    <Pending />
                </td>
                <td>
                    <Badge face=Face::new(Tone::Mute, Glyph::Dot, "Not run yet") />
                </td>
            }
            .into_any()
        }
        Some(found) => {
            let [lower_ns, upper_ns] = found.confidence_interval_ns;
            let mean = Estimate { point_ns: found.mean_ns, lower_ns, upper_ns };
            let picture = charts::limit(&format!("limit-{at}"), WIDTH, &found);
            view! {
                <td inner_html=picture></td>
                <td class="num">{used(&found)}</td>
                <td class="num">
                    <strong>
                        <Quantity quantity=numbers::duration(found.mean_ns) />
                    </strong>
                </td>
                <td class="num">{interval(mean)}</td>
                <td class="num hide-narrow">
                    <Quantity quantity=numbers::duration(found.std_dev_ns) />
                </td>
                <td class="num hide-narrow">{numbers::count(found.samples)}</td>
                <td>
                    <Badge face=outcome(found.within_expected, lower_ns, found.expected_ns) />
                </td>
            }
            .into_any()
        }
    };
    view! {
        <tr>
            <th scope="row">
                <a
                    href=Route::Benchmarks(Some(documented.id.clone())).href()
                    aria-current=is_current.then_some("true")
                >
                    <code>{documented.id.clone()}</code>
                </a>
                <span class="sub">{numbers::counted(documented.n_rows, "row", "rows")}</span>
            </th>
            <td class="num">"< " {expected} <span class="unit">"ms"</span></td>
            {figures}
        </tr>
    }
}
