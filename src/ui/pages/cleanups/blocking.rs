//! Rows of other tables that keep the statement from finishing.

use leptos::prelude::*;

use crate::domain::cleanup::{BlockingRows, CleanupReport};
use crate::domain::numbers::counted;
use crate::ui::components::table::{SampleTable, shown_rows};

use super::stragglers::corrected_statement;

#[component]
pub fn Blocking(cleanup: CleanupReport) -> impl IntoView {
    let CleanupReport { blocking, narrowed, foreign_keys_on, .. } = cleanup;
    if blocking.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="section" aria-labelledby="blocking">
            <div class="section-head">
                <h2 id="blocking">"What blocks it"</h2>
                <p>"Rows that still name rows to be removed, under a constraint that forbids it."</p>
            </div>
            <div class="stack stack-5">
                {blocking.into_iter().map(block).collect_view()}
                {narrowed.map(|narrowed| {
                    let n_matching = foreign_keys_on.map_or(0, |ran| ran.n_matching);
                    let caption = "Without the rows that are held, run on a copy of this file";
                    view! { <div class="stack stack-2">{corrected_statement(caption, narrowed, n_matching)}</div> }
                })}
            </div>
        </section>
    }
    .into_any()
}

fn block(rows: BlockingRows) -> impl IntoView {
    let child = format!("{} ({})", rows.table, rows.columns.join(", "));
    let label = format!("Rows of {} that block the statement", rows.table);
    let shown = shown_rows(&rows.sample);
    let sample = (!rows.sample.rows.is_empty()).then(|| {
        view! {
            <p class="hint">{shown}</p>
            <SampleTable sample=rows.sample label=label />
        }
    });
    view! {
        <div class="stack stack-2">
            <div class="row row-tight">
                <h3>
                    <code>{child}</code>
                    " refers to "
                    <code>{rows.parent.clone()}</code>
                </h3>
                <span class="tag">"ON DELETE " {rows.on_delete}</span>
            </div>
            <p>
                {counted(rows.n_rows, "row", "rows")} {if rows.n_rows == 1 { " names " } else { " name " }}
                {counted(rows.n_parents, "row", "different rows")} " of " <code>{rows.parent}</code>
                " that the statement would remove."
            </p>
            {sample}
        </div>
    }
}
