//! A database whose names and values are markup, SQL, formulas and control codes, looked at in every view.

use rusqlite::Connection;
use serde_json::{Value as Json, json};

use crate::browser::{Browser, SOON};

const NAMES: [&str; 8] = [
    "<img src=x onerror=\"globalThis.harmed='img'\">",
    "<script>globalThis.harmed='script'</script>",
    "\"><svg onload=globalThis.harmed='svg'>",
    "</text></svg><iframe srcdoc='<script>parent.harmed=1</script>'>",
    "'; DROP TABLE workflow; --",
    "=cmd|' /C calc'!A0",
    "\u{1b}[31mred\u{1b}[2J",
    "javascript:globalThis.harmed='link'",
];

fn write(path: &std::path::Path) {
    let db = Connection::open(path).expect("a new database");
    db.execute_batch(
        "PRAGMA foreign_keys = OFF;
         CREATE TABLE workflow (id TEXT PRIMARY KEY, project_id TEXT, name TEXT, status TEXT, created_at TEXT, completed_at TEXT);
         CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;
         CREATE VIEW large AS SELECT zeroblob(1000000000) AS x;
         CREATE TRIGGER out AFTER DELETE ON workflow BEGIN SELECT load_extension('x'); END;",
    )
    .expect("a schema");
    for name in NAMES {
        let (identifier, text) = (name.replace('"', "\"\""), name.replace('\'', "''"));
        db.execute_batch(&format!(
            "CREATE TABLE \"{identifier}\" (\"{identifier}\" TEXT);
             INSERT INTO \"{identifier}\" VALUES ('{text}');
             CREATE INDEX \"i {identifier}\" ON workflow (\"name\") WHERE name <> '{text}';
             INSERT INTO workflow VALUES ('{text}', '{text}', '{text}', 'completed', '2026-01-01', '2026-01-01'),
                                         ('{text} 2', '{text}', '{text}', '{text}', '2026-01-01', '{text}');"
        ))
        .expect(name);
    }
}

#[track_caller]
fn check_unharmed(browser: &Browser, place: &str) {
    assert_eq!(browser.js("return globalThis.harmed ?? null", vec![]), Json::Null, "{place} ran what the file says");
    assert_eq!(browser.violations(), Json::Array(vec![]), "{place} broke the content security policy");
}

#[test]
fn nothing_of_a_hostile_file_runs_in_the_page() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("hostile <b>.sqlite");
    write(&path);
    let browser = Browser::open("hostile");
    browser.open_files(&[&path]);
    browser.run_everything();
    for view in crate::VIEWS {
        browser.click("link", view);
        check_unharmed(&browser, view);
    }
    for name in NAMES {
        browser.js("location.hash = '#/overview/' + encodeURIComponent(arguments[0])", vec![json!(name)]);
        // By a script: WebDriver scrolls a long page so that the button lies under the head of the table.
        let look =
            "const button = [...document.querySelectorAll('button')].find(button => button.ariaLabel === arguments[0]);
            button?.click();
            return Boolean(button)";
        let label = json!(format!("Look at the rows of {name}"));
        browser.until(name, SOON, || browser.js(look, vec![label.clone()]).as_bool().filter(|found| *found));
        browser.until("the row", SOON, || {
            let script = "return [...document.querySelectorAll('[role=gridcell]')].map(cell => cell.textContent)";
            let cells = browser.js(script, vec![]);
            cells.as_array()?.iter().any(|cell| cell.as_str().is_some_and(|cell| cell.contains(name))).then_some(())
        });
        check_unharmed(&browser, name);
    }
    browser.click("link", "Report");
    let html = browser.download("Download HTML report");
    assert!(html.contains("hostile &lt;b&gt;.sqlite") && !html.contains("<script"), "the report lets markup through");
    assert_eq!(browser.report()["database"]["file_name"], "hostile <b>.sqlite");

    // The policy itself: what a page of another making could run is refused here, and counted.
    browser.js("try { document.body.appendChild(document.createElement('div')).innerHTML = '<img src=x onerror=alert(1)>' } catch {}", vec![]);
    browser.js(
        "try { document.body.setAttribute('onclick', 'globalThis.harmed = 1') } catch {} document.body.click()",
        vec![],
    );
    assert_eq!(browser.js("return globalThis.harmed ?? null", vec![]), Json::Null);
    assert_eq!(
        browser.js("return document.querySelector('img[src=x]')", vec![]),
        Json::Null,
        "Trusted Types let markup through"
    );
    assert_ne!(browser.violations(), Json::Array(vec![]), "violations are not counted");
}
