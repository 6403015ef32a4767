//! One query: the answer, the statement with its parameters, its plans and its costs.

use leptos::prelude::*;

use crate::domain::benchmark_words;
use crate::domain::catalogue::DocumentedQuery;
use crate::domain::charts::{self, Violin};
use crate::domain::headline;
use crate::domain::query::QueryReport;
use crate::domain::repair::Change;
use crate::domain::run::Step;
use crate::ui::components::alert::Note;
use crate::ui::components::bytecode::Statement;
use crate::ui::components::change::ChangeItem;
use crate::ui::components::chart::Chart;
use crate::ui::components::claim::{ClaimLine, Reasons, WithRepair};
use crate::ui::components::cost::{CostBars, CostTable};
use crate::ui::components::plan::{CountedPlan, PlanPair, RepairedPlan};
use crate::ui::components::rewrite::RewriteItem;
use crate::ui::components::samples::{SampleCharts, SampleFigures, Sampled, WIDTH};
use crate::ui::components::sql::{Sql, SqliteError};
use crate::ui::components::step_button::StepButton;
use crate::ui::components::verdict::Tone;
use crate::ui::{Glyph, Icon, Inspector, Marked, Route};

use super::parameters::Parameters;

#[component]
pub fn Detail(id: String) -> impl IntoView {
    let inspector = Inspector::use_();
    let documented = inspector.catalogue.with_untracked(|catalogue| catalogue.as_ref()?.query(&id).cloned());
    let Some(documented) = documented else { return ().into_any() };
    let query = Memo::new(move |_| {
        inspector.report.with(|report| report.as_ref().and_then(|report| report.query(&id).cloned()))
    });
    view! {
        <Head documented=documented.clone() query=query />
        <section class="section" aria-labelledby="statement">
            <h2 class="visually-hidden" id="statement">"Statement and parameters"</h2>
            <div class="cols-wide-narrow">
                <Sql sql=documented.sql.clone() caption="As documented" />
                <Parameters documented=documented.clone() query=query />
            </div>
        </section>
        {move || query.with(|query| query.as_ref().filter(|query| query.error.is_none()).map(plans))}
        {move || query.get().filter(|query| query.error.is_none()).map(costs)}
        <Repair documented=documented />
    }
    .into_any()
}

#[component]
fn Head(documented: DocumentedQuery, query: Memo<Option<QueryReport>>) -> impl IntoView {
    let title = (documented.title != documented.id).then(|| view! { <p class="muted">{documented.title.clone()}</p> });
    let claimed = documented.claim.clone();
    let answer = move || match query.get() {
        Some(query) => answer(query),
        None => view! {
            <p>
                {claimed.clone().map(|index| view! { "Claim: uses " <code>{index}</code> ". " })}
                <span class="faint">"SQLite has not been asked yet."</span>
            </p>
        }
        .into_any(),
    };
    view! {
        <div class="stack stack-3">
            <Neighbours documented=documented.clone() />
            <h1>{documented.id.clone()}</h1>
            {title}
            {answer}
        </div>
    }
}

/// The claim, what SQLite does, and why.
fn answer(query: QueryReport) -> AnyView {
    let sentence = headline::query(&query);
    let sentence = (!sentence.is_empty()).then(|| view! { <p><Marked text=sentence /></p> });
    let error = query.error.map(|words| {
        view! {
            <Note tone=Tone::Bad title="This statement does not run on this file.">
                <SqliteError words=words />
            </Note>
        }
    });
    let claim = match query.claim {
        Some(claim) => view! {
            <ClaimLine claim=claim.clone() />
            <WithRepair id=query.id after=claim.after.verdict />
            {sentence}
            <Reasons claim=claim />
        }
        .into_any(),
        None => view! {
            <p class="faint">"The guide claims no index for it."</p>
            {sentence}
        }
        .into_any(),
    };
    view! { {claim} {error} }.into_any()
}

/// Where the query stands in the guide's order, and the way to the one before and after.
#[component]
fn Neighbours(documented: DocumentedQuery) -> impl IntoView {
    let inspector = Inspector::use_();
    let ids = inspector.catalogue.with_untracked(|catalogue| {
        catalogue.iter().flat_map(|catalogue| &catalogue.queries).map(|query| query.id.clone()).collect::<Vec<_>>()
    });
    let at = ids.iter().position(|id| *id == documented.id).unwrap_or(0);
    let place = format!("Query {} of {} · guide, {}", at + 1, ids.len(), documented.section);
    let previous = at.checked_sub(1).and_then(|at| ids.get(at)).cloned().map(|id| {
        view! {
            <a class="btn plain small" rel="prev" href=Route::Queries(Some(id)).href()>
                <Icon glyph=Glyph::Left />
                {id.clone()}
            </a>
        }
    });
    let next = ids.get(at + 1).cloned().map(|id| {
        view! {
            <a class="btn plain small" rel="next" href=Route::Queries(Some(id)).href()>
                {id.clone()}
                <Icon glyph=Glyph::Chevron />
            </a>
        }
    });
    view! {
        <div class="row spread">
            <p class="hint">{place}</p>
            <span class="row row-tight">{previous} {next}</span>
        </div>
    }
}

