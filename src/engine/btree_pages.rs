//! Which pages that a statement read belong to which table or index, and so to which step of its plan.
//!
//! SQLite's dbstat would read the whole file. Here a walk from the root enters only pages that were read: the pages
//! above a page that was read were read too. Pages of the free list and pointer maps belong to no step, and neither do
//! those of indexes that a DELETE only takes entries out of.

use std::collections::HashSet;

use rusqlite::Connection;

use super::error::Result;
use super::scan_status::Scan;
use crate::domain::plan::{Access, PlanRow, Step};
use crate::domain::plan_counts::StepCounts;
use crate::snapshot::{Fork, PageSet};

/// Bytes before the b-tree of page 1.
const FILE_HEADER_BYTES: usize = 100;

/// Where the database header holds how many bytes at the end of each page are not SQLite's.
const RESERVED_AT: usize = 20;

/// A table or index of `sqlite_schema`.
struct Btree {
    name: String,
    table: String,
    root: u64,
}

/// Adds to each step the pages among `read` that its tables and indexes hold in `fork`, as it was before the run. What
/// several steps read counts at the first of them, so that the figures add up.
pub fn count(
    connection: &Connection,
    fork: &Fork,
    read: &PageSet,
    plan: &[PlanRow],
    scans: Vec<Scan>,
) -> Result<Vec<StepCounts>> {
    let mut statement = connection.prepare("SELECT name, tbl_name, rootpage FROM sqlite_schema WHERE rootpage > 0")?;
    let rows = statement.query_map([], |row| {
        Ok(Btree { name: row.get(0)?, table: row.get(1)?, root: row.get::<_, i64>(2)?.unsigned_abs() })
    })?;
    let btrees = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let reserved = fork.page(1).and_then(|page| page.get(RESERVED_AT).copied()).unwrap_or_default();
    let mut given = HashSet::new();
    let counted = scans.into_iter().map(|Scan { mut counts, object }| {
        let step = plan.iter().find(|row| row.id == counts.id).map(PlanRow::step);
        if let (Some(Step::Scan(access) | Step::Search(access)), Some(_)) = (step, counts.n_loops) {
            let mut of_step = of_access(&btrees, &access, object.as_deref());
            of_step.retain(|btree| given.insert(btree.root));
            let n_pages = |btree: &&Btree| {
                n_pages(btree.root, |number| {
                    let page = if read.contains(number) { fork.page(number) } else { None }?;
                    let usable_bytes = page.len().checked_sub(reserved.into())?;
                    Some((page, usable_bytes))
                })
            };
            counts.n_pages = (!of_step.is_empty()).then(|| of_step.iter().map(n_pages).sum());
        }
        counts
    });
    Ok(counted.collect())
}

/// The b-trees that a step reads: an index and, unless it covers, its table.
fn of_access<'a>(btrees: &'a [Btree], access: &Access, object: Option<&str>) -> Vec<&'a Btree> {
    let named = |name: &str| btrees.iter().find(|btree| btree.name.eq_ignore_ascii_case(name));
    // The primary key of a table WITHOUT ROWID is the table itself, under the name of an index.
    let table_of_key = object.and_then(|name| name.strip_prefix("sqlite_autoindex_")?.rsplit_once('_')).map(|(t, _)| t);
    let found = object.and_then(named).or_else(|| named(table_of_key?)).or_else(|| named(&access.table));
    let table =
        found.filter(|btree| !access.covering && btree.name != btree.table).and_then(|btree| named(&btree.table));
    found.into_iter().chain(table).collect()
}

/// Pages of the b-tree at `root` that `page` gives, each with the number of its bytes that are SQLite's.
fn n_pages(root: u64, mut page: impl FnMut(u64) -> Option<(Vec<u8>, usize)>) -> u64 {
    let mut seen = PageSet::default();
    let mut n_pages = 0;
    let mut open = vec![(root, Kind::Btree)];
    while let Some((number, kind)) = open.pop() {
        if !seen.insert(number) {
            continue;
        }
        let Some((bytes, usable_bytes)) = page(number) else { continue };
        n_pages += 1;
        match kind {
            Kind::Btree => {
                let start = if number == 1 { FILE_HEADER_BYTES } else { 0 };
                let n_open = open.len();
                // A page that is not as it should be has no further pages.
                let _ = next_pages(&bytes, start, usable_bytes, &mut open);
                // In the order of the keys, mostly that of the file: a lazy file reads ahead.
                open[n_open..].reverse();
            }
            Kind::Overflow => open.extend(u32_at(&bytes, 0).map(|next| (next, Kind::Overflow))),
        }
    }
    n_pages
}

#[derive(Clone, Copy)]
enum Kind {
    Btree,
    /// What does not fit into a cell goes on in a chain of these.
    Overflow,
}

