//! Logs of the application: reading them in the worker, and what was read. They need no database.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use crate::client::ClientError;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::monitoring::{LogSummary, LoggedRun};
use crate::protocol::{OpenLog, ReadLog, RunLogged};

use super::state::Inspector;

/// Read by one call: between two of them other requests are answered and the person can stop.
const PART_BYTES: u64 = 8 << 20;

/// Which of the two logs that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    First,
    Other,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LogProgress {
    pub side: Side,
    pub name: String,
    pub n_read: u64,
    pub n_total: u64,
}

/// A query of the log and the project that it was run for.
pub type Asked = (String, Option<String>);

#[derive(Clone, Copy)]
pub struct Logs {
    pub first: RwSignal<Option<LogSummary>>,
    /// To compare with the first.
    pub other: RwSignal<Option<LogSummary>>,
    pub progress: RwSignal<Option<LogProgress>>,
    /// The query that is looked at.
    pub chosen: RwSignal<Option<String>>,
    /// Queries of the log, run on the open database.
    pub runs: RwSignal<BTreeMap<Asked, Result<LoggedRun, Failure>>>,
    pub running: RwSignal<Option<Asked>>,
    /// Code that builds the connection pool, as a person pasted it; the guide's at first.
    pub pool_code: RwSignal<String>,
    is_stopped: StoredValue<bool>,
}

impl Logs {
    pub(super) fn new() -> Self {
        Self {
            first: RwSignal::new(None),
            other: RwSignal::new(None),
            progress: RwSignal::new(None),
            chosen: RwSignal::new(None),
            runs: RwSignal::default(),
            running: RwSignal::new(None),
            pool_code: RwSignal::default(),
            is_stopped: StoredValue::new(false),
        }
    }

    /// What was read so far becomes the answer.
    pub fn stop(self) {
        self.is_stopped.set_value(true);
    }
}

impl Inspector {
    /// Reads a log in the place of the one before on that side.
    pub fn read_log(self, file: File, side: Side) {
        spawn_local(self.take_log(file, side));
    }

    pub async fn take_log(self, file: File, side: Side) {
        let logs = self.logs;
        if logs.progress.with_untracked(Option::is_some) {
            return;
        }
        self.failure.set(None);
        logs.is_stopped.set_value(false);
        logs.progress.set(Some(LogProgress { side, name: file.name(), n_read: 0, n_total: file.size() as u64 }));
        let read = self.read_log_parts(file).await;
        logs.progress.set(None);
        match (read, side) {
            (Ok(summary), Side::First) => {
                logs.chosen.set(summary.queries.first().map(|query| query.name.clone()));
                logs.runs.update(BTreeMap::clear);
                logs.other.set(None);
                logs.first.set(Some(summary));
                // A report that was saved stays as it was.
                if !self.saved.shown.get_untracked() {
                    self.change_report(|_| ());
                }
            }
            (Ok(summary), Side::Other) => logs.other.set(Some(summary)),
            (Err(failure), _) if failure.kind == FailureKind::Cancelled => {}
            (Err(failure), _) => self.failure.set(Some(failure)),
        }
    }

    async fn read_log_parts(self, file: File) -> Result<LogSummary, Failure> {
        let (logs, client) = (self.logs, self.client.get_value());
        let open = OpenLog { name: file.name() };
        client.call_with_files(open, &[file]).await.map_err(ClientError::into_failure)?;
        loop {
            let call = ReadLog { max_bytes: PART_BYTES, stop: logs.is_stopped.get_value() };
            let part = client.call(call).await.map_err(ClientError::into_failure)?;
            if let Some(summary) = part.summary {
                return Ok(summary);
            }
            logs.progress.update(|progress| {
                if let Some(progress) = progress {
                    (progress.n_read, progress.n_total) = (part.n_read, part.n_total);
                }
            });
        }
    }

    /// Runs a query of the log on the open database; the answer stands in `runs`.
    pub fn run_logged(self, asked: Asked) {
        let logs = self.logs;
        if logs.running.with_untracked(Option::is_some) {
            return;
        }
        logs.running.set(Some(asked.clone()));
        let edition = self.edition.get_value();
        spawn_local(async move {
            let (name, project) = asked.clone();
            let answer = self.client.get_value().call(RunLogged { name, project }).await;
            logs.running.set(None);
            if self.edition.get_value() == edition {
                logs.runs.update(|runs| {
                    runs.insert(asked, answer.map_err(ClientError::into_failure));
                });
            }
        });
    }
}
