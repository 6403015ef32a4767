//! What was found about one index: SQLite's words, the definitions, what works instead, and who counts on it.

use leptos::prelude::*;

use crate::domain::catalogue::DocumentedIndex;
use crate::domain::migration::{IndexReport, Outcome};
use crate::domain::run::Step;
use crate::domain::verdict::Claim;
use crate::ui::components::sql::{Sql, SqlDiff, SqliteError};
use crate::ui::components::step_button::StepButton;
use crate::ui::components::verdict::Becomes;
use crate::ui::{Inspector, Route};

use super::to_be_measured;
use super::worth::Worth;

#[component]
pub fn Detail(documented: DocumentedIndex, entry: Memo<Option<IndexReport>>) -> impl IntoView {
    let name = documented.name.clone();
    let found = move || match entry.get() {
        Some(entry) => found(entry),
        None => view! { <Sql sql=documented.sql.clone() caption="As documented" /> }.into_any(),
    };
    view! { <div class="stack stack-3 detail-in">{found} <Claims index=name /></div> }
}

fn found(entry: IndexReport) -> AnyView {
    let error = entry.error.clone().map(|words| view! { <SqliteError words=words lead="SQLite says:" /> });
    let explanation = (!entry.explanation.is_empty()).then(|| view! { <p>{entry.explanation.clone()}</p> });
    let build = (to_be_measured(&entry)).then(|| {
        let steps = vec![Step::BuildIndex(entry.index.clone())];
        view! {
            <div class="row">
                <StepButton steps=Signal::stored(steps) label="Build it on a copy" busy_label="Building" />
            </div>
        }
    });
    view! { {error} {explanation} {definitions(&entry)} <Worth entry=entry /> {build} }.into_any()
}

fn definitions(entry: &IndexReport) -> AnyView {
    let documented = entry.documented_sql.clone();
    match (entry.outcome, &entry.deployed_sql, &entry.replacement_sql) {
        (Outcome::Differs, Some(deployed), replacement) if replacement.is_none() || entry.stands_corrected() => {
            view! { <SqlDiff documented=documented deployed=deployed.clone() /> }.into_any()
        }
        (Outcome::Differs, Some(deployed), Some(replacement)) => view! {
            <SqlDiff documented=documented deployed=deployed.clone() />
            <Sql sql=replacement.clone() caption="What works: tried on this file" />
        }
        .into_any(),
        (_, _, Some(replacement)) => view! {
            <div class="cols-2 keep">
                <Sql sql=documented caption="Documented: refused" copy=false />
                <Sql sql=replacement.clone() caption="What works: tried on this file" />
            </div>
        }
        .into_any(),
        (Outcome::Refused, _, None) => {
            view! { <Sql sql=documented caption="Documented: refused" copy=false /> }.into_any()
        }
        (Outcome::Created, ..) => {
            view! { <Sql sql=documented caption="As documented: SQLite accepts it" /> }.into_any()
        }
        _ => view! { <Sql sql=documented caption="As documented" /> }.into_any(),
    }
}

/// The queries and clean-ups that the guide says use the index, each with what becomes of that.
#[component]
fn Claims(index: String) -> impl IntoView {
    let inspector = Inspector::use_();
    let claims = Memo::new(move |_| claims(inspector, &index));
    let list = move || {
        claims
            .get()
            .into_iter()
            .map(|(route, label, claim)| {
                let becomes =
                    claim.map(|claim| view! { <Becomes before=claim.before.verdict after=claim.after.verdict /> });
                view! {
                    <li class="row">
                        <a href=route.href()>{label}</a>
                        {becomes}
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <Show
            when=move || claims.with(|claims| !claims.is_empty())
            fallback=|| view! { <p class="hint">"The guide names no query or clean-up that uses it."</p> }
        >
            <div class="stack stack-1">
                <p class="label">"The guide says that it serves"</p>
                <ul class="stack stack-1">{list}</ul>
            </div>
        </Show>
    }
}

fn claims(inspector: Inspector, index: &str) -> Vec<(Route, String, Option<Claim>)> {
    inspector.catalogue.with(|catalogue| {
        inspector.report.with(|report| {
            let catalogue = catalogue.iter();
            let report = report.as_ref();
            let queries = catalogue
                .clone()
                .flat_map(|catalogue| &catalogue.queries)
                .filter(|it| it.claim.as_deref() == Some(index));
            let queries = queries.map(|query| {
                let claim = report.and_then(|report| report.query(&query.id)).and_then(|found| found.claim.clone());
                (Route::Queries(Some(query.id.clone())), query.id.clone(), claim)
            });
            let cleanups =
                catalogue.flat_map(|catalogue| &catalogue.cleanups).filter(|it| it.claim.as_deref() == Some(index));
            let cleanups = cleanups.map(|cleanup| {
                let claim = report.and_then(|report| report.cleanup(&cleanup.id)).and_then(|found| found.claim.clone());
                (Route::Cleanups(Some(cleanup.id.clone())), format!("Clean-up: {}", cleanup.title), claim)
            });
            queries.chain(cleanups).collect()
        })
    })
}
