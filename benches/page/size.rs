//! A file that is read where it lies, and its copy in the browser's own file, beside what the browser gives raw and
//! beside native SQLite, which finds the file in the system's cache; and how soon a cancel is heard.

use std::path::Path;
use std::time::Instant;

use rusqlite::Connection;
use rusqlite::types::Value;

use super::{MIB, REPEATS, RUN, print_figures};
use crate::browser::{Browser, SOON};
use crate::fixture::Fixture;
use crate::server::Server;

/// More than the 1 GiB up to which the worker copies a file into memory.
const LARGE: Fixture = Fixture { n_workflows: 2_000, n_logs: 1_400_000, log_bytes: 640, analyzed: false, seed: 17 };

/// Reads a file from one end to the other with the worker's own call, in blocks of a size, again and again, and gives the
/// memory back as the page does.
const RAW: &str = "
const [name, size, passes] = arguments;
const source = `onmessage = ({ data: { file, size, passes } }) => {
    const reader = new FileReaderSync();
    const nowhere = new MessageChannel();
    nowhere.port2.close();
    const times = [];
    for (let pass = 0; pass < passes; pass++) {
        const start = performance.now();
        for (let at = 0; at < file.size; at += size) {
            const buffer = reader.readAsArrayBuffer(file.slice(at, at + size));
            new Uint8Array(buffer)[0];
            nowhere.port1.postMessage(null, [buffer]);
        }
        times.push(performance.now() - start);
    }
    postMessage(times.sort((a, b) => a - b)[passes >> 1]);
}`;
const worker = new Worker(URL.createObjectURL(new Blob([source])));
return new Promise(done => {
    worker.onmessage = ({ data }) => {
        worker.terminate();
        done(data);
    };
    worker.postMessage({ file: document.getElementById(name).files[0], size, passes });
});
";

/// Two runs before the ten that are the samples.
const PASSES: u32 = 12;

/// Presses **Cancel** and waits for what tells that nothing goes on any more.
const CANCEL: &str = "
const [over] = arguments;
const ended = new Function(`return ${over}`);
return new Promise(done => {
    const start = performance.now();
    [...document.querySelectorAll('button')].find(button => button.textContent.trim() === 'Cancel').click();
    const look = () => ended() ? done(performance.now() - start) : setTimeout(look, 1);
    look();
});
";

/// Asks for rows of a small table and waits for them.
const ROWS: &str = "
const until = look => new Promise(done => {
    const again = () => look() ? done(look()) : setTimeout(again, 1);
    again();
});
const button = () => document.querySelector('[aria-label=\"Look at the rows of cli_type\"]');
return (async () => {
    const start = performance.now();
    location.hash = '#/overview/cli_type';
    (await until(button)).click();
    await until(() => document.querySelector('[role=gridcell]')?.textContent.trim().length > 1);
    return performance.now() - start;
})();
";

/// Reads every page of the largest table, in their order in its b-tree, and computes next to nothing.
const SCAN: &str = "SELECT count(*) FROM terminal_log NOT INDEXED";

const FIGURES: [&str; 9] = [
    "FileReaderSync, best block",
    "table scan, where the file lies",
    "table scan, the browser\u{2019}s copy",
    "table scan, native SQLite",
    "quick_check, where the file lies",
    "quick_check, the browser\u{2019}s copy",
    "quick_check, native SQLite",
    "cancel while it is checked",
    "cancel by ending the worker, with rows",
];

pub fn measure() {
    let file = LARGE.file();
    let bytes = std::fs::metadata(&file).expect("the file was just made").len();
    let scanned = table_bytes(&file);
    println!("\nsize: {bytes} bytes, {scanned} of them the table; median of {REPEATS} (range)");
    let samples: Vec<[f64; FIGURES.len()]> = (0..REPEATS).map(|_| sample(&file)).collect();
    for (at, name) in FIGURES.into_iter().enumerate() {
        let median = print_figures(name, "ms", samples.iter().map(|sample| sample[at]).collect());
        let read = if name.starts_with("table") { scanned } else { bytes as f64 };
        if let Some(ms) = median.filter(|_| !name.starts_with("cancel")) {
            println!("{:>48.0} MiB/s", read / MIB / (ms / 1e3));
        }
    }
}

