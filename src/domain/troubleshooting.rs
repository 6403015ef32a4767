//! The guide's lists for trouble as checks: what this file and what ran on it say, and where to go next.

use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
use super::cleanup::CleanupReport;
use super::guide::Place;
use super::monitoring::{self, LogSummary};
use super::numbers::{bytes, count, counted, duration, percent};
use super::plan::{self, costly_steps};
use super::pool;
use super::practices::PracticeVerdict;
use super::query::QueryReport;
use super::report::Report;
use super::run::Step;
use super::verdict::Verdict;
use super::words::{code, list};

/// A kind of trouble, with the guide's list of what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    pub id: String,
    pub title: String,
    #[serde(rename = "check")]
    pub checks: Vec<Check>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The guide's advice.
    pub advice: String,
    pub asks: Question,
    /// Where it goes on.
    pub place: Option<Place>,
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// The slowest query of a log.
    LoggedQueries,
    /// Whether a log tells of times without a connection.
    PoolExhaustion,
    /// Connections that are allowed, and those that a log shows in use.
    PoolSize,
    IndexesUsed,
    MissingIndexes,
    /// Memory that connections take together.
    ConnectionMemory,
    /// The largest result, and the most memory that a query takes.
    LargestResult,
    FreePages,
    OldRows,
    /// The verdict of a practice.
    Practice(String),
    /// How long the longest write keeps everyone else waiting.
    LongestWrite,
    JournalMode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Fine,
    /// Worth doing something about.
    Attention,
    /// For information.
    Told,
    /// Not known yet, or not from a database alone.
    Unknown,
}

impl State {
    pub fn label(self) -> &'static str {
        match self {
            Self::Fine => "Fine",
            Self::Attention => "Look here",
            Self::Told => "Told",
            Self::Unknown => "Open",
        }
    }
}

/// A line of the guide's lists with its answer, as the report keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweredCheck {
    /// Title of the list.
    pub trouble: String,
    pub advice: String,
    pub state: State,
    pub answer: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub state: State,
    pub text: String,
}

impl Answer {
    fn new(state: State, text: impl Into<String>) -> Self {
        Self { state, text: text.into() }
    }

    fn unknown(text: &str) -> Self {
        Self::new(State::Unknown, text)
    }
}

const NO_LOG: &str = "A database does not hold it; the application's log does. None has been read yet.";

const NOT_RUN: &str = "Not measured yet: run everything first.";

/// SQLite's own: what each connection may keep of the file where nothing else is set.
const DEFAULT_CACHE_BYTES: u64 = 2_048_000;

/// From this share of free pages on VACUUM is worth its lock.
const MANY_FREE: u64 = 10;

/// A write that takes longer keeps readers and writers waiting noticeably.
const LONG_WRITE_NS: u64 = 100_000_000;

/// Rows that are better read in pages.
const MANY_ROWS: u64 = 1_000;

/// `log` is what was read of the application's log, if anything was.
pub fn answer(question: &Question, report: &Report, catalogue: &Catalogue, log: Option<&LogSummary>) -> Answer {
    match question {
        Question::LoggedQueries => logged_queries(log),
        Question::PoolExhaustion => pool_exhaustion(log),
        Question::PoolSize => pool_size(catalogue, log),
        Question::IndexesUsed => indexes_used(report),
        Question::MissingIndexes => missing_indexes(report),
        Question::ConnectionMemory => connection_memory(report),
        Question::LargestResult => largest_result(report),
        Question::FreePages => free_pages(report),
        Question::OldRows => old_rows(report),
        Question::Practice(id) => practice(id, report, catalogue),
        Question::LongestWrite => longest_write(report),
        Question::JournalMode => journal_mode(report),
    }
}

/// Every line of every list.
pub fn answers(report: &Report, catalogue: &Catalogue, log: Option<&LogSummary>) -> Vec<AnsweredCheck> {
    let answered = |trouble: &Trouble, check: &Check| {
        let Answer { state, text } = answer(&check.asks, report, catalogue, log);
        AnsweredCheck { trouble: trouble.title.clone(), advice: check.advice.clone(), state, answer: text }
    };
    let lines = catalogue.troubles.iter().flat_map(|trouble| trouble.checks.iter().map(move |check| (trouble, check)));
    lines.map(|(trouble, check)| answered(trouble, check)).collect()
}

/// What has to run so that every question that the file can answer is answered.
pub fn missing_steps(report: &Report, catalogue: &Catalogue) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for check in catalogue.troubles.iter().flat_map(|trouble| &trouble.checks) {
        let missing: Vec<Step> = match &check.asks {
            Question::LargestResult => {
                let queries = report.queries.iter().filter(|query| query.before.is_none());
                queries.map(|query| Step::MeasureQuery(query.id.clone())).collect()
            }
            Question::OldRows | Question::LongestWrite => {
                let cleanups = report.cleanups.iter().filter(|cleanup| cleanup.foreign_keys_on.is_none());
                cleanups.map(|cleanup| Step::PreviewCleanup(cleanup.id.clone())).collect()
            }
            Question::Practice(id) if report.practice(id).is_none() => vec![Step::Practice(id.clone())],
            _ => Vec::new(),
        };
        for step in missing {
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
    }
    steps
}

