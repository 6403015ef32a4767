//! What a statement costs, as dropped and after the migration: times beside the counters that do not vary.

use leptos::prelude::*;

use crate::domain::query::Cost;

use super::bar::{Bar, Paint};
use super::quantity::{Pending, Quantity};
use crate::domain::numbers::{self, Ratio};

/// From this factor on a ratio is set in bold.
const MUCH: f64 = 5.0;

/// The line that also tells how often was measured, and how far the times lie apart.
const MEDIAN: &str = "Median time";

#[derive(Clone, Copy)]
enum Unit {
    Count,
    Time,
}

/// A line of the table: how it is called, whether the name is SQLite's own, and where it stands in a cost.
struct Line {
    name: &'static str,
    verbatim: bool,
    unit: Unit,
    of: fn(&Cost) -> u64,
    /// Whether it is worth a bar.
    drawn: bool,
}

const LINES: [Line; 8] = [
    Line { name: "Rows returned", verbatim: false, unit: Unit::Count, of: |cost| cost.n_rows, drawn: false },
    Line { name: MEDIAN, verbatim: false, unit: Unit::Time, of: |cost| cost.median_ns, drawn: true },
    Line { name: "First run, cold", verbatim: false, unit: Unit::Time, of: |cost| cost.first_run_ns, drawn: true },
    Line { name: "vm_step", verbatim: true, unit: Unit::Count, of: |cost| cost.vm_steps, drawn: true },
    Line { name: "fullscan_step", verbatim: true, unit: Unit::Count, of: |cost| cost.fullscan_steps, drawn: false },
    Line { name: "sort", verbatim: true, unit: Unit::Count, of: |cost| cost.sorts, drawn: false },
    Line { name: "autoindex", verbatim: true, unit: Unit::Count, of: |cost| cost.autoindexes, drawn: false },
    Line { name: "Pages read", verbatim: false, unit: Unit::Count, of: |cost| cost.pages_read, drawn: true },
];

#[component]
pub fn CostTable(before: Option<Cost>, after: Option<Cost>) -> impl IntoView {
    let rows = LINES.iter().map(|line| row(line, before.as_ref(), after.as_ref())).collect_view();
    view! {
        <div class="table-scroll keep" role="region" aria-label="Cost" tabindex="0">
            <table class="table">
                <caption class="visually-hidden">"Times and counters, as dropped and after the migration"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Counter"</th>
                        <th scope="col" class="num">
                            "As dropped"
                        </th>
                        <th scope="col" class="num">
                            "After"
                        </th>
                        <th scope="col" class="num">
                            "Ratio"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// The figures that a person looks for first, as bars. Each pair has its own scale, named by its longer bar.
#[component]
pub fn CostBars(before: Cost, after: Cost) -> impl IntoView {
    let pairs = LINES
        .iter()
        .filter(|line| line.drawn)
        .map(|line| {
            let figures = [("As dropped", &before, Paint::Before), ("After", &after, Paint::After)];
            let longest = figures.iter().map(|(_, cost, _)| (line.of)(cost)).max().unwrap_or(0);
            let bars = figures.into_iter().map(|(state, cost, paint)| {
                let share = numbers::share((line.of)(cost), longest).unwrap_or(0.0);
                view! {
                    <span>{state}</span>
                    <Bar share=share paint=paint />
                    <span class="num">{figure(line, cost)}</span>
                }
            });
            view! {
                <span class="label">{name(line)}</span>
                {bars.collect_view()}
            }
        })
        .collect_view();
    view! { <div class="bars">{pairs}</div> }
}

fn name(line: &Line) -> AnyView {
    if line.verbatim { view! { <code>{line.name}</code> }.into_any() } else { line.name.into_any() }
}

fn figure(line: &Line, cost: &Cost) -> AnyView {
    let figure = (line.of)(cost);
    match line.unit {
        Unit::Count => numbers::count(figure).into_any(),
        Unit::Time => view! { <Quantity quantity=numbers::duration(figure) /> }.into_any(),
    }
}

fn row(line: &Line, before: Option<&Cost>, after: Option<&Cost>) -> impl IntoView + use<> {
    let samples = (line.name == MEDIAN).then(|| samples(before, after)).flatten();
    let ratio = match (before, after) {
        (Some(before), Some(after)) => ratio(numbers::ratio((line.of)(before), (line.of)(after))),
        _ => ().into_any(),
    };
    view! {
        <tr>
            <th scope="row">{name(line)} {samples}</th>
            <td class="num">{cell(line, before)}</td>
            <td class="num">{cell(line, after)}</td>
            <td class="num">{ratio}</td>
        </tr>
    }
}

fn cell(line: &Line, cost: Option<&Cost>) -> AnyView {
    let Some(cost) = cost else { return view! { <Pending /> }.into_any() };
    let range = (line.name == MEDIAN && cost.max_ns > cost.min_ns).then(|| {
        view! { <span class="sub hide-narrow">{numbers::duration_range(cost.min_ns, cost.max_ns)}</span> }
    });
    view! { {figure(line, cost)} {range} }.into_any()
}

fn samples(before: Option<&Cost>, after: Option<&Cost>) -> Option<impl IntoView + use<>> {
    let (before, after) = (before.map(|cost| cost.n_samples), after.map(|cost| cost.n_samples));
    let said = match (before, after) {
        (None, None) => return None,
        (Some(before), Some(after)) if before == after => {
            format!("{} each", numbers::counted(before.into(), "sample", "samples"))
        }
        (before, after) => {
            let one = |n: Option<u32>| n.map_or("…".into(), |n| numbers::count(n.into()));
            format!("{} and {} samples", one(before), one(after))
        }
    };
    Some(view! { <span class="sub">{said}</span> })
}

fn ratio(ratio: Ratio) -> AnyView {
    let factor = |times: f64, word: &'static str| {
        let text = numbers::times(times);
        if times >= MUCH {
            view! {
                <strong>{text}</strong>
                {word}
            }
            .into_any()
        } else {
            view! {
                {text}
                {word}
            }
            .into_any()
        }
    };
    match ratio {
        Ratio::Same => view! { <span class="faint">"same"</span> }.into_any(),
        Ratio::AlmostSame => view! { <span class="faint">"≈ same"</span> }.into_any(),
        Ratio::Gone => view! { <strong>"gone"</strong> }.into_any(),
        Ratio::New => view! { <strong>"new"</strong> }.into_any(),
        Ratio::Less(times) => factor(times, " less"),
        Ratio::More(times) => factor(times, " more"),
    }
}
