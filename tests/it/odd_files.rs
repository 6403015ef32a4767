//! Files that are whole and seldom seen: what native SQLite reads of them, the engine reads.

use cortex_inspector::domain::integrity::CheckDepth;
use cortex_inspector::domain::rows::{RowCell, RowsAsked};
use cortex_inspector::domain::run::Step;
use cortex_inspector::engine::Engine;
use rusqlite::Connection;

use crate::fixtures::{Fixture, count, dropped};

const N_TABLES: usize = 2_000;

/// SQLite's own limit, and it keeps to it.
const N_COLUMNS: usize = 2_000;

/// Opens a file, asks for every verdict, counts a table and has the whole file checked.
#[track_caller]
fn check(fixture: &Fixture, table: &str) -> Engine {
    let mut engine = Engine::new().unwrap();
    let database = engine.open(vec![dropped(&fixture.path)]).unwrap();
    let native = fixture.native();
    let n_tables =
        count(&native, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    assert_eq!(database.tables.len() as u64, n_tables);
    engine.run(&Step::Judge).unwrap();
    let n_rows = count(&native, &format!("SELECT count(*) FROM \"{}\"", table.replace('"', "\"\"")));
    assert_eq!(engine.count_rows(table).unwrap(), n_rows);
    let report = engine.check_integrity(CheckDepth::Full).unwrap();
    assert!(report.is_whole(), "{report:?}");
    engine
}

#[test]
fn bytes_reserved_at_the_end_of_each_page_are_left_alone() {
    for (page_size, n_reserved) in [(512, 32), (4096, 1), (4096, 255), (65_536, 64)] {
        let fixture = Fixture::of_sql("CREATE TABLE t (a, b); CREATE INDEX i ON t (b);");
        {
            let mut n_reserved = n_reserved;
            let db = fixture.native();
            // Before the bytes are reserved: a page size takes them back.
            db.execute_batch(&format!("PRAGMA page_size = {page_size}")).unwrap();
            // SAFETY: the connection is open, the name ends in 0 and the last argument is the int that this asks for.
            let code = unsafe {
                rusqlite::ffi::sqlite3_file_control(
                    db.handle(),
                    c"main".as_ptr(),
                    rusqlite::ffi::SQLITE_FCNTL_RESERVE_BYTES,
                    (&raw mut n_reserved).cast(),
                )
            };
            assert_eq!(code, rusqlite::ffi::SQLITE_OK);
            db.execute_batch(
                "VACUUM;
                 WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 500)
                 INSERT INTO t SELECT i, hex(zeroblob(i)) FROM n;",
            )
            .unwrap();
        }
        assert_eq!(i32::from(fixture.bytes()[20]), n_reserved);
        check(&fixture, "t");
    }
}

#[test]
fn two_thousand_tables_open() {
    let sql: String = (0..N_TABLES)
        .map(|n| format!("CREATE TABLE t{n} (a PRIMARY KEY, b); CREATE INDEX i{n} ON t{n} (b);"))
        .collect();
    let fixture = Fixture::of_sql(&format!("BEGIN; {sql} INSERT INTO t1999 VALUES (1, 2); COMMIT;"));
    check(&fixture, "t1999");
}

#[test]
fn two_thousand_columns_are_read() {
    let columns: Vec<String> = (0..N_COLUMNS).map(|n| format!("c{n} INTEGER DEFAULT {n}")).collect();
    let fixture =
        Fixture::of_sql(&format!("CREATE TABLE wide ({}); INSERT INTO wide (c7) VALUES (1), (2);", columns.join(", ")));
    let mut engine = check(&fixture, "wide");
    let asked = RowsAsked { table: "wide".into(), ..RowsAsked::default() };
    let window = engine.read_rows(&asked, 0, 5, false).unwrap();
    assert_eq!((window.n_rows, window.columns.len()), (2, N_COLUMNS));
    assert_eq!(window.rows[1][1999].text(), "1999");
}

/// Names that break whatever puts them into SQL, markup, lines or a path.
const NAMES: [&str; 12] = [
    "it's \"quoted\"",
    "`back` [brackets]",
    "two\nlines\tand a tab",
    "semi;colon -- no comment /* nor this */",
    "🦀👩‍👩‍👧",
    "שולחן",
    "\u{202e}reversed",
    "<img src=x onerror=alert(1)>",
    " leading and trailing ",
    "%_\\",
    "SELECT",
    "a\u{301}é\u{feff}",
];

#[test]
fn any_name_is_a_name() {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let sql: String = NAMES
        .iter()
        .map(|name| {
            let name = quoted(name);
            let (index, trigger, view) =
                (quoted(&format!("i {name}")), quoted(&format!("t {name}")), quoted(&format!("v {name}")));
            format!(
                "CREATE TABLE {name} ({name} TEXT, parent REFERENCES {name} ({name}) ON DELETE CASCADE);
                 CREATE UNIQUE INDEX {index} ON {name} ({name});
                 CREATE TRIGGER {trigger} AFTER DELETE ON {name} BEGIN SELECT 1; END;
                 CREATE VIEW {view} AS SELECT {name} FROM {name};
                 INSERT INTO {name} VALUES ('one', NULL), ('two', 'one');"
            )
        })
        .collect();
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        let fixture = Fixture::of_sql("");
        let db = Connection::open(&fixture.path).unwrap();
        db.execute_batch(&format!("PRAGMA encoding = '{encoding}'; {sql}")).unwrap();
        drop(db);
        for name in NAMES {
            let mut engine = check(&fixture, name);
            let database = engine.open(vec![dropped(&fixture.path)]).unwrap();
            assert_eq!(database.encoding, encoding);
            let table = database.table(name).unwrap_or_else(|| panic!("{name:?} is missing"));
            assert_eq!(table.columns[0].name, name);
            assert_eq!(table.indexes[0].columns, [name]);
            assert_eq!((table.foreign_keys[0].parent.as_str(), table.triggers.len()), (name, 1));
            let asked = RowsAsked { table: name.into(), ..RowsAsked::default() };
            let window = engine.read_rows(&asked, 0, 5, false).unwrap();
            let first: Vec<String> = window.rows.iter().map(|row: &Vec<RowCell>| row[0].text()).collect();
            assert_eq!(first, ["one", "two"], "{name:?}");
        }
    }
}
