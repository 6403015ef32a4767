//! Verdicts and plans against native SQLite on the file itself.

use cortex_inspector::domain::plan::render;
use cortex_inspector::domain::run::Judged;
use cortex_inspector::domain::value::Value;
use cortex_inspector::domain::verdict::{Claim, Verdict};
use rusqlite::Connection;

use crate::fixtures::{ACCEPTED, Fixture, ProjectIds, Spec, count, documented_sql, migrate_natively};
use crate::native;

/// Every documented statement with its bound values, plans and claim, queries and clean-ups alike.
struct Asked {
    id: String,
    sql: String,
    values: Vec<Value>,
    before: String,
    after: String,
    claim: Option<Claim>,
}

fn asked(judged: &Judged) -> Vec<Asked> {
    let queries = judged.queries.iter().map(|query| Asked {
        id: query.id.clone(),
        sql: query.sql.clone(),
        values: native::values(&query.parameters),
        before: format!("{:#?}", query.plan_before),
        after: format!("{:#?}", query.plan_after),
        claim: query.claim.clone(),
    });
    let cleanups = judged.cleanups.iter().map(|cleanup| Asked {
        id: cleanup.id.clone(),
        sql: cleanup.sql.clone(),
        values: Vec::new(),
        before: format!("{:#?}", cleanup.plan),
        after: format!("{:#?}", cleanup.plan_after),
        claim: cleanup.claim.clone(),
    });
    queries.chain(cleanups).collect()
}

/// The file as dropped and after the migration, each as it is, without statistics if it has any, and after ANALYZE.
struct Natives {
    before: Vec<Fixture>,
    after: Vec<Fixture>,
}

impl Natives {
    fn new(fixture: &Fixture, analyzed: bool) -> Self {
        let migrated = fixture.copy();
        migrate_natively(&migrated.native());
        // On an empty table SQLite accepts what it must not be given.
        for index in ["idx_terminal_log_streaming", "idx_terminal_log_cleanup"] {
            if !has_index(&fixture.native(), index) {
                migrated.native().execute_batch(&format!("DROP INDEX IF EXISTS {index}")).unwrap();
            }
        }
        let states = |fixture: &Fixture| {
            let mut states = vec![fixture.copy()];
            if count(&fixture.native(), "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'") > 0 {
                states.push(fixture.copy_with("DROP TABLE sqlite_stat1; DROP TABLE sqlite_stat4"));
            }
            if analyzed {
                states.push(fixture.copy_with("ANALYZE"));
            }
            states
        };
        Self { before: states(fixture), after: states(&migrated) }
    }
}

fn has_index(db: &Connection, index: &str) -> bool {
    db.query_row("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND lower(name) = ?1", [index], |_| Ok(())).is_ok()
}

/// Plans are SQLite's own on the file, row by row, with the same values bound.
#[track_caller]
fn check_plans(fixture: &Fixture, judged: &Judged) {
    let natives = Natives::new(fixture, false);
    let before = native::with_keys(&natives.before[0].path, true);
    let after = native::with_keys(&natives.after[0].path, true);
    for asked in asked(judged) {
        for (db, plan) in [(&before, &asked.before), (&after, &asked.after)] {
            let native = native::plan(db, &asked.sql, &asked.values).unwrap_or_default();
            assert_eq!(*plan, format!("{native:#?}"), "{} with {:?}", asked.id, asked.values);
        }
    }
}

