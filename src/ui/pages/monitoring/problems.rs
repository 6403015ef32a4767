//! Lines of the log that could not be used as they are.

use leptos::prelude::*;

use crate::domain::log::Problems;
use crate::domain::monitoring::problem_lines;
use crate::domain::numbers::counted;
use crate::ui::Inspector;

#[component]
pub fn ProblemsNote() -> impl IntoView {
    let logs = Inspector::use_().logs;
    let problems = Memo::new(move |_| {
        let of = |log: &Option<_>| log.as_ref().map(|log: &crate::domain::monitoring::LogSummary| log.problems.clone());
        logs.first.with(of).filter(|problems: &Problems| !problems.is_empty())
    });
    move || problems.get().map(list)
}

fn list(problems: Problems) -> impl IntoView {
    let n: u64 = problems.counts.values().sum();
    let kinds = problems.counts.iter().map(|(kind, n)| {
        view! {
            <dt>{kind.label()} ", " {counted(*n, "line", "lines")}</dt>
            <dd>
                {problem_lines(&problems, *kind)} <br />
                <span class="faint">{kind.help()}</span>
            </dd>
        }
    });
    view! {
        <details class="more log-problems">
            <summary>{counted(n, "line is", "lines are")} " not as they should be; the rest is used"</summary>
            <dl class="kv tight">{kinds.collect_view()}</dl>
        </details>
    }
}
