//! What stands beside the page's own benchmarks: criterion's results, and statements of a person's own.

use std::path::Path;
use std::time::Duration;

use cortex_inspector::domain::dropped::MAX_ENTRIES;

use crate::browser::{Browser, SOON};
use crate::fixture::Fixture;

const RUN: Duration = Duration::from_secs(60);

#[test]
fn criterions_folder_is_dropped_and_stands_beside_the_browsers_times() {
    let browser = Browser::open("criterion");
    browser.open_files(&[&Fixture::SMALL.file()]);
    browser.drag(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/criterion-0.8"));
    let row = |run: &str| {
        let rows = browser.table_rows("Beside criterion");
        rows.into_iter().find(|row| row.starts_with(&format!("find_by_id{run}")))
    };
    let alone = browser.until("criterion's results", SOON, || row("new"));
    assert!(alone.contains("not measured here"), "{alone}");
    browser.click("button", "Run this one");
    browser.until("a ratio", RUN, || row("new").filter(|row| row.contains("times as long")));
    assert!(row("base").is_some_and(|row| row.contains("times as long")), "the run before as well");

    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("estimates.json");
    std::fs::write(&broken, "{").expect("a broken file");
    browser.choose_files("Open database", &[&broken]);
    browser.until("what is broken", SOON, || {
        browser.text_of("[role=note]").filter(|text| text.contains("estimates.json: EOF while parsing"))
    });
    browser.check_console_is_quiet();
}

/// A build folder holds criterion's among tens of thousands of files.
#[test]
fn a_folder_that_holds_too_much_is_said_to_be_cut() {
    let browser = Browser::open("cut-folder");
    browser.open_files(&[&Fixture::SMALL.file()]);
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("criterion/find_by_id/new");
    std::fs::create_dir_all(&run).expect("criterion's folder");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/criterion-0.8/find_by_id/new");
    for name in ["benchmark.json", "estimates.json", "sample.json"] {
        std::fs::copy(fixture.join(name), run.join(name)).expect("one of criterion's files");
    }
    for n in 0..MAX_ENTRIES {
        std::fs::write(folder.path().join(format!("{n}.o")), "").expect("a file of a build");
    }
    browser.drag(folder.path());
    browser.until("that it is cut", RUN, || {
        browser.text_of("[role=note]").filter(|text| text.contains("holds more than 20,000 files"))
    });
    assert!(!browser.table_rows("Beside criterion").is_empty(), "criterion's results are looked at first");
    browser.check_console_is_quiet();
}

#[test]
fn two_statements_of_ones_own_are_compared() {
    let browser = Browser::open("statements");
    browser.open_files(&[&Fixture::SMALL.file()]);
    browser.js("location.hash = '#/benchmarks'", vec![]);
    browser.fill("First statement", "SELECT count(*) FROM terminal_log");
    browser.fill("Second statement", "SELECT count(*), sum(length(content)) FROM terminal_log");
    browser.click("button", "Compare the statements");
    let rows = browser
        .until("the comparison", RUN, || Some(browser.table_rows("Two statements")).filter(|rows| !rows.is_empty()));
    assert!(rows[0].contains("what the other is compared with"), "{rows:?}");
    assert!(rows[1].contains("Regressed") && rows[1].contains(" to "), "reading every row is slower: {rows:?}");

    browser.fill("Second statement", "DELETE FROM terminal_log");
    browser.click("button", "Compare the statements");
    assert!(browser.alert().contains("Only statements that read can be compared"));
    browser.check_console_is_quiet();
}

#[test]
fn a_statement_that_does_not_end_is_stopped_and_may_run_without_a_limit() {
    let browser = Browser::open("time-limit");
    browser.open_files(&[&Fixture::SMALL.file()]);
    browser.js("location.hash = '#/benchmarks'", vec![]);
    browser.fill("First statement", "SELECT 1");
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    browser.fill("Second statement", endless);
    browser.fill("Time limit", "1");
    browser.click("button", "Compare the statements");
    let alert = browser.alert();
    assert!(alert.contains("The second statement was stopped: it took longer than 1.00\u{a0}s"), "{alert}");
    assert!(alert.contains("without a limit"), "{alert}");

    browser.click("button", "Run without a limit");
    // Longer than the limit, as the page itself counts.
    browser.until("a first run of two seconds", SOON, || {
        let main = browser.text_of("main")?;
        let seconds: u32 = main.split("First run, ").nth(1)?.split(' ').next()?.parse().ok()?;
        (seconds >= 2).then_some(())
    });
    browser.click("button", "Cancel");
    browser.find("button", "Compare the statements");
    assert!(browser.texts_of_role("alert").is_empty(), "a cancel is no failure");
    browser.check_console_is_quiet();
}