/// What a native plan and INDEXED BY tell about one index.
fn native_usage(db: &Connection, sql: &str, values: &[Value], index: &str) -> Verdict {
    let plan = native::plan(db, sql, values).unwrap();
    let mut found = None;
    for row in &plan {
        let Some(at) = row.detail.find(&format!("INDEX {index}")) else { continue };
        let tail = &row.detail[at + "INDEX ".len() + index.len()..];
        if !tail.is_empty() && !tail.starts_with(' ') {
            continue;
        }
        let searched = row.detail.starts_with("SEARCH ");
        found = if searched || found == Some(Verdict::Holds) { Some(Verdict::Holds) } else { Some(Verdict::Scanned) };
    }
    found.unwrap_or_else(|| {
        let table: String = db
            .query_row("SELECT tbl_name FROM sqlite_schema WHERE type = 'index' AND name = ?1", [index], |row| {
                row.get(0)
            })
            .unwrap();
        let from = format!("FROM {table}");
        let forced = sql.replacen(&from, &format!("{from} INDEXED BY {index}"), 1);
        match native::plan(db, &forced, values) {
            Ok(_) => Verdict::NotChosen,
            Err(error) => {
                assert!(error.to_string().contains("no query solution"), "{error}");
                Verdict::CannotUse
            }
        }
    })
}

/// The verdict that follows from native answers alone. `drifted` stand in the file with another definition.
fn native_verdict(states: &[Fixture], asked: &Asked, index: &str, drifted: &[&str]) -> Verdict {
    let dbs: Vec<Connection> = states.iter().map(|state| native::with_keys(&state.path, true)).collect();
    if native::plan(&dbs[0], &asked.sql, &asked.values).is_err() {
        return Verdict::NotApplicable;
    }
    // Found by the migration's own tests: these two cannot exist.
    if documented_sql(index).contains("datetime(") {
        return Verdict::Refused;
    }
    if drifted.contains(&index) {
        return Verdict::Differs;
    }
    if !has_index(&dbs[0], index) {
        return Verdict::Missing;
    }
    let usages: Vec<Verdict> = dbs.iter().map(|db| native_usage(db, &asked.sql, &asked.values, index)).collect();
    if usages.iter().all(|usage| *usage == usages[0]) { usages[0] } else { Verdict::DependsOnStatistics }
}

