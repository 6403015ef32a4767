//! A log of the application in the browser: chosen, dropped, pasted, damaged, and its query run on a database.

use std::fmt::Write;

use serde_json::json;

use crate::browser::{Browser, SOON};

/// Two queries; `find_by_project` takes twice as long in the later half.
fn log(n: u64) -> String {
    let mut log = String::new();
    for at in 0..n {
        let (minute, second) = (at / 60 % 60, at % 60);
        let ms = 10 + at % 7 + if at >= n / 2 { 12 } else { 0 };
        let _ = writeln!(
            log,
            "\u{1b}[2m2025-01-19T10:{minute:02}:{second:02}.5Z\u{1b}[0m \u{1b}[34mDEBUG\u{1b}[0m \u{1b}[2mdb\u{1b}[0m\u{1b}[2m:\u{1b}[0m \
             find_by_project query completed project_id=proj-{} count={} duration_ms={ms}",
            at % 3,
            at % 20
        );
        let _ = writeln!(
            log,
            "2025-01-19T10:{minute:02}:{second:02}.6Z DEBUG db: find_by_id query completed duration_ms=1"
        );
    }
    log
}

fn rows(browser: &Browser, region: &str) -> Vec<String> {
    let script = "const region = [...document.querySelectorAll('[role=region]')]
            .find(region => region.getAttribute('aria-label') === arguments[0]);
        return [...(region?.querySelectorAll('tbody tr') ?? [])].map(row => row.innerText.replaceAll('\\u00a0', ' '))";
    let rows = browser.js(script, vec![json!(region)]);
    rows.as_array().into_iter().flatten().filter_map(|row| row.as_str().map(str::to_owned)).collect()
}

fn heading(browser: &Browser, starts: &str) -> String {
    browser.until(&format!("a heading that starts with {starts}"), SOON, || {
        browser.text_of("h1").filter(|heading| heading.starts_with(starts))
    })
}

#[test]
fn a_log_is_read_without_a_database_and_its_query_runs_on_one() {
    let browser = Browser::open("monitoring");
    browser.js("location.hash = '#/monitoring'", vec![]);
    heading(&browser, "No log has been read yet");
    let file = tempfile::Builder::new().suffix(".log").tempfile().expect("a file");
    let damaged = format!("{}\u{0}\u{1}binary\n{{\"timestamp\": half", log(600));
    std::fs::write(file.path(), damaged).expect("the log is written");
    browser.choose_files("Choose a log", &[file.path()]);
    heading(&browser, "find_by_project takes");
    let queries = rows(&browser, "Queries of the log");
    assert_eq!(queries.len(), 2, "{queries:?}");
    assert!(queries[0].contains("600") && queries[0].contains("28.0ms"), "{queries:?}");
    let titles = "return [...document.querySelectorAll('main svg[role=img] title')].map(title => title.textContent)";
    let titles = browser.js(titles, vec![]).to_string();
    for title in ["Duration over time", "Distribution of durations", "Duration against rows"] {
        assert!(titles.contains(title), "{title} is not among {titles}");
    }
    let parts = rows(&browser, "Before and after");
    assert!(parts[0].contains("Slower") && parts[1].contains("No change"), "{parts:?}");
    let problems = browser.text_of(".log-problems summary").expect("the damaged lines are named");
    assert!(problems.starts_with("2 lines"), "{problems}");
    assert_eq!(rows(&browser, "The slowest events").len(), 20);
    let csv = browser.download("Download durations");
    assert_eq!(csv.lines().count(), 1 + 4 + 1, "{csv}");

    // The log stays while a database is opened.
    browser.js("location.hash = '#/summary'", vec![]);
    browser.click("button", "Try the sample database");
    browser.status(crate::JUDGED, SOON);
    browser.js("location.hash = '#/monitoring'", vec![]);
    heading(&browser, "find_by_project takes");
    browser.click("button", "Run find_by_project here");
    let meeting = browser.until("the run's answer", SOON, || {
        browser.text_of(".log-meeting").filter(|text| text.contains("in production meets"))
    });
    assert!(meeting.contains("page") && meeting.contains("workflow"), "{meeting}");
    // The sample's largest project has more rows than the guide has a limit for.
    assert!(meeting.contains("No limit") && meeting.contains("The guide names no limit for"), "{meeting}");
    browser.check_console_is_quiet();
}

#[test]
fn a_log_is_pasted_dropped_and_compared() {
    let browser = Browser::open("monitoring-paste");
    browser.click("link", "Read a log of the application instead");
    heading(&browser, "No log has been read yet");
    browser.js("document.querySelector('main details').open = true", vec![]);
    let guide = "[2025-01-19T10:30:45Z DEBUG db::models::workflow] find_by_project query completed\n    project_id: \"proj-abc123\",\n    count: 5,\n    duration_ms: 12";
    browser.fill("Lines of a log", guide);
    browser.click("button", "Read these lines");
    heading(&browser, "find_by_project takes 12");
    assert!(browser.text_of(".log-problems").is_none(), "pasted lines are whole");

    let script = "
        const [name, text] = arguments;
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], name));
        const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
        for (const type of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, options));";
    browser.js(script, vec![json!("dropped.txt"), json!(log(100))]);
    browser.until("the dropped log", SOON, || (rows(&browser, "Queries of the log").len() == 2).then_some(()));
    let other = tempfile::Builder::new().suffix(".log").tempfile().expect("a file");
    std::fs::write(other.path(), log(100).replace("duration_ms=1\n", "duration_ms=5\n")).expect("the log is written");
    browser.choose_files("Compare with another log", &[other.path()]);
    browser.until("the comparison of two logs", SOON, || {
        let rows = rows(&browser, "Before and after");
        (rows.first()?.contains("No change") && rows.get(1)?.contains("Slower")).then_some(())
    });
    browser.js(script, vec![json!("empty.log"), json!("nothing here\n")]);
    heading(&browser, "empty.log holds no event with a duration");
    browser.check_console_is_quiet();
}
