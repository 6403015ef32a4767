//! Two statements of a person's own, measured in turns.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::benchmark::StatementComparison;
use crate::domain::failure::Failure;
use crate::protocol::CompareStatements;

use super::state::Inspector;

/// Part of the shared state.
#[derive(Clone, Copy, Default)]
pub struct Statements {
    /// As they are typed.
    pub sql: [RwSignal<String>; 2],
    pub answer: RwSignal<Option<Result<StatementComparison, Failure>>>,
    /// How far the comparison under way is: done, of total.
    pub comparing: RwSignal<Option<(u64, u64)>>,
}

impl Inspector {
    /// Compares what is typed, on the file as dropped.
    pub fn compare_statements(self) {
        let Statements { sql, answer, comparing } = self.statements;
        let [first, second] = sql.map(|sql| sql.get_untracked());
        let edition = self.edition.get_value();
        comparing.set(Some((0, 0)));
        answer.set(None);
        spawn_local(async move {
            let on_progress = move |n_done, n_total| comparing.set(Some((n_done, n_total)));
            let call = CompareStatements { first, second };
            let found = self.client.get_value().call_with_progress(call, on_progress).await;
            comparing.set(None);
            if self.edition.get_value() == edition && !found.as_ref().is_err_and(|error| error.is_cancelled()) {
                answer.set(Some(found.map_err(|error| error.into_failure())));
            }
        });
    }
}
