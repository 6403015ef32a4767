//! The views: at the side, as a rail of icons, or behind a menu button; `layout.css` decides which.

use leptos::prelude::*;

use super::dialog::ShortcutsDialog;
use super::icons::{Glyph, Icon};
use super::route::Route;
use super::state::Inspector;
use super::theme::ThemeChoice;

#[component]
pub fn Nav() -> impl IntoView {
    let inspector = Inspector::use_();
    let is_open = RwSignal::new(false);
    // The menu closes once it has led somewhere.
    Effect::new(move |_| {
        inspector.route.track();
        is_open.set(false);
    });
    let documented = move |count: fn(&crate::domain::catalogue::Catalogue) -> usize| {
        Signal::derive(move || inspector.catalogue.with(|catalogue| catalogue.as_ref().map(count)))
    };
    let n_tables =
        Signal::derive(move || inspector.database.with(|database| database.as_ref().map(|d| d.tables.len())));
    view! {
        <nav class="nav" aria-label="Views" data-open=move || is_open.get().then_some("")>
            <div class="nav-in">
                <Brand />
                <button
                    class="btn plain small nav-toggle"
                    type="button"
                    aria-expanded=move || is_open.get().to_string()
                    aria-controls="nav-list"
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    <Icon glyph=Glyph::Menu />
                    "Menu"
                </button>
                <ul id="nav-list">
                    <NavLink to=Route::Summary glyph=Glyph::Summary />
                    <NavLink to=Route::Guide glyph=Glyph::Guide count=documented(|c| c.sections.len()) />
                    <NavGap />
                    <NavLink to=Route::Indexes(None) glyph=Glyph::Index count=documented(|c| c.indexes.len()) />
                    <NavLink to=Route::Queries(None) glyph=Glyph::Query count=documented(|c| c.queries.len()) />
                    <NavLink to=Route::Cleanups(None) glyph=Glyph::Clean count=documented(|c| c.cleanups.len()) />
                    <NavLink to=Route::Repair(None) glyph=Glyph::Repair />
                    <NavLink to=Route::Benchmarks(None) glyph=Glyph::Bench count=documented(|c| c.benchmarks.len()) />
                    <NavLink to=Route::Practices(None) glyph=Glyph::Practice count=documented(|c| c.practices.len()) />
                    <NavGap />
                    <NavLink to=Route::Monitoring glyph=Glyph::Log />
                    <NavLink to=Route::Pool glyph=Glyph::Pool />
                    <NavLink to=Route::Troubleshooting glyph=Glyph::Trouble />
                    <NavGap />
                    <NavLink to=Route::Overview(None) glyph=Glyph::Database count=n_tables />
                    <NavLink to=Route::Report glyph=Glyph::Report />
                </ul>
                <NavFoot />
            </div>
        </nav>
    }
}

#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href=Route::Summary.href()>
            <Icon glyph=Glyph::Brand />
            <span>"Cortex Inspector"</span>
        </a>
    }
}

#[component]
fn NavLink(to: Route, glyph: Glyph, #[prop(optional, into)] count: Option<Signal<Option<usize>>>) -> impl IntoView {
    let route = Inspector::use_().route;
    let label = to.label();
    let href = to.href();
    let current = move || route.with(|route| route.is_same_view(&to)).then_some("page");
    view! {
        <li>
            <a class="nav-link" href=href title=label aria-current=current>
                <Icon glyph=glyph />
                <span class="label-text">{label}</span>
                {count.map(|count| move || count.get().map(|n| view! { <span class="count">{n}</span> }))}
            </a>
        </li>
    }
}

/// Between what the guide claims, what the application did, and the file itself.
#[component]
fn NavGap() -> impl IntoView {
    view! { <li class="nav-gap" role="separator"></li> }
}

#[component]
fn NavFoot() -> impl IntoView {
    let dialog: ShortcutsDialog = expect_context();
    let theme: ThemeChoice = expect_context();
    view! {
        <div class="nav-foot">
            <button class="nav-link" type="button" title="Keyboard shortcuts" on:click=move |_| dialog.show()>
                <Icon glyph=Glyph::Keyboard />
                <span class="label-text">"Shortcuts"</span>
                <span class="count">
                    <kbd>"?"</kbd>
                </span>
            </button>
            <button class="nav-link" type="button" title="Theme" on:click=move |_| theme.turn()>
                <Icon glyph=Glyph::Theme />
                <span class="label-text">"Theme"</span>
                <span class="count">{move || theme.get().label()}</span>
            </button>
        </div>
    }
}
