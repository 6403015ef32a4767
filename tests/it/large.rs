//! Files and changes larger than memory should hold: right at every offset, and beside memory where there is room.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::path::Path;
use std::rc::Rc;

use cortex_inspector::domain::failure::{Failure, FailureKind};
use cortex_inspector::domain::rows::RowsAsked;
use cortex_inspector::domain::run::{Step, StepAnswer};
use cortex_inspector::engine::{Dropped, Engine};
use cortex_inspector::snapshot::{
    self, Base, CachedSource, FileSource, Fork, PromotionState, RamSource, Source, VFS_NAME,
};
use rusqlite::{Connection, OpenFlags};

use crate::fixtures::{Fixture, count, dropped, dropped_bytes, one};

const PAGE: u64 = 65_536;

/// A database of `bytes` bytes, most of which are a hole, with a table whose pages all stand behind it.
fn sparse(folder: &Path, bytes: u64) -> std::path::PathBuf {
    let path = folder.join("sparse.sqlite");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(&format!("PRAGMA page_size = {PAGE}; CREATE TABLE early (a); INSERT INTO early VALUES (1);"))
        .unwrap();
    drop(db);
    let n_pages = bytes / PAGE;
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(n_pages * PAGE).unwrap();
    // The header counts the hole among the pages, so that SQLite puts new ones behind it.
    snapshot::Scratch::write_at(&file, 28, &u32::try_from(n_pages).unwrap().to_be_bytes()).unwrap();
    let db = Connection::open(&path).unwrap();
    db.execute_batch(
        "CREATE TABLE late (k INTEGER PRIMARY KEY, v TEXT); CREATE INDEX late_v ON late (v);
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
         INSERT INTO late SELECT i, hex(i * 7919) || hex(zeroblob(50)) FROM n;",
    )
    .unwrap();
    let root: i64 = one(&db, "SELECT rootpage FROM sqlite_schema WHERE name = 'late'");
    assert!(root as u64 >= n_pages, "page {root} stands before the hole's end");
    path
}

#[test]
fn files_past_four_gigabytes_are_right_at_every_offset() {
    let folder = tempfile::tempdir().unwrap();
    for bytes in [5 << 30, 20 << 30] {
        let path = sparse(folder.path(), bytes);
        let native = Connection::open(&path).unwrap();
        let mut engine = Engine::new().unwrap();
        let database = engine.open(vec![dropped(&path)]).unwrap();
        assert!(database.bytes > bytes && database.page_count == count(&native, "PRAGMA page_count"));
        engine.run(&Step::Judge).unwrap();
        assert_eq!(engine.count_rows("late").unwrap(), 5_000);
        let asked = RowsAsked { table: "late".into(), ..RowsAsked::default() };
        let window = engine.read_rows(&asked, 0, 5_000, true).unwrap();
        let mut statement = native.prepare("SELECT v FROM late ORDER BY k").unwrap();
        let values = statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
        for (row, value) in window.rows.iter().zip(values) {
            assert_eq!(row[1].text(), value);
        }
        // Changes behind four gigabytes, on a fork of the lazy file.
        let base = Base::new(CachedSource::new(FileSource::open(&path).unwrap()));
        let fork = Fork::new(&base, None);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let db = Connection::open_with_flags_and_vfs(fork.name(), flags, VFS_NAME).unwrap();
        db.execute_batch("UPDATE late SET v = v || 'x' WHERE k % 2; CREATE INDEX late_kv ON late (v, k);").unwrap();
        assert_eq!(one::<i64>(&db, "SELECT count(*) FROM late INDEXED BY late_kv WHERE v LIKE '%x'"), 2_500);
        assert!(fork.len() > bytes && fork.overlay_bytes() < 64 << 20);
        std::fs::remove_file(path).unwrap();
    }
}

/// A scratch file that ends, as the room that a browser gives to a page does.
struct Small(File, u64);

