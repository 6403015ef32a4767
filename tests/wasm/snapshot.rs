//! The file system over the browser's own `Blob`.

use std::io;

use cortex_inspector::snapshot::{
    Base, BlobSource, CachedSource, Fork, PromotionState, RamSource, Source, VFS_NAME, register,
};
use rusqlite::{Connection, OpenFlags};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::blob;

#[wasm_bindgen_test]
fn a_blob_reads_the_same_before_while_and_after_it_is_copied() {
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let source = BlobSource::new(&blob(&bytes)).expect("a worker reads blobs");
    let base = Base::new(CachedSource::with_bound(source, 1 << 20));
    let check = || {
        let mut buf = vec![0; 1_500_001];
        assert_eq!(base.read_at(999_999, &mut buf).expect("a read"), 1_500_001);
        assert!(buf == bytes[999_999..2_500_000], "other bytes");
        assert_eq!(base.read_at(2_999_999, &mut buf).expect("a read at the end"), 1);
        assert_eq!(base.read_at(3_000_000, &mut buf).expect("a read past the end"), 0);
    };
    check();
    base.promote_step(1 << 20).expect("a step");
    check();
    assert_eq!(base.promote_step(16 << 20).expect("the last step").state, PromotionState::InRam);
    check();
}

/// What a walk reads stays in the browser's memory. This program's is never given back, so that the most that was ever held
/// is what it takes.
#[wasm_bindgen_test]
fn walks_through_a_large_blob_take_next_to_no_memory_here() {
    type Cached = CachedSource<BlobSource>;
    let parts = js_sys::Array::new();
    let part = js_sys::Uint8Array::new_with_length(16 << 20);
    for _ in 0..20 {
        parts.push(&part);
    }
    let blob = web_sys::Blob::new_with_u8_array_sequence(&parts).expect("a blob");
    let cached = Cached::new(BlobSource::new(&blob).expect("a worker reads blobs"));
    let in_memory = || core::arch::wasm32::memory_size(0) << 16;
    let before = in_memory();
    let mut page = [1; 4096];
    for at in (0..cached.len()).step_by(page.len()) {
        // Now and then one far away, as inner pages and look-ups are.
        if at % (1 << 20) == 0 {
            cached.read_at((at * 7919) % cached.len(), &mut page).expect("a page");
        }
        cached.read_at(at, &mut page).expect("a page");
        cached.read_at(cached.len() - at - page.len() as u64, &mut page).expect("a page");
    }
    let taken = in_memory() - before;
    // Blocks of the look-ups, and windows.
    assert!(taken <= 16 << 20, "{} MiB", taken >> 20);
}

#[wasm_bindgen_test]
fn forks_of_one_fork_do_not_see_each_other() {
    register().expect("the file system registers");
    register().expect("registering again does nothing");
    let open = |fork: &Fork| {
        Connection::open_with_flags_and_vfs(fork.name(), OpenFlags::default(), VFS_NAME).expect("the fork opens")
    };
    let one = |db: &Connection, sql: &str| db.query_row(sql, [], |row| row.get::<_, String>(0)).expect(sql);
    let fork = Fork::new(&Base::new(RamSource::default()), None);
    let db = open(&fork);
    db.execute_batch(
        "PRAGMA page_size = 1024; CREATE TABLE t(a, b);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO t SELECT i, hex(randomblob(20)) FROM n;
         CREATE INDEX i ON t(b);",
    )
    .expect("rows");
    let child = fork.fork();
    let other = open(&child);
    other.execute_batch("DELETE FROM t WHERE a > 10; VACUUM;").expect("the child changes");
    assert_eq!(one(&db, "SELECT '' || count(*) FROM t"), "20000");
    assert_eq!(one(&other, "SELECT '' || count(*) FROM t"), "10");
    assert_eq!(one(&other, "PRAGMA integrity_check"), "ok");
}

#[wasm_bindgen_test]
fn an_error_of_the_browser_keeps_its_name() {
    // A file that changes on disk while it is open cannot be had here; its method can be replaced.
    #[track_caller]
    fn check(slice: &str, expect: impl Fn(io::Error)) {
        let blob = blob(b"hello world, hello world");
        js_sys::Reflect::set(&blob, &"slice".into(), &js_sys::Function::new_no_args(slice)).expect("a property");
        let source = BlobSource::new(&blob).expect("a worker reads blobs");
        expect(source.read_at(0, &mut [0; 4]).expect_err("the read succeeds"));
    }
    check("throw new DOMException('the file changed', 'NotReadableError')", |error| {
        assert_eq!(error.to_string(), "NotReadableError: the file changed");
    });
    check("return new Blob(['xx'])", |error| assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof));
}
