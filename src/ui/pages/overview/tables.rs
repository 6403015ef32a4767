//! All tables, one line each; a line opens to show what belongs to its table.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::database::{Table, TableKind};
use crate::domain::failure::FailureKind;
use crate::domain::numbers;
use crate::ui::components::table_frame::TableFrame;
use crate::ui::icons::{Glyph, Icon};
use crate::ui::route::Route;
use crate::ui::state::Inspector;

use super::facts::of_database;
use super::table::TableDetail;

#[component]
pub fn Tables() -> impl IntoView {
    let counting = RwSignal::new(None::<String>);
    let tables = of_database(|database| database.tables.clone());
    let rows = move || {
        tables.get().into_iter().enumerate().map(move |(at, table)| {
            view! { <TableRows at=at table=table counting=counting /> }
        })
    };
    view! {
        <section class="section" aria-labelledby="tables">
            <div class="section-head">
                <h2 id="tables">"Tables"</h2>
                <p>"Counting reads a table or one of its indexes from end to end, so it waits until you ask."</p>
                <span class="push">
                    <CountAll counting=counting />
                </span>
            </div>
            <TableFrame
                label="Tables of the database"
                caption="Tables of the database"
                heads=&[
                    ("Table", ""),
                    ("Columns", "num"),
                    ("Indexes", "num hide-narrow"),
                    ("Foreign keys", "num hide-narrow"),
                    ("Triggers", "num hide-narrow"),
                    ("Rows", "num"),
                ]
            >
                {move || rows().collect_view()}
            </TableFrame>
        </section>
    }
}

/// Rows by table that are known without asking: from the sizes, or counted before.
fn known_rows(inspector: Inspector) -> Memo<BTreeMap<String, u64>> {
    Memo::new(move |_| {
        let mut known: BTreeMap<String, u64> = inspector.report.with(|report| {
            let sizes = report.iter().flat_map(|report| &report.sizes).filter(|size| !size.is_index);
            sizes.map(|size| (size.name.clone(), size.n_rows)).collect()
        });
        inspector.row_counts.with(|counts| known.extend(counts.iter().map(|(name, n)| (name.clone(), *n))));
        known
    })
}

/// Counts one table after the other; a failure ends it, a cancel ends it quietly.
fn count(inspector: Inspector, counting: RwSignal<Option<String>>, tables: Vec<String>) {
    spawn_local(async move {
        for table in tables {
            // The view may have gone; the counts are kept all the same.
            let _ = counting.try_set(Some(table.clone()));
            if let Err(failure) = inspector.count_rows(table).await {
                if failure.kind != FailureKind::Cancelled {
                    inspector.failure.set(Some(failure));
                }
                break;
            }
        }
        let _ = counting.try_set(None);
    });
}

#[component]
fn CountAll(counting: RwSignal<Option<String>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let known = known_rows(inspector);
    let unknown = move || {
        let tables = inspector.database.with(|d| d.as_ref().map(|d| d.tables.clone()).unwrap_or_default());
        let names = tables.into_iter().map(|table| table.name);
        known.with(|known| names.filter(|name| !known.contains_key(name)).collect::<Vec<_>>())
    };
    let is_counting = move || counting.with(Option::is_some);
    let press = move |_| match is_counting() {
        true => inspector.cancel(),
        false => count(inspector, counting, unknown()),
    };
    view! {
        <Show when=move || !inspector.is_saved() && (is_counting() || !unknown().is_empty())>
            <button class="btn small" type="button" on:click=press>
                {move || match is_counting() {
                    true => view! { <Icon glyph=Glyph::X /> "Cancel counting" }.into_any(),
                    false => "Count all rows".into_any(),
                }}
            </button>
        </Show>
    }
}

#[component]
fn TableRows(at: usize, table: Table, counting: RwSignal<Option<String>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let known = known_rows(inspector);
    let name = StoredValue::new(table.name.clone());
    let is_named = move || {
        inspector.route.with(|route| matches!(route, Route::Overview(Some(entry)) if name.with_value(|n| n == entry)))
    };
    let is_open = RwSignal::new(false);
    // The table that the address names stands open.
    Effect::new(move |_| {
        if is_named() {
            is_open.set(true);
        }
    });
    let detail_id = format!("table-{at}");
    let controls = detail_id.clone();
    let row_class = move || if is_open.get() { "open" } else { "" };
    let rows = move || {
        let name = name.get_value();
        if let Some(n) = known.with(|known| known.get(&name).copied()) {
            return numbers::count(n).into_any();
        }
        if counting.with(|counting| counting.as_deref() == Some(name.as_str())) {
            return view! { <span class="pending">"counting\u{2026}"</span> }.into_any();
        }
        let label = format!("Count the rows of {name}");
        let press = move |_| {
            if counting.with_untracked(Option::is_none) {
                count(inspector, counting, vec![name.clone()]);
            }
        };
        view! {
            <button class="btn plain small" type="button" aria-label=label on:click=press>
                "Count"
            </button>
        }
        .into_any()
    };
    let kind = kind_word(&table);
    let (n_columns, n_indexes) = (table.columns.len(), table.indexes.len());
    let (n_keys, n_triggers) = (table.foreign_keys.len(), table.triggers.len());
    let table = StoredValue::new(table);
    view! {
        <tr class=row_class>
            <th scope="row">
                <span class="with-toggle">
                    <button
                        class="toggle"
                        type="button"
                        aria-expanded=move || is_open.get().to_string()
                        aria-controls=controls
                        aria-label=format!("Details of {}", name.get_value())
                        on:click=move |_| is_open.update(|open| *open = !*open)
                    >
                        <Icon glyph=Glyph::Chevron />
                    </button>
                    <code>{name.get_value()}</code>
                    {kind.map(|kind| view! { <span class="tag">{kind}</span> })}
                </span>
            </th>
            <td class="num">{n_columns}</td>
            <td class="num hide-narrow">{n_indexes}</td>
            <td class="num hide-narrow">{n_keys}</td>
            <td class="num hide-narrow">{n_triggers}</td>
            <td class="num">{rows}</td>
        </tr>
        <tr class="detail" id=detail_id hidden=move || !is_open.get()>
            <td colspan="6">
                <Show when=move || is_open.get()>
                    <TableDetail table=table.get_value() />
                </Show>
            </td>
        </tr>
    }
}

fn kind_word(table: &Table) -> Option<&'static str> {
    match table.kind {
        TableKind::Virtual => Some("virtual"),
        TableKind::Shadow => Some("shadow"),
        TableKind::Table if table.strict && table.without_rowid => Some("strict, without rowid"),
        TableKind::Table if table.strict => Some("strict"),
        TableKind::Table if table.without_rowid => Some("without rowid"),
        TableKind::Table => None,
    }
}
