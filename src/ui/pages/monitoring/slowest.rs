//! The slowest events of the log, whatever their query.

use leptos::prelude::*;

use crate::domain::monitoring::{LogSummary, SlowEvent, at_words};
use crate::domain::numbers::{count, duration};
use crate::ui::Inspector;
use crate::ui::components::quantity::{Absent, Quantity};

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
            <div class="table-scroll" role="region" aria-label="The slowest events" tabindex="0">
                <table class="table">
                    <caption class="visually-hidden">"The slowest events of the log"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col">"Query"</th>
                            <th scope="col">"Project"</th>
                            <th scope="col" class="num">
                                "Rows"
                            </th>
                            <th scope="col" class="num">
                                "Duration"
                            </th>
                            <th scope="col" class="num">
                                "Line"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
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
