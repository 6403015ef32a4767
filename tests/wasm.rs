//! The engine on the SQLite that is shipped, in a worker, as the page runs it.
#![cfg(target_arch = "wasm32")]

#[path = "golden/hostile.rs"]
mod hostile;
#[path = "golden/reasons.rs"]
mod reasons;
#[path = "wasm/room.rs"]
mod room;
#[path = "golden/sample.rs"]
mod sample;
#[path = "wasm/snapshot.rs"]
mod snapshot;

use std::cell::Cell;
use std::rc::Rc;

use cortex_inspector::domain::failure::FailureKind;
use cortex_inspector::domain::practices::{Metric, PracticeVerdict};
use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::run::{Step, StepAnswer, practice_steps, steps};
use cortex_inspector::engine::{Dropped, Engine, interrupt};
use cortex_inspector::snapshot::{
    Base, BlobSource, CachedSource, PromotionState, RamSource, VFS_NAME, register, set_now,
};
use rusqlite::{Connection, OpenFlags};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn blob(bytes: &[u8]) -> web_sys::Blob {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    web_sys::Blob::new_with_u8_array_sequence(&parts).expect("the browser makes a Blob")
}

fn in_memory() -> Connection {
    register().expect("the file system registers");
    Connection::open_with_flags_and_vfs(":memory:", OpenFlags::default(), VFS_NAME).expect("an empty database opens")
}

#[wasm_bindgen_test]
fn the_sample_is_the_golden_one() {
    let mut engine = Engine::new().expect("the engine starts");
    sample::check(&sample::run(&mut engine));
}

#[wasm_bindgen_test]
fn every_kind_of_reason_is_the_golden_one() {
    reasons::check();
}

#[wasm_bindgen_test]
fn no_statement_leaves_its_database() {
    hostile::check_sandbox();
}

#[wasm_bindgen_test]
fn depth_ends_with_an_answer() {
    hostile::check_depth();
}

#[wasm_bindgen_test]
fn hostile_files_are_inspected_like_any_other() {
    hostile::check_files();
}

#[wasm_bindgen_test]
fn sqlite_is_built_as_plans_need_it() {
    let environment = Engine::new().and_then(|engine| engine.environment()).expect("SQLite tells its options");
    for option in ["ENABLE_STAT4", "ENABLE_STMT_SCANSTATUS"] {
        assert!(environment.compile_options.iter().any(|other| other == option), "{option} is missing");
    }
    assert!(environment.sqlite_version.starts_with("3."), "{}", environment.sqlite_version);
    // 5 µs when the page is isolated, 100 µs when it is not, 1 ms in a browser that protects more.
    assert!((1_000..=2_000_000).contains(&environment.clock_granularity_ns), "{}", environment.clock_granularity_ns);
}

#[wasm_bindgen_test]
fn now_is_the_instant_that_was_chosen() {
    let db = in_memory();
    let now = || -> String {
        db.query_row("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')", [], |row| row.get(0)).expect("a time")
    };
    set_now(Some(1_768_802_400_123));
    assert_eq!(now(), "2026-01-19 06:00:00.123");
    set_now(None);
    let browser = js_sys::Date::new_0().to_iso_string().as_string().expect("a text").replace('T', " ");
    assert_eq!(now()[..15], browser[..15], "without a chosen instant it is the browser's");
}

