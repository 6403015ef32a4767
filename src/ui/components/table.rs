//! A few rows of a table. Secrets arrive masked; nothing here could show them.

use leptos::prelude::*;

use crate::domain::cleanup::{Cell, RowSample};

use crate::domain::numbers::{count, counted};

/// From this length on a cell is cut by the column's width, with the whole text in its title.
const LONG: usize = 24;

#[component]
pub fn SampleTable(sample: RowSample, #[prop(into)] label: String) -> impl IntoView {
    let heads = sample.columns.into_iter().map(|column| view! { <th scope="col">{column}</th> }).collect_view();
    let rows = sample
        .rows
        .into_iter()
        .map(|row| {
            let cells = row
                .into_iter()
                .enumerate()
                .map(|(at, cell)| {
                    let content = content(cell);
                    if at == 0 {
                        view! { <th scope="row">{content}</th> }.into_any()
                    } else {
                        view! { <td>{content}</td> }.into_any()
                    }
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <div class="table-scroll keep" role="region" aria-label=label tabindex="0">
            <table class="table dense">
                <caption class="visually-hidden">{label.clone()}</caption>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// `6 of 6,419 rows`, or `all 3 rows`.
pub fn shown_rows(sample: &RowSample) -> String {
    let shown = sample.rows.len() as u64;
    match sample.n_rows {
        n if n <= shown => format!("All {}", counted(n, "row", "rows")),
        n => format!("{} of {}", count(shown), counted(n, "row", "rows")),
    }
}

fn content(cell: Cell) -> AnyView {
    match cell {
        Cell::Null => view! { <span class="null">"NULL"</span> }.into_any(),
        Cell::Shown(text) if text.chars().count() > LONG => view! {
            <span class="cell-cut mono" title=text>
                {text.clone()}
            </span>
        }
        .into_any(),
        Cell::Shown(text) => view! { <code>{text}</code> }.into_any(),
        Cell::Cut { text, length } => {
            // A blob is cut in bytes, a text in characters; only the literal's form tells them apart here.
            let unit = if text.starts_with("x'") { "bytes" } else { "chars" };
            view! {
                <span class="cell-cut mono" title=text>
                    {text.clone()} "…"
                </span>
                " "
                <span class="tag">{count(length)} " " {unit}</span>
            }
            .into_any()
        }
        Cell::Masked { length } => view! {
            <span class="masked">
                <span aria-hidden="true">"•••••• "</span>
                <span class="visually-hidden">"masked, "</span>
                <span class="tag">{count(length)} " chars"</span>
            </span>
        }
        .into_any(),
    }
}