#[track_caller]
fn check_verdicts(fixture: &Fixture, judged: &Judged, analyzed: bool, drifted: &[&str]) {
    let natives = Natives::new(fixture, analyzed);
    let mut wrong = Vec::new();
    for asked in asked(judged) {
        let Some(claim) = &asked.claim else { continue };
        let found = (claim.before.verdict, claim.after.verdict);
        let expected = (
            native_verdict(&natives.before, &asked, &claim.index, drifted),
            native_verdict(&natives.after, &asked, &claim.index, drifted),
        );
        if found != expected {
            wrong.push(format!("{}: {found:?}, natively {expected:?}\n{:#?}", asked.id, claim));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn specs() -> Vec<(&'static str, Spec)> {
    let standard = Spec::default();
    vec![
        ("standard", standard),
        ("statistics", Spec { statistics: true, ..standard }),
        ("text ids", Spec { project_ids: ProjectIds::Text, ..standard }),
        ("without older indexes", Spec { older_indexes: false, ..standard }),
        ("without older indexes, statistics", Spec { older_indexes: false, statistics: true, ..standard }),
        ("deployed", Spec { deployed: &ACCEPTED, ..standard }),
        ("deployed, statistics", Spec { deployed: &ACCEPTED, statistics: true, ..standard }),
        ("empty", Spec { n_workflows: 0, ..standard }),
        ("many rows, statistics", Spec { n_workflows: 600, statistics: true, ..standard }),
    ]
}

#[test]
fn plans_from_clones_are_those_of_the_file() {
    for (name, spec) in specs() {
        println!("{name}");
        let fixture = Fixture::new(spec);
        let mut opened = fixture.open();
        check_plans(&fixture, &opened.judged());
        // Fresh statistics are for verdicts; the plans stay those of the file.
        check_plans(&fixture, &opened.analyzed());
    }
}

#[test]
fn verdicts_are_what_native_sqlite_answers() {
    for (name, spec) in specs() {
        println!("== {name}");
        let fixture = Fixture::new(spec);
        let mut opened = fixture.open();
        check_verdicts(&fixture, &opened.judged(), false, &[]);
        check_verdicts(&fixture, &opened.analyzed(), true, &[]);
    }
}

/// Fresh statistics come from a copy with every index; those of an index that the file lacks must not count.
#[test]
fn statistics_of_missing_indexes_do_not_count_before_the_migration() {
    for at in [2, 3, 10] {
        let deployed = &ACCEPTED[at..=at];
        println!("{deployed:?}");
        let fixture = Fixture::new(Spec { n_workflows: 200, older_indexes: false, deployed, ..Spec::default() });
        check_verdicts(&fixture, &fixture.open().analyzed(), true, &[]);
    }
}

const DRIFTED: &str = "
CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC)
    WHERE status NOT IN (lower('COMPLETED'), 'failed', 'cancelled');
CREATE INDEX idx_git_event_cleanup ON git_event(workflow_id, processed_at);
CREATE INDEX idx_workflow_task_active ON workflow_task(status, created_at);
CREATE INDEX IDX_TERMINAL_TASK_STATUS ON terminal(workflow_task_id, status, order_index);
CREATE INDEX IDX_TERMINAL_CLEANUP ON terminal(workflow_task_id, completed_at)
    WHERE status IN ('completed', 'failed', 'cancelled') AND completed_at IS NOT NULL;
";

#[test]
fn drifted_indexes_differ_before_and_after() {
    for statistics in [false, true] {
        let fixture = Fixture::new(Spec { extra: DRIFTED, statistics, ..Spec::default() });
        let judged = fixture.open().judged();
        check_plans(&fixture, &judged);
        // Native SQLite is asked by the name as the file spells it.
        let mut rename = String::new();
        for name in ["IDX_TERMINAL_TASK_STATUS", "IDX_TERMINAL_CLEANUP"] {
            rename += &format!("DROP INDEX {name}; {}", documented_sql(&name.to_lowercase()));
        }
        let renamed = fixture.copy_with(&rename);
        let renamed = if statistics { renamed.copy_with("ANALYZE") } else { renamed };
        let drifted = ["idx_workflow_active", "idx_git_event_cleanup", "idx_workflow_task_active"];
        check_verdicts(&renamed, &judged, false, &drifted);
    }
}

#[test]
fn a_file_without_a_column_or_a_table_leaves_the_rest_judged() {
    let fixture = Fixture::standard()
        .copy_with("ALTER TABLE workflow DROP COLUMN completed_at; DROP TABLE terminal_log; DROP TABLE git_event");
    let judged = fixture.open().judged();
    check_plans(&fixture, &judged);
    let natives = Natives::new(&fixture, false);
    let db = native::with_keys(&natives.before[0].path, true);
    for asked in asked(&judged) {
        let applies = native::plan(&db, &asked.sql, &asked.values).is_ok();
        let Some(claim) = &asked.claim else { continue };
        for judgement in [&claim.before, &claim.after] {
            assert_eq!(judgement.verdict == Verdict::NotApplicable, !applies, "{}: {}", asked.id, judgement.reason);
        }
    }
    for query in &judged.queries {
        let native = native::plan(&db, &query.sql, &native::values(&query.parameters)).err().map(words);
        assert_eq!(query.error, native, "{}", query.id);
    }
}

fn words(error: rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } | rusqlite::Error::SqliteFailure(_, Some(msg)) => msg,
        other => other.to_string(),
    }
}

// One fixture for each verdict.

#[track_caller]
fn check_verdict(judged: &Judged, id: &str, before: Verdict, after: Verdict) -> Claim {
    let asked = asked(judged).into_iter().find(|asked| asked.id == id).unwrap();
    let claim = asked.claim.unwrap();
    assert_eq!((claim.before.verdict, claim.after.verdict), (before, after), "{claim:#?}");
    for judgement in [&claim.before, &claim.after] {
        assert!(judgement.reason.ends_with('.') && !judgement.reason.ends_with(".."), "{}", judgement.reason);
        assert!(
            judgement.reason.contains(&claim.index) || before == Verdict::Refused || before == Verdict::NotApplicable
        );
    }
    claim
}

