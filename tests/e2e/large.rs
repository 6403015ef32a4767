//! A file past four gigabytes, of which most is a hole.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::Instant;

use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use crate::browser::{Browser, SOON};
use crate::fixture::Fixture;
use crate::server::Server;

const BYTES: u64 = 5 << 30;
const PAGE: u64 = 4096;

/// Of the page with all that it needs, and far less than a file that it copies.
const MAX_RENDERER_BYTES: u64 = 600 << 20;

/// A small file, a hole, and rows behind it.
fn with_a_hole(folder: &TempDir, bytes: u64) -> PathBuf {
    let path = folder.path().join("large.sqlite");
    std::fs::copy(Fixture::SMALL.file(), &path).expect("a copy");
    let file = File::options().write(true).open(&path).expect("the copy opens");
    file.set_len(bytes).expect("a hole");
    // The header counts the hole among the pages, so that SQLite puts new ones behind it.
    file.write_all_at(&((bytes / PAGE) as u32).to_be_bytes(), 28).expect("a header");
    let db = Connection::open(&path).expect("native SQLite opens it");
    db.execute_batch(
        "CREATE TABLE late (k INTEGER PRIMARY KEY, v);
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 4321)
         INSERT INTO late SELECT i, hex(i) FROM n;",
    )
    .expect("rows behind the hole");
    path
}

#[track_caller]
fn count_the_rows_behind_the_hole(browser: &Browser) {
    browser.click("link", "Database");
    browser.click("button", "Count the rows of late");
    browser.until("the rows behind the hole", SOON, || browser.text_of("main")?.contains("4,321").then_some(()));
}

#[test]
fn five_gigabytes_are_answered_at_once_and_read_where_they_are() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = with_a_hole(&folder, BYTES);
    let browser = Browser::open("large");
    let start = Instant::now();
    browser.open_files(&[&path]);
    println!("verdicts of 5 GiB {} ms after the file was chosen", start.elapsed().as_millis());
    // Answered while the copy goes on beneath.
    count_the_rows_behind_the_hole(&browser);
    // Nobody needs 5 GiB of zeros on the disk, and only what still goes on can be declined. What takes times waits for the
    // copy, and hears that there will be none.
    browser.click("link", "Queries");
    browser.click("button", "Measure");
    browser.click("button", "Do not copy");
    browser.until("a time without a copy", SOON, || browser.text_of("main")?.contains("Median time").then_some(()));
    browser.click("link", "Database");
    browser.until("why there is no copy", SOON, || {
        let text = browser.text_of("main")?;
        text.contains("its copy was declined").then_some(())
    });
    browser.click("link", "Summary");
    assert_eq!(browser.report()["database"]["bytes"].as_u64().map(|bytes| bytes > BYTES), Some(true));
    if let Some(bytes) = browser.renderer_high_water_bytes() {
        println!("renderer, high-water mark: {} MiB", bytes >> 20);
    }
    browser.check_console_is_quiet();
}

#[test]
fn a_file_that_finds_no_room_is_read_where_it_lies_and_says_why() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = with_a_hole(&folder, BYTES);
    let browser = Browser::open("no-room");
    let origin = browser.js("return location.origin", vec![]);
    browser.cdp("Storage.overrideQuotaForOrigin", json!({ "origin": origin, "quotaSize": 3_u64 << 30 }));
    browser.open_files(&[&path]);
    browser.click("link", "Database");
    browser.until("why there is no copy", SOON, || {
        browser.text_of("main")?.contains("the browser has no room for 6.44").then_some(())
    });
    count_the_rows_behind_the_hole(&browser);
    browser.check_console_is_quiet();
}

/// Tells who reads how much of a file.
const TELL_READS: &str = "
    const told = new BroadcastChannel('reads');
    const read = FileReaderSync.prototype.readAsArrayBuffer;
    FileReaderSync.prototype.readAsArrayBuffer = function (piece) {
        told.postMessage([self.name, piece.size]);
        return read.call(this, piece);
    };";

