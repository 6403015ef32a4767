//! A query plan as nested lists, the way SQLite's shell indents it: each step in SQLite's words, in a sentence and in
//! figures. Steps that differ from the other plan carry a word.

use leptos::prelude::*;

use crate::domain::look_ups::look_ups;
use crate::domain::numbers::{self, counted};
use crate::domain::plan::{Change, Node, PlanRow, Step, render, same_steps, tree};
use crate::domain::plan_counts::{StepCounts, of_step};
use crate::domain::plan_words::sentence;
use crate::ui::{Inspector, Marked};

use super::bar::{Bar, Paint};
use super::bytecode::{Bytecode, Statement};
use super::copy::CopyButton;

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

/// A plan with the figures of its steps. Equal statements have equal plans, whatever was counted.
#[derive(Clone, Debug, PartialEq)]
pub struct CountedPlan {
    pub rows: Vec<PlanRow>,
    pub steps: Vec<StepCounts>,
}

/// Two plans of one statement side by side; one when they are the same. Their figures share one scale.
#[component]
pub fn PlanPair(
    statement: Statement,
    before: CountedPlan,
    after: CountedPlan,
    /// Whether it is a DELETE, whose look-ups in child tables stand apart.
    #[prop(optional)]
    deletes: bool,
) -> impl IntoView {
    let steps = || before.steps.iter().chain(&after.steps);
    let longest = steps().flat_map(|step| [step.estimated_visits(), visited(step)]).flatten().fold(0.0, f64::max);
    let legend = (longest > 0.0).then(|| {
        let not_run = steps().any(|step| step.estimated_rows.is_some() && step.n_loops.is_none());
        let one_loop = if not_run { ", in one loop where the step was not run" } else { "" };
        let visited = if steps().any(|step| step.n_visited.is_some()) {
            " Visited: rows that the step really read, in all its loops together. It loops once for each row of the step before it."
        } else {
            ""
        };
        view! {
            <p class="hint">
                "Estimated: rows that SQLite's planner expects" {one_loop} "." {visited}
                " All bars share one logarithmic scale."
            </p>
        }
    });
    let drawn = Drawn { longest, deletes };
    let plans = if before.rows == after.rows {
        view! { <Plan title="As dropped and after the migration" statement=statement plan=before drawn=drawn /> }
            .into_any()
    } else {
        view! {
            <div class="cols-2 keep">
                <Plan
                    title="As dropped"
                    statement=statement.clone()
                    plan=before.clone()
                    other=after.rows.clone()
                    drawn=drawn
                />
                <Plan
                    title="After the migration"
                    statement=statement
                    plan=after
                    other=before.rows
                    state=State::After
                    drawn=drawn
                />
            </div>
        }
        .into_any()
    };
    view! {
        {plans}
        {legend}
    }
}

/// The plan that the ticked changes give a statement, marked against the one as dropped; nothing where it is the one
/// after the migration. It comes from a plan clone, so nothing ran.
#[component]
pub fn RepairedPlan(
    id: String,
    dropped: Vec<PlanRow>,
    migrated: Vec<PlanRow>,
    #[prop(optional)] deletes: bool,
) -> impl IntoView {
    let inspector = Inspector::use_();
    let drawn = Drawn { longest: 0.0, deletes };
    move || {
        let plan = inspector.repaired.with(|judged| {
            let judged = judged.iter().flatten().find(|judged| judged.id == id)?;
            Some(judged.plan.clone()).filter(|plan| !same_steps(plan, &migrated))
        });
        let plan = plan.map(|rows| CountedPlan { rows, steps: Vec::new() });
        plan.map(|plan| {
            view! { <Plan title="With the ticked repair" plan=plan other=dropped.clone() state=State::After drawn=drawn /> }
        })
    }
}

/// One plan by itself, without figures.
#[component]
pub fn PlainPlan(#[prop(into)] title: String, rows: Vec<PlanRow>) -> impl IntoView {
    let drawn = Drawn { longest: 0.0, deletes: false };
    view! { <Plan title=title plan=CountedPlan { rows, steps: Vec::new() } drawn=drawn /> }
}

