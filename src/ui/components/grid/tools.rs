//! What stands around a grid: filters, going to a row, secrets, and files of the rows shown.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsValue;

use crate::domain::failure::{Failure, FailureKind};
use crate::domain::numbers::{count, counted};
use crate::domain::row_export::RowFormat;
use crate::domain::rows::{Filter, Test};
use crate::domain::words::file_stem;
use crate::ui::download::save_parts;
use crate::ui::icons::{Glyph, Icon};

use super::body::go_to;
use super::state::Grid;

/// Rows written at once: some 10 ms of work between two looks at **Cancel**.
const EXPORT_ROWS: u32 = 2_000;

#[component]
pub fn Filters(grid: Grid) -> impl IntoView {
    let column = RwSignal::new(String::new());
    let test = RwSignal::new(Test::Contains);
    let operand = RwSignal::new(String::new());
    let row = RwSignal::new(String::new());
    let names =
        move || grid.columns.with(|columns| columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>());
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let chosen = column.get_untracked();
        let names = untrack(names);
        let chosen = if names.contains(&chosen) { Some(chosen) } else { names.into_iter().next() };
        let Some(column) = chosen else { return };
        let mut filters = grid.asked.with_untracked(|asked| asked.filters.clone());
        filters.push(Filter { column, test: test.get_untracked(), operand: operand.get_untracked() });
        grid.filter(filters);
    };
    let jump = move |event: SubmitEvent| {
        event.prevent_default();
        let (n_rows, wanted) = (grid.n_rows.get_untracked().unwrap_or(0), row.get_untracked());
        if let Ok(wanted) = wanted.trim().replace([',', ' '], "").parse::<u64>() {
            go_to(grid, (wanted.clamp(1, n_rows.max(1)) - 1, 0), 1.0);
        }
    };
    let options = move || names().into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> });
    let tests = Test::ALL.into_iter().enumerate();
    let tests = tests.map(|(at, test)| view! { <option value=at.to_string()>{test.label()}</option> }).collect_view();
    let choose_test = move |event| {
        let chosen = event_target_value(&event).parse().ok().and_then(|at: usize| Test::ALL.get(at).copied());
        test.set(chosen.unwrap_or(Test::Contains));
    };
    let active = move || {
        let filters = grid.asked.with(|asked| asked.filters.clone());
        filters
            .into_iter()
            .enumerate()
            .map(move |(at, filter)| view! { <Active grid=grid at=at filter=filter /> })
            .collect_view()
    };
    let has_secrets = move || grid.columns.with(|columns| columns.iter().any(|column| column.secret));
    view! {
        <div class="row">
            <form class="row row-tight" on:submit=add>
                <select
                    class="input"
                    aria-label="Column to filter"
                    on:change=move |event| column.set(event_target_value(&event))
                >
                    {move || options().collect_view()}
                </select>
                <select class="input" aria-label="Test" on:change=choose_test>
                    {tests}
                </select>
                <Show when=move || test.get().takes_operand()>
                    <input class="input" type="text" aria-label="Value to filter by" bind:value=operand />
                </Show>
                <button class="btn" type="submit">
                    "Filter"
                </button>
            </form>
            <form class="row row-tight" on:submit=jump>
                <input class="input rows-jump" type="text" inputmode="numeric" aria-label="Number of a row" bind:value=row />
                <button class="btn" type="submit">
                    "Go to row"
                </button>
            </form>
            <Show when=has_secrets>
                <label class="row row-tight">
                    <input type="checkbox" bind:checked=grid.reveal />
                    "Show secrets"
                </label>
            </Show>
            <Show when=move || grid.n_rows.with(Option::is_none) && grid.failure.with(Option::is_none)>
                <button class="btn" type="button" on:click=move |_| grid.inspector().cancel()>
                    <Icon glyph=Glyph::X />
                    "Stop looking"
                </button>
            </Show>
        </div>
        <div class="row row-tight">{active}</div>
    }
}

#[component]
fn Active(grid: Grid, at: usize, filter: Filter) -> impl IntoView {
    let operand = if filter.test.takes_operand() { format!(" {}", filter.operand) } else { String::new() };
    let words = format!("{} {}{operand}", filter.column, filter.test.label());
    let remove = move |_| {
        let mut filters = grid.asked.with_untracked(|asked| asked.filters.clone());
        filters.remove(at);
        grid.filter(filters);
    };
    view! {
        <button class="btn small" type="button" aria-label=format!("Remove the filter {words}") on:click=remove>
            <bdi>{words.clone()}</bdi>
            <Icon glyph=Glyph::X />
        </button>
    }
}

