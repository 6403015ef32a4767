//! Reports that were saved: one shown without its database, one to compare with.

use std::sync::Arc;

use leptos::prelude::*;

use crate::domain::report::Report;

use super::route::Route;
use super::state::{Inspector, RunState};

/// Part of the shared state.
#[derive(Clone, Copy, Default)]
pub struct SavedReports {
    /// Whether what is shown is a saved report, so that there is no database to ask.
    pub shown: RwSignal<bool>,
    /// What the report that is shown is compared with, until the person has seen enough.
    pub other: RwSignal<Option<Arc<Report>>>,
}

impl Inspector {
    /// Whether what is shown was saved earlier: there is nothing to run.
    pub fn is_saved(self) -> bool {
        self.saved.shown.get()
    }

    /// With nothing to compare it with a report is shown; otherwise what is shown is compared with it.
    pub(super) fn take_reports(self, mut reports: Vec<Report>, opens_database: bool) {
        reports.sort_by_key(|report| report.now);
        let Some(newest) = reports.pop() else { return };
        let stands_alone = !opens_database && self.report.with_untracked(Option::is_none);
        let other = match stands_alone {
            true => {
                self.show_saved(newest);
                reports.pop()
            }
            false => Some(newest),
        };
        if let Some(other) = other {
            self.saved.other.set(Some(Arc::new(other)));
            Route::Report.open();
        }
    }

    /// Shows a report in the place of what is open, which is closed.
    pub fn show_saved(self, report: Report) {
        self.close();
        self.begin_edition();
        self.saved.shown.set(true);
        self.now.set(report.now);
        self.database.set(Some(report.database.clone()));
        if report.complete {
            self.run.set(RunState::Finished { elapsed_ms: report.elapsed_ns.unwrap_or_default() as f64 / 1e6 });
        }
        self.report.set(Some(report));
    }

    /// Shows what was compared with, and compares it with what was shown.
    pub fn swap_reports(self) {
        let other = self.saved.other.get_untracked();
        let shown = self.report.get_untracked();
        if let (Some(other), Some(shown)) = (other, shown) {
            self.show_saved(Arc::unwrap_or_clone(other));
            self.saved.other.set(Some(Arc::new(shown)));
            Route::Report.open();
        }
    }
}
