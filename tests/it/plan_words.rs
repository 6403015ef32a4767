//! Sentences about plans, on plans that SQLite really makes.

use cortex_inspector::domain::cleanup::CleanupReport;
use cortex_inspector::domain::look_ups::{look_ups, scan_sentences};
use cortex_inspector::domain::plan_words::sentence;
use rusqlite::Connection;

use crate::fixtures::{Fixture, Spec, count};
use crate::native;

#[test]
fn every_step_that_sqlite_plans_has_a_sentence() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c); CREATE TABLE u(x, y); CREATE TABLE k(k PRIMARY KEY, v) WITHOUT ROWID;
         CREATE INDEX t_ab ON t(a, b); CREATE INDEX t_c ON t(c); CREATE INDEX t_lower ON t(lower(b));
         CREATE VIRTUAL TABLE f USING fts5(body);
         CREATE TABLE z(x); INSERT INTO z VALUES (1); ANALYZE;
         INSERT INTO sqlite_stat1 VALUES ('t', 't_ab', '100000 50000 2'), ('u', NULL, '100000');
         ANALYZE sqlite_schema;",
    )
    .unwrap();
    for sql in [
        "SELECT * FROM t",
        "SELECT a FROM t ORDER BY a, c",
        "SELECT * FROM t WHERE a = 1 AND b BETWEEN 2 AND 3 ORDER BY c",
        "SELECT * FROM t WHERE b = 1",
        "SELECT * FROM t WHERE a = 1 OR c = 2",
        "SELECT * FROM t WHERE (a, b) > (1, 2)",
        "SELECT * FROM t WHERE lower(b) = 'x'",
        "SELECT * FROM t WHERE id IN (1, 2)",
        "SELECT max(c) FROM t",
        "SELECT min(id) FROM t",
        "SELECT DISTINCT y FROM u",
        "SELECT count(DISTINCT y), group_concat(y ORDER BY x) FROM u GROUP BY x",
        "SELECT a, b, c FROM t ORDER BY a, b, c, id",
        "SELECT * FROM u AS one LEFT JOIN u AS two ON one.x = two.y",
        "SELECT * FROM u AS one RIGHT JOIN t ON one.x = t.c",
        "SELECT * FROM t WHERE a IN (SELECT x FROM u) AND c = (SELECT max(y) FROM u WHERE u.x = t.a)",
        "SELECT (SELECT count(*) FROM u), * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.a)",
        "SELECT 1 WHERE 3 IN (SELECT c FROM t) OR 4 IN (SELECT id FROM t)",
        "SELECT a FROM t UNION SELECT x FROM u",
        "SELECT a FROM t UNION ALL SELECT x FROM u EXCEPT SELECT 1 INTERSECT SELECT 2",
        "SELECT a FROM t UNION SELECT x FROM u ORDER BY 1",
        "SELECT * FROM (SELECT y, count(*) AS n FROM u GROUP BY y) AS sub JOIN t ON t.c = sub.n",
        "WITH sub AS MATERIALIZED (SELECT y FROM u) SELECT * FROM sub AS one, sub AS two WHERE one.y = two.y",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < 9) SELECT * FROM n",
        "SELECT sum(y) OVER (ORDER BY x) FROM u",
        "SELECT * FROM (VALUES (1), (2), (3))",
        "SELECT 1",
        "SELECT * FROM k WHERE k = 1",
        "SELECT * FROM f WHERE f MATCH 'x'",
        "SELECT * FROM t JOIN u ON u.x = t.id JOIN k ON k.k = u.y",
    ] {
        for row in native::plan(&db, sql, &[]).unwrap() {
            assert!(sentence(&row).is_some(), "{}: {sql}", row.detail);
        }
    }
}

fn preview(fixture: &Fixture) -> CleanupReport {
    let report = fixture.report();
    report.cleanup("clean-up-old-completed-workflows").unwrap().clone()
}

#[test]
fn an_unindexed_child_is_said_with_the_numbers_of_the_preview() {
    // Only what does not keep the rows from going.
    let fixture = Fixture::new(Spec { events_name_terminals: false, ..Spec::default() });
    let cleanup = preview(&fixture);
    let db = native::with_keys(&fixture.path, true);
    let own = native::plan(&native::with_keys(&fixture.path, false), &cleanup.sql, &[]).unwrap();
    let looked_up = look_ups(&cleanup.plan).count();
    assert_eq!(own.len() + looked_up, cleanup.plan.len(), "foreign keys add the look-ups and nothing else");
    let children =
        "SELECT count(*) FROM sqlite_schema s, pragma_foreign_key_list(s.name) k WHERE k.\"table\" = 'workflow'";
    assert_eq!(looked_up as u64, count(&db, children));

    let n_deleted = cleanup.foreign_keys_on.as_ref().unwrap().n_deleted;
    let n_drafts = count(&db, "SELECT count(*) FROM planning_draft");
    let sentences = scan_sentences(&cleanup);
    assert!(n_deleted > 1 && n_drafts > 1);
    let expected = format!(
        "Each deleted `workflow` reads all {n_drafts} rows of `planning_draft`: {n_deleted} deletions read {} rows.",
        n_deleted * n_drafts
    );
    assert!(sentences.iter().any(|said| said.replace(',', "") == expected), "{sentences:?} lacks {expected}");
    // Notes go with their workflow, so each deletion finds fewer of them.
    let notes = sentences.iter().find(|said| said.contains("`workflow_note`")).unwrap();
    assert!(notes.starts_with("Each deleted `workflow` reads what is left of `workflow_note`, at first "), "{notes}");
    assert_eq!(sentences.len(), cleanup.n_child_rows.len());

    // An index on the column that refers to it takes the scan away.
    let indexed = fixture
        .copy_with("CREATE INDEX a ON planning_draft(workflow_id); CREATE INDEX b ON workflow_note(workflow_id);");
    let cleanup = preview(&indexed);
    assert_eq!((scan_sentences(&cleanup), cleanup.n_child_rows.len()), (Vec::new(), 0));
}

#[test]
fn before_the_preview_no_number_is_made_up() {
    let fixture = Fixture::standard();
    let judged = fixture.open().judged();
    let cleanup = judged.cleanups.iter().find(|cleanup| cleanup.id == "clean-up-old-completed-workflows").unwrap();
    let sentences = scan_sentences(cleanup);
    assert!(
        sentences.contains(&"Each deleted `workflow` reads every row of `planning_draft`.".to_owned()),
        "{sentences:?}"
    );
}
