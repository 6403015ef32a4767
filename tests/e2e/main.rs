//! The built page, used as a person uses it, in Chromium through chromedriver.
//!
//! `DIST` names the folder of the built page (`dist`), `CHROME` and `CHROMEDRIVER` the programs. `cargo xtask test --only
//! e2e` sets all three. `server` serves the page, `browser` steers it, `fixture` makes database files, `native` asks
//! native SQLite about them. No file here but the tests knows what the page looks like.
#![cfg(not(target_arch = "wasm32"))]

mod against_native;
mod appearance;
mod baselines;
mod benchmarks;
mod beside;
mod browser;
mod cleanups;
mod fixture;
mod guide;
mod hostile;
mod inputs;
mod large;
mod monitoring;
mod native;
mod offline;
mod pool;
mod practices;
mod repair;
mod rows;
mod sample;
mod saved_reports;
mod server;
mod stopping;

use std::path::Path;
use std::time::Duration;

use browser::Browser;
use serde_json::{Value as Json, json};

/// How long a run may take on a shared machine.
const RUN: Duration = Duration::from_secs(150);

/// A status that starts so says that verdicts are there and nothing runs.
const JUDGED: &str = "Plans asked for";

/// The views of the navigation, by name, in order.
const VIEWS: [&str; 13] = [
    "Summary",
    "Guide",
    "Indexes",
    "Queries",
    "Clean-ups",
    "Repair",
    "Benchmarks",
    "Practices",
    "Monitoring",
    "Connection pool",
    "Troubleshooting",
    "Database",
    "Report",
];

impl Browser {
    /// Opens a file and waits for its verdicts.
    #[track_caller]
    fn open_files(&self, files: &[&Path]) {
        self.choose_files("Open database", files);
        self.status(JUDGED, browser::SOON);
    }

    #[track_caller]
    fn run_everything(&self) -> String {
        self.click("button", "Run everything");
        self.status("Finished", RUN)
    }

    /// Drops a file or a folder on the page.
    fn drag(&self, path: &Path) {
        for kind in ["dragEnter", "dragOver", "drop"] {
            let data = json!({ "items": [], "files": [path], "dragOperationsMask": 1 });
            self.cdp("Input.dispatchDragEvent", json!({ "type": kind, "x": 700, "y": 400, "data": data }));
        }
    }

    /// The rows of the table in the region of this name, as text.
    fn table_rows(&self, region: &str) -> Vec<String> {
        let script = "const region = [...document.querySelectorAll('[role=region]')]
                .find(region => region.getAttribute('aria-label') === arguments[0]);
            return [...(region?.querySelectorAll('tbody tr') ?? [])].map(row => row.textContent)";
        let rows = self.js(script, vec![region.into()]);
        rows.as_array().into_iter().flatten().filter_map(|row| row.as_str().map(str::to_owned)).collect()
    }

    #[track_caller]
    fn report(&self) -> Json {
        let text = self.download("Download JSON report");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("the report is no JSON: {error}"))
    }
}