fn detail(fixture: &Fixture, judged: &Judged, id: &str) -> String {
    let asked = asked(judged).into_iter().find(|asked| asked.id == id).unwrap();
    native::plan(&native::with_keys(&fixture.path, true), &asked.sql, &asked.values).unwrap()[0].detail.clone()
}

fn deployed() -> Fixture {
    Fixture::new(Spec { deployed: &ACCEPTED, ..Spec::default() })
}

#[test]
fn holds() {
    let (fixture, id) = (deployed(), "find-tasks-by-workflow-with-status");
    let judged = fixture.open().judged();
    check_verdict(&judged, id, Verdict::Holds, Verdict::Holds);
    let searched = "SEARCH workflow_task USING INDEX idx_workflow_task_workflow_status (workflow_id=? AND status=?)";
    assert_eq!(detail(&fixture, &judged, id), searched);
}

#[test]
fn a_skip_scan_holds_and_says_that_it_is_one() {
    let deployed = &["idx_workflow_completed_cleanup"];
    let spec = Spec { n_workflows: 600, older_indexes: false, deployed, statistics: true, ..Spec::default() };
    let (fixture, id) = (Fixture::new(spec), "find-old-completed-workflows");
    let judged = fixture.open().judged();
    assert!(detail(&fixture, &judged, id).contains("(ANY(project_id) AND completed_at<?)"));
    let claim = check_verdict(&judged, id, Verdict::DependsOnStatistics, Verdict::DependsOnStatistics);
    assert!(
        claim.before.reason.starts_with("With the file's statistics: SQLite searches idx_workflow_completed_cleanup")
    );
    assert!(claim.before.reason.contains("skip-scan"), "{}", claim.before.reason);
}

#[test]
fn scanned() {
    let (fixture, id) = (deployed(), "list-active-workflows");
    let judged = fixture.open().judged();
    check_verdict(&judged, id, Verdict::Scanned, Verdict::Scanned);
    assert_eq!(detail(&fixture, &judged, id), "SCAN workflow USING INDEX idx_workflow_active");
}

#[test]
fn not_chosen_says_what_won() {
    let (fixture, id) = (deployed(), "find-old-terminals");
    let judged = fixture.open().judged();
    let claim = check_verdict(&judged, id, Verdict::NotChosen, Verdict::NotChosen);
    let winner = detail(&fixture, &judged, id);
    assert_eq!(winner, "SEARCH terminal USING INDEX idx_terminal_status (status=?)");
    assert!(claim.before.reason.contains(&winner), "{}", claim.before.reason);
}

#[test]
fn not_chosen_says_what_the_index_would_cost() {
    // idx_terminal_cleanup starts with workflow_task_id, which the clean-up leaves open.
    let (fixture, id) = (deployed(), "find-old-terminals");
    let claim = check_verdict(&fixture.open().judged(), id, Verdict::NotChosen, Verdict::NotChosen);
    let forced = native::plan(
        &fixture.native(),
        "SELECT * FROM terminal INDEXED BY idx_terminal_cleanup WHERE status IN ('completed', 'failed', 'cancelled') \
         AND completed_at < datetime('now', '-30 days')",
        &[],
    );
    assert!(forced.unwrap()[0].detail.starts_with("SCAN terminal USING INDEX"));
    assert!(claim.before.reason.contains("it would read all of it"), "{}", claim.before.reason);
}

