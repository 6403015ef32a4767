//! The same queries on the dropped file, for its real projects.

use leptos::prelude::*;

use crate::domain::benchmark::FileBenchmark;
use crate::domain::benchmark_words::interval;
use crate::domain::numbers;
use crate::ui::components::quantity::Quantity;
use crate::ui::components::table_frame::TableFrame;
use crate::ui::components::verdict::Badge;
use crate::ui::{Inspector, Route};

use super::detail::ChangeCells;
use super::expectation::outcome;

#[component]
pub fn OnFile() -> impl IntoView {
    let inspector = Inspector::use_();
    let lines = Memo::new(move |_| {
        inspector.report.with(|report| report.as_ref().map(|r| r.file_benchmarks.clone()).unwrap_or_default())
    });
    let rows = move || lines.get().into_iter().map(row).collect_view();
    view! {
        <Show when=move || lines.with(|lines| !lines.is_empty())>
            <section class="section" aria-labelledby="on-file">
                <div class="section-head">
                    <h2 id="on-file">"On this file"</h2>
                    <p>
                        "With values that stand there, those nearest to the sizes of the guide, as dropped and after the migration in turns."
                    </p>
                </div>
                <TableFrame
                    label="Benchmarks on this file"
                    caption="The same queries on this file"
                    heads=&[
                        ("Benchmark", ""),
                        ("Rows", "num"),
                        ("Expected", "num"),
                        ("Median, as dropped", "num"),
                        ("95 % interval", "num hide-narrow"),
                        ("After", "num"),
                        ("Median change", "num"),
                        ("Result", ""),
                        ("Outcome", ""),
                    ]
                >
                    {rows}
                </TableFrame>
            </section>
        </Show>
    }
}

fn row(benchmark: FileBenchmark) -> impl IntoView {
    let estimates = benchmark.before.cost.estimates.clone().unwrap_or_default();
    let after = benchmark.after.cost.estimates.as_ref().map(|estimates| interval(estimates.median));
    let expected = match benchmark.expected_ns {
        Some(ns) => view! { "< " <Quantity quantity=numbers::duration(ns) /> }.into_any(),
        None => view! { <span class="faint">"none so large"</span> }.into_any(),
    };
    let outcome = benchmark.within_expected.zip(benchmark.expected_ns).map(|(within, expected_ns)| {
        view! { <Badge face=outcome(within, estimates.mean.lower_ns, expected_ns) /> }
    });
    view! {
        <tr>
            <th scope="row">
                <a href=Route::Queries(Some(benchmark.query.clone())).href()>
                    <code>{benchmark.group.clone()}</code>
                </a>
                <span class="sub">{numbers::counted(estimates.n_samples.into(), "sample", "samples")} " each"</span>
            </th>
            <td class="num">{numbers::count(benchmark.before.cost.n_rows)}</td>
            <td class="num">{expected}</td>
            <td class="num">
                <strong>
                    <Quantity quantity=numbers::duration(benchmark.before.cost.median_ns) />
                </strong>
            </td>
            <td class="num hide-narrow">{interval(estimates.median)}</td>
            <td class="num">
                <Quantity quantity=numbers::duration(benchmark.after.cost.median_ns) />
                <span class="sub hide-narrow">{after}</span>
            </td>
            <ChangeCells change=benchmark.change none="too few samples" />
            <td>{outcome}</td>
        </tr>
    }
}
