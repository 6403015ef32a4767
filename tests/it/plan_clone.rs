//! The empty clone against native SQLite on the file itself: every plan, row by row, whatever the schema.

use cortex_inspector::domain::finding;
use cortex_inspector::domain::plan::PlanRow;
use cortex_inspector::domain::value::Value;
use cortex_inspector::engine::{Blueprint, Engine, ForeignKeys, explain};
use fastrand::Rng;
use rusqlite::Connection;

use crate::fixtures::{ACCEPTED, Fixture, Spec};
use crate::native;
use crate::random_schema::Schema;

type Asked = (String, Vec<Value>);

fn words(error: rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } | rusqlite::Error::SqliteFailure(_, Some(msg)) => msg,
        other => other.to_string(),
    }
}

/// Plans of the clone and of the file, or SQLite's words. Answers how many were plans, and how many used statistics.
#[track_caller]
fn check(what: &str, fixture: &Fixture, asked: &[Asked]) -> usize {
    Engine::new().unwrap();
    let mut n_plans = 0;
    for (foreign_keys, keys_on) in [(ForeignKeys::On, true), (ForeignKeys::Off, false)] {
        let file = native::with_keys(&fixture.path, keys_on);
        let blueprint = Blueprint::read(&file).unwrap();
        let clone = blueprint.build(Some(&blueprint.statistics), foreign_keys).unwrap();
        for (sql, values) in asked {
            let of_clone: Result<Vec<PlanRow>, String> = explain(&clone, sql, values).map_err(|error| error.words());
            let of_file = native::plan(&file, sql, values).map_err(words);
            assert_eq!(
                of_clone,
                of_file,
                "{what}, foreign keys {foreign_keys:?}\n{sql}\n{values:?}\n{}",
                schema(&file)
            );
            n_plans += usize::from(of_file.is_ok());
        }
    }
    n_plans
}

fn schema(db: &Connection) -> String {
    let mut statement = db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(Result::unwrap).collect::<Vec<_>>().join(";\n")
}

/// The file as it is, with fresh statistics, and with those of a time when its rows were others.
fn with_statistics(fixture: &Fixture, outdate: &str) -> [Fixture; 3] {
    [fixture.copy(), fixture.copy_with("ANALYZE"), fixture.copy_with(&format!("ANALYZE; {outdate}"))]
}

#[test]
fn documented_statements_have_the_plans_of_the_file() {
    for spec in [
        Spec::default(),
        Spec { deployed: &ACCEPTED, ..Spec::default() },
        Spec { older_indexes: false, deployed: &ACCEPTED[..6], n_workflows: 300, ..Spec::default() },
        Spec { n_workflows: 0, ..Spec::default() },
    ] {
        let fixture = Fixture::new(spec);
        let judged = fixture.open().judged();
        let queries = judged.queries.iter().map(|query| (query.sql.clone(), native::values(&query.parameters)));
        let asked: Vec<Asked> =
            queries.chain(judged.cleanups.iter().map(|cleanup| (cleanup.sql.clone(), Vec::new()))).collect();
        let outdate = "DELETE FROM workflow WHERE rowid % 5; DELETE FROM terminal_log WHERE rowid > 9;
                       UPDATE git_event SET process_status = 'pending', workflow_id = 'one';";
        for fixture in with_statistics(&fixture, outdate) {
            assert_eq!(check("catalogue", &fixture, &asked), 2 * asked.len());
        }
    }
}

#[test]
fn generated_statements_have_the_plans_of_the_file() {
    let (mut n_statements, mut n_plans, mut n_changed) = (0, 0, 0);
    for seed in 0..40 {
        let mut rng = Rng::with_seed(seed);
        let schema = Schema::new(&mut rng);
        let fixture = Fixture::of_sql(&format!("BEGIN; {} COMMIT;", schema.sql));
        let asked: Vec<Asked> = (0..25)
            .map(|_| {
                let values = vec![Value::Integer(rng.i64(..20)), Value::Text(format!("a{}", rng.u8(..9)))];
                (schema.statement(&mut rng), values)
            })
            .collect();
        let outdate: String = schema
            .tables
            .iter()
            .map(|table| match rng.u8(..3) {
                0 => String::new(),
                1 => format!("DELETE FROM {};", table.sql),
                _ => format!("DELETE FROM {} WHERE id % 7;", table.sql),
            })
            .collect();
        let files = with_statistics(&fixture, &outdate);
        for fixture in &files {
            n_plans += check(&format!("seed {seed}"), fixture, &asked);
        }
        let plans = |fixture: &Fixture| {
            let db = native::with_keys(&fixture.path, true);
            asked.iter().map(|(sql, values)| native::plan(&db, sql, values).ok()).collect::<Vec<_>>()
        };
        n_changed += plans(&files[0]).iter().zip(plans(&files[1])).filter(|(one, other)| **one != *other).count();
        n_statements += asked.len();
    }
    assert!(n_statements >= 500);
    // What SQLite does not prepare is compared too, but proves little; so do plans that statistics do not change.
    assert!(n_plans > 5 * n_statements, "{n_plans} plans of {n_statements} statements");
    assert!(n_changed > n_statements / 20, "statistics change {n_changed} plans");
}

// What SQLite cannot make again.

/// Statements that write into the schema of another SQLite's file: this one would not run them.
fn foreign(statements: &str) -> String {
    format!("PRAGMA writable_schema = ON; {statements} PRAGMA writable_schema = RESET;")
}

