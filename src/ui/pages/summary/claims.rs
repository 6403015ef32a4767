//! The documented claims by verdict, in the file as dropped and after the migration.

use leptos::prelude::*;

use crate::domain::report::Report;
use crate::domain::verdict::Verdict;
use crate::ui::components::verdict::Tone;
use crate::ui::icons::{Glyph, Icon};

use super::facts::{Arrow, Units, of_report};

/// Before and after, claim by claim.
type Pairs = Vec<(Verdict, Verdict)>;

fn pairs(report: &Report) -> Option<Pairs> {
    let pairs: Pairs = report.claims().map(|(_, claim)| (claim.before.verdict, claim.after.verdict)).collect();
    (!pairs.is_empty()).then_some(pairs)
}

#[component]
pub fn Claims() -> impl IntoView {
    let pairs = of_report(pairs);
    let body = move || match pairs.get() {
        None => view! { <dd class="figure pending">"Not yet known"</dd> }.into_any(),
        Some(pairs) => figures(&pairs).into_any(),
    };
    view! {
        <div class="fact">
            <dt>"Documented claims, before "<Arrow />" after"</dt>
            {body}
        </div>
    }
}

fn figures(pairs: &Pairs) -> impl IntoView + use<> {
    let n_before = |verdict| pairs.iter().filter(|(before, _)| *before == verdict).count();
    let n_after = |verdict| pairs.iter().filter(|(_, after)| *after == verdict).count();
    let tones = |n: &dyn Fn(Verdict) -> usize| -> Vec<Tone> {
        Verdict::ALL.into_iter().flat_map(|verdict| std::iter::repeat_n(Tone::from(verdict), n(verdict))).collect()
    };
    let seen = Verdict::ALL.into_iter().filter(|verdict| n_before(*verdict) + n_after(*verdict) > 0);
    let legend = seen.map(|verdict| entry(verdict, n_before(verdict), n_after(verdict))).collect_view();
    view! {
        <dd class="figure">
            {n_before(Verdict::Holds)} " " <Arrow /> " " {n_after(Verdict::Holds)} " "
            <span class="unit">{format!("of {} hold", pairs.len())}</span>
        </dd>
        <dd class="unit-rows">
            <Units tones=tones(&n_before) />
            <Units tones=tones(&n_after) />
        </dd>
        <dd class="legend">{legend}</dd>
    }
}

/// One figure when the migration changes nothing.
fn entry(verdict: Verdict, before: usize, after: usize) -> impl IntoView {
    let then = (before != after).then(|| view! { " "<Arrow />" "<b>{after}</b> });
    view! {
        <span class="verdict" data-tone=Tone::from(verdict).name()>
            <Icon glyph=Glyph::Verdict(verdict) />
            <span>
                <b>{before}</b>
                {then}
                " "
                {verdict.label().to_lowercase()}
            </span>
        </span>
    }
}
