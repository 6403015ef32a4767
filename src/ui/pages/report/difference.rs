//! What is shown against a saved report: everything that is not the same, part by part.

use leptos::prelude::*;

use crate::domain::exports::Format;
use crate::domain::report_difference::{Changed, Direction, Part, ReportDifference};
use crate::ui::components::verdict::{Badge, Face};
use crate::ui::download::save;
use crate::ui::{Glyph, Icon, Inspector};

#[component]
pub fn Difference() -> impl IntoView {
    let inspector = Inspector::use_();
    let other = inspector.saved.other;
    let difference = Memo::new(move |_| {
        let other = other.get()?;
        inspector.report.with(|report| {
            let report = report.as_ref()?;
            let is_older = other.now <= report.now;
            let (then, now) = if is_older { (other.as_ref(), report) } else { (report, other.as_ref()) };
            Some(Shown {
                then: then.title(),
                now: now.title(),
                is_older,
                file_name: now.database.file_name.clone(),
                difference: ReportDifference::of(then, now),
            })
        })
    });
    move || difference.get().map(|shown| view! { <Against shown=shown /> })
}

#[derive(Clone, PartialEq)]
struct Shown {
    /// Which report it is, of the older one and of the newer one.
    then: String,
    now: String,
    /// Whether the saved report is the older one.
    is_older: bool,
    /// Of the newer one's database.
    file_name: String,
    difference: ReportDifference,
}

#[component]
fn Against(shown: Shown) -> impl IntoView {
    let inspector = Inspector::use_();
    let Shown { then, now, is_older, difference, .. } = shown.clone();
    let against = if is_older { then } else { now };
    let when = if is_older { "The saved report is the older one." } else { "The saved report is the newer one." };
    let downloads = Format::ALL.map(|format| view! { <DownloadChanges shown=shown.clone() format=format /> });
    let left_out = difference.left_out.iter().map(|words| view! { <p class="hint">{words.clone()}</p> });
    let left_out = left_out.collect_view();
    let summary = difference.summary();
    let parts = difference.parts.into_iter().filter(|part| !part.changes.is_empty()).map(part).collect_view();
    view! {
        <section class="section" aria-labelledby="difference">
            <div class="section-head">
                <h2 id="difference">"What changed"</h2>
                <p>"Against " {against}</p>
                <span class="push row row-tight no-print">
                    {downloads}
                    <button class="btn small" type="button" on:click=move |_| inspector.swap_reports()>
                        "Show that report instead"
                    </button>
                    <button
                        class="btn plain small"
                        type="button"
                        on:click=move |_| inspector.saved.other.set(None)
                    >
                        <Icon glyph=Glyph::X />
                        "Stop comparing"
                    </button>
                </span>
            </div>
            <div class="stack stack-4">
                <p role="status">{summary} " " {when} " Times are left to baselines; what is compared here no clock can blur."</p>
                {parts}
                {left_out}
            </div>
        </section>
    }
}

#[component]
fn DownloadChanges(shown: Shown, format: Format) -> impl IntoView {
    let inspector = Inspector::use_();
    let label = format!("Download changes as {}", format.name());
    let save = move |_| {
        let Shown { then, now, file_name, difference, .. } = &shown;
        let text = format.write_difference(difference, then, now);
        save(inspector, &format.difference_file_name(file_name), format.mime(), &text);
    };
    view! {
        <button class="btn plain small" type="button" aria-label=label on:click=save>
            <Icon glyph=Glyph::Download />
            {format.name()}
        </button>
    }
}

fn part(part: Part) -> impl IntoView {
    let rows = part.changes.into_iter().map(row).collect_view();
    let same = match part.n_same {
        0 => String::new(),
        n => format!("{n} the same"),
    };
    view! {
        <div class="stack stack-2">
            <h3>{part.title} " " <span class="faint">{same}</span></h3>
            <div class="table-scroll" role="region" aria-label=format!("{}, changed", part.title) tabindex="0">
                <table class="table">
                    <caption class="visually-hidden">{part.title} ": what changed"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"What"</th>
                            <th scope="col">"Then"</th>
                            <th scope="col">"Now"</th>
                            <th scope="col">"Change"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

fn row(change: Changed) -> impl IntoView {
    let glyph = match change.direction {
        Direction::Better => Glyph::Better,
        Direction::Worse => Glyph::Worse,
        Direction::Other => Glyph::Same,
    };
    let or_none = |text: String| match text.is_empty() {
        true => view! { <span class="faint">"not there"</span> }.into_any(),
        false => text.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{change.what}</th>
            <td class="words">{or_none(change.then)}</td>
            <td class="words">{or_none(change.now)}</td>
            <td>
                <Badge face=Face::new(change.direction.into(), glyph, change.direction.label()) />
            </td>
        </tr>
    }
}
