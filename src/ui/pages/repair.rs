//! The repair: what makes every claim hold, to tick and untick, what becomes of the claims, and the files to take away.

mod claims;
mod rewrites;

use leptos::prelude::*;

use crate::domain::headline::{self, Headline};
use crate::domain::numbers;
use crate::domain::repair::{Change, Price, insert_extra_ns, price};
use crate::domain::run::Step;
use crate::domain::verdict::Verdict;
use crate::ui::components::answer::Answer;
use crate::ui::components::change::{ChangeItem, price_words};
use crate::ui::components::step_button::StepButton;
use crate::ui::download::{DownloadClaims, DownloadMigration};
use crate::ui::{Inspector, Route};

use claims::RepairedClaims;
use rewrites::Rewrites;

#[component]
pub fn Repair() -> impl IntoView {
    let inspector = Inspector::use_();
    let headline = Memo::new(move |_| {
        let ticked = inspector.ticked_repair();
        inspector.report.with(|report| {
            inspector.repaired.with(|judged| match report {
                Some(report) => headline::repair(report, &ticked, judged.as_deref()),
                None => Headline::default(),
            })
        })
    });
    let is_proven = Memo::new(move |_| {
        inspector.report.with(|report| report.as_ref().is_some_and(|report| report.repair.is_some()))
    });
    let offered = Memo::new(move |_| inspector.repair().offered().cloned().collect::<Vec<_>>());
    let part = move |optional: bool| {
        Signal::derive(move || {
            offered.with(|all| all.iter().filter(|change| change.optional == optional).cloned().collect::<Vec<_>>())
        })
    };
    // A link to a change brings it into sight.
    Effect::new(move |_| {
        let asked = inspector.route.with(|route| match route {
            Route::Repair(id) => id.clone(),
            _ => None,
        });
        let Some(id) = asked else { return };
        request_animation_frame(move || {
            if let Some(item) = document().get_element_by_id(&format!("change-{id}")) {
                item.scroll_into_view();
            }
        });
    });
    let steps = Signal::stored(vec![Step::Analyze, Step::Repair]);
    view! {
        <div class="stack stack-5">
            <div class="stack stack-3">
                <Answer headline=headline name="Repair" />
                <Show when=move || !is_proven.get()>
                    <div class="row">
                        <StepButton
                            steps=steps
                            label="Find and prove a repair"
                            busy_label="Finding and proving a repair"
                            class="btn primary"
                        />
                        <span class="hint">"Part of Run everything. The file is never written."</span>
                    </div>
                </Show>
                <Totals />
                <div class="row">
                    <DownloadMigration />
                    <Show when=move || is_proven.get()>
                        <DownloadClaims />
                    </Show>
                </div>
            </div>
            <Changes
                title="What makes the claims hold"
                aside="The smallest set that was found. Untick what you do not want: every claim is asked for again."
                changes=part(false)
            />
            <Changes
                title="Worth a look"
                aside="No claim needs these. Look whether the application has statements that the guide does not tell."
                changes=part(true)
            />
            <RepairedClaims />
            <Rewrites />
        </div>
    }
}

/// What the ticked changes come to; told again as boxes are ticked.
#[component]
fn Totals() -> impl IntoView {
    let inspector = Inspector::use_();
    let totals = Memo::new(move |_| {
        let ticked = inspector.ticked_repair();
        inspector.report.with(|report| {
            let report = report.as_ref().filter(|report| report.repair.is_some())?;
            let n_changes = ticked.offered().count();
            let prices = ticked.offered().filter_map(|change| price(change, report));
            let price = prices.fold(Price::default(), |one, other| one + other);
            Some((n_changes, ticked.n_statements(), price, insert_extra_ns(ticked.offered(), report)))
        })
    });
    let claims = Memo::new(move |_| {
        inspector.repaired.with(|judged| {
            let judged = judged.as_ref()?;
            let applicable = judged.iter().filter(|claim| claim.judgement.verdict != Verdict::NotApplicable).count();
            let hold = judged.iter().filter(|claim| claim.judgement.verdict == Verdict::Holds).count();
            Some(format!("{hold} of {applicable}"))
        })
    });
    let line = move || {
        totals.get().map(|(n_changes, n_statements, price, writes)| {
            let of_table = |(table, ns): (String, u64)| {
                view! {
                    <dd>
                        <code>{table}</code>
                        {format!(" {}", numbers::duration(ns).text())}
                    </dd>
                }
            };
            let writes = (!writes.is_empty()).then(|| {
                view! {
                    <div class="fact">
                        <dt>"Each INSERT takes longer by"</dt>
                        {writes.into_iter().map(of_table).collect_view()}
                    </div>
                }
            });
            view! {
                <dl class="facts">
                    <div class="fact">
                        <dt>"Claims that hold with them"</dt>
                        <dd class="figure">{move || claims.get().unwrap_or_else(|| "…".into())}</dd>
                    </div>
                    <div class="fact">
                        <dt>"Changes ticked"</dt>
                        <dd class="figure">
                            {n_changes} " "
                            <span class="unit">
                                {numbers::counted(n_statements as u64, "statement", "statements")}
                            </span>
                        </dd>
                    </div>
                    <div class="fact">
                        <dt>"Price on this file"</dt>
                        <dd class="figure">{price_words(price).trim_end_matches('.').to_owned()}</dd>
                    </div>
                    {writes}
                </dl>
            }
        })
    };
    view! { <div role="status">{line}</div> }
}

#[component]
fn Changes(title: &'static str, aside: &'static str, changes: Signal<Vec<Change>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let set_all = move |ticked: bool| {
        changes.with_untracked(|changes| {
            let ids = changes.iter().map(|change| (change.id.clone(), ticked));
            inspector.ticks.update(|ticks| ticks.extend(ids));
        });
    };
    let heading = title.replace(' ', "-").to_lowercase();
    view! {
        <Show when=move || changes.with(|changes| !changes.is_empty())>
            <section class="section" aria-labelledby=heading.clone()>
                <div class="section-head">
                    <h2 id=heading.clone()>{title}</h2>
                    <p>{aside}</p>
                    <span class="push row row-tight">
                        <button class="btn plain small" type="button" on:click=move |_| set_all(true)>
                            "Tick all"
                        </button>
                        <button class="btn plain small" type="button" on:click=move |_| set_all(false)>
                            "Untick all"
                        </button>
                    </span>
                </div>
                <ul aria-label=title>
                    <For each=move || changes.get() key=|change| change.clone() let:change>
                        <ChangeItem change=change />
                    </For>
                </ul>
            </section>
        </Show>
    }
}
