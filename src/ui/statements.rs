//! Two statements of a person's own, measured in turns.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::benchmark::{STATEMENT_LIMIT_S, StatementComparison};
use crate::domain::failure::Failure;
use crate::protocol::CompareStatements;

use super::state::Inspector;

/// Part of the shared state.
#[derive(Clone, Copy)]
pub struct Statements {
    /// As they are typed.
    pub sql: [RwSignal<String>; 2],
    /// How long the first run of each may take, in seconds.
    pub limit_s: RwSignal<u32>,
    pub answer: RwSignal<Option<Result<StatementComparison, Failure>>>,
    /// How far the comparison under way is: done, of total; of 0 the nanoseconds that a first run has taken.
    pub comparing: RwSignal<Option<(u64, u64)>>,
}

impl Default for Statements {
    fn default() -> Self {
        Self {
            sql: Default::default(),
            limit_s: RwSignal::new(STATEMENT_LIMIT_S),
            answer: RwSignal::new(None),
            comparing: RwSignal::new(None),
        }
    }
}

impl Inspector {
    /// Compares what is typed, on the file as dropped; within the time limit, if it `is_limited`.
    pub fn compare_statements(self, is_limited: bool) {
        let Statements { sql, limit_s, answer, comparing } = self.statements;
        let limit_ns = is_limited.then(|| u64::from(limit_s.get_untracked()) * 1_000_000_000);
        let [first, second] = sql.map(|sql| sql.get_untracked());
        let edition = self.edition.get_value();
        comparing.set(Some((0, 0)));
        answer.set(None);
        spawn_local(async move {
            let on_progress = move |n_done, n_total| comparing.set(Some((n_done, n_total)));
            let call = CompareStatements { first, second, limit_ns };
            let found = self.client.get_value().call_with_progress(call, on_progress).await;
            comparing.set(None);
            if self.edition.get_value() == edition && !found.as_ref().is_err_and(|error| error.is_cancelled()) {
                answer.set(Some(found.map_err(|error| error.into_failure())));
            }
        });
    }
}
