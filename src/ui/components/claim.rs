//! What the guide says of a statement's index and what is true, as dropped and after the migration.

use leptos::prelude::*;

use crate::domain::verdict::Claim;
use crate::ui::Route;
use crate::ui::marked::Marked;

use super::verdict::Becomes;

/// The claim in one line.
#[component]
pub fn ClaimLine(claim: Claim) -> impl IntoView {
    view! {
        <div class="row">
            <span>"Claim: uses " <IndexLink index=claim.index /></span>
            <Becomes before=claim.before.verdict after=claim.after.verdict solid=true />
        </div>
    }
}

/// An index's name that leads to what was found about it.
#[component]
pub fn IndexLink(index: String) -> impl IntoView {
    let href = Route::Indexes(Some(index.clone())).href();
    view! {
        <a href=href>
            <code>{index}</code>
        </a>
    }
}

/// The reasons of both verdicts; once when they are the same.
#[component]
pub fn Reasons(claim: Claim) -> impl IntoView {
    let Claim { before, after, .. } = claim;
    if before == after {
        return view! { <p><Marked text=before.reason /></p> }.into_any();
    }
    view! {
        <dl class="kv">
            <dt>"As dropped"</dt>
            <dd><Marked text=before.reason /></dd>
            <dt>"After the migration"</dt>
            <dd><Marked text=after.reason /></dd>
        </dl>
    }
    .into_any()
}
