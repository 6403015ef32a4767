//! What the page looks like where it is hard: on a narrow screen, and in the dark.

use serde_json::json;

use crate::VIEWS;
use crate::browser::{Browser, SOON};

const HASHES: [&str; 13] = [
    "#/summary",
    "#/guide",
    "#/indexes",
    "#/queries",
    "#/cleanups",
    "#/repair",
    "#/benchmarks",
    "#/practices",
    "#/monitoring",
    "#/pool",
    "#/troubleshooting",
    "#/overview",
    "#/report",
];

#[track_caller]
fn go(browser: &Browser, hash: &str) {
    browser.js("location.hash = arguments[0]", vec![json!(hash)]);
    let at = HASHES.iter().position(|other| *other == hash).expect("a view");
    browser.until(&format!("the view at {hash}"), SOON, || {
        let script = "return document.querySelector('nav a[aria-current=page]')?.textContent ?? ''";
        browser.js(script, vec![]).as_str()?.trim().starts_with(VIEWS[at]).then_some(())
    });
}

/// The first things that stick out to the right, unless something around them scrolls.
#[track_caller]
fn check_no_sideways_scroll(browser: &Browser, view: &str) {
    let script = "
        const root = document.documentElement;
        const scrolls = element => {
            for (let e = element.parentElement; e; e = e.parentElement) {
                if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(e).overflowX) && e !== document.body) return true;
            }
            return false;
        };
        const out = [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e))
            .slice(0, 5).map(e => `${e.tagName.toLowerCase()}.${e.className}: ${(e.textContent ?? '').trim().slice(0, 40)}`);
        scrollTo(1000, 0);
        const moved = scrollX;
        scrollTo(0, 0);
        return { width: root.scrollWidth, shown: innerWidth, moved, out };";
    let found = browser.js(script, vec![]);
    assert_eq!(found["shown"], 360, "the window has another width");
    let fits = found["width"].as_f64() <= found["shown"].as_f64() && found["moved"] == 0;
    assert!(fits, "{view} scrolls sideways at 360 px: {found:#}");
}

#[test]
fn nothing_scrolls_sideways_at_360_px() {
    let browser = Browser::open("narrow");
    let narrow = json!({ "width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": false });
    browser.cdp("Emulation.setDeviceMetricsOverride", narrow);
    check_no_sideways_scroll(&browser, "the landing page");
    browser.click("button", "Try the sample database");
    browser.status(crate::JUDGED, SOON);
    check_no_sideways_scroll(&browser, "the summary before a run");
    browser.run_everything();
    for hash in HASHES {
        go(&browser, hash);
        check_no_sideways_scroll(&browser, hash);
        // What can be unfolded is unfolded.
        browser.js("document.querySelectorAll('details').forEach(details => { details.open = true; })", vec![]);
        check_no_sideways_scroll(&browser, &format!("{hash} unfolded"));
    }
}

/// WCAG's contrast of the text of `h1` to what lies behind it.
const CONTRAST: &str = "
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const luminance = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => {
            v /= 255;
            return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const heading = document.querySelector('h1');
    const text = luminance(getComputedStyle(heading).color);
    let behind = null;
    for (let e = heading; e && behind === null; e = e.parentElement) {
        const colour = getComputedStyle(e).backgroundColor;
        if (colour !== 'rgba(0, 0, 0, 0)' && colour !== 'transparent') behind = luminance(colour);
    }
    behind ??= matchMedia('(prefers-color-scheme: dark)').matches ? 0 : 1;
    const [high, low] = text > behind ? [text, behind] : [behind, text];
    return { behind, contrast: (high + 0.05) / (low + 0.05) };";

#[test]
fn light_and_dark_can_both_be_read() {
    let browser = Browser::open("dark");
    browser.click("button", "Try the sample database");
    browser.status(crate::JUDGED, SOON);
    for scheme in ["dark", "light"] {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        browser.cdp("Emulation.setEmulatedMedia", json!({ "features": features }));
        for hash in HASHES {
            go(&browser, hash);
            let found = browser.js(CONTRAST, vec![]);
            let behind = found["behind"].as_f64().expect("a luminance");
            assert_eq!(behind < 0.2, scheme == "dark", "{hash} in a {scheme} scheme lies on {behind:.2}");
            let contrast = found["contrast"].as_f64().expect("a contrast");
            assert!(contrast >= 4.5, "the heading of {hash} has a contrast of {contrast:.1} in a {scheme} scheme");
        }
    }
    browser.check_console_is_quiet();
}
