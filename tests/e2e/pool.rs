//! The connection pool in the browser: its lines in a log, its settings checked, and the simulation repeated.

use serde_json::json;

use crate::browser::{Browser, SOON};

/// Text of what a selector finds.
fn text(browser: &Browser, selector: &str) -> String {
    browser.text_of(selector).unwrap_or_default().replace('\u{a0}', " ")
}

fn waiting(browser: &Browser) -> String {
    text(browser, "[role=region][aria-label='Waiting by size of the pool']")
}

#[test]
fn the_pool_is_looked_at_checked_and_played_through() {
    let browser = Browser::open("pool");
    browser.js("location.hash = '#/pool'", vec![]);
    let made_up = browser.until("the simulation", SOON, || Some(waiting(&browser)).filter(|text| text.contains("20")));
    assert_eq!(
        text(&browser, "[aria-labelledby=pool-settings] .cols-2 > .stack"),
        "Nothing speaks against these settings."
    );

    // The same seed gives the same figures, another one others.
    let seed = |value: u32| {
        let script = "
            const field = document.getElementById('pool-seed');
            field.value = arguments[0];
            field.dispatchEvent(new Event('change', { bubbles: true }));";
        browser.js(script, vec![json!(value.to_string())]);
    };
    seed(2);
    browser.until("another run", SOON, || (waiting(&browser) != made_up).then_some(()));
    seed(1);
    browser.until("the first run once more", SOON, || (waiting(&browser) == made_up).then_some(()));

    browser.fill("Code that builds the pool", "SqlitePoolOptions::new().max_connections(50).min_connections(60)");
    let checks = browser.until("what speaks against them", SOON, || {
        Some(text(&browser, "[aria-label='Checks of the settings']")).filter(|text| text.contains("min_connections"))
    });
    assert!(checks.contains("Error") && checks.contains("more than the guide's 20"), "{checks}");
    assert!(
        waiting(&browser).contains("\n50\t") || waiting(&browser).contains("50"),
        "the size that is set is played too"
    );

    browser.js("document.querySelector('main details').open = true", vec![]);
    let log: String = (0..30)
        .map(|at| {
            let available = if at % 10 == 5 { 0 } else { 2 };
            format!(
                "[2025-01-19T10:00:{at:02}Z INFO db] Connection pool stats: {{size: 4, available: {available}}}\n\
                 [2025-01-19T10:00:{at:02}Z DEBUG db] find_all query completed\n    duration_ms: 40\n"
            )
        })
        .collect();
    browser.fill("Lines of a log", &log);
    browser.click("button", "Read these lines");
    browser.until("the pool's use", SOON, || {
        browser.text_of("h1").filter(|heading| heading == "No connection was available 3 times")
    });
    let considered = text(&browser, "dl[aria-label='The guide\u{2019}s considerations']");
    assert!(considered.contains("Is a larger pool needed?") && considered.contains("find_all"), "{considered}");
    assert!(text(&browser, "[aria-labelledby=pool-simulation]").contains("30 queries of the log"));
    browser.check_console_is_quiet();
}
