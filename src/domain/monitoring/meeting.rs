//! A query's durations in production beside its run on the dropped file.

use serde::{Deserialize, Serialize};

use super::distribution::Distribution;
use crate::domain::catalogue::{Catalogue, DocumentedQuery};
use crate::domain::log::PROJECT_FIELDS;
use crate::domain::numbers::{counted, duration, times};
use crate::domain::query::QueryReport;

/// A query of the log, run here for the log's project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoggedRun {
    pub report: QueryReport,
    /// Whether the file holds the project.
    pub is_in_file: bool,
}

/// The documented query that a log calls `name`: the benchmarks name it as the application's code does.
pub fn query_of<'a>(catalogue: &'a Catalogue, name: &str) -> Option<&'a DocumentedQuery> {
    let benchmark = catalogue.benchmarks.iter().find(|benchmark| benchmark.group() == name);
    let id = benchmark.map_or_else(|| name.replace('_', "-"), |benchmark| benchmark.query.clone());
    catalogue.query(&id)
}

/// Which of a query's parameters a log's project is.
pub fn project_parameter(query: &DocumentedQuery) -> Option<usize> {
    query.parameters.iter().position(|parameter| PROJECT_FIELDS.contains(&parameter.name.as_str()))
}

/// From how many times on the query itself is not what takes the time.
const ELSEWHERE: f64 = 5.0;

/// `12.0 ms at the median in production meets 300 µs and 4 pages here. …`
pub fn meeting(logged: &Distribution, run: &LoggedRun) -> String {
    let Some(cost) = &run.report.before else { return String::new() };
    let (there, here) = (logged.median_ns(), cost.median_ns);
    let meets = format!(
        "{} at the median in production meets {} and {} here, for {}.",
        duration(there).text(),
        duration(here).text(),
        counted(cost.pages_read, "page", "pages"),
        counted(cost.n_rows, "row", "rows"),
    );
    let factor = there as f64 / here.max(1) as f64;
    let follows = if !run.is_in_file {
        "This file does not hold the log's project, so another one of the file was taken.".into()
    } else if factor >= ELSEWHERE {
        format!(
            "The log has {} as long: the statement itself is the smaller part of it. Waiting for a connection or for a \
             writer's lock, a cold disk, or more rows than this file holds make up the rest.",
            times(factor)
        )
    } else if factor <= 1.0 / ELSEWHERE {
        "Here it takes longer: the file has more rows than the application's had then, or its plan is another one."
            .into()
    } else {
        "Most of the time is the statement's own: its plan and the rows that it visits decide.".into()
    };
    format!("{meets} {follows}")
}

/// The guide's limit for a result of that size, held against both: whether both are below it, if there is one, and a
/// sentence. `None` where the statement could not run.
pub fn expectation(catalogue: &Catalogue, logged: &Distribution, run: &LoggedRun) -> Option<(Option<bool>, String)> {
    let cost = run.report.before.as_ref()?;
    let rows = counted(cost.n_rows, "row", "rows");
    let Some(limit) = catalogue.expected_ns(&run.report.id, cost.n_rows) else {
        return Some((None, format!("The guide names no limit for {rows}.")));
    };
    let (there, here) = (logged.median_ns() < limit, cost.median_ns < limit);
    let lies = |is_below| if is_below { "lies below it" } else { "does not" };
    let text = format!(
        "The guide expects less than {} for {rows}: the log's median {}, this file's {}.",
        duration(limit).text(),
        lies(there),
        lies(here),
    );
    Some((Some(there && here), text))
}
