//! All clean-ups one after the other, in every order, and the script that lets them finish, run as it is written.

use std::collections::{BTreeMap, HashMap};

use super::blocking::{blocking_rows, release};
use super::{AsDropped, Checked, Deletion, delete, is_violation, n_matching, of_table, orphans_left, pragma};
use crate::domain::catalogue::DocumentedCleanup;
use crate::domain::cleanup::script::{LeftOut, PREPARATION, Script, ScriptStep, batch_rows};
use crate::domain::cleanup::together::{Sequence, SequenceRun, Together};
use crate::domain::database::{Database, Table};
use crate::domain::instant::Instant;
use crate::engine::clock::monotonic_ns;
use crate::engine::connection::{Db, ForeignKeys};
use crate::engine::error::{EngineError, Result};
use crate::engine::progress;
use crate::engine::rows::key_of;
use crate::engine::tally::Tally;
use crate::snapshot::{self, Fork};

/// Other orders are tried for this long.
const SEARCH_NS: u64 = 3_000_000_000;

pub fn preview(
    cleanups: &[DocumentedCleanup],
    database: &Database,
    original: &Db,
    before: &mut AsDropped,
) -> Result<Together> {
    let mut search = Search { cleanups, ..Search::default() };
    search.walk(original.fork().fork(), Sequence::default())?;
    let foreign_keys_on = search.documented.unwrap_or_default();
    let best = search.best.unwrap_or_default();
    let mut off = Sequence::default();
    let mut fork = original.fork().fork();
    for (at, cleanup) in cleanups.iter().enumerate() {
        progress::stage((cleanups.len() + at) as u64, 3 * cleanups.len() as u64);
        fork = run(cleanup, fork, ForeignKeys::Off, &mut off)?;
    }
    off.orphans = orphans_left(&Db::open(fork, ForeignKeys::Off)?, database, original, &off.by_table, before)?;
    let script = script(&best, cleanups, database, original)?;
    let n_orders = (1..=cleanups.len() as u64).product();
    Ok(Together { foreign_keys_on, foreign_keys_off: off, best, n_orders_tried: search.n_tried, n_orders, script })
}

/// Runs one statement behind the others and answers the fork that it leaves behind.
fn run(cleanup: &DocumentedCleanup, fork: Fork, foreign_keys: ForeignKeys, sequence: &mut Sequence) -> Result<Fork> {
    let Deletion { db, tally, answer, elapsed_ns, .. } =
        delete(cleanup, &fork, foreign_keys, Checked::AsDeclared, &[])?;
    let answer = answer.and_then(|ran| Ok(db.execute_batch("COMMIT").map(|()| ran.vm_steps)?));
    sequence.elapsed_ns += elapsed_ns;
    let mut ran = SequenceRun { cleanup: cleanup.id.clone(), elapsed_ns, ..SequenceRun::default() };
    let after = match answer {
        Ok(vm_steps) => {
            ran.n_deleted = of_table(&tally.deleted, &cleanup.table);
            ran.n_changes = n_changes(&tally);
            sequence.vm_steps += vm_steps;
            add(&mut sequence.by_table, tally.deleted);
            add(&mut sequence.updated_by_table, tally.updated);
            add(&mut sequence.inserted_by_table, tally.inserted);
            db.into_fork()
        }
        Err(error) if error.is_cancelled() => return Err(error),
        Err(error) => {
            ran.error = Some(error.words());
            fork
        }
    };
    sequence.runs.push(ran);
    Ok(after)
}

fn add(counts: &mut BTreeMap<String, u64>, more: BTreeMap<String, u64>) {
    more.into_iter().for_each(|(table, n)| *counts.entry(table).or_default() += n);
}

/// Every order, the documented one first and, where nothing stops a statement in it, alone. What begins alike is run
/// once, what cannot become the best is not ended, and what failed is not run again on the same rows.
#[derive(Default)]
struct Search<'a> {
    cleanups: &'a [DocumentedCleanup],
    /// Set once the documented order is done.
    deadline_ns: Option<u64>,
    documented: Option<Sequence>,
    best: Option<Sequence>,
    n_tried: u64,
    /// Runs that failed, by the statements that had finished before, in their order.
    failed: HashMap<Vec<String>, Vec<SequenceRun>>,
}

