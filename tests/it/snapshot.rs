//! The virtual file system under a real SQLite, and its parts against plain bytes.

use std::cell::{Cell, RefCell};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use cortex_inspector::snapshot::{
    self, Base, CachedSource, Counters, Fetched, FileSource, Fork, Overlay, PromotionState, RamSource, Scratch, Source,
    VFS_NAME,
};
use proptest::prelude::*;
use rusqlite::{Connection, ErrorCode, OpenFlags};

const BLOCK: usize = CachedSource::<RamSource>::BLOCK;

// Databases, forks and connections.

/// A file made by plain SQLite, with an index, free pages and an overflowing row.
struct Sample {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

impl Sample {
    fn new(page_size: u32) -> Sample {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sample.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch(&format!(
                "PRAGMA page_size={page_size}; PRAGMA journal_mode=DELETE;
                 CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, body BLOB);
                 CREATE INDEX item_name ON item (name);
                 CREATE TABLE gone (x);
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                 INSERT INTO item SELECT i, 'name ' || (i * 7919 % 3001), zeroblob(i % 200) FROM n;
                 INSERT INTO item VALUES (4000, 'big', zeroblob(300000));
                 INSERT INTO gone SELECT zeroblob(1000) FROM item LIMIT 300; DROP TABLE gone;"
            ))
            .unwrap();
        Sample { _dir: dir, path }
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }

    fn base(&self) -> Base {
        Base::new(RamSource::from_bytes(self.bytes()))
    }
}

#[track_caller]
fn open(fork: &Fork) -> Connection {
    try_open(fork.name()).unwrap()
}

fn try_open(name: &str) -> rusqlite::Result<Connection> {
    snapshot::register().unwrap();
    Connection::open_with_flags_and_vfs(name, OpenFlags::default(), VFS_NAME)
}

#[track_caller]
fn count(db: &Connection, table: &str) -> i64 {
    one(db, &format!("SELECT count(*) FROM {table}"))
}

#[track_caller]
fn one<T: rusqlite::types::FromSql>(db: &Connection, sql: &str) -> T {
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Every row, by table order and by index order.
#[track_caller]
fn rows(db: &Connection) -> Vec<(i64, String, i64)> {
    let sql = "SELECT id, name, length(body) FROM item NOT INDEXED UNION ALL
               SELECT * FROM (SELECT id, name, length(body) FROM item ORDER BY name)";
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[track_caller]
fn check_integrity(db: &Connection) {
    assert_eq!(one::<String>(db, "PRAGMA integrity_check"), "ok");
}

#[track_caller]
fn all_bytes(base: &Base) -> Vec<u8> {
    let mut bytes = vec![0xaa; base.len() as usize];
    assert_eq!(base.read_at(0, &mut bytes).unwrap(), bytes.len());
    bytes
}

// Reading.

#[track_caller]
fn check_reads_like_sqlite(path: &Path, source: impl Source + 'static) {
    let expected = rows(&Connection::open(path).unwrap());
    let fork = Fork::new(&Base::new(source), None);
    let db = open(&fork);
    assert_eq!(rows(&db), expected);
    check_integrity(&db);
    assert_eq!(fork.overlay_bytes(), 0);
    assert_eq!(fork.len(), std::fs::metadata(path).unwrap().len());
}

#[test]
fn every_source_reads_the_same_rows() {
    let sample = Sample::new(4096);
    let file = || FileSource::open(&sample.path).unwrap();
    check_reads_like_sqlite(&sample.path, RamSource::from_bytes(sample.bytes()));
    check_reads_like_sqlite(&sample.path, file());
    check_reads_like_sqlite(&sample.path, CachedSource::new(file()));
    check_reads_like_sqlite(&sample.path, CachedSource::with_bound(file(), 0));
}

#[test]
fn every_page_size_is_read_changed_and_vacuumed() {
    for page_size in (9..=16).map(|n| 1 << n) {
        let sample = Sample::new(page_size);
        let fork = Fork::new(&sample.base(), None);
        let db = open(&fork);
        assert_eq!(one::<u32>(&db, "PRAGMA page_size"), page_size);
        db.execute_batch(
            "UPDATE item SET name = 'x' || name WHERE id % 3 = 0; DELETE FROM item WHERE id > 1000; VACUUM",
        )
        .unwrap();
        check_integrity(&db);
        assert_eq!(count(&db, "item"), 1000);
        drop(db);
        assert_eq!(count(&open(&fork), "item"), 1000);
    }
}

#[test]
fn small_pages_are_written_one_by_one() {
    let sample = Sample::new(512);
    let fork = Fork::new(&sample.base(), None);
    let db = open(&fork);
    db.execute_batch("PRAGMA journal_mode=MEMORY; UPDATE item SET body = x'0102030405' WHERE id = 5").unwrap();
    // The row's page and page 1 with its change counter, and no neighbours in the same 4096 bytes.
    assert_eq!(fork.overlay_bytes(), 2 * 512);
    assert_eq!((fork.counters().writes, fork.counters().bytes_written), (2, 2 * 512));
}

#[test]
fn an_empty_base_becomes_a_database() {
    let fork = Fork::new(&Base::new(RamSource::default()), None);
    let db = open(&fork);
    db.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)").unwrap();
    check_integrity(&db);
    assert_eq!(one::<i64>(&open(&{ fork.fork() }), "SELECT x FROM t"), 1);
}

// Forks.

const CHANGES: &str = "DELETE FROM item WHERE id % 2 = 0; CREATE INDEX item_body ON item (body, name);
                       INSERT INTO item SELECT id + 100000, name, zeroblob(2000) FROM item; VACUUM; REINDEX;";

#[test]
fn the_base_keeps_its_bytes_whatever_forks_write() {
    let sample = Sample::new(1024);
    let before = sample.bytes();
    for base in [sample.base(), Base::new(CachedSource::new(FileSource::open(&sample.path).unwrap()))] {
        for journal in ["MEMORY", "DELETE", "TRUNCATE", "PERSIST", "OFF"] {
            let fork = Fork::new(&base, None);
            let db = open(&fork);
            db.execute_batch(&format!("PRAGMA journal_mode={journal}; {CHANGES}")).unwrap();
            check_integrity(&db);
        }
        assert!(all_bytes(&base) == before);
    }
    assert!(sample.bytes() == before);
}

#[test]
fn forks_of_one_base_are_independent() {
    let sample = Sample::new(4096);
    let base = sample.base();
    let (one, other) = (Fork::new(&base, None), Fork::new(&base, None));
    let (one_db, other_db) = (open(&one), open(&other));
    one_db.execute_batch("DELETE FROM item WHERE id <= 1000").unwrap();
    other_db.execute_batch("INSERT INTO item VALUES (9999, 'new', NULL)").unwrap();
    assert_eq!((count(&one_db, "item"), count(&other_db, "item")), (2001, 3002));
    check_integrity(&one_db);
    check_integrity(&other_db);
}

#[test]
fn a_fork_of_a_fork_sees_its_parent_and_not_the_other_way_round() {
    let sample = Sample::new(4096);
    let parent = Fork::new(&sample.base(), None);
    let parent_db = open(&parent);
    parent_db.execute_batch("DELETE FROM item WHERE id <= 1000").unwrap();

    let child = parent.fork();
    assert_eq!(child.overlay_bytes(), parent.overlay_bytes());
    assert_eq!(child.counters(), Counters::default());
    let child_db = open(&child);
    assert_eq!(count(&child_db, "item"), 2001);

    child_db.execute_batch("DELETE FROM item WHERE id <= 2000").unwrap();
    parent_db.execute_batch("INSERT INTO item VALUES (9999, 'new', NULL)").unwrap();
    assert_eq!((count(&parent_db, "item"), count(&child_db, "item")), (2002, 1001));
    check_integrity(&parent_db);
    check_integrity(&child_db);
    drop((parent_db, parent));
    assert_eq!(count(&child_db, "item"), 1001);
}

#[test]
fn dropping_a_fork_is_the_roll_back() {
    let sample = Sample::new(4096);
    let base = sample.base();
    let before = rows(&open(&Fork::new(&base, None)));
    let fork = Fork::new(&base, None);
    open(&fork).execute_batch("DROP TABLE item").unwrap();
    let name = fork.name().to_owned();
    drop(fork);
    assert_eq!(try_open(&name).unwrap_err().sqlite_error_code(), Some(ErrorCode::CannotOpen));
    assert_eq!(rows(&open(&Fork::new(&base, None))), before);
}

#[test]
fn a_connection_that_outlives_its_fork_fails_politely() {
    let sample = Sample::new(4096);
    let fork = Fork::new(&sample.base(), None);
    let db = open(&fork);
    drop(fork);
    assert_eq!(count(&db, "item"), 3001);
    let error = db.execute_batch("PRAGMA journal_mode=DELETE; DELETE FROM item").unwrap_err();
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen));
    drop(db);
}