/// What both plans of a pair are drawn with.
#[derive(Clone, Copy)]
struct Drawn {
    /// Where the scale ends.
    longest: f64,
    deletes: bool,
}

/// One plan, marked against `other`.
#[component]
fn Plan(
    #[prop(into)] title: String,
    /// For its bytecode; a plan that is only tried has none.
    #[prop(optional)]
    statement: Option<Statement>,
    plan: CountedPlan,
    #[prop(optional)] other: Option<Vec<PlanRow>>,
    #[prop(default = State::Before)] state: State,
    drawn: Drawn,
) -> impl IntoView {
    let CountedPlan { rows, steps } = plan;
    let label = format!("Plan, {}", title.to_lowercase());
    if rows.is_empty() {
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
    let copied = render(&rows);
    let summary = summary(&rows);
    let what = format!("the plan {}", title.to_lowercase());
    let apart: Vec<i64> = look_ups(&rows).filter(|_| drawn.deletes).map(|row| row.id).collect();
    let (for_each_row, own): (Vec<Node>, Vec<Node>) =
        tree(&rows, other.as_deref().unwrap_or(&rows)).into_iter().partition(|node| apart.contains(&node.row.id));
    let list = |nodes| list(nodes, state, &steps, drawn.longest);
    let for_each_row = (!for_each_row.is_empty()).then(|| {
        let label = format!("{label}, for each deleted row");
        view! {
            <div class="tree-head">
                <h3>"For each deleted row"</h3>
                <p>
                    "Foreign keys: SQLite looks for rows that refer to it. What ON DELETE then does to them is not part of EXPLAIN QUERY PLAN."
                </p>
            </div>
            <ul class="tree" aria-label=label>
                {list(for_each_row)}
            </ul>
        }
    });
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
                    <ul>{list(own)}</ul>
                </li>
            </ul>
            {for_each_row}
            {statement.map(|statement| {
                view! { <Bytecode statement=statement migrated=state == State::After plan=rows /> }
            })}
        </div>
    }
    .into_any()
}

fn list(nodes: Vec<Node>, state: State, steps: &[StepCounts], longest: f64) -> Vec<AnyView> {
    nodes
        .into_iter()
        .map(|node| {
            let (operation, rest) = split_operation(&node.row.detail);
            let (operation, rest) = (operation.to_owned(), rest.to_owned());
            let mark = state.mark(node.change);
            let words = sentence(&node.row).map(|text| view! { <p class="node-words"><Marked text=text /></p> });
            let figures = of_step(steps, node.row.id).map(|counts| figures(counts, state, longest));
            let children =
                (!node.children.is_empty()).then(|| view! { <ul>{list(node.children, state, steps, longest)}</ul> });
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
                        {words}
                        {figures}
                    </div>
                    {children}
                </li>
            }
            .into_any()
        })
        .collect()
}

fn visited(counts: &StepCounts) -> Option<f64> {
    counts.n_visited.map(|n| n as f64)
}

/// Estimated and visited rows as bars, then loops and pages.
fn figures(counts: &StepCounts, state: State, longest: f64) -> impl IntoView + use<> {
    let paint = match state {
        State::Before => Paint::Before,
        State::After => Paint::After,
    };
    let estimated = counts.estimated_visits().map(|n| ("estimated", n, numbers::estimate(n), Paint::Expected));
    let visited = counts.n_visited.map(|n| ("visited", n as f64, numbers::count(n), paint));
    let lines: Vec<_> = [estimated, visited]
        .into_iter()
        .flatten()
        .map(|(label, n, figure, paint)| {
            view! {
                <span>{label}</span>
                <Bar share=numbers::log_share(n, longest) paint=paint thin=true />
                <span class="num">{figure}</span>
            }
        })
        .collect();
    let n_loops = counts.n_loops.filter(|n| *n > 1).map(|n| counted(n, "loop", "loops"));
    let n_pages = counts.n_pages.map(|n| counted(n, "page", "pages"));
    let more: Vec<String> = n_loops.into_iter().chain(n_pages).collect();
    view! {
        {(!lines.is_empty()).then(|| view! { <div class="rows">{lines}</div> })}
        {(!more.is_empty()).then(|| view! { <p class="node-more">{more.join(" · ")}</p> })}
    }
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
