//! What was measured, kept under a name to compare later measurements with.

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::baseline::Baseline;
use crate::domain::numbers;
use crate::ui::baselines::{Comparing, KeptBaseline};
use crate::ui::components::step_button::CancelButton;
use crate::ui::download::save;
use crate::ui::files;
use crate::ui::open_button::FileButton;
use crate::ui::{Glyph, Icon, Inspector};

use super::comparison::LastComparison;

#[component]
pub fn Baselines(now: Memo<Option<Arc<Baseline>>>) -> impl IntoView {
    let inspector = Inspector::use_();
    // A saved report was measured elsewhere, under circumstances that it does not tell in full.
    if untrack(|| inspector.is_saved()) {
        return ().into_any();
    }
    inspector.baselines.load();
    view! {
        <section class="section" aria-labelledby="baselines">
            <div class="section-head">
                <h2 id="baselines">"Against a baseline"</h2>
                <p>"Keep what was measured under a name, and compare what is measured later with it."</p>
            </div>
            <div class="stack stack-4">
                <Save now=now />
                <Undo />
                <Kept now=now />
                <LastComparison now=now />
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Save(now: Memo<Option<Arc<Baseline>>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let name = NodeRef::<Input>::new();
    let n_measured = move || now.with(|now| now.as_ref().map_or(0, |now| now.entries.len()));
    let is_off = move || n_measured() == 0;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = name.get_untracked().filter(|_| !untrack(is_off)) else { return };
        inspector.save_baseline(&field.value());
        field.set_value("");
    };
    let hint = move || match n_measured() {
        0 => "Nothing has been measured yet with enough samples.".into(),
        n => format!("{}, with their samples.", numbers::counted(n as u64, "measurement", "measurements")),
    };
    let import = move |chosen: Vec<web_sys::File>| {
        spawn_local(async move {
            for file in chosen {
                match files::text(&file).await.and_then(|text| Baseline::read(&text)) {
                    Ok(baseline) => inspector.keep_baseline(&baseline),
                    Err(failure) => inspector.failure.set(Some(failure)),
                }
            }
        });
    };
    view! {
        <form class="row no-print" on:submit=submit>
            <span class="field inline">
                <label class="label" for="baseline-name">
                    "Name of the baseline"
                </label>
                <input
                    class="input"
                    id="baseline-name"
                    type="text"
                    maxlength="80"
                    placeholder="main"
                    autocomplete="off"
                    node_ref=name
                />
            </span>
            <button class="btn" type="submit" aria-disabled=move || is_off().then_some("true")>
                "Save as baseline"
            </button>
            <FileButton class="btn plain file-input" label="Import baseline" accept=".json" on_files=import />
            <span class="hint">{hint}</span>
        </form>
    }
}

/// What was done last, for as long as it can be taken back.
#[component]
fn Undo() -> impl IntoView {
    let inspector = Inspector::use_();
    let undo = move |_| {
        if let Err(failure) = inspector.baselines.undo() {
            inspector.failure.set(Some(failure));
        }
    };
    view! {
        <p class="row row-tight" role="status">
            {move || {
                inspector.baselines.done.get().map(|done| {
                    view! {
                        <span>{done.words}</span>
                        <button class="btn plain small" type="button" on:click=undo>
                            "Undo"
                        </button>
                    }
                })
            }}
        </p>
    }
}

#[component]
fn Kept(now: Memo<Option<Arc<Baseline>>>) -> impl IntoView {
    let kept = Inspector::use_().baselines.kept;
    let rows = move || kept.get().into_iter().map(|kept| row(kept, now)).collect_view();
    view! {
        <Show
            when=move || kept.with(|kept| !kept.is_empty())
            fallback=|| view! { <p class="faint">"No baseline is kept in this browser yet."</p> }
        >
            <div class="table-scroll" role="region" aria-label="Baselines" tabindex="0">
                <table class="table">
                    <caption class="visually-hidden">"Baselines kept in this browser"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Baseline"</th>
                            <th scope="col">"Saved, UTC"</th>
                            <th scope="col" class="num">
                                "Measurements"
                            </th>
                            <th scope="col">
                                <span class="visually-hidden">"What to do"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Show>
    }
}

fn row(kept: KeptBaseline, now: Memo<Option<Arc<Baseline>>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let name = kept.name.clone();
    let delete = {
        let name = name.clone();
        move |_| inspector.baselines.delete(&name)
    };
    let (about, saved_at, n_entries, with) = match kept.read {
        Ok(baseline) => (
            baseline.about(),
            baseline.saved_at.sqlite_text(),
            numbers::count(baseline.entries.len() as u64),
            Some(view! { <With baseline=baseline now=now /> }),
        ),
        Err(failure) => (failure.message, String::new(), String::new(), None),
    };
    view! {
        <tr>
            <th scope="row">{name.clone()} <span class="sub">{about}</span></th>
            <td>{saved_at}</td>
            <td class="num">{n_entries}</td>
            <td>
                <span class="row row-tight">
                    {with}
                    <button
                        class="btn plain small"
                        type="button"
                        aria-label=format!("Delete {name}")
                        on:click=delete
                    >
                        "Delete"
                    </button>
                </span>
            </td>
        </tr>
    }
}

/// What can be done with a baseline that could be read.
#[component]
fn With(baseline: Arc<Baseline>, now: Memo<Option<Arc<Baseline>>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let comparing = inspector.baselines.comparing;
    let name = baseline.name.clone();
    let own = move || comparing.with(|comparing| comparing.as_ref().filter(|own| own.name == name).cloned());
    let is_off = move || now.with(Option::is_none) || comparing.with(Option::is_some) || inspector.is_running();
    let compare = {
        let baseline = Arc::clone(&baseline);
        move |_| {
            if !untrack(is_off) {
                inspector.compare_with(Arc::clone(&baseline));
            }
        }
    };
    let is_busy = {
        let own = own.clone();
        Signal::derive(move || own().is_some())
    };
    let compare_label = format!("Compare with {}", baseline.name);
    let export_label = format!("Export {}", baseline.name);
    let export = move |_| save(inspector, &baseline.export_name(), "application/json", &baseline.to_json());
    let progress = move || match own() {
        None => view! { "Compare" }.into_any(),
        Some(Comparing { n_done, n_total, .. }) => {
            view! { <Icon glyph=Glyph::Spin /> {format!("{n_done} of {n_total}")} }.into_any()
        }
    };
    view! {
        <button
            class="btn small"
            type="button"
            aria-label=compare_label
            aria-disabled=move || is_off().then_some("true")
            on:click=compare
        >
            {progress}
        </button>
        <CancelButton busy=is_busy />
        <button class="btn plain small" type="button" aria-label=export_label on:click=export>
            "Export"
        </button>
    }
}
