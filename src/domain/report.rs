//! The one model of all answers on one file. It grows while a run goes on; the JSON report is this model as it stands.

use serde::{Deserialize, Serialize};

use super::benchmark::{Benchmark, FileBenchmark, Growth};
use super::catalogue::Catalogue;
use super::cleanup::CleanupReport;
use super::cleanup::together::Together;
use super::database::{BtreeSize, Database};
use super::failure::{Failure, FailureKind};
use super::finding::{self, Finding};
use super::guide::{self, AnsweredSection};
use super::index_findings::{IndexRelation, IndexStatistics, IndexUse};
use super::instant::Instant;
use super::integrity::IntegrityReport;
use super::migration::IndexReport;
use super::monitoring::LogSummary;
use super::practices::PracticeReport;
use super::query::QueryReport;
use super::repair_trial::RepairTrial;
use super::saved::{self, Format};
use super::troubleshooting::{self, AnsweredCheck};
use super::verdict::Claim;
use super::work::{LargeIndex, StatisticsEffect};

pub const FORMAT: &str = "cortex-inspector-report";
pub const VERSION: u32 = 1;

pub const SAVED: Format = Format { noun: "report", name: FORMAT, version: VERSION, kind: FailureKind::NotReport };

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub format: String,
    pub version: u32,
    /// The instant that `'now'` meant in every statement.
    pub now: Instant,
    /// Whether every step of the run has answered.
    pub complete: bool,
    pub environment: Environment,
    pub database: Database,
    pub migration: Vec<IndexReport>,
    pub queries: Vec<QueryReport>,
    pub cleanups: Vec<CleanupReport>,
    /// All of them one after the other; `None` until asked.
    #[serde(default)]
    pub together: Option<Together>,
    /// The guide's, on made-up data.
    pub benchmarks: Vec<Benchmark>,
    /// The same queries with values of the dropped file.
    #[serde(default)]
    pub file_benchmarks: Vec<FileBenchmark>,
    /// Queries whose growth was asked for.
    #[serde(default)]
    pub growth: Vec<Growth>,
    /// Practices of the guide that were tried.
    #[serde(default)]
    pub practices: Vec<PracticeReport>,
    /// The guide's lists for trouble, each line answered.
    #[serde(default)]
    pub troubleshooting: Vec<AnsweredCheck>,
    /// The guide's sections, as they stand on this file.
    #[serde(default)]
    pub guide: Vec<AnsweredSection>,
    pub findings: Vec<Finding>,
    /// Whether the file is whole; `None` until asked.
    #[serde(default)]
    pub integrity: Option<IntegrityReport>,
    /// Space by table and index, from dbstat; empty until asked.
    pub sizes: Vec<BtreeSize>,
    /// Rows of `sqlite_stat1`: those of the file, and once ANALYZE ran on a copy, fresh ones.
    #[serde(default)]
    pub index_statistics: Vec<IndexStatistics>,
    /// Indexes of the file that say the same as another one.
    #[serde(default)]
    pub index_relations: Vec<IndexRelation>,
    /// What the documented statements have of the file's other indexes.
    #[serde(default)]
    pub index_uses: Vec<IndexUse>,
    /// What makes every claim hold, tried on a copy; `None` until asked.
    #[serde(default)]
    pub repair: Option<RepairTrial>,
    /// Large indexes, and what the documented statements have of them.
    #[serde(default)]
    pub large_indexes: Vec<LargeIndex>,
    /// Documented statements that statistics give another plan.
    #[serde(default)]
    pub statistics_effects: Vec<StatisticsEffect>,
    /// Steps that failed, in the order in which they ran.
    pub failed_steps: Vec<FailedStep>,
    /// Time from the start of the run to its last answer.
    pub elapsed_ns: Option<u64>,
}

/// What the answers were made with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    pub sqlite_version: String,
    pub compile_options: Vec<String>,
    pub user_agent: String,
    pub cross_origin_isolated: bool,
    /// Smallest step of the worker's clock, measured.
    pub clock_granularity_ns: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedStep {
    pub step: String,
    pub message: String,
}

