//! A file past four gigabytes, of which most is a hole.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::Instant;

use rusqlite::Connection;

use crate::browser::{Browser, SOON};
use crate::fixture::Fixture;

const BYTES: u64 = 5 << 30;
const PAGE: u64 = 4096;

#[test]
fn five_gigabytes_are_answered_at_once_and_read_where_they_are() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("large.sqlite");
    std::fs::copy(Fixture::SMALL.file(), &path).expect("a copy");
    let file = File::options().write(true).open(&path).expect("the copy opens");
    file.set_len(BYTES).expect("a hole");
    // The header counts the hole among the pages, so that SQLite puts new ones behind it.
    file.write_all_at(&((BYTES / PAGE) as u32).to_be_bytes(), 28).expect("a header");
    let db = Connection::open(&path).expect("native SQLite opens it");
    db.execute_batch(
        "CREATE TABLE late (k INTEGER PRIMARY KEY, v);
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 4321)
         INSERT INTO late SELECT i, hex(i) FROM n;",
    )
    .expect("rows behind the hole");
    drop(db);

    let browser = Browser::open("large");
    let start = Instant::now();
    browser.open_files(&[&path]);
    println!("verdicts of 5 GiB {} ms after the file was chosen", start.elapsed().as_millis());
    // Answered while the copy goes on beneath.
    browser.click("link", "Database");
    browser.click("button", "Count the rows of late");
    browser.until("the rows behind the hole", SOON, || browser.text_of("main")?.contains("4,321").then_some(()));
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
