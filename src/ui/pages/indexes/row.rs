//! One documented index: a line of figures, and its details below when they are opened.

use std::collections::BTreeSet;

use leptos::prelude::*;

use crate::domain::catalogue::DocumentedIndex;
use crate::domain::migration::{IndexReport, Outcome};
use crate::domain::numbers;
use crate::ui::components::bar::{Bar, Paint};
use crate::ui::components::quantity::{Absent, MaybeQuantity, Pending, Quantity};
use crate::ui::components::verdict::{Badge, Face};
use crate::ui::{Glyph, Icon, Inspector};

use super::detail::Detail;
use super::{can_be_built, to_be_measured};

/// Columns of the table, for the cell that spans them.
const N_COLUMNS: &str = "7";

/// The row's id in the document.
pub fn row_id(index: &str) -> String {
    format!("index-{index}")
}

#[component]
pub fn Row(name: String, opened: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let name = StoredValue::new(name);
    let documented = inspector.catalogue.with_untracked(|catalogue| {
        catalogue.as_ref().and_then(|catalogue| name.with_value(|name| catalogue.index(name).cloned()))
    });
    let Some(documented) = documented else { return ().into_any() };
    let entry = Memo::new(move |_| {
        inspector
            .report
            .with(|report| report.as_ref().and_then(|report| name.with_value(|name| report.index(name).cloned())))
    });
    let open = Signal::derive(move || opened.with(|opened| name.with_value(|name| opened.contains(name))));
    let toggle = move |_| {
        opened.update(|opened| {
            if !opened.remove(&name.get_value()) {
                opened.insert(name.get_value());
            }
        });
    };
    let detail_id = format!("detail-{}", documented.name);
    let serves = n_claims(inspector, &documented.name);
    let face = move || {
        let face = entry.with(|entry| entry.as_ref().map_or_else(Face::unknown, |entry| Face::from(entry.outcome)));
        view! { <Badge face=face /> }
    };
    let label = format!("Details of {}", documented.name);
    view! {
        <tr class:open=move || open.get() id=row_id(&documented.name)>
            <th scope="row">
                <span class="with-toggle">
                    <button
                        class="toggle"
                        type="button"
                        aria-expanded=move || if open.get() { "true" } else { "false" }
                        aria-controls=detail_id.clone()
                        aria-label=label
                        on:click=toggle
                    >
                        <Icon glyph=Glyph::Chevron />
                    </button>
                    <span>
                        <code>{documented.name.clone()}</code>
                        <span class="sub">{on(&documented)}</span>
                        <span class="only-narrow">{face}</span>
                    </span>
                </span>
            </th>
            <td class="hide-narrow">{face}</td>
            {move || entry.with(|entry| figures(entry.as_ref()))}
            <td class="num">{serves_cell(serves)}</td>
        </tr>
        <tr class="detail" id=detail_id hidden=move || !open.get()>
            <td colspan=N_COLUMNS>
                <Show when=move || open.get()>
                    <Detail documented=documented.clone() entry=entry />
                </Show>
            </td>
        </tr>
    }
    .into_any()
}

/// `workflow (status, created_at DESC)`.
fn on(index: &DocumentedIndex) -> String {
    format!("{} ({})", index.table, index.columns.join(", "))
}

/// Queries and clean-ups that the guide says use this index.
fn n_claims(inspector: Inspector, name: &str) -> usize {
    inspector.catalogue.with_untracked(|catalogue| {
        let Some(catalogue) = catalogue else { return 0 };
        let queries = catalogue.queries.iter().map(|query| &query.claim);
        let cleanups = catalogue.cleanups.iter().map(|cleanup| &cleanup.claim);
        queries.chain(cleanups).filter(|claim| claim.as_deref() == Some(name)).count()
    })
}

fn serves_cell(n: usize) -> AnyView {
    if n == 0 { view! { <strong>"0"</strong> }.into_any() } else { n.into_any() }
}

/// Rows covered, rows, size and build time.
fn figures(entry: Option<&IndexReport>) -> AnyView {
    let Some(entry) = entry else {
        return (0..4).map(|_| view! { <td class="num"><Pending /></td> }).collect_view().into_any();
    };
    if !can_be_built(entry.outcome) {
        let why = if entry.outcome == Outcome::Refused { "not built" } else { "" };
        return view! {
            <td class="num">
                <span class="faint">{why}</span>
            </td>
            <td class="num"></td>
            <td class="num"></td>
            <td class="num"></td>
        }
        .into_any();
    }
    let rows = entry.n_rows.map(numbers::count);
    let build = match entry.elapsed_ns {
        Some(elapsed) => view! { <Quantity quantity=numbers::duration(elapsed) /> }.into_any(),
        None if to_be_measured(entry) => view! { <Pending /> }.into_any(),
        None => view! { <Absent why="it stands in the file" /> }.into_any(),
    };
    view! {
        <td class="num">{coverage(entry)}</td>
        <td class="num">{rows.map_or_else(|| view! { <Pending /> }.into_any(), IntoAny::into_any)}</td>
        <td class="num">
            <MaybeQuantity quantity=entry.bytes.map(numbers::bytes) />
        </td>
        <td class="num">
            {build}
        </td>
    }
    .into_any()
}

fn coverage(entry: &IndexReport) -> AnyView {
    let known = entry.n_rows.zip(entry.n_table_rows);
    let share = known.and_then(|(part, whole)| numbers::share(part, whole).zip(numbers::percent(part, whole)));
    match (known, share) {
        (Some(_), Some((share, percent))) => view! {
            <span class="cover">
                <span>
                    <Quantity quantity=percent />
                </span>
                <Bar share=share paint=Paint::Before thin=true />
            </span>
        }
        .into_any(),
        (Some(_), None) => view! { <span class="faint">"no rows"</span> }.into_any(),
        (None, _) => view! { <Pending /> }.into_any(),
    }
}