const PLAIN: &str = "
    CREATE TABLE plain (a INTEGER PRIMARY KEY, b TEXT, c);
    CREATE INDEX of_plain ON plain(b, c);
    INSERT INTO plain VALUES (1, 'x', 2), (2, 'y', 3);";

/// The statements about `plain` have their plans, those about `odd` the file's answer, and each name of `left_out`
/// stands in a notice of its own.
#[track_caller]
fn check_odd(sql: &str, left_out: &[&str]) {
    let fixture = Fixture::of_sql(&format!("{PLAIN} {sql}"));
    let asked: Vec<Asked> = [
        "SELECT * FROM plain WHERE b = 'x' ORDER BY c",
        "DELETE FROM plain WHERE b = 'x'",
        "SELECT * FROM odd",
        "SELECT * FROM odd WHERE b = 'x'",
        "SELECT b FROM odd ORDER BY b",
        "DELETE FROM odd WHERE b = 'x'",
        "UPDATE odd SET b = 'y' WHERE c > 2",
        "SELECT * FROM plain JOIN odd USING (b)",
    ]
    .map(|sql| (sql.to_owned(), Vec::new()))
    .into();
    for fixture in with_statistics_of(&fixture) {
        let n_plans = check(sql, &fixture, &asked);
        assert!(n_plans >= 4, "{sql}: {n_plans} plans");
    }
    let mut opened = fixture.open();
    assert_eq!(opened.database.notices.len(), left_out.len() + 1, "{:#?}", opened.database.notices);
    for name in left_out {
        let sentence = opened.database.notices.iter().find(|notice| notice.contains(name));
        assert!(sentence.is_some_and(|sentence| sentence.ends_with("everything else is.")), "{sentence:?}");
    }
    assert!(!opened.judged().queries.is_empty());
    let report = fixture.report();
    let notices = report.findings.iter().filter(|finding| finding.rule == "file-notice").count();
    assert_eq!(notices, left_out.len() + 1, "one finding for each notice");
    assert!(finding::derive(&report, opened.engine.catalogue()).len() >= notices);
}

/// ANALYZE of everything fails where an index cannot be read.
fn with_statistics_of(fixture: &Fixture) -> [Fixture; 2] {
    [fixture.copy(), fixture.copy_with("ANALYZE plain")]
}

#[test]
fn what_sqlite_knows_is_cloned_without_a_word() {
    for sql in [
        "CREATE VIRTUAL TABLE odd USING fts5(b, c);",
        "CREATE VIRTUAL TABLE odd USING rtree(b, c, d);",
        "CREATE VIEW odd AS SELECT b, c FROM plain; CREATE TRIGGER t INSTEAD OF DELETE ON odd BEGIN SELECT 1; END;",
        "CREATE TABLE odd (b TEXT, c INT, PRIMARY KEY (b, c)) WITHOUT ROWID, STRICT; CREATE INDEX i ON odd(c);",
        "CREATE TABLE odd (b, c AS (b || 'x') STORED, d AS (c || 'y')); CREATE INDEX i ON odd(c, d DESC);",
        "CREATE TABLE odd (b, c); CREATE TRIGGER t AFTER DELETE ON odd BEGIN DELETE FROM plain WHERE b = old.b; END;",
        "CREATE VIEW broken AS SELECT * FROM gone; CREATE TABLE odd (b, c);",
    ] {
        check_odd(sql, &[]);
    }
}

#[test]
fn what_sqlite_lacks_is_named_and_stops_nothing() {
    let virtual_table =
        "INSERT INTO sqlite_schema VALUES ('table', 'odd', 'odd', 0, 'CREATE VIRTUAL TABLE odd USING foo(b, c)');";
    check_odd(&foreign(virtual_table), &["`odd` is a virtual table of the module `foo`"]);
    for (create, old, new, left_out) in [
        ("CREATE TABLE odd (b, c); CREATE INDEX i ON odd(b COLLATE NOCASE)", "NOCASE", "german", &["index `i`"][..]),
        ("CREATE TABLE odd (b, c); CREATE INDEX i ON odd(lower(b))", "lower", "fold", &["index `i`"]),
        ("CREATE TABLE odd (b, c); CREATE INDEX i ON odd(b) WHERE lower(c) > 1", "lower", "fold", &["index `i`"]),
        ("CREATE TABLE odd (b, c AS (lower(b)))", "lower", "fold", &["table `odd`"]),
        (
            "CREATE TABLE odd (b UNIQUE, c AS (lower(b)) STORED); CREATE INDEX i ON odd(c)",
            "lower",
            "fold",
            &["table `odd`"],
        ),
        ("CREATE TABLE odd (b, c CHECK (lower(c) <> 'x'))", "lower", "fold", &["table `odd`"]),
        ("CREATE TABLE odd (b PRIMARY KEY, c AS (lower(b))) WITHOUT ROWID", "lower", "fold", &["table `odd`"]),
        ("CREATE TABLE odd (b COLLATE NOCASE, c); CREATE INDEX i ON odd(b)", "NOCASE", "german", &["table `odd`"]),
    ] {
        println!("{create}");
        let rewrite = format!("UPDATE sqlite_schema SET sql = replace(sql, '{old}', '{new}') WHERE tbl_name = 'odd';");
        check_odd(&format!("{create}; {}", foreign(&rewrite)), left_out);
    }
}
