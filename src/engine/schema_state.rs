//! One state of a file's schema as plan clones, one for each kind of statistics, and how a statement uses an index there.

use rusqlite::Connection;

use super::connection::ForeignKeys;
use super::error::Result;
use super::plan::explain;
use super::plan_clone::{Blueprint, StatisticsRows, load_statistics};
use super::why;
use crate::domain::index_definition::{IndexStatement, canonical_term, parse_index};
use crate::domain::plan::{PlanRow, Step, accesses_of};
use crate::domain::table_terms::table_terms;
use crate::domain::value::Value;
use crate::domain::verdict::{Statistics, Usage, Verdict, verdict_of};

/// How one plan uses an index, with each kind of statistics.
pub type Usages = Vec<(Statistics, Usage)>;

/// Kinds of statistics with their rows; the first is the file as it is.
pub type StatisticsKinds<'a> = Vec<(Statistics, Option<&'a StatisticsRows>)>;

/// Plan clones that differ in their statistics only.
pub struct SchemaState {
    clones: Vec<(Statistics, Connection)>,
}

impl SchemaState {
    /// The file's schema after `statements`, which SQLite must accept.
    pub fn build(
        blueprint: &Blueprint,
        statements: &[&str],
        kinds: &StatisticsKinds<'_>,
        foreign_keys: ForeignKeys,
    ) -> Result<Self> {
        let mut clones = Vec::new();
        for (kind, rows) in kinds {
            let clone = blueprint.build(None, foreign_keys)?;
            for sql in statements {
                clone.execute_batch(sql)?;
            }
            if let Some(rows) = rows.filter(|rows| !rows.is_empty()) {
                load_statistics(&clone, rows)?;
            }
            clones.push((*kind, clone));
        }
        Ok(Self { clones })
    }

    /// Which statistics those of the file as it is are.
    pub fn first_kind(&self) -> Option<Statistics> {
        self.clones.first().map(|(kind, _)| *kind)
    }

    pub fn clones(&self) -> impl Iterator<Item = &Connection> {
        self.clones.iter().map(|(_, clone)| clone)
    }

    /// With the statistics of the file as it is.
    pub fn plan(&self, sql: &str, parameters: &[Value]) -> Result<Vec<PlanRow>> {
        match self.clones.first() {
            Some((_, clone)) => explain(clone, sql, parameters),
            None => Ok(Vec::new()),
        }
    }

    /// How the plan of `sql` uses `index`, with each kind of statistics.
    pub fn usages(&self, sql: &str, parameters: &[Value], index: &str) -> Result<Usages> {
        let of = |(kind, clone): &(Statistics, Connection)| Ok((*kind, usage(clone, sql, parameters, index)?));
        self.clones.iter().map(of).collect()
    }

    /// Whether the claim holds with every kind of statistics. Asks for plans only, and for no reason.
    pub fn holds(&self, sql: &str, parameters: &[Value], index: &str) -> bool {
        let holds = |clone: &Connection| {
            let usage = explain(clone, sql, parameters).ok().and_then(|plan| usage_in(clone, sql, &plan, index));
            usage.is_some_and(|usage| verdict_of(&usage) == Verdict::Holds)
        };
        !self.clones.is_empty() && self.clones().all(holds)
    }

    /// How the plan with the statistics of the file as it is uses `index`.
    pub fn first_usage(&self, sql: &str, parameters: &[Value], index: &str) -> Option<Usage> {
        usage(&self.clones.first()?.1, sql, parameters, index).ok()
    }

    /// The verdict on that plan, without its reason.
    pub fn first_verdict(&self, sql: &str, parameters: &[Value], index: &str) -> Option<Verdict> {
        let clone = &self.clones.first()?.1;
        let plan = explain(clone, sql, parameters).ok()?;
        Some(match usage_in(clone, sql, &plan, index) {
            Some(usage) => verdict_of(&usage),
            None if why::can_use(clone, sql, parameters, index) => Verdict::NotChosen,
            None => Verdict::CannotUse,
        })
    }

