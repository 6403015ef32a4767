//! The connection pool: its use in the log, its settings, and what other settings would do.

mod settings;
mod simulation;
mod usage;

use leptos::prelude::*;

use crate::domain::pool::{self, ParsedSettings};
use crate::ui::Inspector;
use crate::ui::components::answer::Answer;

use super::monitoring::LogSource;
use settings::Settings;
use simulation::Simulation;
use usage::Usage;

#[component]
pub fn Pool() -> impl IntoView {
    let inspector = Inspector::use_();
    let logs = inspector.logs;
    let headline = Signal::derive(move || logs.first.with(|log| pool::headline(log.as_ref())));
    // As the guide has it, until a person writes something else.
    Effect::new(move |_| {
        let guide = inspector.catalogue.with(|c| c.as_ref().map(|c| pool::chain(&c.pool_settings)));
        if let Some(guide) = guide.filter(|_| logs.pool_code.with_untracked(String::is_empty)) {
            logs.pool_code.set(guide);
        }
    });
    let parsed = Memo::new(move |_| logs.pool_code.with(|code| pool::parse(code)));
    view! {
        <div class="answer stack stack-3">
            <Answer headline=headline name="Connection pool" />
            <LogSource />
        </div>
        <Usage parsed=parsed />
        <Settings parsed=parsed />
        <Simulation parsed=parsed />
    }
}

type Parsed = Memo<ParsedSettings>;
