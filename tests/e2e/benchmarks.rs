//! The guide's benchmarks in the browser: run, looked at, and a query let grow.

use std::time::Duration;

use serde_json::json;

use crate::browser::{Browser, SOON};

const RUN: Duration = Duration::from_secs(120);

/// Opened from the disk, it shows its heading and its pictures, in its own style, and asks for nothing.
#[track_caller]
fn check_standalone(html: &str) {
    assert!(!html.contains("<script"), "a report runs nothing");
    let file = tempfile::Builder::new().suffix(".html").tempfile().expect("a file");
    std::fs::write(file.path(), html).expect("the report is written");
    let browser = Browser::open("report-file");
    browser.go(&format!("file://{}", file.path().display()));
    let shown = browser.js(
        "return [document.querySelectorAll('h1').length, document.querySelectorAll('svg[role=img]').length,
            performance.getEntriesByType('resource').length, getComputedStyle(document.body).fontSize]",
        vec![],
    );
    assert_eq!((&shown[0], &shown[2], &shown[3]), (&json!(1), &json!(0), &json!("14px")), "{shown}");
    assert!(shown[1].as_u64().is_some_and(|n| n >= 8), "{shown}");
    browser.check_console_is_quiet();
}

#[test]
fn the_guides_benchmarks_run_and_a_query_grows() {
    let browser = Browser::open("benchmarks");
    browser.click("button", "Try the sample database");
    browser.status(crate::JUDGED, SOON);
    browser.js("location.hash = '#/benchmarks'", vec![]);
    browser.until("the view", SOON, || browser.text_of("h1").filter(|text| text == "No benchmark has run yet"));
    browser.click("button", "Run the benchmarks");
    let heading = browser.until("all have run", RUN, || {
        browser.text_of("h1").filter(|text| text.starts_with("All 6 benchmarks") || text.contains("of 6 benchmarks"))
    });
    println!("{heading}");
    let against = browser.table_rows("Benchmarks against the guide");
    assert_eq!(against.len(), 6, "{against:#?}");
    for row in &against {
        assert!(["Within", "Beyond", "On the limit"].iter().any(|outcome| row.contains(outcome)), "{row}");
        assert!(row.contains(" to "), "no interval: {row}");
    }
    browser.until("the file's own", RUN, || (browser.table_rows("Benchmarks on this file").len() >= 3).then_some(()));
    let pictures =
        "return [...document.querySelectorAll('.charts svg[role=img] title')].map(title => title.textContent)";
    let pictures = browser.js(pictures, vec![]);
    assert!(pictures.as_array().is_some_and(|titles| titles.len() >= 3), "{pictures}");

    browser.click("button", "Let it grow");
    browser.until("the curve", RUN, || {
        let rows = browser.table_rows("Growth");
        let n_sizes = rows.iter().filter(|row| row.starts_with("As documented")).count();
        (n_sizes == 4).then_some(())
    });
    browser.js("location.hash = '#/report'", vec![]);
    let report = browser.report();
    let markdown = browser.download("Download Markdown report");
    assert!(markdown.contains("find_by_project/500") && !markdown.contains("<svg"), "{markdown}");
    check_standalone(&browser.download("Download HTML report"));
    let ids: Vec<&str> = report["benchmarks"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids[0], "find_by_id");
    assert_eq!(ids.len(), 6);
    assert_eq!(report["growth"][0]["curves"][0]["points"].as_array().map(Vec::len), Some(4));
    browser.check_console_is_quiet();
}
