//! Which indexes say the same as others, and what the documented plans would be without an index.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::connection::quoted;
use super::error::Result;
use super::plan::explain;
use super::statement::Statement;
use crate::domain::database::Database;
use crate::domain::index_definition::{IndexDefinition, parse_index};
use crate::domain::index_findings::{IndexRelation, RelationKind};
use crate::domain::indexed_by::{indexed_by, with_literals};
use crate::domain::plan::{PlanRow, accesses_of};
use crate::domain::value::Value;

/// Duplicates and prefixes within each table. An index for which `keeps` answers true is never the one to go.
pub fn relations(database: &Database, keeps: impl Fn(&str) -> bool) -> Vec<IndexRelation> {
    let mut out = Vec::new();
    for table in &database.tables {
        let parsed = table
            .indexes
            .iter()
            .filter_map(|index| Some((index.name.as_str(), parse_index(index.sql.as_deref()?).ok()?.definition)));
        // Those to keep first, so that the others are duplicates of them.
        let mut indexes: Vec<(&str, IndexDefinition)> = parsed.collect();
        indexes.sort_by_key(|(name, _)| (!keeps(name), *name));
        let mut relate = |index: &str, kind, other: &str| {
            let (index, table, other) = (index.into(), table.name.clone(), other.into());
            out.push(IndexRelation { index, table, kind, other, n_plans_changed: 0 });
        };
        let mut distinct: Vec<(&str, IndexDefinition)> = Vec::new();
        for (name, definition) in indexes {
            match distinct.iter().find(|(_, other)| *other == definition) {
                Some((other, _)) if !keeps(name) => relate(name, RelationKind::DuplicateOf, other),
                _ => distinct.push((name, definition)),
            }
        }
        for (name, one) in distinct.iter().filter(|(name, one)| !one.unique && !keeps(name)) {
            let longer = distinct.iter().filter(|(other, definition)| {
                let more = definition.columns.len() > one.columns.len()
                    || (definition.unique && definition.columns.len() == one.columns.len());
                other != name
                    && more
                    && definition.columns.starts_with(&one.columns)
                    && definition.where_clause == one.where_clause
            });
            // The longest is the beginning of no other, so that all that is said can be done.
            if let Some((other, _)) = longer.max_by_key(|(_, definition)| (definition.columns.len(), definition.unique))
            {
                relate(name, RelationKind::PrefixOf, other);
            }
        }
    }
    out
}

/// Every documented plan in every state of the schema.
pub struct DocumentedPlans<'a> {
    asked: Vec<Statement>,
    states: Vec<(&'a Connection, Vec<Vec<PlanRow>>)>,
}

impl<'a> DocumentedPlans<'a> {
    pub fn new(clones: Vec<&'a Connection>, asked: Vec<Statement>) -> Self {
        let plans = |clone| asked.iter().map(|asked| asked.plan(clone)).collect();
        let states = clones.into_iter().map(|clone| (clone, plans(clone))).collect();
        Self { asked, states }
    }

    /// Places of the statements that have to do with `table`: by their words, or by a step of a plan, as a DELETE has
    /// with the children of its table.
    fn about(&self, table: &str) -> Vec<usize> {
        let name = table.to_lowercase();
        let is_named = |row: &PlanRow| row.detail.split(' ').any(|word| word.eq_ignore_ascii_case(table));
        let in_plan = |at: usize| self.states.iter().filter_map(|(_, plans)| plans.get(at)).flatten().any(is_named);
        let statements = self.asked.iter().enumerate();
        statements
            .filter(|(at, asked)| asked.sql.to_lowercase().contains(&name) || in_plan(*at))
            .map(|(at, _)| at)
            .collect()
    }

    /// Statements with a plan that uses `index`.
    pub fn n_using(&self, index: &str) -> u64 {
        let uses = |at: usize| {
            let mut plans = self.states.iter().filter_map(|(_, plans)| plans.get(at));
            plans.any(|plan| accesses_of(plan, index).next().is_some())
        };
        (0..self.asked.len()).filter(|at| uses(*at)).count() as u64
    }

    /// Statements whose plan changes without `index`: it is really dropped, in each state, and SQLite is asked again.
    /// `instead` may do the same steps in its place.
    pub fn n_changed(&self, table: &str, index: &str, instead: Option<&str>) -> Result<u64> {
        let about = self.about(table);
        let mut changed: BTreeSet<usize> = BTreeSet::new();
        for (clone, before) in if about.is_empty() { &[][..] } else { &self.states } {
            clone.execute_batch("SAVEPOINT dropped")?;
            let dropped = clone.execute_batch(&format!("DROP INDEX IF EXISTS {}", quoted(index)));
            changed.extend(about.iter().copied().filter(|at| {
                let asked = self.asked.get(*at).zip(before.get(*at));
                asked.is_some_and(|(asked, before)| {
                    details(before, index, instead) != details(&asked.plan(clone), index, instead)
                })
            }));
            clone.execute_batch("ROLLBACK TO dropped; RELEASE dropped")?;
            dropped?;
        }
        Ok(changed.len() as u64)
    }

    /// Statements that SQLite could run with `index` in some state: INDEXED BY finds a solution, with parameters or
    /// with their values in their place. `None` when no state has the index.
    pub fn n_usable(&self, table: &str, index: &str) -> Option<u64> {
        let has = |clone: &Connection| {
            let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1 COLLATE NOCASE";
            clone.query_row(sql, [index], |_| Ok(())).is_ok()
        };
        let clones: Vec<&Connection> = self.states.iter().map(|(clone, _)| *clone).filter(|clone| has(clone)).collect();
        let usable = |asked: &&Statement| {
            let literals: Vec<String> = asked.values.iter().map(Value::literal).collect();
            let with_values = with_literals(&asked.sql, &literals);
            let forms = [Some(asked.sql.as_str()), with_values.as_deref()];
            forms
                .into_iter()
                .flatten()
                .filter_map(|sql| indexed_by(sql, table, index))
                .any(|sql| clones.iter().any(|clone| explain(clone, &sql, &asked.values).is_ok()))
        };
        (!clones.is_empty()).then(|| self.asked.iter().filter(usable).count() as u64)
    }
}

fn details(plan: &[PlanRow], index: &str, instead: Option<&str>) -> Vec<String> {
    let rename = |detail: &str| match instead {
        Some(instead) => {
            detail.split(' ').map(|word| if word == index { instead } else { word }).collect::<Vec<_>>().join(" ")
        }
        None => detail.into(),
    };
    plan.iter().map(|row| rename(&row.detail)).collect()
}
