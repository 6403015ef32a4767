//! Shares as bars. The figure always stands beside its bar, so the bar is hidden from assistive technology.

use leptos::prelude::*;

/// What a bar's colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// As dropped.
    Before,
    /// After the migration.
    After,
    /// Would be removed: hatched.
    Removed,
    Warn,
    /// What the planner expects.
    Expected,
}

impl Paint {
    fn variable(self) -> &'static str {
        match self {
            Self::Before => "var(--chart-before)",
            Self::After => "var(--chart-after)",
            Self::Removed => "var(--chart-removed)",
            Self::Warn => "var(--warn-mark)",
            Self::Expected => "var(--chart-expected)",
        }
    }
}

/// `share` is from 0 to 100; at 0 nothing is drawn.
#[component]
pub fn Bar(share: f64, paint: Paint, #[prop(optional)] thin: bool) -> impl IntoView {
    let fill = (share > 0.0).then(|| {
        // One property at a time goes through the object model, which a strict content security policy allows; a style
        // attribute would not.
        view! {
            <i
                class=if paint == Paint::Removed { "hatch" } else { "" }
                style=("--v", format!("{share:.1}"))
                style=("--c", paint.variable())
            ></i>
        }
    });
    view! {
        <span class=if thin { "bar thin" } else { "bar" } aria-hidden="true">
            {fill}
        </span>
    }
}
