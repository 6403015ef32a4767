//! The open file, the instant at which it is looked at, and the one thing to do.

use leptos::html::Input;
use leptos::prelude::*;

use crate::domain::database::Database;
use crate::domain::instant::Instant;

use super::icons::{Glyph, Icon};
use super::open_button::OpenButton;
use super::run_status::RunStatus;
use super::state::Inspector;
use crate::domain::numbers;

#[component]
pub fn FileBar() -> impl IntoView {
    view! {
        <header class="filebar">
            <FileFacts />
            <div class="filebar-do">
                {match untrack(|| Inspector::use_().is_saved()) {
                    true => view! { <SavedReport /> }.into_any(),
                    false => {
                        view! {
                            <EvaluateAt />
                            <RunButton />
                        }
                            .into_any()
                    }
                }}
            </div>
            <RunStatus />
        </header>
    }
}

/// In the place of what there is to do with a database.
#[component]
fn SavedReport() -> impl IntoView {
    let now = Inspector::use_().now;
    view! {
        <span class="tag">"Saved report"</span>
        <span class="hint">
            {move || format!("Evaluated at {} UTC. Open its database to ask SQLite again.", now.get().sqlite_text())}
        </span>
    }
}

#[component]
fn FileFacts() -> impl IntoView {
    let inspector = Inspector::use_();
    let facts = Memo::new(move |_| {
        let sqlite = inspector.report.with(|r| r.as_ref().map(|r| format!("SQLite {}", r.environment.sqlite_version)));
        inspector.database.with(|d| d.as_ref().map(|d| file_facts(d, sqlite))).unwrap_or_default()
    });
    let name = move || inspector.database.with(|d| d.as_ref().map(|d| d.file_name.clone()).unwrap_or_default());
    let copying = move || {
        let promotion = inspector.promotion.get()?;
        let share = numbers::percent(promotion.n_copied, promotion.n_total)?;
        let to = if promotion.in_ram { "memory" } else { "disk" };
        let decline = (!promotion.in_ram).then(|| {
            view! {
                <button class="btn plain small" type="button" on:click=move |_| inspector.decline_copy()>
                    "Do not copy"
                </button>
            }
        });
        Some(view! {
            <span class="file-fact faint">{format!("copying to {to}, {}", share.text())}</span>
            {decline}
        })
    };
    let opening = move || {
        let name = inspector.opening.get()?;
        Some(view! { <span class="file-fact" role="status">{format!("Opening {name}\u{2026}")}</span> })
    };
    let close = if untrack(|| inspector.is_saved()) { "Close the report" } else { "Close the database" };
    view! {
        <div class="filebar-facts">
            <span class="file-name">{name}</span>
            {move || {
                facts.get().into_iter().map(|fact| view! { <span class="file-fact">{fact}</span> }).collect_view()
            }}
            {copying}
            {opening}
            <span class="file-open">
                <OpenButton class="btn plain small file-input" />
                <button
                    class="btn plain small square"
                    type="button"
                    aria-label=close
                    title=close
                    on:click=move |_| inspector.close()
                >
                    <Icon glyph=Glyph::X />
                </button>
            </span>
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
    let field = NodeRef::<Input>::new();
    // Writing the same instant back would throw away the digits of a year that is being typed.
    Effect::new(move |_| {
        let now = inspector.now.get();
        if let Some(field) = field.get().filter(|field| Instant::parse_local_input(&field.value()) != Some(now)) {
            field.set_value(&now.local_input());
        }
    });
    // Text that is no instant yet changes nothing. Browsers differ in which of the two events comes with every key.
    let change = move |event: leptos::ev::Event| {
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
                step="60"
                aria-describedby="evaluate-at-utc"
                node_ref=field
                disabled=move || inspector.is_running()
                on:input=change
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
    let is_off = move || inspector.opening.with(Option::is_some) || inspector.is_running();
    // Not `disabled`: a button that loses the focus when it is pressed sends keyboard users back to the top.
    let press = move |_| {
        if !is_off() {
            inspector.run_everything();
        }
    };
    view! {
        <button class="btn" type="button" aria-disabled=move || is_off().then_some("true") on:click=press>
            <Icon glyph=Glyph::Play />
            "Run everything"
        </button>
    }
}
