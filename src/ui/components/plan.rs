//! A query plan as nested lists, the way SQLite's shell indents it. Steps that differ from the other plan carry a word.

use leptos::prelude::*;

use crate::domain::plan::{Change, Node, PlanRow, Step, render, tree};

use super::copy::CopyButton;
use crate::domain::numbers::counted;

/// Which of two plans this is; it decides the words for a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Before,
    After,
}

impl State {
    /// The mark's class and word in the style sheet's terms.
    fn mark(self, change: Change) -> Option<(&'static str, &'static str)> {
        match (self, change) {
            (_, Change::Same) => None,
            (Self::Before, Change::Changed) => Some(("removed", "changed")),
            (Self::Before, Change::Only) => Some(("removed", "removed")),
            (Self::After, Change::Changed) => Some(("added", "changed")),
            (Self::After, Change::Only) => Some(("added", "added")),
        }
    }
}

/// One plan, marked against `other`.
#[component]
pub fn Plan(
    #[prop(into)] title: String,
    plan: Vec<PlanRow>,
    #[prop(optional)] other: Option<Vec<PlanRow>>,
    #[prop(default = State::Before)] state: State,
) -> impl IntoView {
    let label = format!("Plan, {}", title.to_lowercase());
    if plan.is_empty() {
        return view! {
            <div class="plan">
                <header>
                    <strong>{title}</strong>
                    <span class="muted">"no plan"</span>
                </header>
            </div>
        }
        .into_any();
    }
    let copied = render(&plan);
    let summary = summary(&plan);
    let nodes = tree(&plan, other.as_deref().unwrap_or(&plan));
    let what = format!("the plan {}", title.to_lowercase());
    view! {
        <div class="plan">
            <header>
                <strong>{title}</strong>
                <span class="row row-tight">
                    <span class="muted">{summary}</span>
                    <CopyButton text=copied what=what />
                </span>
            </header>
            <ul class="tree" aria-label=label>
                <li>
                    <div class="node">
                        <div class="node-op">
                            <b>"QUERY PLAN"</b>
                        </div>
                    </div>
                    <ul>{list(nodes, state)}</ul>
                </li>
            </ul>
        </div>
    }
    .into_any()
}

/// Two plans of one statement side by side; one when they are the same.
#[component]
pub fn PlanPair(before: Vec<PlanRow>, after: Vec<PlanRow>) -> impl IntoView {
    if before == after {
        return view! { <Plan title="As dropped and after the migration" plan=before /> }.into_any();
    }
    view! {
        <div class="cols-2 keep">
            <Plan title="As dropped" plan=before.clone() other=after.clone() />
            <Plan title="After the migration" plan=after other=before state=State::After />
        </div>
    }
    .into_any()
}

fn list(nodes: Vec<Node>, state: State) -> Vec<AnyView> {
    nodes
        .into_iter()
        .map(|node| {
            let (operation, rest) = split_operation(&node.row.detail);
            let (operation, rest) = (operation.to_owned(), rest.to_owned());
            let mark = state.mark(node.change);
            let children = (!node.children.is_empty()).then(|| view! { <ul>{list(node.children, state)}</ul> });
            view! {
                <li>
                    <div class="node" data-change=mark.map(|(class, _)| class)>
                        <div class="node-op">
                            <span>
                                <b>{operation}</b>
                                {rest}
                            </span>
                            {mark.map(|(_, word)| view! { <span class="change">{word}</span> })}
                        </div>
                    </div>
                    {children}
                </li>
            }
            .into_any()
        })
        .collect()
}

/// The words that name the step, apart from what they are about. The two parts joined are the text.
fn split_operation(detail: &str) -> (&str, &str) {
    const OPERATIONS: [&str; 10] = [
        "SCAN",
        "SEARCH",
        "USE TEMP B-TREE",
        "CO-ROUTINE",
        "MATERIALIZE",
        "MULTI-INDEX OR",
        "INDEX",
        "BLOOM FILTER ON",
        "COMPOUND QUERY",
        "LEFT-MOST SUBQUERY",
    ];
    let known = OPERATIONS.iter().find_map(|operation| {
        let rest = detail.strip_prefix(operation)?;
        (rest.is_empty() || rest.starts_with(' ')).then_some(operation.len())
    });
    // A wording that is not known here: the capitals that it starts with.
    let capitals =
        || detail.find(|ch: char| !(ch.is_ascii_uppercase() || ch == ' ' || ch == '-')).unwrap_or(detail.len());
    let at = known.unwrap_or_else(capitals);
    let operation = detail[..at].trim_end();
    (operation, &detail[operation.len()..])
}

/// `2 steps, 1 sort`.
fn summary(plan: &[PlanRow]) -> String {
    let count = |is: fn(&Step) -> bool| plan.iter().filter(|row| is(&row.step())).count() as u64;
    let sorts = count(|step| matches!(step, Step::TempBTree(_)));
    let automatic = count(|step| matches!(step, Step::Scan(access) | Step::Search(access) if access.automatic));
    let mut out = counted(plan.len() as u64 - sorts, "step", "steps");
    if sorts > 0 {
        out.push_str(", ");
        out.push_str(&counted(sorts, "sort", "sorts"));
    }
    if automatic > 0 {
        out.push_str(", ");
        out.push_str(&counted(automatic, "automatic index", "automatic indexes"));
    }
    out
}
