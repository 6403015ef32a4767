//! What a statement costs, as dropped and after the migration: times beside the counters that do not vary.

use leptos::prelude::*;

use crate::domain::query::Cost;

use super::bar::{Bar, Paint};
use super::quantity::{Absent, Pending, Quantity};
use crate::domain::benchmark_words::interval;
use crate::domain::numbers::{self, Ratio};
use crate::ui::components::table_frame::TableFrame;

/// From this factor on a ratio is set in bold.
const MUCH: f64 = 5.0;

/// The line that also tells how often was measured, and how far the times lie apart.
const MEDIAN: &str = "Median time";

#[derive(Clone, Copy)]
enum Unit {
    Count,
    Time,
    Bytes,
}

/// A line of the table: how it is called, whether the name is SQLite's own, and where it stands in a cost.
struct Line {
    name: &'static str,
    verbatim: bool,
    unit: Unit,
    /// `None` where it was not measured.
    of: fn(&Cost) -> Option<u64>,
    /// Whether it is worth a bar.
    drawn: bool,
}

const LINES: [Line; 14] = [
    Line { name: "Rows returned", verbatim: false, unit: Unit::Count, of: |cost| Some(cost.n_rows), drawn: false },
    Line { name: MEDIAN, verbatim: false, unit: Unit::Time, of: |cost| Some(cost.median_ns), drawn: true },
    Line {
        name: "First row, warm",
        verbatim: false,
        unit: Unit::Time,
        of: |cost| cost.warm_first_row_ns,
        drawn: false,
    },
    Line { name: "Prepare, warm", verbatim: false, unit: Unit::Time, of: |cost| cost.warm_prepare_ns, drawn: false },
    Line {
        name: "First run, cold",
        verbatim: false,
        unit: Unit::Time,
        of: |cost| Some(cost.first_run_ns),
        drawn: true,
    },
    Line {
        name: "First row, cold",
        verbatim: false,
        unit: Unit::Time,
        of: |cost| Some(cost.first_row_ns),
        drawn: false,
    },
    Line { name: "Prepare, cold", verbatim: false, unit: Unit::Time, of: |cost| Some(cost.prepare_ns), drawn: false },
    Line { name: "vm_step", verbatim: true, unit: Unit::Count, of: |cost| Some(cost.vm_steps), drawn: true },
    Line {
        name: "fullscan_step",
        verbatim: true,
        unit: Unit::Count,
        of: |cost| Some(cost.fullscan_steps),
        drawn: false,
    },
    Line { name: "sort", verbatim: true, unit: Unit::Count, of: |cost| Some(cost.sorts), drawn: false },
    Line { name: "autoindex", verbatim: true, unit: Unit::Count, of: |cost| Some(cost.autoindexes), drawn: false },
    Line { name: "Pages read", verbatim: false, unit: Unit::Count, of: |cost| Some(cost.pages_read), drawn: true },
    Line { name: "Bytes read", verbatim: false, unit: Unit::Bytes, of: |cost| Some(cost.bytes_read), drawn: false },
    Line { name: "Memory", verbatim: false, unit: Unit::Bytes, of: |cost| Some(cost.memory_bytes), drawn: false },
];

#[component]
pub fn CostTable(before: Option<Cost>, after: Option<Cost>) -> impl IntoView {
    let rows = LINES.iter().map(|line| row(line, before.as_ref(), after.as_ref())).collect_view();
    view! {
        <TableFrame
            label="Cost"
            caption="Times and counters, as dropped and after the migration"
            keep=true
            heads=&[("Counter", ""), ("As dropped", "num"), ("After", "num"), ("Ratio", "num")]
        >
            {rows}
        </TableFrame>
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
            let longest = figures.iter().filter_map(|(_, cost, _)| (line.of)(cost)).max().unwrap_or(0);
            let bars = figures.into_iter().map(|(state, cost, paint)| {
                let share = numbers::share((line.of)(cost).unwrap_or_default(), longest).unwrap_or(0.0);
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
    let Some(figure) = (line.of)(cost) else {
        return view! { <Absent why="not measured: it takes too long" /> }.into_any();
    };
    match line.unit {
        Unit::Count => numbers::count(figure).into_any(),
        Unit::Time => view! { <Quantity quantity=numbers::duration(figure) /> }.into_any(),
        Unit::Bytes => view! { <Quantity quantity=numbers::bytes(figure) /> }.into_any(),
    }
}

fn row(line: &Line, before: Option<&Cost>, after: Option<&Cost>) -> impl IntoView + use<> {
    let samples = (line.name == MEDIAN).then(|| samples(before, after)).flatten();
    let ratio = match (before, after) {
        (Some(before), Some(after)) => match (line.of)(before).zip((line.of)(after)) {
            Some((before, after)) => ratio(numbers::ratio(before, after)),
            None => ().into_any(),
        },
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
        // The interval of the median; the range where too few samples were taken for one.
        let range = match &cost.estimates {
            Some(estimates) => interval(estimates.median),
            None => format!("range {}", numbers::duration_range(cost.min_ns, cost.max_ns)),
        };
        view! { <span class="sub hide-narrow">{range}</span> }
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

/// `7.6 × less`, in bold from a factor of five on.
pub fn ratio(ratio: Ratio) -> AnyView {
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
