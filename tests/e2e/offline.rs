//! After one visit the page works with the server gone, in a folder of a server that sends no headers of its own; and
//! a newer version waits until the person wants it.

use serde_json::{Value as Json, json};

use crate::browser::{Browser, SOON};
use crate::inputs::{Files, small_file};
use crate::server::Server;

#[track_caller]
fn until_kept(browser: &Browser) {
    let script = "return navigator.serviceWorker.controller?.state === 'activated'";
    browser.until("the service worker", SOON, || browser.js(script, vec![]).as_bool().filter(|kept| *kept));
}

#[test]
fn the_page_works_with_the_server_gone() {
    let page = Server::copy_of_page();
    let browser = Browser::open_at("offline", Server::plain(page.path(), "/tools/inspector/"));
    assert_eq!(browser.js("return crossOriginIsolated", vec![]), false, "the server sent headers after all");
    let files = Files::new();
    let file = files.write("first.sqlite", &small_file());
    browser.open_files(&[&file]);
    until_kept(&browser);
    let errors = browser.cdp("Page.getInstallabilityErrors", json!({}))["installabilityErrors"].clone();
    let ids: Vec<&str> =
        errors.as_array().into_iter().flatten().filter_map(|error| error["errorId"].as_str()).collect();
    assert!(ids.iter().all(|id| *id == "in-incognito"), "not installable: {errors}");

    browser.stop_server();
    let n_asked = browser.asked().len();
    browser.load();
    assert_eq!(browser.asked().len(), n_asked, "the server is not gone");
    browser.open_files(&[&file]);
    assert_eq!(browser.report()["database"]["file_name"], "first.sqlite");
    // What the server did not send comes with the kept page.
    assert_eq!(browser.js("return crossOriginIsolated", vec![]), true);
    browser.check_console_is_quiet();
}

#[test]
fn a_newer_version_waits_until_it_is_wanted() {
    let page = Server::copy_of_page();
    let browser = Browser::open_at("newer-version", Server::plain(page.path(), "/"));
    until_kept(&browser);
    // Another version: the page says something else, under the name that its content gives it.
    let old = std::fs::read_to_string(page.path().join("index.html")).expect("the page");
    let new = old.replace("lang=\"en\"", "lang=\"en\" data-version=\"newer\"");
    std::fs::write(page.path().join("index.html"), &new).expect("the page is written");
    let integrity = |text: &str| -> String {
        let digest = browser.js(
            "return crypto.subtle.digest('SHA-256', new TextEncoder().encode(arguments[0]))
                 .then(digest => btoa(String.fromCharCode(...new Uint8Array(digest))))",
            vec![json!(text)],
        );
        digest.as_str().expect("a digest").to_owned()
    };
    let script_path = page.path().join("service-worker.js");
    let script = std::fs::read_to_string(&script_path).expect("the service worker");
    let changed =
        script.replace(&integrity(&old), &integrity(&new)).replace("const VERSION = \"", "const VERSION = \"newer");
    assert_ne!(script, changed);
    std::fs::write(&script_path, changed).expect("the service worker is written");

    let version = || browser.js("return document.documentElement.dataset.version ?? 'old'", vec![]);
    browser.load();
    assert_eq!(version(), "old", "the newer version came as a surprise");
    browser.status("A newer version", SOON);
    browser.click("button", "Reload");
    browser.until("the newer version", SOON, || (version() == "newer").then_some(()));
    browser.check_console_is_quiet();
}

/// The real worker, in which a clock fails as soon as one query is measured: what a trap or the end of memory does to it.
#[test]
fn a_worker_that_dies_is_replaced_and_what_it_did_is_named() {
    const KILL: &str = "
        const now = performance.now.bind(performance);
        addEventListener('message', ({ data }) => {
            const kills = String(data[0]).includes('\"measure_query\":\"find-by-id\"');
            performance.now = kills ? () => { throw new RangeError('no memory left'); } : now;
        });";
    let page = Server::page_whose_workers_run_first(KILL);
    let browser = Browser::open_at("killed", Server::start(page.path()));
    let files = Files::new();
    browser.open_files(&[&files.write("killed.sqlite", &small_file())]);
    browser.run_everything();
    let report = browser.report();
    let failed: Vec<&Json> = report["failed_steps"].as_array().into_iter().flatten().collect();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    let message = failed[0]["message"].as_str().unwrap_or_default();
    assert!(message.contains("no memory left") && message.contains("Measuring find-by-id"), "{message}");
    // Everything after it was answered by another worker that opened the file again.
    assert!(report["cleanups"][0]["foreign_keys_on"].is_object(), "{}", report["cleanups"][0]);
    assert!(report["repair"].is_object());
}

/// What the system does with an installed page is done by a script here; the handle is a real one.
#[test]
fn a_file_that_the_system_opens_is_there_at_the_next_visit() {
    let browser = Browser::open("launched");
    browser.keep_file("launched.sqlite", &small_file());
    let launch = "
        Object.defineProperty(globalThis, 'launchQueue', { configurable: true, value: { setConsumer: async consume => {
            const root = await navigator.storage.getDirectory();
            consume({ files: [await root.getFileHandle('launched.sqlite')] });
        } } });";
    let script = browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": launch }));
    browser.go("about:blank");
    browser.go(&browser.address());
    browser.status(crate::JUDGED, SOON);
    assert_eq!(browser.report()["database"]["file_name"], "launched.sqlite");

    browser.cdp("Page.removeScriptToEvaluateOnNewDocument", script);
    browser.go("about:blank");
    browser.load();
    browser.click("button", "Open launched.sqlite again");
    browser.status(crate::JUDGED, SOON);
    assert_eq!(browser.report()["database"]["file_name"], "launched.sqlite");
    browser.check_console_is_quiet();
}
