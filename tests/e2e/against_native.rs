//! A file of more than 100 MB: what the page says of it, against what native SQLite says of the same file.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::browser::{Browser, ConsoleLine, LongTask};
use crate::fixture::{Fixture, NOW_FIELD, NOW_MS, SECRET};
use crate::native::{self, Deleted, IndexOutcome, PlanRow, Times};

/// One run of the page over the file, and the file as native SQLite sees it.
struct Run {
    report: Json,
    /// As it stood when only the verdicts were there: its plans come from the schema, not from the file.
    judged: Json,
    file: PathBuf,
    sha256: [String; 2],
    origin: String,
    /// Of the page, by its DevTools; of page and worker, by the network service.
    requests: [Vec<String>; 2],
    /// By the server, before the file was opened and after the run.
    asked: [Vec<String>; 2],
    console: Vec<ConsoleLine>,
    long_tasks: Vec<LongTask>,
    crowding: f64,
    renderer_bytes: Option<u64>,
    outcomes: Vec<IndexOutcome>,
    /// With the statements of the migration that SQLite accepts.
    migrated: PathBuf,
    _folder: TempDir,
}

/// The run takes long, so all tests look at the same one.
static RUN: LazyLock<Run> = LazyLock::new(run);

fn run() -> Run {
    native::set_now(NOW_MS);
    let file = Fixture::MB_100.file();
    let bytes = std::fs::metadata(&file).expect("the file was just made").len();
    assert!(bytes >= 100_000_000, "the file has only {bytes} bytes");
    let before = sha256(&file);

    let browser = Browser::open("against-native");
    let asked_before = browser.asked();
    let crowd = Crowd::watch();
    browser.open_files(&[&file]);
    browser.fill("Evaluate at", NOW_FIELD);
    // The instant changed, so the verdicts are asked for again.
    browser.status("Asking", crate::browser::SOON);
    browser.status(crate::JUDGED, crate::browser::SOON);
    let judged = browser.report();
    let crowding = crowd.leave();
    println!("{}", browser.run_everything());
    let report = browser.report();

    let folder = tempfile::tempdir().expect("a temporary folder");
    let migrated = folder.path().join("migrated.sqlite");
    std::fs::copy(&file, &migrated).expect("a copy of the file");
    let outcomes = native::migrate(&native::open(&migrated));
    let (origin, asked_after) = (browser.origin().to_owned(), browser.asked());
    let (console, long_tasks) = (browser.console(), browser.long_tasks());
    let renderer_bytes = browser.renderer_high_water_bytes();
    let requests = [browser.requests(), browser.end()];
    Run {
        report,
        judged,
        sha256: [before, sha256(&file)],
        file,
        origin,
        requests,
        asked: [asked_before, asked_after],
        console,
        long_tasks,
        crowding,
        renderer_bytes,
        outcomes,
        migrated,
        _folder: folder,
    }
}

fn sha256(path: &Path) -> String {
    let mut file = std::fs::File::open(path).expect("the file can be opened");
    let mut hasher = Sha256::new();
    std::io::copy(&mut file, &mut hasher).expect("the file can be read");
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn entries<'a>(report: &'a Json, part: &str) -> &'a Vec<Json> {
    report[part].as_array().unwrap_or_else(|| panic!("the report has no list {part}"))
}

fn text<'a>(entry: &'a Json, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or_else(|| panic!("no text {key} in {entry:#}"))
}

/// A copy that a test may write to while it takes everything back.
fn native_copy() -> (TempDir, Connection) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = folder.path().join("copy.sqlite");
    std::fs::copy(&RUN.file, &copy).expect("a copy of the file");
    let db = native::open(&copy);
    (folder, db)
}

/// Collects what differs, so that one look tells all of it.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn check<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, page: &T, native: &T) {
        if page != native {
            self.0.push(format!("{what}\n  page   {page:?}\n  native {native:?}"));
        }
    }

    #[track_caller]
    fn end(self) {
        let n = self.0.len();
        assert!(self.0.is_empty(), "{n} differ from native {}:\n{}", rusqlite::version(), self.0.join("\n"));
    }
}