impl Search<'_> {
    fn walk(&mut self, fork: Fork, so_far: Sequence) -> Result<()> {
        if so_far.runs.len() == self.cleanups.len() {
            if self.documented.is_none() {
                self.documented = Some(so_far.clone());
                self.deadline_ns = Some(monotonic_ns().saturating_add(SEARCH_NS));
            }
            self.n_tried += 1;
            self.best = Some(so_far);
            return Ok(());
        }
        for cleanup in self.cleanups {
            let is_over = self.deadline_ns.is_some_and(|deadline_ns| monotonic_ns() > deadline_ns);
            let needs_none = self.documented.as_ref().is_some_and(|documented| documented.n_failed() == 0);
            if is_over || needs_none || so_far.runs.iter().any(|run| run.cleanup == cleanup.id) {
                continue;
            }
            let mut sequence = so_far.clone();
            // Other orders are the rest of the last stage.
            let at = if self.documented.is_none() { so_far.runs.len() } else { self.cleanups.len() - 1 };
            progress::stage(at as u64, 3 * self.cleanups.len() as u64);
            let after = self.run(cleanup, fork.fork(), &mut sequence)?;
            if self.best.as_ref().is_none_or(|best| !sequence.is_no_better_than(best)) {
                self.walk(after, sequence)?;
            } else {
                // It and all that begin like it are judged.
                self.n_tried += (1..=(self.cleanups.len() - sequence.runs.len()) as u64).product::<u64>();
            }
        }
        Ok(())
    }

    fn run(&mut self, cleanup: &DocumentedCleanup, fork: Fork, sequence: &mut Sequence) -> Result<Fork> {
        let finished = sequence.runs.iter().filter(|run| run.error.is_none()).map(|run| run.cleanup.clone()).collect();
        let failed = self.failed.entry(finished).or_default();
        if let Some(known) = failed.iter().find(|run| run.cleanup == cleanup.id) {
            sequence.elapsed_ns += known.elapsed_ns;
            sequence.runs.push(known.clone());
            return Ok(fork);
        }
        let after = run(cleanup, fork, ForeignKeys::On, sequence)?;
        failed.extend(sequence.runs.last().filter(|run| run.error.is_some()).cloned());
        Ok(after)
    }
}

/// The statements in the order of `best`, with the references released that block them, as a file whose statements
/// were run.
fn script(best: &Sequence, cleanups: &[DocumentedCleanup], database: &Database, original: &Db) -> Result<Script> {
    let mut script = Script { now: Instant(snapshot::now()), ..Script::default() };
    let mut fork = original.fork().fork();
    for ran in &best.runs {
        let Some(cleanup) = cleanups.iter().find(|cleanup| cleanup.id == ran.cleanup) else { continue };
        let Some(table) = database.table(&cleanup.table) else { continue };
        // Until a reference is released the rows are the very ones that the search met.
        let is_known = ran.error.is_none()
            && script.left_out.is_empty()
            && script.steps.iter().all(|step| step.releases.is_empty());
        let known = is_known.then_some(ran);
        let (at, n_runs) = (script.steps.len() + script.left_out.len(), best.runs.len());
        progress::stage((2 * n_runs + at) as u64, 3 * n_runs as u64);
        let (mut step, why) = step(cleanup, table, database, original, &fork, known)?;
        let mut tried = if why.is_some() { None } else { try_step(&step, &script, &fork)? };
        if tried.is_none() && why.is_none() && step.n_batches() > 1 {
            // A row may refer to one of another batch.
            step.batch_rows = step.n_rows;
            tried = try_step(&step, &script, &fork)?;
        }
        match tried {
            Some((after, tally)) => {
                step.n_changes = n_changes(&tally);
                add(&mut script.by_table, tally.deleted);
                script.steps.push(step);
                fork = after;
            }
            None => script.left_out.push(LeftOut {
                cleanup: cleanup.id.clone(),
                title: cleanup.title.clone(),
                why: why.unwrap_or_else(|| "It finishes in one piece only".into()),
            }),
        }
    }
    let db = Db::open(fork, ForeignKeys::On)?;
    let size = |db: &Db| Ok::<u64, EngineError>(pragma(db, "page_count")? * pragma(db, "page_size")?);
    script.bytes_after = size(&db)?;
    let used =
        script.bytes_after - (pragma(&db, "freelist_count")? * pragma(&db, "page_size")?).min(script.bytes_after);
    if used <= super::space::VACUUM_LIMIT_BYTES {
        db.execute_batch("VACUUM")?;
        script.bytes_vacuumed = Some(size(&db)?);
    }
    Ok(script)
}

