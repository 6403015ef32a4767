//! What people drop: files that are no database, a database with its `-wal`, files on the page and in the button.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use crate::browser::{Browser, SOON};
use crate::fixture::{Fixture, NOW_FIELD, NOW_MS};
use crate::native;
use cortex_inspector::domain::failure::FailureKind;

/// Files of one test, in a folder that goes with it.
pub struct Files(TempDir);

impl Files {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }
}

pub fn small_file() -> Vec<u8> {
    std::fs::read(Fixture::SMALL.file()).expect("the file was just made")
}

/// The alert of one bad input, in a page that is as fresh as a person's.
#[track_caller]
fn check_alert(browser: &Browser, files: &[&Path], expect: FailureKind) {
    browser.choose_files("Open database", files);
    let help = expect.help();
    // The one before may still stand there.
    let alert = browser.until(&format!("the alert of {expect:?}"), SOON, || {
        browser.texts_of_role("alert").into_iter().find(|alert| alert.contains(help))
    });
    let (what, _) = alert.split_once(help).unwrap_or_default();
    let what = what.trim();
    assert!(what.ends_with('.') && what.split_whitespace().count() >= 3, "no sentence: {what:?}");
    let name = files[0].file_name().and_then(|name| name.to_str()).expect("a name");
    assert!(what.contains(name), "the alert does not name {name}: {what:?}");
    assert!(browser.look_for("button", "Run everything").is_none(), "{name} was opened all the same");
}

#[test]
fn bad_inputs_are_told_and_a_good_file_still_opens() {
    let browser = Browser::open("bad-inputs");
    let files = Files::new();
    let good = small_file();
    let mut nonsense = good.clone();
    nonsense[16..18].copy_from_slice(&1000_u16.to_be_bytes());
    let mut rng = fastrand::Rng::with_seed(1);
    let random: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(65_536).collect();
    let text = "This is a letter, not a database.\n".repeat(200);

    check_alert(&browser, &[&files.write("empty.sqlite", b"")], FailureKind::Empty);
    check_alert(&browser, &[&files.write("letter.sqlite", text.as_bytes())], FailureKind::NotSqlite);
    check_alert(&browser, &[&files.write("page.sqlite", &good[..4096])], FailureKind::CutShort);
    check_alert(&browser, &[&files.write("head.sqlite", &good[..60])], FailureKind::CutShort);
    check_alert(&browser, &[&files.write("pages.sqlite", &nonsense)], FailureKind::PageSize);
    check_alert(&browser, &[&files.write("random.sqlite", &random)], FailureKind::Encrypted);
    check_alert(&browser, &[&files.write("alone.sqlite-wal", &random)], FailureKind::JournalWithoutDatabase);
    let two = [files.write("first.sqlite", &good), files.write("second.sqlite", &good)];
    check_alert(&browser, &[&two[0], &two[1]], FailureKind::TwoDatabases);

    browser.open_files(&[&files.write("good.sqlite", &good)]);
    assert_eq!(browser.texts_of_role("alert"), Vec::<String>::new(), "an old alert stays");
    browser.find("button", "Run everything");
    browser.check_console_is_quiet();
}

/// A page in the middle is damaged: SQLite finds out late, and the page says so and goes on.
#[test]
fn a_damaged_page_is_told_and_nothing_hangs() {
    let browser = Browser::open("damaged");
    let files = Files::new();
    let mut damaged = small_file();
    let middle = damaged.len() / 2 / 4096 * 4096;
    damaged[middle..].fill(0xa5);
    browser.choose_files("Open database", &[&files.write("damaged.sqlite", &damaged)]);
    let opened = browser.until("a view or an alert", SOON, || {
        let opened = browser.look_for("button", "Run everything").is_some();
        (opened || !browser.texts_of_role("alert").is_empty()).then_some(opened)
    });
    if opened {
        browser.status(crate::JUDGED, SOON);
        let status = browser.run_everything();
        assert!(status.contains("failed"), "no step failed on a damaged file: {status}");
        let failed = browser.report()["failed_steps"].clone();
        assert!(failed.as_array().is_some_and(|steps| !steps.is_empty()), "{failed}");
    }
}

