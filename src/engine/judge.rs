//! Verdicts on every claim and plans for every statement, from plan clones alone: no row of the file is read.

use rusqlite::Connection;

use super::connection::{ForeignKeys, quoted};
use super::error::{EngineError, Result};
use super::plan_clone::{Blueprint, StatisticsRows};
use super::refusal;
use super::scan_status::estimates;
use super::schema_state::SchemaState;
use super::statement::{Statement, claiming};
use crate::domain::catalogue::{Catalogue, DocumentedIndex};
use crate::domain::database::Database;
use crate::domain::index_definition::{IndexStatement, parse_index, same_meaning};
use crate::domain::indexed_by::with_literals;
use crate::domain::migration::{IndexReport, Outcome};
use crate::domain::plan::PlanRow;
use crate::domain::plan_counts::StepCounts;
use crate::domain::value::Value;
use crate::domain::verdict::{Circumstance, Claim, Facts, Judgement, Otherwise, Usage, Verdict, judge, verdict_of};

/// The file's schema before and after the migration, each under every kind of statistics at hand.
pub struct Judge {
    before: SchemaState,
    after: SchemaState,
    /// After the migration, with the file's statistics and foreign keys off.
    in_shell: SchemaState,
    migration: Vec<IndexReport>,
}

/// A statement with the values that it is asked with.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub sql: &'a str,
    pub values: &'a [Value],
    /// Other values that the file holds, when it has any.
    pub other_values: Option<&'a [Value]>,
    /// The index that the guide names.
    pub claim: Option<&'a str>,
}

/// Plans and claim of one statement.
pub struct JudgedStatement {
    pub plan_before: Vec<PlanRow>,
    pub plan_after: Vec<PlanRow>,
    /// What the planner expects of each step.
    pub steps_before: Vec<StepCounts>,
    pub steps_after: Vec<StepCounts>,
    pub claim: Option<Claim>,
    /// SQLite's words when the statement does not prepare on the file as dropped.
    pub error: Option<String>,
}

impl Judge {
    /// Builds the clones. `fresh` are the rows of an ANALYZE that was run on a copy just now.
    pub fn new(
        catalogue: &Catalogue,
        database: &Database,
        blueprint: &Blueprint,
        fresh: Option<&StatisticsRows>,
        statements: &[Statement],
    ) -> Result<Self> {
        let probe = blueprint.build(None, ForeignKeys::On)?;
        let mut migration =
            catalogue.indexes.iter().map(|index| check_index(&probe, database, index)).collect::<Result<Vec<_>>>()?;
        let kinds = blueprint.kinds(fresh);
        let before = SchemaState::build(blueprint, &[], &kinds, ForeignKeys::On)?;
        for entry in migration.iter_mut().filter(|entry| entry.outcome == Outcome::Differs) {
            let claiming: Vec<&Statement> = claiming(statements, &entry.index).collect();
            if stands_in(&before, entry, &claiming) {
                entry.explanation = "The file has another definition under this name than the guide. With it every \
                                     documented statement that the guide names finds its rows by this index; with the \
                                     documented one not all of them would: leave it."
                    .into();
                entry.replacement_sql = entry.deployed_sql.clone();
            }
        }
        let accepted: Vec<&str> = migration
            .iter()
            .filter(|entry| entry.outcome == Outcome::Created)
            .map(|entry| entry.documented_sql.as_str())
            .collect();
        let first = kinds.iter().take(1).copied().collect();
        Ok(Self {
            before,
            after: SchemaState::build(blueprint, &accepted, &kinds, ForeignKeys::On)?,
            in_shell: SchemaState::build(blueprint, &accepted, &first, ForeignKeys::Off)?,
            migration,
        })
    }

    /// Every state of the schema, with every kind of statistics.
    pub fn clones(&self) -> impl Iterator<Item = &Connection> {
        self.before.clones().chain(self.after.clones())
    }

    /// The schema of the file with its own statistics, after the migration or as dropped.
    pub fn clone_of(&self, migrated: bool) -> Option<&Connection> {
        if migrated { &self.after } else { &self.before }.clones().next()
    }