impl snapshot::Scratch for Small {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        snapshot::Scratch::read_at(&self.0, offset, buf)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        match offset + bytes.len() as u64 <= self.1 {
            true => snapshot::Scratch::write_at(&self.0, offset, bytes),
            false => Err(io::Error::other("QuotaExceededError: no more")),
        }
    }
}

#[test]
fn an_index_without_room_names_what_it_needs_and_everything_else_works() {
    const ROOM: u64 = 256 << 10;
    const N_ROWS: u64 = 20_000;
    const INDEX: &str = "idx_workflow_task_workflow_status";
    let rows = format!(
        "CREATE TABLE workflow_task (id TEXT, workflow_id TEXT, status TEXT, order_index INTEGER, created_at TEXT);
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {N_ROWS})
         INSERT INTO workflow_task SELECT i, hex(randomblob(40)), 'completed', i % 9, '2026-01-01 00:00:00' FROM n;"
    );
    let fixture = Fixture::of_sql(&rows);
    let mut engine = Engine::new().unwrap();
    engine.open(vec![dropped(&fixture.path)]).unwrap();
    snapshot::spill_to(Small(tempfile::tempfile().unwrap(), ROOM), 0);
    let error = engine.run(&Step::BuildIndex(INDEX.into())).unwrap_err();
    let failure = Failure::from(&error);
    assert_eq!(failure.kind, FailureKind::OutOfMemory, "{failure:?}");
    let native =
        fixture.copy_with(&format!("CREATE INDEX {INDEX} ON workflow_task (workflow_id, status, order_index)"));
    let of_index = format!("SELECT sum(pgsize - unused) FROM dbstat WHERE name = '{INDEX}'");
    let bytes = count(&native.native(), &of_index) as f64;
    let words = "There is no room to build idx_workflow_task_workflow_status: database or disk is full. Its entries take about ";
    let said = failure.message.strip_prefix(words).unwrap_or_else(|| panic!("{failure:?}"));
    let said: f64 = said.split('\u{a0}').next().unwrap().parse().unwrap();
    assert!((said * 1e6 / bytes - 1.0).abs() < 0.1, "{said} MB said, {bytes} bytes natively");
    assert!(failure.kind.help().contains("everything else keeps working"));
    assert_eq!(engine.count_rows("workflow_task").unwrap(), N_ROWS);
    spill_beyond(0);
    let StepAnswer::Index(built) = engine.run(&Step::BuildIndex(INDEX.into())).unwrap() else { panic!("no index") };
    assert_eq!(built.n_rows, Some(N_ROWS));
}

/// Counts the bytes that are read.
struct Counted(RamSource, Rc<Cell<u64>>);

impl Source for Counted {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.1.set(self.1.get() + buf.len() as u64);
        self.0.read_at(offset, buf)
    }
}

/// Of a file of gigabytes each further reading takes longer than everything else.
#[test]
fn an_index_is_built_from_one_reading_of_its_table() {
    let fixture = Fixture::of_sql(
        "CREATE TABLE workflow_task (id TEXT PRIMARY KEY, workflow_id TEXT, name TEXT, status TEXT, order_index INTEGER,
             created_at TEXT);
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO workflow_task
         SELECT i, hex(randomblob(8)), hex(zeroblob(500)), 'running', i % 9, '2026-01-01 00:00:00' FROM n;",
    );
    let n_read = Rc::new(Cell::new(0));
    let base = Base::new(Counted(RamSource::from_bytes(fixture.bytes()), n_read.clone()));
    let bytes = base.len() as f64;
    let mut engine = Engine::new().unwrap();
    engine.open(vec![Dropped { name: "counted.sqlite".into(), base }]).unwrap();
    engine.run(&Step::Judge).unwrap();
    // The second one's WHERE leaves rows out, so that the table's own are counted beside, by its smallest index.
    for (index, most) in [("idx_workflow_task_workflow_status", 1.1), ("idx_workflow_task_active", 1.2)] {
        n_read.set(0);
        let StepAnswer::Index(built) = engine.run(&Step::BuildIndex(index.into())).unwrap() else { panic!("no index") };
        assert_eq!((built.n_rows, built.n_table_rows), (Some(20_000), Some(20_000)));
        assert!(built.write_cost.is_some(), "{:?}", built.write_cost_unknown);
        let times = n_read.get() as f64 / bytes;
        assert!(times < most, "{index}: the file was read {times:.2} times");
    }
}

