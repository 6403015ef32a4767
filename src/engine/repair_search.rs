//! Looks for the definition of each documented index that makes every claim on it hold.
//!
//! First on plan clones, where an index costs nothing: the documented definition, the same without its WHERE, and
//! whatever the claiming statements themselves suggest ([`crate::domain::index_candidates`]). A definition is judged by
//! the claims that hold with it under every kind of statistics, on all statements at once, so that a gain for one is no
//! loss for another. The best few are then really built on a fork and analysed, because the statistics of an index that
//! is not there yet can only be had from rows.

use std::cmp::Reverse;

use rusqlite::StatementStatus;

use super::clock::monotonic_ns;
use super::connection::{Db, ForeignKeys, quoted};
use super::error::{EngineError, Result};
use super::judge::documented_in_place;
use super::plan::bind;
use super::plan_clone::{Blueprint, StatisticsRows};
use super::repair::analyze;
use super::schema_state::SchemaState;
use super::sizes;
use super::statement::{Statement, claiming};
use crate::domain::catalogue::Catalogue;
use crate::domain::database::{Database, Index};
use crate::domain::index_candidates::{IndexShape, candidates};
use crate::domain::index_definition::{IndexDefinition, parse_index, same_meaning};
use crate::domain::migration::{IndexReport, Outcome};
use crate::domain::plan::{Step, accesses_of, costly_steps};
use crate::domain::repair_trial::{BuiltIndex, DroppedIndex, Redefinition};
use crate::domain::table_terms::table_terms;
use crate::snapshot::Fork;

/// Definitions of one index that are really built.
const N_BUILT: usize = 3;

/// After an index that took longer than this, no other definition of it is built unless claims still fail.
const SLOW_BUILD_NS: u64 = 100_000_000;

/// What is known before the search.
pub struct Search<'a> {
    pub catalogue: &'a Catalogue,
    pub database: &'a Database,
    pub blueprint: &'a Blueprint,
    /// Of an ANALYZE on a copy with the documented indexes.
    pub fresh: Option<&'a StatisticsRows>,
    pub migration: &'a [IndexReport],
    pub statements: &'a [Statement],
    /// Rows of each index that ANALYZE reads; all of them when `None`.
    pub analysis_limit: Option<u32>,
}

/// What the search found.
pub struct Found {
    pub redefinitions: Vec<Redefinition>,
    pub built: Vec<BuiltIndex>,
    /// Definitions that SQLite was asked about.
    pub n_tried: u64,
    /// The file with every documented index, as documented or redefined. It has the statistics of its last ANALYZE.
    pub repaired: Db,
}

/// One definition for a documented name.
#[derive(Clone)]
struct Definition {
    sql: String,
    drops: Vec<DroppedIndex>,
    documented: bool,
}

impl Definition {
    fn documented(sql: &str) -> Self {
        Self { sql: sql.into(), drops: Vec::new(), documented: true }
    }

    /// The statements that put it in the place of whatever has its name.
    fn statements(&self, name: &str) -> Vec<String> {
        let names = std::iter::once(name).chain(self.drops.iter().map(|dropped| dropped.name.as_str()));
        let drops = names.map(|name| format!("DROP INDEX IF EXISTS {}", quoted(name)));
        drops.chain(std::iter::once(self.sql.clone())).collect()
    }
}

/// What a definition is worth; the greatest is the best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Worth {
    /// Claims on the index that hold under every kind of statistics, and claims of all statements that do.
    n_hold: usize,
    n_hold_of_all: usize,
    /// The documented definition is changed for a reason only.
    documented: bool,
    n_dropped: Reverse<usize>,
    /// Sorts and scans in the plans of the claiming statements.
    n_costly: Reverse<usize>,
    /// What the claiming statements that read need in SQLite's virtual machine; 0 until it is built.
    n_vm_steps: Reverse<u64>,
    /// Terms that SQLite looks up in the index.
    n_terms: usize,
    n_columns: Reverse<usize>,
}