    /// Clones of the file as dropped: with its own statistics, and with the newest at hand.
    pub fn first_and_last(&self) -> Option<[&Connection; 2]> {
        let mut clones = self.before.clones();
        let first = clones.next()?;
        Some([first, clones.last().unwrap_or(first)])
    }

    /// What the migration does, without sizes and times.
    pub fn migration(&self) -> &[IndexReport] {
        &self.migration
    }

    pub fn statement(&self, asked: Asked<'_>) -> JudgedStatement {
        let (plan_before, error) = match self.before.plan(asked.sql, asked.values) {
            Ok(plan) => (plan, None),
            Err(error) => (Vec::new(), Some(error.words())),
        };
        let claim = asked.claim.map(|index| {
            let after = self.judgement(&self.after, asked.sql, asked.values, index, true);
            Claim {
                index: index.into(),
                before: self.judgement(&self.before, asked.sql, asked.values, index, false),
                otherwise: self.otherwise(asked, index, &after),
                after,
            }
        });
        let plan_after = self.after.plan(asked.sql, asked.values).unwrap_or_default();
        let steps = |migrated, plan: &[PlanRow]| {
            self.clone_of(migrated).map(|clone| estimates(clone, asked.sql, plan)).unwrap_or_default()
        };
        let (steps_before, steps_after) = (steps(false, &plan_before), steps(true, &plan_after));
        JudgedStatement { plan_before, plan_after, steps_before, steps_after, claim, error }
    }

    fn judgement(&self, state: &SchemaState, sql: &str, values: &[Value], index: &str, migrated: bool) -> Judgement {
        let usages = match state.usages(sql, values, index) {
            Ok(usages) => usages,
            Err(error) => return judge(index, &Facts::NotApplicable(error.words())),
        };
        let entry = self.migration.iter().find(|entry| entry.index == index);
        let facts = match entry.map(|entry| (entry, entry.outcome, entry.error.as_deref())) {
            Some((_, Outcome::NotApplicable, words)) => Facts::NotApplicable(words.unwrap_or_default().into()),
            Some((_, Outcome::Refused, words)) => Facts::Refused(words.unwrap_or_default().into()),
            // It stands in the file, but no row can enter its table any more.
            Some((_, Outcome::AlreadyPresent, Some(words))) => Facts::Refused(words.into()),
            Some((entry, Outcome::Differs, _)) if entry.stands_corrected() => Facts::StandsIn(usages),
            Some((entry, Outcome::Differs, _)) => Facts::Differs {
                used: usages.first().is_some_and(|(_, usage)| is_used(usage)),
                documented: with_documented(state, entry, sql, values),
            },
            Some((_, Outcome::Created, _)) if !migrated => Facts::Missing,
            Some((_, Outcome::Created | Outcome::AlreadyPresent, _)) => Facts::Present(usages),
            None => Facts::Missing,
        };
        judge(index, &facts)
    }

    /// The circumstances under which the answer after the migration is another one.
    fn otherwise(&self, asked: Asked<'_>, index: &str, after: &Judgement) -> Vec<Otherwise> {
        let stands = matches!(
            after.verdict,
            Verdict::Holds | Verdict::Scanned | Verdict::NotChosen | Verdict::CannotUse | Verdict::DependsOnStatistics
        );
        if !stands {
            return Vec::new();
        }
        let usual = self.after.first_verdict(asked.sql, asked.values, index);
        let literals: Vec<String> = asked.values.iter().map(Value::literal).collect();
        let with_literals = with_literals(asked.sql, &literals);
        let other_values = asked.other_values.filter(|values| *values != asked.values);
        let circumstances = [
            with_literals.as_deref().map(|sql| (Circumstance::Literals, &self.after, sql, [].as_slice())),
            other_values.map(|values| (Circumstance::OtherValues, &self.after, asked.sql, values)),
            Some((Circumstance::ForeignKeysOff, &self.in_shell, asked.sql, asked.values)),
        ];
        let answers = circumstances.into_iter().flatten().filter_map(|(circumstance, state, sql, values)| {
            // The reason is asked for only where the answer is another one.
            let verdict = state.first_verdict(sql, values, index).filter(|verdict| Some(*verdict) != usual)?;
            let usage = state.first_usage(sql, values, index).filter(|usage| verdict_of(usage) == verdict)?;
            let judgement = judge(index, &Facts::Present(vec![(self.after.first_kind()?, usage)]));
            Some(Otherwise { circumstance, judgement })
        });
        answers.collect()
    }
}

