//! What the guide says of a statement's index and what is true, as dropped and after the migration.

use leptos::prelude::*;

use crate::domain::statistics_findings::stale_sentence;
use crate::domain::verdict::{Claim, Otherwise, Verdict};
use crate::ui::marked::Marked;
use crate::ui::{Inspector, Route};

use super::verdict::{Badge, Becomes};

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

/// What the ticked changes make of a statement's claim, where that is another answer than after the migration.
#[component]
pub fn WithRepair(id: String, after: Verdict) -> impl IntoView {
    let inspector = Inspector::use_();
    let repaired = move || {
        inspector.repaired.with(|judged| {
            let judged = judged.iter().flatten().find(|judged| judged.id == id)?;
            Some(judged.judgement.verdict).filter(|verdict| *verdict != after)
        })
    };
    move || {
        repaired().map(|verdict| {
            view! {
                <div class="row">
                    <span>"With the ticked repair"</span>
                    <Badge face=verdict solid=true />
                </div>
            }
        })
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

/// The reasons of both verdicts, once when they are the same, and the circumstances that change the answer.
#[component]
pub fn Reasons(claim: Claim) -> impl IntoView {
    let Claim { index, before, after, otherwise } = claim;
    let inspector = Inspector::use_();
    let stale = move || {
        inspector.report.with(|report| {
            let report = report.as_ref()?;
            stale_sentence(&report.index(&index)?.table, report)
        })
    };
    let meaning = before.verdict.meaning();
    let reasons = if before == after {
        view! { <p><Marked text=before.reason /></p> }.into_any()
    } else {
        view! {
            <dl class="kv">
                <dt>"As dropped"</dt>
                <dd><Marked text=before.reason /></dd>
                <dt>"After the migration"</dt>
                <dd><Marked text=after.reason /></dd>
            </dl>
        }
        .into_any()
    };
    view! {
        <p class="hint">{meaning}</p>
        {reasons}
        {move || {
            stale().map(|text| {
                let text = format!("{text}: what is said with the file's statistics rests on another time.");
                view! { <p><Marked text=text /></p> }
            })
        }}
        <OtherwiseList otherwise=otherwise />
    }
}

/// What the answer after the migration depends on. Nothing is shown where nothing changes it.
#[component]
fn OtherwiseList(otherwise: Vec<Otherwise>) -> impl IntoView {
    let line = |other: Otherwise| {
        view! {
            <li class="stack stack-1">
                <span class="row">
                    <span>{other.circumstance.label()}</span>
                    <Badge face=other.judgement.verdict />
                </span>
                <span class="hint">
                    <Marked text=other.judgement.reason />
                </span>
            </li>
        }
    };
    (!otherwise.is_empty()).then(|| {
        view! {
            <div class="stack stack-2">
                <p class="label">"After the migration the answer is another one"</p>
                <ul class="stack stack-2">{otherwise.into_iter().map(line).collect_view()}</ul>
            </div>
        }
    })
}
