//! Statements that SQLite plans otherwise with statistics than without: each is run both ways, and what would put a
//! harmful one right is tried.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::connection::ForeignKeys;
use super::error::Result;
use super::plan_clone::{Blueprint, StatisticsRows};
use super::statement::Statement;
use super::work::{self, Run};
use crate::domain::plan::{PlanRow, Step, costly_steps};
use crate::domain::verdict::Statistics;
use crate::domain::work::{StatisticsEffect, StatisticsFix};
use crate::snapshot::Fork;

/// The file, and the statistics of an ANALYZE on a copy of it.
pub struct Tried<'a> {
    pub blueprint: &'a Blueprint,
    pub original: &'a Fork,
    pub fresh: &'a StatisticsRows,
    pub asked: &'a [Statement],
}

/// One kind of statistics: a clone that plans with it, and a fork that runs with it.
struct State {
    clone: Connection,
    fork: Fork,
}

impl Tried<'_> {
    /// Those of the file, or fresh ones when the file has none, against no statistics at all.
    pub fn effects(&self) -> Result<Vec<StatisticsEffect>> {
        let of_file = !self.blueprint.statistics.is_empty();
        let (kind, rows) =
            if of_file { (Statistics::OfFile, &self.blueprint.statistics) } else { (Statistics::Fresh, self.fresh) };
        let (with, without) = (self.state(rows)?, self.state(&StatisticsRows::default())?);
        let mut effects = Vec::new();
        for asked in self.asked {
            let (plan_with, plan_without) = (with.plan(asked), without.plan(asked));
            if plan_with == plan_without {
                continue;
            }
            let (run_with, run_without) = (with.run(asked)?, without.run(asked)?);
            if matches!(run_with, Run::Failed) || matches!(run_without, Run::Failed) {
                continue;
            }
            let n_costly = |plan: &[PlanRow]| costly_steps(plan).count() as u64;
            let mut effect = StatisticsEffect {
                statement: asked.subject.clone(),
                statistics: kind,
                with: run_with.work(),
                without: run_without.work(),
                n_costly_with: n_costly(&plan_with),
                n_costly_without: n_costly(&plan_without),
                fix: None,
            };
            if effect.is_harmful() {
                effect.fix = self.fix(asked, &effect, &with, rows, of_file, &difference(&plan_with, &plan_without))?;
            }
            effects.push(effect);
        }
        Ok(effects)
    }

    /// The first of the likely cures that helps and harms nothing else.
    fn fix(
        &self,
        asked: &Statement,
        effect: &StatisticsEffect,
        now: &State,
        rows: &StatisticsRows,
        of_file: bool,
        indexes: &BTreeSet<String>,
    ) -> Result<Option<StatisticsFix>> {
        let mut cures = Vec::new();
        let analyze = if of_file { "" } else { "ANALYZE;\n" };
        if of_file {
            cures.push(("ANALYZE;".into(), self.fresh.clone()));
        }
        for index in indexes {
            cures.push((format!("{analyze}{}", rows.forget_sql(index)), rows.without(index)));
        }
        for (sql, rows) in cures {
            let cured = self.state(&rows)?;
            let Some(work) = cured.run(asked)?.work() else { continue };
            let helps = effect.with.is_none_or(|with| with.is_more_than(work));
            if helps && !self.harms(now, &cured)? {
                return Ok(Some(StatisticsFix { sql, with: work }));
            }
        }
        Ok(None)
    }

    /// Whether a documented statement is more work in `then` than in `now`.
    fn harms(&self, now: &State, then: &State) -> Result<bool> {
        for asked in self.asked.iter().filter(|asked| now.plan(asked) != then.plan(asked)) {
            let harmed = match (now.run(asked)?.work(), then.run(asked)?.work()) {
                (Some(now), Some(then)) => then.is_more_than(now),
                (Some(_), None) => true,
                (None, _) => false,
            };
            if harmed {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn state(&self, rows: &StatisticsRows) -> Result<State> {
        let clone = self.blueprint.build(Some(rows), ForeignKeys::On)?;
        Ok(State { clone, fork: work::with_statistics(self.original, rows)? })
    }
}

impl State {
    fn plan(&self, asked: &Statement) -> Vec<PlanRow> {
        asked.plan(&self.clone)
    }

    fn run(&self, asked: &Statement) -> Result<Run> {
        work::run(&self.fork, &asked.sql, &asked.values)
    }
}

/// Indexes that only one of the plans uses.
fn difference(one: &[PlanRow], other: &[PlanRow]) -> BTreeSet<String> {
    let indexes = |plan: &[PlanRow]| -> BTreeSet<String> {
        let accesses = plan.iter().filter_map(|row| match row.step() {
            Step::Scan(access) | Step::Search(access) => access.index,
            _ => None,
        });
        accesses.collect()
    };
    &indexes(one) ^ &indexes(other)
}
