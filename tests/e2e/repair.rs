//! From the reason of a failing claim to a file on which every claim holds.

use std::path::Path;

use serde_json::Value as Json;

use crate::browser::{Browser, SOON};
use crate::fixture::{Fixture, NOW_FIELD, NOW_MS};
use crate::native;

/// Logs of the last days, so that few are old: a statement that asks for nearly a whole table gets no index's help.
const YOUNG_LOGS: &str =
    "UPDATE terminal_log SET created_at = datetime(1795167000, 'unixepoch', '-' || (rowid % 90) || ' hours')
     WHERE rowid % 60 <> 0";

fn open(browser: &Browser, file: &Path) -> Json {
    browser.js("location.hash = '#/summary'", vec![]);
    browser.open_files(&[file]);
    browser.fill("Evaluate at", NOW_FIELD);
    browser.status(crate::JUDGED, SOON);
    browser.run_everything();
    browser.report()
}

/// Claims of a report: statement, index and verdict as dropped.
fn claims(report: &Json) -> Vec<(String, String, String)> {
    let entries = ["queries", "cleanups"].into_iter().flat_map(|list| report[list].as_array().into_iter().flatten());
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let claim = |entry: &Json| {
        let claim = entry["claim"].as_object()?;
        Some((text(&entry["id"]), text(&claim["index"]), text(&claim["verdict"])))
    };
    entries.filter_map(claim).collect()
}

#[test]
fn the_repaired_file_makes_every_claim_hold() {
    native::set_now(NOW_MS);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("db.sqlite");
    std::fs::copy(Fixture::SMALL.file(), &file).expect("a copy of the file");
    native::open(&file).execute_batch(YOUNG_LOGS).expect("young logs");
    let original = std::fs::read(&file).expect("the file");

    let browser = Browser::open("repair");
    let report = open(&browser, &file);
    let failing = claims(&report).iter().filter(|(_, _, verdict)| verdict != "holds").count();
    assert!(failing >= 10, "only {failing} claims fail on the drifted file");

    // The reason of a claim that fails, in words.
    browser.js("location.hash = '#/queries/check-index-usage'", vec![]);
    let reason = browser.until("the reason", SOON, || {
        let text = browser.text_of("main")?;
        text.contains("SQLite does not see that the statement asks for such rows only").then_some(text)
    });
    assert!(reason.contains("With the ticked repair"), "{reason}");

    // Unticking takes its promise back at once, ticking gives it again.
    let tick = "Create idx_workflow_project_status with another definition";
    let now_holds = || browser.text_of("main").is_some_and(|text| text.contains("With the ticked repair\nHolds"));
    browser.until("the promise", SOON, || now_holds().then_some(()));
    browser.click("checkbox", tick);
    browser.until("the promise is taken back", SOON, || (!now_holds()).then_some(()));
    let without = download(&browser);
    assert!(!without.contains("ON workflow(project_id, status);"), "{without}");
    browser.js("location.hash = '#/queries/check-index-usage'", vec![]);
    browser.until("the box", SOON, || browser.look_for("checkbox", tick).map(drop));
    browser.click("checkbox", tick);
    browser.until("the promise again", SOON, || now_holds().then_some(()));
    let sql = download(&browser);
    assert!(sql.contains("ON workflow(project_id, status);"), "{sql}");
    let markdown = browser.download("Download corrected claims");
    assert!(markdown.starts_with("# GitCortex") && markdown.contains("`check-index-usage`"), "{markdown}");
    assert_eq!(std::fs::read(&file).expect("the file"), original, "the file was written");

    // Applied by native SQLite, twice, and dropped again.
    let repaired = folder.path().join("repaired.sqlite");
    std::fs::copy(&file, &repaired).expect("a copy of the file");
    for _ in 0..2 {
        native::open(&repaired).execute_batch(&sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }
    let db = native::open(&repaired);
    let again = open(&browser, &repaired);
    let mut n_applicable = 0;
    for (id, index, verdict) in claims(&again) {
        if verdict == "not_applicable" {
            continue;
        }
        n_applicable += 1;
        assert_eq!(verdict, "holds", "{id} does not use {index} on the repaired file");
        let statement = statement(&again, &id);
        let values = statement.get("parameters").map(native::values).unwrap_or_default();
        let plan = native::plan(&db, statement["sql"].as_str().unwrap_or_default(), &values).expect("a plan");
        let uses = |row: &native::PlanRow| row.detail.split(' ').any(|word| word == index);
        assert!(plan.iter().any(uses), "native SQLite does not use {index} for {id}: {plan:#?}");
    }
    assert!(n_applicable >= 19, "only {n_applicable} claims apply");
    browser.js("location.hash = '#/repair'", vec![]);
    browser.until("nothing is left to do", SOON, || {
        browser.text_of("h1").filter(|title| title.contains("nothing needs to be changed"))
    });
    browser.check_console_is_quiet();
}

/// The corrected migration with what is ticked now.
fn download(browser: &Browser) -> String {
    browser.js("location.hash = '#/repair'", vec![]);
    browser.find("heading", "What makes the claims hold");
    browser.download("Download corrected migration")
}

fn statement<'a>(report: &'a Json, id: &str) -> &'a Json {
    let entries = ["queries", "cleanups"].into_iter().flat_map(|list| report[list].as_array().into_iter().flatten());
    entries.into_iter().find(|entry| entry["id"] == id).expect("every claim belongs to a statement")
}
