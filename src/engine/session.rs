//! What every step asks of the open database: the documented statements with values, the judge of their plans, the migration
//! on its fork. What is costly is kept until something changes it.

use super::choices::{self, Effort};
use super::connection::quoted;
use super::data_set::{DataSet, Key};
use super::error::{EngineError, Result};
use super::index_relations::{self, DocumentedPlans};
use super::judge::{Asked, Judge};
use super::statement::Statement;
use super::statistics_effects::Tried;
use super::{Session, large_indexes, migrate, not_open, sizes, unknown};
use crate::domain::catalogue::{Catalogue, DocumentedCleanup, DocumentedQuery};
use crate::domain::cleanup::CleanupReport;
use crate::domain::database::Index;
use crate::domain::finding::Subject;
use crate::domain::index_findings::{IndexUse, RelationKind};
use crate::domain::instant::Instant;
use crate::domain::measuring::Samples;
use crate::domain::migration::{IndexReport, Outcome};
use crate::domain::query::{Parameter, QueryReport};
use crate::domain::run::{Judged, TriedWithout};
use crate::domain::value::Value;
use crate::domain::verdict::Statistics;
use crate::snapshot;

/// Above this size ANALYZE reads a sample of each index only (`PRAGMA analysis_limit`).
const FULL_ANALYZE_BYTES: u64 = 256 << 20;

/// Rows of each index that a sampled ANALYZE reads; SQLite's documentation suggests 100 to 1000.
const ANALYSIS_LIMIT: u32 = 1000;

impl Session {
    /// Made-up data for `query`; what was made last is kept, because the next question is often about the same.
    pub fn data_set(
        &mut self,
        catalogue: &Catalogue,
        query: &DocumentedQuery,
        n_rows: u64,
        n_rows_per_key: u64,
    ) -> Result<&DataSet> {
        let key = Key::of(catalogue, &query.sql, n_rows, n_rows_per_key);
        match self.data.take().filter(|data| data.key == key) {
            Some(data) => Ok(self.data.insert(data)),
            None => {
                let redefinitions = self.repaired.as_ref().map(|repaired| repaired.trial.redefinitions.as_slice());
                Ok(self.data.insert(DataSet::build(catalogue, key, redefinitions)?))
            }
        }
    }

    pub fn count_rows(&mut self, table: &str) -> Result<u64> {
        self.as_dropped.count_rows(&self.original, table)
    }

    /// Rows of each index that ANALYZE reads; `None` for all.
    pub fn analysis_limit(&self) -> Option<u32> {
        (self.database.bytes > FULL_ANALYZE_BYTES).then_some(ANALYSIS_LIMIT)
    }

    /// Every documented statement, with values of some row.
    pub fn statements(&mut self, catalogue: &Catalogue, effort: Effort) -> Result<Vec<Statement>> {
        let mut statements = Vec::new();
        for query in &catalogue.queries {
            let parameters = choices::parameters(&self.original, query, effort, &mut self.chosen)?;
            statements.push(Statement {
                subject: Subject::Query(query.id.clone()),
                sql: query.sql.clone(),
                values: parameters.into_iter().map(|parameter| parameter.value).collect(),
                claim: query.claim.clone(),
            });
        }
        statements.extend(catalogue.cleanups.iter().map(|cleanup| Statement {
            subject: Subject::Cleanup(cleanup.id.clone()),
            sql: cleanup.sql.clone(),
            values: Vec::new(),
            claim: cleanup.claim.clone(),
        }));
        Ok(statements)
    }

    /// Every documented statement, once with the most frequent values and once with those of some row.
    pub fn statements_twice(&mut self, catalogue: &Catalogue) -> Result<Vec<Statement>> {
        let mut statements = self.statements(catalogue, Effort::MostFrequent)?;
        for other in self.statements(catalogue, Effort::FirstRow)? {
            if statements.iter().all(|one| one.subject != other.subject || one.values != other.values) {
                statements.push(other);
            }
        }
        Ok(statements)
    }

