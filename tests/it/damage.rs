//! Damaged files: what native SQLite reports, the engine reports, and what native SQLite still reads, it shows.

use std::path::Path;

use cortex_inspector::domain::failure::{Failure, FailureKind};
use cortex_inspector::domain::integrity::CheckDepth;
use cortex_inspector::domain::rows::RowsAsked;
use cortex_inspector::domain::run::Step;
use cortex_inspector::engine::{Engine, interrupt};
use fastrand::Rng;
use rusqlite::Connection;

use crate::fixtures::{Fixture, count, dropped_bytes};

const N_MUTATIONS: u64 = 2_000;

/// A mutated file is small: whatever takes longer hangs.
const LIMIT_NS: u64 = 20_000_000_000;

/// Small files with everything that has a page of its own: inner and leaf pages of tables and indexes, overflow pages,
/// free pages, pages of pointer maps.
fn whole_files(folder: &Path) -> Vec<Vec<u8>> {
    let make = |(page_size, auto_vacuum): (u32, u32)| {
        let path = folder.join(format!("{page_size}-{auto_vacuum}.sqlite"));
        let db = Connection::open(&path).unwrap();
        db.execute_batch(&format!(
            "PRAGMA page_size = {page_size}; PRAGMA auto_vacuum = {auto_vacuum};
             CREATE TABLE a (k INTEGER PRIMARY KEY, v TEXT NOT NULL, n INT CHECK (n >= 0));
             CREATE INDEX av ON a (v); CREATE UNIQUE INDEX an ON a (n) WHERE n > 5;
             CREATE TABLE b (v TEXT PRIMARY KEY, w) WITHOUT ROWID;
             CREATE TABLE gone (v); CREATE VIEW seen AS SELECT v FROM a;
             WITH RECURSIVE i(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM i WHERE n < 150)
             INSERT INTO a SELECT n, 'value ' || n, n FROM i;
             INSERT INTO a VALUES (1000, hex(zeroblob(3000)), 1000);
             INSERT INTO b SELECT v, k FROM a; INSERT INTO gone SELECT hex(zeroblob(500)) FROM a LIMIT 20;
             DELETE FROM gone;",
        ))
        .unwrap();
        drop(db);
        std::fs::read(path).unwrap()
    };
    [(512, 0), (1024, 1), (1024, 2), (4096, 0)].map(make).to_vec()
}

fn mutate(random: &mut Rng, bytes: &mut Vec<u8>) {
    let page_size = match u16::from_be_bytes([bytes[16], bytes[17]]) {
        size if size >= 512 => usize::from(size),
        _ => 4096,
    };
    let n_pages = bytes.len() / page_size;
    let page = |random: &mut Rng| random.usize(..n_pages) * page_size;
    match random.u8(..8) {
        0 | 1 => (0..random.usize(1..16)).for_each(|_| {
            let at = random.usize(..bytes.len());
            bytes[at] ^= 1 << random.u8(..8);
        }),
        // The heads of pages are where most can go wrong.
        2 => (0..random.usize(1..4)).for_each(|_| {
            let at = page(random) + random.usize(..16);
            bytes[at] = random.u8(..);
        }),
        3 => bytes[random.usize(16..100)] = random.u8(..),
        4 => {
            let (one, other) = (page(random), page(random));
            for at in 0..page_size {
                bytes.swap(one + at, other + at);
            }
        }
        5 => {
            let at = page(random);
            bytes[at..at + page_size].fill(random.u8(..));
        }
        6 => {
            let (from, to) = (page(random), page(random));
            bytes.copy_within(from..from + page_size, to);
        }
        _ => bytes.truncate(if random.bool() { page(random) } else { random.usize(..bytes.len()) }),
    }
}