#[test]
fn transactions_roll_back_through_every_journal() {
    let sample = Sample::new(1024);
    for journal in ["MEMORY", "DELETE", "TRUNCATE", "PERSIST"] {
        let fork = Fork::new(&sample.base(), None);
        let db = open(&fork);
        let before = rows(&db);
        // A cache this small makes SQLite write pages, and so the journal, before the end.
        db.execute_batch(&format!(
            "PRAGMA journal_mode={journal}; PRAGMA cache_size=10; BEGIN; UPDATE item SET name = 'changed';
             SAVEPOINT s; DELETE FROM item WHERE id > 10; ROLLBACK TO s; DELETE FROM item; ROLLBACK"
        ))
        .unwrap();
        assert_eq!(rows(&db), before, "{journal}");
        check_integrity(&db);
    }
}

#[test]
fn vacuum_shrinks_a_fork_and_it_grows_again() {
    let sample = Sample::new(4096);
    let fork = Fork::new(&sample.base(), None);
    let db = open(&fork);
    let full = fork.len();
    db.execute_batch("DELETE FROM item WHERE id > 100; VACUUM").unwrap();
    check_integrity(&db);
    assert!(fork.len() < full / 4, "{} of {full}", fork.len());
    db.execute_batch("INSERT INTO item SELECT a.id * 1000 + b.id, a.name, zeroblob(500) FROM item a, item b").unwrap();
    check_integrity(&db);
    assert!(fork.len() > full);
    assert_eq!(one::<i64>(&db, "SELECT count(*) FROM item WHERE body = zeroblob(500)"), 10_000);
    db.execute_batch("PRAGMA page_size=8192; VACUUM").unwrap();
    check_integrity(&db);
    assert_eq!(one::<i64>(&db, "PRAGMA page_size"), 8192);
}

#[test]
fn sorting_may_use_anonymous_files() {
    let sample = Sample::new(4096);
    let fork = Fork::new(&sample.base(), None);
    let db = open(&fork);
    db.execute_batch(
        "PRAGMA temp_store=FILE; PRAGMA cache_size=10; CREATE TEMP TABLE t AS SELECT a.name n, b.name m
         FROM item a, item b WHERE a.id <= 300 AND b.id <= 300; CREATE INDEX temp.t_m ON t (m, n)",
    )
    .unwrap();
    let sql = "SELECT count(*) FROM (SELECT m || n AS x, hex(zeroblob(40)) FROM t ORDER BY x LIMIT 80000)";
    assert_eq!(one::<i64>(&db, sql), 80_000);
    assert_eq!(fork.overlay_bytes(), 0);
}

