//! Two statements of a person's own against each other, on the file as dropped.

use leptos::prelude::*;

use crate::domain::benchmark::{BenchmarkSide, StatementComparison};
use crate::domain::benchmark_words::interval;
use crate::domain::charts::{self, Violin};
use crate::domain::failure::FailureKind;
use crate::domain::numbers;
use crate::domain::plan::{PlanRow, render};
use crate::ui::components::alert::FailedHere;
use crate::ui::components::chart::WideChart;
use crate::ui::components::number_field::NumberField;
use crate::ui::components::quantity::Quantity;
use crate::ui::components::step_button::CancelButton;
use crate::ui::components::table_frame::TableFrame;
use crate::ui::{Glyph, Icon, Inspector};

use super::detail::ChangeCells;

const LABELS: [&str; 2] = ["First statement", "Second statement"];
/// A day.
const MAX_LIMIT_S: u32 = 86_400;

const WIDE: f64 = 720.0;
const NARROW: f64 = 340.0;

#[component]
pub fn Statements() -> impl IntoView {
    let inspector = Inspector::use_();
    if untrack(|| inspector.is_saved()) {
        return ().into_any();
    }
    let statements = inspector.statements;
    let fields = LABELS.into_iter().zip(statements.sql).enumerate().map(|(at, (label, sql))| {
        let id = format!("statement-{}", at + 1);
        view! {
            <span class="field">
                <label class="label" for=id.clone()>
                    {label}
                </label>
                <textarea
                    class="input mono"
                    id=id
                    rows="4"
                    spellcheck="false"
                    autocomplete="off"
                    prop:value=move || sql.get()
                    on:input=move |event| sql.set(event_target_value(&event))
                ></textarea>
            </span>
        }
    });
    let fields = fields.collect_view();
    let is_busy = move || statements.comparing.with(Option::is_some);
    let is_empty = move || statements.sql.iter().any(|sql| sql.with(|sql| sql.trim().is_empty()));
    let is_off = move || is_busy() || is_empty() || inspector.is_running();
    let compare = move |is_limited| {
        if !untrack(is_off) {
            inspector.compare_statements(is_limited);
        }
    };
    let progress = move || match statements.comparing.get() {
        None => view! { <Icon glyph=Glyph::Play /> "Compare the statements" }.into_any(),
        Some((elapsed_ns, 0)) => {
            let elapsed_s = elapsed_ns / 1_000_000_000;
            view! { <Icon glyph=Glyph::Spin /> {format!("First run, {elapsed_s} s")} }.into_any()
        }
        Some((n_done, n_total)) => {
            let share = numbers::share(n_done, n_total).unwrap_or_default();
            view! { <Icon glyph=Glyph::Spin /> {format!("Comparing, {share:.0} %")} }.into_any()
        }
    };
    let answer = move || {
        statements.answer.get().map(|answer| match answer {
            Ok(comparison) => view! { <Answer comparison=comparison /> }.into_any(),
            Err(failure) => {
                let took_too_long = failure.kind == FailureKind::TimeLimit;
                view! {
                    <FailedHere failure=failure />
                    <Show when=move || took_too_long>
                        <button class="btn" type="button" on:click=move |_| compare(false)>
                            "Run without a limit"
                        </button>
                    </Show>
                }
                .into_any()
            }
        })
    };
    view! {
        <section class="section" aria-labelledby="statements">
            <div class="section-head">
                <h2 id="statements">"Two statements"</h2>
                <p>"Two SELECTs of your own on the file as dropped; their samples are taken in turns."</p>
            </div>
            <div class="stack stack-4">
                <div class="cols-2">{fields}</div>
                <div class="row no-print">
                    <TimeLimit limit_s=statements.limit_s />
                    <button
                        class="btn"
                        type="button"
                        aria-disabled=move || is_off().then_some("true")
                        on:click=move |_| compare(true)
                    >
                        {progress}
                    </button>
                    <CancelButton busy=Signal::derive(is_busy) />
                </div>
                {answer}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn TimeLimit(limit_s: RwSignal<u32>) -> impl IntoView {
    let changed = move |typed: String| {
        if let Ok(seconds) = typed.parse::<u32>() {
            limit_s.set(seconds.clamp(1, MAX_LIMIT_S));
        }
    };
    view! {
        <NumberField
            id="time-limit"
            label="Time limit"
            unit="s for the first run of each"
            range=[1.0, MAX_LIMIT_S.into()]
            value=Signal::derive(move || limit_s.get().to_string())
            on_change=changed
        />
    }
}

#[component]
fn Answer(comparison: StatementComparison) -> impl IntoView {
    let StatementComparison { sides, plans, change, .. } = comparison;
    let violin = |at: usize, class| Violin { label: LABELS[at], class, samples: &sides[at].samples };
    let violins = [violin(0, "before"), violin(1, "after")];
    let picture = charts::violins("statements-wide", WIDE, &violins)
        .zip(charts::violins("statements-narrow", NARROW, &violins))
        .map(|(wide, narrow)| view! { <WideChart caption="Side by side" wide=wide narrow=narrow /> });
    let mut changes = [None, Some(change)].into_iter();
    let rows = sides.iter().zip(LABELS).map(|(side, label)| row(label, side, changes.next().flatten())).collect_view();
    let plans = plans.iter().zip(LABELS).map(|(plan, label)| steps(label, plan)).collect_view();
    view! {
        {picture}
        <TableFrame
            label="Two statements"
            caption="What each statement takes"
            heads=&[
                ("Statement", ""),
                ("Median", "num"),
                ("95 % interval", "num"),
                ("Median change", "num"),
                ("Result", ""),
                ("Rows", "num"),
                ("`vm_step`", "num"),
                ("Pages read", "num"),
            ]
        >
            {rows}
        </TableFrame>
        <div class="cols-2">{plans}</div>
    }
}

/// `change` is `None` for the one that the other is compared with.
fn row(
    label: &'static str,
    side: &BenchmarkSide,
    change: Option<Option<crate::domain::measuring::Change>>,
) -> impl IntoView + use<> {
    let cost = &side.cost;
    let none = if change.is_none() { "what the other is compared with" } else { "too few samples" };
    let interval = cost.estimates.as_ref().map(|estimates| interval(estimates.median));
    view! {
        <tr>
            <th scope="row">
                {label} <span class="sub">{numbers::counted(cost.n_samples.into(), "sample", "samples")}</span>
            </th>
            <td class="num">
                <strong>
                    <Quantity quantity=numbers::duration(cost.median_ns) />
                </strong>
            </td>
            <td class="num">{interval}</td>
            <ChangeCells change=change.flatten() none=none />
            <td class="num">{numbers::count(cost.n_rows)}</td>
            <td class="num">{numbers::count(cost.vm_steps)}</td>
            <td class="num">{numbers::count(cost.pages_read)}</td>
        </tr>
    }
}

fn steps(label: &'static str, plan: &[PlanRow]) -> impl IntoView + use<> {
    view! {
        <figure class="code">
            <figcaption>"Plan of the " {label.to_lowercase()}</figcaption>
            <pre tabindex="0">
                <code>{render(plan)}</code>
            </pre>
        </figure>
    }
}