    pub fn judge_for(&mut self, catalogue: &Catalogue) -> Result<&Judge> {
        if self.judge.is_none() {
            let statements = self.statements(catalogue, Effort::FirstRow)?;
            let fresh = self.fresh.as_ref();
            self.judge = Some(Judge::new(catalogue, &self.database, &self.blueprint, fresh, &statements)?);
        }
        self.judge.as_ref().ok_or_else(not_open)
    }

    pub fn judge_all(&mut self, catalogue: &Catalogue) -> Result<Judged> {
        let mut judged = Judged { migration: self.judge_for(catalogue)?.migration().to_vec(), ..Judged::default() };
        for query in &catalogue.queries {
            let parameters = choices::parameters(&self.original, query, Effort::FirstRow, &mut self.chosen)?;
            judged.queries.push(self.judge_query(catalogue, query, parameters)?);
        }
        for cleanup in &catalogue.cleanups {
            let cleanup = self.cleanup(catalogue, &cleanup.id)?;
            judged.cleanups.push(self.judge_cleanup(catalogue, &cleanup)?);
        }
        judged.index_statistics = self.blueprint.statistics.read_as(Statistics::OfFile);
        judged.index_statistics.extend(self.fresh.iter().flat_map(|rows| rows.read_as(Statistics::Fresh)));
        Ok(judged)
    }

    /// Runs documented statements without what their plans rest on: a large index, and the statistics.
    pub fn try_without(&mut self, catalogue: &Catalogue) -> Result<TriedWithout> {
        let asked = self.statements(catalogue, Effort::MostFrequent)?;
        if self.sizes.is_none() {
            self.sizes = Some(sizes::all(&self.original)?);
        }
        self.judge_for(catalogue)?;
        let clones = self.judge.as_ref().and_then(Judge::first_and_last).ok_or_else(not_open)?;
        let tables: Vec<&str> = catalogue.tables.iter().map(|table| table.name.as_str()).collect();
        let (sizes, original) = (self.sizes.as_deref().unwrap_or_default(), self.original.fork());
        let large_indexes = large_indexes::large_indexes(&self.database, &tables, sizes, &asked, clones, original)?;
        let statistics_effects = match &self.fresh {
            Some(fresh) => Tried { blueprint: &self.blueprint, original, fresh, asked: &asked }.effects()?,
            None => Vec::new(),
        };
        Ok(TriedWithout { large_indexes, statistics_effects })
    }

    /// What the file's indexes are to each other and to the documented statements.
    pub fn judge_indexes(&mut self, catalogue: &Catalogue, judged: &mut Judged) -> Result<()> {
        let asked = self.statements(catalogue, Effort::FirstRow)?;
        let documented = |name: &str| catalogue.indexes.iter().any(|index| index.name.eq_ignore_ascii_case(name));
        let mut relations = index_relations::relations(&self.database, documented);
        let mut uses = Vec::new();
        self.judge_for(catalogue)?;
        let Some(judge) = &self.judge else { return Ok(()) };
        let plans = DocumentedPlans::new(judge.clones().collect(), asked);
        for relation in &mut relations {
            let instead = (relation.kind == RelationKind::DuplicateOf).then_some(relation.other.as_str());
            relation.n_plans_changed = plans.n_changed(&relation.table, &relation.index, instead)?;
        }
        for table in &self.database.tables {
            let of_guide = catalogue.tables.iter().any(|known| known.name.eq_ignore_ascii_case(&table.name));
            let made = |index: &&Index| index.sql.is_some() && !index.unique;
            let deployed = table.indexes.iter().filter(made).map(|index| (index.name.as_str(), index.partial));
            let created = judge
                .migration()
                .iter()
                .filter(|entry| entry.outcome == Outcome::Created && entry.table.eq_ignore_ascii_case(&table.name));
            let partial = |name: &str| catalogue.index(name).is_some_and(|index| index.where_clause.is_some());
            let created = created.map(|entry| (entry.index.as_str(), partial(&entry.index)));
            for (index, partial) in deployed.chain(created) {
                let n_plans = plans.n_using(index);
                // A documented one is never to be dropped, and each drop has SQLite read all statistics again.
                let keep = n_plans > 0 && documented(index);
                let n_plans_changed = if keep { n_plans } else { plans.n_changed(&table.name, index, None)? };
                uses.push(IndexUse {
                    index: index.into(),
                    table: table.name.clone(),
                    n_plans,
                    n_plans_changed,
                    n_usable: (of_guide && partial).then(|| plans.n_usable(&table.name, index)).flatten(),
                });
            }
        }
        (judged.index_relations, judged.index_uses) = (relations, uses);
        Ok(())
    }

