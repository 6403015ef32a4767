//! The documented DELETEs, really executed on scratch forks that are then dropped.

mod blocking;
mod calls;
mod cascade;
mod histogram;
pub mod space;
mod stragglers;
pub mod together;
mod way_down;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, StatementStatus};

use blocking::{blocking_rows, release};

use super::btree_pages;
use super::clock::monotonic_ns;
use super::connection::{Db, ForeignKeys, quoted};
use super::error::{EngineError, Result};
use super::migrate::count_rows;
use super::progress;
use super::scan_status::{Scan, scans};
use super::tally::{Tally, sample};
use crate::domain::catalogue::DocumentedCleanup;
use crate::domain::cleanup::space::Space;
use crate::domain::cleanup::{
    BlockingRows, CleanupReport, DeleteOutcome, Release, RowSample, WithForeignKeys, WithoutForeignKeys,
};
use crate::domain::database::{Database, ForeignKey};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::look_ups::scanned_children;
use crate::domain::plan::PlanRow;
use crate::domain::plan_counts::StepCounts;
use crate::domain::value::Value;
use crate::snapshot::{Fork, PageSet};

/// Rows shown of those that block, and of those that are treated otherwise than expected.
const N_SAMPLES: usize = 5;

/// With foreign keys, what its look-ups cost, without foreign keys, and what it misses.
const N_STAGES: u64 = 4;

/// What the file holds before anything is removed; found out once.
#[derive(Default)]
pub struct AsDropped {
    /// By child table and parent.
    orphans: HashMap<(String, String), u64>,
    /// The inner one is `None` where a page is damaged.
    space: Option<Option<space::Before>>,
    /// By table. Of one of gigabytes each count reads much of the file.
    pub n_rows: HashMap<String, u64>,
}

impl AsDropped {
    pub fn count_rows(&mut self, original: &Db, table: &str) -> Result<u64> {
        if let Some(n_rows) = self.n_rows.get(table) {
            return Ok(*n_rows);
        }
        let n_rows = count_rows(original, table)?;
        self.n_rows.insert(table.to_owned(), n_rows);
        Ok(n_rows)
    }

    fn space(&mut self, original: &Db) -> Result<Option<&space::Before>> {
        if self.space.is_none() {
            // It reads every page; a damaged one must not stop a deletion that never comes near it.
            self.space = Some(unless_damaged(space::Before::read(original))?);
        }
        Ok(self.space.as_ref().and_then(Option::as_ref))
    }
}

/// Fills in what executing the statement tells. `report` comes with its plan and claim.
pub fn preview(
    cleanup: &DocumentedCleanup,
    database: &Database,
    original: &Db,
    before: &mut AsDropped,
    mut report: CleanupReport,
) -> Result<CleanupReport> {
    if report.error.is_some() {
        return Ok(report);
    }
    let fork = original.fork();
    progress::stage(0, N_STAGES);
    let run = with_foreign_keys(cleanup, database, original, before.space(original)?, &report.plan)?;
    if !run.steps.is_empty() {
        report.steps_before = run.steps;
    }
    report.samples = run.tally.samples(database, &cleanup.table);
    report.bytes_freed = Some(run.space.as_ref().map_or(0, |space| space.n_pages_freed() * space.page_size));
    report.space = run.space;
    progress::stage(1, N_STAGES);
    report.look_ups = cascade::read(original, database, before, &run.tally.deleted)?;
    if run.outcome.outcome == DeleteOutcome::Ok {
        report.index_trials = cascade::try_indexes(cleanup, database, fork, &report.look_ups, &run.outcome)?;
    }
    report.n_table_rows = Some(before.count_rows(original, &cleanup.table)?);
    for (_, child) in scanned_children(&report.plan) {
        if database.table(&child).is_some() {
            let n_rows = before.count_rows(original, &child)?;
            report.n_child_rows.insert(child, n_rows);
        }
    }
    report.narrowed = blocking::narrowed(cleanup, database, original, &run.blocking)?;
    report.blocking = run.blocking;
    report.release = run.release;
    let with_keys = run.outcome;
    let touched = with_keys.by_table.keys().chain(with_keys.updated_by_table.keys());
    let alone = with_keys.outcome == DeleteOutcome::Ok && children_of(database, touched).is_empty();
    progress::stage(2, N_STAGES);
    report.foreign_keys_off = Some(if alone {
        // No foreign key refers to any table that it touched: switched off, they change nothing.
        WithoutForeignKeys {
            n_deleted: with_keys.n_deleted,
            by_table: with_keys.by_table.clone(),
            updated_by_table: with_keys.updated_by_table.clone(),
            inserted_by_table: with_keys.inserted_by_table.clone(),
            ..WithoutForeignKeys::default()
        }
    } else {
        without_foreign_keys(cleanup, database, fork, original, before)?
    });
    report.foreign_keys_on = Some(with_keys);
    progress::stage(3, N_STAGES);
    let [missed, without_time] = missed_conditions(cleanup);
    let finished = cleanup.finished.as_deref().unwrap_or("1");
    let counts = count_each(original, &cleanup.table, finished, &[&missed, &without_time])?;
    report.n_missed_by_text_comparison = counts.first().copied();
    report.n_without_time = counts.get(1).copied();
    Ok(report)
}

