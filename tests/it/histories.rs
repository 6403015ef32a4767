//! Files as they are found beside a running or crashed application: the view shows what native SQLite shows.

use std::path::{Path, PathBuf};

use cortex_inspector::domain::rows::{RowCell, RowsAsked};
use cortex_inspector::engine::Engine;
use fastrand::Rng;
use rusqlite::Connection;

use crate::fixtures::dropped;

const N_HISTORIES: u64 = 1_000;
const MAX_ROWS: u32 = 10_000;

/// What a file system would hold after a crash: the database with whatever stands beside it.
fn copy_files(from: &Path, to: &Path) -> Vec<PathBuf> {
    let mut copies = Vec::new();
    for ending in ["", "-wal", "-journal"] {
        let beside = |path: &Path| PathBuf::from(format!("{}{ending}", path.display()));
        let _ = std::fs::remove_file(beside(to));
        if std::fs::copy(beside(from), beside(to)).is_ok() {
            copies.push(beside(to));
        }
    }
    copies
}

fn change(random: &mut Rng, db: &Connection) {
    let text = |random: &mut Rng| format!("'{:016x}'", random.u64(..));
    let long = random.usize(1..2_000);
    let sql = match random.u8(..6) {
        0 => format!("INSERT INTO a (v) VALUES ({}), ({})", text(random), text(random)),
        1 => format!("INSERT INTO b VALUES ({}, zeroblob({long}))", text(random)),
        2 => format!("UPDATE a SET v = {} WHERE k % {} = 0", text(random), random.u8(1..9)),
        3 => format!("DELETE FROM a WHERE k % {} = 0", random.u8(2..9)),
        4 => format!("DELETE FROM b WHERE v < {}", text(random)),
        _ => format!(
            "INSERT INTO a (v) WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {})
             SELECT i || hex(zeroblob(20)) FROM n",
            random.u8(1..200)
        ),
    };
    db.execute_batch(&sql).unwrap();
}

/// Transactions that end, are taken back or are under way when the files are copied.
fn live(random: &mut Rng, path: &Path) -> Connection {
    let db = Connection::open(path).unwrap();
    let page_size = 512 << random.u32(..8);
    let mode = ["WAL", "WAL", "DELETE", "PERSIST", "TRUNCATE"][random.usize(..5)];
    db.execute_batch(&format!(
        "PRAGMA page_size = {page_size}; PRAGMA auto_vacuum = {}; PRAGMA journal_mode = {mode};
         PRAGMA synchronous = OFF; PRAGMA cache_size = 3; PRAGMA wal_autocheckpoint = {};
         CREATE TABLE a (k INTEGER PRIMARY KEY, v TEXT); CREATE INDEX av ON a (v); CREATE TABLE b (v, w);",
        random.u8(..3),
        [0, 4, 1000][random.usize(..3)],
    ))
    .unwrap();
    for _ in 0..random.u8(..6) {
        db.execute_batch("BEGIN").unwrap();
        (0..random.u8(1..5)).for_each(|_| change(random, &db));
        db.execute_batch(if random.u8(..5) == 0 { "ROLLBACK" } else { "COMMIT" }).unwrap();
        if random.u8(..6) == 0 {
            let how = ["PASSIVE", "FULL", "RESTART", "TRUNCATE"][random.usize(..4)];
            db.execute_batch(&format!("PRAGMA wal_checkpoint({how})")).unwrap();
        }
    }
    if random.bool() {
        db.execute_batch("BEGIN").unwrap();
        (0..random.u8(1..5)).for_each(|_| change(random, &db));
    }
    db
}

/// Cuts the end off a `-wal`, as a crash in mid-write does. A `-journal` is whole before the database is written.
fn tear(random: &mut Rng, copies: &[PathBuf]) {
    let is_wal = |path: &&PathBuf| path.to_string_lossy().ends_with("-wal");
    let Some(beside) = copies.iter().find(is_wal).filter(|_| random.u8(..4) == 0) else { return };
    let file = std::fs::OpenOptions::new().write(true).open(beside).unwrap();
    let len = file.metadata().unwrap().len();
    file.set_len(random.u64(..=len)).unwrap();
}

/// The cells of every row in the order of their keys; `None` where SQLite fails: a torn file may lack the table.
type Rows = Option<Vec<Vec<String>>>;

fn native_rows(db: &Connection, table: &str) -> Rows {
    let columns = if table == "a" { "k, v" } else { "v, length(w)" };
    let mut statement = db.prepare(&format!("SELECT {columns} FROM {table} NOT INDEXED ORDER BY rowid")).ok()?;
    let row = |row: &rusqlite::Row| -> rusqlite::Result<Vec<String>> {
        (0..2)
            .map(|at| {
                Ok(match row.get::<_, rusqlite::types::Value>(at)? {
                    rusqlite::types::Value::Integer(n) => n.to_string(),
                    rusqlite::types::Value::Text(text) => text,
                    other => panic!("{other:?}"),
                })
            })
            .collect()
    };
    statement.query_map([], row).ok()?.collect::<rusqlite::Result<_>>().ok()
}

fn shown_rows(engine: &mut Engine, table: &str) -> Rows {
    let asked = RowsAsked { table: table.into(), ..RowsAsked::default() };
    let window = engine.read_rows(&asked, 0, MAX_ROWS, true).ok()?;
    let text = |cell: &RowCell| match cell {
        RowCell::Blob { n_bytes } => n_bytes.to_string(),
        RowCell::Uuid(_) => "16".into(),
        cell => cell.text(),
    };
    Some(window.rows.iter().map(|row| row.iter().map(text).collect()).collect())
}

#[test]
fn a_view_shows_what_native_sqlite_shows_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let mut engine = Engine::new().unwrap();
    let (mut n_hot, mut n_wal, mut n_compared) = (0, 0, 0);
    for seed in 0..N_HISTORIES {
        let random = &mut Rng::with_seed(seed);
        let (path, crashed) = (folder.path().join(format!("{seed}.sqlite")), folder.path().join("db.sqlite"));
        let db = live(random, &path);
        let copies = copy_files(&path, &crashed);
        tear(random, &copies);
        let database = engine.open(copies.iter().map(|path| dropped(path)).collect());
        // On copies of its own: native SQLite writes when it recovers.
        let recovered = folder.path().join("recovered.sqlite");
        copy_files(&crashed, &recovered);
        let recovered = Connection::open(&recovered).unwrap();
        let native = ["a", "b"].map(|table| native_rows(&recovered, table));
        drop(recovered);
        let Ok(database) = database else {
            assert_eq!(native, [None, None], "history {seed}: {database:?}");
            continue;
        };
        n_compared += usize::from(native.iter().all(Option::is_some));
        n_hot += usize::from(database.notices.iter().any(|notice| notice.contains("rolled back in the view")));
        n_wal += usize::from(database.wal_frames > 0);
        for (table, native) in ["a", "b"].iter().zip(native) {
            assert!(shown_rows(&mut engine, table) == native, "history {seed}, table {table}");
        }
        drop(db);
        for ending in ["", "-wal", "-shm", "-journal"] {
            let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
        }
    }
    println!("{n_hot} hot journals, {n_wal} write-ahead logs, {n_compared} files with both tables");
    assert!(n_hot > 50 && n_wal > 200 && n_compared > 800);
}
