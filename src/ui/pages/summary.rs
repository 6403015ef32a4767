//! The answer first: what holds on this file, what it costs, what is wrong. The same view while a run goes on.

mod answer;
mod claims;
mod facts;
mod findings;
mod running;

use leptos::prelude::*;

use crate::domain::exports::Format;
use crate::ui::download::DownloadReport;

use super::report::ReportFacts;

use answer::Answer;
use facts::Facts;
use findings::Findings;

#[component]
pub fn Summary() -> impl IntoView {
    view! {
        <Answer />
        <Facts />
        <Findings />
        <section class="section" aria-labelledby="report">
            <div class="section-head">
                <h2 id="report">"Report"</h2>
                <p>"The same facts as data, with what is needed to repeat them."</p>
            </div>
            <div class="cols-wide-narrow">
                <ReportFacts />
                <div class="row no-print">
                    <DownloadReport format=Format::Json />
                </div>
            </div>
        </section>
    }
}
