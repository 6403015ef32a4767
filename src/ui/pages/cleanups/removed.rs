//! Rows that go, and rows that stay although they are old.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::domain::cleanup::{CleanupReport, WithForeignKeys};
use crate::domain::numbers::{self, count, counted};
use crate::ui::Inspector;
use crate::ui::components::bar::{Bar, Paint};
use crate::ui::components::table_frame::TableFrame;

/// Every table that loses or changes rows, with its share where the table's rows are known.
#[component]
pub fn Removed(cleanup: CleanupReport) -> impl IntoView {
    let inspector = Inspector::use_();
    let CleanupReport { table, n_table_rows, foreign_keys_on, .. } = cleanup;
    let Some(result) = foreign_keys_on else { return ().into_any() };
    let own = table.clone();
    let totals = move || totals(inspector, &own, n_table_rows);
    let lines = lines(&table, &result);
    let rows = move || {
        let totals = totals();
        lines.iter().map(|line| row(line, totals.get(&line.table).copied())).collect_view()
    };
    view! {
        <div class="stack stack-3">
            <h2>"Rows removed, by table"</h2>
            <TableFrame
                label="Rows removed by table"
                caption="Rows removed by table, cascades included"
                keep=true
                heads=&[("Table", ""), ("Share of its rows", ""), ("Removed", "num")]
            >
                {rows}
            </TableFrame>
        </div>
    }
    .into_any()
}

struct Line {
    table: String,
    is_own: bool,
    n_removed: u64,
    n_updated: u64,
    n_inserted: u64,
}

/// The statement's own table first, then those that lose the most.
fn lines(own: &str, result: &WithForeignKeys) -> Vec<Line> {
    let mut lines: BTreeMap<&str, Line> = BTreeMap::new();
    let line =
        |table: &str| Line { table: table.into(), is_own: table == own, n_removed: 0, n_updated: 0, n_inserted: 0 };
    lines.entry(own).or_insert_with(|| line(own)).n_removed = result.n_deleted;
    for (table, n) in &result.by_table {
        lines.entry(table).or_insert_with(|| line(table)).n_removed = *n;
    }
    for (table, n) in &result.updated_by_table {
        lines.entry(table).or_insert_with(|| line(table)).n_updated = *n;
    }
    for (table, n) in &result.inserted_by_table {
        lines.entry(table).or_insert_with(|| line(table)).n_inserted = *n;
    }
    let mut lines: Vec<Line> = lines.into_values().collect();
    lines.sort_by_key(|line| Reverse((line.is_own, line.n_removed, line.n_updated)));
    lines
}

/// Rows of each table before, from whatever has counted them.
fn totals(inspector: Inspector, own: &str, n_table_rows: Option<u64>) -> BTreeMap<String, u64> {
    let mut totals = inspector.row_counts.get();
    inspector.report.with(|report| {
        let sizes = report.iter().flat_map(|report| &report.sizes).filter(|size| !size.is_index);
        totals.extend(sizes.map(|size| (size.name.clone(), size.n_rows)));
    });
    totals.extend(n_table_rows.map(|n| (own.to_owned(), n)));
    totals
}

fn row(line: &Line, total: Option<u64>) -> impl IntoView + use<> {
    let share = total.and_then(|total| numbers::share(line.n_removed, total));
    let bar = share.map(|share| view! { <Bar share=share paint=Paint::Removed /> });
    let said = match total {
        None => "rows not counted".to_owned(),
        Some(0) => "no rows".to_owned(),
        Some(total) => match numbers::percent(line.n_removed, total).filter(|_| line.n_removed > 0) {
            Some(percent) => format!("{} of {}", percent.text(), count(total)),
            None => format!("0 of {}", count(total)),
        },
    };
    let others = [(line.n_updated, " changed"), (line.n_inserted, " added by a trigger")].into_iter();
    let others = others.filter(|(n, _)| *n > 0);
    let others = others.map(|(n, how)| view! { <span class="sub">{counted(n, "row", "rows")} {how}</span> });
    let cascade = (!line.is_own && line.n_removed > 0).then(|| view! { <span class="sub">"by cascade"</span> });
    view! {
        <tr>
            <th scope="row">
                <code>{line.table.clone()}</code>
                {cascade}
                {others.collect_view()}
            </th>
            <td>
                {bar}
                <span class="sub">{said}</span>
            </td>
            <td class="num">{count(line.n_removed)}</td>
        </tr>
    }
}

/// Old rows that the statement does not reach.
#[component]
pub fn Missed(cleanup: CleanupReport) -> impl IntoView {
    let CleanupReport { n_missed_by_text_comparison, n_without_time, .. } = cleanup;
    let missed =
        [("Missed by text comparison", n_missed_by_text_comparison), ("Without a time, never matched", n_without_time)];
    let whole = missed.iter().filter_map(|(_, n)| *n).sum();
    let bars = missed.into_iter().filter_map(|(label, n)| Some((label, n?))).map(|(label, n)| {
        view! {
            <span>{label}</span>
            <Bar share=numbers::share(n, whole).unwrap_or(0.0) paint=Paint::Warn />
            <span class="num">{count(n)}</span>
        }
    });
    view! {
        <div class="stack stack-3">
            <h2>"Rows missed"</h2>
            <div class="bars">{bars.collect_view()}</div>
        </div>
    }
}