/// What native SQLite says of a file: its list, or its error.
fn native_check(path: &Path, depth: CheckDepth) -> Vec<String> {
    let read = || -> rusqlite::Result<Vec<String>> {
        let db = Connection::open(path)?;
        let mut statement = db.prepare(&format!("PRAGMA {}(1001)", depth.pragma()))?;
        let rows = statement.query_map([], |row| {
            let text = row.get_ref(0)?;
            Ok(String::from_utf8_lossy(text.as_bytes_or_null()?.unwrap_or_default()).into_owned())
        })?;
        rows.collect()
    };
    let lines = read().unwrap_or_else(|error| vec![error.to_string()]);
    let lines = lines.iter().flat_map(|text| text.lines());
    lines.filter(|line| !["", "ok", "*** in database main ***"].contains(line)).map(str::to_owned).collect()
}

/// Rows of a table, if native SQLite reads it to its end.
fn native_rows(path: &Path, table: &str) -> Option<u64> {
    let db = Connection::open(path).ok()?;
    let mut statement = db.prepare(&format!("SELECT * FROM {table} NOT INDEXED")).ok()?;
    let mut rows = statement.query([]).ok()?;
    let mut n = 0;
    while rows.next().ok()?.is_some() {
        n += 1;
    }
    Some(n)
}

fn is_corruption(kind: FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::Corrupt
            | FailureKind::CutShort
            | FailureKind::PageSize
            | FailureKind::NotSqlite
            | FailureKind::Empty
            | FailureKind::Encrypted
    )
}

#[test]
fn what_native_sqlite_finds_damaged_is_found_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let whole = whole_files(folder.path());
    let path = folder.path().join("mutated.sqlite");
    let mut engine = Engine::new().unwrap();
    let (mut n_opened, mut n_damaged, mut n_unreadable) = (0, 0, 0);
    for seed in 0..N_MUTATIONS {
        let random = &mut Rng::with_seed(seed);
        let mut bytes = whole[random.usize(..whole.len())].clone();
        for _ in 0..random.u8(1..3) {
            if bytes.len() > 4096 {
                mutate(random, &mut bytes);
            }
        }
        std::fs::write(&path, &bytes).unwrap();
        let native = native_check(&path, CheckDepth::Full);
        let opened = interrupt::within(LIMIT_NS, || engine.open(vec![dropped_bytes("mutated.sqlite", &bytes)]));
        if let Err(error) = opened {
            let failure = Failure::from(&error);
            assert!(is_corruption(failure.kind), "mutation {seed}: {failure:?}");
            // Native SQLite makes a new database of an empty file.
            let is_refused = !native.is_empty() || bytes.is_empty();
            assert!(is_refused, "mutation {seed}: refused although it is whole: {failure:?}");
            n_unreadable += 1;
            continue;
        }
        n_opened += 1;
        let found = interrupt::within(LIMIT_NS, || engine.check_integrity(CheckDepth::Full)).unwrap();
        assert_eq!(found.problems.is_empty(), native.is_empty(), "mutation {seed}: {found:?} and natively {native:?}");
        n_damaged += usize::from(!native.is_empty());
        for table in ["a", "b", "gone"] {
            let asked = RowsAsked { table: table.into(), ..RowsAsked::default() };
            let shown = interrupt::within(LIMIT_NS, || engine.read_rows(&asked, 0, 5, false));
            let hangs =
                |error: &_| matches!(Failure::from(error).kind, FailureKind::Cancelled | FailureKind::TimeLimit);
            assert!(!shown.as_ref().is_err_and(hangs), "mutation {seed}, {table}: hangs");
            if let (Ok(shown), Some(native)) = (&shown, native_rows(&path, table)) {
                assert_eq!(shown.n_rows, native, "mutation {seed}, {table}");
            }
        }
    }
    println!("{n_opened} opened, {n_damaged} of them damaged; {n_unreadable} refused as native SQLite refuses them");
    assert!(n_opened > 1_500 && n_damaged > 1_000 && n_unreadable > 50);
}

#[track_caller]
fn check_problems(fixture: &Fixture, depth: CheckDepth) {
    let mut engine = Engine::new().unwrap();
    engine.open(vec![dropped_bytes("db.sqlite", &fixture.bytes())]).unwrap();
    let report = engine.check_integrity(depth).unwrap();
    assert_eq!(report.problems, native_check(&fixture.path, depth));
    assert_eq!(report.is_whole(), report.problems.is_empty());
    assert!(report.words().contains(depth.pragma()), "{}", report.words());
}

