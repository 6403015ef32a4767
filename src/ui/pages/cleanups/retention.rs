//! How long rows are kept, and how old they are. Moving the control reads ages that were counted once; letting go runs
//! the statement.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::catalogue::DocumentedCleanup;
use crate::domain::charts::{self, DataTable};
use crate::domain::cleanup::CleanupReport;
use crate::domain::cleanup::histogram::{Histogram, MAX_RETENTION_DAYS, Split};
use crate::domain::failure::FailureKind;
use crate::domain::numbers::count;
use crate::domain::run::Step;
use crate::ui::Inspector;
use crate::ui::components::chart::WideChart;
use crate::ui::components::data_table::Figures;

/// Widths of the picture in pixels, on a screen and on a phone.
const WIDE: f64 = 1120.0;
const NARROW: f64 = 340.0;

/// The slider reaches this far at least, in days.
const LEAST_REACH: u32 = 120;

/// A slider and a field for one figure.
#[component]
pub fn Retention(
    documented: DocumentedCleanup,
    days: RwSignal<u32>,
    histogram: Memo<Option<Histogram>>,
) -> impl IntoView {
    let inspector = Inspector::use_();
    let (id, usual) = (documented.id, documented.retention_days);
    let step = Step::PreviewCleanup(id.clone());
    let busy = Memo::new(move |_| inspector.is_busy(&step));
    let reach = Memo::new(move |_| {
        let n_days = histogram.with(|ages| ages.as_ref().map_or(0, |ages| ages.bars(usual, 1).n_days()));
        n_days.max(4 * usual).clamp(LEAST_REACH, MAX_RETENTION_DAYS)
    });
    let moved = move |event| {
        if let Ok(chosen) = event_target_value(&event).parse::<u32>() {
            days.set(chosen.min(MAX_RETENTION_DAYS));
        }
    };
    let let_go = move |event| {
        moved(event);
        let (id, chosen) = (id.clone(), days.get_untracked());
        spawn_local(async move {
            if let Err(failure) = inspector.preview_with_retention(id, chosen).await
                && failure.kind != FailureKind::Cancelled
            {
                inspector.failure.set(Some(failure));
            }
        });
    };
    let let_go_of_slider = let_go.clone();
    view! {
        <div class="stack stack-1">
            <div class="row row-tight">
                <label class="label" for="retention-days">
                    "Retention in days"
                </label>
                <input
                    class="input"
                    id="retention-days"
                    type="number"
                    min="0"
                    max=MAX_RETENTION_DAYS
                    prop:value=move || days.get().to_string()
                    on:input=moved
                    on:change=let_go
                />
            </div>
            <input
                type="range"
                aria-label="Retention"
                min="0"
                prop:max=move || reach.get().to_string()
                prop:value=move || days.get().to_string()
                aria-valuetext=move || format!("{} days", days.get())
                on:input=moved
                on:change=let_go_of_slider
            />
            <p class="hint" aria-live="polite">
                {move || if busy.get() { "Running on a copy".into() } else { format!("Documented: {usual} days") }}
            </p>
        </div>
    }
}

/// Rows by their age, with the cut-off. Follows `days` at once.
#[component]
pub fn Ages(
    cleanup: Memo<Option<CleanupReport>>,
    histogram: Memo<Option<Histogram>>,
    days: RwSignal<u32>,
) -> impl IntoView {
    let column = move || {
        let table = cleanup.with(|cleanup| Some(cleanup.as_ref()?.id.clone()))?;
        Inspector::use_().catalogue.with_untracked(|known| Some(known.as_ref()?.cleanup(&table)?.time_column.clone()))
    };
    let column = Memo::new(move |_| column().unwrap_or_default());
    move || histogram.get().map(|ages| view! { <Picture ages=ages days=days column=column /> })
}

#[component]
fn Picture(ages: Histogram, days: RwSignal<u32>, column: Memo<String>) -> impl IntoView {
    let ages = StoredValue::new(ages);
    let chart = move || {
        let (days, column) = (days.get(), column.get());
        ages.with_value(|ages| {
            let wide = charts::ages("ages-wide", WIDE, ages, days)?;
            let narrow = charts::ages("ages-narrow", NARROW, ages, days)?;
            let caption = charts::ages_caption(ages, days, WIDE, &column).replace('`', "");
            Some(view! { <WideChart caption=caption wide=wide narrow=narrow /> })
        })
    };
    let legend = move || ages.with_value(|ages| legend(ages.split(days.get())));
    let open = RwSignal::new(false);
    // Drawn when a person looks: a table of many days is slower than its picture.
    let tables = move || {
        open.get().then(|| {
            let days = days.get();
            let (by_status, by_day) = ages.with_value(|ages| (by_status(ages, days), charts::ages_table(ages, days)));
            view! {
                <Figures table=by_status label="Rows by status" />
                <Figures table=by_day label="Rows by age" />
            }
        })
    };
    view! {
        <section class="section stack stack-3" aria-labelledby="ages">
            <div class="section-head">
                <h2 id="ages">"What is old enough"</h2>
                <p class="legend">{legend}</p>
            </div>
            {chart}
            <details class="more" on:toggle=move |event| open.set(is_open(&event))>
                <summary>"By status, and as a table"</summary>
                <div class="stack stack-4">{tables}</div>
            </details>
        </section>
    }
}

fn is_open(event: &leptos::ev::Event) -> bool {
    event_target::<web_sys::Element>(event).has_attribute("open")
}

fn legend(split: Split) -> impl IntoView {
    let entry = |class: &'static str, words: &'static str, n: u64| {
        view! {
            <span>
                <i class=format!("swatch {class}") aria-hidden="true"></i>
                {words}
                " "
                <b>{count(n)}</b>
            </span>
        }
    };
    view! {
        {entry("removed", "removed", split.removed)}
        {entry("missed", "missed", split.missed)}
        {entry("kept", "kept", split.kept)}
    }
}

fn by_status(ages: &Histogram, days: u32) -> DataTable {
    let rows = ages.by_status(days).into_iter().map(|(group, split)| {
        let figures = [split.removed, split.missed, split.kept, split.without_time, split.other].map(count);
        std::iter::once(group.status.clone().unwrap_or_else(|| "NULL".into())).chain(figures).collect()
    });
    let headers = ["Status", "Removed", "Missed", "Kept", "Without a time", "Not asked for"];
    DataTable { headers: headers.map(str::to_owned).into(), rows: rows.collect() }
}