#[test]
fn the_report_names_the_file_and_the_instant() {
    let report = &RUN.report;
    assert_eq!(report["format"], "cortex-inspector-report");
    assert_eq!(report["version"], 1);
    assert_eq!(report["now"], "2026-11-20T09:30:00Z");
    assert_eq!(report["complete"], true);
    assert_eq!(report["failed_steps"], serde_json::json!([]));
    assert_eq!(report["environment"]["cross_origin_isolated"], true);
    let db = native::open(&RUN.file);
    let pragma = |name: &str| db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).expect(name);
    assert_eq!(report["database"]["page_size"], pragma("page_size"));
    assert_eq!(report["database"]["page_count"], pragma("page_count"));
    assert_eq!(report["database"]["journal_mode"], "delete");
    assert_eq!(report["database"]["wal_frames"], 0);
    assert_eq!(report["database"]["bytes"], std::fs::metadata(&RUN.file).expect("the file").len());
    let applied = serde_json::json!([20251101000001_i64, 20251215000002_i64, 20260119000001_i64]);
    assert_eq!(report["database"]["applied_migrations"], applied);
}

#[test]
fn the_migration_ends_as_native_sqlite_ends_it() {
    let page: Vec<IndexOutcome> = entries(&RUN.report, "migration")
        .iter()
        .map(|entry| IndexOutcome {
            index: text(entry, "index").into(),
            table: text(entry, "table").into(),
            outcome: text(entry, "outcome").into(),
            error: entry["error"].as_str().map(Into::into),
        })
        .collect();
    assert_eq!(page, RUN.outcomes);
    for outcome in ["created", "already_present", "differs", "refused", "not_applicable"] {
        assert!(page.iter().any(|entry| entry.outcome == outcome), "the file has no index that is {outcome}");
    }
}

#[track_caller]
fn check_plans(report: &Json) {
    let (before, after) = (native::open(&RUN.file), native::open(&RUN.migrated));
    let mut differences = Differences::default();
    let mut check = |what: String, page: &Json, db: &Connection, sql: &str, parameters: &Json| {
        let page: Vec<PlanRow> = serde_json::from_value(page.clone()).expect("rows of a plan");
        // Where SQLite has no plan the page has no rows; the words are compared elsewhere.
        let native = native::plan(db, sql, &native::values(parameters)).unwrap_or_default();
        differences.check(&what, &native::renumbered(page), &native::renumbered(native));
    };
    for query in entries(report, "queries") {
        let (id, sql) = (text(query, "id"), text(query, "sql"));
        check(format!("{id} before"), &query["plan_before"], &before, sql, &query["parameters"]);
        check(format!("{id} after"), &query["plan_after"], &after, sql, &query["parameters"]);
    }
    for cleanup in entries(report, "cleanups") {
        let (id, sql) = (text(cleanup, "id"), text(cleanup, "sql"));
        check(format!("{id} before"), &cleanup["plan"], &before, sql, &serde_json::json!([]));
        check(format!("{id} after"), &cleanup["plan_after"], &after, sql, &serde_json::json!([]));
    }
    differences.end();
}

#[test]
fn every_plan_is_the_plan_of_native_sqlite() {
    check_plans(&RUN.report);
}

#[test]
fn plans_that_need_no_row_are_those_of_the_file() {
    check_plans(&RUN.judged);
}

#[test]
fn every_query_returns_as_many_rows() {
    let (before, after) = (native::open(&RUN.file), native::open(&RUN.migrated));
    let mut differences = Differences::default();
    let mut n_with_rows = 0;
    for query in entries(&RUN.report, "queries") {
        let (id, sql, parameters) = (text(query, "id"), text(query, "sql"), native::values(&query["parameters"]));
        for (side, db) in [("before", &before), ("after", &after)] {
            let page = query[side]["n_rows"].as_u64();
            let native = native::count(db, sql, &parameters);
            n_with_rows += u32::from(page > Some(0));
            differences.check(&format!("{id} {side}"), &page, &native.as_ref().ok().copied());
            differences.check(&format!("{id} fails"), &query["error"].is_string(), &native.is_err());
        }
    }
    assert!(n_with_rows >= 20, "only {n_with_rows} of the answers have rows, so they prove little");
    differences.end();
}

