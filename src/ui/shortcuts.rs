//! Keys without a modifier, as the dialog lists them. They never act while a person types.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use super::dialog::ShortcutsDialog;
use super::route::Route;
use super::state::Inspector;
use super::theme::ThemeChoice;

/// How long `g` waits for its second key.
const CHORD_MS: f64 = 1500.0;

/// Keys and what they do, for the dialog.
pub const SHORTCUTS: [(&[&str], &str); 16] = [
    (&["R"], "Run everything"),
    (&["G", "S"], "Go to the summary"),
    (&["G", "G"], "Go to the guide"),
    (&["G", "I"], "Go to indexes"),
    (&["G", "Q"], "Go to queries"),
    (&["G", "C"], "Go to clean-ups"),
    (&["G", "F"], "Go to the repair"),
    (&["G", "B"], "Go to the benchmarks"),
    (&["G", "P"], "Go to the practices"),
    (&["G", "M"], "Go to monitoring"),
    (&["G", "O"], "Go to the connection pool"),
    (&["G", "T"], "Go to troubleshooting"),
    (&["G", "D"], "Go to the database"),
    (&["G", "R"], "Go to the report"),
    (&["T"], "Change the theme"),
    (&["?"], "This list"),
];

pub fn listen(inspector: Inspector, theme: ThemeChoice, dialog: ShortcutsDialog) {
    let pressed_g_at = StoredValue::new(f64::NEG_INFINITY);
    let handle = window_event_listener(keydown, move |event| {
        let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key();
        if has_modifier || event.is_composing() || event.default_prevented() || is_typing(&event) {
            return;
        }
        let is_chord = event.time_stamp() - pressed_g_at.get_value() < CHORD_MS;
        pressed_g_at.set_value(f64::NEG_INFINITY);
        let has_database = inspector.database.with_untracked(Option::is_some);
        let key = event.key();
        if is_chord
            && let Some(route) = destination(&key)
            && (has_database || route.is_about_logs())
        {
            route.open();
            return;
        }
        match key.as_str() {
            "g" => pressed_g_at.set_value(event.time_stamp()),
            "r" => inspector.run_everything(),
            "t" => theme.turn(),
            "?" => dialog.show(),
            _ => {}
        }
    });
    on_cleanup(move || handle.remove());
}

fn destination(key: &str) -> Option<Route> {
    match key {
        "s" => Some(Route::Summary),
        "g" => Some(Route::Guide),
        "i" => Some(Route::Indexes(None)),
        "q" => Some(Route::Queries(None)),
        "c" => Some(Route::Cleanups(None)),
        "f" => Some(Route::Repair(None)),
        "b" => Some(Route::Benchmarks(None)),
        "p" => Some(Route::Practices(None)),
        "m" => Some(Route::Monitoring),
        "o" => Some(Route::Pool),
        "t" => Some(Route::Troubleshooting),
        "d" => Some(Route::Overview(None)),
        "r" => Some(Route::Report),
        _ => None,
    }
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
    target.is_some_and(|element| {
        element.is_content_editable() || matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA")
    })
}