    pub fn judge_query(
        &mut self,
        catalogue: &Catalogue,
        query: &DocumentedQuery,
        parameters: Vec<Parameter>,
    ) -> Result<QueryReport> {
        let values: Vec<Value> = parameters.iter().map(|parameter| parameter.value.clone()).collect();
        let other_values = choices::last(&self.original, query, &mut self.chosen);
        let judged = self.judge_for(catalogue)?.statement(Asked {
            sql: &query.sql,
            values: &values,
            other_values: other_values.as_deref(),
            claim: query.claim.as_deref(),
        });
        Ok(QueryReport {
            id: query.id.clone(),
            title: query.title.clone(),
            section: query.section.clone(),
            sql: query.sql.clone(),
            parameters,
            claim: judged.claim,
            plan_before: judged.plan_before,
            plan_after: judged.plan_after,
            steps_before: judged.steps_before,
            steps_after: judged.steps_after,
            before: None,
            after: None,
            samples_before: Samples::default(),
            samples_after: Samples::default(),
            change: None,
            error: judged.error,
        })
    }

    pub fn judge_cleanup(&mut self, catalogue: &Catalogue, cleanup: &DocumentedCleanup) -> Result<CleanupReport> {
        let asked = Asked { sql: &cleanup.sql, values: &[], other_values: None, claim: cleanup.claim.as_deref() };
        let judged = self.judge_for(catalogue)?.statement(asked);
        let now = Instant(snapshot::now());
        Ok(CleanupReport {
            id: cleanup.id.clone(),
            title: cleanup.title.clone(),
            table: cleanup.table.clone(),
            sql: cleanup.sql.clone(),
            retention: format!("{} days", cleanup.retention_days),
            cutoff: now.plus_days(-i64::from(cleanup.retention_days)).sqlite_text(),
            claim: judged.claim,
            plan: judged.plan_before,
            plan_after: judged.plan_after,
            steps_before: judged.steps_before,
            steps_after: judged.steps_after,
            retention_days: cleanup.retention_days,
            error: judged.error,
            ..CleanupReport::default()
        })
    }

    pub fn migration_entry(&mut self, catalogue: &Catalogue, name: &str) -> Result<IndexReport> {
        let entries = self.judge_for(catalogue)?.migration();
        entries.iter().find(|entry| entry.index == name).cloned().ok_or_else(|| unknown("index", name))
    }

    /// Applies to the candidate whatever the migration has left to do.
    pub fn finish_migration(&mut self, catalogue: &Catalogue) -> Result<()> {
        let entries = self.judge_for(catalogue)?.migration().to_vec();
        let is_open = |entry: &&IndexReport| {
            entry.outcome == Outcome::Created
                && !self.not_built.contains(&entry.index)
                && !migrate::has_index(&self.candidate, &entry.index)
        };
        let mut not_built = Vec::new();
        for entry in entries.iter().filter(is_open) {
            // A refusal that only the data shows is told by its own step.
            let answer = self.candidate.execute_batch(&entry.documented_sql).map_err(EngineError::from);
            if let Err(error) = answer {
                if error.is_cancelled() {
                    return Err(error);
                }
                let _ = self.candidate.execute_batch(&format!("DROP INDEX IF EXISTS {}", quoted(&entry.index)));
                not_built.push(entry.index.clone());
            }
        }
        self.not_built.extend(not_built);
        Ok(())
    }
}
