//! The guide, section by section: where each is answered in the page, and how it stands on this file.

use serde::{Deserialize, Serialize};

use super::benchmark_words;
use super::catalogue::Catalogue;
use super::cleanup::DeleteOutcome;
use super::headline;
use super::monitoring::{self, LogSummary};
use super::numbers::{counted, duration};
use super::pool;
use super::practices::{self, PracticeVerdict};
use super::report::Report;
use super::troubleshooting::{State, n_attention};
use super::verdict::Verdict;

const NO_LOG: &str = "No log has been read yet";

/// A heading of the guide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub title: String,
    /// 2 for a chapter, as its marks in the guide.
    pub level: u8,
    pub place: Place,
}

/// A heading with how it stands on a file, as the report keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweredSection {
    pub title: String,
    pub level: u8,
    pub state: State,
    /// Without a full stop.
    pub answer: String,
}

/// Where the page answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Summary,
    Indexes,
    Index(String),
    Query(String),
    Cleanups,
    Cleanup(String),
    Repair,
    Benchmarks,
    Benchmark(String),
    Monitoring,
    Pool,
    Practices,
    Practice(String),
    Troubleshooting,
    Report,
}

impl Place {
    /// Whether the catalogue knows what it names.
    pub fn exists(&self, catalogue: &Catalogue) -> bool {
        match self {
            Self::Index(name) => catalogue.index(name).is_some(),
            Self::Query(id) => catalogue.query(id).is_some(),
            Self::Cleanup(id) => catalogue.cleanup(id).is_some(),
            Self::Benchmark(id) => catalogue.benchmark(id).is_some(),
            Self::Practice(id) => catalogue.practice(id).is_some(),
            _ => true,
        }
    }
}

/// Every section, in the guide's order.
pub fn sections(report: &Report, catalogue: &Catalogue, log: Option<&LogSummary>) -> Vec<AnsweredSection> {
    let answered = |section: &Section| {
        let (state, answer) = state(&section.place, report, catalogue, log);
        AnsweredSection { title: section.title.clone(), level: section.level, state, answer }
    };
    catalogue.sections.iter().map(answered).collect()
}

/// How a section stands on this file and in the log, if one was read: a word's tone, and a sentence without a full stop.
pub fn state(place: &Place, report: &Report, catalogue: &Catalogue, log: Option<&LogSummary>) -> (State, String) {
    let told = |text: String| (State::Told, text);
    let unknown = || (State::Unknown, "Not asked yet".to_owned());
    match place {
        Place::Summary => told(headline::summary(report, catalogue).title),
        Place::Indexes => told(headline::indexes(report, catalogue).title),
        Place::Cleanups => told(headline::cleanups(report, catalogue).title),
        Place::Repair => match &report.repair {
            None => (State::Unknown, "No repair has been looked for yet".into()),
            Some(trial) => {
                let hold = trial.claims.iter().filter(|claim| claim.judgement.verdict == Verdict::Holds).count();
                told(format!("A repair was found with which {hold} of {} claims hold", trial.claims.len()))
            }
        },
        Place::Benchmarks => told(benchmark_words::headline(&report.benchmarks, catalogue.benchmarks.len()).0),
        Place::Monitoring => match log {
            None => (State::Unknown, NO_LOG.into()),
            Some(log) => told(monitoring::headline(log).title),
        },
        Place::Pool => pool_state(catalogue, log),
        Place::Practices => told(practices::headline::headline(&report.practices, catalogue.practices.len()).title),
        Place::Troubleshooting => match n_attention(report, catalogue, log) {
            0 => (State::Fine, "No check asks for something to be done".into()),
            n => (
                State::Attention,
                format!("{} for something to be done", counted(n as u64, "check asks", "checks ask")),
            ),
        },
        Place::Report => match report.complete {
            true if report.failed_steps.is_empty() => (State::Fine, headline::steps(report)),
            true => (State::Attention, headline::steps(report)),
            false => (State::Unknown, "Not everything has run yet".into()),
        },
        Place::Index(name) => report.index(name).map_or_else(unknown, |entry| told(entry.outcome.label().into())),
        Place::Query(id) => report.query(id).map_or_else(unknown, |query| match (&query.claim, &query.before) {
            (Some(claim), _) => {
                (of_verdict(claim.before.verdict), format!("The claim: {}", lower(claim.before.verdict.label())))
            }
            (None, Some(cost)) => told(format!("It takes {}", duration(cost.median_ns).text())),
            (None, None) => unknown(),
        }),
        Place::Cleanup(id) => {
            let ran = report.cleanup(id).and_then(|cleanup| cleanup.foreign_keys_on.as_ref());
            ran.map_or_else(unknown, |run| match run.outcome {
                DeleteOutcome::Ok => (State::Fine, format!("It removes {}", counted(run.n_deleted, "row", "rows"))),
                DeleteOutcome::ForeignKeyViolation | DeleteOutcome::Failed => {
                    (State::Attention, "It fails and removes nothing".into())
                }
            })
        }
        Place::Benchmark(id) => {
            let ran = report.benchmarks.iter().find(|benchmark| benchmark.id == *id);
            ran.map_or_else(unknown, |benchmark| match benchmark.within_expected {
                true => (State::Fine, "Within what the guide expects".into()),
                false => (State::Attention, "Beyond what the guide expects".into()),
            })
        }
        Place::Practice(id) => report.practice(id).map_or_else(unknown, |practice| {
            let state = match practice.verdict {
                PracticeVerdict::Holds => State::Fine,
                PracticeVerdict::InPart | PracticeVerdict::DoesNotHold => State::Attention,
                PracticeVerdict::NoDifference => State::Told,
                PracticeVerdict::NotApplicable => State::Unknown,
            };
            (state, practice.answer.clone())
        }),
    }
}

/// The log's lines say how the pool was used; without them its documented settings are looked at.
fn pool_state(catalogue: &Catalogue, log: Option<&LogSummary>) -> (State, String) {
    if let Some(log) = log.filter(|log| !log.pool.is_empty()) {
        let state = if log.pool.ran_out() { State::Attention } else { State::Fine };
        return (state, pool::headline(Some(log)).title);
    }
    let documented = pool::parse(&pool::chain(&catalogue.pool_settings));
    match pool::checks(&documented, None, None).len() {
        0 => (State::Fine, "Nothing speaks against the guide's settings; no log tells how they did".into()),
        n => (
            State::Attention,
            format!("{} the guide's settings", counted(n as u64, "thing speaks against", "things speak against")),
        ),
    }
}

fn of_verdict(verdict: Verdict) -> State {
    match verdict {
        Verdict::Holds => State::Fine,
        Verdict::NotApplicable => State::Unknown,
        _ => State::Attention,
    }
}

fn lower(label: &str) -> String {
    label.to_lowercase()
}
