//! The guide's practices in the browser: all tried, each with its verdict and its figures.

use std::time::Duration;

use serde_json::json;

use crate::browser::{Browser, SOON};

const RUN: Duration = Duration::from_secs(120);

#[test]
fn every_practice_is_tried_and_shows_its_evidence() {
    let browser = Browser::open("practices");
    browser.click("button", "Try the sample database");
    browser.status(crate::JUDGED, SOON);
    browser.js("location.hash = '#/practices'", vec![]);
    browser.until("the view", SOON, || browser.text_of("h1").filter(|text| text.starts_with("None of the ")));
    browser.click("button", "Try all practices");
    let heading = browser.until("all are tried", RUN, || {
        browser.text_of("h1").filter(|text| !text.contains("tried") && text.contains("practice"))
    });
    println!("{heading}");
    let links = browser.js(
        "return [...document.querySelectorAll('nav[aria-label=Practices] a')]
            .map(link => [link.getAttribute('href'), link.textContent])",
        vec![],
    );
    for link in links.as_array().expect("a list") {
        let (href, text) = (link[0].as_str().expect("an address"), link[1].as_str().expect("a text"));
        let verdicts = ["Holds", "Holds in part", "No difference", "Does not hold", "Not applicable"];
        assert!(verdicts.iter().any(|verdict| text.ends_with(&format!(": {verdict}"))), "{text}");
        browser.js("location.hash = arguments[0]", vec![json!(href)]);
        let title = text.split(':').next().unwrap_or_default().trim().to_owned();
        browser.until(&title, SOON, || browser.text_of("h2").filter(|shown| *shown == title));
        let figures = browser.js(
            "return [...document.querySelectorAll('section tbody tr')].filter(row => /\\d/.test(row.cells[1].textContent)).length",
            vec![],
        );
        assert!(figures.as_u64() > Some(2) || text.ends_with(": Not applicable"), "{title}: {figures}");
    }
    browser.js("location.hash = '#/report'", vec![]);
    let report = browser.report();
    let practices = report["practices"].as_array().expect("practices in the report");
    assert_eq!(practices.len(), links.as_array().map_or(0, Vec::len));
    assert!(practices.iter().all(|practice| practice["verdict"].is_string() && practice["trials"].is_array()));
    browser.check_console_is_quiet();
}
