//! The values that a query is measured with: chosen from the file, or typed.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::catalogue::DocumentedQuery;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::query::{Parameter, QueryReport};
use crate::domain::run::Step;
use crate::domain::value::Value;
use crate::ui::components::alert::FailedHere;
use crate::ui::components::step_button::CancelButton;
use crate::ui::{Glyph, Icon, Inspector};

use super::parameter::{Draft, ParameterField};

#[component]
pub fn Parameters(documented: DocumentedQuery, query: Memo<Option<QueryReport>>) -> impl IntoView {
    if documented.parameters.is_empty() {
        return view! { <p class="hint">"The statement has no parameters."</p> }.into_any();
    }
    if untrack(|| Inspector::use_().is_saved()) {
        return view! { <Bound query=query /> }.into_any();
    }
    let drafts: Vec<Draft> = documented.parameters.iter().map(|_| Draft::new()).collect();
    // What the query was judged or measured with last, until the person chooses something else.
    let bound = {
        let drafts = drafts.clone();
        move |_: Option<()>| {
            query.with(|query| {
                let parameters = query.iter().flat_map(|query| &query.parameters);
                for (draft, parameter) in drafts.iter().zip(parameters) {
                    draft.bind(&parameter.value);
                }
            });
        }
    };
    Effect::new(bound);
    let fields = documented
        .parameters
        .iter()
        .zip(&drafts)
        .enumerate()
        .map(|(at, (parameter, draft))| {
            view! {
                <ParameterField
                    query=documented.id.clone()
                    parameter=parameter.clone()
                    number=at + 1
                    draft=*draft
                />
            }
        })
        .collect_view();
    view! {
        <fieldset class="stack stack-3">
            <legend class="label">"Parameters, from this file"</legend>
            {fields}
            <Measure id=documented.id.clone() drafts=drafts />
        </fieldset>
    }
    .into_any()
}

/// The values of a saved report, which nothing can change any more.
#[component]
fn Bound(query: Memo<Option<QueryReport>>) -> impl IntoView {
    let lines = move || {
        let parameters = query.with(|query| query.as_ref().map(|query| query.parameters.clone()).unwrap_or_default());
        let line = |parameter: Parameter| {
            view! {
                <dt>{parameter.name}</dt>
                <dd class="mono">{parameter.value.literal()}</dd>
            }
        };
        parameters.into_iter().map(line).collect_view()
    };
    view! { <dl class="kv tight">{lines}</dl> }
}

#[component]
fn Measure(id: String, drafts: Vec<Draft>) -> impl IntoView {
    let inspector = Inspector::use_();
    let step = Step::MeasureQuery(id.clone());
    let busy = Memo::new(move |_| inspector.is_busy(&step));
    let values = Signal::derive(move || drafts.iter().map(|draft| draft.value()).collect::<Option<Vec<Value>>>());
    let blocked = Memo::new(move |_| busy.get() || inspector.is_running() || values.with(Option::is_none));
    let failed = RwSignal::new(None::<Failure>);
    let measure = move |_| {
        let Some(values) = values.get_untracked().filter(|_| !blocked.get_untracked()) else { return };
        let id = id.clone();
        failed.set(None);
        spawn_local(async move {
            if let Err(failure) = inspector.measure_query(id, values).await {
                // The person may have gone to another query in the meantime.
                let _ = failed.try_set((failure.kind != FailureKind::Cancelled).then_some(failure));
            }
        });
    };
    view! {
        <div class="row">
            <button class="btn" type="button" aria-disabled=move || blocked.get().then_some("true") on:click=measure>
                {move || {
                    let glyph = if busy.get() { Glyph::Spin } else { Glyph::Play };
                    view! { <Icon glyph=glyph /> }
                }}
                <span aria-live="polite">{move || if busy.get() { "Measuring" } else { "Measure with these" }}</span>
            </button>
            <CancelButton busy=busy />
        </div>
        {move || failed.get().map(|failure| view! { <FailedHere failure=failure /> })}
    }
}
