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
mod sizes;
mod statement;
mod statistics_effects;
mod suggestions;
mod tally;
mod why;
mod work;
mod write_cost;

use std::collections::BTreeMap;

use choices::{Chosen, Effort};
use cleanup::OrphansBefore;
use connection::{Db, quoted};
use data_set::{DataSet, Key};
use index_relations::DocumentedPlans;
use judge::{Asked, Judge};
use repair::Repaired;
use repair_search::Search;
use statement::Statement;

pub use companions::{Wal, is_hot as journal_is_hot, super_journal};
pub use connection::{ForeignKeys, open_in_memory};
pub use error::{EngineError, Result};
pub use header::read as read_header;
pub use open::Dropped;
pub use plan::explain;
pub use plan_clone::{Blueprint, StatisticsRows};

use crate::domain::benchmark::{Benchmark, FileBenchmark, Growth, StatementComparison};
use crate::domain::bytecode::Opcode;
use crate::domain::catalogue::{Catalogue, DocumentedCleanup, DocumentedQuery};
use crate::domain::cleanup::CleanupReport;
use crate::domain::cleanup::histogram::Histogram;
use crate::domain::database::{BtreeSize, Database, Index};
use crate::domain::failure::FailureKind;
use crate::domain::finding::Subject;
use crate::domain::index_findings::{IndexUse, RelationKind};
use crate::domain::instant::Instant;
use crate::domain::measuring::{Samples, Settings};
use crate::domain::migration::{IndexReport, Outcome};
use crate::domain::query::{Choice, Parameter, QueryReport};
use crate::domain::repair_trial::{RepairTrial, RepairedClaim};
use crate::domain::report::Environment;
use crate::domain::run::{Judged, Step, StepAnswer, TriedWithout};
use crate::domain::value::Value;
use crate::domain::verdict::Statistics;
use crate::snapshot::{self, Base, Fork, Promotion};

/// Above this size ANALYZE reads a sample of each index only (`PRAGMA analysis_limit`).
const FULL_ANALYZE_BYTES: u64 = 256 << 20;

