//! What criterion measured natively beside what was measured here.

use std::sync::Arc;

use leptos::prelude::*;

use crate::domain::baseline::{Baseline, Beside, beside_criterion};
use crate::domain::benchmark_words::interval;
use crate::domain::numbers;
use crate::ui::Inspector;
use crate::ui::components::alert::Note;
use crate::ui::components::quantity::{Absent, Quantity};
use crate::ui::components::table_frame::TableFrame;
use crate::ui::components::verdict::Tone;
use crate::ui::intake::Picked;
use crate::ui::open_button::FileButton;

#[component]
pub fn BesideCriterion(now: Memo<Option<Arc<Baseline>>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let folder = inspector.criterion;
    let take = move |files: Vec<web_sys::File>| {
        inspector.take_criterion(files.into_iter().map(Picked::from).collect(), None);
    };
    let rows = move || {
        let folder = folder.get()?;
        let beside = now.with(|now| {
            let entries = now.as_ref().map(|now| now.entries.as_slice()).unwrap_or_default();
            beside_criterion(entries, &folder.results)
        });
        (!beside.is_empty()).then(|| view! { <Table beside=beside /> })
    };
    let problems = move || {
        let problems = folder.get().map(|folder| folder.problems.clone()).unwrap_or_default();
        (!problems.is_empty()).then(|| {
            let lines = problems.into_iter().map(|problem| view! { <li>{problem}</li> }).collect_view();
            view! {
                <Note tone=Tone::Warn title="Not everything could be used">
                    <ul>{lines}</ul>
                </Note>
            }
        })
    };
    view! {
        <section class="section" aria-labelledby="criterion">
            <div class="section-head">
                <h2 id="criterion">"Beside criterion"</h2>
                <p>
                    "Drop the folder " <code>"target/criterion"</code> " that " <code>"cargo bench"</code>
                    " leaves behind, or its files, to see native times beside these."
                </p>
                <span class="push no-print">
                    <FileButton class="btn small file-input" label="Choose criterion\u{2019}s folder" folder=true on_files=take />
                </span>
            </div>
            <div class="stack stack-3">
                {problems}
                {rows}
            </div>
        </section>
    }
}

#[component]
fn Table(beside: Vec<Beside>) -> impl IntoView {
    let rows = beside.into_iter().map(row).collect_view();
    view! {
        <TableFrame
            label="Beside criterion"
            caption="Medians here and in criterion\u{2019}s runs"
            heads=&[
                ("Benchmark", ""),
                ("Run", ""),
                ("Criterion", "num"),
                ("Interval", "num"),
                ("Here", "num"),
                ("95 % interval", "num"),
                ("Here takes", "num"),
            ]
        >
            {rows}
        </TableFrame>
        <p class="hint">
            "Medians, as documented. Criterion times the application\u{2019}s own code around SQLite, natively; here the statement alone runs, in WebAssembly. So there is a ratio and no verdict."
        </p>
    }
}

fn row(beside: Beside) -> impl IntoView {
    let here = match beside.here {
        Some(here) => view! {
            <td class="num">
                <Quantity quantity=numbers::duration(here.point_ns) />
            </td>
            <td class="num">{interval(here)}</td>
        }
        .into_any(),
        None => view! {
            <td class="num">
                <Absent why="not measured here" />
            </td>
            <td class="num faint">"not measured here"</td>
        }
        .into_any(),
    };
    let times = beside.times.map(|times| view! { <strong>{format!("{times:.2}")}</strong> " times as long" });
    view! {
        <tr>
            <th scope="row">
                <code>{beside.id}</code>
            </th>
            <td>{beside.run}</td>
            <td class="num">
                <Quantity quantity=numbers::duration(beside.criterion.point_ns) />
            </td>
            <td class="num">{interval(beside.criterion)}</td>
            {here}
            <td class="num">{times}</td>
        </tr>
    }
}
