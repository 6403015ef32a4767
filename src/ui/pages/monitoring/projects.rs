//! The chosen query by project, and the click that runs it here.

use leptos::prelude::*;

use crate::domain::monitoring::{Distribution, OTHERS, QueryDurations, query_of};
use crate::ui::Inspector;
use crate::ui::components::quantity::Absent;
use crate::ui::icons::{Glyph, Icon};

use super::chosen;
use super::meeting::Meeting;
use super::queries::{PercentileHeads, Percentiles};

/// More than a person looks through; those with the most events are shown.
const MAX_SHOWN: usize = 50;

#[component]
pub fn Projects() -> impl IntoView {
    let chosen = chosen();
    move || chosen.get().map(section)
}

fn section(query: QueryDurations) -> impl IntoView {
    let n_left_out = query.projects.len().saturating_sub(MAX_SHOWN);
    let left_out = (n_left_out > 0).then(|| view! { <p class="hint">{n_left_out} " more have fewer events."</p> });
    let all = std::iter::once((None, query.all.clone()));
    let projects = query.projects.iter().take(MAX_SHOWN).map(|(project, of)| (Some(project.clone()), of.clone()));
    let rows: Vec<_> = all.chain(projects).map(|(project, of)| row(query.name.clone(), project, of)).collect();
    view! {
        <section class="section" aria-labelledby="log-projects">
            <div class="section-head">
                <h2 id="log-projects">"By project"</h2>
                <p>"With a database open, the query runs on it for the same project."</p>
            </div>
            <div class="table-scroll" role="region" aria-label="The query by project" tabindex="0">
                <table class="table">
                    <caption class="visually-hidden">"The query's percentiles by project"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Project"</th>
                            <PercentileHeads />
                            <th scope="col">"On this file"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {left_out}
            <Meeting query=query />
        </section>
    }
}

fn row(query: String, project: Option<String>, of: Distribution) -> impl IntoView {
    let name = match &project {
        Some(project) => view! { <code>{project.clone()}</code> }.into_any(),
        None => "All".into_any(),
    };
    let run = (project.as_deref() != Some(OTHERS)).then(|| view! { <RunHere query=query project=project /> });
    view! {
        <tr>
            <th scope="row">{name}</th>
            <Percentiles all=of />
            <td>{run}</td>
        </tr>
    }
}

/// Nothing without a database, or where the guide documents no such query.
#[component]
fn RunHere(query: String, project: Option<String>) -> impl IntoView {
    let inspector = Inspector::use_();
    let is_documented = {
        let query = query.clone();
        Memo::new(move |_| inspector.catalogue.with(|c| c.as_ref().is_some_and(|c| query_of(c, &query).is_some())))
    };
    let label = match &project {
        Some(project) => format!("Run {query} here for {project}"),
        None => format!("Run {query} here"),
    };
    let asked = StoredValue::new((query, project));
    let can_run = move || is_documented.get() && inspector.database.with(Option::is_some);
    let is_running = move || inspector.logs.running.with(|running| running.as_ref() == Some(&asked.get_value()));
    let label = StoredValue::new(label);
    view! {
        <Show when=can_run fallback=|| view! { <Absent why="no documented query, or no database is open" /> }>
            <button
                class="btn small"
                type="button"
                aria-label=label.get_value()
                on:click=move |_| inspector.run_logged(asked.get_value())
            >
                {move || view! { <Icon glyph=if is_running() { Glyph::Spin } else { Glyph::Play } /> }}
                "Run here"
            </button>
        </Show>
    }
}