    /// Changes every clone for good. SQLite must accept the statements.
    pub fn apply(&self, statements: &[String]) -> Result<()> {
        for clone in self.clones() {
            statements.iter().try_for_each(|sql| clone.execute_batch(sql))?;
        }
        Ok(())
    }

    /// Asks after `statements`, which are undone at once. `None` when SQLite refuses one of them.
    pub fn trying<T>(&self, statements: &[String], ask: impl FnOnce(&Self) -> Result<T>) -> Result<Option<T>> {
        let mut accepted = true;
        for clone in self.clones() {
            clone.execute_batch("SAVEPOINT trying")?;
            accepted &= statements.iter().all(|sql| clone.execute_batch(sql).is_ok());
        }
        let answer = accepted.then(|| ask(self)).transpose();
        for clone in self.clones() {
            clone.execute_batch("ROLLBACK TO trying; RELEASE trying")?;
        }
        answer
    }
}

/// How the plan of `sql` uses `index`. INDEXED BY tells what cannot be used from what was not chosen.
pub fn usage(clone: &Connection, sql: &str, parameters: &[Value], index: &str) -> Result<Usage> {
    let plan = explain(clone, sql, parameters)?;
    match usage_in(clone, sql, &plan, index) {
        Some(usage) => Ok(usage),
        None => why::not_used(clone, sql, parameters, index, &plan),
    }
}

/// How `plan` uses `index`; `None` when it does not.
fn usage_in(clone: &Connection, sql: &str, plan: &[PlanRow], index: &str) -> Option<Usage> {
    let mut usage = None;
    for step in accesses_of(plan, index) {
        match step {
            Step::Search(access) if access.skip_scan => usage = Some(Usage::SkipScanned),
            Step::Search(_) => return Some(Usage::Searched),
            Step::Scan(_) if walked_in_full(clone, sql, plan, index) => usage = Some(Usage::WalkedInFull),
            Step::Scan(_) => usage = usage.or_else(|| Some(scanned(clone, plan, index))),
            _ => {}
        }
    }
    usage
}

fn scanned(clone: &Connection, plan: &[PlanRow], index: &str) -> Usage {
    let columns = definition(clone, index).map(|statement| statement.columns_sql);
    Usage::Scanned {
        first_column: columns.and_then(|columns| columns.first().map(|column| column.trim_end_matches(" DESC").into())),
        sorted: plan.iter().any(|row| matches!(row.step(), Step::TempBTree(_))),
    }
}

/// Whether a walk of the index reads nothing in vain: its WHERE is the statement's, and nothing has to be sorted.
fn walked_in_full(clone: &Connection, sql: &str, plan: &[PlanRow], index: &str) -> bool {
    if plan.iter().any(|row| matches!(row.step(), Step::TempBTree(_))) {
        return false;
    }
    let all = table_terms(sql);
    let [terms] = all.as_slice() else { return false };
    let canonical = |terms: &[String]| terms.iter().map(|term| canonical_term(term)).collect::<Option<Vec<_>>>();
    let asked: Vec<String> = terms.constant.iter().map(|(sql, _)| sql.clone()).collect();
    let held = definition(clone, index).map(|statement| statement.where_terms_sql);
    let (Some(asked), Some(held)) = (canonical(&asked), held.as_deref().and_then(canonical)) else { return false };
    !asked.is_empty()
        && asked.len() == terms.n_terms
        && asked.iter().all(|term| held.contains(term))
        && held.iter().all(|term| asked.contains(term))
}

fn definition(clone: &Connection, index: &str) -> Option<IndexStatement> {
    let sql = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?1 COLLATE NOCASE";
    let definition: Option<String> = clone.query_row(sql, [index], |row| row.get(0)).ok()?;
    parse_index(&definition?).ok()
}
