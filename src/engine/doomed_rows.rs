//! Which rows a clean-up removes: the keys that SQLite's pre-update hook names while the DELETE runs on a scratch fork.

use std::collections::BTreeMap;

use super::Session;
use super::connection::{Db, ForeignKeys};
use super::error::{EngineError, Result};
use super::tally::{DoomedKeys, Tally};
use crate::domain::catalogue::DocumentedCleanup;
use crate::domain::database::Database;
use crate::domain::failure::FailureKind;
use crate::snapshot::Fork;

/// Kept, because the tables of one clean-up are looked at one after the other.
pub(super) struct Doomed {
    pub cleanup: String,
    /// By table, cascades included.
    pub keys: BTreeMap<String, DoomedKeys>,
}

impl Doomed {
    /// Runs `cleanup` as the application would, and drops what it did.
    fn find(cleanup: &DocumentedCleanup, database: &Database, fork: Fork) -> Result<Self> {
        let db = Db::open_to_change(fork, ForeignKeys::On)?;
        let (tally, answer) = Tally::with_keys(&db, database, || db.execute_batch(&cleanup.sql));
        match answer.map_err(EngineError::from) {
            Ok(()) => Ok(Self { cleanup: cleanup.id.clone(), keys: tally.into_keys() }),
            Err(error) if error.is_cancelled() => Err(error),
            Err(error) => {
                let message = format!("The clean-up fails and so removes no row: {}", error.words());
                Err(EngineError::new(FailureKind::Sql, message))
            }
        }
    }
}

impl Session {
    /// Sees to it that `doomed` holds what `cleanup` removes.
    pub(super) fn find_doomed(&mut self, cleanup: &DocumentedCleanup) -> Result<()> {
        if self.doomed.as_ref().is_none_or(|doomed| doomed.cleanup != cleanup.id) {
            self.doomed = Some(Doomed::find(cleanup, &self.database, self.original.fork().fork())?);
        }
        Ok(())
    }
}