fn is_used(usage: &Usage) -> bool {
    !matches!(usage, Usage::NotChosen { .. } | Usage::CannotUse { .. })
}

/// The statements that put the documented definition in the place of whatever has its name.
pub fn documented_in_place(entry: &IndexReport) -> [String; 2] {
    [format!("DROP INDEX IF EXISTS {}", quoted(&entry.index)), entry.documented_sql.clone()]
}

/// How the documented definition would be used in the place of the one that has its name.
fn with_documented(state: &SchemaState, entry: &IndexReport, sql: &str, values: &[Value]) -> Option<Usage> {
    if entry.error.is_some() {
        return None;
    }
    state.trying(&documented_in_place(entry), |state| Ok(state.first_usage(sql, values, &entry.index))).ok()??
}

/// Whether the definition that has a documented name makes every claim on it hold, and the documented one would not.
fn stands_in(state: &SchemaState, entry: &IndexReport, claiming: &[&Statement]) -> bool {
    let serves = |state: &SchemaState| {
        let holds = |statement: &&Statement| state.holds(&statement.sql, &statement.values, &entry.index);
        claiming.iter().all(holds)
    };
    if claiming.is_empty() || !serves(state) {
        return false;
    }
    let documented = state.trying(&documented_in_place(entry), |state| Ok(entry.error.is_none() && serves(state)));
    !documented.ok().flatten().unwrap_or_default()
}

/// What becomes of one statement of the migration, as far as the schema tells.
pub fn check_index(probe: &Connection, database: &Database, index: &DocumentedIndex) -> Result<IndexReport> {
    let mut entry = IndexReport {
        index: index.name.clone(),
        table: index.table.clone(),
        outcome: Outcome::Created,
        error: None,
        explanation: String::new(),
        documented_sql: index.sql.clone(),
        deployed_sql: None,
        replacement_sql: None,
        elapsed_ns: None,
        bytes: None,
        n_rows: None,
        n_table_rows: None,
        write_cost: None,
        write_cost_unknown: None,
    };
    let statement = parse_index(&index.sql).map_err(|words| {
        EngineError::new(
            crate::domain::failure::FailureKind::Unknown,
            format!("{} does not parse: {words}", index.name),
        )
    })?;
    if let Some((table, deployed)) = database.index(&index.name) {
        entry.deployed_sql = deployed.sql.clone();
        let same = table.name.eq_ignore_ascii_case(&index.table)
            && deployed.sql.as_deref().is_some_and(|sql| same_meaning(sql, &index.sql));
        if same {
            entry.outcome = Outcome::AlreadyPresent;
            if let Some(words) = refusal::breaks_writes(probe, &statement)? {
                entry.explanation = format!(
                    "The index stands in the file because {} was empty when it was created. Every INSERT that \
                     reaches its WHERE now fails: drop it.",
                    index.table
                );
                entry.error = Some(words);
                replace(&mut entry, probe, database)?;
            } else {
                entry.explanation = "The file has this index, with the documented definition.".into();
            }
        } else {
            entry.outcome = Outcome::Differs;
            match refused_once_free(probe, &deployed.name, &statement, &index.sql)? {
                None => {
                    entry.explanation = format!(
                        "The name is taken by another definition, so CREATE INDEX fails and CREATE INDEX IF NOT EXISTS \
                         changes nothing. Drop {} first, then create it as documented.",
                        index.name
                    );
                }
                Some(words) => {
                    entry.explanation = "The name is taken by another definition, and the documented one could not \
                                         take its place: SQLite refuses it."
                        .into();
                    entry.error = Some(words);
                    replace(&mut entry, probe, database)?;
                }
            }
        }
        return Ok(entry);
    }
    // Undone at once: only SQLite's answer is wanted.
    probe.execute_batch("SAVEPOINT documented")?;
    let answer = probe.execute_batch(&index.sql);
    probe.execute_batch("ROLLBACK TO documented; RELEASE documented")?;
    if let Err(error) = answer {
        let words = EngineError::from(error).words();
        if words.starts_with("no such table") || words.starts_with("no such column") {
            entry.outcome = Outcome::NotApplicable;
            entry.explanation = format!("The file lacks what the index is about, so SQLite answers: {words}.");
        } else {
            entry.outcome = Outcome::Refused;
            entry.explanation = "SQLite does not accept the statement.".into();
        }
        entry.error = Some(words);
    } else if let Some(words) = refusal::breaks_writes(probe, &statement)? {
        refused(&mut entry, words, probe, database)?;
    } else {
        entry.explanation = "The index is missing in the file; SQLite accepts the documented statement.".into();
    }
    Ok(entry)
}