/// The changes that this query's claim or cost asks for, and the query in other words.
#[component]
fn Repair(documented: DocumentedQuery) -> impl IntoView {
    let inspector = Inspector::use_();
    let (id, claim) = (documented.id, documented.claim);
    let gain_of = id.clone();
    let trial =
        Memo::new(move |_| inspector.report.with(|report| report.as_ref().and_then(|report| report.repair.clone())));
    let rewrites = {
        let id = id.clone();
        Memo::new(move |_| {
            trial.with(|trial| {
                let all = trial.iter().flat_map(|trial| trial.rewrites.clone());
                all.filter(|rewrite| rewrite.query == id).collect::<Vec<_>>()
            })
        })
    };
    let changes = Memo::new(move |_| {
        let suggested = trial.with(|trial| {
            let all = trial.iter().flat_map(|trial| &trial.suggestions);
            all.filter(|suggestion| suggestion.query == id).map(|s| s.index.clone()).collect::<Vec<_>>()
        });
        let repair = inspector.repair();
        let about = |change: &&Change| claim.as_ref() == Some(&change.id) || suggested.contains(&change.id);
        repair.offered().filter(about).cloned().collect::<Vec<_>>()
    });
    let gain = Memo::new(move |_| {
        trial.with(|trial| {
            let claim = trial.as_ref()?.claim(&gain_of)?;
            let (before, after) = claim.before.as_ref().zip(claim.after.as_ref())?;
            Some(headline::gain(before, after))
        })
    });
    let is_empty = move || changes.with(Vec::is_empty) && rewrites.with(Vec::is_empty);
    view! {
        <Show when=move || !is_empty()>
            <section class="section" aria-labelledby="repair">
                <div class="section-head">
                    <h2 id="repair">"Repair"</h2>
                    <p>"What is ticked goes into the corrected migration; the claims are asked for again at once."</p>
                    <span class="push">
                        <a href=Route::Repair(None).href()>"The whole repair"</a>
                    </span>
                </div>
                {move || gain.get().map(|sentence| view! { <p><Marked text=sentence /></p> })}
                <ul aria-label="Repair">
                    <For each=move || changes.get() key=|change| change.clone() let:change>
                        <ChangeItem change=change open=true />
                    </For>
                    {move || {
                        rewrites.get().into_iter().map(|rewrite| view! { <RewriteItem rewrite=rewrite /> }).collect_view()
                    }}
                </ul>
            </section>
        </Show>
    }
}

fn plans(query: &QueryReport) -> impl IntoView + use<> {
    let parameters = query.parameters.iter().map(|parameter| parameter.value.clone()).collect();
    let statement = Statement { id: query.id.clone(), parameters };
    let before = CountedPlan { rows: query.plan_before.clone(), steps: query.steps_before.clone() };
    let after = CountedPlan { rows: query.plan_after.clone(), steps: query.steps_after.clone() };
    let (id, dropped, migrated) = (query.id.clone(), query.plan_before.clone(), query.plan_after.clone());
    view! {
        <section class="section" aria-labelledby="plan">
            <div class="section-head">
                <h2 id="plan">"Plan"</h2>
            </div>
            <div class="stack stack-3">
                <PlanPair statement=statement before=before after=after />
                <RepairedPlan id=id dropped=dropped migrated=migrated />
            </div>
        </section>
    }
}

fn costs(query: QueryReport) -> impl IntoView {
    let steps = Signal::stored(vec![Step::MeasureQuery(query.id.clone())]);
    let note = "Times are medians of samples taken in turns, with their 95 % interval, all rows and columns fetched. Foreign keys are on in both, as in the application.";
    let samples = samples(&query);
    let figures = match (query.before, query.after) {
        (None, None) => view! {
            <div class="state">
                <h3>"Not measured yet"</h3>
                <p>"Runs the query to its end on a copy, as dropped and after the migration, in turns."</p>
                <StepButton steps=steps label="Measure" busy_label="Measuring" />
            </div>
        }
        .into_any(),
        (before, after) => view! {
            <div class="stack stack-4">
            {query.change.map(|change| view! { <p><Marked text=benchmark_words::change(&change) /></p> })}
            <div class="cols-wide-narrow">
                <CostTable before=before.clone() after=after.clone() />
                <div class="stack stack-4">
                    {before.zip(after).map(|(before, after)| view! { <CostBars before=before after=after /> })}
                    <p class="hint">{note}</p>
                </div>
            </div>
            {samples}
            </div>
        }
        .into_any(),
    };
    view! {
        <section class="section" aria-labelledby="cost">
            <div class="section-head">
                <h2 id="cost">"Cost"</h2>
                <p>"Counters do not vary between runs; times do."</p>
            </div>
            {figures}
        </section>
    }
}

/// Both states beside each other, then each by itself. Nothing where too few samples were taken.
fn samples(query: &QueryReport) -> Option<impl IntoView + use<>> {
    let sides = [
        ("before", "as dropped", &query.before, &query.samples_before),
        ("after", "after the migration", &query.after, &query.samples_after),
    ];
    let sampled = sides.iter().filter_map(|(id, state, cost, samples)| {
        let estimates = cost.as_ref()?.estimates.clone()?;
        Some(Sampled { id, state: (*state).into(), samples: (*samples).clone(), estimates })
    });
    let sampled: Vec<Sampled> = sampled.collect();
    let side_by_side = charts::violins("violins", WIDTH, &Violin::of_query(query));
    let pictures = sampled.iter().map(|sampled| view! { <SampleCharts of=sampled /> }).collect_view();
    let figures = sampled.iter().map(|sampled| view! { <SampleFigures of=sampled /> }).collect_view();
    (!sampled.is_empty()).then(|| {
        view! {
            <h3>"Samples"</h3>
            <div class="charts">
                {side_by_side.map(|svg| view! { <Chart caption="Side by side" svg=svg /> })} {pictures}
            </div>
            {figures}
        }
    })
}
