//! What one index costs: its space, and the time that it adds to every write.

use leptos::prelude::*;

use crate::domain::migration::IndexReport;
use crate::domain::numbers::{bytes, count, counted, percent};
use crate::domain::write_cost::WriteCost;
use crate::ui::{Inspector, Marked};

/// Nothing until something is known.
#[component]
pub fn Worth(entry: IndexReport) -> impl IntoView {
    let inspector = Inspector::use_();
    let rows = entry.n_rows.zip(entry.n_table_rows).map(|(part, whole)| {
        view! {
            <dt>"Rows in it"</dt>
            <dd>{format!("{} of {}", count(part), counted(whole, "row", "rows"))}</dd>
        }
    });
    let table = entry.table.clone();
    let size = entry.bytes.map(|size| {
        // The table's own size comes with a later step.
        let share = move || {
            let whole =
                inspector.report.with(|report| report.as_ref().and_then(|report| report.table_bytes(&table)))?;
            Some(format!(", {} of the table’s {}", percent(size, whole)?.text(), bytes(whole).text()))
        };
        view! {
            <dt>"Size"</dt>
            <dd>{bytes(size).text()} {share}</dd>
        }
    });
    let cost = entry.write_cost.clone().map(writes);
    let unknown = entry.write_cost_unknown.clone().map(|reason| {
        view! {
            <dt>"Cost of writes"</dt>
            <dd>"Not known: " <Marked text=reason /></dd>
        }
    });
    view! { <dl class="kv tight">{rows} {size} {cost} {unknown}</dl> }
}

fn writes(cost: WriteCost) -> impl IntoView {
    let line = |with, without, extra: String| {
        format!("{} with it, {} without it: each takes {extra}", count(with), count(without))
    };
    let measured = format!(
        "{} each, of {} copied from the table and taken back again. Foreign keys, triggers and CHECK constraints are off.",
        counted(cost.n_samples.into(), "sample", "samples"),
        counted(cost.n_rows_per_sample.into(), "row", "rows"),
    );
    view! {
        <dt>"INSERTs in a second"</dt>
        <dd>{line(cost.inserts_per_s_with, cost.inserts_per_s_without, cost.insert_extra())}</dd>
        <dt>"UPDATEs in a second"</dt>
        <dd>
            {line(cost.updates_per_s_with, cost.updates_per_s_without, cost.update_extra())}
            <span class="sub">{measured}</span>
        </dd>
    }
}