// Names.

#[test]
fn nothing_can_be_opened_but_a_fork() {
    let sample = Sample::new(4096);
    let fork = Fork::new(&sample.base(), None);
    let db = open(&fork);
    let outside = sample.path.to_str().unwrap();
    for sql in [
        "ATTACH 'other.db' AS other".to_owned(),
        format!("ATTACH '{outside}' AS other"),
        format!("ATTACH '{}-x' AS other", fork.name()),
        // Its locks are no-ops, so one file behind two connections would corrupt it.
        format!("ATTACH '{}' AS other", fork.name()),
        "VACUUM INTO 'copy.db'".to_owned(),
    ] {
        assert_eq!(db.execute_batch(&sql).unwrap_err().sqlite_error_code(), Some(ErrorCode::CannotOpen), "{sql}");
    }
    assert!(try_open(fork.name()).is_err());
    assert!(try_open("").unwrap().execute_batch("CREATE TABLE t (x)").is_ok());
    db.execute_batch("ATTACH ':memory:' AS scratch; CREATE TABLE scratch.t (x)").unwrap();
    drop(db);
    assert_eq!(count(&open(&fork), "item"), 3001);
}

#[test]
fn registering_again_does_nothing_and_leaves_the_default_alone() {
    snapshot::register().unwrap();
    snapshot::register().unwrap();
    let dir = tempfile::tempdir().unwrap();
    Connection::open(dir.path().join("plain.db")).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(dir.path().join("plain.db").exists());
}

#[test]
fn threads_do_not_see_each_others_forks() {
    let sample = Sample::new(4096);
    let fork = Fork::new(&sample.base(), None);
    let name = fork.name().to_owned();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                assert!(try_open(&name).is_err());
                let own = Fork::new(&sample.base(), None);
                assert_ne!(own.name(), name);
                open(&own).execute_batch(CHANGES).unwrap();
            });
        }
    });
    assert_eq!(count(&open(&fork), "item"), 3001);
}

// WAL.

/// A database and its -wal, copied while a connection keeps frames in it that are not checkpointed.
fn wal_pair(page_size: u32) -> (Vec<u8>, Vec<u8>) {
    let sample = Sample::new(page_size);
    let db = Connection::open(&sample.path).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; DELETE FROM item WHERE id <= 1000;
         INSERT INTO item VALUES (9999, 'only in the wal', NULL); PRAGMA cache_size=10; BEGIN;
         UPDATE item SET name = 'uncommitted'",
    )
    .unwrap();
    let wal = std::fs::read(sample.path.with_file_name("sample.db-wal")).unwrap();
    assert!(wal.len() > 32);
    (sample.bytes(), wal)
}

#[track_caller]
fn check_wal_rows(db: &Connection) {
    check_integrity(db);
    assert_eq!(count(db, "item"), 2002);
    assert_eq!(one::<i64>(db, "SELECT count(*) FROM item WHERE name = 'uncommitted'"), 0);
    assert_eq!(one::<String>(db, "SELECT name FROM item WHERE id = 9999"), "only in the wal");
}

#[test]
fn a_dropped_wal_is_replayed_and_checkpointed_into_the_fork() {
    for page_size in [512, 4096, 65536] {
        let (bytes, wal) = wal_pair(page_size);
        let base = Base::new(RamSource::from_bytes(&bytes));
        let fork = Fork::new(&base, Some(wal.clone()));
        let db = open(&fork);
        db.execute_batch("PRAGMA locking_mode=EXCLUSIVE").unwrap();
        check_wal_rows(&db);
        assert_eq!(fork.overlay_bytes(), 0);

        assert_eq!(one::<String>(&db, "PRAGMA journal_mode=MEMORY"), "memory");
        assert!(fork.overlay_bytes() > 0);
        check_wal_rows(&db);
        let child = fork.fork();
        check_wal_rows(&open(&child));
        drop(db);
        check_wal_rows(&open(&fork));
        assert!(all_bytes(&base) == bytes);
    }
}

#[test]
fn a_fork_that_still_has_a_wal_is_forked_with_it() {
    let (bytes, wal) = wal_pair(4096);
    let fork = Fork::new(&Base::new(RamSource::from_bytes(bytes)), Some(wal));
    let child = fork.fork();
    let (db, child_db) = (open(&fork), open(&child));
    for db in [&db, &child_db] {
        db.execute_batch("PRAGMA locking_mode=EXCLUSIVE").unwrap();
        check_wal_rows(db);
    }
    child_db.execute_batch("DELETE FROM item; PRAGMA wal_checkpoint").unwrap();
    check_wal_rows(&db);
    // In WAL mode what is committed is in the -wal.
    db.execute_batch("DELETE FROM item").unwrap();
    let grandchild = fork.fork();
    let grandchild_db = open(&grandchild);
    grandchild_db.execute_batch("PRAGMA locking_mode=EXCLUSIVE").unwrap();
    assert_eq!(count(&grandchild_db, "item"), 0);
}

#[test]
fn a_wal_without_exclusive_locking_is_an_error() {
    let (bytes, wal) = wal_pair(4096);
    let fork = Fork::new(&Base::new(RamSource::from_bytes(bytes)), Some(wal));
    let error = open(&fork).query_row("SELECT count(*) FROM item", [], |_| Ok(())).unwrap_err();
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen));
}

// Counters.

