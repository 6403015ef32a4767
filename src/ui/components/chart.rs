//! A picture that `domain::charts` drew.

use leptos::prelude::*;

/// The markup is our own: figures, and words that are escaped.
#[component]
pub fn Chart(#[prop(into)] caption: String, svg: String) -> impl IntoView {
    view! {
        <figure class="chart-box">
            <figcaption class="label">{caption}</figcaption>
            <div inner_html=svg></div>
        </figure>
    }
}

/// Drawn twice, so that its text keeps its size on a phone.
#[component]
pub fn WideChart(#[prop(into)] caption: String, wide: String, narrow: String) -> impl IntoView {
    view! {
        <figure class="chart-box">
            <figcaption class="label">{caption}</figcaption>
            <div class="chart-wide" inner_html=wide></div>
            <div class="chart-narrow" inner_html=narrow></div>
        </figure>
    }
}
