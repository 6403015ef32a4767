//! One row, value by value, and the rows that its foreign keys tie it to.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::database::{Database, ForeignKey, Table};
use crate::domain::numbers::count;
use crate::domain::rows::{Filter, RowCell, RowColumn, Test};
use crate::domain::value::Value;
use crate::ui::components::copy::CopyButton;
use crate::ui::icons::{Glyph, Icon};

use super::state::Grid;

#[component]
pub fn Detail(grid: Grid) -> impl IntoView {
    let row = Memo::new(move |_| {
        let at = grid.at.get().0;
        grid.detail.get().then(|| grid.row(at)).flatten().map(|cells| (at, cells))
    });
    let shown = move || {
        let (at, cells) = row.get()?;
        let columns = grid.columns.get();
        let text: String =
            columns.iter().zip(&*cells).map(|(column, cell)| format!("{}\t{}\n", column.name, cell.text())).collect();
        let ties = ties(grid, &columns, &cells);
        let values = columns.into_iter().zip(cells.iter().cloned());
        let values = values.map(|(column, cell)| view! { <Field grid=grid at=at column=column cell=cell /> });
        Some(view! {
            <div class="row-detail stack stack-2" role="group" aria-label=format!("Row {}", at + 1)>
                <div class="row spread">
                    <h4>{format!("Row {}", count(at + 1))}</h4>
                    <span class="row row-tight">
                        <CopyButton text=text label="Copy row" />
                        <button
                            class="btn plain square"
                            type="button"
                            aria-label="Close the row"
                            on:click=move |_| grid.detail.set(false)
                        >
                            <Icon glyph=Glyph::X />
                        </button>
                    </span>
                </div>
                {(!ties.is_empty())
                    .then(|| {
                        let buttons = ties.into_iter().map(|tie| view! { <Follow grid=grid tie=tie /> });
                        view! { <div class="row row-tight">{buttons.collect_view()}</div> }
                    })}
                <dl class="kv">{values.collect_view()}</dl>
            </div>
        })
    };
    view! { {shown} }
}

#[component]
fn Field(grid: Grid, at: u64, column: RowColumn, cell: RowCell) -> impl IntoView {
    let whole = RwSignal::new(None::<String>);
    let is_part = matches!(cell, RowCell::Cut { .. } | RowCell::Blob { .. });
    let name = column.name.clone();
    let load = move |_| {
        let (asked, name) = (grid.asked.get_untracked(), name.clone());
        spawn_local(async move {
            match grid.inspector().read_cell(asked, at, name).await {
                Ok(value) => drop(whole.try_set(Some(text_of(&value)))),
                Err(failure) => drop(grid.failure.try_set(Some(failure))),
            }
        });
    };
    let text = cell.text();
    view! {
        <dt>
            <code>{column.name}</code>
        </dt>
        <dd>
            <bdi class="row-value mono">{move || whole.get().unwrap_or_else(|| text.clone())}</bdi>
            {is_part
                .then(|| {
                    view! {
                        <Show when=move || whole.with(Option::is_none)>
                            <button class="btn plain small" type="button" on:click=load.clone()>
                                "Show all"
                            </button>
                        </Show>
                    }
                })}
        </dd>
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Blob(bytes) => {
            let lines = bytes.chunks(16).map(|line| line.iter().map(|byte| format!("{byte:02x} ")).collect::<String>());
            lines.collect::<Vec<_>>().join("\n")
        }
        other => other.display(),
    }
}

/// Rows of another table, by a foreign key.
#[derive(Clone)]
struct Tie {
    words: String,
    table: String,
    filters: Vec<Filter>,
}

#[component]
fn Follow(grid: Grid, tie: Tie) -> impl IntoView {
    let Tie { words, table, filters } = tie;
    view! {
        <button class="btn small" type="button" on:click=move |_| grid.follow(table.clone(), filters.clone())>
            {words}
        </button>
    }
}

/// The parents of a row, then its children. A key with NULL in it names nobody.
fn ties(grid: Grid, columns: &[RowColumn], cells: &[RowCell]) -> Vec<Tie> {
    let value = |name: &str| {
        let at = columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))?;
        match cells.get(at)? {
            RowCell::Number(text) | RowCell::Text(text) | RowCell::Uuid(text) => Some(text.clone()),
            _ => None,
        }
    };
    let filters = |there: &[String], here: &[String]| -> Option<Vec<Filter>> {
        let each = there.iter().zip(here);
        each.map(|(there, here)| Some(Filter { column: there.clone(), test: Test::Equals, operand: value(here)? }))
            .collect()
    };
    grid.inspector().database.with(|database| {
        let Some(database) = database else { return Vec::new() };
        let asked = grid.asked.get();
        let Some(table) = database.table(&asked.table) else { return Vec::new() };
        let parents = table.foreign_keys.iter().filter_map(|key| {
            let filters = filters(&parent_columns(database, key), &key.columns)?;
            let words = format!("Parent in {}, by {}", key.parent, key.columns.join(", "));
            Some(Tie { words, table: key.parent.clone(), filters })
        });
        let children = database.tables.iter().flat_map(|child| child.foreign_keys.iter().map(move |key| (child, key)));
        let children =
            children.filter(|(_, key)| key.parent.eq_ignore_ascii_case(&table.name)).filter_map(|(child, key)| {
                let filters = filters(&key.columns, &parent_columns(database, key))?;
                let words = format!("Children in {}, by {}", child.name, key.columns.join(", "));
                Some(Tie { words, table: child.name.clone(), filters })
            });
        parents.chain(children).collect()
    })
}

/// A key that names no columns means the parent's primary key.
fn parent_columns(database: &Database, key: &ForeignKey) -> Vec<String> {
    if !key.parent_columns.is_empty() {
        return key.parent_columns.clone();
    }
    let columns = database.table(&key.parent).map(|table: &Table| table.columns.as_slice()).unwrap_or_default();
    let mut columns: Vec<_> = columns.iter().filter(|column| column.primary_key > 0).collect();
    columns.sort_by_key(|column| column.primary_key);
    columns.into_iter().map(|column| column.name.clone()).collect()
}