/// Rows of each index that a sampled ANALYZE reads; SQLite's documentation suggests 100 to 1000.
const ANALYSIS_LIMIT: u32 = 1000;

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
    orphans: OrphansBefore,
    /// Ages of the rows of each clean-up's table, by its id.
    histograms: BTreeMap<String, Histogram>,
    /// Retentions that a person chose, in days, by clean-up.
    retentions: BTreeMap<String, u32>,
    repaired: Option<Repaired>,
    /// The made-up data that was asked for last.
    data: Option<DataSet>,
    sizes: Option<Vec<BtreeSize>>,
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
            orphans: OrphansBefore::default(),
            histograms: BTreeMap::new(),
            retentions: BTreeMap::new(),
            repaired: None,
            data: None,
            sizes: None,
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
    }

    /// What `'now'` means in every statement from here on.
    pub fn set_now(&mut self, now: Instant) {
        snapshot::set_now(Some(now.0));
        // Other rows are old enough.
        if let Some(session) = &mut self.session {
            (session.rows, session.doomed) = (None, None);
        }
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
        let session = self.session()?;
        if session.database.table(table).is_none() {
            return Err(unknown("table", table));
        }
        migrate::count_rows(&session.original, table)
    }

    /// How much of the dropped file is copied. `None` when no file is open.
    pub fn promotion(&self) -> Option<Promotion> {
        self.session.as_ref().and_then(|session| session.base.as_ref()).map(Base::promotion)
    }

    /// Copies the next part of the dropped file. `None` when no file is open.
    pub fn promote(&mut self, max_bytes: usize) -> Result<Option<Promotion>> {
        match self.session.as_ref().and_then(|session| session.base.as_ref()) {
            Some(base) => base.promote_step(max_bytes).map(Some).map_err(room::of_copying),
            None => Ok(None),
        }
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
        migrate::apply(&entry, &session.database, &session.blueprint, original, candidate, granularity_ns)
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

impl Session {
    /// Made-up data for `query`; what was made last is kept, because the next question is often about the same.
    fn data_set(
        &mut self,
        catalogue: &Catalogue,
        query: &DocumentedQuery,
        n_rows: u64,
        n_rows_per_key: u64,
    ) -> Result<&DataSet> {
        let key = Key::of(catalogue, &query.sql, n_rows, n_rows_per_key);
        match self.data.take().filter(|data| data.key == key) {
            Some(data) => Ok(self.data.insert(data)),
            None => {
                let redefinitions = self.repaired.as_ref().map(|repaired| repaired.trial.redefinitions.as_slice());
                Ok(self.data.insert(DataSet::build(catalogue, key, redefinitions)?))
            }
        }
    }

    /// Rows of each index that ANALYZE reads; `None` for all.
    fn analysis_limit(&self) -> Option<u32> {
        (self.database.bytes > FULL_ANALYZE_BYTES).then_some(ANALYSIS_LIMIT)
    }

    /// Every documented statement, with values of some row.
    fn statements(&mut self, catalogue: &Catalogue, effort: Effort) -> Result<Vec<Statement>> {
        let mut statements = Vec::new();
        for query in &catalogue.queries {
            let parameters = choices::parameters(&self.original, query, effort, &mut self.chosen)?;
            statements.push(Statement {
                subject: Subject::Query(query.id.clone()),
                sql: query.sql.clone(),
                values: parameters.into_iter().map(|parameter| parameter.value).collect(),
                claim: query.claim.clone(),
            });
        }
        statements.extend(catalogue.cleanups.iter().map(|cleanup| Statement {
            subject: Subject::Cleanup(cleanup.id.clone()),
            sql: cleanup.sql.clone(),
            values: Vec::new(),
            claim: cleanup.claim.clone(),
        }));
        Ok(statements)
    }

    /// Every documented statement, once with the most frequent values and once with those of some row.
    fn statements_twice(&mut self, catalogue: &Catalogue) -> Result<Vec<Statement>> {
        let mut statements = self.statements(catalogue, Effort::MostFrequent)?;
        for other in self.statements(catalogue, Effort::FirstRow)? {
            if statements.iter().all(|one| one.subject != other.subject || one.values != other.values) {
                statements.push(other);
            }
        }
        Ok(statements)
    }

    fn judge_for(&mut self, catalogue: &Catalogue) -> Result<&Judge> {
        if self.judge.is_none() {
            let statements = self.statements(catalogue, Effort::FirstRow)?;
            let fresh = self.fresh.as_ref();
            self.judge = Some(Judge::new(catalogue, &self.database, &self.blueprint, fresh, &statements)?);
        }
        self.judge.as_ref().ok_or_else(not_open)
    }

    fn judge_all(&mut self, catalogue: &Catalogue) -> Result<Judged> {
        let mut judged = Judged { migration: self.judge_for(catalogue)?.migration().to_vec(), ..Judged::default() };
        for query in &catalogue.queries {
            let parameters = choices::parameters(&self.original, query, Effort::FirstRow, &mut self.chosen)?;
            judged.queries.push(self.judge_query(catalogue, query, parameters)?);
        }
        for cleanup in &catalogue.cleanups {
            let cleanup = self.cleanup(catalogue, &cleanup.id)?;
            judged.cleanups.push(self.judge_cleanup(catalogue, &cleanup)?);
        }
        judged.index_statistics = self.blueprint.statistics.read_as(Statistics::OfFile);
        judged.index_statistics.extend(self.fresh.iter().flat_map(|rows| rows.read_as(Statistics::Fresh)));
        Ok(judged)
    }

    /// Runs documented statements without what their plans rest on: a large index, and the statistics.
    fn try_without(&mut self, catalogue: &Catalogue) -> Result<TriedWithout> {
        let asked = self.statements(catalogue, Effort::MostFrequent)?;
        if self.sizes.is_none() {
            self.sizes = Some(sizes::all(&self.original)?);
        }
        self.judge_for(catalogue)?;
        let clones = self.judge.as_ref().and_then(Judge::first_and_last).ok_or_else(not_open)?;
        let tables: Vec<&str> = catalogue.tables.iter().map(|table| table.name.as_str()).collect();
        let (sizes, original) = (self.sizes.as_deref().unwrap_or_default(), self.original.fork());
        let large_indexes = large_indexes::large_indexes(&self.database, &tables, sizes, &asked, clones, original)?;
        let statistics_effects = match &self.fresh {
            Some(fresh) => {
                statistics_effects::Tried { blueprint: &self.blueprint, original, fresh, asked: &asked }.effects()?
            }
            None => Vec::new(),
        };
        Ok(TriedWithout { large_indexes, statistics_effects })
    }

    /// What the file's indexes are to each other and to the documented statements.
    fn judge_indexes(&mut self, catalogue: &Catalogue, judged: &mut Judged) -> Result<()> {
        let asked = self.statements(catalogue, Effort::FirstRow)?;
        let documented = |name: &str| catalogue.indexes.iter().any(|index| index.name.eq_ignore_ascii_case(name));
        let mut relations = index_relations::relations(&self.database, documented);
        let mut uses = Vec::new();
        self.judge_for(catalogue)?;
        let Some(judge) = &self.judge else { return Ok(()) };
        let plans = DocumentedPlans::new(judge.clones().collect(), asked);
        for relation in &mut relations {
            let instead = (relation.kind == RelationKind::DuplicateOf).then_some(relation.other.as_str());
            relation.n_plans_changed = plans.n_changed(&relation.table, &relation.index, instead)?;
        }
        for table in &self.database.tables {
            let of_guide = catalogue.tables.iter().any(|known| known.name.eq_ignore_ascii_case(&table.name));
            let made = |index: &&Index| index.sql.is_some() && !index.unique;
            let deployed = table.indexes.iter().filter(made).map(|index| (index.name.as_str(), index.partial));
            let created = judge
                .migration()
                .iter()
                .filter(|entry| entry.outcome == Outcome::Created && entry.table.eq_ignore_ascii_case(&table.name));
            let partial = |name: &str| catalogue.index(name).is_some_and(|index| index.where_clause.is_some());
            let created = created.map(|entry| (entry.index.as_str(), partial(&entry.index)));
            for (index, partial) in deployed.chain(created) {
                let n_plans = plans.n_using(index);
                // A documented one is never to be dropped, and each drop has SQLite read all statistics again.
                let keep = n_plans > 0 && documented(index);
                let n_plans_changed = if keep { n_plans } else { plans.n_changed(&table.name, index, None)? };
                uses.push(IndexUse {
                    index: index.into(),
                    table: table.name.clone(),
                    n_plans,
                    n_plans_changed,
                    n_usable: (of_guide && partial).then(|| plans.n_usable(&table.name, index)).flatten(),
                });
            }
        }
        (judged.index_relations, judged.index_uses) = (relations, uses);
        Ok(())
    }

    fn judge_query(
        &mut self,
        catalogue: &Catalogue,
        query: &DocumentedQuery,
        parameters: Vec<Parameter>,
    ) -> Result<QueryReport> {
        let values: Vec<Value> = parameters.iter().map(|parameter| parameter.value.clone()).collect();
        let other_values = choices::last(&self.original, query, &mut self.chosen);
        let judged = self.judge_for(catalogue)?.statement(Asked {
            sql: &query.sql,
            values: &values,
            other_values: other_values.as_deref(),
            claim: query.claim.as_deref(),
        });
        Ok(QueryReport {
            id: query.id.clone(),
            title: query.title.clone(),
            section: query.section.clone(),
            sql: query.sql.clone(),
            parameters,
            claim: judged.claim,
            plan_before: judged.plan_before,
            plan_after: judged.plan_after,
            steps_before: judged.steps_before,
            steps_after: judged.steps_after,
            before: None,
            after: None,
            samples_before: Samples::default(),
            samples_after: Samples::default(),
            change: None,
            error: judged.error,
        })
    }

    fn judge_cleanup(&mut self, catalogue: &Catalogue, cleanup: &DocumentedCleanup) -> Result<CleanupReport> {
        let asked = Asked { sql: &cleanup.sql, values: &[], other_values: None, claim: cleanup.claim.as_deref() };
        let judged = self.judge_for(catalogue)?.statement(asked);
        let now = Instant(snapshot::now());
        Ok(CleanupReport {
            id: cleanup.id.clone(),
            title: cleanup.title.clone(),
            table: cleanup.table.clone(),
            sql: cleanup.sql.clone(),
            retention: format!("{} days", cleanup.retention_days),
            cutoff: now.plus_days(-i64::from(cleanup.retention_days)).sqlite_text(),
            claim: judged.claim,
            plan: judged.plan_before,
            plan_after: judged.plan_after,
            steps_before: judged.steps_before,
            steps_after: judged.steps_after,
            retention_days: cleanup.retention_days,
            error: judged.error,
            ..CleanupReport::default()
        })
    }

    fn migration_entry(&mut self, catalogue: &Catalogue, name: &str) -> Result<IndexReport> {
        let entries = self.judge_for(catalogue)?.migration();
        entries.iter().find(|entry| entry.index == name).cloned().ok_or_else(|| unknown("index", name))
    }

    /// Applies to the candidate whatever the migration has left to do.
    fn finish_migration(&mut self, catalogue: &Catalogue) -> Result<()> {
        let entries = self.judge_for(catalogue)?.migration().to_vec();
        let is_open = |entry: &&IndexReport| {
            entry.outcome == Outcome::Created && !migrate::has_index(&self.candidate, &entry.index)
        };
        for entry in entries.iter().filter(is_open) {
            // A refusal that only the data shows is told by its own step.
            let answer = self.candidate.execute_batch(&entry.documented_sql).map_err(EngineError::from);
            if let Err(error) = answer {
                if error.is_cancelled() {
                    return Err(error);
                }
                let _ = self.candidate.execute_batch(&format!("DROP INDEX IF EXISTS {}", quoted(&entry.index)));
            }
        }
        Ok(())
    }
}

fn not_open() -> EngineError {
    EngineError::new(FailureKind::NotOpen, "No database is open")
}

fn unknown(what: &str, name: &str) -> EngineError {
    EngineError::new(FailureKind::Unknown, format!("There is no {what} called {name}"))
}
