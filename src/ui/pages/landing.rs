//! Before a database is open: what this does, where to drop, what happens to the file.

use leptos::prelude::*;

use crate::domain::catalogue::Catalogue;
use crate::ui::alert::FailureAlert;
use crate::ui::icons::{Glyph, Icon};
use crate::ui::last_file::OpenAgain;
use crate::ui::nav::Brand;
use crate::ui::open_button::OpenButton;
use crate::ui::route::Route;
use crate::ui::state::Inspector;
use crate::ui::theme::ThemeChoice;

/// How large a sample may be. Any size has the same shape of data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SampleSize {
    Small,
    Default,
    Large,
}

impl SampleSize {
    const ALL: [Self; 3] = [Self::Small, Self::Default, Self::Large];

    fn value(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Default => "default",
            Self::Large => "large",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Small => "200 workflows, 10,000 log lines",
            Self::Default => "2,000 workflows, 100,000 log lines",
            Self::Large => "10,000 workflows, 500,000 log lines",
        }
    }

    fn n_workflows(self) -> u32 {
        match self {
            Self::Small => 200,
            Self::Default => 2_000,
            Self::Large => 10_000,
        }
    }

    fn n_logs(self) -> u32 {
        self.n_workflows() * 50
    }
}

#[component]
pub fn Landing(dragging: RwSignal<bool>) -> impl IntoView {
    view! {
        <div class="landing">
            <LandingHead />
            <main id="main" tabindex="-1" class="stack stack-5">
                <FailureAlert />
                <Welcome />
                <DropZone dragging=dragging />
                <Promises />
            </main>
            <LandingFoot />
        </div>
    }
}

/// A view that needs no database, in the landing page's frame.
#[component]
pub fn WithoutDatabase(children: Children) -> impl IntoView {
    view! {
        <div class="landing wide">
            <LandingHead />
            <main id="main" tabindex="-1">
                <FailureAlert />
                {children()}
            </main>
            <LandingFoot />
        </div>
    }
}

#[component]
fn LandingHead() -> impl IntoView {
    let theme: ThemeChoice = expect_context();
    view! {
        <header class="landing-head">
            <Brand />
            <button class="btn plain small" type="button" on:click=move |_| theme.turn()>
                <Icon glyph=Glyph::Theme />
                "Theme: "
                {move || theme.get().label()}
            </button>
        </header>
    }
}

#[component]
fn Welcome() -> impl IntoView {
    let catalogue = Inspector::use_().catalogue;
    let title = move || {
        let application = catalogue.with(|c| c.as_ref().map(|c| c.application.clone()));
        format!("See what your {} database really does.", application.unwrap_or_else(|| "application\u{2019}s".into()))
    };
    let documented = move || {
        let counts = catalogue.with(|c| c.as_ref().map(counts)).unwrap_or_else(|| "what the guide documents is".into());
        format!("Drop the file: {counts} checked against it with SQLite itself, on a copy.")
    };
    view! {
        <div class="stack stack-2">
            <h1>{title}</h1>
            <p class="muted">{documented}</p>
        </div>
    }
}

fn counts(catalogue: &Catalogue) -> String {
    format!(
        "the guide\u{2019}s {} indexes, {} claims and {} clean-ups are",
        catalogue.indexes.len(),
        catalogue.n_claims(),
        catalogue.cleanups.len()
    )
}

