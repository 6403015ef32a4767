//! A figure that a person types, with its name before it and its unit behind it.

use leptos::prelude::*;

#[component]
pub fn NumberField(
    id: &'static str,
    label: &'static str,
    unit: &'static str,
    range: [f64; 2],
    #[prop(into)] value: Signal<String>,
    /// Hears what was typed, which need not be a figure, nor lie in the range.
    on_change: impl Fn(String) + 'static,
    /// All in one line, for any figure and not for whole ones alone.
    #[prop(optional)]
    inline: bool,
) -> impl IntoView {
    view! {
        <span class="field" class:inline=inline>
            <label class="label" for=id>
                {label}
            </label>
            <input
                class="input"
                id=id
                type="number"
                step=inline.then_some("any")
                min=range[0]
                max=range[1]
                prop:value=move || value.get()
                on:change=move |event| on_change(event_target_value(&event))
            />
            <span class="hint">{unit}</span>
        </span>
    }
}
