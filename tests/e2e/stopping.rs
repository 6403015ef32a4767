//! Cancelling a run, and what stays of it.

use std::time::Instant;

use serde_json::Value as Json;

use crate::browser::{Browser, SOON};
use crate::fixture::Fixture;

#[test]
fn a_cancelled_run_keeps_its_answers_and_can_be_repeated() {
    let browser = Browser::open("cancel");
    browser.open_files(&[&Fixture::MB_100.file()]);
    browser.click("button", "Run everything");
    // Indexes are built first; a query is measured once they are there.
    browser.status("Measuring ", crate::RUN);
    let asked_at = Instant::now();
    browser.click("button", "Cancel");
    let status = browser.status("Cancelled", SOON);
    println!("{status} Stopped {} ms after the click.", asked_at.elapsed().as_millis());
    let n_done: u64 = status.split_whitespace().find_map(|word| word.parse().ok()).expect("how many steps are done");
    assert!(n_done >= 1, "{status}");

    let partial = browser.report();
    assert_eq!(partial["complete"], false);
    let built = |report: &Json| {
        let entries = report["migration"].as_array().cloned().unwrap_or_default();
        entries.iter().filter(|entry| entry["elapsed_ns"].is_u64()).count()
    };
    assert!(built(&partial) >= 1, "no index that was built is left");
    assert!(partial["queries"].as_array().is_some_and(|queries| !queries.is_empty()), "the verdicts are gone");
    assert!(partial["cleanups"][0]["foreign_keys_on"].is_null(), "the run was not stopped");

    browser.run_everything();
    let report = browser.report();
    assert_eq!(report["complete"], true);
    assert_eq!(report["failed_steps"], serde_json::json!([]));
    assert!(report["cleanups"][0]["foreign_keys_on"].is_object());
    let parameters = report["queries"].as_array().into_iter().flatten();
    let parameters = parameters.flat_map(|query| query["parameters"].as_array().into_iter().flatten());
    assert_eq!(
        parameters.filter(|parameter| parameter["type"] == "null").count(),
        0,
        "values were lost with the cancel"
    );
    browser.check_console_is_quiet();
}
