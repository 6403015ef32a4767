//! A picture that `domain::charts` drew.

use leptos::prelude::*;

/// Of the page's content.
const FULL: f64 = 1100.0;
/// Of a phone's.
const NARROW: f64 = 330.0;

/// The same picture at both widths of a [`WideChart`] that takes the whole page.
pub fn full_width(id: &str, draw: impl Fn(&str, f64) -> Option<String>) -> Option<(String, String)> {
    drawn_twice(id, FULL, draw)
}

/// The same picture, `width` wide and as wide as a phone.
pub fn drawn_twice(id: &str, width: f64, draw: impl Fn(&str, f64) -> Option<String>) -> Option<(String, String)> {
    draw(&format!("{id}-wide"), width).zip(draw(&format!("{id}-narrow"), NARROW))
}

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
