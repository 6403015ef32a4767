//! Files and statements that mean harm: what they reach, natively and in the worker. They may fail, with a sentence;
//! they may not end the worker, go on for ever, or touch anything but their own copy.

use std::cell::Cell;
use std::rc::Rc;

use cortex_inspector::domain::failure::{Failure, FailureKind};
use cortex_inspector::domain::measuring::Settings;
use cortex_inspector::domain::rows::RowsAsked;
use cortex_inspector::domain::run::{Step, steps};
use cortex_inspector::engine::{Dropped, Engine, EngineError, ForeignKeys, interrupt, open_in_memory};
use cortex_inspector::snapshot::{Base, RamSource};
use rusqlite::Connection;

use crate::reasons::database_bytes;
use crate::sample::NOW;

/// Statements that would reach out of their database.
const FORBIDDEN: [&str; 11] = [
    "ATTACH 'other.sqlite' AS other",
    "ATTACH ':memory:' AS other",
    "ATTACH ('' || 'other.sqlite') AS other",
    "VACUUM INTO 'other.sqlite'",
    "SELECT load_extension('other')",
    "SELECT LOAD_Extension('other', 'start')",
    "PRAGMA trusted_schema = ON",
    "PRAGMA hard_heap_limit = 1",
    "PRAGMA Soft_Heap_Limit(1)",
    "PRAGMA temp_store_directory = '/'",
    "SELECT * FROM pragma_table_list, (SELECT load_extension('other'))",
];

fn enclosed() -> Connection {
    Engine::new().expect("the file system registers");
    open_in_memory(ForeignKeys::On).expect("an empty database")
}

fn failure(error: rusqlite::Error) -> Failure {
    Failure::from(&EngineError::from(error))
}

#[track_caller]
pub fn check_sandbox() {
    let db = enclosed();
    db.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)").expect("a table");
    for sql in FORBIDDEN {
        let refused = failure(db.execute_batch(sql).expect_err(sql));
        // A build of SQLite that lacks the function says that, and a function has words of its own.
        let words = ["no such function", "not authorized to use function"];
        let refused_function = words.iter().any(|words| refused.message.starts_with(words));
        assert!(refused.kind == FailureKind::NotAllowed || refused_function, "{sql}: {refused:?}");
    }
    let ask = |sql: &str| db.query_row(sql, [], |row| row.get::<_, String>(0)).expect(sql);
    // These are no errors: SQLite leaves everything as it is.
    assert_eq!(ask("PRAGMA journal_mode = OFF"), "memory");
    let rewritten =
        db.execute_batch("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE t (b)'");
    assert_eq!(rewritten.map_err(failure).expect_err("the schema was written").kind, FailureKind::Sql);
    db.execute_batch("PRAGMA trusted_schema; VACUUM; ATTACH '' AS own").expect("what harms nobody works");
    assert_eq!(ask("SELECT sql FROM sqlite_schema"), "CREATE TABLE t (a)");

    for sql in ["SELECT zeroblob(1000000000)", "SELECT hex(zeroblob(200000000))", &"SELECT 1 ".repeat(150_000)] {
        let refused = failure(db.query_row(sql, [], |_| Ok(())).expect_err("it is too large"));
        assert_eq!(refused.kind, FailureKind::TooLarge, "{:.40}: {refused:?}", sql);
    }
}

/// `n` times `open`, then `core`, then `n` times `close`.
fn nested(n: usize, open: &str, core: &str, close: &str) -> String {
    format!("{}{core}{}", open.repeat(n), close.repeat(n))
}

/// Each of a number of objects, made from the one before.
fn chain(first: &str, n: usize, next: impl Fn(usize) -> String) -> String {
    (1..=n).fold(first.to_owned(), |sql, at| sql + &next(at))
}

