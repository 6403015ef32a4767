//! What a log of the application tells of its queries. Works without a database; with one, queries of the log run on it.

mod comparison;
mod meeting;
mod pictures;
mod problems;
mod projects;
mod queries;
mod slowest;
mod source;

use leptos::prelude::*;

use crate::domain::monitoring::{QueryDurations, headline};
use crate::ui::Inspector;
use crate::ui::components::answer::Answer;

use comparison::ComparisonSection;
use pictures::Pictures;
use problems::ProblemsNote;
use projects::Projects;
use queries::Queries;
use slowest::Slowest;
pub use source::LogSource;

#[component]
pub fn Monitoring() -> impl IntoView {
    let logs = Inspector::use_().logs;
    let headline = Signal::derive(move || logs.first.with(|log| log.as_ref().map(headline).unwrap_or_default()));
    let has_events = Memo::new(move |_| logs.first.with(|log| log.as_ref().is_some_and(|log| !log.queries.is_empty())));
    view! {
        <div class="answer stack stack-3">
            <Answer headline=headline name="No log has been read yet" />
            <LogSource />
        </div>
        <ProblemsNote />
        <Show when=move || has_events.get()>
            <Queries />
            <Pictures />
            <Projects />
            <Slowest />
            <ComparisonSection />
        </Show>
    }
}

/// The query that is looked at.
fn chosen() -> Memo<Option<QueryDurations>> {
    let logs = Inspector::use_().logs;
    Memo::new(move |_| {
        let name = logs.chosen.get()?;
        logs.first.with(|log| log.as_ref()?.query(&name).cloned())
    })
}
