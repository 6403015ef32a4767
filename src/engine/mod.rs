//! Asks SQLite. The only layer that talks to it; the same code runs natively and in the worker.
//!
//! One database is open at a time. What was dropped is the fork `original`, which nothing writes; the migration goes
//! to the fork `candidate`; every measurement and every preview gets a scratch fork of its own, which is then dropped.

pub mod baselines;
mod benchmark;
mod btree_pages;
mod bytecode;
mod catalogue;
mod choices;
mod cleanup;
mod clock;
mod companions;
mod connection;
mod data_set;
mod doomed_rows;
mod error;
mod header;
mod index_relations;
mod integrity;
pub mod interrupt;
mod judge;
mod large_indexes;
mod logs;
mod measure;
mod memory;
mod migrate;
mod open;
mod overview;
mod plan;
mod plan_clone;
mod practices;
pub mod progress;
mod refusal;
mod repair;
mod repair_search;
mod rewrites;
mod room;
mod rows;
mod sample;
mod sandbox;
mod scan_status;
mod schema_rows;
mod schema_state;
mod session;
mod sizes;
mod statement;
mod statistics_effects;
mod suggestions;
mod tally;
mod why;
mod work;
mod write_cost;

use std::collections::{BTreeMap, BTreeSet};

use choices::{Chosen, Effort};
use cleanup::AsDropped;
use connection::Db;
use data_set::DataSet;
use judge::Judge;
use repair::Repaired;
use repair_search::Search;

pub use companions::{Wal, is_hot as journal_is_hot, super_journal};
pub use connection::{ForeignKeys, open_in_memory};
pub use error::{EngineError, Result};
pub use header::read as read_header;
pub use open::Dropped;
pub use plan::explain;
pub use plan_clone::{Blueprint, StatisticsRows};

use crate::domain::benchmark::{Benchmark, FileBenchmark, Growth, StatementComparison};
use crate::domain::bytecode::Opcode;
use crate::domain::catalogue::Catalogue;
use crate::domain::cleanup::histogram::Histogram;
use crate::domain::database::{BtreeSize, Database};
use crate::domain::failure::FailureKind;
use crate::domain::instant::Instant;
use crate::domain::measuring::Settings;
use crate::domain::migration::{IndexReport, Outcome};
use crate::domain::query::{Choice, Parameter, QueryReport};
use crate::domain::repair_trial::{RepairTrial, RepairedClaim};
use crate::domain::report::Environment;
use crate::domain::run::{Judged, Step, StepAnswer, TriedWithout};
use crate::domain::value::Value;
use crate::snapshot::{self, Base, Fork};

/// The engine: the catalogue, and the database that is open.
pub struct Engine {
    catalogue: Catalogue,
    granularity_ns: u64,
    settings: Settings,
    session: Option<Session>,
    log: Option<logs::Reading>,
}

/// Everything about the open database. Dropping it drops every fork.
struct Session {
    database: Database,
    blueprint: Blueprint,
    /// Of the file as dropped; read only.
    original: Db,
    /// With the statements of the migration that were applied so far.
    candidate: Db,
    base: Option<Base>,
    /// What opening found wrong with the file, one sentence each.
    damage: Vec<String>,
    judge: Option<Judge>,
    fresh: Option<StatisticsRows>,
    chosen: Chosen,
    as_dropped: AsDropped,
    /// Ages of the rows of each clean-up's table, by its id.
    histograms: BTreeMap<String, Histogram>,
    /// Retentions that a person chose, in days, by clean-up.
    retentions: BTreeMap<String, u32>,
    repaired: Option<Repaired>,
    /// The made-up data that was asked for last.
    data: Option<DataSet>,
    sizes: Option<Vec<BtreeSize>>,
    /// Indexes of the migration that could not be built: only who asks for one of them has it tried again.
    not_built: BTreeSet<String>,
    /// The rows that a person looks at.
    rows: Option<rows::Rows>,
    doomed: Option<doomed_rows::Doomed>,
}

