//! The open file, the instant at which it is looked at, and the one thing to do.

use leptos::prelude::*;

use crate::domain::database::Database;
use crate::domain::instant::Instant;

use super::components::numbers;
use super::icons::{Glyph, Icon};
use super::state::{Inspector, RunState};

#[component]
pub fn FileBar() -> impl IntoView {
    view! {
        <header class="filebar">
            <FileFacts />
            <div class="filebar-do">
                <EvaluateAt />
                <RunButton />
            </div>
        </header>
    }
}

#[component]
fn FileFacts() -> impl IntoView {
    let inspector = Inspector::use_();
    let facts = Memo::new(move |_| {
        let sqlite = inspector.environment.with(|e| e.as_ref().map(|e| format!("SQLite {}", e.sqlite_version)));
        inspector.database.with(|d| d.as_ref().map(|d| file_facts(d, sqlite))).unwrap_or_default()
    });
    let name = move || inspector.database.with(|d| d.as_ref().map(|d| d.file_name.clone()).unwrap_or_default());
    let copying = move || {
        let promotion = inspector.promotion.get()?;
        let share = numbers::percent(promotion.n_copied, promotion.n_total)?;
        let to = if promotion.in_ram { "memory" } else { "disk" };
        Some(view! { <span class="file-fact faint">{format!("copying to {to}, {}", share.text())}</span> })
    };
    let opening = move || {
        let name = inspector.opening.get()?;
        Some(view! { <span class="file-fact" role="status">{format!("Opening {name}\u{2026}")}</span> })
    };
    view! {
        <div class="filebar-facts">
            <span class="file-name">{name}</span>
            {move || {
                facts.get().into_iter().map(|fact| view! { <span class="file-fact">{fact}</span> }).collect_view()
            }}
            {copying}
            {opening}
        </div>
    }
}

fn file_facts(database: &Database, sqlite: Option<String>) -> Vec<String> {
    let mut facts = vec![numbers::bytes(database.bytes).text()];
    if database.wal_frames > 0 {
        facts.push(numbers::counted(database.wal_frames, "WAL frame", "WAL frames"));
    }
    facts.extend(sqlite);
    facts.push(if database.has_statistics { "with statistics" } else { "no statistics" }.into());
    facts
}

/// The field shows UTC. It is off during a run: every answer of a report was made at one instant.
#[component]
fn EvaluateAt() -> impl IntoView {
    let inspector = Inspector::use_();
    // Half-typed text is no instant; the field shows the one in use again once the person leaves it.
    let change = move |event| {
        if let Some(now) = Instant::parse_local_input(&event_target_value(&event)) {
            inspector.set_now(now);
        }
    };
    view! {
        <span class="field inline">
            <label class="label" for="evaluate-at">
                "Evaluate at"
            </label>
            <input
                class="input"
                id="evaluate-at"
                type="datetime-local"
                step="1"
                aria-describedby="evaluate-at-utc"
                prop:value=move || inspector.now.get().local_input()
                disabled=move || inspector.is_running()
                on:change=change
            />
            <span class="hint" id="evaluate-at-utc">
                "UTC"
            </span>
        </span>
    }
}

#[component]
fn RunButton() -> impl IntoView {
    let inspector = Inspector::use_();
    // Off while a database is being opened: what runs would be about the one that goes.
    let is_off = move || {
        let opening = inspector.opening.with(Option::is_some);
        opening || inspector.run.with(|run| matches!(run, RunState::Running(_)))
    };
    view! {
        <button class="btn" type="button" disabled=is_off on:click=move |_| inspector.run_everything()>
            <Icon glyph=Glyph::Play />
            "Run everything"
        </button>
    }
}
