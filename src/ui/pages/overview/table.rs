//! What belongs to one table: columns, indexes, foreign keys, triggers and the statement that made it.

use leptos::prelude::*;

use crate::domain::database::{Column, ForeignKey, Index, Table, Trigger};
use crate::domain::rows::RowsAsked;
use crate::ui::components::grid::RowGrid;
use crate::ui::components::sql::Sql;
use crate::ui::components::verdict::{Badge, Face, Tone};
use crate::ui::icons::Glyph;

#[component]
pub fn TableDetail(table: Table) -> impl IntoView {
    let Table { name, columns, indexes, foreign_keys, triggers, sql, .. } = table;
    view! {
        <div class="detail-in stack stack-4">
            <Rows table=name.clone() />
            <Columns columns=columns table=name.clone() />
            {(!indexes.is_empty()).then(|| view! { <Indexes indexes=indexes /> })}
            {(!foreign_keys.is_empty()).then(|| view! { <ForeignKeys keys=foreign_keys /> })}
            {triggers.into_iter().map(|trigger| view! { <TriggerSql trigger=trigger /> }).collect_view()}
            {sql.map(|sql| view! { <Sql sql=sql caption=format!("Definition of {name}") /> })}
        </div>
    }
}

/// Waits until a person asks: finding the keys reads the table or an index from end to end.
#[component]
fn Rows(table: String) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let label = format!("Look at the rows of {table}");
    let table = StoredValue::new(table);
    view! {
        <Show
            when=move || is_open.get()
            fallback=move || {
                view! {
                    <div>
                        <button class="btn" type="button" aria-label=label.clone() on:click=move |_| is_open.set(true)>
                            "Look at the rows"
                        </button>
                    </div>
                }
            }
        >
            <RowGrid asked=RowsAsked { table: table.get_value(), ..RowsAsked::default() } />
        </Show>
    }
}

#[component]
fn Columns(columns: Vec<Column>, table: String) -> impl IntoView {
    let label = format!("Columns of {table}");
    let lines = columns.into_iter().map(|column| {
        let notes = notes(&column);
        view! {
            <tr>
                <th scope="row">
                    <code>{column.name}</code>
                </th>
                <td>
                    <code>{column.declared_type}</code>
                </td>
                <td>{notes}</td>
            </tr>
        }
    });
    view! {
        <div class="table-scroll keep" role="region" aria-label=label.clone() tabindex="0">
            <table class="table dense">
                <caption>{label.clone()}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Column"</th>
                        <th scope="col">"Type"</th>
                        <th scope="col">"Constraints"</th>
                    </tr>
                </thead>
                <tbody>{lines.collect_view()}</tbody>
            </table>
        </div>
    }
}

fn notes(column: &Column) -> String {
    let mut notes = Vec::new();
    if column.primary_key > 0 {
        notes.push("primary key".to_owned());
    }
    if column.not_null {
        notes.push("not null".into());
    }
    if column.generated {
        notes.push("generated".into());
    }
    if let Some(default) = &column.default {
        notes.push(format!("default {default}"));
    }
    notes.join(", ")
}

#[component]
fn Indexes(indexes: Vec<Index>) -> impl IntoView {
    let line = |index: Index| {
        let mut notes = Vec::new();
        if index.unique {
            notes.push("unique");
        }
        if index.partial {
            notes.push("partial");
        }
        if index.sql.is_none() {
            notes.push("of a constraint");
        }
        let notes = notes.into_iter().map(|note| view! { <span class="tag">{note}</span> }).collect_view();
        view! {
            <li class="row row-tight">
                <code>{index.name}</code>
                <span class="muted">{format!("({})", index.columns.join(", "))}</span>
                {notes}
            </li>
        }
    };
    view! {
        <div class="stack stack-1">
            <h3>"Indexes"</h3>
            <ul>{indexes.into_iter().map(line).collect_view()}</ul>
        </div>
    }
}

#[component]
fn ForeignKeys(keys: Vec<ForeignKey>) -> impl IntoView {
    let line = |key: ForeignKey| {
        let parent_columns = match key.parent_columns.is_empty() {
            true => String::new(),
            false => format!("({})", key.parent_columns.join(", ")),
        };
        let unindexed = (!key.child_indexed)
            .then(|| view! { <Badge face=Face::new(Tone::Warn, Glyph::Warn, "no index starts with it") /> });
        view! {
            <li class="row row-tight">
                <code>{key.columns.join(", ")}</code>
                <span class="faint">"references"</span>
                <code>{format!("{}{parent_columns}", key.parent)}</code>
                <span class="tag">{format!("ON DELETE {}", key.on_delete)}</span>
                {unindexed}
            </li>
        }
    };
    view! {
        <div class="stack stack-1">
            <h3>"Foreign keys"</h3>
            <ul>{keys.into_iter().map(line).collect_view()}</ul>
        </div>
    }
}

#[component]
fn TriggerSql(trigger: Trigger) -> impl IntoView {
    view! { <Sql sql=trigger.sql caption=format!("Trigger {}", trigger.name) /> }
}