impl Engine {
    /// Registers the virtual file system and reads the catalogue.
    pub fn new() -> Result<Self> {
        snapshot::register()?;
        Ok(Self {
            catalogue: catalogue::load()?,
            granularity_ns: clock::granularity_ns(),
            settings: Settings::default(),
            session: None,
            log: None,
        })
    }

    /// Asks for every verdict on a made-up database, twice: the browser compiles wasm quickly first and well after it has
    /// seen what is used, so that the first verdicts on a person's own file would take two to four times as long.
    pub fn warm_up() -> Result<()> {
        let mut engine = Self::new()?;
        for _ in 0..2 {
            engine.open_sample(1, 1, 0, Instant(0))?;
            engine.run(&Step::Judge)?;
        }
        Ok(())
    }

    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// What the answers are made with; the page adds what only the browser knows.
    pub fn environment(&self) -> Result<Environment> {
        let connection = open_in_memory(ForeignKeys::On)?;
        let mut statement = connection.prepare("SELECT compile_options FROM pragma_compile_options")?;
        let options = statement.query_map([], |row| row.get(0))?;
        Ok(Environment {
            sqlite_version: rusqlite::version().into(),
            compile_options: options.collect::<rusqlite::Result<_>>()?,
            clock_granularity_ns: self.granularity_ns,
            ..Environment::default()
        })
    }

    /// Opens what was dropped. The database that was open stays open when this fails.
    pub fn open(&mut self, dropped: Vec<Dropped>) -> Result<Database> {
        let opened = open::open(dropped, &self.catalogue)?;
        let database = self.start(opened.original, Some(opened.base), opened.database)?;
        self.session()?.damage = opened.damage;
        Ok(database)
    }

    /// Generates a database in the application's schema and opens it.
    pub fn open_sample(&mut self, n_workflows: u32, n_logs: u32, seed: u64, now: Instant) -> Result<Database> {
        let fork = Fork::new(&Base::new(snapshot::RamSource::default()), None);
        let db = Db::open(fork, ForeignKeys::Off)?;
        sample::generate(&db, &self.catalogue.data_sets, &sample::Size { n_workflows, n_logs }, seed, now)?;
        let mut database = overview::read(&db, &self.catalogue)?;
        let fork = db.into_fork();
        database.file_name = "sample.sqlite".into();
        database.bytes = fork.len();
        database.journal_mode = "delete".into();
        self.start(fork, None, database)
    }

    fn start(&mut self, original: Fork, base: Option<Base>, mut database: Database) -> Result<Database> {
        // The room was made for another file.
        snapshot::stop_spilling();
        let candidate = Db::open(original.fork(), ForeignKeys::On)?;
        let original = Db::open(original, ForeignKeys::On)?;
        let blueprint = Blueprint::read(&original)?;
        database.notices.extend(blueprint.notices()?);
        self.session = Some(Session {
            blueprint,
            database: database.clone(),
            original,
            candidate,
            base,
            damage: Vec::new(),
            judge: None,
            fresh: None,
            chosen: Chosen::default(),
            as_dropped: AsDropped::default(),
            histograms: BTreeMap::new(),
            retentions: BTreeMap::new(),
            repaired: None,
            data: None,
            sizes: None,
            not_built: BTreeSet::new(),
            rows: None,
            doomed: None,
        });
        Ok(database)
    }

    pub fn is_open(&self) -> bool {
        self.session.is_some()
    }

    pub fn close(&mut self) {
        self.session = None;
        snapshot::stop_spilling();
    }

    /// What `'now'` means in every statement from here on.
    pub fn set_now(&mut self, now: Instant) {
        snapshot::set_now(Some(now.0));
        // Other rows are old enough.
        if let Some(session) = &mut self.session {
            (session.rows, session.doomed) = (None, None);
        }
    }