#[test]
fn every_cleanup_removes_the_same_rows() {
    let (_folder, db) = native_copy();
    let mut differences = Differences::default();
    let counts = |of: &Json| serde_json::from_value(of.clone()).unwrap_or_default();
    for cleanup in entries(&RUN.report, "cleanups") {
        let (id, sql, table) = (text(cleanup, "id"), text(cleanup, "sql"), text(cleanup, "table"));
        let with_keys = native::delete(&db, sql, true).expect(id);
        let page = &cleanup["foreign_keys_on"];
        let on = Deleted {
            error: page["error"].as_str().map(Into::into),
            by_table: counts(&page["by_table"]),
            orphans: Default::default(),
        };
        differences.check(&format!("{id}, foreign keys on"), &on, &with_keys);
        let outcome = if with_keys.error.is_some() { "foreign_key_violation" } else { "ok" };
        differences.check(&format!("{id}, outcome"), &text(page, "outcome"), &outcome);
        let own = |deleted: &Deleted| deleted.by_table.get(table).copied();
        differences.check(&format!("{id}, n_deleted"), &page["n_deleted"].as_u64(), &own(&with_keys).or(Some(0)));

        let without_keys = native::delete(&db, sql, false).expect(id);
        let page = &cleanup["foreign_keys_off"];
        differences.check(&format!("{id}, orphans"), &counts(&page["orphans"]), &without_keys.orphans);
        differences.check(
            &format!("{id}, n_deleted off"),
            &page["n_deleted"].as_u64(),
            &own(&without_keys).or(Some(0)),
        );
    }
    differences.end();
}

#[test]
fn every_cleanup_misses_the_same_rows() {
    const FINISHED: &str = "status IN ('completed', 'failed', 'cancelled')";
    let db = native::open(&RUN.file);
    let mut differences = Differences::default();
    let mut check = |id: &str, table: &str, column: &str, condition: &str, days: i64, cutoff: &str| {
        let cleanups = entries(&RUN.report, "cleanups");
        let cleanup = cleanups.iter().find(|cleanup| cleanup["id"] == id).unwrap_or_else(|| panic!("no clean-up {id}"));
        let count = |key: &str| cleanup[key].as_u64().unwrap_or_else(|| panic!("{id} has no {key}"));
        let page = Times { n_missed: count("n_missed_by_text_comparison"), n_without_time: count("n_without_time") };
        let native = native::times(&db, table, column, condition, NOW_MS - days * 86_400_000, cutoff).expect(id);
        differences.check(id, &page, &native);
    };
    let (month, week) = ("2026-10-21 09:30:00", "2026-11-13 09:30:00");
    check("clean-up-old-completed-workflows", "workflow", "completed_at", FINISHED, 30, month);
    check("clean-up-old-terminals", "terminal", "completed_at", FINISHED, 30, month);
    check("clean-up-processed-git-events", "git_event", "processed_at", "process_status = 'processed'", 7, week);
    check("clean-up-old-terminal-logs", "terminal_log", "created_at", "TRUE", 7, week);
    differences.end();
}

#[test]
fn the_file_is_not_changed() {
    assert_eq!(RUN.sha256[0], RUN.sha256[1]);
    let siblings = ["-wal", "-shm", "-journal"].map(|suffix| format!("{}{suffix}", RUN.file.display()));
    assert_eq!(siblings.iter().find(|sibling| Path::new(sibling).exists()), None);
}

