//! What stands around every view: the landing page without a database, the navigation and the file bar with one.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::alert::FailureAlert;
use super::dialog::{Shortcuts, ShortcutsDialog};
use super::drop::accept_drops;
use super::file_watch::{FileChangeAlert, watch_file};
use super::filebar::FileBar;
use super::icons::{Glyph, Icon};
use super::last_file::accept_launches;
use super::nav::Nav;
use super::newer_version::NewerVersion;
use super::pages::{
    Benchmarks, Cleanups, Guide, Indexes, Landing, Monitoring, Overview, Pool, Practices, Queries, Repair, ReportView,
    Summary, Troubleshooting, WithoutDatabase,
};
use super::route::{Route, focus_main, follow_hash};
use super::shortcuts;
use super::state::Inspector;
use super::theme::ThemeChoice;

#[component]
pub fn Shell() -> impl IntoView {
    let inspector = Inspector::start();
    let theme = ThemeChoice::start();
    let dialog = ShortcutsDialog::new();
    provide_context(inspector);
    provide_context(theme);
    provide_context(dialog);
    follow_hash(inspector.route);
    follow_ticks(inspector);
    watch_file(inspector);
    shortcuts::listen(inspector, theme, dialog);
    accept_launches(inspector);
    let dragging = accept_drops(inspector);
    let is_open = Memo::new(move |_| inspector.database.with(Option::is_some));
    let about_logs = Memo::new(move |_| inspector.route.with(Route::is_about_logs));
    let frame = Memo::new(move |_| match (is_open.get(), about_logs.get()) {
        (true, _) => Frame::Workspace,
        (false, true) => Frame::Logs,
        (false, false) => Frame::Landing,
    });
    // What stands around a saved report is built anew for a database: only there is something to ask.
    let what_stands = Memo::new(move |_| (frame.get(), inspector.is_saved()));
    name_document(inspector, frame);
    // A plain link to `#main` would change the hash, which is the address of the view.
    let skip = |event: MouseEvent| {
        event.prevent_default();
        focus_main();
    };
    view! {
        <a class="skip" href="#main" on:click=skip>
            "Skip to content"
        </a>
        {move || match what_stands.get().0 {
            Frame::Workspace => view! { <Workspace dragging=dragging /> }.into_any(),
            Frame::Landing => view! { <Landing dragging=dragging /> }.into_any(),
            Frame::Logs => view! {
                <WithoutDatabase>
                    {move || match inspector.route.get() {
                        Route::Pool => view! { <Pool /> }.into_any(),
                        _ => view! { <Monitoring /> }.into_any(),
                    }}
                </WithoutDatabase>
            }
            .into_any(),
        }}
        <Shortcuts dialog=dialog />
        <NewerVersion />
    }
}

/// What stands around the view.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    Workspace,
    Landing,
    /// Views about logs need no database.
    Logs,
}

/// Whenever another set of changes is ticked, or a proven repair is there, SQLite is asked what becomes of the claims.
fn follow_ticks(inspector: Inspector) {
    let changes = Memo::new(move |_| {
        let is_proven = inspector.report.with(|report| report.as_ref().is_some_and(|report| report.repair.is_some()));
        is_proven.then(|| inspector.ticked_repair().statements())
    });
    Effect::new(move |_| {
        if let Some(changes) = changes.get() {
            inspector.judge_repair(changes);
        }
    });
}

#[component]
fn Workspace(dragging: RwSignal<bool>) -> impl IntoView {
    let inspector = Inspector::use_();
    // A view is built again when another one takes its place, not when it shows another of its entries.
    let view_now = Memo::new_with_compare(
        move |_| inspector.route.get(),
        |old: Option<&Route>, new: Option<&Route>| match (old, new) {
            (Some(old), Some(new)) => !old.is_same_view(new),
            _ => true,
        },
    );
    // What stands around the view and the view itself are built in two tasks, so that neither blocks the page for long:
    // the first time, the browser also compiles each function as it is called.
    let frame_stands = RwSignal::new(false);
    set_timeout(
        move || {
            // The frame may be gone again by then.
            let _ = frame_stands.try_set(true);
        },
        std::time::Duration::ZERO,
    );
    view! {
        <div class="app">
            <Nav />
            <div class="page">
                <FileBar />
                <main id="main" tabindex="-1">
                    <FailureAlert />
                    <FileChangeAlert />
                    {move || match view_now.get() {
                        _ if !frame_stands.get() => ().into_any(),
                        Route::Summary => view! { <Summary /> }.into_any(),
                        Route::Indexes(_) => view! { <Indexes /> }.into_any(),
                        Route::Queries(_) => view! { <Queries /> }.into_any(),
                        Route::Cleanups(_) => view! { <Cleanups /> }.into_any(),
                        Route::Repair(_) => view! { <Repair /> }.into_any(),
                        Route::Benchmarks(_) => view! { <Benchmarks /> }.into_any(),
                        Route::Monitoring => view! { <Monitoring /> }.into_any(),
                        Route::Pool => view! { <Pool /> }.into_any(),
                        Route::Practices(_) => view! { <Practices /> }.into_any(),
                        Route::Troubleshooting => view! { <Troubleshooting /> }.into_any(),
                        Route::Guide => view! { <Guide /> }.into_any(),
                        Route::Overview(_) => view! { <Overview /> }.into_any(),
                        Route::Report => view! { <ReportView /> }.into_any(),
                    }}
                </main>
                <Foot />
            </div>
        </div>
        <Show when=move || dragging.get()>
            <div class="drop-veil">
                <p class="drop-title">
                    <Icon glyph=Glyph::Drop />
                    {move || match inspector.route.with(Route::is_about_logs) {
                        true => "Release to read the log",
                        false => "Release to open another file",
                    }}
                </p>
            </div>
        </Show>
    }
}

#[component]
fn Foot() -> impl IntoView {
    let inspector = Inspector::use_();
    let file = move || inspector.database.with(|d| d.as_ref().map(|d| d.file_name.clone()).unwrap_or_default());
    view! {
        <footer class="foot">
            <span>"Nothing leaves this machine: no request since the page loaded."</span>
            <span>
                "Every change is made on a copy-on-write view; "
                <span class="mono">{file}</span>
                " is never written."
            </span>
        </footer>
    }
}

fn name_document(inspector: Inspector, frame: Memo<Frame>) {
    Effect::new(move |_| {
        let view = inspector.route.with(Route::label);
        let view = if frame.get() == Frame::Landing { "Open a database" } else { view };
        document().set_title(&format!("{view} \u{b7} Cortex Inspector"));
    });
}
