//! The guide's sections and its lists for trouble in the browser: every link leads to a view that works.

use std::time::Duration;

use serde_json::json;

use crate::browser::{Browser, SOON};

#[test]
fn every_section_of_the_guide_leads_to_a_view_that_works() {
    let browser = Browser::open("guide");
    browser.click("button", "Try the sample database");
    browser.status(crate::JUDGED, SOON);
    browser.js("location.hash = '#/guide'", vec![]);
    browser.until("the view", SOON, || browser.text_of("h1").filter(|text| text.contains("sections of the")));
    let links = browser.js("return [...document.querySelectorAll('main tbody th a')].map(a => a.hash)", vec![]);
    let mut links: Vec<&str> = links.as_array().into_iter().flatten().filter_map(|link| link.as_str()).collect();
    assert!(links.len() > 40, "{links:?}");
    links.sort_unstable();
    links.dedup();
    for link in links {
        browser.js("location.hash = arguments[0]", vec![json!(link)]);
        let view = link.split('/').nth(1).unwrap_or_default().to_owned();
        browser.until(link, SOON, || {
            let current = "return document.querySelector('nav a[aria-current=page]')?.hash ?? ''";
            let shown = browser.js(current, vec![]).as_str().is_some_and(|hash| hash == format!("#/{view}"));
            browser.text_of("h1").filter(|text| shown && !text.is_empty())
        });
    }
    browser.js("location.hash = '#/troubleshooting'", vec![]);
    browser
        .until("the checks", SOON, || browser.text_of("h1").filter(|text| text.contains("for something to be done")));
    let checks = browser.js("return [...document.querySelectorAll('.checks > li')].map(li => li.innerText)", vec![]);
    let checks: Vec<&str> = checks.as_array().into_iter().flatten().filter_map(|check| check.as_str()).collect();
    assert_eq!(checks.len(), 12);
    assert!(checks.iter().any(|check| check.contains("rollback journal")), "{checks:?}");
    let open = |label: &str| {
        let script = "return [...document.querySelectorAll('.checks > li')].filter(li => li.innerText.includes(arguments[0])).length";
        browser.js(script, vec![json!(label)]).as_u64()
    };
    browser.click("button", "Answer what is open");
    // What only a log knows stays open.
    browser.until("the answers", Duration::from_secs(60), || {
        (open("Not measured yet") == Some(0) && open("tried yet") == Some(0)).then_some(())
    });
    browser.until("nothing is left to ask", SOON, || {
        browser.look_for("button", "Answer what is open").is_none().then_some(())
    });
    browser.check_console_is_quiet();
}
