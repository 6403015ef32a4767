//! A million rows: scrolled to the last one, sorted, filtered, and downloaded.

use rusqlite::Connection;
use serde_json::json;

use crate::browser::{Browser, SOON};

const N_ROWS: u64 = 1_000_000;
const SECRET: &str = "sk-hidden-4711";

/// Every 100,000th row has a name that a spreadsheet would run.
fn write(path: &std::path::Path) {
    let db = Connection::open(path).expect("a new database");
    db.execute_batch(&format!(
        "CREATE TABLE big (id INTEGER PRIMARY KEY, name TEXT, api_key TEXT);
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {N_ROWS})
         INSERT INTO big SELECT i, iif(i % 100000 = 0, '=it''s ' || i, 'plain ' || i), '{SECRET}' FROM n;"
    ))
    .expect("the rows");
}

#[track_caller]
fn until_row(browser: &Browser, text: &str) {
    browser.until(&format!("a row with {text}"), SOON, || {
        let script =
            "return [...document.querySelectorAll('[role=gridcell]')].some(c => c.innerText.trim() === arguments[0])";
        browser.js(script, vec![json!(text)]).as_bool().filter(|found| *found)
    });
}

#[test]
fn a_million_rows_are_browsed_and_downloaded() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("big.sqlite");
    write(&path);
    let browser = Browser::open("rows");
    browser.open_files(&[&path]);
    browser.js("location.hash = '#/overview/big'", vec![]);
    browser.click("button", "Look at the rows of big");
    until_row(&browser, "plain 1");
    let count = browser.js("return document.querySelector('[role=grid]').getAttribute('aria-rowcount')", vec![]);
    assert_eq!(count, (N_ROWS + 1).to_string());

    // By key, back, and by the scroll bar.
    browser.js("document.querySelector('[role=grid]').focus()", vec![]);
    browser.press(Some(fantoccini::key::Key::Control.into()), fantoccini::key::Key::End.into());
    until_row(&browser, "=it's 1000000");
    browser.press(Some(fantoccini::key::Key::Control.into()), fantoccini::key::Key::Home.into());
    until_row(&browser, "plain 1");
    browser.js("const g = document.querySelector('[role=grid]'); g.scrollTop = g.scrollHeight", vec![]);
    until_row(&browser, "=it's 1000000");
    // All of the last row is inside, and none before the first is missing.
    let inside = "const g = document.querySelector('[role=grid]').getBoundingClientRect();
        const r = document.querySelector(`[aria-rowindex='${arguments[0]}']`).getBoundingClientRect();
        return r.bottom <= g.bottom + 1 && r.bottom >= g.bottom - 45";
    assert_eq!(browser.js(inside, vec![json!(N_ROWS + 1)]), true, "the last row is not at the bottom");

    // Sorted the other way.
    for _ in 0..2 {
        browser.js("document.querySelector('.grid-head button').click()", vec![]);
        browser.until("the sorted rows", SOON, || browser.look_for("grid", "Rows of big"));
    }
    until_row(&browser, "=it's 1000000");

    let choose = "const s = document.querySelector(`select[aria-label='${arguments[0]}']`);
        s.value = arguments[1]; s.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.js(choose, vec![json!("Column to filter"), json!("name")]);
    browser.fill("Value to filter by", "IT'S");
    browser.click("button", "Filter");
    browser.status("10 rows of big", SOON);

    let csv = browser.download("Download rows");
    assert_eq!(csv.lines().count(), 11);
    assert!(csv.lines().skip(1).all(|line| line.contains(",'=it's ")), "a formula would run: {csv}");
    assert!(!csv.contains(SECRET));
    assert!(!browser.text_of("main").expect("the view").contains(SECRET), "a secret is shown");

    browser.click("checkbox", "Show secrets");
    until_row(&browser, SECRET);
    browser.js(choose, vec![json!("Format of the file"), json!("sql")]);
    let sql = browser.download("Download rows");
    let db = Connection::open(&path).expect("the database");
    let copy = Connection::open_in_memory().expect("an empty database");
    copy.execute_batch("CREATE TABLE big (id INTEGER PRIMARY KEY, name TEXT, api_key TEXT)").expect("the table");
    copy.execute_batch(&sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let rows = |db: &Connection| -> String {
        let all = "SELECT group_concat(id || name || api_key ORDER BY id) FROM big WHERE name LIKE '%it''s%'";
        db.query_row(all, [], |row| row.get(0)).expect("the rows")
    };
    assert_eq!(rows(&copy), rows(&db));
    browser.check_console_is_quiet();
}

#[test]
fn the_rows_that_a_cleanup_removes_are_looked_at_and_saved() {
    let browser = Browser::open("doomed-rows");
    browser.click("button", "Try the sample database");
    browser.status(crate::JUDGED, SOON);
    browser.js("location.hash = '#/cleanups/clean-up-old-completed-workflows'", vec![]);
    browser.click("button", "Run this preview");
    let words = browser.until("the tables that lose rows", crate::RUN, || {
        let words = browser.js(
            "return [...document.querySelectorAll('[aria-label=\"Tables that lose rows\"] button')].map(b => b.innerText)",
            vec![],
        );
        let words: Vec<String> = serde_json::from_value(words).ok()?;
        (!words.is_empty()).then_some(words)
    });
    assert!(words[0].starts_with("workflow: ") && words.len() > 2, "{words:?}");
    for button in [&words[0], &words[2]] {
        let (table, rows) = button.split_once(": ").expect("a table and its rows");
        browser.click("button", button);
        // The grid holds just as many rows as the preview counted.
        browser.status(&format!("{rows} of {table}"), SOON);
    }
    let (table, rows) = words[2].split_once(": ").expect("a table and its rows");
    let n_rows: usize = rows.chars().filter(char::is_ascii_digit).collect::<String>().parse().expect("a number");
    let csv = browser.download("Download rows");
    assert!(csv.lines().count() > n_rows, "{} lines for {rows} of {table}", csv.lines().count());
    browser.check_console_is_quiet();
}
