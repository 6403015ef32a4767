//! Queries of the log, or made-up ones, played against pools of every size.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::charts;
use crate::domain::pool::{self, Job, Load, Outcome, SIZES};
use crate::ui::Inspector;
use crate::ui::components::chart::{WideChart, full_width};
use crate::ui::components::choose::{Segment, Segments};
use crate::ui::components::data_table::Figures;
use crate::ui::components::number_field::NumberField;

use super::Parsed;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Played {
    Log,
    MadeUp,
}

/// A figure that a person types.
#[derive(Clone, Copy)]
struct Field {
    id: &'static str,
    label: &'static str,
    unit: &'static str,
    range: [f64; 2],
    value: RwSignal<f64>,
}

#[component]
pub fn Simulation(parsed: Parsed) -> impl IntoView {
    let logs = Inspector::use_().logs;
    let field = |id, label, unit, range, value| Field { id, label, unit, range, value: RwSignal::new(value) };
    let per_second = field("pool-rate", "Queries", "a second", [0.01, 100_000.0], 200.0);
    let mean_ms = field("pool-mean", "Mean duration", "ms", [0.001, 60_000.0], 20.0);
    let writes = field("pool-writes", "Writing", "% of them", [0.0, 100.0], 10.0);
    let seed = field("pool-seed", "Seed", "the same seed repeats the run", [0.0, 1e9], 1.0);
    let speed = field("pool-speed", "Speed", "times the log\u{2019}s", [0.1, 1_000.0], 1.0);
    let from = RwSignal::new(Played::MadeUp);
    let can_replay = Memo::new(move |_| logs.first.with(|log| log.as_ref().is_some_and(|log| log.can_replay())));
    // A new log is what a person wants to see played; made-up queries begin as it has them.
    Effect::new(move |_| {
        from.set(if can_replay.get() { Played::Log } else { Played::MadeUp });
        if let Some(load) = logs.first.with(|log| log.as_ref().filter(|log| log.can_replay())?.replay.load()) {
            per_second.value.set(rounded(load.per_second));
            mean_ms.value.set(rounded(load.mean_ms));
            writes.value.set(rounded(load.share_of_writes * 100.0));
        }
    });
    let jobs = Memo::new(move |_| match from.get() {
        Played::Log => logs
            .first
            .with(|log| log.as_ref().map(|log| pool::replayed(&log.replay, speed.value.get())))
            .unwrap_or_default(),
        Played::MadeUp => {
            let load = Load {
                per_second: per_second.value.get(),
                mean_ms: mean_ms.value.get(),
                share_of_writes: writes.value.get() / 100.0,
            };
            pool::made_up(load, seed.value.get() as u64)
        }
    });
    let outcomes = outcomes(jobs, parsed);
    let answer = move || {
        let set = parsed.with(|parsed| parsed.settings.max_connections);
        outcomes.with(|outcomes| {
            let picture = full_width("pool-waiting", |id, width| charts::waiting(id, width, outcomes, set));
            let picture = picture.map(|(wide, narrow)| {
                view! { <WideChart caption="Waiting for a connection" wide=wide narrow=narrow /> }
            });
            view! {
                <p aria-live="polite">{pool::advice(outcomes, set)}</p>
                {picture}
                <Figures label="Waiting by size of the pool" table=charts::waiting_table(outcomes) />
            }
        })
    };
    let n_replayed = move || logs.first.with(|log| log.as_ref().map_or(0, |log| log.replay.len()));
    view! {
        <section class="section" aria-labelledby="pool-simulation">
            <div class="section-head">
                <h2 id="pool-simulation">"Simulation"</h2>
                <p>
                    "First come, first served; one writer at a time, who holds a connection while waiting for the one before."
                </p>
            </div>
            <div class="stack stack-4">
                <div class="row no-print">
                    <Show when=move || can_replay.get()>
                        <Segments label="Queries to play">
                            <Segment pressed=Signal::derive(move || from.get() == Played::MadeUp) on_press=move || from.set(Played::MadeUp)>
                                "Made up"
                            </Segment>
                            <Segment pressed=Signal::derive(move || from.get() == Played::Log) on_press=move || from.set(Played::Log)>
                                "The log\u{2019}s"
                            </Segment>
                        </Segments>
                    </Show>
                    {move || match from.get() {
                        Played::MadeUp => [per_second, mean_ms, writes, seed].map(input).collect_view().into_any(),
                        Played::Log => view! {
                            {input(speed)}
                            <span class="hint">
                                {n_replayed} " queries of the log, as they came. What it logs may already contain waiting."
                            </span>
                        }
                        .into_any(),
                    }}
                </div>
                {answer}
            </div>
        </section>
    }
}

/// One size after the other, with a breath between them in which the page answers; all at once in the end.
fn outcomes(jobs: Memo<Vec<Job>>, parsed: Parsed) -> RwSignal<Vec<Outcome>> {
    let outcomes = RwSignal::new(Vec::new());
    let edition = StoredValue::new(0_u32);
    let set =
        Memo::new(move |_| parsed.with(|parsed| (parsed.settings.max_connections, parsed.settings.acquire_timeout_ns)));
    Effect::new(move |_| {
        let ((max_connections, acquire_timeout_ns), jobs) = (set.get(), jobs.get());
        let mut sizes = SIZES.to_vec();
        sizes.push(max_connections.max(1));
        sizes.sort_unstable();
        sizes.dedup();
        let mine = edition.get_value().wrapping_add(1);
        edition.set_value(mine);
        spawn_local(async move {
            let mut played = Vec::new();
            for size in sizes {
                TimeoutFuture::new(0).await;
                if edition.try_get_value() != Some(mine) {
                    return;
                }
                played.push(pool::simulate(&jobs, size, acquire_timeout_ns));
            }
            let _ = outcomes.try_set(played);
        });
    });
    outcomes
}

fn input(field: Field) -> impl IntoView {
    let Field { id, label, unit, range, value } = field;
    let changed = move |typed: String| {
        if let Ok(figure) = typed.parse::<f64>() {
            value.set(figure.clamp(range[0], range[1]));
        }
    };
    let shown = Signal::derive(move || value.get().to_string());
    view! { <NumberField id=id label=label unit=unit range=range value=shown on_change=changed inline=true /> }
}

/// Three digits are enough for a field.
fn rounded(figure: f64) -> f64 {
    if figure <= 0.0 || !figure.is_finite() {
        return 0.0;
    }
    let step = 10_f64.powf(figure.log10().floor() - 2.0);
    ((figure / step).round() * step * 1e6).round() / 1e6
}
