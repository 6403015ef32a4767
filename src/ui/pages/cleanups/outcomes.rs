//! The same statement under both settings of foreign keys.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::domain::cleanup::{CleanupReport, DeleteOutcome, Release, WithForeignKeys, WithoutForeignKeys};
use crate::domain::numbers::{count, counted};
use crate::domain::verdict::Verdict;
use crate::ui::Glyph;
use crate::ui::components::sql::{Sql, SqliteError};
use crate::ui::components::verdict::{Badge, Face, Tone};

#[component]
pub fn Outcomes(cleanup: CleanupReport) -> impl IntoView {
    let CleanupReport { table, foreign_keys_on, foreign_keys_off, release, .. } = cleanup;
    let sql = release.as_ref().map(|release| release.sql.clone());
    view! {
        <section class="section stack stack-3" aria-labelledby="outcome">
            <div class="section-head">
                <h2 id="outcome">"What would happen"</h2>
                <p>"Executed on a copy that was dropped afterwards."</p>
            </div>
            <div class="outcomes">
                {foreign_keys_on.map(|result| with_foreign_keys(result, &table))}
                {foreign_keys_off.map(|result| without_foreign_keys(result, &table))}
                {release.map(released)}
            </div>
            {sql.map(|sql| view! { <Sql caption="What lets it finish, tried on a copy of this file" sql=sql /> })}
        </section>
    }
}

fn with_foreign_keys(result: WithForeignKeys, table: &str) -> impl IntoView + use<> {
    let face = Face::from(&result);
    let n_cascaded: u64 = result.by_table.iter().filter(|(name, _)| *name != table).map(|(_, n)| n).sum();
    let cascaded = (n_cascaded > 0).then(|| {
        view! { <p>{counted(n_cascaded, "row", "rows")} " of other tables go with them by cascade."</p> }
    });
    let matching = match result.outcome {
        DeleteOutcome::Ok => None,
        // SQLite takes back all of a statement that fails.
        DeleteOutcome::ForeignKeyViolation | DeleteOutcome::Failed => Some(
            view! { <p>{counted(result.n_matching, "row", "rows")} " match the statement; SQLite took all of it back."</p> },
        ),
    };
    view! {
        <div class="outcome">
            <h3>"Foreign keys on" <Badge face=face /></h3>
            <Deleted n=result.n_deleted />
            {result.error.map(|words| view! { <SqliteError words=words /> })}
            {cascaded}
            {matching}
            <p class="hint">"As the application runs it."</p>
        </div>
    }
}

fn without_foreign_keys(result: WithoutForeignKeys, table: &str) -> impl IntoView + use<> {
    let face = Face::from(&result);
    let removed = result.removed_by_triggers(table);
    let by_triggers = [("remove", &removed), ("change", &result.updated_by_table), ("add", &result.inserted_by_table)];
    let by_triggers = by_triggers.into_iter().filter(|(_, rows)| !rows.is_empty());
    let by_triggers = by_triggers
        .map(|(verb, rows)| view! { <p>{format!("Triggers {verb} ")} {by_table(rows)} "."</p> })
        .collect_view();
    let n_orphans: u64 = result.orphans.values().sum();
    let orphans = (n_orphans > 0).then(|| {
        view! {
            <p>
                {counted(n_orphans, "row", "rows")} {if n_orphans == 1 { " then points" } else { " then point" }}
                " to nothing: " {by_table(&result.orphans)} ". No cascade runs."
            </p>
        }
    });
    view! {
        <div class="outcome">
            <h3>"Foreign keys off" <Badge face=face /></h3>
            <Deleted n=result.n_deleted />
            {result.error.map(|words| view! { <SqliteError words=words /> })}
            {by_triggers}
            {orphans}
            <p class="hint">"As the sqlite3 shell runs it."</p>
        </div>
    }
}

fn released(release: Release) -> impl IntoView {
    let n_rows: u64 = release.by_table.values().sum();
    view! {
        <div class="outcome">
            <h3>"On, references released" <Badge face=Face::new(Tone::Good, Glyph::Verdict(Verdict::Holds), "Works") /></h3>
            <Deleted n=release.n_deleted />
            <p>
                {counted(release.n_released, "row stays", "rows stay")}
                " without the reference that blocked; "
                {counted(n_rows - release.n_deleted.min(n_rows), "row", "rows")}
                " of other tables go by cascade."
            </p>
            <p class="hint">"The statements stand below."</p>
        </div>
    }
}

#[component]
fn Deleted(n: u64) -> impl IntoView {
    view! {
        <p class="figure">
            {count(n)} " " <span class="unit">{if n == 1 { "row removed" } else { "rows removed" }}</span>
        </p>
    }
}

/// `13,187 in terminal_log, 1,448 in git_event`; the most first.
pub(super) fn by_table(counts: &BTreeMap<String, u64>) -> Vec<AnyView> {
    let mut counts: Vec<(String, u64)> =
        counts.iter().filter(|(_, n)| **n > 0).map(|(name, n)| (name.clone(), *n)).collect();
    counts.sort_by(|(_, a), (_, b)| b.cmp(a));
    counts
        .into_iter()
        .enumerate()
        .map(|(at, (table, n))| {
            view! {
                {(at > 0).then_some(", ")}
                {count(n)}
                " in "
                <code>{table}</code>
            }
            .into_any()
        })
        .collect()
}