#[test]
fn a_step_that_takes_too_long_for_a_run_says_so_and_runs_alone() {
    let fixture = Fixture::standard();
    let mut engine = Engine::new().unwrap();
    engine.open(vec![dropped(&fixture.path)]).unwrap();
    for step in [Step::MeasureQuery("find-by-id".into()), Step::CleanTogether, Step::Sizes, Step::TryWithout] {
        let failure = Failure::from(&engine.run_within(1_000, &step).unwrap_err());
        assert_eq!(failure.kind, FailureKind::TimeLimit, "{failure:?}");
        assert_eq!(failure.message, format!("{} was stopped: it took longer than 1.00\u{a0}µs", step.label()));
        engine.run(&step).unwrap();
    }
    engine.run_within(u64::MAX, &Step::Sizes).unwrap();
}

/// Room beside memory for the thread of one test.
fn spill_beyond(limit: u64) {
    snapshot::spill_to(tempfile::tempfile().unwrap(), limit);
}

#[test]
fn a_base_is_copied_into_a_scratch_file_while_it_is_read() {
    let fixture = Fixture::standard();
    let bytes = fixture.bytes();
    let base = Base::new(CachedSource::new(RamSource::from_bytes(&bytes)));
    base.promote_to(tempfile::tempfile().unwrap());
    let whole = || {
        let mut read = vec![0; bytes.len()];
        assert_eq!(base.read_at(0, &mut read).unwrap(), bytes.len());
        read == bytes
    };
    while base.promote_step(100_000).unwrap().state != PromotionState::OnDisk {
        assert!(base.promotion().state == PromotionState::Copying && whole());
    }
    assert!(whole());
    // Nothing is left to give back.
    base.stay_lazy();
    assert!(base.promotion().state == PromotionState::OnDisk && whole());
}

/// A disk that is full after so many bytes.
struct Full(File, u64);

impl snapshot::Scratch for Full {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<()> {
        snapshot::Scratch::read_at(&self.0, offset, buf)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        match offset + bytes.len() as u64 > self.1 {
            true => Err(std::io::Error::other("QuotaExceededError: no room")),
            false => snapshot::Scratch::write_at(&self.0, offset, bytes),
        }
    }
}

