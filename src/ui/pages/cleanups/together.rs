//! All clean-ups one after the other, and the script that does it.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::domain::cleanup::script::Script;
use crate::domain::cleanup::together::{Sequence, Together};
use crate::domain::numbers::{count, counted};
use crate::domain::run::Step;
use crate::domain::verdict::Verdict;
use crate::domain::words::file_stem;
use crate::ui::components::copy::CopyButton;
use crate::ui::components::sql::Sql;
use crate::ui::components::step_button::StepButton;
use crate::ui::components::verdict::{Badge, Face, Tone};
use crate::ui::download::save;
use crate::ui::{Glyph, Icon, Inspector, Marked};

use super::outcomes::by_table;

#[component]
pub fn AllTogether() -> impl IntoView {
    let inspector = Inspector::use_();
    let together = Memo::new(move |_| inspector.report.with(|report| report.as_ref()?.together.clone()));
    let steps = Signal::stored(vec![Step::CleanTogether]);
    view! {
        <section class="section stack stack-4" aria-labelledby="together">
            <div class="section-head">
                <h2 id="together">"All of them, one after the other"</h2>
                <p>"Each as a transaction of its own, on a copy that was dropped afterwards."</p>
            </div>
            {move || match together.get() {
                Some(together) => tried(together).into_any(),
                None => view! { <StepButton steps=steps label="Try all of them" busy_label="Running on a copy" /> }.into_any(),
            }}
        </section>
    }
}

fn tried(together: Together) -> impl IntoView {
    let words = together.order_words();
    let Together { foreign_keys_on, foreign_keys_off, best, script, .. } = together;
    let differs = foreign_keys_on.runs != best.runs;
    view! {
        <div class="outcomes">
            {sequence("As documented, foreign keys on", foreign_keys_on)}
            {sequence("As documented, foreign keys off", foreign_keys_off)}
            {differs.then(|| sequence("Best order found", best))}
            {finished(&script)}
        </div>
        <p>
            <Marked text=words />
        </p>
        <Download script=script />
    }
}

fn sequence(title: &'static str, sequence: Sequence) -> impl IntoView {
    let n_orphans: u64 = sequence.orphans.values().sum();
    let face = match (sequence.n_failed(), n_orphans) {
        (0, 0) => Face::new(Tone::Good, Glyph::Verdict(Verdict::Holds), "Works"),
        (0, _) => Face::new(Tone::Warn, Glyph::Warn, "Leaves orphans"),
        _ => Face::new(Tone::Bad, Glyph::Verdict(Verdict::Refused), "Fails in part"),
    };
    let orphans = (n_orphans > 0).then(|| {
        view! { <p>{counted(n_orphans, "row then names", "rows then name")} " nothing: " {by_table(&sequence.orphans)} "."</p> }
    });
    let changed: u64 = sequence.updated_by_table.values().chain(sequence.inserted_by_table.values()).sum();
    let changed = (changed > 0)
        .then(|| view! { <p>{counted(changed, "row", "rows")} " changed or added by foreign keys and triggers."</p> });
    let failures = sequence.runs.iter().filter_map(|run| {
        let error = run.error.clone()?;
        Some(view! { <li><code>{run.cleanup.clone()}</code> ": " {error}</li> })
    });
    let failures = failures.collect_view();
    view! {
        <div class="outcome">
            <h3>{title} <Badge face=face /></h3>
            {removed(sequence.n_removed(), &sequence.by_table)}
            <ul>{failures}</ul>
            {orphans}
            {changed}
        </div>
    }
}

fn finished(script: &Script) -> impl IntoView + use<> {
    let n_removed = script.by_table.values().sum();
    let face = match script.left_out.len() {
        0 => Face::new(Tone::Good, Glyph::Verdict(Verdict::Holds), "Works"),
        _ => Face::new(Tone::Warn, Glyph::Warn, "In part"),
    };
    let releases = script.steps.iter().any(|step| !step.releases.is_empty());
    let releases = releases.then_some("References that block are set to NULL first. ");
    let left_out: Vec<String> = script.left_out.iter().map(|left| format!("{}: {}", left.title, left.why)).collect();
    view! {
        <div class="outcome">
            <h3>"With the script below" <Badge face=face /></h3>
            {removed(n_removed, &script.by_table)}
            <p>{releases} "Its very statements were run on a copy."</p>
            {left_out.into_iter().map(|words| view! { <p>{words}</p> }).collect_view()}
        </div>
    }
}

fn removed(n: u64, tables: &BTreeMap<String, u64>) -> impl IntoView + use<> {
    view! {
        <p class="figure">{count(n)} " " <span class="unit">"rows removed"</span></p>
        <p class="hint">{by_table(tables)}</p>
    }
}

/// The file for the shell, and the job for the application.
#[component]
fn Download(script: Script) -> impl IntoView {
    let inspector = Inspector::use_();
    let script = StoredValue::new(script);
    let vacuum = RwSignal::new(false);
    let database = move || inspector.database.with(|d| d.as_ref().map(|d| d.file_name.clone())).unwrap_or_default();
    let sql = Memo::new(move |_| script.with_value(|script| script.to_sql(&database(), vacuum.get())));
    let job = StoredValue::new(script.with_value(Script::to_rust));
    let save_sql = move |_| {
        let name = Script::file_name(&untrack(database));
        save(inspector, &name, "application/sql", &sql.get_untracked());
    };
    let save_job = move |_| {
        let name = format!("{}-cleanup.rs", file_stem(&untrack(database)));
        save(inspector, &name, "text/rust", &job.get_value());
    };
    let shown = RwSignal::new(false);
    view! {
        <div class="stack stack-3">
            <h3>"Do it"</h3>
            <p class="hint">
                "For the sqlite3 shell, on the live file: foreign keys on, short transactions, and it stops where it finds far more or far fewer rows than were previewed."
            </p>
            <label class="check">
                <input type="checkbox" prop:checked=move || vacuum.get() on:change=move |event| vacuum.set(event_target_checked(&event)) />
                <span>"End with VACUUM"</span>
            </label>
            <div class="row no-print">
                <button class="btn primary" type="button" on:click=save_sql>
                    <Icon glyph=Glyph::Download />
                    "Download clean-up script"
                </button>
                <CopyButton text=sql what="the clean-up script" />
                <button class="btn" type="button" on:click=save_job>
                    <Icon glyph=Glyph::Download />
                    "Download Rust job"
                </button>
                <CopyButton text=Signal::derive(move || job.get_value()) what="the Rust job" />
            </div>
            <details class="more" on:toggle=move |_| shown.set(true)>
                <summary>"Look at the script"</summary>
                {move || {
                    shown.get().then(|| view! { <Sql caption="Clean-up script" sql=sql.get() copy=false /> })
                }}
            </details>
        </div>
    }
}
