//! Made-up data as the guide describes it, with the indexes of before, of the migration, and of the repair.

use super::connection::{Db, ForeignKeys, quoted};
use super::error::Result;
use crate::domain::benchmark::Indexes;
use crate::domain::catalogue::Catalogue;
use crate::domain::instant::Instant;
use crate::domain::repair_trial::Redefinition;
use crate::domain::table_terms::table_terms;
use crate::snapshot::{self, Base, Fork, RamSource};

/// What a data set is made of. Equal keys make equal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Tables that have rows, in the catalogue's order.
    pub tables: Vec<String>,
    pub n_rows: u64,
    /// Rows that share what the application looks them up by.
    pub n_rows_per_key: u64,
    now: Instant,
}

impl Key {
    /// The tables that `sql` reads and the catalogue can fill.
    pub fn of(catalogue: &Catalogue, sql: &str, n_rows: u64, n_rows_per_key: u64) -> Self {
        let named: Vec<String> = table_terms(sql).into_iter().map(|terms| terms.table).collect();
        let sets = catalogue.data_sets.iter().map(|set| set.table.clone());
        let tables = sets.filter(|table| named.iter().any(|name| name.eq_ignore_ascii_case(table))).collect();
        Self { tables, n_rows, n_rows_per_key, now: Instant(snapshot::now()) }
    }
}

/// Rows once, and a fork of them for each set of indexes.
pub struct DataSet {
    pub key: Key,
    forks: Vec<(Indexes, Fork)>,
}

impl DataSet {
    /// `redefinitions` are the proven repair; `None` when there is none yet, which leaves that fork out.
    pub fn build(catalogue: &Catalogue, key: Key, redefinitions: Option<&[Redefinition]>) -> Result<Self> {
        let db = Db::open(Fork::new(&Base::new(RamSource::default()), None), ForeignKeys::Off)?;
        db.execute_batch("BEGIN")?;
        let sets = || catalogue.data_sets.iter();
        sets().try_for_each(|set| db.execute_batch(&set.schema))?;
        for set in sets().filter(|set| key.tables.contains(&set.table)) {
            let mut fill = db.prepare(&set.fill)?;
            let parameters = [key.n_rows as i64, key.n_rows_per_key.max(1) as i64];
            let n = fill.parameter_count().min(parameters.len());
            fill.execute(rusqlite::params_from_iter(parameters.iter().take(n)))?;
        }
        sets().try_for_each(|set| db.execute_batch(&set.indexes))?;
        db.execute_batch("COMMIT")?;
        let without = db.into_fork();
        let documented = with_indexes(&without, |db| {
            for index in catalogue.indexes.iter().filter(|index| key.tables.contains(&index.table)) {
                accepted(db, &index.sql)?;
            }
            Ok(())
        })?;
        let mut forks = vec![(Indexes::Without, without)];
        let differing: Vec<&Redefinition> =
            redefinitions.iter().copied().flatten().filter(|one| key.tables.contains(&one.table)).collect();
        if !differing.is_empty() {
            let repaired = with_indexes(&documented, |db| {
                for redefinition in differing {
                    let dropped = redefinition.drops.iter().map(|index| index.name.as_str());
                    for name in dropped.chain([redefinition.index.as_str()]) {
                        db.execute_batch(&format!("DROP INDEX IF EXISTS {}", quoted(name)))?;
                    }
                    accepted(db, &redefinition.sql)?;
                }
                Ok(())
            })?;
            forks.push((Indexes::Repaired, repaired));
        }
        forks.insert(1, (Indexes::Documented, documented));
        Ok(Self { key, forks })
    }

    pub fn forks(&self) -> impl Iterator<Item = (Indexes, &Fork)> {
        self.forks.iter().map(|(indexes, fork)| (*indexes, fork))
    }
}

fn with_indexes(fork: &Fork, change: impl FnOnce(&Db) -> Result<()>) -> Result<Fork> {
    let db = Db::open(fork.fork(), ForeignKeys::Off)?;
    change(&db)?;
    Ok(db.into_fork())
}

/// What SQLite refuses is left out, as it would be in the application.
fn accepted(db: &Db, sql: &str) -> Result<()> {
    match db.execute_batch(sql).map_err(super::EngineError::from) {
        Err(error) if error.is_cancelled() => Err(error),
        _ => Ok(()),
    }
}
