//! How benchmarks are measured, for the person to set.

use leptos::prelude::*;

use crate::domain::measuring::Settings;
use crate::ui::Inspector;
use crate::ui::components::number_field::NumberField;

/// A field: its name, its range, and where it stands in the settings.
struct Field {
    id: &'static str,
    label: &'static str,
    unit: &'static str,
    range: [f64; 2],
    get: fn(&Settings) -> f64,
    set: fn(&mut Settings, f64),
}

const FIELDS: [Field; 4] = [
    Field {
        id: "n-samples",
        label: "Samples",
        unit: "each",
        range: [10.0, 1_000.0],
        get: |settings| settings.n_samples.into(),
        set: |settings, n| settings.n_samples = n as u32,
    },
    Field {
        id: "budget",
        label: "Time budget",
        unit: "ms each",
        range: [10.0, 60_000.0],
        get: |settings| settings.budget_ns as f64 / 1e6,
        set: |settings, ms| settings.budget_ns = (ms * 1e6) as u64,
    },
    Field {
        id: "n-resamples",
        label: "Resamples",
        unit: "for intervals",
        range: [1_000.0, 1_000_000.0],
        get: |settings| settings.n_resamples.into(),
        set: |settings, n| settings.n_resamples = n as u32,
    },
    Field {
        id: "noise-threshold",
        label: "Noise threshold",
        unit: "%",
        range: [0.0, 50.0],
        get: |settings| settings.noise_threshold * 100.0,
        set: |settings, percent| settings.noise_threshold = percent / 100.0,
    },
];

#[component]
pub fn Measuring() -> impl IntoView {
    let inspector = Inspector::use_();
    if untrack(|| inspector.is_saved()) {
        return ().into_any();
    }
    let fields = FIELDS.iter().map(|field| {
        let value = move || inspector.measuring.with(|settings| (field.get)(settings).to_string());
        let changed = move |typed: String| {
            let [least, most] = field.range;
            if let Ok(figure) = typed.parse::<f64>() {
                let mut settings = inspector.measuring.get_untracked();
                (field.set)(&mut settings, figure.clamp(least, most));
                inspector.set_measuring(settings);
            }
        };
        view! {
            <NumberField
                id=field.id
                label=field.label
                unit=field.unit
                range=field.range
                value=Signal::derive(value)
                on_change=changed
            />
        }
    });
    view! {
        <details class="more">
            <summary>"How it is measured"</summary>
            <div class="row">{fields.collect_view()}</div>
            <p class="hint">
                "What was measured before stays as it was. A change is one when its whole interval lies beyond the noise threshold."
            </p>
        </details>
    }
    .into_any()
}
