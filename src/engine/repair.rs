//! The repair of one file: searched for, built on a fork, analysed, asked again and measured.

use super::clock::monotonic_ns;
use super::connection::{Db, ForeignKeys, quoted};
use super::error::{EngineError, Result};
use super::measure::{self, Precision, Run, Side};
use super::plan::explain;
use super::plan_clone::{Blueprint, StatisticsRows};
use super::repair_search::{Found, Search};
use super::schema_state::SchemaState;
use super::statement::Statement;
use super::{progress, rewrites, sizes, suggestions, write_cost};
use crate::domain::index_definition::parse_index;
use crate::domain::measuring::Settings;
use crate::domain::repair::{Change, foreign_keys};
use crate::domain::repair_trial::{BuiltIndex, RepairTrial, RepairedClaim};
use crate::domain::verdict::{Facts, Statistics, Usage, Verdict, judge, verdict_of};

/// What is known of the repaired file.
pub struct Repaired {
    /// Of an ANALYZE with every index of the repair.
    pub statistics: StatisticsRows,
    pub trial: RepairTrial,
}

/// Searched, built, proven, looked beside and put in other words.
const N_STAGES: u64 = 5;

/// Finds the repair, applies it to a fork of `candidate` and proves it there.
pub fn repair(search: &Search<'_>, original: &Db, candidate: &Db, granularity_ns: u64) -> Result<Repaired> {
    let precision = Precision { granularity_ns, settings: &Settings::glance() };
    progress::stage(0, N_STAGES);
    let Found { redefinitions, mut built, n_tried, repaired: db } = search.run(candidate)?;
    progress::stage(1, N_STAGES);
    for change in foreign_keys(search.database, search.catalogue, search.migration) {
        built.extend(build(&db, &change)?);
    }
    for index in &mut built {
        index.write_cost = write_cost::measure(db.fork(), &index.table, &index.index, granularity_ns)?.ok();
    }
    progress::stage(2, N_STAGES);
    let statistics = analyze(&db, None, search.analysis_limit)?;
    let mut trial = RepairTrial { redefinitions, built, n_tried, ..RepairTrial::default() };
    let blueprint = Blueprint::read(&db)?;
    let state = SchemaState::build(&blueprint, &[], &blueprint.kinds(Some(&statistics)), ForeignKeys::On)?;
    trial.claims = claims(&state, search.statements);
    for claim in &mut trial.claims {
        let Some(statement) = search.statements.iter().find(|statement| statement.id() == claim.id) else { continue };
        measure_claim(claim, statement, original, &db, precision)?;
    }
    progress::stage(3, N_STAGES);
    trial.superfluous = suggestions::superfluous(search, &state, &db)?;
    trial.suggestions = suggestions::suggestions(search, &state, &db, &trial, precision)?;
    progress::stage(4, N_STAGES);
    trial.rewrites = rewrites::rewrites(search, candidate, &db, precision)?;
    Ok(Repaired { statistics, trial })
}

/// Every claim on the file as dropped after `statements`, from plan clones: with the statistics of the file, without
/// and with `fresh` ones. `None` when SQLite refuses a statement.
pub fn judge_repair(
    blueprint: &Blueprint,
    fresh: Option<&StatisticsRows>,
    statements: &[Statement],
    changes: &[String],
) -> Result<Option<Vec<RepairedClaim>>> {
    // ANALYZE on an empty clone would only take its statistics away.
    let changes: Vec<&str> = changes.iter().map(String::as_str).filter(|sql| !sql.starts_with("ANALYZE")).collect();
    // The statistics of a new index are read only when it is there before them.
    match SchemaState::build(blueprint, &changes, &blueprint.kinds(fresh), ForeignKeys::On) {
        Ok(state) => Ok(Some(claims(&state, statements))),
        Err(error) if error.is_cancelled() => Err(error),
        Err(_) => Ok(None),
    }
}

/// The worst answer of each claim: a statement stands in the list once for each of its values.
fn claims(state: &SchemaState, statements: &[Statement]) -> Vec<RepairedClaim> {
    let mut claims: Vec<RepairedClaim> = Vec::new();
    for claim in statements.iter().filter_map(|statement| claim(state, statement)) {
        match claims.iter_mut().find(|other| other.id == claim.id) {
            Some(other) if claim.judgement.verdict > other.judgement.verdict => *other = claim,
            Some(_) => {}
            None => claims.push(claim),
        }
    }
    claims
}

/// All statistics after an ANALYZE on a fork of `db`: of one table, or of all. `limit` rows of each index are read, or
/// every one.
pub fn analyze(db: &Db, table: Option<&str>, limit: Option<u32>) -> Result<StatisticsRows> {
    let scratch = Db::open(db.fork().fork(), ForeignKeys::On)?;
    let table = table.map(quoted).unwrap_or_default();
    scratch.execute_batch(&format!("PRAGMA analysis_limit = {}; ANALYZE {table}", limit.unwrap_or_default()))?;
    Ok(StatisticsRows::read(&scratch))
}

fn build(db: &Db, change: &Change) -> Result<Option<BuiltIndex>> {
    let start = monotonic_ns();
    for sql in &change.up {
        match db.execute_batch(sql).map_err(EngineError::from) {
            Ok(()) => {}
            Err(error) if error.is_cancelled() => return Err(error),
            Err(_) => return Ok(None),
        }
    }
    let elapsed_ns = monotonic_ns().saturating_sub(start);
    let size = sizes::of_index(db, &change.id)?;
    let table = change.up.iter().find_map(|sql| parse_index(sql).ok()).map(|statement| statement.definition.table);
    Ok(Some(BuiltIndex {
        index: change.id.clone(),
        table: table.unwrap_or_default(),
        bytes: size.bytes,
        n_rows: size.n_rows,
        elapsed_ns,
        write_cost: None,
    }))
}

fn claim(state: &SchemaState, statement: &Statement) -> Option<RepairedClaim> {
    let index = statement.claim.as_ref()?;
    let usages = state.usages(&statement.sql, &statement.values, index);
    let holds = |(_, usage): &&(Statistics, Usage)| verdict_of(usage) == Verdict::Holds;
    let holds_with = usages.iter().flatten().filter(holds).map(|(kind, _)| *kind).collect();
    let facts = match usages {
        Ok(usages) => Facts::Present(usages),
        Err(error) => Facts::NotApplicable(error.words()),
    };
    Some(RepairedClaim {
        id: statement.id().into(),
        index: index.clone(),
        judgement: judge(index, &facts),
        holds_with,
        plan: state.plan(&statement.sql, &statement.values).unwrap_or_default(),
        before: None,
        after: None,
    })
}

/// A SELECT is measured as dropped and repaired, in turns; what a DELETE costs is told by its preview.
fn measure_claim(
    claim: &mut RepairedClaim,
    statement: &Statement,
    original: &Db,
    repaired: &Db,
    precision: Precision<'_>,
) -> Result<()> {
    let reads = original.prepare(&statement.sql).is_ok_and(|prepared| prepared.readonly());
    if !reads {
        return Ok(());
    }
    let dropped = explain(original, &statement.sql, &statement.values)?;
    if dropped == explain(repaired, &statement.sql, &statement.values)? {
        return Ok(());
    }
    let (before, after) = (Side::open(original.fork())?, Side::open(repaired.fork())?);
    let run = |side| Run { sql: &statement.sql, parameters: &statement.values, side };
    let (one, other) = measure::compare(run(&before), run(&after), precision)?;
    (claim.before, claim.after) = (Some(one.cost), Some(other.cost));
    Ok(())
}