#[component]
fn DropZone(dragging: RwSignal<bool>) -> impl IntoView {
    let inspector = Inspector::use_();
    let opening = inspector.opening;
    // A baseline that was dropped here.
    let kept = inspector.baselines.done;
    let criterion = inspector.criterion;
    let size = RwSignal::new(SampleSize::Default);
    let state = move || if dragging.get() { "dragging" } else { "idle" };
    let title = move || match (dragging.get(), opening.get()) {
        (true, _) => "Release to open".into(),
        (false, Some(name)) => format!("Opening {name}\u{2026}"),
        (false, None) => String::from("Drop a SQLite file here"),
    };
    view! {
        <section class="dropzone" data-state=state aria-labelledby="drop-title">
            <div class="drop-words">
                <Icon glyph=Glyph::Drop class="icon big" />
                <h2 class="drop-title" id="drop-title">
                    {title}
                </h2>
                <p class="muted">
                    <span class="when-idle">"Add the "<code>"-wal"</code>
                        " file beside it if the application is running. A JSON report that was saved here opens without its database."</span>
                    <span class="when-dragging">"It is read in place, not copied first."</span>
                </p>
                <span class="visually-hidden" role="status">
                    {move || opening.get().map(|name| format!("Opening {name}"))}
                </span>
            </div>
            <div class="row">
                <OpenButton class="btn primary large file-input" />
                <TrySample size=size />
            </div>
            <OpenAgain />
            <SizeOfSample size=size />
            <p class="hint" role="status">
                {move || kept.get().map(|done| done.words)}
                {move || {
                    criterion
                        .get()
                        .map(|read| format!("Read {}. Open a database to see them beside its own.", read.summary()))
                }}
            </p>
            <p>
                <a href=Route::Monitoring.href()>"Read a log of the application instead"</a>
                ", or "
                <a href=Route::Pool.href()>"look at its connection pool"</a>
            </p>
        </section>
    }
}

#[component]
fn TrySample(size: RwSignal<SampleSize>) -> impl IntoView {
    let inspector = Inspector::use_();
    let open = move |_| {
        let size = size.get_untracked();
        inspector.open_sample(size.n_workflows(), size.n_logs());
    };
    view! {
        <button class="btn large" type="button" disabled=move || inspector.opening.with(Option::is_some) on:click=open>
            "Try the sample database"
        </button>
    }
}

#[component]
fn SizeOfSample(size: RwSignal<SampleSize>) -> impl IntoView {
    let chosen = move |event| {
        let value = event_target_value(&event);
        if let Some(next) = SampleSize::ALL.into_iter().find(|size| size.value() == value) {
            size.set(next);
        }
    };
    let options = SampleSize::ALL.into_iter().map(|option| {
        view! {
            <option value=option.value() selected=option == SampleSize::Default>
                {option.label()}
            </option>
        }
    });
    view! {
        <div class="row row-tight sample-size">
            <label class="label" for="sample-size">
                "Size of the sample"
            </label>
            <select class="input" id="sample-size" on:change=chosen>
                {options.collect_view()}
            </select>
        </div>
    }
}

#[component]
fn Promises() -> impl IntoView {
    let environment = Inspector::use_().environment;
    let sqlite = move || {
        let version = environment.with(|e| e.as_ref().map(|e| format!(" {}", e.sqlite_version)));
        format!(
            "Each verdict is what SQLite{} answered on this file, with the plan to show for it.",
            version.unwrap_or_default()
        )
    };
    view! {
        <section aria-labelledby="promises">
            <h2 class="visually-hidden" id="promises">
                "What happens to your file"
            </h2>
            <ul class="promises">
                <li>
                    <Icon glyph=Glyph::Machine />
                    <span>
                        <strong>"Nothing leaves this machine"</strong>
                        "The page makes no request once it has loaded. Turn the network off and it works the same."
                    </span>
                </li>
                <li>
                    <Icon glyph=Glyph::Lock />
                    <span>
                        <strong>"Your file is never written"</strong>
                        "Every change goes to a copy-on-write view that is dropped with the tab."
                    </span>
                </li>
                <li>
                    <Icon glyph=Glyph::Fork />
                    <span>
                        <strong>"SQLite decides, not we"</strong>
                        {sqlite}
                    </span>
                </li>
            </ul>
        </section>
    }
}

#[component]
fn LandingFoot() -> impl IntoView {
    let catalogue = Inspector::use_().catalogue;
    let migration = move || {
        let version = catalogue.with(|c| c.as_ref().map(|c| c.migration_version))?;
        Some(view! { <span>{format!("Guide: migration {version}")}</span> })
    };
    view! {
        <footer class="foot">
            <span>{concat!("Cortex Inspector ", env!("CARGO_PKG_VERSION"))}</span>
            {migration}
        </footer>
    }
}
