//! The guide's practices as experiments, against what native SQLite says of the same file.

use cortex_inspector::domain::practices::{Metric, PracticeReport, PracticeVerdict, Trial};
use cortex_inspector::domain::run::{Step, StepAnswer, practice_steps};

use crate::fixtures::{Fixture, Opened, Spec, count, migrate_natively, one};

#[track_caller]
fn practice(opened: &mut Opened, id: &str) -> PracticeReport {
    match opened.engine.run(&Step::Practice(id.into())).unwrap() {
        StepAnswer::Practice(practice) => practice,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn figure(trial: &Trial, metric: Metric) -> (u64, u64) {
    let figure = trial.figures.iter().find(|figure| figure.metric == metric);
    let figure = figure.unwrap_or_else(|| panic!("{metric:?} in {trial:?}"));
    (figure.before.unwrap(), figure.after.unwrap())
}

/// More workflows of one project than a page holds.
const LONG_LIST: &str = "
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 420)
INSERT INTO workflow(id, project_id, name, status, created_at)
SELECT printf('long-%04d', i * 7919 % 10007), (SELECT id FROM projects LIMIT 1), 'n', 'completed',
       datetime('2026-11-01', (i / 3) || ' minutes') FROM n;";

#[test]
fn every_practice_of_the_guide_answers_with_evidence() {
    let extra = "CREATE INDEX by_name ON workflow(name); CREATE INDEX by_name_too ON workflow(name, id);";
    let mut opened = Fixture::new(Spec { extra, ..Spec::default() }).open();
    for step in practice_steps(&opened.engine.catalogue().clone()) {
        let StepAnswer::Practice(practice) = opened.engine.run(&step).unwrap() else { panic!("{step:?}") };
        assert_ne!(practice.verdict, PracticeVerdict::NotApplicable, "{practice:?}");
        assert!(!practice.trials.is_empty() && !practice.reasons.is_empty(), "{practice:?}");
        let sentences = practice.reasons.iter().all(|reason| reason.ends_with('.'));
        assert!(sentences && !practice.answer.ends_with('.'), "{practice:?}");
    }
}

#[test]
fn a_file_without_the_guides_tables_is_told_in_a_sentence() {
    let mut opened = Fixture::of_sql("CREATE TABLE t(a)").open();
    for step in practice_steps(&opened.engine.catalogue().clone()) {
        let StepAnswer::Practice(practice) = opened.engine.run(&step).unwrap() else { panic!("{step:?}") };
        // REINDEX needs no table of the guide.
        if practice.id != "monitor-and-rebuild-indexes" {
            assert_eq!(practice.verdict, PracticeVerdict::NotApplicable, "{practice:?}");
            assert!(!practice.reasons[0].is_empty() && practice.trials.is_empty(), "{practice:?}");
        }
    }
}

/// What native SQLite says of the efficient statement is what decides.
#[track_caller]
fn check_query_patterns(extra: &'static str, uses_index: bool) {
    let fixture = Fixture::new(Spec { extra, ..Spec::default() });
    let practice = practice(&mut fixture.open(), "optimize-query-patterns");
    let migrated = fixture.copy();
    let db = migrated.native();
    migrate_natively(&db);
    let trial = &practice.trials[1];
    let plan: String = db.query_row(&format!("EXPLAIN QUERY PLAN {}", trial.after.sql), [], |row| row.get(3)).unwrap();
    assert_eq!(trial.after.plan[0].detail, plan);
    assert!(trial.after.spread().is_some_and(|spread| spread.contains(" sample")), "{trial:?}");
    assert_eq!(plan.contains("idx_workflow_active"), uses_index, "{plan}");
    assert_eq!(practice.answer.contains("does not use"), !uses_index, "{}", practice.answer);
    let rows = |sql: &str| count(&db, &format!("SELECT count(*) FROM ({sql})"));
    assert_eq!(figure(trial, Metric::Rows), (rows(&trial.before.sql), rows(&trial.after.sql)));
    assert!(figure(trial, Metric::PagesRead).1 > 0 && figure(trial, Metric::MedianNs).0 > 0, "{trial:?}");
    if !uses_index {
        assert_ne!(practice.verdict, PracticeVerdict::Holds);
    }
}

#[test]
fn the_efficient_statement_is_efficient_only_where_its_index_serves_it() {
    check_query_patterns("", true);
    // The name is taken by an index that cannot serve the statement.
    check_query_patterns("CREATE INDEX idx_workflow_active ON workflow(name) WHERE status = 'failed'", false);
}

#[test]
fn one_by_one_and_the_join_bring_what_native_sqlite_counts() {
    let fixture = Fixture::standard();
    let practice = practice(&mut fixture.open(), "avoid-n-plus-1-queries");
    let db = fixture.native();
    let longest = "(SELECT project_id FROM workflow GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)";
    let parents = count(&db, &format!("SELECT count(*) FROM workflow WHERE project_id = {longest}"));
    let tasks = "SELECT count(*) FROM workflow_task t JOIN workflow w ON w.id = t.workflow_id";
    let children = count(&db, &format!("{tasks} WHERE w.project_id = {longest}"));
    let trial = &practice.trials[0];
    assert_eq!(figure(trial, Metric::Statements), (parents + 1, 1));
    let joined: i64 = one(
        &db,
        &format!(
            "SELECT count(*) FROM workflow w LEFT JOIN workflow_task t ON w.id = t.workflow_id WHERE w.project_id = {longest}"
        ),
    );
    assert_eq!(figure(trial, Metric::Rows), (parents + children, joined as u64));
    let (one_by_one, join) = figure(trial, Metric::BytesFetched);
    assert!(join > one_by_one && one_by_one > 0, "the parent's columns come with each child: {trial:?}");
    assert!(figure(trial, Metric::VmSteps).0 > 0 && figure(trial, Metric::PagesRead).0 > 0, "{trial:?}");
    let quicker = practice.answer.contains("quicker") && !practice.answer.contains("neither");
    assert_eq!(quicker, matches!(practice.verdict, PracticeVerdict::Holds | PracticeVerdict::InPart), "{practice:?}");
}

#[test]
fn a_deep_page_steps_over_all_rows_before_it() {
    let fixture = Fixture::new(Spec { extra: LONG_LIST, ..Spec::default() });
    let practice = practice(&mut fixture.open(), "limit-result-sets");
    let [first, middle, last, ..] = practice.trials.as_slice() else { panic!("{practice:?}") };
    assert!(first.title.starts_with("On this file"), "{}", first.title);
    let db = fixture.native();
    let n = count(&db, "SELECT max(n) FROM (SELECT count(*) AS n FROM workflow GROUP BY project_id)");
    assert_eq!(figure(first, Metric::Rows), (n, 50));
    assert_eq!(figure(middle, Metric::Rows), (50, 50));
    assert_eq!(figure(last, Metric::Rows), ((n - 1) % 50 + 1, (n - 1) % 50 + 1));
    assert!(practice.reasons.iter().any(|reason| reason.contains("returns the same rows")), "{practice:?}");
    let made_up = practice.trials.iter().filter(|trial| trial.title.starts_with("On made-up data")).count();
    assert_eq!(made_up, 3);
}

#[test]
fn with_an_index_in_its_order_a_page_is_less_work_until_offset_grows() {
    let extra = "CREATE INDEX by_creation ON workflow(project_id, created_at DESC, id DESC);";
    let fixture = Fixture::new(Spec { extra, ..Spec::default() });
    fixture.native().execute_batch(LONG_LIST).unwrap();
    let practice = practice(&mut fixture.open(), "limit-result-sets");
    assert_eq!(practice.verdict, PracticeVerdict::InPart, "{practice:?}");
    let [first, middle, last, ..] = practice.trials.as_slice() else { panic!("{practice:?}") };
    let (all, page) = figure(first, Metric::VmSteps);
    assert!(page * 3 < all, "{first:?}");
    // OFFSET reads what it throws away; the last row seen does not.
    assert!(figure(last, Metric::VmSteps).0 > figure(middle, Metric::VmSteps).0, "{middle:?} {last:?}");
    assert!(figure(last, Metric::VmSteps).1 * 3 < figure(last, Metric::VmSteps).0, "{last:?}");
}

#[test]
fn a_short_list_is_told_and_made_up_data_answers_instead() {
    let practice = practice(&mut Fixture::standard().open(), "limit-result-sets");
    assert!(practice.reasons[0].contains("fit into one page"), "{practice:?}");
    assert!(practice.trials.iter().all(|trial| trial.title.starts_with("On made-up data")), "{practice:?}");
}

#[test]
fn a_transaction_for_each_row_syncs_for_each_row() {
    let fixture = Fixture::standard();
    let practice = practice(&mut fixture.open(), "use-transactions-for-bulk-operations");
    assert_eq!(practice.verdict, PracticeVerdict::Holds, "{practice:?}");
    let trial = &practice.trials[0];
    assert_eq!(figure(trial, Metric::Transactions), (100, 1));
    // The journal's pages, its header, then the database: what SQLite documents for synchronous=FULL.
    assert_eq!(figure(trial, Metric::Syncs), (300, 3));
    let (apart, together) = figure(trial, Metric::PagesWritten);
    assert!(apart > 3 * together && together > 0, "{trial:?}");
    assert!(figure(trial, Metric::JournalWrites).0 > figure(trial, Metric::JournalWrites).1, "{trial:?}");
}

#[test]
fn a_value_that_tries_to_be_sql_lets_all_rows_in_only_where_it_is_formatted() {
    let fixture = Fixture::standard();
    let practice = practice(&mut fixture.open(), "use-prepared-statements");
    let [look_ups, injection] = practice.trials.as_slice() else { panic!("{practice:?}") };
    let n = count(&fixture.native(), "SELECT count(*) FROM workflow");
    assert_eq!(figure(injection, Metric::Rows), (n, 0));
    let formatted = &injection.before.sql;
    assert_eq!(count(&fixture.native(), &format!("SELECT count(*) FROM ({formatted})")), n, "{formatted}");
    assert_eq!(figure(look_ups, Metric::Prepared), (n, 1));
    assert!(matches!(practice.verdict, PracticeVerdict::Holds | PracticeVerdict::InPart), "{practice:?}");
}

/// Rows that come and go, so that pages of indexes are split and files have room.
const CHURN: &str = "
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
INSERT INTO terminal_log(id, terminal_id, content)
SELECT hex(i * 7919 % 65537) || '-' || i, (SELECT id FROM terminal LIMIT 1), printf('%.*c', 100, 'x') FROM n;
DELETE FROM terminal_log WHERE rowid % 3;";

#[test]
fn reindex_puts_pages_in_order_and_vacuum_gives_back_what_native_sqlite_does() {
    let fixture = Fixture::standard().copy_with(CHURN);
    let mut opened = fixture.open();
    let rebuild = practice(&mut opened, "monitor-and-rebuild-indexes");
    let (before, after) = figure(&rebuild.trials[0], Metric::TreePages);
    assert!(after < before, "{rebuild:?}");
    assert!(rebuild.answer.starts_with("REINDEX puts the indexes in order"), "{rebuild:?}");
    let leaves = "SELECT count(*) FROM dbstat WHERE pagetype = 'leaf'
                  AND name IN (SELECT name FROM sqlite_schema WHERE type = 'index')";
    assert_eq!(before, count(&fixture.native(), leaves));

    let vacuum = practice(&mut opened, "regular-database-maintenance");
    let native = fixture.copy_with("VACUUM");
    let bytes = |fixture: &Fixture| fixture.bytes().len() as u64;
    assert_eq!(figure(&vacuum.trials[0], Metric::FileBytes), (bytes(&fixture), bytes(&native)));
    assert_eq!(figure(&vacuum.trials[0], Metric::FreePages).1, 0);
    assert_eq!(vacuum.verdict, PracticeVerdict::Holds, "{vacuum:?}");
    let packed = practice(&mut native.open(), "regular-database-maintenance");
    assert_eq!(packed.verdict, PracticeVerdict::NoDifference, "{packed:?}");
}

#[test]
fn a_redundant_index_is_written_for_nothing() {
    let extra = "CREATE INDEX by_name ON workflow(name); CREATE INDEX by_name_too ON workflow(name, id);";
    let fixture = Fixture::new(Spec { extra, ..Spec::default() });
    let practice = practice(&mut fixture.open(), "use-appropriate-indexes");
    let reason = practice.reasons.iter().find(|reason| reason.starts_with("`by_name` ")).unwrap();
    assert!(reason.contains("beside `by_name_too`") && reason.contains("is more work without it"), "{reason}");
    let trial = practice.trials.iter().find(|trial| trial.title.starts_with("`by_name`")).unwrap();
    let (with, without) = figure(trial, Metric::PagesWritten);
    assert!(with > without, "{trial:?}");
    let low = practice.trials.iter().find(|trial| trial.title.ends_with("the most frequent value")).unwrap();
    let (without, with) = figure(low, Metric::Rows);
    assert!(without == with && with > 0, "{low:?}");
}
