//! Cortex Inspector: what a SQLite database's documented indexes, queries and clean-ups really do.
//!
//! A folder is a layer and arrows point down only:
//!
//! ```text
//! bin/app.rs  -> ui -> client -+
//!                              +-> protocol -> domain
//! bin/worker.rs -> worker -> engine -> snapshot
//! ```
//!
//! `domain` is pure data and functions: no I/O, no clock, no JavaScript. `protocol` names the calls that cross from
//! the page to the worker. `snapshot` is the virtual file system, `engine` the only layer that talks to SQLite.
//! The page is built without `engine` and `snapshot`, the worker without `ui` and `client`.

pub mod domain;
pub mod protocol;

#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "engine")]
pub mod snapshot;
#[cfg(all(feature = "engine", target_arch = "wasm32"))]
pub mod worker;

#[cfg(all(feature = "ui", target_arch = "wasm32"))]
pub mod client;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
pub mod ui;