#[test]
fn the_same_statement_counts_the_same() {
    let sample = Sample::new(1024);
    let pages = sample.bytes().len() as u64 / 1024;
    let cost = |sql: &str| {
        let fork = Fork::new(&sample.base(), None);
        let db = open(&fork);
        let _: i64 = one(&db, sql);
        fork.counters()
    };
    let (search, scan) = ("SELECT length(body) FROM item WHERE id = 17", "SELECT count(body) FROM item NOT INDEXED");
    assert_eq!(cost(search), cost(search));
    assert_eq!(cost(scan), cost(scan));
    assert!(cost(search).distinct_pages < 8, "{:?}", cost(search));
    assert!(cost(scan).distinct_pages > pages / 4, "{:?}", cost(scan));
    assert!(cost(scan).distinct_pages < pages);
    assert_eq!(cost(scan).bytes_read, cost(scan).reads * 1024);
}

#[test]
fn probing_the_header_is_not_counted_and_counters_reset() {
    let sample = Sample::new(4096);
    let fork = Fork::new(&sample.base(), None);
    let db = open(&fork);
    let sql = "SELECT length(body) FROM item WHERE id = 17";
    let _: i64 = one(&db, sql);
    let first = fork.counters();
    assert!(first.reads > 0 && first.distinct_pages == first.reads, "{first:?}");
    fork.reset_counters();
    let _: i64 = one(&db, sql);
    assert_eq!(fork.counters(), Counters::default());
    db.execute_batch("PRAGMA shrink_memory").unwrap();
    let _: i64 = one(&db, sql);
    assert!(fork.counters().reads > 0);
}

// The clock.

#[test]
fn now_in_sql_is_the_chosen_instant() {
    let sample = Sample::new(4096);
    let fork = Fork::new(&sample.base(), None);
    for db in [open(&fork), try_open(":memory:").unwrap()] {
        let now = || one::<String>(&db, "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')");
        snapshot::set_now(Some(1_768_802_400_123));
        assert_eq!(now(), "2026-01-19 06:00:00.123");
        assert_eq!(one::<String>(&db, "SELECT CURRENT_TIMESTAMP"), "2026-01-19 06:00:00");
        snapshot::set_now(Some(-86_400_000));
        assert_eq!(now(), "1969-12-31 00:00:00.000");
        for out_of_range in [i64::MAX, i64::MIN] {
            snapshot::set_now(Some(out_of_range));
            let _ = db.query_row("SELECT datetime('now')", [], |row| row.get::<_, Option<String>>(0));
        }
        snapshot::set_now(None);
        let drift = one::<f64>(&db, "SELECT abs(julianday('now') - julianday(unixepoch() , 'unixepoch'))");
        assert!(drift < 0.001);
        let wall = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() as i64;
        assert!((wall / 1000 - one::<i64>(&db, "SELECT unixepoch('now')")).abs() < 60);
    }
}

// Promotion.

/// Counts how often it is read, and can be told to fail or to be shorter than it said.
#[derive(Clone)]
struct Probe {
    bytes: Rc<Vec<u8>>,
    reads: Rc<RefCell<Vec<(u64, usize)>>>,
    fault: Rc<Cell<Fault>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Fails,
    Short,
    /// Takes as long for each MiB as a slow disk does.
    Slow,
    OutOfMemory,
}

impl Probe {
    fn new(bytes: Vec<u8>) -> Probe {
        Probe { bytes: bytes.into(), reads: Rc::default(), fault: Rc::new(Cell::new(Fault::None)) }
    }

    /// How many blocks each read asked for.
    fn blocks(&self) -> Vec<usize> {
        self.reads.borrow().iter().map(|(_, length)| length / BLOCK).collect()
    }
}

impl Source for Probe {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.reads.borrow_mut().push((offset, buf.len()));
        let end = match self.fault.get() {
            Fault::Fails => return Err(io::Error::other("NotReadableError: the file has changed")),
            Fault::OutOfMemory => return Err(io::ErrorKind::OutOfMemory.into()),
            Fault::Short => self.bytes.len() / 8,
            Fault::Slow => {
                std::thread::sleep(Duration::from_millis(12) * (buf.len() >> 20) as u32);
                self.bytes.len()
            }
            Fault::None => self.bytes.len(),
        };
        let from = (offset as usize).min(end);
        let n = buf.len().min(end - from);
        buf[..n].copy_from_slice(&self.bytes[from..from + n]);
        Ok(n)
    }
}

#[test]
fn a_base_moves_into_ram_while_statements_run() {
    let sample = Sample::new(4096);
    let probe = Probe::new(sample.bytes());
    let total = probe.len();
    let base = Base::new(CachedSource::with_bound(probe.clone(), BLOCK));
    assert_eq!((base.promotion().state, base.promotion().copied), (PromotionState::Lazy, 0));

    let expected = rows(&Connection::open(&sample.path).unwrap());
    let fork = Fork::new(&base, None);
    let db = open(&fork);
    db.execute_batch("PRAGMA cache_size=1").unwrap();
    {
        let mut statement = db.prepare("SELECT id, name FROM item ORDER BY name").unwrap();
        let mut running = statement.query([]).unwrap();
        let mut seen = 0;
        while running.next().unwrap().is_some() {
            seen += 1;
            if seen % 100 == 0 {
                let promotion = base.promote_step(50_000).unwrap();
                assert_eq!(promotion.copied, (seen / 100 * 50_000).min(total));
                assert_eq!(promotion.state == PromotionState::InRam, promotion.copied == total);
            }
        }
        assert_eq!(seen, 3001);
    }
    assert_eq!(base.promotion().state, PromotionState::InRam);
    // The source is gone: only this handle is left, and reading asks nothing of it.
    assert_eq!(Rc::strong_count(&probe.bytes), 1);
    let reads = probe.reads.borrow().len();
    db.execute_batch("PRAGMA shrink_memory").unwrap();
    assert_eq!(rows(&db), expected);
    check_integrity(&db);
    assert_eq!(probe.reads.borrow().len(), reads);
    assert_eq!(base.promote_step(1).unwrap(), base.promotion());
    assert!(all_bytes(&base) == sample.bytes());
}

