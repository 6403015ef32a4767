//! A newer version of the page is here and waits: said, and taken when the person wants it. start.js talks to the
//! service worker.

use leptos::prelude::*;
use web_sys::Event;

#[component]
pub fn NewerVersion() -> impl IntoView {
    let waits = RwSignal::new(false);
    let heard = window_event_listener_untyped("newer-version", move |_| waits.set(true));
    on_cleanup(move || heard.remove());
    let take = move |_| {
        if let Ok(event) = Event::new("take-newer-version") {
            let _ = window().dispatch_event(&event);
        }
    };
    view! {
        <div class="newer-version" role="status">
            <Show when=move || waits.get()>
                <p>"A newer version of this page is ready. What is open closes when you take it."</p>
                <button class="btn small" type="button" on:click=take>
                    "Reload"
                </button>
                <button class="btn small plain" type="button" on:click=move |_| waits.set(false)>
                    "Later"
                </button>
            </Show>
        </div>
    }
}