/// Marks an entry as refused and looks for the statement that works instead: the same index without its WHERE.
pub fn refused(entry: &mut IndexReport, words: String, probe: &Connection, database: &Database) -> Result<()> {
    entry.outcome = Outcome::Refused;
    entry.error = Some(words);
    entry.explanation = format!(
        "An index keeps its rows once and for all, while a function such as datetime('now') gives another answer at \
         every call. SQLite refuses the statement on a table with rows; on an empty one it accepts it, and then every \
         INSERT into {} fails.",
        entry.table
    );
    replace(entry, probe, database)
}

/// SQLite's words when the documented statement would not do even without the index that has its name.
fn refused_once_free(
    probe: &Connection,
    deployed: &str,
    statement: &IndexStatement,
    sql: &str,
) -> Result<Option<String>> {
    probe.execute_batch("SAVEPOINT freed")?;
    // An index that the clone could not make leaves its name free anyhow.
    let answer = probe.execute_batch(&format!("DROP INDEX IF EXISTS {}; {sql}", quoted(deployed)));
    probe.execute_batch("ROLLBACK TO freed; RELEASE freed")?;
    match answer {
        Err(error) => Ok(Some(EngineError::from(error).words())),
        Ok(()) => refusal::breaks_writes(probe, statement),
    }
}

/// Looks for what works instead of a statement that SQLite refuses: the same index without its WHERE.
fn replace(entry: &mut IndexReport, probe: &Connection, database: &Database) -> Result<()> {
    let Some(sql) = parse_index(&entry.documented_sql).ok().and_then(|statement| statement.without_where_sql) else {
        return Ok(());
    };
    if entry.deployed_sql.as_deref().is_some_and(|deployed| same_meaning(deployed, &sql)) {
        entry.explanation.push_str(" What stands there is the same index without its WHERE, which works: leave it.");
        entry.replacement_sql = entry.deployed_sql.clone();
        return Ok(());
    }
    let twin = database.table(&entry.table).and_then(|table| {
        table.indexes.iter().find(|i| i.sql.as_deref().is_some_and(|other| same_meaning(other, &sql)))
    });
    if let Some(twin) = twin {
        entry.explanation.push_str(&format!(
            " Without its WHERE it would be a second {}, which the file already has: nothing needs to be created.",
            twin.name
        ));
        return Ok(());
    }
    probe.execute_batch("SAVEPOINT replacement")?;
    let freed = entry.deployed_sql.as_ref().map(|_| format!("DROP INDEX IF EXISTS {};", quoted(&entry.index)));
    let works = probe.execute_batch(&format!("{} {sql}", freed.unwrap_or_default())).is_ok();
    probe.execute_batch("ROLLBACK TO replacement; RELEASE replacement")?;
    if works {
        entry.explanation.push_str(" Without its WHERE the index works.");
        entry.replacement_sql = Some(sql);
    }
    Ok(())
}