/// SQLite's own check names the page, in a list to copy; a whole file is told to be whole.
#[test]
fn a_check_tells_a_damaged_file_from_a_whole_one() {
    let browser = Browser::open("integrity");
    let files = Files::new();
    let whole = small_file();
    let mut damaged = whole.clone();
    let last = damaged.len() / 4096 * 4096 - 4096;
    damaged[last..].fill(0xa5);
    browser.open_files(&[&files.write("whole.sqlite", &whole)]);
    browser.click("link", "Database");
    browser.click("button", "Full check");
    let status = browser.status("SQLite finds nothing wrong", SOON);
    assert!(status.contains("integrity_check"), "{status}");

    // Only the summary says that the next file is open.
    browser.click("link", "Summary");
    browser.open_files(&[&files.write("damaged.sqlite", &damaged)]);
    browser.click("link", "Database");
    browser.click("button", "Quick check");
    let list = browser.until("what is wrong", SOON, || browser.text_of("[aria-label='What is wrong with the file']"));
    let native = files.path("damaged.sqlite");
    let native = Connection::open(native).expect("a damaged file opens natively");
    let words: String = native.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).expect("a check");
    let words = words.lines().last().expect("a line");
    assert!(list.contains(words), "{list:?} lacks {words:?}");
    browser.find("button", "Copy the list");

    browser.click("link", "Summary");
    let report = browser.report();
    assert_eq!(report["integrity"]["depth"], "quick");
    assert!(report["integrity"]["problems"].to_string().contains(words), "{}", report["integrity"]);

    // What is left of a file that was cut is shown, with a note.
    browser.open_files(&[&files.write("half.sqlite", &whole[..last])]);
    let notices = browser.report()["database"]["notices"].to_string();
    assert!(notices.contains("cut short"), "{notices}");
    browser.check_console_is_quiet();
}

/// A database in WAL mode as it lies on disk while the application runs: rows that only the `-wal` holds, and frames of
/// a transaction that never committed.
fn wal_pair(files: &Files) -> [PathBuf; 2] {
    let live = files.write("live.sqlite", &small_file());
    let db = Connection::open(&live).expect("the file opens");
    let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).expect("WAL");
    assert_eq!(mode, "wal");
    db.execute_batch("PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 1;").expect("pragmas");
    let add = "INSERT INTO terminal_log SELECT id || '-wal', terminal_id, log_type, content, created_at
               FROM terminal_log WHERE id NOT LIKE '%-wal' LIMIT 250";
    db.execute_batch(add).expect("rows");
    // With so small a cache the frames reach the -wal before any COMMIT.
    db.execute_batch("BEGIN; UPDATE terminal_log SET content = content || ' never committed'; DELETE FROM git_event;")
        .expect("a transaction");
    let pair = [files.path("db.sqlite"), files.path("db.sqlite-wal")];
    std::fs::copy(&live, &pair[0]).expect("a copy of the database");
    std::fs::copy(files.path("live.sqlite-wal"), &pair[1]).expect("a copy of the -wal");
    pair
}

#[test]
fn a_database_with_its_wal_shows_the_committed_rows() {
    native::set_now(NOW_MS);
    let files = Files::new();
    let pair = wal_pair(&files);
    let browser = Browser::open("wal");
    browser.open_files(&[&pair[0], &pair[1]]);
    browser.fill("Evaluate at", NOW_FIELD);
    browser.run_everything();
    let report = browser.report();

    // Native SQLite replays a copy: opening the pair would change it.
    let copy = Files::new();
    std::fs::copy(&pair[0], copy.path("db.sqlite")).expect("a copy");
    std::fs::copy(&pair[1], copy.path("db.sqlite-wal")).expect("a copy");
    let db = Connection::open(copy.path("db.sqlite")).expect("the copy opens");
    let native = native::rows_by_table(&db).expect("counts");
    let n_logs = u64::from(Fixture::SMALL.n_logs) + 250;
    assert_eq!(native["terminal_log"], n_logs, "the -wal holds no committed rows");

    for entry in report["migration"].as_array().into_iter().flatten().filter(|e| e["n_table_rows"].is_u64()) {
        let table = entry["table"].as_str().expect("a table");
        assert_eq!(entry["n_table_rows"], native[table], "rows of {table}");
    }
    assert_eq!(report["database"]["journal_mode"], "wal");
    let wal_bytes = std::fs::metadata(&pair[1]).expect("the -wal").len();
    assert_eq!(report["database"]["wal_frames"], (wal_bytes - 32) / (4096 + 24));
    let content: i64 = db
        .query_row("SELECT count(*) FROM terminal_log WHERE content LIKE '%never committed'", [], |row| row.get(0))
        .expect("a count");
    assert_eq!(content, 0, "native SQLite sees the transaction that never committed");
    assert!(!report.to_string().contains("never committed"), "the page sees the transaction that never committed");

    // Without its -wal the database opens too, and the page says what is missing.
    browser.load();
    browser.open_files(&[&pair[0]]);
    let judged = browser.report();
    let notices = judged["database"]["notices"].to_string();
    assert!(notices.contains("-wal"), "nothing tells of the missing -wal: {notices}");
    browser.check_console_is_quiet();
}