impl Search<'_> {
    /// Runs the search. `candidate` is the file with the documented statements that SQLite accepts.
    pub fn run(&self, candidate: &Db) -> Result<Found> {
        let mut found = Found {
            redefinitions: Vec::new(),
            built: Vec::new(),
            n_tried: 0,
            repaired: Db::open(candidate.fork().fork(), ForeignKeys::On)?,
        };
        let kinds = self.blueprint.kinds(self.fresh);
        let state = SchemaState::build(self.blueprint, &[], &kinds, ForeignKeys::On)?;
        for entry in self.migration {
            if entry.outcome == Outcome::AlreadyPresent && entry.error.is_some() {
                // It serves, and no row can enter its table any more.
                let drop = format!("DROP INDEX IF EXISTS {}", quoted(&entry.index));
                found.repaired.execute_batch(&drop)?;
                state.apply(&[drop])?;
            }
            let Some(definition) = usual(entry) else { continue };
            let statements = definition.statements(&entry.index);
            state.apply(&statements)?;
            if entry.outcome != Outcome::Created {
                found.build(entry, &definition)?;
            }
        }
        for entry in self.migration.iter().filter(|entry| is_open(entry)) {
            let claiming: Vec<&Statement> = claiming(self.statements, &entry.index).collect();
            if n_hold(&state, &claiming) < claiming.len() {
                self.redefine(entry, &claiming, &state, &mut found)?;
            }
        }
        Ok(found)
    }

    /// Finds a better definition for one index and puts it into `state` and `found`.
    fn redefine(
        &self,
        entry: &IndexReport,
        claiming: &[&Statement],
        state: &SchemaState,
        found: &mut Found,
    ) -> Result<()> {
        let mut ranked: Vec<(Worth, Definition)> = Vec::new();
        for definition in self.definitions(entry, claiming) {
            let ask = |state: &SchemaState| {
                let stays = definition.documented || !documented_serves(state, entry, claiming)?;
                Ok(stays.then(|| self.worth(state, entry, claiming, &definition)))
            };
            if let Some(Some(worth)) = state.trying(&definition.statements(&entry.index), ask)? {
                ranked.push((worth, definition));
            }
        }
        found.n_tried += ranked.len() as u64;
        ranked.sort_by_key(|(worth, _)| Reverse(*worth));
        let mut best: Option<(Worth, Definition, Db, BuiltIndex)> = None;
        for (_, definition) in ranked.into_iter().take(N_BUILT) {
            let fork = found.repaired.fork().fork();
            let Some((db, built)) = build(fork, &entry.table, &entry.index, &definition)? else { continue };
            let statistics = analyze(&db, Some(&entry.table), self.analysis_limit)?;
            let blueprint = Blueprint::read(&db)?;
            let kinds = blueprint.kinds(Some(&statistics));
            let analyzed = SchemaState::build(&blueprint, &[], &kinds, ForeignKeys::On)?;
            if documented_serves(&analyzed, entry, claiming)? && !definition.documented {
                continue;
            }
            let mut worth = self.worth(&analyzed, entry, claiming, &definition);
            worth.n_vm_steps = Reverse(if built.n_rows > 0 { vm_steps(&db, claiming)? } else { 0 });
            let slow = built.elapsed_ns > SLOW_BUILD_NS;
            if best.as_ref().is_none_or(|(other, ..)| worth > *other) {
                best = Some((worth, definition, db, built));
            }
            if slow && worth.n_hold == claiming.len() {
                break;
            }
        }
        let Some((_, definition, db, built)) = best else { return Ok(()) };
        state.apply(&definition.statements(&entry.index))?;
        found.repaired = db;
        found.built.retain(|other| other.index != entry.index);
        found.built.push(built);
        if !definition.documented {
            found.redefinitions.push(Redefinition {
                index: entry.index.clone(),
                table: entry.table.clone(),
                sql: definition.sql,
                drops: definition.drops,
            });
        }
        Ok(())
    }

    fn worth(&self, state: &SchemaState, entry: &IndexReport, claiming: &[&Statement], of: &Definition) -> Worth {
        let all: Vec<&Statement> = self.statements.iter().collect();
        let costly = |statement: &&Statement| {
            let plan = state.plan(&statement.sql, &statement.values).unwrap_or_default();
            costly_steps(&plan).count()
        };
        let terms = |statement: &&Statement| {
            let plan = state.plan(&statement.sql, &statement.values).unwrap_or_default();
            let terms = accesses_of(&plan, &entry.index).filter_map(|step| match step {
                Step::Search(access) => access.terms,
                _ => None,
            });
            terms.map(|terms| terms.matches('?').count()).sum::<usize>()
        };
        let columns = parse_index(&of.sql).map_or(0, |statement| statement.definition.columns.len());
        Worth {
            n_hold: n_hold(state, claiming),
            n_hold_of_all: n_hold(state, &all),
            documented: of.documented && entry.error.is_none(),
            n_dropped: Reverse(of.drops.len()),
            n_costly: Reverse(claiming.iter().map(costly).sum()),
            n_vm_steps: Reverse(0),
            n_terms: claiming.iter().map(terms).sum(),
            n_columns: Reverse(columns),
        }
    }

    /// What to try, each with and without the indexes of the file that it makes superfluous.
    fn definitions(&self, entry: &IndexReport, claiming: &[&Statement]) -> Vec<Definition> {
        let mut sqls: Vec<String> = Vec::new();
        let mut add = |sql: String| {
            if !sqls.iter().any(|other| same_meaning(other, &sql)) {
                sqls.push(sql);
            }
        };
        if entry.error.is_none() {
            add(entry.documented_sql.clone());
        }
        let statement = parse_index(&entry.documented_sql).ok();
        statement.and_then(|statement| statement.without_where_sql).into_iter().for_each(&mut add);
        for statement in claiming {
            let terms = table_terms(&statement.sql);
            let of_table = terms.iter().filter(|terms| terms.table.eq_ignore_ascii_case(&entry.table));
            of_table.flat_map(candidates).for_each(|shape: IndexShape| add(shape.to_sql(&entry.index)));
        }
        let mut definitions = Vec::new();
        for sql in sqls {
            let documented = same_meaning(&sql, &entry.documented_sql);
            let drops = self.superfluous(entry, &sql);
            // The same index under two names is a defect of its own.
            let twin = drops.iter().any(|dropped| same_meaning(&dropped.sql, &sql));
            if !twin {
                definitions.push(Definition { sql: sql.clone(), drops: Vec::new(), documented });
            }
            if !drops.is_empty() {
                definitions.push(Definition { sql, drops, documented: false });
            }
        }
        definitions
    }

    /// Indexes of the file, not the guide's, that are the beginning of `sql` or the same: it does all that they do.
    fn superfluous(&self, entry: &IndexReport, sql: &str) -> Vec<DroppedIndex> {
        let Ok(statement) = parse_index(sql) else { return Vec::new() };
        let longer: IndexDefinition = statement.definition;
        let Some(table) = self.database.table(&entry.table) else { return Vec::new() };
        let documented = |index: &Index| self.migration.iter().any(|e| e.index.eq_ignore_ascii_case(&index.name));
        let own = table.indexes.iter().filter(|index| !index.unique && !documented(index));
        own.filter_map(|index| {
            let sql = index.sql.as_ref()?;
            let shorter = parse_index(sql).ok()?.definition;
            let covered = longer.columns.starts_with(&shorter.columns) && longer.where_clause == shorter.where_clause;
            covered.then(|| DroppedIndex { name: index.name.clone(), sql: sql.clone() })
        })
        .collect()
    }
}