/// What SQLite does by calling itself: the stack of the worker is a megabyte, and ends with the worker.
#[track_caller]
pub fn check_depth() {
    let statements = [
        nested(990, "(", "1", ")"),
        nested(5_000, "(", "1", ")"),
        nested(990, "NOT ", "1", ""),
        nested(990, "1 + (", "1", ")"),
        nested(400, "abs(", "1", ")"),
        nested(300, "(SELECT ", "1", ")"),
        nested(2_000, "(SELECT ", "1", ")"),
        nested(300, "CASE WHEN ", "1", " THEN 1 END"),
    ];
    let db = enclosed();
    for sql in &statements {
        let _ = db.query_row(&format!("SELECT {sql}"), [], |_| Ok(()));
    }
    for from in [nested(300, "(SELECT * FROM ", "sqlite_schema", ")"), nested(3_000, "(SELECT * FROM ", "t", ")")] {
        let _ = db.query_row(&format!("SELECT * FROM {from}"), [], |_| Ok(()));
    }
    let views = chain("CREATE TABLE v0 (a);", 400, |at| format!("CREATE VIEW v{at} AS SELECT * FROM v{};", at - 1));
    let triggers = chain("CREATE TABLE t0 (a);", 400, |at| {
        format!(
            "CREATE TABLE t{at} (a);
             CREATE TRIGGER r{at} AFTER DELETE ON t{} BEGIN DELETE FROM t{at} WHERE a = old.a; END;",
            at - 1
        )
    });
    let children = chain("CREATE TABLE c0 (a PRIMARY KEY);", 400, |at| {
        format!("CREATE TABLE c{at} (a PRIMARY KEY REFERENCES c{} ON DELETE CASCADE);", at - 1)
    });
    let texts = [views, triggers, children];
    texts.iter().for_each(|sql| db.execute_batch(sql).expect("the chain stands"));
    for sql in ["SELECT count(*) FROM v400", "DELETE FROM t0", "DELETE FROM c0"] {
        let _ = db.prepare(sql).and_then(|mut statement| statement.query([])?.next().map(|_| ()));
    }
    // It still works.
    assert_eq!(db.query_row("SELECT 6 * 7", [], |row| row.get::<_, i64>(0)), Ok(42));
}

