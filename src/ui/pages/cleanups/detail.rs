//! One clean-up: the statement, what it would do, what stays, and how SQLite goes about it.

use leptos::prelude::*;

use crate::domain::catalogue::DocumentedCleanup;
use crate::domain::cleanup::{CleanupReport, RowSample};
use crate::domain::look_ups::scan_sentences;
use crate::domain::numbers::counted;
use crate::domain::run::Step;
use crate::domain::verdict::Claim;
use crate::ui::components::alert::Note;
use crate::ui::components::bytecode::Statement;
use crate::ui::components::claim::{IndexLink, Reasons, WithRepair};
use crate::ui::components::plan::{CountedPlan, PlanPair, RepairedPlan};
use crate::ui::components::sql::{Sql, SqliteError};
use crate::ui::components::step_button::StepButton;
use crate::ui::components::table::{SampleTable, shown_rows};
use crate::ui::components::verdict::{Becomes, Tone};
use crate::ui::{Glyph, Icon, Inspector, Marked};

use super::blocking::Blocking;
use super::outcomes::Outcomes;
use super::removed::{Missed, Removed};
use super::retention::{Ages, Retention};
use super::rows::DoomedRows;
use super::space::{Cascade, Space};
use super::stragglers::Stragglers;

#[component]
pub fn Detail(id: String) -> impl IntoView {
    let inspector = Inspector::use_();
    let documented = inspector.catalogue.with_untracked(|catalogue| catalogue.as_ref()?.cleanup(&id).cloned());
    let Some(documented) = documented else { return ().into_any() };
    let cleanup = Memo::new(move |_| {
        inspector.report.with(|report| report.as_ref().and_then(|report| report.cleanup(&id).cloned()))
    });
    let caption = format!("{}, as documented", documented.title);
    let histogram = Memo::new(move |_| cleanup.with(|cleanup| cleanup.as_ref()?.histogram.clone()));
    let asked = cleanup.with_untracked(|cleanup| cleanup.as_ref().map(|cleanup| cleanup.retention_days));
    let days = RwSignal::new(asked.unwrap_or(documented.retention_days));
    view! {
        <div class="cols-wide-narrow">
            <Sql sql=documented.sql.clone() caption=caption />
            <div class="stack stack-3">
                <Retention documented=documented.clone() days=days histogram=histogram />
                <Facts documented=documented.clone() cleanup=cleanup />
            </div>
        </div>
        <Ages cleanup=cleanup histogram=histogram days=days />
        {move || match cleanup.get() {
            Some(cleanup) => found(cleanup),
            None => view! { <NotRun id=documented.id.clone() /> }.into_any(),
        }}
    }
    .into_any()
}

/// Cut-off and claim.
#[component]
fn Facts(documented: DocumentedCleanup, cleanup: Memo<Option<CleanupReport>>) -> impl IntoView {
    let compared = format!("{}.{}", documented.table, documented.time_column);
    let cutoff = move || {
        let cutoff = cleanup.with(|cleanup| cleanup.as_ref().map(|cleanup| cleanup.cutoff.clone()));
        let cutoff = cutoff.filter(|cutoff| !cutoff.is_empty())?;
        Some(view! {
            <dt>"Cut-off"</dt>
            <dd>
                <code>{cutoff}</code>
                " UTC"
            </dd>
        })
    };
    let n_rows = move || {
        let n_rows = cleanup.with(|cleanup| cleanup.as_ref().and_then(|cleanup| cleanup.n_table_rows))?;
        Some(view! {
            <dt>"Rows in the table"</dt>
            <dd>{counted(n_rows, "row", "rows")}</dd>
        })
    };
    let with_repair = move || {
        let (id, after) = cleanup.with(|cleanup| {
            let cleanup = cleanup.as_ref()?;
            Some((cleanup.id.clone(), cleanup.claim.as_ref()?.after.verdict))
        })?;
        Some(view! { <WithRepair id=id after=after /> })
    };
    let claim = move || cleanup.with(|cleanup| cleanup.as_ref().and_then(|cleanup| cleanup.claim.clone())).map(claim);
    view! {
        <div class="stack stack-3">
            <dl class="kv tight">
                <dt>"Section"</dt>
                <dd>{documented.section}</dd>
                <dt>"Compares"</dt>
                <dd>
                    <code>{compared}</code>
                </dd>
                {cutoff}
                {n_rows}
                {claim}
            </dl>
            {with_repair}
        </div>
    }
}

