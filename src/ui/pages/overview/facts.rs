//! What the header and the schema say, and what the guide expects to find.

use leptos::prelude::*;

use crate::domain::database::{AutoVacuum, Database, DocumentedTable};
use crate::domain::numbers;
use crate::domain::verdict::Verdict;
use crate::ui::components::verdict::{Badge, Face, Tone};
use crate::ui::icons::{Glyph, Icon};
use crate::ui::marked::Marked;
use crate::ui::route::Route;
use crate::ui::state::Inspector;

/// Reads one thing of the open database.
pub(super) fn of_database<T: Default + PartialEq + Clone + Send + Sync + 'static>(
    read: impl Fn(&Database) -> T + Send + Sync + 'static,
) -> Memo<T> {
    let inspector = Inspector::use_();
    Memo::new(move |_| inspector.database.with(|database| database.as_ref().map(&read).unwrap_or_default()))
}

#[component]
pub fn Notices() -> impl IntoView {
    let inspector = Inspector::use_();
    let of_file = of_database(|database| database.notices.clone());
    let notices = move || of_file.get().into_iter().chain(inspector.not_copied.get());
    let line = |notice: String| {
        view! {
            <div class="alert" data-tone=Tone::Info.name() role="note">
                <Icon glyph=Glyph::Info />
                <p>
                    <Marked text=notice />
                </p>
            </div>
        }
    };
    move || notices().map(line).collect_view()
}

fn facts(database: &Database) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Size", format!("{} ({} bytes)", numbers::bytes(database.bytes).text(), numbers::count(database.bytes))),
        (
            "Pages",
            format!(
                "{} of {} bytes, {} of them free",
                numbers::count(database.page_count),
                numbers::count(database.page_size.into()),
                numbers::count(database.freelist_count)
            ),
        ),
        ("Journal mode", database.journal_mode.clone()),
        ("Frames in the -wal", numbers::count(database.wal_frames)),
        ("Statistics", if database.has_statistics { "of an earlier ANALYZE" } else { "none" }.into()),
        ("Encoding", database.encoding.clone()),
        ("Auto-vacuum", auto_vacuum(database.auto_vacuum).into()),
        ("User version", database.user_version.to_string()),
    ];
    if !database.views.is_empty() {
        facts.push(("Views", database.views.join(", ")));
    }
    facts
}

fn auto_vacuum(mode: AutoVacuum) -> &'static str {
    match mode {
        AutoVacuum::None => "none",
        AutoVacuum::Full => "full",
        AutoVacuum::Incremental => "incremental",
    }
}

#[component]
pub fn Facts() -> impl IntoView {
    let facts = of_database(facts);
    let line = |(name, value)| {
        view! {
            <dt>{name}</dt>
            <dd>{value}</dd>
        }
    };
    view! {
        <section class="section" aria-labelledby="facts">
            <div class="section-head">
                <h2 id="facts">"The file"</h2>
            </div>
            <div class="cols-2">
                <dl class="kv tight">{move || facts.get().into_iter().map(line).collect_view()}</dl>
                <Migrations />
            </div>
        </section>
    }
}

#[component]
fn Migrations() -> impl IntoView {
    let versions = of_database(|database| database.applied_migrations.clone());
    let summary = move || {
        versions.with(|versions| match versions.last() {
            None => "No applied migration is recorded".into(),
            Some(last) => {
                let n = numbers::counted(versions.len() as u64, "applied migration", "applied migrations");
                format!("{n}, the last {last}")
            }
        })
    };
    let lines = move || versions.get().into_iter().map(|version| view! { <li>{version}</li> }).collect_view();
    view! {
        <details class="more">
            <summary>{summary}</summary>
            <ul class="mono options">{lines}</ul>
        </details>
    }
}

#[component]
pub fn Documented() -> impl IntoView {
    let tables = of_database(|database| database.documented.clone());
    let line = |table: DocumentedTable| {
        let DocumentedTable { name, present, missing_columns } = table;
        let face = match (present, missing_columns.is_empty()) {
            (true, true) => Face::new(Tone::Good, Glyph::Verdict(Verdict::Holds), "Present"),
            (true, false) => Face::new(Tone::Warn, Glyph::Verdict(Verdict::Differs), "Columns missing"),
            (false, _) => Face::new(Tone::Bad, Glyph::Verdict(Verdict::Missing), "Missing"),
        };
        let columns = missing_columns.into_iter().map(|column| view! { <code>{column}</code> }).collect_view();
        let name = match present {
            true => {
                let href = Route::Overview(Some(name.clone())).href();
                view! {
                    <a href=href>
                        <code>{name}</code>
                    </a>
                }
                .into_any()
            }
            false => view! { <code>{name}</code> }.into_any(),
        };
        view! {
            <li class="row">
                <Badge face=face />
                {name}
                {columns}
            </li>
        }
    };
    view! {
        <Show when=move || tables.with(|tables| !tables.is_empty())>
            <section class="section" aria-labelledby="documented">
                <div class="section-head">
                    <h2 id="documented">"What the guide speaks of"</h2>
                    <p>"Tables, with the columns that the guide names and this file lacks."</p>
                </div>
                <ul class="documented">{move || tables.get().into_iter().map(line).collect_view()}</ul>
            </section>
        </Show>
    }
}
