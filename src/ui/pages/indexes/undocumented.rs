//! Indexes of the file that the guide does not list, on the tables that it speaks of.

use leptos::prelude::*;

use crate::domain::numbers::{self, counted};
use crate::domain::run::Step;
use crate::ui::Inspector;
use crate::ui::components::quantity::{Absent, Pending, Quantity};
use crate::ui::components::step_button::StepButton;
use crate::ui::components::table_frame::TableFrame;

#[derive(Clone, PartialEq)]
struct Entry {
    name: String,
    table: String,
    columns: String,
    /// `None` when a constraint made the index.
    sql: Option<String>,
    bytes: Option<u64>,
}

#[component]
pub fn Undocumented() -> impl IntoView {
    let inspector = Inspector::use_();
    let entries = Memo::new(move |_| entries(inspector));
    let n = move || entries.with(|entries| counted(entries.len() as u64, "index", "indexes"));
    let measured = Memo::new(move |_| {
        inspector.report.with(|report| report.as_ref().is_some_and(|report| !report.sizes.is_empty()))
    });
    let rows = move || entries.get().into_iter().map(|entry| row(entry, measured.get())).collect_view();
    let steps = Signal::stored(vec![Step::Sizes]);
    view! {
        <Show when=move || entries.with(|entries| !entries.is_empty())>
            <section class="section" aria-labelledby="undocumented">
                <div class="section-head">
                    <h2 id="undocumented">"Not documented"</h2>
                    <p>{n} " on the same tables that the guide does not list."</p>
                    <Show when=move || !measured.get()>
                        <span class="push">
                            <StepButton steps=steps label="Measure their sizes" busy_label="Measuring" />
                        </span>
                    </Show>
                </div>
                <TableFrame
                    label="Indexes that are not documented"
                    caption="Indexes of the file that the guide does not list"
                    keep=true
                    heads=&[("Index", ""), ("Table and columns", ""), ("Definition", ""), ("Size", "num")]
                >
                    {rows}
                </TableFrame>
            </section>
        </Show>
    }
}

fn row(entry: Entry, measured: bool) -> impl IntoView {
    let size = match entry.bytes {
        Some(bytes) => view! { <Quantity quantity=numbers::bytes(bytes) /> }.into_any(),
        None if measured => view! { <Absent why="not known" /> }.into_any(),
        None => view! { <Pending /> }.into_any(),
    };
    let definition = match entry.sql {
        Some(sql) => view! { <code>{sql}</code> }.into_any(),
        None => view! { <span class="faint">"made by a constraint"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                <code>{entry.name}</code>
            </th>
            <td>
                <code class="nowrap">{entry.table} " (" {entry.columns} ")"</code>
            </td>
            <td class="words">{definition}</td>
            <td class="num">{size}</td>
        </tr>
    }
}

fn entries(inspector: Inspector) -> Vec<Entry> {
    inspector.catalogue.with(|catalogue| {
        inspector.database.with(|database| {
            let (Some(catalogue), Some(database)) = (catalogue, database) else { return Vec::new() };
            let tables = catalogue.tables.iter().filter_map(|table| database.table(&table.name));
            let indexes = tables.flat_map(|table| table.indexes.iter().map(move |index| (table, index)));
            let documented = |name: &str| catalogue.indexes.iter().any(|index| index.name.eq_ignore_ascii_case(name));
            indexes
                .filter(|(_, index)| !documented(&index.name))
                .map(|(table, index)| Entry {
                    name: index.name.clone(),
                    table: table.name.clone(),
                    columns: index.columns.join(", "),
                    sql: index.sql.clone(),
                    bytes: size_of(inspector, &index.name),
                })
                .collect()
        })
    })
}

fn size_of(inspector: Inspector, index: &str) -> Option<u64> {
    inspector.report.with(|report| {
        let sizes = &report.as_ref()?.sizes;
        sizes.iter().find(|size| size.is_index && size.name == index).map(|size| size.bytes)
    })
}
