//! A clean-up of a file of 100 MB: another retention, all of them together, and the script run on a copy of the file.

use rusqlite::Connection;
use serde_json::json;

use crate::browser::{Browser, SOON};
use crate::fixture::{Fixture, NOW_FIELD};
use crate::native;

/// The first figure that a selector finds: `1,234 rows removed` is 1234.
fn figure(browser: &Browser, selector: &str) -> Option<u64> {
    let text = browser.text_of(selector)?;
    let digits: String = text.chars().take_while(|ch| !ch.is_whitespace()).filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

const REMOVED: &str = "section[aria-labelledby=ages] .legend b";
const OUTCOME: &str = "section[aria-labelledby=outcome] .figure";
const TOGETHER: &str = "section[aria-labelledby=together] .outcome:last-child .figure";

#[test]
fn retention_moves_and_the_script_does_what_was_previewed() {
    let file = Fixture::MB_100.file();
    let browser = Browser::open("cleanups");
    browser.open_files(&[&file]);
    browser.fill("Evaluate at", NOW_FIELD);
    browser.status("Asking", SOON);
    browser.status(crate::JUDGED, SOON);
    browser.js("location.hash = '#/cleanups/clean-up-old-terminal-logs'", vec![]);
    browser.click("button", "Run this preview");
    let documented = browser.until("the documented answer", crate::RUN, || figure(&browser, OUTCOME));
    assert_eq!(figure(&browser, REMOVED), Some(documented));

    // Moving the control asks SQLite nothing; letting go runs the statement.
    let slide = |event: &str| {
        let script = "const s = document.querySelector('input[type=range]'); s.value = 40;
            s.dispatchEvent(new Event(arguments[0], { bubbles: true }))";
        browser.js(script, vec![json!(event)]);
    };
    slide("input");
    let moved = browser.until("another answer", SOON, || figure(&browser, REMOVED).filter(|n| *n != documented));
    assert!(moved < documented && figure(&browser, OUTCOME) == Some(documented));
    slide("change");
    browser.until("the truth", crate::RUN, || figure(&browser, OUTCOME).filter(|n| *n == moved));
    browser.fill("Retention in days", "0");
    browser.until("all of them", crate::RUN, || figure(&browser, OUTCOME).filter(|n| *n > documented));
    browser.fill("Retention in days", "7");
    browser.until("the documented ones", crate::RUN, || figure(&browser, OUTCOME).filter(|n| *n == documented));

    browser.click("button", "Try all of them");
    let promised = browser.until("what the script does", crate::RUN, || figure(&browser, TOGETHER));
    let script = browser.download("Download clean-up script");
    let job = browser.download("Download Rust job");
    assert!(job.contains("pub async fn cleanup_old_data") && job.contains("DELETE FROM terminal_log"), "{job}");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = folder.path().join("copy.sqlite");
    std::fs::copy(&file, &copy).expect("a copy of the file");
    let db = Connection::open(&copy).expect("the copy");
    db.execute_batch("PRAGMA synchronous = OFF").expect("a copy to throw away");
    let n_rows = || native::rows_by_table(&db).expect("the tables").values().sum::<u64>();
    let before = n_rows();
    // The shell's own command; the rest is SQL.
    let sql = script.replace(".bail on\n", "");
    db.execute_batch(&sql).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(before - n_rows(), promised);
    browser.check_console_is_quiet();
}