    /// As [`Engine::run`], for one of many steps: one that takes longer fails, and says so. What it would answer after
    /// that could rest on statements that were stopped.
    pub fn run_within(&mut self, limit_ns: u64, step: &Step) -> Result<StepAnswer> {
        interrupt::limited(Some(limit_ns), &step.label(), || {
            let start = clock::monotonic_ns();
            let answer = self.run(step)?;
            if clock::monotonic_ns() - start > limit_ns { Err(measure::cancelled()) } else { Ok(answer) }
        })
    }

    pub fn run(&mut self, step: &Step) -> Result<StepAnswer> {
        match step {
            Step::Judge => self.judge().map(StepAnswer::Judged),
            Step::Analyze => self.analyze().map(StepAnswer::Judged),
            Step::BuildIndex(index) => self.build_index(index).map(StepAnswer::Index),
            Step::MeasureQuery(id) => self.measure_query(id, None).map(StepAnswer::Query),
            Step::PreviewCleanup(id) => self.preview_cleanup(id).map(StepAnswer::Cleanup),
            Step::FindStragglers(id) => self.find_stragglers(id),
            Step::CleanTogether => self.clean_together().map(StepAnswer::Together),
            Step::Repair => self.repair().map(StepAnswer::Repair),
            Step::Sizes => self.sizes().map(StepAnswer::Sizes),
            Step::TryWithout => self.try_without().map(StepAnswer::TriedWithout),
            Step::Benchmark(id) => self.benchmark(id).map(StepAnswer::Benchmark),
            Step::FileBenchmark(query) => self.file_benchmark(query).map(StepAnswer::FileBenchmarks),
            Step::Grow { query, n_rows } => self.grow(query, *n_rows).map(StepAnswer::Growth),
            Step::Practice(id) => self.practice(id).map(StepAnswer::Practice),
        }
    }

