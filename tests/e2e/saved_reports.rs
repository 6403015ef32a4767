//! A saved report without its database: shown again, and compared with what is open.

use serde_json::{Value as Json, json};

use crate::browser::{Browser, SOON};
use crate::fixture::Fixture;

/// As a file on the disk, with another name than the page gave it.
fn saved(report: &Json) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".json").tempfile().expect("a file");
    std::fs::write(file.path(), report.to_string()).expect("the report is written");
    file
}

#[test]
fn a_saved_report_is_shown_again_and_compared() {
    let browser = Browser::open("saved-report");
    let database = Fixture::SMALL.file();
    browser.open_files(&[&database]);
    let report = browser.report();

    browser.load();
    let file = saved(&report);
    browser.choose_files("Open database", &[file.path()]);
    let heading = browser.until("the report", SOON, || browser.text_of("h1").filter(|text| text.contains("claims")));
    assert!(browser.text_of(".filebar").is_some_and(|text| text.contains("Saved report")), "{heading}");
    assert!(browser.look_for("button", "Run everything").is_none());
    for view in crate::VIEWS {
        browser.click("link", view);
        browser.until(view, SOON, || browser.text_of("h1").filter(|text| !text.is_empty()));
    }

    // Last month's: another journal mode, and an index that was not refused yet.
    let mut older = report.clone();
    older["now"] = json!("2020-01-01T00:00:00Z");
    older["database"]["journal_mode"] = json!("wal");
    let refused = older["migration"].as_array_mut().expect("indexes").iter_mut();
    let refused = refused.filter(|entry| entry["outcome"] == "refused").collect::<Vec<_>>();
    let n_refused = refused.len();
    refused.into_iter().for_each(|entry| entry["outcome"] = json!("already_present"));
    assert!(n_refused > 0, "the guide's own statements");
    let other = saved(&older);
    browser.choose_files("Open database", &[other.path()]);
    let facts = browser
        .until("what changed", SOON, || Some(browser.table_rows("The file, changed")).filter(|rows| !rows.is_empty()));
    assert_eq!(facts, ["Journal modewaldeleteChanged"]);
    let outcomes = browser.table_rows("Documented indexes, changed");
    assert_eq!(outcomes.len(), n_refused, "{outcomes:?}");
    assert!(outcomes.iter().all(|row| row.ends_with("Already presentRefusedWorse")), "{outcomes:?}");

    let changes = browser.download("Download changes as Markdown");
    assert!(changes.contains("| Journal mode | wal | delete |"), "{changes}");

    // The database itself takes the place of the report, and is compared as well.
    browser.choose_files("Open database", &[&database]);
    browser.find("button", "Run everything");
    browser.until("what changed", SOON, || {
        Some(browser.table_rows("The file, changed")).filter(|rows| rows.iter().any(|row| row.contains("Journal")))
    });
    browser.click("button", "Stop comparing");
    browser.until("nothing to compare", SOON, || browser.table_rows("The file, changed").is_empty().then_some(()));

    std::fs::write(other.path(), r#"{"name":"package.json"}"#).expect("no report is written");
    browser.choose_files("Open database", &[other.path()]);
    assert!(browser.alert().contains("neither a report nor a baseline"));
    browser.check_console_is_quiet();
}