#[test]
fn what_is_copied_is_read_from_ram() {
    let probe = Probe::new((0..3_000_000_u32).map(|n| (n % 251) as u8).collect());
    let base = Base::new(probe.clone());
    base.promote_step(2_000_000).unwrap();
    assert_eq!((base.promotion().state, base.promotion().copied), (PromotionState::Copying, 2_000_000));
    probe.reads.take();
    let mut buf = vec![0; 1_500_000];
    base.read_at(100, &mut buf).unwrap();
    assert!(probe.reads.borrow().is_empty());
    assert!(buf == probe.bytes[100..1_500_100]);
    base.read_at(1_000_000, &mut buf).unwrap();
    assert_eq!(*probe.reads.borrow(), [(2_000_000, 500_000)]);
    assert!(buf == probe.bytes[1_000_000..2_500_000]);
}

/// A scratch file that counts how often it is read.
struct Counted(std::fs::File, Rc<Cell<usize>>);

impl Scratch for Counted {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        self.1.set(self.1.get() + 1);
        Scratch::read_at(&self.0, offset, buf)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        Scratch::write_at(&self.0, offset, bytes)
    }
}

#[test]
fn a_copy_on_disk_is_read_ahead_of_once_it_is_whole() {
    let bytes: Vec<u8> = (0..9_000_000_u32).map(|n| (n % 251) as u8).collect();
    let base = Base::new(Probe::new(bytes.clone()));
    let reads = Rc::new(Cell::new(0));
    base.promote_to(Counted(tempfile::tempfile().unwrap(), reads.clone()));
    while base.promote_step(2_000_000).unwrap().state != PromotionState::OnDisk {}
    let mut page = [0; 4096];
    for at in (0..bytes.len()).step_by(page.len()) {
        let n = base.read_at(at as u64, &mut page).unwrap();
        assert!(page[..n] == bytes[at..at + n], "other bytes at {at}");
    }
    assert!(reads.get() < 20, "{} reads", reads.get());
}

#[test]
fn ram_and_empty_bases_need_no_promotion() {
    let base = Base::new(RamSource::from_bytes(b"bytes"));
    assert_eq!((base.promotion().state, base.promotion().copied), (PromotionState::InRam, 5));
    let base = Base::new(Probe::new(Vec::new()));
    assert_eq!(base.promote_step(1).unwrap().state, PromotionState::InRam);
}

#[test]
fn a_promotion_that_fails_can_go_on() {
    let sample = Sample::new(4096);
    let probe = Probe::new(sample.bytes());
    let base = Base::new(CachedSource::new(probe.clone()));
    base.promote_step(100_000).unwrap();
    for fault in [Fault::Fails, Fault::Short] {
        probe.fault.set(fault);
        assert!(base.promote_step(usize::MAX).is_err());
        assert_eq!((base.promotion().state, base.promotion().copied), (PromotionState::Copying, 100_000));
    }
    probe.fault.set(Fault::None);
    probe.reads.take();
    assert_eq!(base.promote_step(usize::MAX).unwrap().state, PromotionState::InRam);
    // One large read of the source itself: the cache is for those who come back.
    assert_eq!(*probe.reads.borrow(), [(100_000, sample.bytes().len() - 100_000)]);
    assert!(all_bytes(&base) == sample.bytes());
}

#[test]
fn a_promotion_without_memory_gives_back_what_it_took() {
    let sample = Sample::new(4096);
    let probe = Probe::new(sample.bytes());
    let base = Base::new(probe.clone());
    base.promote_step(100_000).unwrap();
    probe.fault.set(Fault::OutOfMemory);
    assert_eq!(base.promote_step(100_000).unwrap_err().kind(), io::ErrorKind::OutOfMemory);
    assert_eq!((base.promotion().state, base.promotion().copied), (PromotionState::Lazy, 0));
    let fork = Fork::new(&base, None);
    let outcome = try_open(fork.name()).and_then(|db| db.query_row("SELECT count(*) FROM item", [], |_| Ok(())));
    assert_eq!(outcome.unwrap_err().sqlite_error_code(), Some(ErrorCode::OutOfMemory));
    probe.fault.set(Fault::None);
    assert!(all_bytes(&base) == sample.bytes());
}

// Sources that fail.

#[test]
fn a_source_that_fails_is_an_error_of_sqlite() {
    let sample = Sample::new(4096);
    for fault in [Fault::Fails, Fault::Short] {
        let plain: fn(Probe) -> Base = |probe| Base::new(probe);
        let cached: fn(Probe) -> Base = |probe| Base::new(CachedSource::with_bound(probe, BLOCK));
        for base in [plain, cached] {
            let probe = Probe::new(sample.bytes());
            let fork = Fork::new(&base(probe.clone()), None);
            let db = open(&fork);
            assert_eq!(one::<i64>(&db, "SELECT count(*) FROM sqlite_schema"), 2);
            db.execute_batch("PRAGMA shrink_memory").unwrap();
            snapshot::take_io_error();

            probe.fault.set(fault);
            let read = db.query_row("SELECT sum(length(body)) FROM item", [], |_| Ok(())).unwrap_err();
            assert_eq!(read.sqlite_error_code(), Some(ErrorCode::SystemIoFailure));
            let message = snapshot::take_io_error().unwrap();
            let expected = if fault == Fault::Fails { "NotReadableError" } else { "ended early" };
            assert!(message.contains(expected), "{message}");
            assert_eq!(snapshot::take_io_error(), None);
            assert!(db.execute_batch("DELETE FROM item").is_err());

            probe.fault.set(Fault::None);
            assert_eq!(count(&db, "item"), 3001);
            check_integrity(&db);
        }
    }
}