#[test]
fn a_file_dropped_on_the_page_opens() {
    let browser = Browser::open("drop");
    let script = "
        const [name, bytes] = arguments;
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes)], name));
        const target = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
        const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
        const taken = ['dragenter', 'dragover', 'drop'].map(type => !target.dispatchEvent(new DragEvent(type, options)));
        return taken;";
    let taken = browser.js(script, vec![json!("dropped.sqlite"), json!(small_file())]);
    assert_eq!(taken, json!([true, true, true]), "the page leaves the drop to the browser");
    browser.status(crate::JUDGED, SOON);
    assert_eq!(browser.report()["database"]["file_name"], "dropped.sqlite");
    browser.check_console_is_quiet();
}

/// A real drag, of a folder and then of a file, by the browser's own events.
#[test]
fn a_dropped_folder_is_told() {
    let browser = Browser::open("drop-folder");
    let files = Files::new();
    browser.drag(files.0.path());
    let alert = browser.alert();
    assert!(alert.contains(FailureKind::Folder.help()), "{alert}");
    browser.drag(&files.write("dragged.sqlite", &small_file()));
    browser.status(crate::JUDGED, SOON);
    assert_eq!(browser.report()["database"]["file_name"], "dragged.sqlite");
}

/// The browser's own dialog waits for a person: a script answers in its place, with a real handle.
#[test]
fn a_file_chosen_in_the_browsers_own_dialog_has_a_way_back() {
    let browser = Browser::open("picked");
    browser.keep_file("picked.sqlite", &small_file());
    let dialog = "let n_shown = 0;
        window.showOpenFilePicker = async options => {
            if (n_shown++ === 0) throw new DOMException('nothing was chosen', 'AbortError');
            const root = await navigator.storage.getDirectory();
            return [await root.getFileHandle('picked.sqlite')];
        }";
    browser.js(dialog, vec![]);
    let press = || browser.js("document.querySelector('main input[type=file]').click()", vec![]);
    // Closed without a choice, nothing happens.
    press();
    press();
    browser.status(crate::JUDGED, SOON);
    assert_eq!(browser.report()["database"]["file_name"], "picked.sqlite");

    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("changed.sqlite");
    std::fs::write(&path, small_file()).expect("the file is written");
    Connection::open(&path).expect("the file opens").execute_batch("CREATE TABLE later (a)").expect("a table");
    browser.keep_file("picked.sqlite", &std::fs::read(&path).expect("the file is read"));
    browser.click("button", "Open it again");
    browser.until("the new table", SOON, || {
        browser.report()["database"]["tables"].to_string().contains("later").then_some(())
    });
    browser.check_console_is_quiet();
}

/// The application goes on writing: the page says so, and one button shows the file of today and repeats the run.
#[test]
fn a_file_that_changes_on_disk_is_told_and_opened_again() {
    let browser = Browser::open("changed");
    let files = Files::new();
    let path = files.write("live.sqlite", &small_file());
    let told = |words: &str| {
        browser.until(words, SOON, || browser.texts_of_role("alert").into_iter().find(|alert| alert.contains(words)))
    };
    let add_table = |name: &str| {
        let db = Connection::open(&path).expect("the file opens");
        db.execute_batch(&format!("CREATE TABLE {name} (a)")).expect("a table");
    };
    let has_table = |name: &str| {
        browser.until(name, SOON, || browser.report()["database"]["tables"].to_string().contains(name).then_some(()))
    };
    browser.open_files(&[&path]);
    browser.click("button", "Run everything");
    browser.click("button", "Cancel");
    browser.status("Cancelled", SOON);
    add_table("written_later");
    told("live.sqlite was changed on disk");
    browser.choose_files("Choose it again", &[&path]);
    browser.until("the run is repeated", SOON, || browser.look_for("button", "Cancel"));
    browser.click("button", "Cancel");
    browser.status("Cancelled", SOON);
    has_table("written_later");
    assert_eq!(browser.texts_of_role("alert"), Vec::<String>::new(), "an old alert stays");

    // A drop gives the page a way back of its own.
    for kind in ["dragEnter", "dragOver", "drop"] {
        let data = json!({ "items": [], "files": [path], "dragOperationsMask": 1 });
        browser.cdp("Input.dispatchDragEvent", json!({ "type": kind, "x": 700, "y": 400, "data": data }));
    }
    browser.status(crate::JUDGED, SOON);
    add_table("written_last");
    told("live.sqlite was changed on disk");
    browser.click("button", "Open it again");
    has_table("written_last");

    std::fs::remove_file(&path).expect("the file can be removed");
    told("live.sqlite is no longer where it was");
    browser.find("button", "Run everything");
}
