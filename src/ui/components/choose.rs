//! Choosing one of a few: tabs and segments, with arrow keys.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Moves the focus among the buttons of `group` and presses the one it lands on when `press` is set.
/// Left and right, home and end, as the ARIA authoring practices give them for tabs.
fn on_arrows(event: &KeyboardEvent, group: Option<HtmlElement>, press: bool) {
    let Some(group) = group else { return };
    let buttons = group.get_elements_by_tag_name("button");
    let n = buttons.length();
    let focused = document().active_element();
    let Some(at) = (0..n).find(|at| buttons.item(*at).is_some() && buttons.item(*at) == focused) else { return };
    let to = match event.key().as_str() {
        "ArrowRight" => (at + 1) % n,
        "ArrowLeft" => (at + n - 1) % n,
        "Home" => 0,
        "End" => n - 1,
        _ => return,
    };
    event.prevent_default();
    if let Some(button) = buttons.item(to).and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        let _ = button.focus();
        if press {
            button.click();
        }
    }
}

/// A row of tabs. One of them is selected and in the tab order; arrow keys select the others.
#[component]
pub fn Tabs(#[prop(into)] label: String, children: Children) -> impl IntoView {
    let list = NodeRef::<leptos::html::Div>::new();
    let keys = move |event: KeyboardEvent| on_arrows(&event, list.get_untracked().map(Into::into), true);
    view! {
        <div class="tabs" role="tablist" aria-label=label node_ref=list on:keydown=keys>
            {children()}
        </div>
    }
}

/// One tab; `panel` is the id of the element that it shows.
#[component]
pub fn Tab(
    #[prop(into)] id: String,
    panel: &'static str,
    #[prop(into)] selected: Signal<bool>,
    on_select: impl Fn() + 'static,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            class="tab"
            type="button"
            role="tab"
            id=id
            aria-controls=panel
            aria-selected=move || if selected.get() { "true" } else { "false" }
            tabindex=move || if selected.get() { "0" } else { "-1" }
            on:click=move |_| on_select()
        >
            {children()}
        </button>
    }
}

/// A row of pressed and unpressed buttons, all in the tab order; arrow keys move between them.
#[component]
pub fn Segments(#[prop(into)] label: String, children: Children) -> impl IntoView {
    let group = NodeRef::<leptos::html::Div>::new();
    let keys = move |event: KeyboardEvent| on_arrows(&event, group.get_untracked().map(Into::into), false);
    view! {
        <div class="segments" role="group" aria-label=label node_ref=group on:keydown=keys>
            {children()}
        </div>
    }
}

#[component]
pub fn Segment(
    #[prop(into)] pressed: Signal<bool>,
    on_press: impl Fn() + 'static,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            aria-pressed=move || if pressed.get() { "true" } else { "false" }
            on:click=move |_| on_press()
        >
            {children()}
        </button>
    }
}
