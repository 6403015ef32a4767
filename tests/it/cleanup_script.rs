//! The clean-up script, run on copies of the file: it removes what was promised, and once only.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use cortex_inspector::domain::cleanup::script::Script;
use cortex_inspector::domain::cleanup::together::Together;
use cortex_inspector::domain::run::{Step, StepAnswer};

use crate::fixtures::{Fixture, NOW, Spec, count, native};
use crate::native;

#[track_caller]
fn together(fixture: &Fixture) -> Together {
    let (before, mut opened) = (fixture.sha256(), fixture.open());
    let answer = opened.engine.run(&Step::CleanTogether).unwrap();
    assert_eq!(fixture.sha256(), before, "the file was written");
    match answer {
        StepAnswer::Together(together) => together,
        other => panic!("{other:?}"),
    }
}

/// What a person does: `sqlite3 db.sqlite < file`. Without the shell SQLite itself runs all but the shell's own command.
fn run(path: &Path, sql: &str) -> Result<(), String> {
    let shell =
        Command::new("sqlite3").arg(path).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut shell) = shell else {
        return native(path).execute_batch(&sql.replace(".bail on\n", "")).map_err(|error| error.to_string());
    };
    shell.stdin.take().unwrap().write_all(sql.as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() && words.is_empty() { Ok(()) } else { Err(words) }
}

#[track_caller]
fn check(fixture: &Fixture) -> Together {
    let together = together(fixture);
    let script = &together.script;
    for with_vacuum in [false, true] {
        let sql = script.to_sql("db.sqlite", with_vacuum);
        let copy = fixture.copy();
        let before = native::counts(&copy.native());
        run(&copy.path, &sql).unwrap_or_else(|words| panic!("{words}\n{sql}"));
        let after = native::counts(&copy.native());
        assert_eq!(native::lost(&before, &after), script.by_table, "{sql}");
        run(&copy.path, &sql).unwrap_or_else(|words| panic!("the second time: {words}\n{sql}"));
        assert_eq!(native::counts(&copy.native()), after, "the second run removed more");
        let db = copy.native();
        let n_broken = count(&db, "SELECT count(*) FROM pragma_foreign_key_check");
        assert!(n_broken <= count(&fixture.native(), "SELECT count(*) FROM pragma_foreign_key_check"));
        if with_vacuum {
            let size = count(&db, "PRAGMA page_count") * count(&db, "PRAGMA page_size");
            assert_eq!(script.bytes_vacuumed, Some(size));
        }
    }
    check_job(fixture, script);
    together
}

/// Rust that parses, with three functions and no more, whatever stands in the statements.
#[track_caller]
fn check_rust(script: &Script) -> String {
    let job = script.to_rust();
    let file = syn::parse_file(&job).unwrap_or_else(|error| panic!("{error}\n{job}"));
    let functions = file.items.iter().filter_map(|item| match item {
        syn::Item::Fn(function) => Some(function.sig.ident.to_string()),
        _ => None,
    });
    let functions: Vec<String> = functions.collect();
    assert_eq!(functions, ["cleanup_old_data", "delete_in_batches", "spawn_cleanup_job"], "{job}");
    job
}

/// The statements of the job, as it runs them.
#[track_caller]
fn check_job(fixture: &Fixture, script: &Script) {
    let (copy, job) = (fixture.copy(), check_rust(script));
    let db = native::with_keys(&copy.path, true);
    let before = native::counts(&db);
    for step in &script.steps {
        assert!(job.contains(&step.job_sql()), "{job}");
        loop {
            db.execute_batch("BEGIN").unwrap();
            if !step.releases.is_empty() {
                db.execute_batch("PRAGMA defer_foreign_keys = ON").unwrap();
            }
            let n_rows = db.execute(&native::at(NOW, &step.job_sql()), []).unwrap();
            step.releases.iter().for_each(|release| db.execute_batch(release).unwrap());
            db.execute_batch("COMMIT").unwrap();
            if n_rows == 0 {
                break;
            }
        }
    }
    assert_eq!(native::lost(&before, &native::counts(&db)), script.by_table);
}

#[test]
fn the_script_removes_what_it_promises_and_once_only() {
    for spec in [
        Spec::default(),
        Spec { events_name_terminals: false, statistics: true, ..Spec::default() },
        Spec { n_workflows: 0, ..Spec::default() },
        Spec { page_size: 512, encoding: "UTF-16le", older_indexes: false, ..Spec::default() },
    ] {
        let together = check(&Fixture::new(spec));
        assert!(together.script.left_out.is_empty(), "{:?}", together.script.left_out);
        assert_eq!(together.script.steps.len(), 4);
    }
}

