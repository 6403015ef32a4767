//! A baseline in the browser: kept, found again after a reload, compared, and not judged under other circumstances.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::browser::{Browser, SOON};

const RUN: Duration = Duration::from_secs(60);

const VERDICTS: [&str; 4] = ["Improved", "Regressed", "Within noise", "Undecided"];

/// Opens the sample and runs the first benchmark.
#[track_caller]
fn measure_one(browser: &Browser) {
    browser.click("button", "Try the sample database");
    browser.status(crate::JUDGED, SOON);
    browser.js("location.hash = '#/benchmarks'", vec![]);
    browser.click("button", "Run this one");
    browser.until("the benchmark has run", RUN, || {
        browser.text_of("h1").filter(|text| text.starts_with("The benchmark that ran"))
    });
}

/// Compares, and answers the row of the first benchmark.
#[track_caller]
fn compare(browser: &Browser, name: &str) -> String {
    browser.click("button", &format!("Compare with {name}"));
    browser.until("the comparison", RUN, || {
        let heading = browser.text_of("h3").filter(|text| text.contains(name));
        heading.and_then(|_| row(browser))
    })
}

fn row(browser: &Browser) -> Option<String> {
    let rows = browser.table_rows("Comparison with the baseline");
    rows.into_iter().find(|row| row.starts_with("find_by_id") && !row.contains("without the migration"))
}

fn has_verdict(row: &str) -> bool {
    VERDICTS.iter().any(|verdict| row.contains(verdict))
}

#[test]
fn a_baseline_outlives_the_page_and_is_compared_with() {
    let browser = Browser::open("baselines");
    measure_one(&browser);
    browser.fill("Name of the baseline", "main");
    browser.click("button", "Save as baseline");
    let text = browser.download("Export main");
    let exported: Json = serde_json::from_str(&text).expect("the baseline is JSON");
    assert_eq!((&exported["format"], &exported["name"]), (&json!("cortex-inspector-baseline"), &json!("main")));

    browser.load();
    measure_one(&browser);
    let same = compare(&browser, "main");
    assert!(has_verdict(&same) && same.contains(" to "), "{same}");

    // The same, as another browser would have measured it.
    let mut elsewhere = exported;
    elsewhere["name"] = json!("elsewhere");
    elsewhere["environment"]["user_agent"] = json!("Mozilla/5.0 (X11; rv:132.0) Gecko/20100101 Firefox/132.0");
    let file = tempfile::Builder::new().suffix(".json").tempfile().expect("a file");
    std::fs::write(file.path(), elsewhere.to_string()).expect("the baseline is written");
    browser.choose_files("Import baseline", &[file.path()]);
    browser.until("it is kept", SOON, || browser.look_for("button", "Compare with elsewhere"));
    let other = compare(&browser, "elsewhere");
    assert!(other.contains("No verdict") && !has_verdict(&other), "{other}");
    browser.click("checkbox", "Give verdicts all the same");
    browser.until("a verdict", SOON, || row(&browser).filter(|row| has_verdict(row)));

    browser.click("button", "Delete elsewhere");
    browser.until("it is gone", SOON, || browser.look_for("button", "Delete elsewhere").is_none().then_some(()));
    browser.click("button", "Undo");
    browser.until("it is back", SOON, || browser.look_for("button", "Delete elsewhere"));

    // What was compared can be handed over in every format.
    browser.js("location.hash = '#/report'", vec![]);
    let report: Json = serde_json::from_str(&browser.download("Download JSON report")).expect("the report is JSON");
    assert_eq!(report["benchmarks"][0]["id"], json!("find_by_id"));
    assert!(browser.download("Download HTML report").contains("find_by_id"));
    assert!(browser.download("Download Markdown report").contains("`find_by_id`"));
    browser.js("location.hash = '#/benchmarks'", vec![]);

    std::fs::write(file.path(), "{}").expect("no baseline is written");
    browser.choose_files("Import baseline", &[file.path()]);
    assert!(browser.alert().contains("JSON, but no baseline"));
    browser.check_console_is_quiet();
}