#[test]
fn a_long_table_is_read_by_two_workers_where_it_lies() {
    const N_ROWS: u64 = 300_000;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = with_a_hole(&folder, BYTES);
    let db = Connection::open(&path).expect("native SQLite opens it");
    db.execute_batch(&format!(
        "PRAGMA journal_mode = OFF;
         CREATE TABLE long (id INTEGER PRIMARY KEY, name TEXT);
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {N_ROWS})
         INSERT INTO long SELECT i, iif(i % 1000 = 0, 'rare ', 'plain ') || hex(i) || hex(zeroblob(300)) FROM n;"
    ))
    .expect("the rows");
    drop(db);
    let page = Server::page_whose_workers_run_first(TELL_READS);
    let browser = Browser::open_at("two-workers", Server::start(page.path()));
    let collect = "window.reads = []; new BroadcastChannel('reads').onmessage = ({ data }) => reads.push(data)";
    browser.js(collect, vec![]);
    browser.open_files(&[&path]);
    browser.until("a part that the second worker copies", SOON, || {
        let script = "return reads.some(([name]) => name === 'read-ahead')";
        browser.js(script, vec![]).as_bool().filter(|reads| *reads)
    });
    browser.click("button", "Do not copy");
    browser.js("reads.length = 0", vec![]);

    // Each part is another: a wrong one would hold other rows.
    browser.js("location.hash = '#/overview/long'", vec![]);
    browser.click("button", "Look at the rows of long");
    let choose = "const s = document.querySelector(`select[aria-label='Column to filter']`);
        s.value = 'name'; s.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.status("300,000 rows of long", SOON);
    browser.js(choose, vec![]);
    browser.fill("Value to filter by", "rare");
    browser.click("button", "Filter");
    browser.status("300 rows of long", SOON);
    let csv = browser.download("Download rows");
    assert_eq!(csv.lines().count(), 301);
    for (n, line) in csv.lines().skip(1).enumerate() {
        let id = (n as u64 + 1) * 1000;
        let name =
            format!("{id},rare {}", id.to_string().bytes().map(|digit| format!("{digit:02X}")).collect::<String>());
        assert!(line.starts_with(&name), "row {n}: {}", &line[..line.len().min(60)]);
    }
    let long_reads =
        "return ['', 'read-ahead'].map(who => reads.filter(([name, n]) => name === who && n >= 1 << 23).length)";
    let by: [u64; 2] = serde_json::from_value(browser.js(long_reads, vec![])).expect("two numbers");
    assert!(by[0] > 2 && by[1] > 2, "long parts that each worker read: {by:?}");
    browser.check_console_is_quiet();
}

/// Names of the scratch files that the browser keeps for this site.
fn scratch_files(browser: &Browser) -> Vec<String> {
    let script = "return (async () => {
        const root = await navigator.storage.getDirectory();
        const folder = await root.getDirectoryHandle('cortex-inspector', { create: true });
        const names = [];
        for await (const name of folder.keys()) names.push(name);
        return names;
    })()";
    serde_json::from_value(browser.js(script, vec![])).expect("names")
}

/// The copy, and the changes that memory should not hold.
#[track_caller]
fn with_scratch_files(browser: &Browser, n: usize) -> Vec<String> {
    browser.until("the scratch files", SOON, || Some(scratch_files(browser)).filter(|names| names.len() == n))
}

#[test]
fn tabs_leave_each_other_alone_and_nothing_behind() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = with_a_hole(&folder, 3 << 29);
    let browser = Browser::open("tabs");
    browser.open_files(&[&path]);
    let first = with_scratch_files(&browser, 2);
    browser.copied(SOON);
    let renderer = browser.renderer_high_water_bytes().expect("a renderer");
    assert!(renderer < MAX_RENDERER_BYTES, "the browser keeps {} MiB of what was copied", renderer >> 20);

    browser.new_tab();
    browser.open_files(&[&path]);
    let both = with_scratch_files(&browser, 4);
    assert!(first.iter().all(|name| both.contains(name)), "{first:?} are not among {both:?}");
    count_the_rows_behind_the_hole(&browser);

    // The worker of a tab that is closed has no last word.
    browser.close_tab();
    count_the_rows_behind_the_hole(&browser);
    let left = scratch_files(&browser);
    assert!(first.iter().all(|name| left.contains(name)), "{first:?} are not among {left:?}");
    browser.load();
    with_scratch_files(&browser, 0);
}
