//! What the chosen query takes in production beside what it takes on the open database.

use leptos::prelude::*;

use crate::domain::failure::Failure;
use crate::domain::monitoring::{Distribution, LoggedRun, QueryDurations, expectation, meeting};
use crate::domain::verdict::Verdict;
use crate::ui::components::alert::FailedHere;
use crate::ui::components::bytecode::Statement;
use crate::ui::components::claim::ClaimLine;
use crate::ui::components::cost::CostTable;
use crate::ui::components::plan::{CountedPlan, PlanPair};
use crate::ui::components::sql::SqliteError;
use crate::ui::components::verdict::{Badge, Face, Tone};
use crate::ui::{Glyph, Inspector, Route};

#[component]
pub fn Meeting(query: QueryDurations) -> impl IntoView {
    let logs = Inspector::use_().logs;
    let answers = {
        let query = query.clone();
        Memo::new(move |_| {
            logs.runs.with(|runs| {
                let of_query = runs.iter().filter(|((name, _), _)| *name == query.name);
                of_query.map(|((_, project), answer)| (project.clone(), answer.clone())).collect::<Vec<_>>()
            })
        })
    };
    move || {
        let query = query.clone();
        answers.get().into_iter().map(move |(project, answer)| one(&query, project, answer)).collect_view()
    }
}

fn one(query: &QueryDurations, project: Option<String>, answer: Result<LoggedRun, Failure>) -> AnyView {
    let of_project =
        |project: &String| query.projects.iter().find(|(name, _)| name == project).map(|(_, of)| of.clone());
    let logged = project.as_ref().and_then(of_project).unwrap_or_else(|| query.all.clone());
    let title =
        project.map_or_else(|| "All projects".into_any(), |project| view! { <code>{project}</code> }.into_any());
    let content = match answer {
        Err(failure) => view! { <FailedHere failure=failure /> }.into_any(),
        Ok(run) => content(&logged, run),
    };
    view! {
        <div class="log-meeting stack stack-3">
            <h3>{title}</h3>
            {content}
        </div>
    }
    .into_any()
}

fn content(logged: &Distribution, run: LoggedRun) -> AnyView {
    let words = meeting(logged, &run);
    let expected = Inspector::use_()
        .catalogue
        .with_untracked(|catalogue| catalogue.as_ref().and_then(|catalogue| expectation(catalogue, logged, &run)));
    let expected = expected.map(|(is_within, words)| {
        let face = match is_within {
            Some(true) => Face::new(Tone::Good, Glyph::Verdict(Verdict::Holds), "Within"),
            Some(false) => Face::new(Tone::Bad, Glyph::Warn, "Not within"),
            None => Face::new(Tone::Mute, Glyph::Dot, "No limit"),
        };
        view! {
            <div class="row row-tight">
                <Badge face=face solid=true />
                <span>{words}</span>
            </div>
        }
    });
    let report = run.report;
    let claim = report.claim.clone().map(|claim| view! { <ClaimLine claim=claim /> });
    let parameters = report.parameters.iter().map(|parameter| parameter.value.clone()).collect();
    let statement = Statement { id: report.id.clone(), parameters };
    let before = CountedPlan { rows: report.plan_before, steps: report.steps_before };
    let after = CountedPlan { rows: report.plan_after, steps: report.steps_after };
    let error = report.error.map(|words| view! { <SqliteError words=words /> });
    view! {
        <p>{words}</p>
        {error}
        {expected}
        {claim}
        <PlanPair statement=statement before=before after=after />
        <CostTable before=report.before after=report.after />
        <p>
            <a href=Route::Queries(Some(report.id.clone())).href()>
                "All about " <code>{report.id.clone()}</code>
            </a>
        </p>
    }
    .into_any()
}