const ROWS: &str = "
CREATE TABLE workflow(id TEXT PRIMARY KEY, project_id BLOB, status TEXT, created_at TEXT, completed_at TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO workflow SELECT 'w' || i, randomblob(16), iif(i % 3, 'completed', 'running'),
                            datetime('2026-11-20', '-' || i || ' minutes'), datetime('2026-11-20') FROM n;";

/// What a run over a dropped file answers, as text.
fn answers(engine: &mut Engine, base: Base) -> String {
    engine.set_now(sample::NOW);
    let dropped = vec![Dropped { name: "db.sqlite".into(), base }];
    let database = engine.open(dropped).expect("the file opens");
    let mut report = Report::new(sample::NOW, engine.environment().expect("options"), database);
    for step in steps(&engine.catalogue().clone()) {
        report.absorb(engine.run(&step).unwrap_or_else(|error| panic!("{step:?}: {}", error.words())));
    }
    sample::render_report(&report)
}

#[wasm_bindgen_test]
fn a_file_answers_the_same_before_and_after_its_copy_into_memory() {
    let bytes = reasons::database_bytes(&[ROWS]);
    let mut engine = Engine::new().expect("the engine starts");
    let lazy = || Base::new(CachedSource::new(BlobSource::new(&blob(&bytes)).expect("a worker reads blobs")));
    let from_file = answers(&mut engine, lazy());
    let base = lazy();
    while base.promote_step(64 << 10).expect("the blob can be read").state != PromotionState::InRam {}
    assert_eq!(from_file, answers(&mut engine, base));
    assert!(from_file.contains("idx_workflow_project_status: created"), "{from_file}");
    assert!(from_file.contains("idx_terminal_cleanup: not_applicable"), "{from_file}");
}

#[wasm_bindgen_test]
fn a_raised_flag_stops_a_statement() {
    let mut engine = Engine::new().expect("the engine starts");
    engine.set_now(sample::NOW);
    engine.open_sample(sample::N_WORKFLOWS, sample::N_LOGS, sample::SEED, sample::NOW).expect("the sample opens");
    let raised = Rc::new(Cell::new(true));
    let flag = Rc::clone(&raised);
    interrupt::set_probe(move || flag.get());
    let step = Step::PreviewCleanup("clean-up-old-terminal-logs".into());
    let error = engine.run(&step).expect_err("the statement goes on");
    assert!(error.is_cancelled(), "{}", error.words());
    raised.set(false);
    let answer = engine.run(&step);
    interrupt::set_probe(|| false);
    assert!(matches!(answer, Ok(StepAnswer::Cleanup(_))), "the engine does not work after a cancel: {answer:?}");
}

#[wasm_bindgen_test]
fn a_statement_of_ones_own_ends_with_its_time() {
    let mut engine = Engine::new().expect("the engine starts");
    engine.open_sample(sample::N_WORKFLOWS, sample::N_LOGS, sample::SEED, sample::NOW).expect("the sample opens");
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let error = engine.compare_statements([endless, "SELECT 1"], Some(20_000_000)).expect_err("it ended by itself");
    let failure = cortex_inspector::domain::failure::Failure::from(&error);
    assert_eq!(failure.kind, FailureKind::TimeLimit);
    assert_eq!(failure.message, "The first statement was stopped: it took longer than 20.0\u{a0}ms");
    engine.compare_statements(["SELECT 2", "SELECT 1"], None).expect("the engine works after a stop");
}

/// A page of wasm memory is never given back, so what is lost once is lost for ever.
#[wasm_bindgen_test]
fn memory_stays_flat_over_a_thousand_files() {
    let bytes = reasons::database_bytes(&[&ROWS.replace("5000", "50")]);
    let mut engine = Engine::new().expect("the engine starts");
    engine.set_now(sample::NOW);
    let mut open_run_and_close = |n: u32| {
        for _ in 0..n {
            let base = Base::new(RamSource::from_bytes(bytes.clone()));
            engine.open(vec![Dropped { name: "db.sqlite".into(), base }]).expect("the file opens");
            let built = engine.run(&Step::BuildIndex("idx_workflow_project_status".into()));
            assert!(matches!(built, Ok(StepAnswer::Index(_))));
            engine.close();
        }
        core::arch::wasm32::memory_size(0)
    };
    let n_pages = open_run_and_close(100);
    assert_eq!(open_run_and_close(900), n_pages, "pages of 64 KiB");
}

#[wasm_bindgen_test]
fn what_is_no_database_is_told() {
    let mut engine = Engine::new().expect("the engine starts");
    let base = Base::new(BlobSource::new(&blob(b"Dear Sir or Madam")).expect("a worker reads blobs"));
    let error = engine.open(vec![Dropped { name: "letter.txt".into(), base }]).expect_err("it opened");
    let failure = cortex_inspector::domain::failure::Failure::from(&error);
    assert_eq!(failure.kind, FailureKind::NotSqlite);
}

#[wasm_bindgen_test]
fn every_practice_is_tried_in_the_worker() {
    let mut engine = Engine::new().expect("the engine starts");
    engine.set_now(sample::NOW);
    engine.open_sample(sample::N_WORKFLOWS, sample::N_LOGS, sample::SEED, sample::NOW).expect("the sample opens");
    for step in practice_steps(&engine.catalogue().clone()) {
        let Ok(StepAnswer::Practice(practice)) = engine.run(&step) else { panic!("{step:?} does not answer") };
        assert_ne!(practice.verdict, PracticeVerdict::NotApplicable, "{practice:?}");
        if practice.id == "use-transactions-for-bulk-operations" {
            let syncs = practice.trials[0].figures.iter().find(|figure| figure.metric == Metric::Syncs);
            assert_eq!(syncs.map(|figure| (figure.before, figure.after)), Some((Some(300), Some(3))), "{practice:?}");
        }
    }
}
