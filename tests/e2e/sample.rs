//! The sample database: a run, and every view by keyboard alone.

use fantoccini::key::Key;

use crate::VIEWS;
use crate::browser::{Browser, SOON};

const TAB: char = '\u{e004}';

/// More stops than any view has between its start and the navigation.
const MAX_STOPS: usize = 60;

#[track_caller]
fn open_sample(browser: &Browser) {
    browser.click("button", "Try the sample database");
    browser.status(crate::JUDGED, SOON);
}

#[test]
fn the_sample_runs_to_its_end() {
    let browser = Browser::open("sample-run");
    open_sample(&browser);
    let status = browser.run_everything();
    println!("{status}");
    let report = browser.report();
    assert_eq!(report["complete"], true);
    assert_eq!(report["failed_steps"], serde_json::json!([]), "steps failed");
    let verdicts = report["queries"].as_array().into_iter().flatten().filter(|query| query["claim"].is_object());
    assert!(verdicts.count() >= 13, "claims without a verdict");
    let measured = |query: &serde_json::Value| query["before"]["vm_steps"].as_u64() > Some(0);
    assert!(report["queries"].as_array().is_some_and(|queries| queries.iter().all(measured)), "a query has no cost");
    browser.check_console_is_quiet();
}

#[test]
fn every_view_is_reached_by_keyboard() {
    let browser = Browser::open("keyboard");
    open_sample(&browser);
    browser.run_everything();
    // The summary is shown first, so it comes last.
    for view in VIEWS.into_iter().cycle().skip(1).take(VIEWS.len()) {
        // Backwards, because the navigation stands before the view that has the focus.
        let stops = std::iter::repeat_with(|| {
            browser.press(Some(Key::Shift.into()), TAB);
            browser.focused()
        });
        let stops: Vec<_> = stops.take(MAX_STOPS).take_while(|(role, name)| !is_link_to(role, name, view)).collect();
        assert!(stops.len() < MAX_STOPS, "no link to {view} within {MAX_STOPS} stops: {stops:#?}");
        browser.press(None, Key::Enter.into());
        browser.until(&format!("the view {view}"), SOON, || {
            let current = browser.text_of("nav a[aria-current=page]")?;
            current.starts_with(view).then_some(())
        });
        check_heading(&browser, view);
        browser.until("the focus moves into the view", SOON, || (browser.focused().0 == "main").then_some(()));
    }
    browser.check_console_is_quiet();
}

fn is_link_to(role: &str, name: &str, view: &str) -> bool {
    role == "link" && name.starts_with(view)
}

/// One heading of the first level, and it says something; a view that is about one query names that query.
#[track_caller]
fn check_heading(browser: &Browser, view: &str) {
    let headings = browser.js("return [...document.querySelectorAll('h1')].map(h => h.innerText.trim())", vec![]);
    let [heading] = headings.as_array().map(Vec::as_slice).unwrap_or_default() else {
        panic!("{view} has not one h1: {headings}");
    };
    let heading = heading.as_str().unwrap_or_default();
    if view == "Queries" && heading.contains('-') && !heading.contains(' ') {
        return;
    }
    let n_words = heading.split_whitespace().count();
    assert!(n_words >= 3, "the h1 of {view} is no sentence: {heading:?}");
    let starts_well = heading.starts_with(|ch: char| ch.is_uppercase() || ch.is_ascii_digit());
    assert!(starts_well, "the h1 of {view} does not start like a sentence: {heading:?}");
}

#[test]
fn a_plan_has_sentences_and_its_bytecode_is_one_click_away() {
    let browser = Browser::open("bytecode");
    open_sample(&browser);
    browser.js("location.hash = '#/queries/join-workflows-and-tasks'", vec![]);
    let sentence = browser.until("a sentence", SOON, || browser.text_of(".tree .node-words"));
    assert!(sentence.starts_with("Finds the rows of w whose project_id equals"), "{sentence}");
    browser.js("document.querySelector('.bytecode summary').click()", vec![]);
    let first = browser.until("the program", SOON, || browser.text_of(".bytecode tbody tr"));
    assert!(first.contains("Init"), "{first}");
    browser.check_console_is_quiet();
}

#[test]
fn shortcuts_go_to_views() {
    let browser = Browser::open("shortcuts");
    open_sample(&browser);
    for (key, hash) in [
        ('g', "#/guide"),
        ('i', "#/indexes"),
        ('q', "#/queries"),
        ('c', "#/cleanups"),
        ('f', "#/repair"),
        ('b', "#/benchmarks"),
        ('p', "#/practices"),
        ('m', "#/monitoring"),
        ('o', "#/pool"),
        ('t', "#/troubleshooting"),
        ('d', "#/overview"),
        ('r', "#/report"),
    ] {
        browser.press(None, 'g');
        browser.press(None, key);
        browser.until(&format!("the view at {hash}"), SOON, || {
            (browser.js("return location.hash", vec![]).as_str() == Some(hash)).then_some(())
        });
    }
    browser.press(None, '?');
    browser.find("heading", "Keyboard shortcuts");
    browser.press(None, Key::Escape.into());
    browser
        .until("the dialog closes", SOON, || browser.look_for("heading", "Keyboard shortcuts").is_none().then_some(()));
}