/// Exactly the rows that the grid shows, as a file.
#[component]
pub fn Download(grid: Grid) -> impl IntoView {
    let format = RwSignal::new(RowFormat::Csv { guarded: true });
    let guarded = RwSignal::new(true);
    // Rows written so far; `None` when nothing is being written.
    let written = RwSignal::new(None::<u64>);
    let choose = move |event| {
        format.set(match event_target_value(&event).as_str() {
            "json" => RowFormat::JsonLines,
            "sql" => RowFormat::Inserts,
            _ => RowFormat::Csv { guarded: guarded.get_untracked() },
        });
    };
    Effect::new(move |_| {
        let guarded = guarded.get();
        format.maybe_update(|format| match format {
            RowFormat::Csv { guarded: now } if *now != guarded => {
                *now = guarded;
                true
            }
            _ => false,
        });
    });
    let press = move |_| match written.get_untracked() {
        Some(_) => written.set(None),
        None => write(grid, format.get_untracked(), written),
    };
    let masks = move || !grid.reveal.get() && grid.columns.with(|columns| columns.iter().any(|column| column.secret));
    let hint = move || match (format.get(), masks()) {
        (RowFormat::Inserts, true) => {
            "Secrets are masked, so these INSERTs are no complete backup. Tick “Show secrets” first to keep them."
        }
        (RowFormat::Inserts, false) => "A backup of just these rows: one transaction that SQLite reads back exactly.",
        (_, true) => "Secrets are masked in the file, as they are here.",
        (_, false) => "",
    };
    let progress = move || {
        let n_rows = grid.n_rows.get().unwrap_or(0);
        written.get().map(|n| format!("{} of {}", count(n), counted(n_rows, "row", "rows")))
    };
    view! {
        <div class="row">
            <select class="input" aria-label="Format of the file" on:change=choose>
                <option value="csv">"CSV"</option>
                <option value="json">"JSON lines"</option>
                <option value="sql">"SQL INSERTs"</option>
            </select>
            <button class="btn" type="button" on:click=press>
                {move || match written.with(Option::is_some) {
                    true => view! { <Icon glyph=Glyph::X /> "Cancel" }.into_any(),
                    false => view! { <Icon glyph=Glyph::Download /> "Download rows" }.into_any(),
                }}
            </button>
            <Show when=move || matches!(format.get(), RowFormat::Csv { .. })>
                <label class="row row-tight" title="Text that a spreadsheet would run starts with an apostrophe">
                    <input type="checkbox" bind:checked=guarded />
                    "Guard against formulas"
                </label>
            </Show>
            <span class="hint" role="status">
                {progress}
            </span>
            <span class="hint">{hint}</span>
        </div>
    }
}

/// Part after part, so that **Cancel** is heard and the page never holds all rows as one text.
fn write(grid: Grid, format: RowFormat, written: RwSignal<Option<u64>>) {
    let (asked, reveal) = (grid.asked.get_untracked(), grid.reveal.get_untracked());
    let n_rows = grid.n_rows.get_untracked().unwrap_or(0);
    let inspector = grid.inspector();
    let database = inspector.database.with_untracked(|database| database.as_ref().map(|d| d.file_name.clone()));
    let name = format!("{}-{}.{}", file_stem(&database.unwrap_or_default()), asked.table, format.extension());
    written.set(Some(0));
    spawn_local(async move {
        let parts = js_sys::Array::new();
        let mut first = 0;
        loop {
            let part = inspector.export_rows(asked.clone(), format, first, EXPORT_ROWS, reveal).await;
            // Cancelled, or the grid is gone.
            if written.try_get_untracked().flatten().is_none() {
                return;
            }
            match part {
                Ok(text) => parts.push(&JsValue::from_str(&text)),
                Err(failure) => {
                    grid.failure.set(Some(failure));
                    written.set(None);
                    return;
                }
            };
            first += u64::from(EXPORT_ROWS);
            written.set(Some(first.min(n_rows)));
            if first >= n_rows {
                break;
            }
        }
        written.set(None);
        if let Err(error) = save_parts(&name, format.mime(), &parts) {
            let message = format!("The browser did not save {name}: {error:?}");
            grid.failure.set(Some(Failure::new(FailureKind::Unreadable, message)));
        }
    });
}