#[test]
fn orders_are_tried_and_references_are_released() {
    let fixture = Fixture::standard();
    let together = check(&fixture);
    assert_eq!((together.n_orders, together.n_orders_tried), (24, 24));
    assert_eq!((together.foreign_keys_on.n_failed(), together.foreign_keys_off.n_failed()), (1, 0));
    assert!(!together.foreign_keys_off.orphans.is_empty());
    let releases: Vec<usize> = together.script.steps.iter().map(|step| step.releases.len()).collect();
    assert_eq!(releases.iter().sum::<usize>(), 1);
    assert!(together.script.by_table.values().sum::<u64>() > together.best.n_removed());
}

/// Workflows can only go once events do not name them any longer, so the documented order fails and another does not.
#[test]
fn another_order_is_found_where_the_documented_one_fails() {
    let fixture = Fixture::new(Spec { events_name_terminals: false, ..Spec::default() }).copy_with(
        "CREATE TABLE kept AS SELECT * FROM git_event;
         DROP TABLE git_event;
         CREATE TABLE git_event (
           id TEXT PRIMARY KEY, workflow_id TEXT NOT NULL REFERENCES workflow(id), terminal_id TEXT REFERENCES terminal(id),
           commit_hash TEXT NOT NULL, process_status TEXT, created_at TEXT, processed_at TEXT);
         INSERT INTO git_event SELECT * FROM kept; DROP TABLE kept;
         UPDATE git_event SET process_status = 'processed', processed_at = '2026-01-01 00:00:00';",
    );
    let together = check(&fixture);
    assert_eq!((together.foreign_keys_on.n_failed(), together.best.n_failed()), (1, 0));
    assert!(together.order_words().contains("0 statements fail"), "{}", together.order_words());
    assert!(together.script.steps.iter().all(|step| step.releases.is_empty()));
}

#[test]
fn what_never_finishes_is_left_out_and_said() {
    let fixture = Fixture::standard().copy_with(
        "CREATE TRIGGER keep BEFORE DELETE ON workflow BEGIN SELECT RAISE(ABORT, 'workflows are\nkept'); END",
    );
    let together = check(&fixture);
    let [left] = together.script.left_out.as_slice() else { panic!("{:?}", together.script.left_out) };
    assert!(left.why.contains("kept"), "{left:?}");
    assert!(together.script.to_sql("db.sqlite", false).contains("-- Not in it"));
}

#[test]
fn many_rows_go_in_short_transactions() {
    let mut script = together(&Fixture::standard()).script;
    script.steps.iter_mut().for_each(|step| step.batch_rows = 3);
    let sql = script.to_sql("db.sqlite", false);
    assert!(sql.matches("BEGIN IMMEDIATE").count() > 10);
    let copy = Fixture::standard();
    let before = native::counts(&copy.native());
    run(&copy.path, &sql).unwrap();
    assert_eq!(native::lost(&before, &native::counts(&copy.native())), script.by_table);
}

/// A file that is far from what was previewed is left as it is.
#[test]
fn the_script_stops_where_far_more_rows_are_found() {
    let fixture = Fixture::standard();
    let sql = together(&fixture).script.to_sql("db.sqlite", false);
    let other = fixture.copy_with(
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 30)
         INSERT INTO workflow(id, project_id, name, status, completed_at)
         SELECT id || '-' || i, project_id, name, 'completed', '2026-01-01' FROM workflow, n",
    );
    let before: BTreeMap<String, u64> = native::counts(&other.native());
    let words = run(&other.path, &sql).unwrap_err();
    assert!(words.contains("differs too much from the preview"), "{words}");
    assert_eq!(native::counts(&other.native())["workflow"], before["workflow"]);
}

/// Names and titles that would end a comment or a statement.
#[test]
fn a_hostile_name_stays_a_name() {
    let fixture = Fixture::standard();
    let mut script = together(&fixture).script;
    let hostile = "x\nDROP TABLE workflow;\r--";
    script.steps.iter_mut().for_each(|step| step.title = hostile.into());
    let sql = script.to_sql(hostile, true);
    run(&fixture.copy().path, &sql).unwrap();
    assert!(sql.lines().all(|line| !line.starts_with("DROP")), "{sql}");
    script.steps.iter_mut().for_each(|step| {
        step.table = "x\"## } fn more() {}".into();
        step.condition = "content = '\"#; fn more() {}\n\\'".into();
    });
    check_rust(&script);
}
