//! One change of the repair: a box to tick, what it does for the claims, its SQL, its price and its reason.

use leptos::prelude::*;

use crate::domain::benchmark_words::median;
use crate::domain::numbers::{self, bytes};
use crate::domain::repair::{Change, Price, price, write_cost};
use crate::domain::repair_trial::Suggestion;
use crate::domain::report::Report;
use crate::domain::verdict::Verdict;
use crate::ui::{Inspector, Route};

use super::sql::Sql;
use super::verdict::Becomes;

/// A claim on the index that a change makes: its statement, as dropped and with all ticked changes.
#[derive(Clone, PartialEq)]
struct Served {
    route: Route,
    id: String,
    before: Verdict,
    after: Verdict,
}

/// `open` shows SQL and reason from the start.
#[component]
pub fn ChangeItem(change: Change, #[prop(optional)] open: bool) -> impl IntoView {
    let inspector = Inspector::use_();
    let change = StoredValue::new(change);
    let id = change.with_value(|change| change.id.clone());
    let ticked = Memo::new(move |_| change.with_value(|change| inspector.is_ticked(change)));
    let on_tick = {
        let id = id.clone();
        move |event| inspector.tick(id.clone(), event_target_checked(&event))
    };
    let served = {
        let id = id.clone();
        Memo::new(move |_| served(inspector, &id))
    };
    let claims = move || {
        let of = |served: Served| {
            view! {
                <li class="row row-tight">
                    <a href=served.route.href()>{served.id}</a>
                    <Becomes before=served.before after=served.after />
                </li>
            }
        };
        let list = served.get().into_iter().map(of).collect_view();
        (!served.with(Vec::is_empty)).then(|| view! { <ul class="served inset">{list}</ul> })
    };
    let note = move || inspector.report.with(|report| change.with_value(|change| note(change, report.as_ref()?)));
    let (title, sql, reason) =
        change.with_value(|change| (change.title.clone(), change.up.join("\n"), change.reason()));
    view! {
        <li class="repair-item stack stack-1" id=format!("change-{id}")>
            <div class="row spread">
                <label class="check">
                    <input type="checkbox" prop:checked=ticked on:change=on_tick />
                    <strong>{title}</strong>
                </label>
                {move || note().map(|note| view! { <span class="hint">{note}</span> })}
            </div>
            {claims}
            <details class="inset" open=open>
                <summary>"SQL and reason"</summary>
                <div class="stack stack-2">
                    <Sql sql=sql caption="SQL" />
                    <p class="muted">{reason}</p>
                </div>
            </details>
        </li>
    }
}

fn served(inspector: Inspector, id: &str) -> Vec<Served> {
    inspector.report.with(|report| {
        inspector.repaired.with(|repaired| {
            let Some(report) = report else { return Vec::new() };
            let after = |statement: &str, otherwise: Verdict| {
                let judged = repaired.iter().flatten().find(|claim| claim.id == statement);
                judged.map_or(otherwise, |claim| claim.judgement.verdict)
            };
            let queries = report.queries.iter().filter_map(|query| {
                let claim = query.claim.as_ref().filter(|claim| claim.index == id)?;
                let route = Route::Queries(Some(query.id.clone()));
                Some((route, query.id.clone(), claim))
            });
            let cleanups = report.cleanups.iter().filter_map(|cleanup| {
                let claim = cleanup.claim.as_ref().filter(|claim| claim.index == id)?;
                Some((Route::Cleanups(Some(cleanup.id.clone())), cleanup.id.clone(), claim))
            });
            let all = queries.chain(cleanups).map(|(route, id, claim)| Served {
                after: after(&id, claim.after.verdict),
                before: claim.before.verdict,
                route,
                id,
            });
            all.collect()
        })
    })
}

/// `1.2 MB, built in 40 ms.`, and the gain where it was measured.
fn note(change: &Change, report: &Report) -> Option<String> {
    let price = price(change, report)?;
    let suggestion =
        report.repair.iter().flat_map(|trial| &trial.suggestions).find(|suggestion| suggestion.index == change.id);
    let gain = suggestion.map(|suggestion: &Suggestion| {
        format!(" {} takes {} instead of {}.", suggestion.query, median(&suggestion.after), median(&suggestion.before))
    });
    let writes = write_cost(change, report).map(|cost| format!(" Each INSERT takes {}.", cost.insert_extra()));
    Some(format!("{}{}{}", price_words(price), writes.unwrap_or_default(), gain.unwrap_or_default()))
}

/// `1.2 MB, built in 40 ms.` or `Frees 1.2 MB.`
pub fn price_words(price: Price) -> String {
    let size = bytes(price.bytes.unsigned_abs()).text();
    match (price.bytes < 0, price.elapsed_ns) {
        (false, elapsed) if price.bytes == 0 => {
            format!("No more space, built in {}.", numbers::duration(elapsed).text())
        }
        (true, 0) => format!("Frees {size}."),
        (true, elapsed) => format!("Frees {size} in all; built in {}.", numbers::duration(elapsed).text()),
        (false, 0) => format!("{size}."),
        (false, elapsed) => format!("{size}, built in {}.", numbers::duration(elapsed).text()),
    }
}
