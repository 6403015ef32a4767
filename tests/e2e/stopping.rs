//! Cancelling a run, and what stays of it.

use std::time::Instant;

use serde_json::Value as Json;

use crate::browser::{Browser, SOON};
use crate::fixture::Fixture;
use crate::server::Server;

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

/// The sort of CREATE INDEX looks at no flag, and without isolation there is no flag: the worker is ended, and another
/// one opens the file again.
#[track_caller]
fn check_cancel_while_an_index_is_built(label: &str, server: Server) {
    let browser = Browser::open_at(label, server);
    browser.open_files(&[&Fixture::MB_100.file()]);
    browser.click("button", "Run everything");
    browser.status("Building ", crate::RUN);
    let asked_at = Instant::now();
    browser.click("button", "Cancel");
    let status = browser.status("Cancelled", SOON);
    println!("{label}: {status} Stopped {} ms after the click.", asked_at.elapsed().as_millis());
    assert!(browser.texts_of_role("alert").is_empty(), "a cancel is no failure");
    browser.js("location.hash = '#/overview/terminal_log'", vec![]);
    browser.click("button", "Look at the rows of terminal_log");
    browser.until("rows of the file", SOON, || browser.text_of("[role=gridcell]").filter(|text| !text.is_empty()));
    browser.check_console_is_quiet();
}

#[test]
fn an_index_is_cancelled_while_it_is_built() {
    check_cancel_while_an_index_is_built("cancel-index", Server::start(&Server::built_page()));
}

#[test]
fn an_index_is_cancelled_without_shared_memory() {
    check_cancel_while_an_index_is_built("cancel-plain", Server::plain(&Server::built_page(), "/"));
}
