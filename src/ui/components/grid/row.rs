//! A row in sight. Its elements stay while rows are scrolled, and only what they say changes.

use leptos::prelude::*;

use crate::domain::numbers::count;
use crate::domain::rows::RowCell;

use super::state::Grid;

/// The row that is `below` rows below the `first` in sight.
#[component]
pub fn Row(grid: Grid, first: Memo<u64>, below: u64) -> impl IntoView {
    let at = Memo::new(move |_| first.get() + below);
    let cells = Memo::new(move |_| grid.row(at.get()));
    // The column of the active cell, where it is in this row.
    let active = Memo::new(move |_| {
        let (row, column) = grid.at.get();
        (row == at.get()).then_some(column)
    });
    let row_class = move || if active.with(Option::is_some) { "grid-row current" } else { "grid-row" };
    let columns = move || {
        let columns = 0..grid.columns.with(Vec::len);
        columns.map(|column| view! { <Cell grid=grid at=at column=column cells=cells active=active /> }).collect_view()
    };
    view! {
        <div class=row_class role="row" aria-rowindex=move || (at.get() + 2).to_string()>
            <div role="rowheader" class="grid-number">
                {move || count(at.get() + 1)}
            </div>
            {columns}
        </div>
    }
}

#[component]
fn Cell(
    grid: Grid,
    at: Memo<u64>,
    column: usize,
    cells: Memo<Option<super::state::Row>>,
    active: Memo<Option<usize>>,
) -> impl IntoView {
    let is_active = move || active.get() == Some(column);
    let cell_class = move || {
        let kind = cells.with(|cells| cells.as_ref().map_or("pending", |cells| cells.get(column).map_or("", kind)));
        if is_active() { format!("{kind} active") } else { kind.to_owned() }
    };
    let content = move || {
        let (cut, text) = cells.with(|cells| match cells {
            Some(cells) => cells.get(column).map(|cell| (cut(cell), cell.text())).unwrap_or_default(),
            None => (None, if column == 0 { "\u{2026}".into() } else { String::new() }),
        });
        view! {
            {cut.map(|cut| view! { <span class="tag">{cut}</span> " " })}
            <bdi>{text}</bdi>
        }
    };
    view! {
        <div
            role="gridcell"
            id=move || is_active().then(|| cell_id((at.get(), column)))
            class=cell_class
            on:click=move |_| grid.at.set((at.get_untracked(), column))
            on:dblclick=move |_| grid.detail.set(true)
        >
            {content}
        </div>
    }
}

/// Only the active cell has one.
pub fn cell_id((row, column): (u64, usize)) -> String {
    format!("cell-{row}-{column}")
}

fn kind(cell: &RowCell) -> &'static str {
    match cell {
        RowCell::Number(_) => "num",
        RowCell::Null => "null",
        RowCell::Masked { .. } => "masked",
        RowCell::Blob { .. } => "faint",
        RowCell::Text(_) | RowCell::Cut { .. } | RowCell::Uuid(_) => "",
    }
}

/// How long a text is that does not stand here whole.
fn cut(cell: &RowCell) -> Option<String> {
    match cell {
        RowCell::Cut { n_bytes, .. } => Some(format!("{} bytes", count(*n_bytes))),
        _ => None,
    }
}
