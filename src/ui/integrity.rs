//! The check of the whole file: asked here, shown under Database.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::ClientError;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::integrity::CheckDepth;
use crate::protocol::CheckIntegrity;

use super::state::Inspector;

/// Whether the file's pages are being read.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Integrity {
    /// What is known stands in the report.
    #[default]
    Idle,
    Checking {
        depth: CheckDepth,
        /// Pages read, of all; of 0 until the first are.
        pages: (u64, u64),
    },
    Failed(Failure),
}

impl Integrity {
    pub fn is_checking(&self) -> bool {
        matches!(self, Self::Checking { .. })
    }
}

impl Inspector {
    /// Nothing else can be asked meanwhile; a cancel leaves what was known before.
    pub fn check_integrity(self, depth: CheckDepth) {
        if self.integrity.with_untracked(Integrity::is_checking) {
            return;
        }
        let before = self.integrity.get_untracked();
        self.integrity.set(Integrity::Checking { depth, pages: (0, 0) });
        // Another database may have been opened meanwhile: then nothing is being checked any more.
        let is_over = move || !self.integrity.with_untracked(Integrity::is_checking);
        let on_progress = move |n_done, n_total| {
            if !is_over() {
                self.integrity.set(Integrity::Checking { depth, pages: (n_done, n_total) });
            }
        };
        spawn_local(async move {
            let client = self.client.get_value();
            let answer = client.call_with_progress(CheckIntegrity { depth }, on_progress).await;
            if is_over() {
                return;
            }
            self.integrity.set(match answer.map_err(ClientError::into_failure) {
                Ok(found) => {
                    self.change_report(|report| report.integrity = Some(found));
                    Integrity::Idle
                }
                Err(failure) if failure.kind == FailureKind::Cancelled => before,
                Err(failure) => Integrity::Failed(failure),
            });
        });
    }
}
