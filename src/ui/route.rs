//! The views and their addresses. Plain hashes: the page is one file on any server, or on none.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

/// A view, with the entry that it shows first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Route {
    #[default]
    Summary,
    Indexes(Option<String>),
    Queries(Option<String>),
    Cleanups(Option<String>),
    Repair(Option<String>),
    Benchmarks(Option<String>),
    Monitoring,
    Pool,
    Practices(Option<String>),
    Troubleshooting,
    Guide,
    Overview(Option<String>),
    Report,
}

impl Route {
    /// Reads `location.hash`; `None` when it names no view, as `#main` does.
    pub fn parse(hash: &str) -> Option<Self> {
        let path = hash.strip_prefix("#/")?;
        let (view, entry) = path.split_once('/').unwrap_or((path, ""));
        let entry = Some(decode(entry)).filter(|entry| !entry.is_empty());
        match view {
            "" | "summary" => Some(Self::Summary),
            "indexes" => Some(Self::Indexes(entry)),
            "queries" => Some(Self::Queries(entry)),
            "cleanups" => Some(Self::Cleanups(entry)),
            "repair" => Some(Self::Repair(entry)),
            "benchmarks" => Some(Self::Benchmarks(entry)),
            "monitoring" => Some(Self::Monitoring),
            "pool" => Some(Self::Pool),
            "practices" => Some(Self::Practices(entry)),
            "troubleshooting" => Some(Self::Troubleshooting),
            "guide" => Some(Self::Guide),
            "overview" => Some(Self::Overview(entry)),
            "report" => Some(Self::Report),
            _ => None,
        }
    }

    /// For a link: `#/queries/find-active-workflows`.
    pub fn href(&self) -> String {
        let (view, entry) = match self {
            Self::Summary => ("summary", None),
            Self::Indexes(entry) => ("indexes", entry.as_deref()),
            Self::Queries(entry) => ("queries", entry.as_deref()),
            Self::Cleanups(entry) => ("cleanups", entry.as_deref()),
            Self::Repair(entry) => ("repair", entry.as_deref()),
            Self::Benchmarks(entry) => ("benchmarks", entry.as_deref()),
            Self::Monitoring => ("monitoring", None),
            Self::Pool => ("pool", None),
            Self::Practices(entry) => ("practices", entry.as_deref()),
            Self::Troubleshooting => ("troubleshooting", None),
            Self::Guide => ("guide", None),
            Self::Overview(entry) => ("overview", entry.as_deref()),
            Self::Report => ("report", None),
        };
        match entry {
            Some(entry) => format!("#/{view}/{}", String::from(js_sys::encode_uri_component(entry))),
            None => format!("#/{view}"),
        }
    }

    /// Short, for the navigation and the document's title.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Summary => "Summary",
            Self::Indexes(_) => "Indexes",
            Self::Queries(_) => "Queries",
            Self::Cleanups(_) => "Clean-ups",
            Self::Repair(_) => "Repair",
            Self::Benchmarks(_) => "Benchmarks",
            Self::Monitoring => "Monitoring",
            Self::Pool => "Connection pool",
            Self::Practices(_) => "Practices",
            Self::Troubleshooting => "Troubleshooting",
            Self::Guide => "Guide",
            Self::Overview(_) => "Database",
            Self::Report => "Report",
        }
    }

    /// Whether both are the same view, whatever entry they show.
    pub fn is_same_view(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// Whether the view is about logs, and needs no database.
    pub fn is_about_logs(&self) -> bool {
        matches!(self, Self::Monitoring | Self::Pool)
    }

    /// Goes there. The listener of [`follow_hash`] does the rest.
    pub fn open(&self) {
        let _ = window().location().set_hash(&self.href());
    }
}

/// A broken escape stands for itself.
fn decode(entry: &str) -> String {
    js_sys::decode_uri_component(entry).map_or_else(|_| entry.into(), String::from)
}

fn current_hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// Keeps `route` at the address bar's, and moves the focus to `main` when the view changes, so that the next thing
/// that a screen reader reads or that Tab reaches is the new view.
pub fn follow_hash(route: RwSignal<Route>) {
    if let Some(first) = Route::parse(&current_hash()) {
        route.set(first);
    }
    let handle = window_event_listener(leptos::ev::hashchange, move |_| {
        let Some(next) = Route::parse(&current_hash()) else { return };
        let changes_view = !route.with_untracked(|old| old.is_same_view(&next));
        route.set(next);
        if changes_view {
            window().scroll_to_with_x_and_y(0.0, 0.0);
            focus_main();
        }
    });
    on_cleanup(move || handle.remove());
}

/// After the view has been put in place.
pub fn focus_main() {
    request_animation_frame(|| {
        let main = document().get_element_by_id("main");
        if let Some(main) = main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = main.focus();
        }
    });
}
