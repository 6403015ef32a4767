//! How far the run is: a bar, and its phases with their times.

use leptos::prelude::*;

use crate::domain::numbers;
use crate::domain::run::Phase;
use crate::ui::components::quantity::Quantity;
use crate::ui::icons::{Glyph, Icon};
use crate::ui::state::{Inspector, PhaseProgress, RunState, Running};

/// Reads one thing of the run; the default once it has ended.
fn of_run<T: Default + PartialEq + Clone + Send + Sync + 'static>(
    read: impl Fn(&Running) -> T + Send + Sync + 'static,
) -> Memo<T> {
    let inspector = Inspector::use_();
    Memo::new(move |_| {
        inspector.run.with(|run| match run {
            RunState::Running(running) => read(running),
            _ => T::default(),
        })
    })
}

fn percent_of_run() -> Memo<u32> {
    of_run(|running| (running.share() * 100.0) as u32)
}

/// Beside the status, not in it: it changes too often to be read aloud.
#[component]
pub fn Share() -> impl IntoView {
    let percent = percent_of_run();
    let within = of_run(|running| running.within.filter(|(_, n_total)| *n_total > 0));
    let within = move || {
        let (n_done, n_total) = within.get()?;
        Some(format!("{} of {} \u{b7} ", numbers::count(n_done), numbers::count(n_total)))
    };
    view! {
        <p class="muted run-share">
            {within}
            {percent}
            " %"
        </p>
    }
}

#[component]
pub fn Bar() -> impl IntoView {
    let percent = percent_of_run();
    view! {
        <progress class="progress" max="100" value=move || percent.get().to_string() aria-label="Run everything"></progress>
    }
}

#[component]
pub fn Steps() -> impl IntoView {
    let phases = of_run(|running| running.phases.iter().map(|entry| entry.phase).collect::<Vec<_>>());
    view! {
        <ol class="steps" aria-label="Steps">
            {move || phases.get().into_iter().map(|phase| view! { <PhaseLine phase=phase /> }).collect_view()}
        </ol>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LineState {
    Done,
    Now,
    ToDo,
}

#[component]
fn PhaseLine(phase: Phase) -> impl IntoView {
    let catalogue = Inspector::use_().catalogue;
    let label = move || catalogue.with(|c| c.as_ref().map(|c| phase.label(c)).unwrap_or_default());
    let entry = of_run(move |running| running.phases.iter().find(|entry| entry.phase == phase).cloned());
    let is_current = of_run(move |running| running.current.phase() == phase);
    let state = Memo::new(move |_| match entry.get() {
        Some(PhaseProgress { n_done, n_steps, .. }) if n_done == n_steps => LineState::Done,
        _ if is_current.get() => LineState::Now,
        _ => LineState::ToDo,
    });
    let (name, glyph) = (
        move || match state.get() {
            LineState::Done => "done",
            LineState::Now => "now",
            LineState::ToDo => "todo",
        },
        move || match state.get() {
            LineState::Done => Glyph::Check,
            LineState::Now => Glyph::Play,
            LineState::ToDo => Glyph::Dot,
        },
    );
    let figure = move || {
        let entry = entry.get()?;
        match state.get() {
            LineState::Done => {
                let elapsed = numbers::duration((entry.elapsed_ms * 1e6) as u64);
                Some(view! { <Quantity quantity=elapsed /> }.into_any())
            }
            LineState::Now if entry.n_steps > 1 => Some(format!("{} of {}", entry.n_done, entry.n_steps).into_any()),
            LineState::Now | LineState::ToDo => None,
        }
    };
    view! {
        <li data-state=name aria-current=move || (state.get() == LineState::Now).then_some("step")>
            {move || view! { <Icon glyph=glyph() /> }}
            <span>{label}</span>
            <span class="num">{figure}</span>
        </li>
    }
}
