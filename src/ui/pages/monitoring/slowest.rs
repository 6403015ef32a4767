//! The slowest events of the log, whatever their query.

use leptos::prelude::*;

use crate::domain::monitoring::{LogSummary, SlowEvent, at_words};
use crate::domain::numbers::{count, duration};
use crate::ui::Inspector;
use crate::ui::components::quantity::{Absent, Quantity};
use crate::ui::components::table_frame::TableFrame;

#[component]
pub fn Slowest() -> impl IntoView {
    let logs = Inspector::use_().logs;
    let rows = move || {
        logs.first.with(|log| {
            let log = log.as_ref()?;
            Some(log.slowest.iter().map(|event| row(log, event)).collect_view())
        })
    };
    view! {
        <section class="section" aria-labelledby="log-slowest">
            <div class="section-head">
                <h2 id="log-slowest">"The slowest"</h2>
            </div>
            <TableFrame
                label="The slowest events"
                caption="The slowest events of the log"
                heads=&[
                    ("When", ""),
                    ("Query", ""),
                    ("Project", ""),
                    ("Rows", "num"),
                    ("Duration", "num"),
                    ("Line", "num"),
                ]
            >
                {rows}
            </TableFrame>
        </section>
    }
}

fn row(log: &LogSummary, event: &SlowEvent) -> impl IntoView + use<> {
    let project = match event.project.clone() {
        Some(project) => view! { <code>{project}</code> }.into_any(),
        None => view! { <Absent why="the event names no project" /> }.into_any(),
    };
    let rows = match event.count {
        Some(n) => count(n).into_any(),
        None => view! { <Absent why="the event gives no number of rows" /> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{at_words(log.axis, event.at_ns)}</th>
            <td>
                <code>{event.name.clone()}</code>
            </td>
            <td>{project}</td>
            <td class="num">{rows}</td>
            <td class="num">
                <Quantity quantity=duration(event.duration_ns) />
            </td>
            <td class="num">{count(event.line)}</td>
        </tr>
    }
}
