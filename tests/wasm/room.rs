//! Room beside memory, in the browser's own file system.

use cortex_inspector::snapshot::{
    Base, BlobSource, CachedSource, Fork, OpfsFile, PromotionState, RamSource, Scratch, VFS_NAME, bytes_in_memory,
    register, remove_left_overs, spill_to,
};
use rusqlite::{Connection, OpenFlags};
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::blob;

#[wasm_bindgen_test]
async fn a_base_is_copied_to_disk_while_it_is_read() {
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let source = BlobSource::new(&blob(&bytes)).expect("a worker reads blobs");
    let base = Base::new(CachedSource::with_bound(source, 1 << 20));
    let file = OpfsFile::create().await.expect("a file");
    file.reserve(bytes.len() as u64).expect("room for it");
    base.promote_to(file);
    while base.promote_step(700_000).expect("a step").state != PromotionState::OnDisk {
        let mut buf = vec![0; 1_500_001];
        assert_eq!(base.read_at(499_999, &mut buf).expect("a read"), 1_500_001);
        assert!(buf == bytes[499_999..2_000_000], "other bytes");
    }
    let mut buf = vec![0; bytes.len()];
    assert_eq!(base.read_at(0, &mut buf).expect("a read"), bytes.len());
    assert!(buf == bytes, "other bytes");
}

/// A file past 4 GiB is one of the same: only what was written takes room.
#[wasm_bindgen_test]
async fn a_scratch_file_is_right_at_every_offset_and_survives_a_clearing_up() {
    let file = OpfsFile::create().await.expect("a file");
    let offsets = [0, 1, 4095, (2 << 30) - 1, (4_u64 << 30) - 2, 5 << 30];
    for (n, at) in offsets.into_iter().enumerate() {
        file.write_at(at, &[n as u8 + 1; 3]).expect("a write");
    }
    // What is open is another tab's, as far as that one knows.
    remove_left_overs().await.expect("a clearing up");
    for (n, at) in offsets.into_iter().enumerate().skip(2) {
        let mut buf = [0; 3];
        file.read_at(at, &mut buf).expect("a read");
        assert_eq!(buf, [n as u8 + 1; 3], "at {at}");
    }
    assert!(file.read_at(6 << 30, &mut [0; 3]).is_err(), "a read past the end");
}

#[wasm_bindgen_test]
async fn what_cannot_be_stored_is_refused_before_it_is_written() {
    let file = OpfsFile::create().await.expect("a file");
    let refused = file.reserve(1 << 50).expect_err("a petabyte");
    assert_eq!(refused.kind(), std::io::ErrorKind::StorageFull, "{refused}");
    file.write_at(0, &[1; 3]).expect("what there is room for");
}

/// As two tabs do.
#[wasm_bindgen_test]
async fn a_file_is_there_however_often_others_clear_up() {
    spawn_local(async {
        for _ in 0..100 {
            remove_left_overs().await.expect("a clearing up");
        }
    });
    for _ in 0..20 {
        let file = OpfsFile::create().await.expect("a file");
        file.write_at(0, &[1; 3]).expect("a write");
        file.read_at(0, &mut [0; 3]).expect("a read");
    }
}

#[wasm_bindgen_test]
async fn an_index_is_built_beside_memory() {
    const LIMIT: u64 = 1 << 20;
    register().expect("the file system registers");
    spill_to(OpfsFile::create().await.expect("a file"), LIMIT);
    let fork = Fork::new(&Base::new(RamSource::default()), None);
    let db = Connection::open_with_flags_and_vfs(fork.name(), OpenFlags::default(), VFS_NAME).expect("the fork opens");
    db.execute_batch(
        "PRAGMA temp_store = FILE; PRAGMA cache_size = -1000; PRAGMA journal_mode = MEMORY; CREATE TABLE t(a, b);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
         INSERT INTO t SELECT i, hex(randomblob(40)) FROM n;
         CREATE INDEX i ON t(b);",
    )
    .expect("an index");
    assert!(fork.overlay_bytes() > 4 * LIMIT && bytes_in_memory() <= LIMIT, "{} bytes in memory", bytes_in_memory());
    let check: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(check, "ok");
}
