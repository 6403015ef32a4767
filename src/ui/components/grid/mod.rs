//! Rows of a table, however many: only those in sight are drawn, and only those near them are asked for.
//!
//! `state` holds what is asked and what has come, `body` follows scroll bar and keys, `row` draws a row, `detail` shows
//! one whole, `tools` filters, goes to a row and downloads.

mod body;
mod detail;
mod row;
mod state;
mod tools;

use leptos::prelude::*;

use crate::domain::numbers::counted;
use crate::domain::rows::RowsAsked;
use crate::ui::Inspector;
use crate::ui::components::alert::FailedHere;

use body::Body;
use detail::Detail;
use state::Grid;
use tools::{Download, Filters};

/// The rows of one table. Foreign keys lead to those of others, in the same place.
#[component]
pub fn RowGrid(asked: RowsAsked) -> impl IntoView {
    if untrack(|| Inspector::use_().is_saved()) {
        return view! { <p class="hint">"The rows stand in the database itself. Open it to look at them."</p> }
            .into_any();
    }
    let grid = Grid::new(asked);
    let title = move || {
        let table = grid.asked.with(|asked| asked.table.clone());
        match grid.n_rows.get() {
            Some(n) => format!("{} of {table}", counted(n, "row", "rows")),
            None => format!("Rows of {table}: looking for them\u{2026}"),
        }
    };
    view! {
        <section class="row-grid stack stack-2" aria-label="Rows">
            <div class="row spread">
                <h3 role="status">{title}</h3>
                <Show when=move || grid.came_from.with(|from| !from.is_empty())>
                    <button class="btn small" type="button" on:click=move |_| grid.back()>
                        "Back"
                    </button>
                </Show>
            </div>
            <Filters grid=grid />
            {move || grid.failure.get().map(|failure| view! { <FailedHere failure=failure /> })}
            <Show
                when=move || grid.n_rows.get() != Some(0)
                fallback=|| view! { <p class="hint">"No row: the table is empty, or none meets the filter."</p> }
            >
                <Body grid=grid />
            </Show>
            <Detail grid=grid />
            <Download grid=grid />
        </section>
    }
    .into_any()
}