/// The step in one piece, and why it does not finish.
fn step(
    cleanup: &DocumentedCleanup,
    table: &Table,
    database: &Database,
    original: &Db,
    fork: &Fork,
    known: Option<&SequenceRun>,
) -> Result<(ScriptStep, Option<String>)> {
    let mut step = ScriptStep {
        cleanup: cleanup.id.clone(),
        title: cleanup.title.clone(),
        table: table.name.clone(),
        key: key_of(table),
        condition: cleanup.condition().to_owned(),
        ..ScriptStep::default()
    };
    if let Some(ran) = known {
        (step.elapsed_ns, step.n_changes) = (ran.elapsed_ns, ran.n_changes);
        step.n_rows = n_matching(cleanup, fork)?;
        step.batch_rows = batch_rows(step.n_rows, step.elapsed_ns);
        return Ok((step, None));
    }
    let Deletion { mut db, tally: mut ran, answer, elapsed_ns, checked } =
        delete(cleanup, fork, ForeignKeys::On, Checked::AsDeclared, &[])?;
    step.elapsed_ns = elapsed_ns;
    let mut n_released = 0;
    if let Err(error) = answer.and_then(|_| Ok(db.execute_batch("COMMIT")?)) {
        let refused = (step.clone(), Some(error.words()));
        if error.is_cancelled() {
            return Err(error);
        }
        if !is_violation(&error) {
            return Ok(refused);
        }
        if checked == Checked::AsDeclared {
            let deferred = delete(cleanup, fork, ForeignKeys::On, Checked::AtCommit, &[])?;
            if deferred.answer.is_err() {
                return Ok(refused);
            }
            (db, ran, step.elapsed_ns) = (deferred.db, deferred.tally, deferred.elapsed_ns);
        }
        let blocking = blocking_rows(&db, database, original, &ran)?;
        let Some(release) = release(&db, cleanup, database, &blocking, &ran)? else { return Ok(refused) };
        (step.releases, n_released) = (release.updates, release.n_released);
    }
    step.n_rows = n_matching(cleanup, fork)?;
    step.n_changes = n_changes(&ran) + n_released;
    step.batch_rows = batch_rows(step.n_rows, step.elapsed_ns);
    Ok((step, None))
}

fn n_changes(tally: &Tally) -> u64 {
    [&tally.deleted, &tally.updated, &tally.inserted].into_iter().flat_map(BTreeMap::values).sum()
}

/// Runs the statements of a step as the file has them. `None` when SQLite refuses one.
fn try_step(step: &ScriptStep, script: &Script, fork: &Fork) -> Result<Option<(Fork, Tally)>> {
    let db = Db::open_to_change(fork.fork(), ForeignKeys::On)?;
    db.execute_batch(PREPARATION)?;
    let (tally, answer) = Tally::of(&db, || db.execute_batch(&step.to_sql(1, script.now)));
    match answer.map_err(EngineError::from) {
        Ok(()) => Ok(Some((db.into_fork(), tally))),
        Err(error) if error.is_cancelled() => Err(error),
        Err(_) => Ok(None),
    }
}
