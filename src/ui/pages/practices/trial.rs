//! Two ways beside each other: figures, then statements and plans.

use leptos::prelude::*;

use crate::domain::benchmark_words::change_by;
use crate::domain::numbers;
use crate::domain::practices::{Attempt, Figure, Trial, Unit};
use crate::ui::Marked;
use crate::ui::components::cost::ratio;
use crate::ui::components::plan::PlainPlan;
use crate::ui::components::quantity::{Absent, Quantity};
use crate::ui::components::sql::Sql;

#[component]
pub fn TrialSection(at: usize, trial: Trial, open: bool) -> impl IntoView {
    let Trial { title, before, after, figures, change } = trial;
    let id = format!("trial-{at}");
    let name = title.replace('`', "");
    let label = format!("Figures, {name}");
    let change =
        change.map(|change| view! { <p class="hint">{change_by("from the first to the second", &change)}</p> });
    let spreads = [before.spread(), after.spread()];
    let rows = figures.into_iter().map(|figure| row(figure, &spreads)).collect_view();
    view! {
        <section class="section" aria-labelledby=id>
            <details class="trial" open=open>
                <summary>
                    <h3 id=id.clone()>
                        <Marked text=title />
                    </h3>
                </summary>
                <div class="stack stack-3">
                <div class="table-scroll keep" role="region" aria-label=label tabindex="0">
                    <table class="table">
                        <caption class="visually-hidden">"Figures of both ways, " {name}</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Figure"</th>
                                <th scope="col" class="num">
                                    {before.label.clone()}
                                </th>
                                <th scope="col" class="num">
                                    {after.label.clone()}
                                </th>
                                <th scope="col" class="num">
                                    "Ratio"
                                </th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                {change}
                <details class="more">
                    <summary>"Statements and plans"</summary>
                    <div class="cols-2">{attempt(before)} {attempt(after)}</div>
                    </details>
                </div>
            </details>
        </section>
    }
}

fn row(figure: Figure, spreads: &[Option<String>; 2]) -> impl IntoView + use<> {
    let spread = |at: usize| {
        let spread = spreads[at].clone().filter(|_| figure.metric.has_spread());
        spread.map(|spread| view! { <span class="sub">{spread}</span> })
    };
    let both = figure.before.zip(figure.after).filter(|_| figure.metric.is_repeatable());
    let ratio = both.map(|(before, after)| ratio(numbers::ratio(before, after)));
    let unit = figure.metric.unit();
    view! {
        <tr>
            <th scope="row">
                <Marked text=figure.metric.label() />
            </th>
            <td class="num">{cell(unit, figure.before)} {spread(0)}</td>
            <td class="num">{cell(unit, figure.after)} {spread(1)}</td>
            <td class="num">{ratio}</td>
        </tr>
    }
}

fn cell(unit: Unit, figure: Option<u64>) -> AnyView {
    let Some(figure) = figure else { return view! { <Absent why="not measured" /> }.into_any() };
    match unit {
        Unit::Count => numbers::count(figure).into_any(),
        Unit::Time => view! { <Quantity quantity=numbers::duration(figure) /> }.into_any(),
        Unit::Bytes => view! { <Quantity quantity=numbers::bytes(figure) /> }.into_any(),
    }
}

fn attempt(attempt: Attempt) -> impl IntoView {
    let Attempt { label, sql, plan, .. } = attempt;
    let plan = (!plan.is_empty()).then(|| view! { <PlainPlan title="Plan" rows=plan /> });
    view! {
        <div class="stack stack-3">
            <Sql sql=sql caption=label />
            {plan}
        </div>
    }
}
