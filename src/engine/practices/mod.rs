//! The guide's practices, each tried on scratch forks: one file for each kind of experiment.

mod indexes;
mod n_plus_one;
mod pages;
mod prepared;
mod query_patterns;
mod rebuild;
mod transactions;
mod vacuum;

use super::cleanup::space::VACUUM_LIMIT_BYTES;
use super::connection::Db;
use super::error::{EngineError, Result};
use super::measure::{self, Measured, Precision, Run, Side};
use super::{Engine, not_open, precision, unknown};
use crate::domain::benchmark::Indexes;
use crate::domain::catalogue::{Catalogue, DocumentedQuery};
use crate::domain::database::Database;
use crate::domain::numbers;
use crate::domain::practices::{Comparison, Experiment, Findings, PracticeReport, Way};
use crate::domain::value::Value;
use crate::snapshot::Fork;

impl Engine {
    /// Tries one practice. Everything that is written goes to a scratch fork.
    pub(super) fn practice(&mut self, id: &str) -> Result<PracticeReport> {
        let catalogue = &self.catalogue;
        let practice = catalogue.practice(id).ok_or_else(|| unknown("practice", id))?;
        let session = self.session.as_mut().ok_or_else(not_open)?;
        session.finish_migration(catalogue)?;
        // A practice is a few comparisons, each of them for a person who waits.
        let settings = self.settings.brief();
        let made_up = match &practice.experiment {
            Experiment::Pages { query } => {
                let query = catalogue.query(query).ok_or_else(|| unknown("query", query))?;
                let data = session.data_set(catalogue, query, pages::MADE_UP_ROWS, pages::MADE_UP_ROWS)?;
                data.forks().find(|(indexes, _)| *indexes == Indexes::Documented).map(|(_, fork)| fork.fork())
            }
            _ => None,
        };
        let lab = Lab {
            catalogue,
            database: &session.database,
            original: &session.original,
            candidate: &session.candidate,
            precision: precision(self.granularity_ns, &settings),
        };
        let findings = match lab.missing(&practice.experiment)? {
            Some(words) => {
                Findings::not_applicable("It cannot be tried on this file", format!("SQLite says: {words}."))
            }
            None => match &practice.experiment {
                Experiment::Indexes => indexes::run(&lab)?,
                Experiment::Transactions { table } => transactions::run(&lab, table)?,
                Experiment::Rebuild => rebuild::run(&lab)?,
                Experiment::Prepared { query } => prepared::run(&lab, lab.query(query)?)?,
                Experiment::Vacuum => vacuum::run(&lab)?,
                Experiment::QueryPatterns { inefficient, efficient } => {
                    query_patterns::run(&lab, inefficient, efficient)?
                }
                Experiment::NPlusOne { parents, children, key, join } => {
                    n_plus_one::run(&lab, [parents, children, join], key)?
                }
                Experiment::Pages { query } => pages::run(&lab, lab.query(query)?, made_up.as_ref())?,
            },
        };
        Ok(findings.under(practice))
    }
}

/// What an experiment works with.
struct Lab<'a> {
    catalogue: &'a Catalogue,
    database: &'a Database,
    /// The file as dropped.
    original: &'a Db,
    /// With every statement of the migration that SQLite accepts.
    candidate: &'a Db,
    precision: Precision<'a>,
}

impl Lab<'_> {
    fn query(&self, id: &str) -> Result<&DocumentedQuery> {
        self.catalogue.query(id).ok_or_else(|| unknown("query", id))
    }

    /// SQLite's words where a statement of the experiment does not prepare on this file.
    fn missing(&self, experiment: &Experiment) -> Result<Option<String>> {
        for id in experiment.queries() {
            if let Err(error) = self.original.prepare(&self.query(id)?.sql) {
                return Ok(Some(EngineError::from(error).words()));
            }
        }
        Ok(match experiment {
            Experiment::Transactions { table } if self.database.table(table).is_none() => {
                Some(format!("no such table: {table}"))
            }
            _ => None,
        })
    }

    /// What to answer for a file that is too large to be written anew in memory.
    fn too_large(&self) -> Option<Findings> {
        (self.original.fork().len() > VACUUM_LIMIT_BYTES).then(|| {
            let why = format!("It is tried on files of up to {}.", numbers::bytes(VACUUM_LIMIT_BYTES).text());
            Findings::not_applicable("The file is too large to be written anew in memory", why)
        })
    }

    /// Two statements on connections of their own, in turns.
    fn compare(&self, on: [&Fork; 2], before: Asked<'_>, after: Asked<'_>) -> Result<Comparison> {
        let sides = [Side::open(on[0])?, Side::open(on[1])?];
        let [one, other] = &sides;
        let one = Run { sql: before.0, parameters: before.1, side: one };
        let other = Run { sql: after.0, parameters: after.1, side: other };
        let (one, other) = measure::compare(one, other, self.precision)?;
        let change = measure::change(&one.samples, &other.samples, self.precision.settings)?;
        Ok(Comparison { before: way(before.0, one), after: way(after.0, other), change })
    }
}

/// A statement with its values.
type Asked<'a> = (&'a str, &'a [Value]);

fn way(sql: &str, measured: Measured) -> Way {
    Way { sql: sql.into(), plan: measured.plan, cost: measured.cost }
}
