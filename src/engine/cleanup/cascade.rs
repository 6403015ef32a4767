//! The look-ups down the cascade, and indexes on children that are read from end to end, really tried.

use std::collections::BTreeMap;

use super::{AsDropped, Checked, Deletion, children_of, delete, of_table};
use crate::domain::catalogue::DocumentedCleanup;
use crate::domain::cleanup::WithForeignKeys;
use crate::domain::cleanup::cascade::{IndexTrial, LookUp};
use crate::domain::database::Database;
use crate::domain::look_ups::look_ups;
use crate::domain::plan::Step;
use crate::domain::words::identifier;
use crate::engine::connection::{Db, ForeignKeys, quoted};
use crate::engine::error::Result;
use crate::engine::plan::explain;
use crate::engine::rows::key_of;
use crate::engine::sizes;
use crate::snapshot::Fork;

/// Children that are tried with an index of their own.
const N_TRIALS: usize = 2;

/// A deletion that takes longer is tried on as many of its rows as go in this time.
const TRIAL_NS: u64 = 200_000_000;

/// What EXPLAIN QUERY PLAN says of removing one row of each table that loses rows.
pub fn read(
    original: &Db,
    database: &Database,
    before: &mut AsDropped,
    deleted: &BTreeMap<String, u64>,
) -> Result<Vec<LookUp>> {
    let mut found = Vec::new();
    for (parent, n_times) in deleted {
        // A table that no key refers to is looked up in no other, and may be one that only its module writes to.
        if children_of(database, [parent].into_iter()).is_empty() {
            continue;
        }
        let plan = explain(original, &format!("DELETE FROM {}", quoted(parent)), &[])?;
        for row in look_ups(&plan) {
            let (access, is_scan) = match row.step() {
                Step::Scan(access) => (access, true),
                Step::Search(access) => (access, false),
                _ => continue,
            };
            // A table that triggers or another statement read is no child.
            let Some(child) = database.table(&access.table) else { continue };
            let n_child_rows = if is_scan { Some(before.count_rows(original, &child.name)?) } else { None };
            found.push(LookUp {
                parent: parent.clone(),
                child: child.name.clone(),
                detail: row.detail.clone(),
                n_times: *n_times,
                is_scan,
                n_child_rows,
            });
        }
    }
    found.sort_by_key(|look_up| std::cmp::Reverse((look_up.n_read(), look_up.n_times)));
    Ok(found)
}

/// Runs the deletion once more for each of the dearest scans, with an index on its child.
pub fn try_indexes(
    cleanup: &DocumentedCleanup,
    database: &Database,
    fork: &Fork,
    look_ups: &[LookUp],
    whole: &WithForeignKeys,
) -> Result<Vec<IndexTrial>> {
    let mut trials: Vec<IndexTrial> = Vec::new();
    let mut base = None;
    for look_up in look_ups.iter().filter(|look_up| look_up.n_read().is_some_and(|n| n > 0)) {
        let known = trials.iter().any(|trial| trial.table == look_up.child && trial.parent == look_up.parent);
        if trials.len() == N_TRIALS || known {
            continue;
        }
        let child = database.table(&look_up.child);
        let keys = child.iter().flat_map(|child| &child.foreign_keys);
        let mut keys = keys.filter(|key| !key.child_indexed && key.parent.eq_ignore_ascii_case(&look_up.parent));
        let Some(key) = keys.next() else { continue };
        let without = match &base {
            Some(without) => without,
            None => base.insert(Without::run(cleanup, database, fork, whole)?),
        };
        let columns: Vec<String> = key.columns.iter().map(|column| identifier(column)).collect();
        let name = format!("idx_{}_{}", look_up.child, key.columns.join("_"));
        let on = format!("ON {}({})", identifier(&look_up.child), columns.join(", "));
        let db = Db::open_unjournaled(fork.fork(), ForeignKeys::On)?;
        db.execute_batch(&format!("CREATE INDEX cortex_trial {on}"))?;
        let bytes = sizes::of_index(&db, "cortex_trial")?.bytes;
        let fork = db.into_fork();
        let Deletion { answer, elapsed_ns, .. } =
            delete(&without.cleanup, &fork, ForeignKeys::On, Checked::AsDeclared, &[])?;
        trials.push(IndexTrial {
            table: look_up.child.clone(),
            parent: look_up.parent.clone(),
            sql: format!("CREATE INDEX {} {on};", identifier(&name)),
            n_rows: without.n_rows,
            vm_steps_without: without.vm_steps,
            vm_steps_with: answer?.vm_steps,
            elapsed_without_ns: without.elapsed_ns,
            elapsed_with_ns: elapsed_ns,
            bytes,
        });
    }
    Ok(trials)
}

/// What trials are compared with: the deletion, or some of it.
struct Without {
    cleanup: DocumentedCleanup,
    n_rows: Option<u64>,
    vm_steps: u64,
    elapsed_ns: u64,
}

impl Without {
    fn run(cleanup: &DocumentedCleanup, database: &Database, fork: &Fork, whole: &WithForeignKeys) -> Result<Self> {
        let all =
            Self { cleanup: cleanup.clone(), n_rows: None, vm_steps: whole.vm_steps, elapsed_ns: whole.elapsed_ns };
        let n_rows = u128::from(whole.n_deleted) * u128::from(TRIAL_NS) / u128::from(whole.elapsed_ns.max(1));
        let Some(table) = database.table(&cleanup.table).filter(|_| n_rows < u128::from(whole.n_deleted) / 2) else {
            return Ok(all);
        };
        let (name, key, n_rows) = (identifier(&table.name), key_of(table).join(", "), n_rows.max(1));
        let part = DocumentedCleanup {
            sql: format!(
                "DELETE FROM {name} WHERE ({key}) IN (SELECT {key} FROM {name} WHERE {} LIMIT {n_rows})",
                cleanup.condition()
            ),
            ..cleanup.clone()
        };
        let Deletion { tally, answer, elapsed_ns, .. } =
            delete(&part, fork, ForeignKeys::On, Checked::AsDeclared, &[])?;
        match answer {
            Ok(ran) => Ok(Self {
                n_rows: Some(of_table(&tally.deleted, &cleanup.table)),
                cleanup: part,
                vm_steps: ran.vm_steps,
                elapsed_ns,
            }),
            Err(error) if error.is_cancelled() => Err(error),
            // A row that stays holds one of these.
            Err(_) => Ok(all),
        }
    }
}
