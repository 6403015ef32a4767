//! Every row that a clean-up removes, table by table.

use leptos::prelude::*;

use crate::domain::cleanup::CleanupReport;
use crate::domain::numbers::counted;
use crate::domain::rows::RowsAsked;
use crate::ui::components::choose::{Segment, Segments};
use crate::ui::components::grid::RowGrid;

/// One table at a time, when a person asks for it.
#[component]
pub fn DoomedRows(cleanup: CleanupReport) -> impl IntoView {
    let CleanupReport { id, table: own, foreign_keys_on, .. } = cleanup;
    let mut tables: Vec<(String, u64)> =
        foreign_keys_on.map(|ran| ran.by_table.into_iter().collect()).unwrap_or_default();
    tables.retain(|(_, n)| *n > 0);
    tables.sort_by_key(|(table, _)| *table != own);
    if tables.is_empty() {
        return ().into_any();
    }
    let chosen = RwSignal::new(None::<String>);
    let segments = tables.into_iter().map(move |(table, n)| {
        let words = format!("{table}: {}", counted(n, "row", "rows"));
        let (pressed, table) = (Some(table.clone()), table);
        view! {
            <Segment
                pressed=Signal::derive(move || chosen.get() == pressed)
                on_press=move || chosen.set(Some(table.clone()))
            >
                {words}
            </Segment>
        }
    });
    let grid = move || {
        let asked = RowsAsked { table: chosen.get()?, removed_by: Some(id.clone()), ..RowsAsked::default() };
        Some(view! { <RowGrid asked=asked /> })
    };
    view! {
        <section class="section stack stack-3" aria-labelledby="doomed-rows">
            <h2 id="doomed-rows">"Look at the rows"</h2>
            <p class="hint">
                "All rows that the statement removes. A download as SQL INSERTs is a backup of just these; bring parents back first."
            </p>
            <Segments label="Tables that lose rows">{segments.collect_view()}</Segments>
            {grid}
        </section>
    }
    .into_any()
}
