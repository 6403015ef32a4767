//! The documented indexes on this file, one line each, and the file's other indexes on the same tables.

mod detail;
mod row;
mod undocumented;
mod worth;

use std::collections::BTreeSet;

use leptos::prelude::*;

use crate::domain::headline::{self, Headline};
use crate::domain::migration::{IndexReport, Outcome};
use crate::domain::run::Step;
use crate::ui::components::answer::Answer;
use crate::ui::components::choose::{Segment, Segments};
use crate::ui::components::step_button::StepButton;
use crate::ui::components::table_frame::TableFrame;
use crate::ui::download::DownloadMigration;
use crate::ui::{Inspector, Route};

use row::{Row, row_id};
use undocumented::Undocumented;

/// Which outcomes the table shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    All,
    Only(Outcome),
}

impl Filter {
    const ALL: [Self; 6] = [
        Self::All,
        Self::Only(Outcome::AlreadyPresent),
        Self::Only(Outcome::Created),
        Self::Only(Outcome::Differs),
        Self::Only(Outcome::Refused),
        Self::Only(Outcome::NotApplicable),
    ];

    fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Only(Outcome::AlreadyPresent) => "Fine",
            Self::Only(Outcome::Created) => "Missing",
            Self::Only(outcome) => outcome.label(),
        }
    }

    fn takes(self, outcome: Option<Outcome>) -> bool {
        match self {
            Self::All => true,
            Self::Only(wanted) => outcome == Some(wanted),
        }
    }
}

#[component]
pub fn Indexes() -> impl IntoView {
    let inspector = Inspector::use_();
    let headline = Memo::new(move |_| {
        inspector.report.with(|report| {
            inspector.catalogue.with(|catalogue| match (report, catalogue) {
                (Some(report), Some(catalogue)) => headline::indexes(report, catalogue),
                _ => Headline::default(),
            })
        })
    });
    let filter = RwSignal::new(Filter::All);
    let opened = RwSignal::new(BTreeSet::new());
    // A link to an index opens it and brings it into sight.
    Effect::new(move |_| {
        let asked = inspector.route.with(|route| match route {
            Route::Indexes(name) => name.clone(),
            _ => None,
        });
        let Some(name) = asked else { return };
        let id = row_id(&name);
        opened.update(|opened: &mut BTreeSet<String>| {
            opened.insert(name);
        });
        request_animation_frame(move || {
            if let Some(row) = document().get_element_by_id(&id) {
                row.scroll_into_view();
            }
        });
    });
    view! {
        <div class="stack stack-5">
            <div class="stack stack-3">
                <Answer headline=headline name="Indexes" />
                <DownloadMigration />
            </div>
            <div class="stack">
                <div class="row spread">
                    <Filters filter=filter />
                    <BuildAll />
                </div>
                <Table filter=filter opened=opened />
            </div>
            <Undocumented />
        </div>
    }
}

/// The documented names with their outcomes, in the order of the migration.
fn outcomes(inspector: Inspector) -> Vec<(String, Option<Outcome>)> {
    inspector.catalogue.with(|catalogue| {
        inspector.report.with(|report| {
            let of = |name: &str| report.as_ref().and_then(|report| report.index(name)).map(|entry| entry.outcome);
            let indexes = catalogue.iter().flat_map(|catalogue| &catalogue.indexes);
            indexes.map(|index| (index.name.clone(), of(&index.name))).collect()
        })
    })
}

#[component]
fn Filters(filter: RwSignal<Filter>) -> impl IntoView {
    let inspector = Inspector::use_();
    let outcomes = Memo::new(move |_| outcomes(inspector));
    let segment = move |wanted: Filter| {
        let n =
            Memo::new(move |_| outcomes.with(|all| all.iter().filter(|(_, outcome)| wanted.takes(*outcome)).count()));
        // An outcome that no index has is no choice, unless it was chosen before its last index left it.
        let shown = move || wanted == Filter::All || n.get() > 0 || filter.get() == wanted;
        view! {
            <Show when=shown>
                <Segment pressed=Signal::derive(move || filter.get() == wanted) on_press=move || filter.set(wanted)>
                    {wanted.label()}
                    " "
                    <span class="faint">{n}</span>
                </Segment>
            </Show>
        }
    };
    view! { <Segments label="Filter by outcome">{Filter::ALL.into_iter().map(segment).collect_view()}</Segments> }
}

/// Asks for the sizes and build times that are not known yet.
#[component]
fn BuildAll() -> impl IntoView {
    let inspector = Inspector::use_();
    let steps = Memo::new(move |_| {
        inspector.report.with(|report| {
            let entries = report.iter().flat_map(|report| &report.migration);
            let unknown = entries.filter(|entry| to_be_measured(entry));
            unknown.map(|entry| Step::BuildIndex(entry.index.clone())).collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || steps.with(|steps| !steps.is_empty())>
            <StepButton steps=steps label="Measure sizes and build times" busy_label="Building on a copy" />
        </Show>
    }
}

/// Whether there is something to measure: an index that stands in the file or that SQLite accepts.
fn can_be_built(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Refused | Outcome::NotApplicable)
}

/// Whether a step of the migration would tell more. An index that stands in the file has a size, but need not be built.
fn to_be_measured(entry: &IndexReport) -> bool {
    can_be_built(entry.outcome) && entry.elapsed_ns.is_none() && entry.bytes.is_none()
}

#[component]
fn Table(filter: RwSignal<Filter>, opened: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let inspector = Inspector::use_();
    let names = Memo::new(move |_| {
        let filter = filter.get();
        let shown = outcomes(inspector).into_iter().filter(|(_, outcome)| filter.takes(*outcome));
        shown.map(|(name, _)| name).collect::<Vec<_>>()
    });
    let caption = move || {
        let n = inspector.catalogue.with(|catalogue| catalogue.as_ref().map_or(0, |catalogue| catalogue.indexes.len()));
        format!("The guide’s {n} indexes on this file")
    };
    view! {
        <TableFrame
            label="Documented indexes"
            caption=caption
            heads=&[
                ("Index, table and columns", ""),
                ("Outcome", "hide-narrow"),
                ("Rows covered", "num"),
                ("Rows", "num"),
                ("Size", "num"),
                ("Build", "num"),
                ("Serves", "num"),
            ]
        >
            <For each=move || names.get() key=|name| name.clone() let:name>
                        <Row name=name opened=opened />
                    </For>
        </TableFrame>
    }
}