const PLAIN: &str = "
CREATE TABLE workflow (id TEXT PRIMARY KEY, project_id TEXT, status TEXT, created_at TEXT, completed_at TEXT);
INSERT INTO workflow VALUES ('w1', 'p1', 'completed', '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
                            ('w2', 'p1', 'running', '2026-01-01 00:00:00', NULL);
";

/// What makes each file, on top of a plain one.
fn files() -> Vec<(&'static str, String)> {
    let names = [
        "<img src=x onerror=alert(1)>",
        "'; DROP TABLE workflow; --",
        "\"\"; ATTACH 'x' AS y; --",
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "\u{1b}[31mred\u{1b}[2J",
        "line\nbreak\r\ttab",
        "\u{202e}gnp.exe\u{2066}",
        "👩‍👩‍👧‍👦 é \u{feff}",
        "{{7*7}} ${7*7} javascript:alert(1)",
    ];
    let named = names.iter().enumerate().map(|(at, name)| {
        let (identifier, text) = (name.replace('"', "\"\""), name.replace('\'', "''"));
        format!(
            "CREATE TABLE \"{identifier}\" (\"{identifier}\" TEXT PRIMARY KEY DEFAULT '{text}', other REFERENCES \"{identifier}\");
             INSERT INTO \"{identifier}\" VALUES ('{text}', NULL);
             CREATE INDEX \"{identifier}{at}\" ON \"{identifier}\" (\"{identifier}\");
             INSERT INTO workflow VALUES ('{text}', '{text}', '{text}', '{text}', '{text}');"
        )
    });
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT";
    let lie = |sql: &str| format!("PRAGMA writable_schema = ON; {sql};");
    vec![
        ("names and values", named.collect::<String>() + "ANALYZE;"),
        ("views that name each other", lie("INSERT INTO sqlite_schema VALUES
            ('view', 'a', 'a', 0, 'CREATE VIEW a AS SELECT * FROM b'),
            ('view', 'b', 'b', 0, 'CREATE VIEW b AS SELECT * FROM a'),
            ('view', 'c', 'c', 0, 'CREATE VIEW c AS SELECT * FROM c')")),
        ("an endless view in place of a table", format!(
            "DROP TABLE workflow; CREATE VIEW workflow AS {endless} i AS id, i AS project_id, 'completed' AS status,
             '2026' AS created_at, '2026' AS completed_at FROM n;")),
        ("an endless trigger", format!(
            "CREATE TRIGGER r AFTER DELETE ON workflow BEGIN INSERT INTO log {endless} i FROM n; END; CREATE TABLE log (i);")),
        ("triggers that call each other", "
            CREATE TABLE log (i);
            CREATE TRIGGER r AFTER DELETE ON workflow BEGIN INSERT INTO log VALUES (1); END;
            CREATE TRIGGER s AFTER INSERT ON log BEGIN INSERT INTO workflow (id) VALUES (hex(randomblob(8)));
                DELETE FROM workflow WHERE id NOT IN (SELECT max(id) FROM workflow); END;".into()),
        ("values of a gigabyte", "
            CREATE TABLE large (a, b AS (zeroblob(1000000000)), c DEFAULT (zeroblob(1000000000)), CHECK (length(zeroblob(a)) < 9));
            INSERT INTO large (a, c) VALUES (1, 1);
            CREATE VIEW larger AS SELECT hex(zeroblob(500000000)) AS x;
            CREATE TRIGGER r AFTER DELETE ON workflow BEGIN SELECT zeroblob(1000000000); END;".into()),
        ("a schema with more than one statement", lie(
            "UPDATE sqlite_schema SET sql = sql || '; ATTACH ''x'' AS y; DROP TABLE workflow' WHERE name = 'workflow'")),
        ("a schema of other tables", lie(
            "CREATE TABLE small (a); UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'small')
             WHERE name = 'workflow'")),
        ("an index on the pages of a table", "CREATE INDEX i ON workflow (status);".to_owned() + &lie(
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'workflow') WHERE name = 'i'")),
        ("pages that are not there", lie("UPDATE sqlite_schema SET rootpage = 999999 WHERE name = 'workflow'")),
        ("an index of another meaning", "CREATE INDEX i ON workflow (status);".to_owned() + &lie(
            "UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON workflow (completed_at) WHERE load_extension(1)' WHERE name = 'i'")),
        ("statistics that lie", "ANALYZE; DELETE FROM sqlite_stat1; INSERT INTO sqlite_stat1 VALUES
            ('workflow', 'sqlite_autoindex_workflow_1', '-1 0 99999999999999999999 x'), ('workflow', NULL, ''), (NULL, NULL, NULL),
            ('workflow', 'none', zeroblob(99)), ('sqlite_schema', 'x', '1');".into()),
        ("statements that reach out", "
            CREATE VIEW out AS SELECT load_extension('x') AS x;
            CREATE TRIGGER r AFTER DELETE ON workflow BEGIN SELECT load_extension('x'); END;
            CREATE TABLE g (a, c DEFAULT (load_extension('x')));".into()),
        ("a table of a deep check", format!("CREATE TABLE deep (a CHECK ({}));", nested(900, "(", "a", ")"))),
    ]
}

/// Opens each, takes every step and looks at every table.
pub fn check_files() {
    for (name, sql) in files() {
        let bytes = database_bytes(&[PLAIN, &sql]);
        let mut engine = Engine::new().expect("the engine starts");
        engine.set_now(NOW);
        engine.set_measuring(Settings::glance());
        stop_after(500);
        let dropped = Dropped { name: "db.sqlite".into(), base: Base::new(RamSource::from_bytes(&bytes)) };
        match engine.open(vec![dropped]) {
            Err(error) => check_words(name, &error),
            Ok(database) => {
                // Benchmarks are run on made-up data.
                let made_up = |step: &Step| matches!(step, Step::Benchmark(_) | Step::Grow { .. });
                for step in steps(&engine.catalogue().clone()).into_iter().filter(|step| !made_up(step)) {
                    stop_after(500);
                    let _ = engine.run(&step).map_err(|error| check_words(name, &error));
                }
                for table in &database.tables {
                    stop_after(500);
                    let asked = RowsAsked { table: table.name.clone(), ..RowsAsked::default() };
                    let _ = engine.read_rows(&asked, 0, 50, false).map_err(|error| check_words(name, &error));
                }
            }
        }
        interrupt::set_probe(|| false);
    }
}

/// As a person who cancels, but after the same number of SQLite's steps every time: 1,000 for each question.
fn stop_after(n_asked: u32) {
    let left = Rc::new(Cell::new(n_asked));
    interrupt::set_probe(move || {
        left.set(left.get().saturating_sub(1));
        left.get() == 0
    });
}

#[track_caller]
fn check_words(name: &str, error: &EngineError) {
    let failure = Failure::from(error);
    assert!(!failure.message.trim().is_empty() && !failure.kind.help().is_empty(), "{name}: {failure:?}");
}
