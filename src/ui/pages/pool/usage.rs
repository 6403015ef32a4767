//! How the pool was used, and the guide's three considerations.

use leptos::prelude::*;

use crate::domain::charts;
use crate::domain::monitoring::{LogSummary, at_words};
use crate::domain::numbers::{count, duration};
use crate::domain::pool::{self, Exhaustion};
use crate::ui::components::chart::{WideChart, full_width};
use crate::ui::components::data_table::FiguresTable;
use crate::ui::components::quantity::{Absent, Quantity};
use crate::ui::components::table_frame::TableFrame;
use crate::ui::components::verdict::{Badge, Face, Tone};
use crate::ui::{Glyph, Inspector, Marked};

use super::Parsed;

#[component]
pub fn Usage(parsed: Parsed) -> impl IntoView {
    let logs = Inspector::use_().logs;
    move || {
        let max_connections = parsed.with(|parsed| parsed.settings.max_connections);
        logs.first.with(|log| log.as_ref().filter(|log| !log.pool.is_empty()).map(|log| section(log, max_connections)))
    }
}

fn section(log: &LogSummary, max_connections: u64) -> impl IntoView + use<> {
    let picture = full_width("pool-use", |id, width| charts::pool_use(id, width, &log.pool, log.axis));
    let picture = picture.map(|(wide, narrow)| {
        view! {
            <div>
                <WideChart caption="Connections over time" wide=wide narrow=narrow />
                <FiguresTable label="Connections over time" table=charts::pool_use_table(&log.pool, log.axis) />
            </div>
        }
    });
    let considerations = pool::considerations(log, max_connections).into_iter().map(|consideration| {
        let face = match consideration.applies {
            true => Face::new(Tone::Warn, Glyph::Warn, "Look here"),
            false => Face::new(Tone::Mute, Glyph::Check, "Not the cause"),
        };
        view! {
            <dt>{consideration.question}</dt>
            <dd>
                <Badge face=face /> " " <Marked text=consideration.answer />
            </dd>
        }
    });
    let time_outs: Vec<String> = log.pool.time_outs.iter().map(|(line, _)| count(*line)).collect();
    let time_outs = (!time_outs.is_empty())
        .then(|| view! { <p class="hint">"Time-outs stand in the lines " {time_outs.join(", ")} "."</p> });
    view! {
        <section class="section" aria-labelledby="pool-use">
            <div class="section-head">
                <h2 id="pool-use">"Use"</h2>
                <p>"From the lines of the log that tell of the pool."</p>
            </div>
            <div class="stack stack-4">
                {picture} {time_outs} <dl class="kv" aria-label="The guide\u{2019}s considerations">{considerations.collect_view()}</dl>
                {exhaustions(log)}
            </div>
        </section>
    }
}

fn exhaustions(log: &LogSummary) -> Option<impl IntoView + use<>> {
    let row = |none: &Exhaustion| {
        let length = match none.n_lines {
            1 => view! { <Absent why="one line alone tells of it" /> }.into_any(),
            _ => {
                let ns = none.to_ns.saturating_sub(none.from_ns).max(0).unsigned_abs();
                view! { <Quantity quantity=duration(ns) /> }.into_any()
            }
        };
        view! {
            <tr>
                <th scope="row">{at_words(log.axis, none.from_ns)}</th>
                <td class="num">{count(none.line)}</td>
                <td class="num">{count(none.n_lines)}</td>
                <td class="num">{length}</td>
            </tr>
        }
    };
    let rows: Vec<_> = log.pool.exhaustions.iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <TableFrame
                label="Times without a connection"
                caption="Times at which no connection was available"
                heads=&[("None available from", ""), ("Line", "num"), ("Lines", "num"), ("At least for", "num")]
                dense=true
            >
                {rows}
            </TableFrame>
        }
    })
}
