//! Verdicts on every claim and plans for every statement, from plan clones alone: no row of the file is read.

use rusqlite::Connection;

use super::connection::{ForeignKeys, quoted};
use super::error::{EngineError, Result};
use super::plan::explain;
use super::plan_clone::{Blueprint, StatisticsRows};
use super::{refusal, why};
use crate::domain::catalogue::{Catalogue, DocumentedIndex};
use crate::domain::database::Database;
use crate::domain::index_definition::{IndexStatement, parse_index, same_meaning};
use crate::domain::migration::{IndexReport, Outcome};
use crate::domain::plan::{PlanRow, Step, accesses_of};
use crate::domain::value::Value;
use crate::domain::verdict::{Claim, Facts, Judgement, Statistics, Usage, judge};

/// The file's schema before and after the migration, each under every kind of statistics at hand.
pub struct Judge {
    before: Vec<(Statistics, Connection)>,
    after: Vec<(Statistics, Connection)>,
    migration: Vec<IndexReport>,
}

/// Plans and claim of one statement.
pub struct JudgedStatement {
    pub plan_before: Vec<PlanRow>,
    pub plan_after: Vec<PlanRow>,
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
    ) -> Result<Self> {
        let probe = blueprint.build(None, ForeignKeys::On)?;
        let migration =
            catalogue.indexes.iter().map(|index| check_index(&probe, database, index)).collect::<Result<Vec<_>>>()?;
        let accepted: Vec<&str> = migration
            .iter()
            .filter(|entry| entry.outcome == Outcome::Created)
            .map(|entry| entry.documented_sql.as_str())
            .collect();

        // The first kind is the file as it is.
        let mut kinds = vec![(Statistics::None, None)];
        if !blueprint.statistics.is_empty() {
            kinds.insert(0, (Statistics::OfFile, Some(&blueprint.statistics)));
        }
        kinds.extend(fresh.map(|rows| (Statistics::Fresh, Some(rows))));
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (kind, rows) in kinds {
            before.push((kind, blueprint.build(rows, ForeignKeys::On)?));
            let migrated = blueprint.build(None, ForeignKeys::On)?;
            for sql in &accepted {
                migrated.execute_batch(sql)?;
            }
            if let Some(rows) = rows {
                super::plan_clone::load_statistics(&migrated, rows)?;
            }
            after.push((kind, migrated));
        }
        Ok(Self { before, after, migration })
    }

    /// Every state of the schema, with every kind of statistics.
    pub fn clones(&self) -> impl Iterator<Item = &Connection> {
        self.before.iter().chain(&self.after).map(|(_, clone)| clone)
    }

    /// Clones of the file as dropped: with its own statistics, and with the newest at hand.
    pub fn first_and_last(&self) -> Option<[&Connection; 2]> {
        let (first, last) = self.before.first().zip(self.before.last())?;
        Some([&first.1, &last.1])
    }

    /// What the migration does, without sizes and times.
    pub fn migration(&self) -> &[IndexReport] {
        &self.migration
    }

    pub fn statement(&self, sql: &str, parameters: &[Value], claim: Option<&str>) -> JudgedStatement {
        let plan = |clones: &[(Statistics, Connection)]| match clones.first() {
            Some((_, clone)) => explain(clone, sql, parameters),
            None => Ok(Vec::new()),
        };
        let (plan_before, error) = match plan(&self.before) {
            Ok(plan) => (plan, None),
            Err(error) => (Vec::new(), Some(error.words())),
        };
        let claim = claim.map(|index| Claim {
            index: index.into(),
            before: self.judgement(&self.before, sql, parameters, index, false),
            after: self.judgement(&self.after, sql, parameters, index, true),
        });
        JudgedStatement { plan_before, plan_after: plan(&self.after).unwrap_or_default(), claim, error }
    }

    fn judgement(
        &self,
        clones: &[(Statistics, Connection)],
        sql: &str,
        parameters: &[Value],
        index: &str,
        migrated: bool,
    ) -> Judgement {
        let mut usages = Vec::new();
        for (statistics, clone) in clones {
            match usage(clone, sql, parameters, index) {
                Ok(usage) => usages.push((*statistics, usage)),
                Err(error) => return judge(index, &Facts::NotApplicable(error.words())),
            }
        }
        let entry = self.migration.iter().find(|entry| entry.index == index);
        let facts = match entry.map(|entry| (entry.outcome, entry.error.as_deref())) {
            Some((Outcome::NotApplicable, words)) => Facts::NotApplicable(words.unwrap_or_default().into()),
            Some((Outcome::Refused, words)) => Facts::Refused(words.unwrap_or_default().into()),
            // It stands in the file, but no row can enter its table any more.
            Some((Outcome::AlreadyPresent, Some(words))) => Facts::Refused(words.into()),
            Some((Outcome::Differs, _)) => Facts::Differs {
                used: usages
                    .first()
                    .is_some_and(|(_, usage)| !matches!(usage, Usage::NotChosen { .. } | Usage::CannotUse { .. })),
            },
            Some((Outcome::Created, _)) if !migrated => Facts::Missing,
            Some((Outcome::Created | Outcome::AlreadyPresent, _)) => Facts::Present(usages),
            None => Facts::Missing,
        };
        judge(index, &facts)
    }
}

/// How the plan of `sql` uses `index`. INDEXED BY tells what cannot be used from what was not chosen.
fn usage(clone: &Connection, sql: &str, parameters: &[Value], index: &str) -> Result<Usage> {
    let plan = explain(clone, sql, parameters)?;
    let mut usage = None;
    for step in accesses_of(&plan, index) {
        match step {
            Step::Search(access) if access.skip_scan => usage = Some(Usage::SkipScanned),
            Step::Search(_) => return Ok(Usage::Searched),
            Step::Scan(_) => usage = usage.or(Some(Usage::Scanned)),
            _ => {}
        }
    }
    if let Some(usage) = usage {
        return Ok(usage);
    }
    why::not_used(clone, sql, parameters, index, &plan)
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
