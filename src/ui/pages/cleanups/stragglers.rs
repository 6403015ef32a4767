//! Rows that stay although they should go, and the reverse, each with the statement that treats them otherwise.

use leptos::prelude::*;

use crate::domain::cleanup::CleanupReport;
use crate::domain::cleanup::stragglers::{Corrected, Straggler};
use crate::domain::numbers::{count, counted};
use crate::domain::run::Step;
use crate::ui::Marked;
use crate::ui::components::sql::{Sql, SqliteError};
use crate::ui::components::step_button::StepButton;
use crate::ui::components::table::SampleTable;

use super::outcomes::by_table;

#[component]
pub fn Stragglers(cleanup: CleanupReport) -> impl IntoView {
    let documented = cleanup.foreign_keys_on.map_or(0, |ran| ran.n_deleted);
    let found = match cleanup.stragglers {
        None => {
            let steps = Signal::stored(vec![Step::FindStragglers(cleanup.id)]);
            view! { <StepButton steps=steps label="Look for them" busy_label="Running on a copy" /> }.into_any()
        }
        Some(found) if found.is_empty() => {
            view! { <p class="faint">"None: every row is treated as its status and its time say."</p> }.into_any()
        }
        Some(found) => {
            found.into_iter().enumerate().map(|(at, one)| straggler(at, one, documented)).collect_view().into_any()
        }
    };
    view! {
        <section class="section stack stack-4" aria-labelledby="stragglers">
            <div class="section-head">
                <h2 id="stragglers">"What stays and should go, and the reverse"</h2>
                <p>"Each corrected statement was run on a copy beside the documented one."</p>
            </div>
            {found}
        </section>
    }
}

fn straggler(at: usize, one: Straggler, documented: u64) -> impl IntoView {
    let label = format!("Sample {} of rows of {}", at + 1, one.table);
    let what = if one.kind.stays() { "stay" } else { "go" };
    view! {
        <div class="stack stack-2">
            <div class="row row-tight">
                <h3>{one.kind.title()}</h3>
                <span class="tag">{count(one.n_rows)} " " {what}</span>
            </div>
            <p>
                <Marked text=one.words() />
            </p>
            {one.corrected.map(|corrected| corrected_statement("Corrected", corrected, documented))}
            <details class="more">
                <summary>"A few of them"</summary>
                <SampleTable sample=one.sample label=label />
            </details>
        </div>
    }
}

/// A statement in the place of the documented one, and what it removes.
pub(super) fn corrected_statement(caption: &'static str, corrected: Corrected, documented: u64) -> impl IntoView {
    let outcome = match corrected.error {
        Some(words) => view! { <SqliteError words=words /> }.into_any(),
        None => view! {
            <p class="hint">
                {counted(corrected.n_deleted, "row", "rows")} " of its own table in place of "
                {counted(documented, "row", "rows")} ": " {by_table(&corrected.by_table)} "."
            </p>
        }
        .into_any(),
    };
    view! {
        <Sql caption=caption sql=corrected.sql />
        {outcome}
    }
}