#[test]
fn no_request_leaves_the_origin() {
    let own = format!("{}/", RUN.origin);
    let [of_page, of_all] = &RUN.requests;
    let stays = |url: &String| [&*own, "blob:", "data:"].iter().any(|start| url.starts_with(start));
    let strangers: Vec<&String> = of_page.iter().chain(of_all).filter(|url| !stays(url)).collect();
    assert!(strangers.is_empty(), "requests to somebody else: {strangers:#?}");
    // Both logs really are of this page, and one of them of the worker too.
    assert!(of_page.iter().any(|url| url.ends_with("_bg.wasm")), "{of_page:#?}");
    assert!(of_all.iter().any(|url| url.contains("/worker-") && url.ends_with("_bg.wasm")), "{of_all:#?}");
    // Browsers ask by themselves whether there is a newer service worker.
    let of_page = |asked: &[String]| -> Vec<String> {
        asked.iter().filter(|path| *path != "/service-worker.js").cloned().collect()
    };
    let [before, after] = &RUN.asked;
    assert_eq!(of_page(before), of_page(after), "the page asked its server for something after it had loaded");
}

#[test]
fn the_console_has_no_error() {
    let loud: Vec<&ConsoleLine> = RUN.console.iter().filter(|line| line.level == "SEVERE").collect();
    assert!(loud.is_empty(), "{loud:#?}");
}

#[test]
fn no_secret_is_in_the_report() {
    assert!(!RUN.report.to_string().contains(SECRET));
    // The check can fail: the file does hold secrets.
    let db = native::open(&RUN.file);
    let sql = format!("SELECT count(*) FROM terminal WHERE custom_api_key LIKE '{SECRET}%'");
    assert!(db.query_row(&sql, [], |row| row.get::<_, i64>(0)).expect("a count") > 0);
}

/// A browser reports a task of the main thread that lasts 50 ms or more, by the clock on the wall: where more threads
/// want to run than there are processors, all of them take longer by that factor, and so may these.
#[test]
fn the_main_thread_is_never_blocked_for_100_ms() {
    let longest_ms = RUN.long_tasks.iter().map(|task| task.ms).fold(0.0, f64::max);
    let limit_ms = 100.0 * RUN.crowding;
    println!("the longest {longest_ms:.0} ms, allowed {limit_ms:.0} ms: {:.0?}", RUN.long_tasks);
    assert!(longest_ms < limit_ms, "the main thread was blocked: {:.0?}", RUN.long_tasks);
}

/// Counts the threads that want to run while a file is opened, which is when the page draws the most.
struct Crowd {
    stop: Sender<()>,
    counting: JoinHandle<f64>,
}

impl Crowd {
    const EVERY: Duration = Duration::from_millis(20);

    fn watch() -> Self {
        let (stop, stopped) = channel();
        let counting = std::thread::spawn(move || {
            let mut counts = Vec::new();
            while stopped.recv_timeout(Self::EVERY) == Err(RecvTimeoutError::Timeout) {
                // `0.20 0.18 0.12 3/77 11206`: three of 77 threads, of which this is one.
                let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
                let running = load.split(' ').nth(3).and_then(|field| field.split('/').next()?.parse::<f64>().ok());
                counts.push(running.unwrap_or(1.0) - 1.0);
            }
            counts.iter().sum::<f64>() / counts.len().max(1) as f64
        });
        Self { stop, counting }
    }

    /// Threads for each processor, on average; at least 1.
    fn leave(self) -> f64 {
        drop(self.stop);
        let n_processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        (self.counting.join().unwrap_or_default() / n_processors as f64).max(1.0)
    }
}

/// The file once, the pages that the migration and the clean-ups change, and Chromium's own: far from a copy each.
#[test]
fn memory_stays_a_few_times_the_file() {
    let Some(bytes) = RUN.renderer_bytes else { return println!("this system does not tell") };
    let of_file = std::fs::metadata(&RUN.file).expect("the file").len();
    println!("high-water mark of the renderer: {} MiB for a file of {} MiB", bytes >> 20, of_file >> 20);
    assert!(bytes < 8 * of_file, "{bytes} bytes for a file of {of_file} bytes");
}