fn unless_damaged<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Err(error) if Failure::from(&error).kind == FailureKind::Corrupt => Ok(None),
        answer => answer.map(Some),
    }
}

/// Of finished rows: old enough as an instant but not as text; without a time.
fn missed_conditions(cleanup: &DocumentedCleanup) -> [String; 2] {
    let column = quoted(&cleanup.time_column);
    let modifier = format!("'-{} days'", cleanup.retention_days);
    let old = format!("julianday({column}) < julianday('now', {modifier})");
    [format!("{old} AND NOT ({column} < datetime('now', {modifier}))"), format!("{column} IS NULL")]
}

/// Rows of a table among those that meet `all`, by each further condition, counted in one walk.
fn count_each(db: &Db, table: &str, all: &str, conditions: &[&str]) -> Result<Vec<u64>> {
    let counts: Vec<String> =
        conditions.iter().map(|condition| format!("count(*) FILTER (WHERE {condition})")).collect();
    let sql = format!("SELECT {} FROM main.{} WHERE {all}", counts.join(", "), quoted(table));
    let counts = db.query_row(&sql, [], |row| {
        (0..conditions.len()).map(|at| row.get::<_, i64>(at).map(i64::unsigned_abs)).collect()
    });
    Ok(counts?)
}

struct Run {
    outcome: WithForeignKeys,
    /// Of what goes, or would go if nothing blocked it.
    tally: Tally,
    /// Empty when it was stopped half-way.
    steps: Vec<StepCounts>,
    /// `None` when it failed, or when a page of the file is damaged.
    space: Option<Space>,
    blocking: Vec<BlockingRows>,
    release: Option<Release>,
}

/// Runs the statement as the application would. When a foreign key stops it, it is run again with all constraints
/// checked at COMMIT, so that what blocks can be looked at before it is taken back.
fn with_foreign_keys(
    cleanup: &DocumentedCleanup,
    database: &Database,
    original: &Db,
    before: Option<&space::Before>,
    plan: &[PlanRow],
) -> Result<Run> {
    let fork = original.fork();
    let steps = |ran: Executed| btree_pages::count(original, fork, &ran.pages, plan, ran.scans);
    let Deletion { db, tally, answer, elapsed_ns, checked } =
        delete(cleanup, fork, ForeignKeys::On, Checked::AsDeclared, plan)?;
    let start = monotonic_ns();
    let answer = answer.map(|ran| (ran, db.execute_batch("COMMIT").err().map(EngineError::from)));
    let elapsed_ns = elapsed_ns + monotonic_ns().saturating_sub(start);
    let (error, refused) = match answer {
        Ok((ran, None)) => {
            let own = of_table(&tally.deleted, &cleanup.table);
            let outcome = WithForeignKeys {
                outcome: DeleteOutcome::Ok,
                error: None,
                n_deleted: own,
                by_table: tally.deleted.clone(),
                updated_by_table: tally.updated.clone(),
                inserted_by_table: tally.inserted.clone(),
                elapsed_ns,
                vm_steps: ran.vm_steps,
                n_matching: own,
            };
            let steps = steps(ran)?;
            let measured = before.map(|before| unless_damaged(space::measure(before, database, fork, &db)));
            let space = measured.transpose()?.flatten();
            return Ok(Run { outcome, tally, steps, space, blocking: Vec::new(), release: None });
        }
        Ok((ran, Some(error))) => (error, (checked == Checked::AtCommit).then_some((db, tally, ran))),
        Err(error) => (error, None),
    };
    if error.is_cancelled() {
        return Err(error);
    }
    let mut run = Run {
        outcome: WithForeignKeys {
            outcome: DeleteOutcome::Failed,
            error: Some(error.words()),
            elapsed_ns,
            ..WithForeignKeys::default()
        },
        tally: Tally::default(),
        steps: Vec::new(),
        space: None,
        blocking: Vec::new(),
        release: None,
    };
    if is_violation(&error) {
        run.outcome.outcome = DeleteOutcome::ForeignKeyViolation;
        let refused = refused.map_or_else(|| delete_up_to_commit(cleanup, fork, plan), |refused| Ok(Some(refused)))?;
        if let Some((db, tally, ran)) = refused {
            run.steps = steps(ran)?;
            run.outcome.n_matching = of_table(&tally.deleted, &cleanup.table);
            run.blocking = blocking_rows(&db, database, original, &tally)?;
            run.release = release(&db, cleanup, database, &run.blocking, &tally)?;
            run.tally = tally;
            return Ok(run);
        }
    }
    // What was stopped half-way says nothing about how many rows there were.
    run.outcome.n_matching = n_matching(cleanup, fork)?;
    Ok(run)
}