/// The terms that a reason names are those, and only those, with which alone native SQLite finds no solution.
#[test]
fn cannot_use_names_the_terms_that_are_not_proven() {
    let fixture = deployed();
    let judged = fixture.open().judged();
    let claim = check_verdict(&judged, "check-index-usage", Verdict::CannotUse, Verdict::CannotUse);
    assert!(claim.before.reason.contains("`status IN ('created', 'ready', 'running')`"), "{}", claim.before.reason);

    let values = judged.queries.iter().find(|query| query.id == "check-index-usage").unwrap();
    let values: Vec<Value> = values.parameters.iter().map(|parameter| parameter.value.clone()).collect();
    for (condition, provable) in [("status IN ('created', 'ready', 'running')", false), ("status IS NOT NULL", true)] {
        let copy = fixture.copy_with(&format!("CREATE INDEX probe ON workflow(project_id, status) WHERE {condition}"));
        let sql = "SELECT * FROM workflow INDEXED BY probe WHERE project_id = ?1 AND status = 'running'";
        assert_eq!(native::plan(&copy.native(), sql, &values).is_ok(), provable, "{condition}");
    }
}

#[test]
fn depends_on_statistics() {
    let (fixture, id) = (deployed(), "find-active-tasks");
    let mut opened = fixture.open();
    check_verdict(&opened.judged(), id, Verdict::NotChosen, Verdict::NotChosen);
    let judged = opened.analyzed();
    let claim = check_verdict(&judged, id, Verdict::DependsOnStatistics, Verdict::DependsOnStatistics);
    let analyzed = fixture.copy_with("ANALYZE");
    let (without, with) = (detail(&fixture, &judged, id), detail(&analyzed, &judged, id));
    assert!(without.contains("idx_workflow_task_status") && with.contains("INDEX idx_workflow_task_active"), "{with}");
    assert!(claim.before.reason.contains(&without), "{}", claim.before.reason);
    assert!(claim.before.reason.contains("After ANALYZE"), "{}", claim.before.reason);
}

#[test]
fn differs_and_says_whether_it_is_used_all_the_same() {
    let fixture = Fixture::new(Spec { older_indexes: false, extra: DRIFTED, ..Spec::default() });
    let judged = fixture.open().judged();
    for (id, index) in [
        ("find-active-tasks", "idx_workflow_task_active"),
        ("list-active-workflows", "idx_workflow_active"),
        ("find-processed-events", "idx_git_event_cleanup"),
    ] {
        let claim = check_verdict(&judged, id, Verdict::Differs, Verdict::Differs);
        let used = detail(&fixture, &judged, id).contains(index);
        assert_eq!(claim.before.reason.contains("uses it for this statement all the same"), used, "{id}");
    }
}

#[test]
fn cannot_use() {
    let (fixture, id) = (deployed(), "check-index-usage");
    let judged = fixture.open().judged();
    check_verdict(&judged, id, Verdict::CannotUse, Verdict::CannotUse);
    let sql =
        "SELECT * FROM workflow INDEXED BY idx_workflow_project_status WHERE project_id = 1 AND status = 'running'";
    assert_eq!(words(fixture.native().prepare(sql).unwrap_err()), "no query solution");
}

/// A single `=?` is seen to imply `status IN (…)` or not, depending on the value that is bound.
#[test]
fn the_bound_value_decides_whether_a_partial_index_can_be_used() {
    let extra = "CREATE INDEX idx_git_event_terminal_status ON git_event(terminal_id, process_status, created_at)
                 WHERE process_status = 'pending'";
    let fixture = Fixture::new(Spec { extra, ..Spec::default() });
    let db = native::with_keys(&fixture.path, true);
    let mut opened = fixture.open();
    for (status, expected) in [("pending", true), ("processed", false)] {
        let sql = "SELECT * FROM git_event WHERE terminal_id = ?1 AND process_status = ?2";
        let values = [Value::Text("x".into()), Value::Text(status.into())];
        let plan = native::plan(&db, sql, &values).unwrap();
        assert_eq!(plan[0].detail.contains("idx_git_event_terminal_status"), expected, "{plan:?}");
    }
    // The person's own values reach the plan as well.
    let project = opened.engine.choices("find-by-project-with-status", "project_id").unwrap()[0].value.clone();
    for status in ["running", "completed"] {
        let values = vec![project.clone(), Value::Text(status.into())];
        let report = opened.engine.measure_query("find-by-project-with-status", Some(values.clone())).unwrap();
        assert_eq!(native::values(&report.parameters), values);
        assert_eq!(report.plan_before, native::plan(&db, &report.sql, &values).unwrap());
    }
}