fn sample(file: &Path) -> [f64; FIGURES.len()] {
    let raw = raw_ms(file);
    let in_place = opened(file);
    in_place.click("button", "Do not copy");
    let scan = scan_ms(&in_place);
    let check = check_ms(&in_place);
    let check_cancelled = cancelled_check_ms(&in_place);
    drop(in_place);
    let copied = opened(file);
    copied.copied(RUN);
    let (copy_scan, copy_check) = (scan_ms(&copied), check_ms(&copied));
    let native_scan = native_ms(file, SCAN, &i64::from(LARGE.n_logs).into());
    let native_check = native_ms(file, "PRAGMA quick_check", &"ok".to_owned().into());
    [raw, scan, copy_scan, native_scan, check, copy_check, native_check, check_cancelled, rebuilt_ms(file)]
}

fn table_bytes(file: &Path) -> f64 {
    let db = Connection::open(file).expect("the file opens");
    let sql = "SELECT CAST(pgsize AS REAL) FROM dbstat WHERE name = 'terminal_log' AND aggregate = TRUE";
    db.query_row(sql, [], |row| row.get(0)).expect("the size of the table")
}

/// The median of ten scans, as the page measures it. Its page cache is far too small to answer any of them.
fn scan_ms(browser: &Browser) -> f64 {
    browser.click("link", "Benchmarks");
    let opened = "const details = document.querySelector('details:has(#n-samples)');
        return details ? details.open = true : false";
    browser.until("how it is measured", SOON, || browser.js(opened, vec![]).as_bool().filter(|is_open| *is_open));
    for (field, value) in [
        ("Samples", "10"),
        ("Time budget", "10"),
        ("Time limit", "300"),
        ("First statement", SCAN),
        ("Second statement", "SELECT 1"),
    ] {
        browser.fill(field, value);
    }
    browser.click("button", "Compare the statements");
    let median = "return document.querySelector('[aria-labelledby=statements] tbody strong')?.textContent ?? ''";
    let read = || browser.js(median, vec![]).as_str().map(str::to_owned).filter(|median| !median.is_empty());
    let median = browser.until("the statements are compared", RUN, read);
    let (figure, unit) = median.split_at(median.find(char::is_alphabetic).expect("a unit"));
    let ms = if unit == "s" { 1e3 } else { 1.0 };
    figure.trim().parse::<f64>().expect("a figure") * ms
}

/// Without the page's policy, which forbids a worker made of text.
fn raw_ms(file: &Path) -> f64 {
    let browser = Browser::open("bench-raw");
    browser.go("about:blank");
    browser.js("document.body.innerHTML = '<input type=file id=raw aria-label=Raw>'", vec![]);
    browser.choose_files("Raw", &[file]);
    let read = |size: u32, passes: u32| {
        browser.js(RAW, vec!["raw".into(), size.into(), passes.into()]).as_f64().expect("a time")
    };
    let sizes = [256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20].map(|size| (read(size, 1), size));
    let best = sizes.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(0, |(_, size)| size);
    read(best, PASSES)
}

fn opened(file: &Path) -> Browser {
    let browser = Browser::open("bench-size");
    browser.choose_files("Open database", &[file]);
    browser.status("Plans asked for", SOON);
    browser
}

/// As the page itself measures it.
fn check_ms(browser: &Browser) -> f64 {
    browser.click("link", "Database");
    browser.click("button", "Quick check");
    browser.status("SQLite finds nothing wrong", RUN);
    browser.click("link", "Summary");
    let report: serde_json::Value =
        serde_json::from_str(&browser.download("Download JSON report")).expect("the report is JSON");
    report["integrity"]["elapsed_ns"].as_f64().expect("a time") / 1e6
}

fn native_ms(file: &Path, sql: &str, expected: &Value) -> f64 {
    let db = Connection::open(file).expect("the file opens");
    let start = Instant::now();
    let answer: Value = db.query_row(sql, [], |row| row.get(0)).expect(sql);
    assert_eq!(answer, *expected, "{sql}");
    start.elapsed().as_secs_f64() * 1e3
}

fn cancelled_check_ms(browser: &Browser) -> f64 {
    browser.click("link", "Database");
    browser.click("button", "Quick check");
    browser.status("Quick check goes on", SOON);
    let over = "!document.querySelector('main').textContent.includes('Quick check goes on')";
    browser.js(CANCEL, vec![over.into()]).as_f64().expect("a time")
}

/// Without shared memory a worker that is at work hears nothing: it is ended, and another one opens the file again. From the
/// click on **Cancel** until that one has answered what is asked next.
fn rebuilt_ms(file: &Path) -> f64 {
    let browser = Browser::open_at("bench-size", Server::plain(&Server::built_page(), "/"));
    browser.choose_files("Open database", &[file]);
    browser.status("Plans asked for", SOON);
    browser.click("button", "Do not copy");
    let cancelled_ms = cancelled_check_ms(&browser);
    cancelled_ms + browser.js(ROWS, vec![]).as_f64().expect("a time")
}