/// The statement with all constraints checked at COMMIT, which is not tried. `None` when a trigger stops it as well.
fn delete_up_to_commit(
    cleanup: &DocumentedCleanup,
    fork: &Fork,
    plan: &[PlanRow],
) -> Result<Option<(Db, Tally, Executed)>> {
    let Deletion { db, tally, answer, .. } = delete(cleanup, fork, ForeignKeys::On, Checked::AtCommit, plan)?;
    match answer {
        Ok(ran) => Ok(Some((db, tally, ran))),
        Err(error) if error.is_cancelled() => Err(error),
        Err(_) => Ok(None),
    }
}

struct Deletion {
    db: Db,
    tally: Tally,
    /// The transaction is still open.
    answer: Result<Executed>,
    elapsed_ns: u64,
    /// When foreign keys were checked in truth.
    checked: Checked,
}

/// When foreign keys are checked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Checked {
    /// RESTRICT at once, the others at the statement's end or at COMMIT.
    AsDeclared,
    AtCommit,
}

/// The statement in a transaction. Nothing needs to be taken back, so nothing is journaled; only a statement that fails
/// is run again with a journal, to hear SQLite's words. Where all foreign keys are checked at the statement's end, COMMIT
/// checks the same, and what it refuses can be looked at without another run.
fn delete(
    cleanup: &DocumentedCleanup,
    fork: &Fork,
    foreign_keys: ForeignKeys,
    checked: Checked,
    plan: &[PlanRow],
) -> Result<Deletion> {
    let run = |db: Db, checked: Checked| -> Result<Deletion> {
        db.execute_batch("BEGIN")?;
        if checked == Checked::AtCommit {
            db.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        }
        let start = monotonic_ns();
        let (tally, answer) = Tally::of(&db, || execute(&db, &cleanup.sql, plan));
        let elapsed_ns = monotonic_ns().saturating_sub(start);
        Ok(Deletion { db, tally, answer, elapsed_ns, checked })
    };
    let db = Db::open_unjournaled(fork.fork(), foreign_keys)?;
    let all_wait = foreign_keys == ForeignKeys::On && all_checked_at_the_end(&db)?;
    let quick = run(db, if all_wait { Checked::AtCommit } else { checked })?;
    match &quick.answer {
        Err(error) if !error.is_cancelled() => run(Db::open_to_change(fork.fork(), foreign_keys)?, checked),
        _ => Ok(quick),
    }
}

/// Whether no foreign key is RESTRICT, which is checked at once, or deferred. A table that only speaks of them is none
/// the worse for it.
fn all_checked_at_the_end(db: &Db) -> Result<bool> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE sql LIKE '%restrict%' OR sql LIKE '%deferr%')";
    Ok(db.query_row(sql, [], |row| row.get(0))?)
}

