//! Four figures that carry the summary: indexes, claims, what the clean-ups free, the slowest query.

use leptos::prelude::*;

use crate::domain::cleanup::DeleteOutcome;
use crate::domain::migration::Outcome;
use crate::domain::numbers::{self, Ratio};
use crate::domain::report::Report;
use crate::ui::components::bar::{Bar, Paint};
use crate::ui::components::quantity::{MaybeQuantity, Quantity};
use crate::ui::components::verdict::{Face, Tone};
use crate::ui::icons::Icon;
use crate::ui::route::Route;
use crate::ui::state::Inspector;

use super::claims::Claims;

#[component]
pub fn Facts() -> impl IntoView {
    view! {
        <dl class="facts">
            <Indexes />
            <Claims />
            <Reclaimable />
            <Slowest />
        </dl>
    }
}

/// What of the report one figure needs; drawn again only when that changes.
pub(super) fn of_report<T: PartialEq + Clone + Send + Sync + 'static>(
    read: impl Fn(&Report) -> Option<T> + Send + Sync + 'static,
) -> Memo<Option<T>> {
    let inspector = Inspector::use_();
    Memo::new(move |_| inspector.report.with(|report| report.as_ref().and_then(&read)))
}

/// One square for each thing counted. The words beside say the same.
#[component]
pub(super) fn Units(tones: Vec<Tone>) -> impl IntoView {
    let squares = tones.into_iter().map(|tone| view! { <i data-tone=tone.name()></i> }).collect_view();
    view! {
        <span class="units" aria-hidden="true">
            {squares}
        </span>
    }
}

#[component]
fn NotYet(hint: &'static str) -> impl IntoView {
    let inspector = Inspector::use_();
    let hint = move || if inspector.is_running() { "Follows in this run." } else { hint };
    view! {
        <dd class="figure pending">"Not yet known"</dd>
        <dd class="hint">{hint}</dd>
    }
}

#[component]
fn Indexes() -> impl IntoView {
    let outcomes = of_report(|report| {
        let outcomes: Vec<Outcome> = report.migration.iter().map(|entry| entry.outcome).collect();
        (!outcomes.is_empty()).then_some(outcomes)
    });
    let body = move || match outcomes.get() {
        None => view! { <NotYet hint="The verdicts come first." /> }.into_any(),
        Some(outcomes) => index_figures(&outcomes).into_any(),
    };
    view! {
        <div class="fact">
            <dt>"Documented indexes"</dt>
            {body}
        </div>
    }
}

/// Good first, as the squares and the words both stand.
const OUTCOMES: [(Outcome, &str); 5] = [
    (Outcome::AlreadyPresent, "fine"),
    (Outcome::Created, "missing"),
    (Outcome::Refused, "refused"),
    (Outcome::Differs, "differ"),
    (Outcome::NotApplicable, "not applicable"),
];

fn index_figures(outcomes: &[Outcome]) -> impl IntoView + use<> {
    let n = |outcome| outcomes.iter().filter(|other| **other == outcome).count();
    let tones =
        OUTCOMES.iter().flat_map(|(outcome, _)| std::iter::repeat_n(Face::from(*outcome).tone, n(*outcome))).collect();
    let legend = OUTCOMES.iter().filter(|(outcome, _)| n(*outcome) > 0).map(|(outcome, word)| {
        let Face { tone, glyph, .. } = Face::from(*outcome);
        view! {
            <span class="verdict" data-tone=tone.name()>
                <Icon glyph=glyph />
                <span>
                    <b>{n(*outcome)}</b>
                    " "
                    {*word}
                </span>
            </span>
        }
    });
    view! {
        <dd class="figure">
            {n(Outcome::AlreadyPresent)} " of " {outcomes.len()} " " <span class="unit">"fine"</span>
        </dd>
        <dd>
            <Units tones=tones />
        </dd>
        <dd class="legend">{legend.collect_view()}</dd>
    }
}

/// Each clean-up is executed on a copy of its own, and one may remove what another removes too: bytes are not added.
#[derive(Clone, PartialEq)]
struct Freed {
    most_by: String,
    most_bytes: u64,
    of_bytes: u64,
    n_failing: usize,
}

fn freed(report: &Report) -> Option<Freed> {
    let bytes = report.cleanups.iter().filter_map(|cleanup| Some((cleanup, cleanup.bytes_freed?)));
    let (most, most_bytes) = bytes.max_by_key(|(_, bytes)| *bytes)?;
    let results = report.cleanups.iter().filter_map(|cleanup| cleanup.foreign_keys_on.as_ref());
    Some(Freed {
        most_by: most.id.clone(),
        most_bytes,
        of_bytes: report.database.page_count * u64::from(report.database.page_size),
        n_failing: results.filter(|result| result.outcome != DeleteOutcome::Ok).count(),
    })
}

