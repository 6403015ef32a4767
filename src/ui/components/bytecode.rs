//! The program behind a plan, asked for when it is opened.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::bytecode::{Opcode, render};
use crate::domain::failure::Failure;
use crate::domain::plan::{PlanRow, Step};
use crate::domain::value::Value;
use crate::ui::Inspector;

use super::alert::FailedHere;
use super::copy::CopyButton;

/// What the program is asked for with.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Of the documented query or clean-up.
    pub id: String,
    pub parameters: Vec<Value>,
}

#[derive(Clone)]
enum Asked {
    Not,
    Waiting,
    Answered(Result<Vec<Opcode>, Failure>),
}

/// Closed until a person wants it. `plan` gives the steps their words.
#[component]
pub fn Bytecode(statement: Statement, migrated: bool, plan: Vec<PlanRow>) -> impl IntoView {
    let inspector = Inspector::use_();
    if untrack(|| inspector.is_saved()) {
        return ().into_any();
    }
    let asked = RwSignal::new(Asked::Not);
    let statement = StoredValue::new(statement);
    let plan = StoredValue::new(plan);
    let ask = move |_| {
        // Closing is told as well; a failure is asked again.
        if matches!(asked.get_untracked(), Asked::Waiting | Asked::Answered(Ok(_))) {
            return;
        }
        asked.set(Asked::Waiting);
        spawn_local(async move {
            let Statement { id, parameters } = statement.get_value();
            let answer = inspector.bytecode(id, parameters, migrated).await;
            // The plan may have been replaced meanwhile.
            let _ = asked.try_set(Asked::Answered(answer));
        });
    };
    let answer = move || match asked.get() {
        Asked::Not => ().into_any(),
        Asked::Waiting => view! { <p class="muted" role="status">"Asking SQLite for its program…"</p> }.into_any(),
        Asked::Answered(Err(failure)) => view! { <FailedHere failure=failure /> }.into_any(),
        Asked::Answered(Ok(opcodes)) => plan.with_value(|plan| table(&opcodes, plan)).into_any(),
    };
    view! {
        <details class="more bytecode" on:toggle=ask>
            <summary>"Show bytecode"</summary>
            <div class="stack stack-2">
                <p class="hint">
                    "Bytecode is the program that SQLite makes of a statement and then runs, one small instruction after the other; this one comes from an empty copy of the schema, so root pages (p2 of OpenRead) are that copy's."
                </p>
                {answer}
            </div>
        </details>
    }
    .into_any()
}

fn table(opcodes: &[Opcode], plan: &[PlanRow]) -> impl IntoView + use<> {
    let has_comments = opcodes.iter().any(|opcode| !opcode.comment.is_empty());
    let step = |opcode: &Opcode| {
        if opcode.program > 0 {
            return format!("trigger or ON DELETE, program {}", opcode.program);
        }
        let row = plan.iter().find(|row| Some(row.id) == opcode.step);
        row.map_or_else(String::new, |row| match row.step() {
            Step::Scan(access) => format!("SCAN {}", access.table),
            Step::Search(access) => format!("SEARCH {}", access.table),
            _ => row.detail.clone(),
        })
    };
    let rows: Vec<_> = opcodes
        .iter()
        .map(|opcode| {
            let comment = has_comments.then(|| view! { <td>{opcode.comment.clone()}</td> });
            view! {
                <tr>
                    <td class="num">{opcode.addr}</td>
                    <th scope="row">
                        <code>{opcode.opcode.clone()}</code>
                    </th>
                    <td>
                        <code>{step(opcode)}</code>
                    </td>
                    <td class="num">{opcode.p1}</td>
                    <td class="num">{opcode.p2}</td>
                    <td class="num">{opcode.p3}</td>
                    <td class="p4">
                        <code>{opcode.p4.clone()}</code>
                    </td>
                    <td class="num">{opcode.p5}</td>
                    {comment}
                </tr>
            }
        })
        .collect();
    view! {
        <CopyButton text=render(opcodes) what="the bytecode" />
        <div class="table-scroll keep" role="region" aria-label="Bytecode" tabindex="0">
            <table class="table">
                <caption>"Instructions, and the step of the plan that each serves"</caption>
                <thead>
                    <tr>
                        <th scope="col" class="num">"addr"</th>
                        <th scope="col">"opcode"</th>
                        <th scope="col">"step"</th>
                        <th scope="col" class="num">"p1"</th>
                        <th scope="col" class="num">"p2"</th>
                        <th scope="col" class="num">"p3"</th>
                        <th scope="col">"p4"</th>
                        <th scope="col" class="num">"p5"</th>
                        {has_comments.then(|| view! { <th scope="col">"comment"</th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