fn claim(claim: Claim) -> impl IntoView {
    view! {
        <dt>"Claim"</dt>
        <dd>
            "uses " <IndexLink index=claim.index />
        </dd>
        <dt>"Verdict"</dt>
        <dd>
            <Becomes before=claim.before.verdict after=claim.after.verdict />
        </dd>
    }
}

fn found(cleanup: CleanupReport) -> AnyView {
    let CleanupReport { claim, error, .. } = cleanup.clone();
    let reasons = claim.map(|claim| view! { <Reasons claim=claim /> });
    if let Some(words) = error {
        return view! {
            <section class="section" aria-label="Error">
                <Note tone=Tone::Bad title="This statement does not run on this file.">
                    <SqliteError words=words />
                </Note>
            </section>
            {reasons}
        }
        .into_any();
    }
    let is_run = cleanup.foreign_keys_on.is_some() || cleanup.foreign_keys_off.is_some();
    let outcome = if is_run {
        view! {
            <Outcomes cleanup=cleanup.clone() />
            <Blocking cleanup=cleanup.clone() />
            <section class="section" aria-label="Rows and space">
                <div class="cols-2">
                    <div class="stack stack-5">
                        <Removed cleanup=cleanup.clone() />
                        <Missed cleanup=cleanup.clone() />
                    </div>
                    <Space cleanup=cleanup.clone() />
                </div>
            </section>
            <Stragglers cleanup=cleanup.clone() />
            <DoomedRows cleanup=cleanup.clone() />
        }
        .into_any()
    } else {
        view! { <NotRun id=cleanup.id.clone() /> }.into_any()
    };
    let scans = scan_sentences(&cleanup).into_iter().map(|text| {
        view! {
            <div class="alert" data-tone=Tone::Warn.name() role="note">
                <Icon glyph=Glyph::Warn />
                <p><Marked text=text /></p>
            </div>
        }
    });
    let scans = scans.collect_view();
    let (id, dropped, migrated) = (cleanup.id.clone(), cleanup.plan.clone(), cleanup.plan_after.clone());
    let statement = Statement { id: cleanup.id, parameters: Vec::new() };
    let before = CountedPlan { rows: cleanup.plan, steps: cleanup.steps_before };
    let after = CountedPlan { rows: cleanup.plan_after, steps: cleanup.steps_after };
    view! {
        {outcome}
        <section class="section" aria-labelledby="plan">
            <div class="section-head">
                <h2 id="plan">"Plan with foreign keys on"</h2>
            </div>
            <div class="stack stack-4">
                {scans}
                <PlanPair statement=statement before=before after=after deletes=true />
                <RepairedPlan id=id dropped=dropped migrated=migrated deletes=true />
                {reasons}
                <Cascade look_ups=cleanup.look_ups index_trials=cleanup.index_trials />
            </div>
        </section>
        {cleanup.samples.into_iter().enumerate().map(|(at, sample)| sample_section(at, sample)).collect_view()}
    }
    .into_any()
}

#[component]
fn NotRun(id: String) -> impl IntoView {
    let steps = Signal::stored(vec![Step::PreviewCleanup(id)]);
    view! {
        <section class="section" aria-labelledby="not-run">
            <div class="state">
                <h2 id="not-run">"Not run yet"</h2>
                <p>"Executes the statement on a copy, with foreign keys on and off, and drops the copy. Nothing is removed from your file."</p>
                <StepButton steps=steps label="Run this preview" busy_label="Running on a copy" />
            </div>
        </section>
    }
}

fn sample_section(at: usize, sample: RowSample) -> impl IntoView {
    let id = format!("sample-{at}");
    let shown = shown_rows(&sample);
    let label = format!("Sample of rows of {} that go", sample.table);
    view! {
        <section class="section" aria-labelledby=id>
            <div class="section-head">
                <h2 id=id.clone()>"Sample of " <code>{sample.table.clone()}</code></h2>
                <p>{shown} ". Secrets are masked here, in exports and in reports."</p>
            </div>
            <SampleTable sample=sample label=label />
        </section>
    }
}