#[test]
fn missing_until_the_migration() {
    let judged = Fixture::standard().open().judged();
    check_verdict(&judged, "find-tasks-by-workflow-with-status", Verdict::Missing, Verdict::Holds);
}

#[test]
fn refused_whether_the_index_is_missing_or_stands_in_an_empty_file() {
    for (n_workflows, deployed) in [(90, &[][..]), (0, &[][..]), (0, &["idx_terminal_log_streaming"][..])] {
        let judged = Fixture::new(Spec { n_workflows, deployed, ..Spec::default() }).open().judged();
        let claim = check_verdict(&judged, "stream-recent-logs", Verdict::Refused, Verdict::Refused);
        assert!(claim.before.reason.contains("non-deterministic use of datetime()"), "{}", claim.before.reason);
    }
}

#[test]
fn not_applicable() {
    let fixture = Fixture::standard().copy_with("ALTER TABLE workflow DROP COLUMN completed_at");
    let judged = fixture.open().judged();
    let claim = check_verdict(&judged, "find-old-completed-workflows", Verdict::NotApplicable, Verdict::NotApplicable);
    assert!(claim.before.reason.contains("no such column: completed_at"), "{}", claim.before.reason);
}

// Foreign keys.

/// With foreign keys on a DELETE also looks into the child tables; the report's plans are those, as in the application.
#[test]
fn plans_of_cleanups_hold_the_look_ups_of_foreign_keys() {
    let fixture = Fixture::standard();
    let judged = fixture.open().judged();
    let (on, off) = (native::with_keys(&fixture.path, true), native::with_keys(&fixture.path, false));
    for cleanup in &judged.cleanups {
        let without = native::plan(&off, &cleanup.sql, &[]).unwrap();
        assert_eq!(cleanup.plan, native::plan(&on, &cleanup.sql, &[]).unwrap(), "{}", cleanup.id);
        let has_children = matches!(cleanup.table.as_str(), "workflow" | "terminal");
        assert_eq!(cleanup.plan.len() > without.len(), has_children, "{}: {:?}", cleanup.id, cleanup.plan);
    }
    for query in &judged.queries {
        assert_eq!(query.plan_before, native::plan(&off, &query.sql, &native::values(&query.parameters)).unwrap());
    }
}

// Goldens: the trees that a person sees, so that a change of SQLite or of the catalogue is seen in a review.

#[test]
fn golden_plans_of_the_standard_fixture() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden");
    let judged = Fixture::standard().open().judged();
    let queries = judged.queries.iter().map(|query| (&query.id, &query.sql, &query.plan_before, &query.plan_after));
    let cleanups =
        judged.cleanups.iter().map(|cleanup| (&cleanup.id, &cleanup.sql, &cleanup.plan, &cleanup.plan_after));
    let (mut names, mut stale) = (Vec::new(), Vec::new());
    for (id, sql, before, after) in queries.chain(cleanups) {
        let text = format!("{sql}\n\nBefore\n{}\nAfter\n{}", render(before), render(after));
        let path = folder.join(format!("{id}.txt"));
        names.push(path.clone());
        if std::env::var_os("BLESS").is_some_and(|bless| bless == "1") {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        } else if std::fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            stale.push(format!("{}\n{text}", path.display()));
        }
    }
    let left = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let left = left.filter(|path| path.extension().is_some_and(|extension| extension == "txt"));
    stale
        .extend(left.filter(|path| !names.contains(path)).map(|path| format!("{} belongs to nothing", path.display())));
    assert!(stale.is_empty(), "BLESS=1 writes them anew\n{}", stale.join("\n"));
}
