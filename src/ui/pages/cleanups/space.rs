//! What the statement frees, inside the file and out of it, and what it costs.

use leptos::prelude::*;

use crate::domain::cleanup::cascade::{IndexTrial, LookUp};
use crate::domain::cleanup::space::BtreeChange;
use crate::domain::cleanup::{CleanupReport, DeleteOutcome, space};
use crate::domain::numbers::{self, count};
use crate::ui::Marked;
use crate::ui::components::quantity::Quantity;
use crate::ui::components::sql::Sql;
use crate::ui::components::table_frame::TableFrame;

/// Space is told of a statement that finishes; time and steps of any.
#[component]
pub fn Space(cleanup: CleanupReport) -> impl IntoView {
    let CleanupReport { bytes_freed, space, foreign_keys_on, .. } = cleanup;
    let freed = bytes_freed.map(|bytes| {
        view! {
            <dt>"Freed inside the file"</dt>
            <dd>
                <Quantity quantity=numbers::bytes(bytes) />
            </dd>
        }
    });
    let cost = foreign_keys_on.map(|result| {
        let label = if result.outcome == DeleteOutcome::Ok { "DELETE takes" } else { "DELETE fails after" };
        view! {
            <dt>{label}</dt>
            <dd>
                <Quantity quantity=numbers::duration(result.elapsed_ns) />
                " on the copy, foreign keys on"
            </dd>
            <dt>
                <code>"vm_step"</code>
            </dt>
            <dd>{count(result.vm_steps)}</dd>
        }
    });
    let words = space.as_ref().map(|space| {
        let sentences = [space.vacuum_advice(), space.vacuum_words(), space.auto_vacuum_words()];
        sentences.into_iter().map(|text| view! { <p class="hint"><Marked text=text /></p> }).collect_view()
    });
    view! {
        <div class="stack stack-3">
            <h2>"Space and cost"</h2>
            <dl class="kv tight">{freed} {space.clone().map(figures)} {cost}</dl>
            {words}
            {space.map(|space| changes(space.btrees))}
        </div>
    }
}

fn figures(space: space::Space) -> impl IntoView {
    let vacuumed = space.vacuum.elapsed_ns.map(|elapsed_ns| {
        view! {
            ", in "
            <Quantity quantity=numbers::duration(elapsed_ns) />
            " on the copy"
        }
    });
    view! {
        <dt>"Free pages"</dt>
        <dd>{count(space.freelist_before)} " before, " {count(space.freelist_after)} " after"</dd>
        <dt>"File"</dt>
        <dd>
            <Quantity quantity=numbers::bytes(space.bytes_before()) />
            " before, "
            <Quantity quantity=numbers::bytes(space.bytes_after()) />
            " after"
        </dd>
        <dt>"After VACUUM"</dt>
        <dd>
            <Quantity quantity=numbers::bytes(space.vacuum.bytes_after) />
            {vacuumed}
        </dd>
        <dt>"Pages written"</dt>
        <dd>{count(space.n_pages_written)}</dd>
        <dt>"Rollback journal"</dt>
        <dd>
            "up to "
            <Quantity quantity=numbers::bytes(space.journal_bytes()) />
        </dd>
        <dt>"Or the WAL"</dt>
        <dd>
            "from "
            <Quantity quantity=numbers::bytes(space.wal_bytes()) />
        </dd>
    }
}

fn changes(btrees: Vec<BtreeChange>) -> impl IntoView {
    let rows = btrees.into_iter().map(|change| {
        view! {
            <tr>
                <th scope="row">
                    <code>{change.name}</code>
                    {change.is_index.then(|| view! { <span class="sub">"index of " {change.table}</span> })}
                </th>
                <td class="num">{count(change.pages_before)}</td>
                <td class="num">{count(change.pages_after)}</td>
                <td class="num">
                    <Quantity quantity=numbers::bytes(change.unused_before) />
                </td>
                <td class="num">
                    <Quantity quantity=numbers::bytes(change.unused_after) />
                </td>
            </tr>
        }
    });
    view! {
        <details class="more">
            <summary>"Pages of each table and index"</summary>
            <TableFrame
                label="Pages of each table and index"
                caption="Pages and unused bytes before and after the statement"
                keep=true
                dense=true
                heads=&[
                    ("Table or index", ""),
                    ("Pages before", "num"),
                    ("After", "num"),
                    ("Unused before", "num"),
                    ("After", "num"),
                ]
            >
                {rows.collect_view()}
            </TableFrame>
        </details>
    }
}

/// Every look-up down the cascade, and what an index on a child that is read from end to end would change.
#[component]
pub fn Cascade(look_ups: Vec<LookUp>, index_trials: Vec<IndexTrial>) -> impl IntoView {
    if look_ups.is_empty() {
        return ().into_any();
    }
    let rows = look_ups.into_iter().map(|look_up| {
        let read = look_up.n_read();
        view! {
            <tr>
                <th scope="row">
                    <code>{look_up.parent}</code>
                </th>
                <td>
                    <code>{look_up.child}</code>
                </td>
                <td>
                    <code>{look_up.detail}</code>
                </td>
                <td class="num">{count(look_up.n_times)}</td>
                <td class="num">{read.map(count)}</td>
            </tr>
        }
    });
    let trials = index_trials.into_iter().map(|trial| {
        let caption = format!("What an index on {} would change", trial.table);
        view! {
            <div class="stack stack-2">
                <Sql caption=caption sql=trial.sql.clone() />
                <p class="hint">
                    <Marked text=trial.words() />
                </p>
            </div>
        }
    });
    view! {
        <div class="stack stack-3">
            <h3>"What the cascade looks up"</h3>
            <TableFrame
                label="What the cascade looks up"
                caption="Look-ups for each removed row"
                keep=true
                dense=true
                heads=&[
                    ("For each row of", ""),
                    ("in", ""),
                    ("SQLite's plan", ""),
                    ("Times", "num"),
                    ("Rows read, at most", "num"),
                ]
            >
                {rows.collect_view()}
            </TableFrame>
            {trials.collect_view()}
        </div>
    }
    .into_any()
}