impl Report {
    /// A report in which nothing has been asked yet.
    pub fn new(now: Instant, environment: Environment, database: Database) -> Self {
        Self {
            format: FORMAT.into(),
            version: VERSION,
            now,
            complete: false,
            environment,
            database,
            migration: Vec::new(),
            queries: Vec::new(),
            cleanups: Vec::new(),
            together: None,
            benchmarks: Vec::new(),
            file_benchmarks: Vec::new(),
            growth: Vec::new(),
            practices: Vec::new(),
            troubleshooting: Vec::new(),
            guide: Vec::new(),
            findings: Vec::new(),
            integrity: None,
            sizes: Vec::new(),
            index_statistics: Vec::new(),
            index_relations: Vec::new(),
            index_uses: Vec::new(),
            repair: None,
            large_indexes: Vec::new(),
            statistics_effects: Vec::new(),
            failed_steps: Vec::new(),
            elapsed_ns: None,
        }
    }

    /// A report that was saved as JSON, by this version of the page or an older one.
    pub fn read(text: &str) -> Result<Self, Failure> {
        saved::read(text, &SAVED)
    }

    /// Pretty-printed JSON, as the published schema describes it.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Derives what follows from the answers so far, and from the application's log, if one was read.
    pub fn conclude(&mut self, catalogue: &Catalogue, log: Option<&LogSummary>) {
        self.findings = finding::derive(self, catalogue);
        self.troubleshooting = troubleshooting::answers(self, catalogue, log);
        self.guide = guide::sections(self, catalogue, log);
    }

    /// `db.sqlite, evaluated at 2026-10-25 09:30:00 UTC`.
    pub fn title(&self) -> String {
        format!("{}, evaluated at {} UTC", self.database.file_name, self.now.sqlite_text())
    }

    pub fn index(&self, name: &str) -> Option<&IndexReport> {
        self.migration.iter().find(|entry| entry.index == name)
    }

    /// Space of a table without its indexes, once measured.
    pub fn table_bytes(&self, name: &str) -> Option<u64> {
        let table = |size: &&BtreeSize| !size.is_index && size.name.eq_ignore_ascii_case(name);
        self.sizes.iter().find(table).map(|size| size.bytes)
    }

    /// Rows of the largest of `tables` that was measured.
    pub fn most_rows(&self, tables: &[String]) -> Option<u64> {
        let named = |size: &&BtreeSize| tables.iter().any(|name| size.name.eq_ignore_ascii_case(name));
        self.sizes.iter().filter(|size| !size.is_index).filter(named).map(|size| size.n_rows).max()
    }

    /// Whether a documented statement is more work with statistics than without, so that ANALYZE alone is no advice.
    pub fn statistics_harm(&self) -> bool {
        self.statistics_effects.iter().any(StatisticsEffect::is_harmful)
    }

    pub fn query(&self, id: &str) -> Option<&QueryReport> {
        self.queries.iter().find(|query| query.id == id)
    }

    /// Every claim with the id of its query or clean-up.
    pub fn claims(&self) -> impl Iterator<Item = (&str, &Claim)> {
        let queries = self.queries.iter().map(|query| (query.id.as_str(), query.claim.as_ref()));
        let cleanups = self.cleanups.iter().map(|cleanup| (cleanup.id.as_str(), cleanup.claim.as_ref()));
        queries.chain(cleanups).filter_map(|(id, claim)| Some((id, claim?)))
    }

    pub fn cleanup(&self, id: &str) -> Option<&CleanupReport> {
        self.cleanups.iter().find(|cleanup| cleanup.id == id)
    }

    /// Puts an answer in the place of the earlier one about the same entry.
    pub fn put_index(&mut self, entry: IndexReport) {
        put(&mut self.migration, entry, |entry| &entry.index);
    }

    pub fn put_benchmark(&mut self, benchmark: Benchmark) {
        put(&mut self.benchmarks, benchmark, |benchmark| &benchmark.id);
    }

    pub fn put_practice(&mut self, practice: PracticeReport) {
        put(&mut self.practices, practice, |practice| &practice.id);
    }

    pub fn practice(&self, id: &str) -> Option<&PracticeReport> {
        self.practices.iter().find(|practice| practice.id == id)
    }

    pub fn put_query(&mut self, query: QueryReport) {
        put(&mut self.queries, query, |query| &query.id);
    }

    pub fn put_cleanup(&mut self, cleanup: CleanupReport) {
        put(&mut self.cleanups, cleanup, |cleanup| &cleanup.id);
    }
}

fn put<T>(entries: &mut Vec<T>, entry: T, key: impl Fn(&T) -> &String) {
    match entries.iter_mut().find(|old| key(old) == key(&entry)) {
        Some(old) => *old = entry,
        None => entries.push(entry),
    }
}