#[component]
fn Reclaimable() -> impl IntoView {
    let freed = of_report(freed);
    let body = move || match freed.get() {
        None => view! { <NotYet hint="Run everything to execute the clean-ups on copies." /> }.into_any(),
        Some(freed) => freed_figures(freed).into_any(),
    };
    view! {
        <div class="fact">
            <dt>"Most freed by one clean-up"</dt>
            {body}
        </div>
    }
}

fn freed_figures(freed: Freed) -> impl IntoView {
    let Freed { most_by, most_bytes, of_bytes, n_failing } = freed;
    let failing = (n_failing > 0).then(|| {
        let Face { tone, glyph, .. } = Face::from(Outcome::Refused);
        view! {
            <span class="verdict" data-tone=tone.name()>
                <Icon glyph=glyph />
                <span>
                    <b>{n_failing}</b>
                    {if n_failing == 1 { " clean-up fails" } else { " clean-ups fail" }}
                </span>
            </span>
        }
    });
    view! {
        <dd class="figure">
            <Quantity quantity=numbers::bytes(most_bytes) />
            " "
            <span class="unit">{format!("of {}", numbers::bytes(of_bytes).text())}</span>
        </dd>
        <dd>
            <Bar share=numbers::share(most_bytes, of_bytes).unwrap_or_default() paint=Paint::Removed />
        </dd>
        <dd class="legend">
            <a href=Route::Cleanups(Some(most_by.clone())).href()>
                <code>{most_by.clone()}</code>
            </a>
            {failing}
        </dd>
    }
}

#[derive(Clone, PartialEq)]
struct SlowQuery {
    id: String,
    before_ns: u64,
    after_ns: Option<u64>,
}

fn slowest(report: &Report) -> Option<SlowQuery> {
    let measured = report.queries.iter().filter_map(|query| Some((query, query.before.as_ref()?.median_ns)));
    let (query, before_ns) = measured.max_by_key(|(_, median_ns)| *median_ns)?;
    let after_ns = query.after.as_ref().map(|cost| cost.median_ns);
    Some(SlowQuery { id: query.id.clone(), before_ns, after_ns })
}

#[component]
fn Slowest() -> impl IntoView {
    let slowest = of_report(slowest);
    let body = move || match slowest.get() {
        None => view! { <NotYet hint="Run everything to measure the queries." /> }.into_any(),
        Some(query) => slowest_figures(query).into_any(),
    };
    view! {
        <div class="fact">
            <dt>"Slowest query, before "<Arrow />" after"</dt>
            {body}
        </div>
    }
}

fn slowest_figures(query: SlowQuery) -> impl IntoView {
    let SlowQuery { id, before_ns, after_ns } = query;
    let slower = before_ns.max(after_ns.unwrap_or(0));
    let bar =
        move |ns, paint| view! { <Bar share=numbers::share(ns, slower).unwrap_or_default() paint=paint thin=true /> };
    let change = after_ns.and_then(|after| match numbers::ratio(before_ns, after) {
        Ratio::Less(factor) => Some(format!("{} faster", numbers::times(factor))),
        Ratio::More(factor) => Some(format!("{} slower", numbers::times(factor))),
        Ratio::Same | Ratio::AlmostSame => Some("unchanged".into()),
        Ratio::Gone | Ratio::New => None,
    });
    view! {
        <dd class="figure">
            <Quantity quantity=numbers::duration(before_ns) />
            " "
            <Arrow />
            " "
            <MaybeQuantity quantity=after_ns.map(numbers::duration) />
        </dd>
        <dd class="bar-pair">
            {bar(before_ns, Paint::Before)} {after_ns.map(|ns| bar(ns, Paint::After))}
        </dd>
        <dd class="legend">
            <a href=Route::Queries(Some(id.clone())).href()>
                <code>{id.clone()}</code>
            </a>
            {change.map(|change| view! { <span>{change}</span> })}
        </dd>
    }
}

/// From the file as dropped to the file after the migration.
#[component]
pub(super) fn Arrow() -> impl IntoView {
    view! {
        <span class="arrow" aria-hidden="true">
            "\u{2192}"
        </span>
        <span class="visually-hidden">"then"</span>
    }
}