/// Children and overflow chains of a b-tree page, as SQLite's file format describes it.
fn next_pages(page: &[u8], start: usize, usable_bytes: usize, next: &mut Vec<(u64, Kind)>) -> Option<()> {
    let (is_interior, is_index) = match page.get(start)? {
        2 => (true, true),
        5 => (true, false),
        10 => (false, true),
        13 => (false, false),
        _ => return None,
    };
    let pointers = start + if is_interior { 12 } else { 8 };
    for at in 0..u16_at(page, start + 3)? {
        let mut cell = u16_at(page, pointers + 2 * at)?;
        if is_interior {
            next.push((u32_at(page, cell)?, Kind::Btree));
            cell += 4;
        }
        if is_interior && !is_index {
            continue;
        }
        let payload_bytes = varint(page, &mut cell)?;
        if !is_index {
            varint(page, &mut cell)?;
        }
        if let Some(local_bytes) = spilled(payload_bytes, usable_bytes, is_index) {
            next.push((u32_at(page, cell + local_bytes)?, Kind::Overflow));
        }
    }
    if is_interior {
        next.push((u32_at(page, start + 8)?, Kind::Btree));
    }
    Some(())
}

/// How many bytes of a payload stay in its cell when not all of them do.
fn spilled(payload_bytes: u64, usable_bytes: usize, is_index: bool) -> Option<usize> {
    let usable = usable_bytes as u64;
    let least = (usable.checked_sub(12)? * 32 / 255).checked_sub(23)?;
    let most = if is_index { ((usable - 12) * 64 / 255).checked_sub(23)? } else { usable.checked_sub(35)? };
    if payload_bytes <= most {
        return None;
    }
    let local = least + (payload_bytes.checked_sub(least)?) % usable.checked_sub(4)?;
    usize::try_from(if local <= most { local } else { least }).ok()
}

fn u16_at(page: &[u8], at: usize) -> Option<usize> {
    let bytes = page.get(at..at + 2)?;
    Some(usize::from(u16::from_be_bytes(bytes.try_into().ok()?)))
}

fn u32_at(page: &[u8], at: usize) -> Option<u64> {
    let bytes = page.get(at..at + 4)?;
    Some(u64::from(u32::from_be_bytes(bytes.try_into().ok()?)))
}

/// SQLite's variable-length integer; `at` moves behind it.
fn varint(page: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0;
    for n in 1..=9 {
        let byte = *page.get(*at)?;
        *at += 1;
        if n == 9 {
            return Some(value << 8 | u64::from(byte));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            break;
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every page of a file is given, so each b-tree must have as many as dbstat says.
    #[track_caller]
    fn check_against_dbstat(settings: &str) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db.sqlite");
        let db = Connection::open(&path).unwrap();
        db.execute_batch(settings).unwrap();
        db.execute_batch(
            "CREATE TABLE narrow(a INTEGER PRIMARY KEY, b TEXT);
             CREATE TABLE wide(a, b TEXT, c BLOB);
             CREATE TABLE keyed(k TEXT PRIMARY KEY, v) WITHOUT ROWID;
             CREATE TABLE empty(x);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
             INSERT INTO narrow SELECT i, 'text ' || i FROM n;
             INSERT INTO wide SELECT a, printf('%.*c', a % 3000, 'x'), zeroblob(a * 37 % 20000) FROM narrow WHERE a < 400;
             INSERT INTO keyed SELECT printf('%.*c', a % 900, 'k') || a, zeroblob(a % 2000) FROM narrow WHERE a < 900;
             CREATE INDEX narrow_b ON narrow(b);
             CREATE INDEX wide_b ON wide(b, c);
             DELETE FROM narrow WHERE a % 7 = 0;
             DELETE FROM wide WHERE a % 5 = 0;",
        )
        .unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let page_bytes = db.query_row("PRAGMA page_size", [], |row| row.get::<_, i64>(0)).unwrap() as usize;
        let page = |number: u64| {
            let start = (number as usize).checked_sub(1)? * page_bytes;
            Some((bytes.get(start..start + page_bytes)?.to_vec(), page_bytes))
        };
        let mut statement = db
            .prepare(
                "SELECT s.name, s.rootpage, count(*) FROM dbstat d, (SELECT name, rootpage FROM sqlite_schema
                      UNION ALL SELECT 'sqlite_schema', 1) s WHERE s.name = d.name GROUP BY 1",
            )
            .unwrap();
        let expected: Vec<(String, u64, u64)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64, row.get::<_, i64>(2)? as u64)))
            .unwrap()
            .map(|row| row.unwrap())
            .collect();
        assert_eq!(expected.len(), 7);
        for (name, root, n) in expected {
            assert_eq!(n_pages(root, page), n, "{name} with {settings}");
            assert_eq!(n_pages(root, |number| page(number).filter(|_| number == root)), 1, "the root alone of {name}");
        }
    }

    #[test]
    fn every_page_is_found_as_dbstat_finds_it() {
        for page_size in [512, 4096, 65536] {
            check_against_dbstat(&format!("PRAGMA page_size = {page_size}"));
        }
        check_against_dbstat("PRAGMA page_size = 1024; PRAGMA auto_vacuum = FULL");
    }

    #[test]
    fn what_is_no_btree_ends_the_walk() {
        let walk = |bytes: &[u8]| n_pages(1, |number| (number == 1).then(|| (bytes.to_vec(), bytes.len())));
        assert_eq!(n_pages(1, |_| None), 0);
        assert_eq!(walk(&[]), 1);
        assert_eq!(walk(&[0xff; 512]), 1);
        for kind in [2, 5, 10, 13] {
            let mut page = [0xff; 512];
            page[FILE_HEADER_BYTES] = kind;
            assert_eq!(walk(&page), 1);
        }
    }
}