#[test]
fn a_full_disk_leaves_the_base_lazy_and_right() {
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
    let base = Base::new(CachedSource::new(RamSource::from_bytes(&bytes)));
    base.promote_to(Full(tempfile::tempfile().unwrap(), 500_000));
    let error = loop {
        match base.promote_step(100_000) {
            Ok(promotion) => assert_eq!(promotion.state, PromotionState::Copying),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    assert!(error.to_string().contains("no room"), "{error}");
    assert_eq!((base.promotion().state, base.promotion().copied), (PromotionState::Lazy, 0));
    let mut read = vec![0; bytes.len()];
    base.read_at(0, &mut read).unwrap();
    assert!(read == bytes);
}

#[test]
fn an_index_larger_than_the_limit_is_built_beside_memory() {
    const LIMIT: u64 = 1 << 20;
    let fixture = Fixture::of_sql(
        "CREATE TABLE t (a, b);
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
         INSERT INTO t SELECT hex(randomblob(40)), i FROM n;",
    );
    let before = fixture.sha256();
    spill_beyond(LIMIT);
    let engine_path = |name: &str| {
        let base = Base::new(CachedSource::new(FileSource::open(&fixture.path).unwrap()));
        let fork = Fork::new(&base, None);
        let db = Connection::open_with_flags_and_vfs(fork.name(), OpenFlags::SQLITE_OPEN_READ_WRITE, VFS_NAME).unwrap();
        db.execute_batch(&format!(
            "PRAGMA temp_store = {name}; PRAGMA cache_size = -2000; PRAGMA journal_mode = MEMORY; CREATE INDEX i ON t (a, b);"
        ))
        .unwrap();
        assert_eq!(one::<String>(&db, "PRAGMA integrity_check"), "ok");
        assert!(fork.overlay_bytes() > 4 * LIMIT);
        let entries = "SELECT group_concat(b) FROM (SELECT b FROM t INDEXED BY i ORDER BY a LIMIT 5000)";
        (one::<String>(&db, entries), fork, db)
    };
    let (by_file, fork, db) = engine_path("FILE");
    assert!(snapshot::bytes_in_memory() <= LIMIT, "{} bytes in memory", snapshot::bytes_in_memory());
    // A fork of it shares what was spilled until one of the two writes.
    let other = fork.fork();
    db.execute_batch("DELETE FROM t WHERE b % 2").unwrap();
    let native = fixture.copy_with("CREATE INDEX i ON t (a, b)");
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let of_other = Connection::open_with_flags_and_vfs(other.name(), flags, VFS_NAME).unwrap();
    assert_eq!(count(&of_other, "SELECT count(*) FROM t INDEXED BY i WHERE a > ''"), 60_000);
    assert_eq!(count(&db, "SELECT count(*) FROM t INDEXED BY i WHERE a > ''"), 30_000);
    let entries = "SELECT group_concat(b) FROM (SELECT b FROM t INDEXED BY i ORDER BY a LIMIT 5000)";
    assert_eq!(by_file, one::<String>(&native.native(), entries));
    drop((of_other, other, db, fork));
    assert_eq!(engine_path("MEMORY").0, by_file, "places that became free hold other pages now");
    assert_eq!(fixture.sha256(), before);
    assert_eq!(snapshot::bytes_in_memory(), 0);
}

#[test]
fn everything_is_answered_beside_memory() {
    let fixture = Fixture::standard();
    let expected = fixture.report();
    spill_beyond(256 << 10);
    let report = fixture.report();
    assert!(report.failed_steps.is_empty(), "{:?}", report.failed_steps);
    let outcomes = |report: &cortex_inspector::domain::report::Report| -> Vec<_> {
        report.migration.iter().map(|entry| (entry.index.clone(), entry.outcome, entry.bytes)).collect()
    };
    assert_eq!(outcomes(&report), outcomes(&expected));
    assert_eq!(report.sizes, expected.sizes);
}

/// SQLite counts for the whole process, and other tests run in this one: a process of its own.
#[test]
fn memory_stays_flat_over_a_thousand_files() {
    const ALONE: &str = "CORTEX_INSPECTOR_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let itself = std::env::current_exe().unwrap();
        let name = "large::memory_stays_flat_over_a_thousand_files";
        let out =
            std::process::Command::new(itself).args(["--exact", name, "--nocapture"]).env(ALONE, "1").output().unwrap();
        assert!(
            out.status.success(),
            "{}{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
        return;
    }
    let bytes = Fixture::of_sql("CREATE TABLE workflow (id TEXT PRIMARY KEY, project_id BLOB, status TEXT);").bytes();
    let mut engine = Engine::new().unwrap();
    let mut open_run_and_close = |n: u32| {
        for _ in 0..n {
            engine.open(vec![dropped_bytes("db.sqlite", &bytes)]).unwrap();
            engine.run(&Step::BuildIndex("idx_workflow_project_status".into())).unwrap();
            engine.close();
        }
        // SAFETY: reads a counter.
        (unsafe { rusqlite::ffi::sqlite3_memory_used() }, snapshot::bytes_in_memory())
    };
    let after_a_hundred = open_run_and_close(100);
    assert_eq!(open_run_and_close(900), after_a_hundred, "bytes of SQLite and of changed pages");
}
