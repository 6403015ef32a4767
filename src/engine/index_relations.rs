//! Which indexes say the same as others, and what the documented plans would be without an index.

use rusqlite::Connection;

use super::connection::quoted;
use super::error::Result;
use super::plan::explain;
use crate::domain::database::Database;
use crate::domain::index_definition::{IndexDefinition, parse_index};
use crate::domain::index_findings::{IndexRelation, RelationKind};
use crate::domain::plan::{PlanRow, accesses_of};
use crate::domain::value::Value;

/// A documented statement with its values.
pub type Asked = (String, Vec<Value>);

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
    asked: Vec<Asked>,
    states: Vec<(&'a Connection, Vec<Vec<PlanRow>>)>,
}

/// Documented statements whose plan uses an index, and those whose plan changes without it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Without {
    pub n_using: u64,
    pub n_changed: u64,
}

impl<'a> DocumentedPlans<'a> {
    pub fn new(clones: Vec<&'a Connection>, asked: Vec<Asked>) -> Self {
        let states = clones.into_iter().map(|clone| (clone, plans(clone, &asked))).collect();
        Self { asked, states }
    }

    pub fn mention(&self, word: &str) -> bool {
        let rows = self.states.iter().flat_map(|(_, plans)| plans).flatten();
        rows.flat_map(|row| row.detail.split(' ')).any(|other| other.eq_ignore_ascii_case(word))
    }

    /// Really drops `index`, in each state, and asks again. `instead` may do the same steps in its place.
    pub fn without(&self, index: &str, instead: Option<&str>) -> Result<Without> {
        let mut using = vec![false; self.asked.len()];
        let mut changed = vec![false; self.asked.len()];
        for (clone, before) in &self.states {
            clone.execute_batch("SAVEPOINT dropped")?;
            let dropped = clone.execute_batch(&format!("DROP INDEX IF EXISTS {}", quoted(index)));
            let after = plans(clone, &self.asked);
            clone.execute_batch("ROLLBACK TO dropped; RELEASE dropped")?;
            dropped?;
            for (at, (before, after)) in before.iter().zip(&after).enumerate() {
                using[at] |= accesses_of(before, index).next().is_some();
                changed[at] |= details(before, index, instead) != details(after, index, instead);
            }
        }
        let n = |flags: &[bool]| flags.iter().filter(|flag| **flag).count() as u64;
        Ok(Without { n_using: n(&using), n_changed: n(&changed) })
    }
}

fn plans(clone: &Connection, asked: &[Asked]) -> Vec<Vec<PlanRow>> {
    asked.iter().map(|(sql, values)| explain(clone, sql, values).unwrap_or_default()).collect()
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
