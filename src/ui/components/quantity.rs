//! A figure with its unit in grey.

use leptos::prelude::*;

use crate::domain::numbers;

#[component]
pub fn Quantity(quantity: numbers::Quantity) -> impl IntoView {
    view! {
        {quantity.figure}
        <span class="unit">{quantity.unit}</span>
    }
}

/// A figure that may not be known yet.
#[component]
pub fn MaybeQuantity(quantity: Option<numbers::Quantity>) -> impl IntoView {
    match quantity {
        Some(quantity) => view! { <Quantity quantity=quantity /> }.into_any(),
        None => view! { <Pending /> }.into_any(),
    }
}

/// Stands where no answer will come.
#[component]
pub fn Absent(why: &'static str) -> impl IntoView {
    view! {
        <span class="faint" aria-hidden="true">
            "–"
        </span>
        <span class="visually-hidden">{why}</span>
    }
}

/// Stands where an answer will stand.
#[component]
pub fn Pending() -> impl IntoView {
    view! {
        <span class="pending" aria-hidden="true">
            "…"
        </span>
        <span class="visually-hidden">"not measured yet"</span>
    }
}
