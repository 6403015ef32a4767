//! Pages before and after a deletion, and VACUUM, really run where the data is not too much.

use std::cmp::Reverse;
use std::collections::HashMap;

use rusqlite::Connection;

use super::{page_size, pragma};
use crate::domain::cleanup::space::{BtreeChange, Space, Vacuum};
use crate::domain::database::{BtreeSize, Database};
use crate::engine::clock::monotonic_ns;
use crate::engine::connection::Db;
use crate::engine::error::Result;
use crate::engine::sizes;
use crate::snapshot::Fork;

/// VACUUM needs the data twice more in memory.
pub const VACUUM_LIMIT_BYTES: u64 = 128_000_000;

/// B-trees and free pages of a file before anything is removed.
pub struct Before {
    btrees: Vec<BtreeSize>,
    page_count: u64,
    freelist: u64,
}

impl Before {
    pub fn read(connection: &Connection) -> Result<Self> {
        Ok(Self {
            btrees: sizes::without_rows(connection)?,
            page_count: pragma(connection, "page_count")?,
            freelist: pragma(connection, "freelist_count")?,
        })
    }
}

/// What `db`, a fork of `fork`, freed with its deletion, which is committed. Ends with VACUUM, so it comes last.
pub fn measure(before: &Before, database: &Database, fork: &Fork, db: &Db) -> Result<Space> {
    let page_size = page_size(db)?;
    let changed = db.fork().pages_changed_since(fork);
    let read;
    let after = match changed.is_empty() {
        // To look at every page again takes long on a large file.
        true => before,
        false => {
            read = Before::read(db)?;
            &read
        }
    };
    let n_pages_journaled = changed.iter().filter(|number| **number <= before.page_count).count() as u64;
    let mut space = Space {
        page_size,
        page_count_before: before.page_count,
        page_count_after: after.page_count,
        freelist_before: before.freelist,
        freelist_after: after.freelist,
        auto_vacuum: database.auto_vacuum,
        btrees: changes(&before.btrees, &after.btrees),
        vacuum: Vacuum { limit_bytes: VACUUM_LIMIT_BYTES, ..Vacuum::default() },
        n_pages_written: changed.len() as u64,
        n_pages_journaled,
    };
    vacuum(&mut space, after, db)?;
    Ok(space)
}

fn changes(before: &[BtreeSize], after: &[BtreeSize]) -> Vec<BtreeChange> {
    let after: HashMap<&str, &BtreeSize> = after.iter().map(|size| (size.name.as_str(), size)).collect();
    let change = |old: &BtreeSize| {
        let new = after.get(old.name.as_str())?;
        let change = BtreeChange {
            name: old.name.clone(),
            table: old.table.clone(),
            is_index: old.is_index,
            pages_before: old.pages,
            pages_after: new.pages,
            unused_before: old.unused_bytes,
            unused_after: new.unused_bytes,
        };
        ((old.pages, old.unused_bytes) != (new.pages, new.unused_bytes)).then_some(change)
    };
    let mut changes: Vec<BtreeChange> = before.iter().filter_map(change).collect();
    changes.sort_by_key(|change| (Reverse(change.pages_freed()), change.name.clone()));
    changes
}

fn vacuum(space: &mut Space, after: &Before, db: &Db) -> Result<()> {
    let used_bytes = (after.page_count - after.freelist.min(after.page_count)) * space.page_size;
    if used_bytes > VACUUM_LIMIT_BYTES {
        // What the cells take, in whole pages; VACUUM leaves a little room in each.
        let pages =
            |size: &BtreeSize| (size.bytes - size.unused_bytes.min(size.bytes)).div_ceil(space.page_size).max(1);
        space.vacuum.bytes_after = after.btrees.iter().map(pages).sum::<u64>() * space.page_size;
        return Ok(());
    }
    let start = monotonic_ns();
    db.execute_batch("VACUUM")?;
    space.vacuum.elapsed_ns = Some(monotonic_ns().saturating_sub(start));
    space.vacuum.is_tried = true;
    space.vacuum.bytes_after = pragma(db, "page_count")? * space.page_size;
    Ok(())
}