#[test]
fn an_unreadable_header_is_reported_by_sqlite_not_by_the_fork() {
    let probe = Probe::new(Sample::new(4096).bytes());
    probe.fault.set(Fault::Fails);
    let fork = Fork::new(&Base::new(probe), None);
    let outcome = try_open(fork.name()).and_then(|db| db.query_row("SELECT count(*) FROM item", [], |_| Ok(())));
    assert_eq!(outcome.unwrap_err().sqlite_error_code(), Some(ErrorCode::SystemIoFailure));

    let fork = Fork::new(&Base::new(RamSource::from_bytes(vec![b'x'; 10_000])), None);
    let outcome = try_open(fork.name()).and_then(|db| db.query_row("SELECT count(*) FROM item", [], |_| Ok(())));
    assert_eq!(outcome.unwrap_err().sqlite_error_code(), Some(ErrorCode::NotADatabase));
}

#[test]
fn a_file_that_shrank_is_an_error() {
    let sample = Sample::new(4096);
    let source = FileSource::open(&sample.path).unwrap();
    std::fs::OpenOptions::new().write(true).open(&sample.path).unwrap().set_len(10_000).unwrap();
    let error = Base::new(source).read_at(8_000, &mut [0; 4096]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn offsets_pass_four_gigabytes() {
    use std::io::{Seek, Write};
    const LEN: u64 = (5 << 30) + 12_345;
    let mut file = tempfile::tempfile().unwrap();
    file.set_len(LEN).unwrap();
    file.seek(io::SeekFrom::Start(LEN - 10)).unwrap();
    file.write_all(b"the marker").unwrap();

    let base = Base::new(CachedSource::new(FileSource::new(file).unwrap()));
    assert_eq!(base.len(), LEN);
    let mut buf = [0xaa; 20];
    assert_eq!(base.read_at(LEN - 15, &mut buf).unwrap(), 15);
    assert_eq!(&buf[..15], b"\0\0\0\0\0the marker");
    assert_eq!(base.read_at(LEN, &mut buf).unwrap(), 0);
    assert_eq!(base.read_at(u64::MAX, &mut buf).unwrap(), 0);

    let mut overlay = Overlay::new(&base, 4096);
    overlay.write_at(LEN - 5, b"MARKER").unwrap();
    assert_eq!(overlay.len(), LEN + 1);
    assert_eq!(overlay.read_at(LEN - 15, &mut buf).unwrap(), 16);
    assert_eq!(&buf[..16], b"\0\0\0\0\0the mMARKER");
    assert_eq!(overlay.changed_bytes(), 4096);
    assert!(overlay.write_at(u64::MAX, b"xx").is_err());
}

// The cache.

#[test]
fn a_walk_through_the_source_reads_ahead_further_and_further() {
    for downwards in [false, true] {
        let probe = Probe::new(vec![7; 80 << 20]);
        let cached = CachedSource::new(probe.clone());
        let mut page = [0; 4096];
        for n in (0..probe.len()).step_by(page.len()) {
            let offset = if downwards { probe.len() - page.len() as u64 - n } else { n };
            cached.read_at(offset, &mut page).unwrap();
        }
        assert_eq!(probe.blocks(), [1, 4, 16, 64, 256, 1024, 2048, 1707], "downwards: {downwards}");
    }
}

/// Keeps what it brings, and notes what was fetched and what the cache said that it would fetch next.
#[derive(Clone)]
struct Keeper {
    probe: Probe,
    fetched: Rc<RefCell<Vec<[Range<u64>; 2]>>>,
}

struct Kept(Rc<Vec<u8>>, Range<usize>);

impl Keeper {
    fn new(bytes: Vec<u8>) -> Keeper {
        Keeper { probe: Probe::new(bytes), fetched: Rc::default() }
    }
}

impl Source for Keeper {
    fn len(&self) -> u64 {
        self.probe.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.probe.read_at(offset, buf)
    }

    fn fetch(&self, offset: u64, length: usize, next: Range<u64>) -> io::Result<Option<Box<dyn Fetched>>> {
        self.fetched.borrow_mut().push([offset..offset + length as u64, next]);
        let from = offset as usize;
        Ok(Some(Box::new(Kept(self.probe.bytes.clone(), from..from + length))))
    }
}

impl Fetched for Kept {
    fn len(&self) -> usize {
        self.1.len()
    }

    fn copy(&self, from: usize, buf: &mut [u8]) {
        buf.copy_from_slice(&self.0[self.1.clone()][from..from + buf.len()]);
    }
}

#[test]
fn what_a_walk_fetches_next_is_known_before() {
    for downwards in [false, true] {
        let source = Keeper::new(vec![7; (150 << 20) + 5000]);
        let cached = CachedSource::new(source.clone());
        // In the way of both.
        cached.read_at(80 << 20, &mut [0; 4 * BLOCK]).unwrap();
        let mut page = [0; 4096];
        for n in (0..cached.len()).step_by(page.len()) {
            cached.read_at(if downwards { (cached.len() - 4096).saturating_sub(n) } else { n }, &mut page).unwrap();
        }
        let fetched = source.fetched.borrow();
        assert!(fetched.len() > 6, "downwards: {downwards}: {fetched:?}");
        for pair in fetched.windows(2) {
            assert_eq!(pair[0][1], pair[1][0], "downwards: {downwards}: {fetched:?}");
        }
        assert!(fetched.last().unwrap()[1].is_empty(), "downwards: {downwards}: {fetched:?}");
    }
}

/// Nobody hears a cancel while the source is read.
#[test]
fn a_walk_through_a_slow_source_reads_less_at_once() {
    let probe = Probe::new(vec![7; 200 << 20]);
    probe.fault.set(Fault::Slow);
    let cached = CachedSource::new(probe.clone());
    walk(&cached, 0..116 << 20);
    assert_eq!(probe.blocks()[5..], [1024, 2048, 2048, 1024, 512, 512]);
    // And more again when that was a passing trouble.
    probe.fault.set(Fault::None);
    probe.reads.take();
    walk(&cached, 116 << 20..200 << 20);
    assert_eq!(probe.blocks().into_iter().max(), Some(2048), "{:?}", probe.blocks());
}

#[test]
fn a_walk_steps_over_the_pages_of_others() {
    let probe = Probe::new(vec![7; 40 << 20]);
    let cached = CachedSource::new(probe.clone());
    let mut page = [0; 4096];
    for offset in (0..8 << 20).step_by(page.len()).filter(|offset| offset < &1_000_000 || offset / 100_000 % 3 == 0) {
        cached.read_at(offset, &mut page).unwrap();
    }
    assert_eq!(probe.blocks(), [1, 4, 16, 64, 256, 1024]);
    // What lies too far away is no step of it.
    cached.read_at(30 << 20, &mut page).unwrap();
    assert_eq!(*probe.reads.borrow().last().unwrap(), (30 << 20, BLOCK));
}

/// A b-tree that grew together with a larger one.
#[test]
fn strides_one_way_are_a_walk() {
    for downwards in [false, true] {
        let probe = Probe::new(vec![7; 40 << 20]);
        let cached = CachedSource::new(probe.clone());
        for n in (0..probe.len() - 4096).step_by(5 * BLOCK) {
            let offset = if downwards { probe.len() - 4096 - n } else { n };
            cached.read_at(offset, &mut [0; 4096]).unwrap();
        }
        let blocks = probe.blocks();
        assert_eq!(blocks[..6], [1, 1, 1, 1, 17, 64], "downwards: {downwards}: {blocks:?}");
        assert!(blocks.len() < 12, "downwards: {downwards}: {blocks:?}");
    }
}

#[test]
fn reads_anywhere_are_no_walk() {
    let probe = Probe::new(vec![7; 256 << 20]);
    let cached = CachedSource::with_bound(probe.clone(), 1 << 20);
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..4000 {
        cached.read_at(random.u64(..probe.len() - 4096) & !4095, &mut [0; 4096]).unwrap();
    }
    let fetched: usize = probe.blocks().iter().sum();
    assert!(fetched < 4100, "{fetched} blocks for 4000 reads");
}

#[test]
fn a_walk_reads_single_blocks_again_and_stops_at_long_extents() {
    let probe = Probe::new(vec![7; 64 << 20]);
    let cached = CachedSource::new(probe.clone());
    for offset in [3 << 20, 5 << 20, 9 << 20] {
        cached.read_at(offset, &mut [0; 4096]).unwrap();
    }
    cached.read_at(13 << 20, &mut [0; 3 * BLOCK]).unwrap();
    probe.reads.take();
    walk(&cached, 0..20 << 20);
    let blocks = probe.blocks();
    assert_eq!(blocks, [1, 4, 16, 64, 256, 13 * 64 - (1 + 4 + 16 + 64 + 256), 2048], "{:?}", probe.reads.borrow());
}

#[test]
fn random_reads_fetch_one_block_and_disturb_no_walk() {
    let probe = Probe::new(vec![7; 64 << 20]);
    let cached = CachedSource::new(probe.clone());
    let mut page = [0; 4096];
    let mut walked = 0;
    for turn in 0..6_u32 {
        // Forward where the walk stopped, then far away and never in order.
        cached.read_at((walked * BLOCK) as u64, &mut page).unwrap();
        walked += 4_usize.pow(turn);
        cached.read_at(u64::from(63 - turn * turn) << 20, &mut page).unwrap();
    }
    assert_eq!(probe.blocks(), [1, 1, 4, 1, 16, 1, 64, 1, 256, 1, 1024, 1]);
}

#[test]
fn a_read_ahead_is_fetched_once_and_leaves_when_it_has_been_read() {
    let probe = Probe::new(vec![7; 64 << 20]);
    let cached = CachedSource::with_bound(probe.clone(), 256 * BLOCK);
    let mut page = [0; 4096];
    // Fill the cache so that all further ones have to evict.
    for block in 0..512 {
        cached.read_at(block * 37 % 2048 * BLOCK as u64, &mut page).unwrap();
    }
    probe.reads.take();
    walk(&cached, 48 << 20..64 << 20);
    let fetched: usize = probe.blocks().iter().sum();
    assert_eq!(fetched, 1024, "each block is fetched once: {:?}", probe.reads.borrow());
}

#[test]
fn what_is_read_again_and_again_stays_while_walks_go_by() {
    let probe = Probe::new(vec![7; 64 << 20]);
    let cached = CachedSource::with_bound(probe.clone(), 64 * BLOCK);
    let root = 50 << 20;
    for start in (0..32 << 20).step_by(BLOCK) {
        cached.read_at(root, &mut [0; 4096]).unwrap();
        walk(&cached, start..start + BLOCK as u64);
    }
    let of_root = probe.reads.borrow().iter().filter(|(offset, _)| *offset == root).count();
    assert_eq!(of_root, 1);
}

/// Reads what is in `range` as SQLite does, page by page.
fn walk(source: &impl Source, range: std::ops::Range<u64>) {
    let mut page = [0; 4096];
    for offset in range.step_by(page.len()) {
        source.read_at(offset, &mut page).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_cache_answers_like_the_bytes(
        len in 0..240 * BLOCK,
        // So that some read ahead as far as an extent that is read through windows.
        bound in prop_oneof![0..30 * BLOCK, 100 * BLOCK..500 * BLOCK],
        reads in prop::collection::vec((0..241 * BLOCK, 0..4 * BLOCK, 0..3), 1..80),
        keeps: bool,
    ) {
        let bytes: Vec<u8> = (0..len).map(|n| (n / 7 + n / BLOCK * 31) as u8).collect();
        let cached: Box<dyn Source> = match keeps {
            true => Box::new(CachedSource::with_bound(Keeper::new(bytes.clone()), bound)),
            false => Box::new(CachedSource::with_bound(Probe::new(bytes.clone()), bound)),
        };
        let mut last = 0..0;
        for (anywhere, length, way) in reads {
            let offset = match way {
                0 => anywhere,
                1 => last.end,
                _ => last.start.saturating_sub(length),
            };
            let end = offset + length;
            last = offset..end;
            let mut buf = vec![0xaa; length];
            let n = cached.read_at(offset as u64, &mut buf).unwrap();
            let expected = &bytes[offset.min(len)..end.min(len)];
            prop_assert_eq!(n, expected.len());
            prop_assert!(buf[..n] == *expected);
            prop_assert!(buf[n..].iter().all(|&byte| byte == 0xaa));
        }
    }

    #[test]
    fn chunks_in_ram_answer_like_the_bytes(
        pieces in prop::collection::vec(0..900_000_usize, 0..5),
        reads in prop::collection::vec((0..4_000_000_usize, 0..2_500_000_usize), 1..10),
    ) {
        let (mut ram, mut bytes) = (RamSource::default(), Vec::new());
        for piece in pieces {
            let more: Vec<u8> = (0..piece).map(|n| (n * 31 / 7) as u8).collect();
            ram.append(&more).unwrap();
            bytes.extend(more);
        }
        prop_assert_eq!(ram.len(), bytes.len() as u64);
        let whole = RamSource::from_bytes(&bytes);
        for (offset, length) in reads {
            let expected = &bytes[offset.min(bytes.len())..(offset + length).min(bytes.len())];
            for ram in [&ram, &whole] {
                let mut buf = vec![0; length];
                let n = ram.read_at(offset as u64, &mut buf).unwrap();
                prop_assert!(buf[..n] == *expected);
            }
        }
    }
}

// The overlay.

#[derive(Clone, Debug)]
enum Step {
    Read {
        at: usize,
        length: usize,
    },
    Write {
        at: usize,
        bytes: Vec<u8>,
    },
    SetLen(usize),
    Fork,
    /// Go on with another of the forks.
    Switch(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let at = 0..9_000_usize;
    let some_bytes = prop::collection::vec(any::<u8>(), 0..1_500);
    let step = prop_oneof![
        3 => (at.clone(), 0..3_000_usize).prop_map(|(at, length)| Step::Read { at, length }),
        4 => (at.clone(), some_bytes).prop_map(|(at, bytes)| Step::Write { at, bytes }),
        // Whole pages, as SQLite writes them.
        3 => (0..18_usize, 1..=255_u8).prop_map(|(page, byte)| Step::Write { at: page * 512, bytes: vec![byte; 512] }),
        2 => at.prop_map(Step::SetLen),
        1 => Just(Step::Fork),
        1 => any::<usize>().prop_map(Step::Switch),
    ];
    prop::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_overlay_is_a_file(
        base_len in 0..6_000_usize,
        page_size in prop::sample::select(vec![1, 100, 512, 4096]),
        steps in steps(),
    ) {
        let bytes: Vec<u8> = (0..base_len).map(|n| (n % 251) as u8 + 1).collect();
        let base = Base::new(RamSource::from_bytes(&bytes));
        let mut forks = vec![(Overlay::new(&base, page_size), bytes.clone())];
        let mut current = 0;
        for step in steps {
            let (overlay, file) = &mut forks[current];
            match step {
                Step::Read { at, length } => {
                    let mut buf = vec![0xaa; length];
                    let n = overlay.read_at(at as u64, &mut buf).unwrap();
                    prop_assert!(buf[..n] == file[at.min(file.len())..(at + length).min(file.len())]);
                }
                Step::Write { at, bytes } => {
                    overlay.write_at(at as u64, &bytes).unwrap();
                    if !bytes.is_empty() {
                        file.resize(file.len().max(at + bytes.len()), 0);
                        file[at..at + bytes.len()].copy_from_slice(&bytes);
                    }
                }
                Step::SetLen(size) => {
                    overlay.set_len(size as u64).unwrap();
                    file.resize(size, 0);
                }
                Step::Fork => {
                    let fork = forks[current].clone();
                    forks.push(fork);
                }
                Step::Switch(fork) => current = fork % forks.len(),
            }
        }
        for (overlay, file) in &forks {
            prop_assert_eq!(overlay.len(), file.len() as u64);
            let mut buf = vec![0xaa; file.len() + 1];
            prop_assert_eq!(overlay.read_at(0, &mut buf).unwrap(), file.len());
            prop_assert!(buf[..file.len()] == *file);
        }
        prop_assert!(all_bytes(&base) == bytes);
    }
}
