//! All rewrites that were tried, by query.

use leptos::prelude::*;

use crate::domain::repair_trial::Rewrite;
use crate::ui::Inspector;
use crate::ui::components::rewrite::RewriteItem;

#[component]
pub fn Rewrites() -> impl IntoView {
    let inspector = Inspector::use_();
    let rewrites = Memo::new(move |_| {
        inspector.report.with(|report| {
            let trial = report.as_ref().and_then(|report| report.repair.as_ref());
            trial.map(|trial| trial.rewrites.clone()).unwrap_or_default()
        })
    });
    view! {
        <Show when=move || rewrites.with(|rewrites: &Vec<Rewrite>| !rewrites.is_empty())>
            <section class="section" aria-labelledby="rewrites">
                <div class="section-head">
                    <h2 id="rewrites">"The same questions in other words"</h2>
                    <p>"Changes to the application's SQL; they are not part of the migration. Each was run on a copy."</p>
                </div>
                <ul aria-label="Rewrites">
                    {move || rewrites.get().into_iter().map(|rewrite| view! { <RewriteItem rewrite=rewrite named=true /> }).collect_view()}
                </ul>
            </section>
        </Show>
    }
}