impl Found {
    /// Puts `definition` into the repaired file.
    fn build(&mut self, entry: &IndexReport, definition: &Definition) -> Result<()> {
        if let Some((db, built)) = build(self.repaired.fork().fork(), &entry.table, &entry.index, definition)? {
            self.repaired = db;
            self.built.push(built);
        }
        Ok(())
    }
}

/// What stands under the name when nothing has to be looked for: the documented statement or what the file has.
/// `None` when it stands there already or cannot.
fn usual(entry: &IndexReport) -> Option<Definition> {
    match (entry.outcome, &entry.error) {
        (Outcome::Created, _) | (Outcome::Differs, None) if !entry.stands_corrected() => {
            Some(Definition::documented(&entry.documented_sql))
        }
        _ => None,
    }
}

fn is_open(entry: &IndexReport) -> bool {
    entry.outcome != Outcome::NotApplicable && !entry.stands_corrected()
}

pub fn n_hold(state: &SchemaState, statements: &[&Statement]) -> usize {
    let holds = |statement: &&&Statement| {
        let Some(index) = &statement.claim else { return false };
        state.holds(&statement.sql, &statement.values, index)
    };
    statements.iter().filter(holds).count()
}

/// Whether the documented definition would make all claims hold in the place of what has its name. Another definition
/// is then no repair: it would only differ.
fn documented_serves(state: &SchemaState, entry: &IndexReport, claiming: &[&Statement]) -> Result<bool> {
    if entry.error.is_some() {
        return Ok(false);
    }
    let n_hold = state.trying(&documented_in_place(entry), |state| Ok(n_hold(state, claiming)))?;
    Ok(n_hold == Some(claiming.len()))
}

/// Builds an index on `fork`. `None` when SQLite refuses it.
fn build(fork: Fork, table: &str, index: &str, definition: &Definition) -> Result<Option<(Db, BuiltIndex)>> {
    let db = Db::open(fork, ForeignKeys::On)?;
    let start = monotonic_ns();
    for sql in definition.statements(index) {
        match db.execute_batch(&sql).map_err(EngineError::from) {
            Ok(()) => {}
            Err(error) if error.is_cancelled() => return Err(error),
            Err(_) => return Ok(None),
        }
    }
    let elapsed_ns = monotonic_ns().saturating_sub(start);
    let size = sizes::of_index(&db, index)?;
    let built = BuiltIndex {
        index: index.into(),
        table: table.into(),
        bytes: size.bytes,
        n_rows: size.n_rows,
        elapsed_ns,
        write_cost: None,
    };
    Ok(Some((db, built)))
}

/// What the statements that read need on `db`, with the statistics of the file.
fn vm_steps(db: &Db, statements: &[&Statement]) -> Result<u64> {
    let mut n_steps = 0;
    for statement in statements {
        let mut prepared = db.prepare(&statement.sql)?;
        if prepared.readonly() {
            bind(&mut prepared, &statement.values)?;
            let mut rows = prepared.raw_query();
            while rows.next()?.is_some() {}
            drop(rows);
            n_steps += u64::from(prepared.get_status(StatementStatus::VmStep).unsigned_abs());
        }
    }
    Ok(n_steps)
}