/// RESTRICT is a trigger of SQLite's own, which raises with the words of a foreign key and the code of a trigger.
fn is_violation(error: &EngineError) -> bool {
    match error.sqlite_code() {
        Some(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => true,
        Some(rusqlite::ffi::SQLITE_CONSTRAINT_TRIGGER) => error.words() == "FOREIGN KEY constraint failed",
        _ => false,
    }
}

/// Rows that the statement's own condition finds.
fn n_matching(cleanup: &DocumentedCleanup, fork: &Fork) -> Result<u64> {
    let db = Db::open(fork.fork(), ForeignKeys::Off)?;
    Ok(count_each(&db, &cleanup.table, cleanup.condition(), &["1"])?.into_iter().sum())
}

/// What a statement that ran to its end counted.
struct Executed {
    vm_steps: u64,
    /// Of the steps of its plan.
    scans: Vec<Scan>,
    pages: PageSet,
}

fn execute(db: &Db, sql: &str, plan: &[PlanRow]) -> Result<Executed> {
    let mut statement = db.prepare(sql)?;
    db.fork().reset_counters();
    statement.execute([])?;
    Ok(Executed {
        vm_steps: u64::from(statement.get_status(StatementStatus::VmStep).unsigned_abs()),
        scans: scans(db, sql, plan),
        pages: db.fork().pages_read(),
    })
}

/// The rows that `sql` selects, of `n_rows` of a table.
fn sample_of(db: &Db, sql: &str, table: &str, n_rows: u64) -> Result<RowSample> {
    let mut statement = db.prepare(sql)?;
    let names: Vec<String> = statement.column_names().map(Into::into).collect();
    let mut found = statement.query([])?;
    let mut shown = Vec::new();
    while let Some(row) = found.next()? {
        let row: Vec<Value> =
            (0..names.len()).map(|at| row.get_ref(at).map(Value::from)).collect::<rusqlite::Result<_>>()?;
        shown.push(row);
    }
    Ok(sample(table, n_rows, names, &shown))
}

fn of_table(counts: &BTreeMap<String, u64>, table: &str) -> u64 {
    counts.iter().find(|(name, _)| name.eq_ignore_ascii_case(table)).map_or(0, |(_, n)| *n)
}

fn without_foreign_keys(
    cleanup: &DocumentedCleanup,
    database: &Database,
    fork: &Fork,
    original: &Db,
    before: &mut AsDropped,
) -> Result<WithoutForeignKeys> {
    let Deletion { db, tally, answer, .. } = delete(cleanup, fork, ForeignKeys::Off, Checked::AsDeclared, &[])?;
    if let Err(error) = answer {
        if error.is_cancelled() {
            return Err(error);
        }
        return Ok(WithoutForeignKeys { error: Some(error.words()), ..WithoutForeignKeys::default() });
    }
    Ok(WithoutForeignKeys {
        n_deleted: of_table(&tally.deleted, &cleanup.table),
        orphans: orphans_left(&db, database, original, &tally.deleted, before)?,
        by_table: tally.deleted,
        updated_by_table: tally.updated,
        inserted_by_table: tally.inserted,
        error: None,
    })
}

/// Rows that name nothing since rows of the tables in `deleted` went, by child table.
fn orphans_left(
    db: &Db,
    database: &Database,
    original: &Db,
    deleted: &BTreeMap<String, u64>,
    before: &mut AsDropped,
) -> Result<BTreeMap<String, u64>> {
    let pairs: BTreeSet<(String, String)> = children_of(database, deleted.keys())
        .into_iter()
        .map(|(child, key)| (child.to_owned(), key.parent.to_ascii_lowercase()))
        .collect();
    let mut left = BTreeMap::new();
    for pair in pairs {
        let (child, parent) = (pair.0.clone(), pair.1.clone());
        let n_before = match before.orphans.get(&pair) {
            Some(n) => *n,
            None => *before.orphans.entry(pair).or_insert(orphans(original, &child, &parent)?),
        };
        let n = orphans(db, &child, &parent)?.saturating_sub(n_before);
        if n > 0 {
            *left.entry(child).or_insert(0) += n;
        }
    }
    Ok(left)
}

/// Every foreign key that names one of `parents`, with its table.
fn children_of<'a>(
    database: &'a Database,
    parents: impl Iterator<Item = &'a String>,
) -> Vec<(&'a str, &'a ForeignKey)> {
    let parents: Vec<&String> = parents.collect();
    let keys = database.tables.iter().flat_map(|table| table.foreign_keys.iter().map(|key| (table.name.as_str(), key)));
    keys.filter(|(_, key)| parents.iter().any(|parent| parent.eq_ignore_ascii_case(&key.parent))).collect()
}

/// Rows of `child` that name a row of `parent` which is not there, as SQLite's own check finds them.
fn orphans(db: &Db, child: &str, parent: &str) -> Result<u64> {
    // Rows of a table WITHOUT ROWID come without a number and count as they come.
    let sql = "SELECT count(DISTINCT \"rowid\") + count(*) - count(\"rowid\") FROM pragma_foreign_key_check(?1)
               WHERE \"parent\" = ?2 COLLATE NOCASE";
    let count = db.query_row(sql, [child, parent], |row| row.get::<_, i64>(0));
    match count {
        Ok(n) => Ok(n.unsigned_abs()),
        Err(error) => {
            let error = EngineError::from(error);
            // A foreign key to a table that is not there cannot be checked; nothing can be orphaned by it either.
            if error.is_cancelled() { Err(error) } else { Ok(0) }
        }
    }
}

fn pragma(connection: &Connection, name: &str) -> Result<u64> {
    Ok(connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

fn page_size(connection: &Connection) -> Result<u64> {
    pragma(connection, "page_size")
}