    /// How the person wants benchmarks and single queries measured.
    pub fn set_measuring(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Measures a query on the file as dropped and after the migration. `parameters` are the person's own, who waits
    /// for this one and gets it at full precision; without them it is one of many.
    pub fn measure_query(&mut self, id: &str, parameters: Option<Vec<Value>>) -> Result<QueryReport> {
        let settings = if parameters.is_some() { self.settings.clone() } else { self.settings.brief() };
        let query = self.catalogue.query(id).cloned().ok_or_else(|| unknown("query", id))?;
        let (catalogue, granularity_ns) = (&self.catalogue, self.granularity_ns);
        let session = self.session.as_mut().ok_or_else(not_open)?;
        session.finish_migration(catalogue)?;
        let parameters = match parameters {
            Some(values) => {
                let names = query.parameters.iter().map(|parameter| parameter.name.clone());
                names.zip(values).map(|(name, value)| Parameter { name, value }).collect()
            }
            None => choices::parameters(&session.original, &query, Effort::MostFrequent, &mut session.chosen)?,
        };
        let mut report = session.judge_query(catalogue, &query, parameters)?;
        if report.error.is_some() {
            return Ok(report);
        }
        let values: Vec<Value> = report.parameters.iter().map(|parameter| parameter.value.clone()).collect();
        let before = measure::Side::open(session.original.fork())?;
        let after = measure::Side::open(session.candidate.fork())?;
        let run = |side| measure::Run { sql: &query.sql, parameters: &values, side };
        let precision = precision(granularity_ns, &settings);
        let (before, after) = progress::part(0, 1, || measure::compare(run(&before), run(&after), precision))?;
        report.change = measure::change(&before.samples, &after.samples, &settings)?;
        (report.samples_before, report.samples_after) = (before.samples, after.samples);
        (report.plan_before, report.plan_after) = (before.plan, after.plan);
        (report.steps_before, report.steps_after) = (before.steps, after.steps);
        (report.before, report.after) = (Some(before.cost), Some(after.cost));
        Ok(report)
    }

    /// Two statements of the person's own on the file as dropped, in turns. Both may only read.
    /// The first run of each may take `limit_ns`.
    pub fn compare_statements(&self, statements: [&str; 2], limit_ns: Option<u64>) -> Result<StatementComparison> {
        let precision = precision(self.granularity_ns, &self.settings);
        let session = self.session.as_ref().ok_or_else(not_open)?;
        benchmark::compare_statements(statements, &session.original, precision, limit_ns)
    }

    pub fn choices(&mut self, query: &str, parameter: &str) -> Result<Vec<Choice>> {
        let documented = self.catalogue.query(query).ok_or_else(|| unknown("query", query))?;
        let documented = documented.parameters.iter().find(|p| p.name == parameter).cloned();
        let documented = documented.ok_or_else(|| unknown("parameter", parameter))?;
        choices::choices(&self.session()?.original, &documented)
    }

    /// The program of a documented statement, made from an empty copy of the schema.
    pub fn bytecode(&mut self, id: &str, parameters: &[Value], migrated: bool) -> Result<Vec<Opcode>> {
        let catalogue = &self.catalogue;
        let query = catalogue.query(id).map(|query| query.sql.as_str());
        let sql = query.or_else(|| catalogue.cleanup(id).map(|cleanup| cleanup.sql.as_str()));
        let sql = sql.ok_or_else(|| unknown("statement", id))?;
        let session = self.session.as_mut().ok_or_else(not_open)?;
        let clone = session.judge_for(catalogue)?.clone_of(migrated).ok_or_else(not_open)?;
        bytecode::program(clone, sql, parameters)
    }

    pub fn count_rows(&mut self, table: &str) -> Result<u64> {
        let session = self.session.as_mut().ok_or_else(not_open)?;
        let table = session.database.table(table).ok_or_else(|| unknown("table", table))?.name.clone();
        session.count_rows(&table)
    }

    /// The bytes of the dropped file, which may be copied while statements read them. `None` when no file is open.
    pub fn base(&self) -> Option<&Base> {
        self.session.as_ref().and_then(|session| session.base.as_ref())
    }

    fn session(&mut self) -> Result<&mut Session> {
        self.session.as_mut().ok_or_else(not_open)
    }

    fn judge(&mut self) -> Result<Judged> {
        let catalogue = &self.catalogue;
        let session = self.session.as_mut().ok_or_else(not_open)?;
        session.judge_all(catalogue)
    }

    fn analyze(&mut self) -> Result<Judged> {
        let catalogue = &self.catalogue;
        let session = self.session.as_mut().ok_or_else(not_open)?;
        session.finish_migration(catalogue)?;
        // On a copy of the candidate, so that the new indexes have statistics too.
        session.fresh = Some(repair::analyze(&session.candidate, None, session.analysis_limit())?);
        session.judge = None;
        let mut judged = session.judge_all(catalogue)?;
        session.judge_indexes(catalogue, &mut judged)?;
        Ok(judged)
    }

    fn repair(&mut self) -> Result<RepairTrial> {
        let (catalogue, granularity_ns) = (&self.catalogue, self.granularity_ns);
        let session = self.session.as_mut().ok_or_else(not_open)?;
        session.finish_migration(catalogue)?;
        let statements = session.statements_twice(catalogue)?;
        let migration = session.judge_for(catalogue)?.migration().to_vec();
        let search = Search {
            catalogue,
            database: &session.database,
            blueprint: &session.blueprint,
            fresh: session.fresh.as_ref(),
            migration: &migration,
            statements: &statements,
            analysis_limit: session.analysis_limit(),
        };
        let repaired = repair::repair(&search, &session.original, &session.candidate, granularity_ns)?;
        let trial = repaired.trial.clone();
        session.repaired = Some(repaired);
        session.data = None;
        Ok(trial)
    }

    /// Every claim after `changes`, from plan clones; `None` when SQLite refuses one of them.
    pub fn judge_repair(&mut self, changes: &[String]) -> Result<Option<Vec<RepairedClaim>>> {
        let catalogue = &self.catalogue;
        let session = self.session.as_mut().ok_or_else(not_open)?;
        let statements = session.statements_twice(catalogue)?;
        let fresh = session.repaired.as_ref().map(|repaired| &repaired.statistics).or(session.fresh.as_ref());
        repair::judge_repair(&session.blueprint, fresh, &statements, changes)
    }

    fn build_index(&mut self, name: &str) -> Result<IndexReport> {
        let (catalogue, granularity_ns) = (&self.catalogue, self.granularity_ns);
        let session = self.session.as_mut().ok_or_else(not_open)?;
        let entry = session.migration_entry(catalogue, name)?;
        let (original, candidate) = (&session.original, &session.candidate);
        let applied =
            migrate::apply(&entry, &session.database, &session.blueprint, original, candidate, granularity_ns);
        match &applied {
            Err(error) if !error.is_cancelled() => session.not_built.insert(name.to_owned()),
            _ => session.not_built.remove(name),
        };
        let mut entry = applied?;
        if entry.outcome != Outcome::NotApplicable {
            // An index that was just built without a WHERE has an entry for each row.
            let is_whole = catalogue.index(name).is_some_and(|index| index.where_clause.is_none());
            let counted = entry.n_rows.filter(|_| is_whole && entry.outcome == Outcome::Created);
            if let Some(n_rows) = counted {
                session.as_dropped.n_rows.insert(entry.table.clone(), n_rows);
            }
            entry.n_table_rows = Some(session.count_rows(&entry.table)?);
        }
        Ok(entry)
    }

    fn sizes(&mut self) -> Result<Vec<BtreeSize>> {
        let session = self.session()?;
        let sizes = sizes::all(&session.original)?;
        session.sizes = Some(sizes.clone());
        Ok(sizes)
    }

    fn benchmark(&mut self, id: &str) -> Result<Benchmark> {
        let (catalogue, precision) = (&self.catalogue, precision(self.granularity_ns, &self.settings));
        let documented = catalogue.benchmark(id).ok_or_else(|| unknown("benchmark", id))?;
        let query = catalogue.query(&documented.query).ok_or_else(|| unknown("query", &documented.query))?;
        let session = self.session.as_mut().ok_or_else(not_open)?;
        let data = session.data_set(catalogue, query, documented.n_rows, documented.n_rows)?;
        benchmark::run(documented, query, data, precision)
    }

    fn file_benchmark(&mut self, query: &str) -> Result<Vec<FileBenchmark>> {
        let (catalogue, precision) = (&self.catalogue, precision(self.granularity_ns, &self.settings));
        let query = catalogue.query(query).ok_or_else(|| unknown("query", query))?;
        let session = self.session.as_mut().ok_or_else(not_open)?;
        session.finish_migration(catalogue)?;
        benchmark::run_on_file(catalogue, query, &session.original, session.candidate.fork(), precision)
    }

    /// Many points are asked for, and a curve needs no one of them exactly.
    fn grow(&mut self, query: &str, n_rows: u64) -> Result<Growth> {
        let catalogue = &self.catalogue;
        let query = catalogue.query(query).ok_or_else(|| unknown("query", query))?;
        let session = self.session.as_mut().ok_or_else(not_open)?;
        let data = session.data_set(catalogue, query, n_rows, benchmark::ROWS_PER_KEY)?;
        benchmark::grow(query, data, precision(self.granularity_ns, &self.settings.brief()))
    }

    fn try_without(&mut self) -> Result<TriedWithout> {
        let catalogue = &self.catalogue;
        self.session.as_mut().ok_or_else(not_open)?.try_without(catalogue)
    }
}

fn precision(granularity_ns: u64, settings: &Settings) -> measure::Precision<'_> {
    measure::Precision { granularity_ns, settings }
}

fn not_open() -> EngineError {
    EngineError::new(FailureKind::NotOpen, "No database is open")
}

fn unknown(what: &str, name: &str) -> EngineError {
    EngineError::new(FailureKind::Unknown, format!("There is no {what} called {name}"))
}