/// How many checks of all lists ask for something to be done.
pub fn n_attention(report: &Report, catalogue: &Catalogue, log: Option<&LogSummary>) -> usize {
    let checks = catalogue.troubles.iter().flat_map(|trouble| &trouble.checks);
    checks.filter(|check| answer(&check.asks, report, catalogue, log).state == State::Attention).count()
}

fn logged_queries(log: Option<&LogSummary>) -> Answer {
    match log {
        None => Answer::unknown(NO_LOG),
        Some(log) if log.queries.is_empty() => Answer::unknown("The log that was read holds no event with a duration."),
        Some(log) => Answer::new(State::Told, format!("{}.", monitoring::headline(log).title)),
    }
}

fn pool_exhaustion(log: Option<&LogSummary>) -> Answer {
    match log {
        None => Answer::unknown(NO_LOG),
        Some(log) if log.pool.is_empty() => Answer::unknown("The log that was read does not tell of the pool."),
        Some(log) => {
            let state = if log.pool.ran_out() { State::Attention } else { State::Fine };
            Answer::new(state, format!("{}.", pool::headline(Some(log)).title))
        }
    }
}

fn pool_size(catalogue: &Catalogue, log: Option<&LogSummary>) -> Answer {
    let allowed = pool::parse(&pool::chain(&catalogue.pool_settings)).settings.max_connections;
    let used = match log.filter(|log| log.pool.n > 0) {
        None => "No log tells how many are used.".to_owned(),
        Some(log) => format!("In the log {} in use at most.", counted(log.pool.max_used.into(), "was", "were")),
    };
    let text = format!("The guide allows {allowed} connections, of which one writes at a time. {used}");
    Answer::new(State::Told, text)
}

fn indexes_used(report: &Report) -> Answer {
    let claims: Vec<Verdict> = report.claims().map(|(_, claim)| claim.before.verdict).collect();
    let applicable = claims.iter().filter(|verdict| **verdict != Verdict::NotApplicable).count();
    let hold = claims.iter().filter(|verdict| **verdict == Verdict::Holds).count();
    if applicable == 0 {
        return Answer::unknown("None of the documented claims applies to this file.");
    }
    let state = if hold == applicable { State::Fine } else { State::Attention };
    Answer::new(state, format!("{hold} of {applicable} documented statements use the index that the guide names."))
}

/// Queries that read a whole table, or build an index for one run.
fn missing_indexes(report: &Report) -> Answer {
    if report.queries.is_empty() {
        return Answer::unknown("SQLite has not been asked yet.");
    }
    let scans = |query: &&QueryReport| {
        costly_steps(&query.plan_before).any(|row| match row.step() {
            plan::Step::Scan(access) => access.index.is_none(),
            plan::Step::Search(access) => access.automatic,
            plan::Step::TempBTree(_) | plan::Step::Other => false,
        })
    };
    let found: Vec<String> = report.queries.iter().filter(scans).map(|query| code(&query.id)).collect();
    match found.as_slice() {
        [] => Answer::new(State::Fine, "No documented query reads a whole table for want of an index."),
        found => Answer::new(
            State::Attention,
            format!(
                "{} a whole table or build an index for one run: {}.",
                counted(found.len() as u64, "query has to read", "queries have to read"),
                list(found)
            ),
        ),
    }
}

fn connection_memory(report: &Report) -> Answer {
    let database = &report.database;
    let stored = database.stored_cache_size.unwrap_or_default();
    let (each, from) = match stored {
        0 => (DEFAULT_CACHE_BYTES, "SQLite's default, as the file stores no other"),
        // Negative: kibibytes. Positive: pages.
        n if n < 0 => (n.unsigned_abs().saturating_mul(1024), "as the file stores it"),
        n => (n.unsigned_abs().saturating_mul(database.page_size.into()), "as the file stores it"),
    };
    Answer::new(
        State::Told,
        format!(
            "Each connection may keep {} of pages in its cache (`cache_size`: {from}), so ten connections {}. A file stores \
             neither `mmap_size` nor `synchronous`: each connection sets them; by default nothing is mapped and \
             `synchronous` is FULL.",
            bytes(each).text(),
            bytes(each.saturating_mul(10)).text()
        ),
    )
}

fn largest_result(report: &Report) -> Answer {
    let measured = report.queries.iter().filter_map(|query| Some((query, query.before.as_ref()?)));
    let Some((query, cost)) = measured.max_by_key(|(_, cost)| cost.n_rows) else { return Answer::unknown(NOT_RUN) };
    let state = if cost.n_rows > MANY_ROWS { State::Attention } else { State::Fine };
    Answer::new(
        state,
        format!(
            "The largest result is that of {}: {}, for which SQLite itself takes {} at most.",
            code(&query.id),
            counted(cost.n_rows, "row", "rows"),
            bytes(cost.memory_bytes).text()
        ),
    )
}