#[test]
fn a_quick_check_leaves_out_what_only_the_full_one_compares() {
    let whole = Fixture::of_sql(
        "CREATE TABLE t (a, b); CREATE INDEX ta ON t (a);
         INSERT INTO t VALUES (1, 7), (2, 8), (3, 9);",
    );
    // The index says that it is one of another column: pages and rows are right, but the two do not agree.
    let damaged = whole.copy_with(
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX ta ON t (b)' WHERE name = 'ta';",
    );
    for depth in CheckDepth::ALL {
        check_problems(&whole, depth);
        check_problems(&damaged, depth);
    }
    assert!(native_check(&whole.path, CheckDepth::Full).is_empty());
    assert!(native_check(&damaged.path, CheckDepth::Quick).len() < native_check(&damaged.path, CheckDepth::Full).len());
}

#[test]
fn what_is_left_of_a_cut_file_is_shown() {
    let fixture = Fixture::of_sql(
        "CREATE TABLE early (a, b); CREATE TABLE late (a, b);
         INSERT INTO early WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 9)
         SELECT i, hex(zeroblob(500)) FROM n;
         INSERT INTO late SELECT a, b FROM early, (VALUES (1), (2), (3), (4), (5), (6), (7), (8));",
    );
    let bytes = fixture.bytes();
    let mut engine = Engine::new().unwrap();
    for (end, lacks_pages) in [(bytes.len() / 2, true), (bytes.len() - 4096, true), (bytes.len() - 1, false)] {
        let database = engine.open(vec![dropped_bytes("half.sqlite", &bytes[..end])]).unwrap();
        assert!(database.notices[0].contains("half.sqlite is cut short"), "{:?}", database.notices);
        assert_eq!((database.bytes, database.tables.len()), (end as u64, 2));
        assert_eq!(engine.count_rows("early").unwrap(), 9);
        let late = engine.count_rows("late").map_err(|error| Failure::from(&error).kind);
        assert_eq!(late, if lacks_pages { Err(FailureKind::Corrupt) } else { Ok(72) });
        let report = engine.check_integrity(CheckDepth::Quick).unwrap();
        assert_eq!(report.problems.iter().any(|problem| problem.contains("cut short")), lacks_pages, "{report:?}");
    }
}

#[test]
fn a_damaged_entry_of_the_schema_hides_no_other() {
    let fixture = Fixture::standard().copy_with(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = 'CREATE TABLE terminal_log (' WHERE name = 'terminal_log';",
    );
    let n = count(&Fixture::standard().native(), "SELECT count(*) FROM workflow");
    let mut engine = Engine::new().unwrap();
    let database = engine.open(vec![dropped_bytes("db.sqlite", &fixture.bytes())]).unwrap();
    assert!(database.notices[0].contains("malformed database schema (terminal_log)"), "{:?}", database.notices);
    assert!(database.table("terminal_log").is_none());
    assert_eq!(engine.count_rows("workflow").unwrap(), n);
    assert!(!engine.check_integrity(CheckDepth::Quick).unwrap().is_whole());
    let judged = engine.run(&Step::Judge);
    assert!(judged.is_ok(), "{judged:?}");
}

#[test]
fn a_file_whose_schema_is_lost_is_told_with_what_its_header_says() {
    let fixture = Fixture::of_sql("CREATE TABLE t (a); INSERT INTO t VALUES (1);");
    let mut bytes = fixture.bytes();
    bytes[100..4096].fill(0xa5);
    let mut engine = Engine::new().unwrap();
    let failure = Failure::from(&engine.open(vec![dropped_bytes("lost.sqlite", &bytes)]).unwrap_err());
    assert_eq!(failure.kind, FailureKind::Corrupt);
    let words = "The header of lost.sqlite tells of 2 pages of 4,096 bytes, but none of its tables can be read";
    assert!(failure.message.starts_with(words), "{failure:?}");
    assert!(failure.kind.help().contains(".recover"), "{}", failure.kind.help());
}
