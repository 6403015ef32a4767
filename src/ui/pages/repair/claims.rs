//! Every claim as dropped, and with the ticked changes.

use leptos::prelude::*;

use crate::domain::verdict::Verdict;
use crate::ui::components::table_frame::TableFrame;
use crate::ui::components::verdict::{Badge, Becomes};
use crate::ui::{Inspector, Marked, Route};

#[derive(Clone, PartialEq)]
struct Line {
    id: String,
    route: Route,
    index: String,
    before: Verdict,
    /// With the documented migration alone.
    migrated: Verdict,
    repaired: Verdict,
    /// Why it does not hold even then.
    reason: Option<String>,
}

#[component]
pub fn RepairedClaims() -> impl IntoView {
    let inspector = Inspector::use_();
    let lines = Memo::new(move |_| lines(inspector));
    let rows = move || lines.get().into_iter().map(row).collect_view();
    view! {
        <Show when=move || lines.with(|lines| !lines.is_empty())>
            <section class="section" aria-labelledby="repaired-claims">
                <div class="section-head">
                    <h2 id="repaired-claims">"What becomes of the claims"</h2>
                    <p>"Asked of plan clones with every kind of statistics and with several values."</p>
                </div>
                <TableFrame
                    label="Claims with the ticked changes"
                    caption="Every documented claim, as dropped and repaired"
                    heads=&[
                        ("Statement and index", ""),
                        ("As dropped, with the documented migration", ""),
                        ("With the ticked changes", ""),
                    ]
                >
                    {rows}
                </TableFrame>
            </section>
        </Show>
    }
}

fn row(line: Line) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">
                <a href=line.route.href()>{line.id}</a>
                <span class="sub">
                    <code>{line.index}</code>
                </span>
            </th>
            <td>
                <Becomes before=line.before after=line.migrated />
            </td>
            <td class="words">
                <Badge face=line.repaired />
                {line.reason.map(|reason| view! { <span class="sub"><Marked text=reason /></span> })}
            </td>
        </tr>
    }
}

fn lines(inspector: Inspector) -> Vec<Line> {
    inspector.report.with(|report| {
        inspector.repaired.with(|repaired| {
            let (Some(report), Some(repaired)) = (report, repaired) else { return Vec::new() };
            let line = |(id, claim): (&str, &crate::domain::verdict::Claim)| {
                let judged = &repaired.iter().find(|judged| judged.id == id)?.judgement;
                let route = match report.query(id) {
                    Some(_) => Route::Queries(Some(id.into())),
                    None => Route::Cleanups(Some(id.into())),
                };
                Some(Line {
                    id: id.into(),
                    route,
                    index: claim.index.clone(),
                    before: claim.before.verdict,
                    migrated: claim.after.verdict,
                    repaired: judged.verdict,
                    reason: (judged.verdict != Verdict::Holds).then(|| judged.reason.clone()),
                })
            };
            report.claims().filter_map(line).collect()
        })
    })
}
