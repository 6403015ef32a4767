//! What else a repaired file could do with: indexes for documented queries that claim none and scan or sort all the
//! same, and indexes that it no longer needs.

use super::clock::monotonic_ns;
use super::connection::{Db, ForeignKeys, quoted};
use super::error::Result;
use super::index_relations::relations;
use super::measure::{self, Precision, Run, Side};
use super::overview;
use super::plan::explain;
use super::repair_search::{Search, n_hold};
use super::schema_state::SchemaState;
use super::sizes;
use super::statement::Statement;
use crate::domain::index_candidates::{IndexShape, candidates};
use crate::domain::plan::{accesses_of, costly_steps};
use crate::domain::repair_trial::{RepairTrial, Suggestion, SuperfluousIndex};
use crate::domain::table_terms::table_terms;

/// The name under which a shape is tried.
const PROBE_INDEX: &str = "cortex_suggestion";

/// Names that a new index cannot have.
fn names(search: &Search<'_>, trial: &RepairTrial) -> Vec<String> {
    let tables = search.database.tables.iter().map(|table| &table.name);
    let indexes = search.database.tables.iter().flat_map(|table| &table.indexes).map(|index| &index.name);
    let documented = search.migration.iter().map(|entry| &entry.index);
    let built = trial.built.iter().map(|built| &built.index);
    tables.chain(indexes).chain(&search.database.views).chain(documented).chain(built).cloned().collect()
}

/// Indexes for queries without a claim that scan or sort even in the repaired file; each halves its query's steps.
pub fn suggestions(
    search: &Search<'_>,
    state: &SchemaState,
    repaired: &Db,
    trial: &RepairTrial,
    precision: Precision<'_>,
) -> Result<Vec<Suggestion>> {
    let mut names = names(search, trial);
    let mut suggestions: Vec<Suggestion> = Vec::new();
    let mut asked: Vec<&str> = Vec::new();
    let all: Vec<&Statement> = search.statements.iter().collect();
    for statement in search.statements.iter().filter(|statement| statement.claim.is_none()) {
        if asked.contains(&statement.id()) {
            continue;
        }
        asked.push(statement.id());
        let plan = explain(repaired, &statement.sql, &statement.values).unwrap_or_default();
        if costly_steps(&plan).next().is_none() {
            continue;
        }
        let n_before = n_hold(state, &all);
        let mut shapes: Vec<(usize, IndexShape)> = Vec::new();
        for shape in table_terms(&statement.sql).iter().flat_map(candidates) {
            let probe = [shape.to_sql(PROBE_INDEX)];
            let ask = |state: &SchemaState| {
                let plan = state.plan(&statement.sql, &statement.values)?;
                let used = accesses_of(&plan, PROBE_INDEX).next().is_some();
                Ok((used, costly_steps(&plan).count(), n_hold(state, &all)))
            };
            if let Some((true, n_costly, n_after)) = state.trying(&probe, ask)?
                && n_after >= n_before
            {
                shapes.push((n_costly, shape));
            }
        }
        shapes.sort_by_key(|(n_costly, shape)| (*n_costly, shape.columns.len(), shape.where_terms.len()));
        let Some((_, shape)) = shapes.into_iter().next() else { continue };
        let name = shape.free_name(&names);
        let db = Db::open(repaired.fork().fork(), ForeignKeys::On)?;
        let sql = shape.to_sql(&name);
        let start = monotonic_ns();
        db.execute_batch(&sql)?;
        let elapsed_ns = monotonic_ns().saturating_sub(start);
        let (one, other) = (Side::open(repaired.fork())?, Side::open(db.fork())?);
        let run = |side| Run { sql: &statement.sql, parameters: &statement.values, side };
        let (before, after) = measure::compare(run(&one), run(&other), precision)?;
        let (before, after) = (before.cost, after.cost);
        if after.vm_steps.saturating_mul(2) > before.vm_steps {
            continue;
        }
        let size = sizes::of_index(&db, &name)?;
        names.push(name.clone());
        suggestions.push(Suggestion {
            query: statement.id().into(),
            index: name,
            table: shape.table.clone(),
            sql,
            bytes: size.bytes,
            elapsed_ns,
            before,
            after,
        });
    }
    Ok(suggestions)
}

/// Indexes of the file that the repaired one has once more as the beginning of another: dropped on the clones, every
/// claim still holds and no documented statement scans or sorts more.
pub fn superfluous(search: &Search<'_>, state: &SchemaState, repaired: &Db) -> Result<Vec<SuperfluousIndex>> {
    let database = overview::read(repaired, search.catalogue)?;
    let documented = |name: &str| search.migration.iter().any(|entry| entry.index.eq_ignore_ascii_case(name));
    let n_costly = |state: &SchemaState| {
        let plan = |statement: &Statement| state.plan(&statement.sql, &statement.values).unwrap_or_default();
        search.statements.iter().map(|statement| costly_steps(&plan(statement)).count()).sum::<usize>()
    };
    let all: Vec<&Statement> = search.statements.iter().collect();
    let measure = |state: &SchemaState| Ok((n_hold(state, &all), n_costly(state)));
    let mut drops: Vec<String> = Vec::new();
    let mut superfluous = Vec::new();
    for relation in relations(&database, documented) {
        let Some((_, index)) = search.database.index(&relation.index) else { continue };
        let Some(sql) = &index.sql else { continue };
        let Some(before) = state.trying(&drops, measure)? else { continue };
        drops.push(format!("DROP INDEX {}", quoted(&relation.index)));
        match state.trying(&drops, measure)? {
            Some(after) if after.0 >= before.0 && after.1 <= before.1 => superfluous.push(SuperfluousIndex {
                bytes: sizes::of_index(repaired, &index.name)?.bytes,
                index: index.name.clone(),
                sql: sql.clone(),
                other: relation.other,
            }),
            _ => {
                drops.pop();
            }
        }
    }
    Ok(superfluous)
}
