//! The figures behind a picture.

use leptos::prelude::*;

use crate::domain::charts::DataTable;
use crate::domain::numbers::counted;

/// More rows than a person reads are left out, and said to be.
const MAX_ROWS: usize = 300;

/// Folded away: the picture says it first.
#[component]
pub fn FiguresTable(
    #[prop(into)] label: String,
    table: DataTable,
    #[prop(into, default = "As a table".into())] summary: String,
) -> impl IntoView {
    view! {
        <details class="more">
            <summary>{summary}</summary>
            <Figures label=label table=table />
        </details>
    }
}

/// The first column is in words.
#[component]
pub fn Figures(#[prop(into)] label: String, table: DataTable) -> impl IntoView {
    let n_left_out = table.rows.len().saturating_sub(MAX_ROWS) as u64;
    let heads = table.headers.into_iter().enumerate().map(|(at, head)| {
        view! {
            <th scope="col" class=if at == 0 { "" } else { "num" }>
                {head}
            </th>
        }
    });
    let rows = table.rows.into_iter().take(MAX_ROWS).map(|row| {
        let cells = row.into_iter().enumerate().map(|(at, cell)| match at {
            0 => view! { <th scope="row">{cell}</th> }.into_any(),
            _ => view! { <td class="num">{cell}</td> }.into_any(),
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    let left_out = (n_left_out > 0)
        .then(|| view! { <p class="hint">{counted(n_left_out, "more row is", "more rows are")} " not shown."</p> });
    let caption = label.clone();
    view! {
        <div class="table-scroll keep" role="region" aria-label=label tabindex="0">
            <table class="table dense">
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr>{heads.collect_view()}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {left_out}
    }
}
