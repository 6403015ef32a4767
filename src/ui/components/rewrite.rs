//! A documented statement in other words, with what it returns and costs beside the documented one.

use leptos::prelude::*;

use crate::domain::benchmark_words::median;
use crate::domain::numbers::{count, counted};
use crate::domain::repair_trial::Rewrite;
use crate::ui::{Glyph, Route};

use super::sql::Sql;
use super::verdict::{Badge, Face, Tone};
use crate::domain::verdict::Verdict;

/// `named` says which query it is about.
#[component]
pub fn RewriteItem(rewrite: Rewrite, #[prop(optional)] named: bool) -> impl IntoView {
    let query = named.then(|| {
        let href = Route::Queries(Some(rewrite.query.clone())).href();
        view! { <a href=href>{rewrite.query.clone()}</a> }
    });
    let face = match rewrite.same_rows {
        true => Face::new(Tone::Good, Glyph::Verdict(Verdict::Holds), "Returns the same rows"),
        false => Face::new(
            Tone::Warn,
            Glyph::Warn,
            format!("Returns {}, not {}", counted(rewrite.n_rows, "row", "rows"), count(rewrite.n_rows_documented)),
        ),
    };
    let cost = format!(
        "{} and {} VM steps; as documented {} and {} VM steps.",
        median(&rewrite.after),
        count(rewrite.after.vm_steps),
        median(&rewrite.before),
        count(rewrite.before.vm_steps)
    );
    view! {
        <li class="repair-item stack stack-2">
            <div class="row spread">
                <span class="row">
                    <strong>{rewrite.kind.title()}</strong>
                    {query}
                </span>
                <Badge face=face />
            </div>
            <p class="hint">{cost}</p>
            <details open=!named>
                <summary>"SQL and reason"</summary>
                <div class="stack stack-2">
                    <Sql sql=rewrite.sql caption="Instead" />
                    <p class="muted">{rewrite.kind.reason()}</p>
                </div>
            </details>
        </li>
    }
}
