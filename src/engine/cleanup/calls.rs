//! The previews that a person asks for.

use crate::domain::catalogue::{Catalogue, DocumentedCleanup};
use crate::domain::cleanup::CleanupReport;
use crate::domain::cleanup::histogram::MAX_RETENTION_DAYS;
use crate::domain::cleanup::together::Together;
use crate::domain::instant::Instant;
use crate::domain::run::StepAnswer;
use crate::engine::{Engine, Result, Session, not_open, unknown};
use crate::snapshot;

impl Engine {
    /// With the retention that was asked for last, the documented one at first.
    pub(in crate::engine) fn preview_cleanup(&mut self, id: &str) -> Result<CleanupReport> {
        let (catalogue, now) = (&self.catalogue, Instant(snapshot::now()));
        let session = self.session.as_mut().ok_or_else(not_open)?;
        let cleanup = session.cleanup(catalogue, id)?;
        let mut report = session.judge_cleanup(catalogue, &cleanup)?;
        if report.error.is_some() {
            return Ok(report);
        }
        // Ages depend on the instant alone: moving the retention reads them, and does not count again.
        let ages = match session.histograms.get(id).filter(|ages| ages.now == now) {
            Some(ages) => ages.clone(),
            None => {
                let status = catalogue.table(&cleanup.table).and_then(|table| table.status.as_ref());
                let ages = super::histogram::read(&cleanup, status, &session.original)?;
                session.histograms.insert(id.to_owned(), ages.clone());
                ages
            }
        };
        report.histogram = Some(ages);
        super::preview(&cleanup, &session.database, &session.original, &mut session.as_dropped, report)
    }

    /// With the retention that was asked for last. Where the statement does not prepare there is nothing to find.
    pub(in crate::engine) fn find_stragglers(&mut self, id: &str) -> Result<StepAnswer> {
        let catalogue = &self.catalogue;
        let session = self.session.as_mut().ok_or_else(not_open)?;
        let cleanup = session.cleanup(catalogue, id)?;
        if session.judge_cleanup(catalogue, &cleanup)?.error.is_some() {
            return Ok(StepAnswer::Stragglers { cleanup: cleanup.id, stragglers: Vec::new() });
        }
        let found = match session.find_doomed(&cleanup) {
            Err(error) if error.is_cancelled() => return Err(error),
            found => found,
        };
        // A statement that fails removes no child.
        let doomed = session.doomed.as_ref().filter(|_| found.is_ok()).map(|doomed| &doomed.keys);
        let stragglers = super::stragglers::find(&cleanup, catalogue, &session.database, &session.original, doomed)?;
        Ok(StepAnswer::Stragglers { cleanup: cleanup.id, stragglers })
    }

    /// Those that the file has the tables and columns for, each with the retention that was asked for last.
    pub(in crate::engine) fn clean_together(&mut self) -> Result<Together> {
        let catalogue = &self.catalogue;
        let session = self.session.as_mut().ok_or_else(not_open)?;
        let mut cleanups = Vec::new();
        for documented in &catalogue.cleanups {
            let cleanup = session.cleanup(catalogue, &documented.id)?;
            if session.judge_cleanup(catalogue, &cleanup)?.error.is_none() {
                cleanups.push(cleanup);
            }
        }
        super::together::preview(&cleanups, &session.database, &session.original, &mut session.as_dropped)
    }

    /// Previews a clean-up with a retention of the person's own, which stays until another one is asked for.
    pub fn preview_with_retention(&mut self, id: &str, retention_days: u32) -> Result<CleanupReport> {
        let session = self.session.as_mut().ok_or_else(not_open)?;
        session.retentions.insert(id.to_owned(), retention_days.min(MAX_RETENTION_DAYS));
        // Other rows are old enough.
        (session.rows, session.doomed) = (None, None);
        self.preview_cleanup(id)
    }
}

impl Session {
    /// A documented clean-up with the retention that a person chose.
    pub(in crate::engine) fn cleanup(&self, catalogue: &Catalogue, id: &str) -> Result<DocumentedCleanup> {
        let cleanup = catalogue.cleanup(id).ok_or_else(|| unknown("clean-up", id))?;
        let chosen = self.retentions.get(id);
        Ok(chosen.map_or_else(|| cleanup.clone(), |days| cleanup.with_retention(*days)))
    }
}
