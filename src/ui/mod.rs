//! The page: views, components and their state. No SQL, no statistics, no advice worded here.
//!
//! `state` is the contract of all views: what is known (signals) and what can be asked (methods). `shell` is what
//! stands around every view. A view reads the state, never the client.

mod actions;
mod alert;
pub mod baselines;
pub mod components;
mod dialog;
mod download;
mod drop;
mod filebar;
mod files;
mod icons;
pub mod intake;
mod integrity;
mod marked;
mod nav;
mod open_button;
mod pages;
mod retention;
mod route;
mod rows;
mod run_status;
mod saved;
mod shell;
mod shortcuts;
pub mod state;
mod statements;
mod store;
mod theme;
mod walk;

pub use icons::{Glyph, Icon};
pub use marked::Marked;
pub use route::Route;
pub use state::Inspector;

/// Starts the worker and mounts the page.
pub fn start() {
    // Without a logger the page works the same, only quieter.
    let _ = console_log::init_with_level(log::Level::Warn);
    leptos::mount::mount_to_body(shell::Shell);
}