fn free_pages(report: &Report) -> Answer {
    let database = &report.database;
    let share = percent(database.freelist_count, database.page_count).map_or_else(String::new, |share| share.text());
    let state = if database.freelist_count * MANY_FREE > database.page_count { State::Attention } else { State::Fine };
    Answer::new(
        state,
        format!(
            "{} of {} are free ({share}). Free pages take room in the file, not in memory.",
            count(database.freelist_count),
            counted(database.page_count, "page", "pages")
        ),
    )
}

fn old_rows(report: &Report) -> Answer {
    let ran: Vec<(&CleanupReport, u64)> = report
        .cleanups
        .iter()
        .filter_map(|cleanup| Some((cleanup, cleanup.foreign_keys_on.as_ref()?.n_matching)))
        .collect();
    if ran.is_empty() {
        return Answer::unknown("The clean-ups have not been tried yet.");
    }
    let n: u64 = ran.iter().map(|(_, n)| n).sum();
    let state = if n > 0 { State::Attention } else { State::Fine };
    Answer::new(state, format!("{} old enough for the documented clean-ups.", counted(n, "row is", "rows are")))
}

fn practice(id: &str, report: &Report, catalogue: &Catalogue) -> Answer {
    let title = catalogue.practice(id).map_or(id, |practice| practice.title.as_str());
    let Some(tried) = report.practice(id) else {
        return Answer::unknown(&format!("The practice \u{201c}{title}\u{201d} has not been tried yet."));
    };
    let state = match tried.verdict {
        PracticeVerdict::Holds => State::Attention,
        PracticeVerdict::InPart | PracticeVerdict::NoDifference | PracticeVerdict::DoesNotHold => State::Told,
        PracticeVerdict::NotApplicable => State::Unknown,
    };
    Answer::new(state, format!("{}.", tried.answer))
}

fn longest_write(report: &Report) -> Answer {
    let ran =
        report.cleanups.iter().filter_map(|cleanup| Some((cleanup, cleanup.foreign_keys_on.as_ref()?.elapsed_ns)));
    let Some((cleanup, ns)) = ran.max_by_key(|(_, ns)| *ns) else {
        return Answer::unknown("The clean-ups have not been tried yet.");
    };
    let state = if ns > LONG_WRITE_NS { State::Attention } else { State::Fine };
    Answer::new(
        state,
        format!(
            "The longest documented write, {}, takes {} in memory, without a disk. Nobody else can write meanwhile.",
            code(&cleanup.id),
            duration(ns).text()
        ),
    )
}

fn journal_mode(report: &Report) -> Answer {
    let database = &report.database;
    match database.journal_mode.eq_ignore_ascii_case("wal") {
        true => Answer::new(
            State::Fine,
            format!(
                "The file is in WAL mode{}: readers and one writer do not wait for each other.",
                match database.wal_frames {
                    0 => String::new(),
                    n => format!(", with {} not yet in it", counted(n, "frame", "frames")),
                }
            ),
        ),
        false => Answer::new(
            State::Attention,
            "The file is in a rollback journal mode: while one connection commits, none can read, and one that reads keeps \
             a commit waiting. With WAL readers and one writer go on together, and a commit syncs once instead of three \
             times; still only one writes at a time, and the three files belong together when they are copied. \
             `PRAGMA journal_mode = WAL;`, once, is stored in the file.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::database::Database;
    use crate::domain::instant::Instant;
    use crate::domain::report::Environment;

    fn of(database: Database, question: &Question) -> Answer {
        let report = Report::new(Instant(0), Environment::default(), database);
        match question {
            Question::JournalMode => journal_mode(&report),
            Question::FreePages => free_pages(&report),
            _ => connection_memory(&report),
        }
    }

    #[test]
    fn what_the_file_stores_decides() {
        let wal = Database { journal_mode: "wal".into(), wal_frames: 3, ..Database::default() };
        assert_eq!(of(wal, &Question::JournalMode).state, State::Fine);
        let delete = Database { journal_mode: "delete".into(), ..Database::default() };
        assert_eq!(of(delete, &Question::JournalMode).state, State::Attention);
        let free = |freelist_count| Database { page_count: 100, freelist_count, ..Database::default() };
        assert_eq!(of(free(5), &Question::FreePages).state, State::Fine);
        assert_eq!(of(free(50), &Question::FreePages).state, State::Attention);
        let cache = Database { page_size: 4096, stored_cache_size: Some(1000), ..Database::default() };
        assert!(of(cache, &Question::ConnectionMemory).text.contains("4.10\u{a0}MB"));
        assert!(of(Database::default(), &Question::ConnectionMemory).text.contains("2.05\u{a0}MB"));
    }
}
