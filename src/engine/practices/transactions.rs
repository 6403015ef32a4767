//! Rows written one transaction each and all in one, with a rollback journal and the syncs that a disk would see.

use super::Lab;
use crate::domain::practices::Findings;
use crate::domain::practices::transactions::{Evidence, Writes, findings};
use crate::engine::clock::monotonic_ns;
use crate::engine::connection::Db;
use crate::engine::error::Result;
use crate::engine::write_cost::{self, Copies};
use crate::snapshot::Fork;

const N_ROWS: u64 = 100;

pub fn run(lab: &Lab<'_>, table: &str) -> Result<Findings> {
    let copies = write_cost::copies(lab.original.fork(), table, N_ROWS)?;
    if copies.is_empty() {
        return Ok(Findings::not_applicable("There is nothing to write again", format!("`{table}` holds no rows.")));
    }
    let evidence = Evidence {
        table: table.into(),
        n_rows: N_ROWS,
        insert: copies.insert_sql().into(),
        apart: write(lab.original.fork(), &copies, true)?,
        together: write(lab.original.fork(), &copies, false)?,
    };
    Ok(findings(&evidence))
}

/// Writes the copies on a fork of `fork`, each in a transaction of its own or all in one.
pub fn write(fork: &Fork, copies: &Copies, one_each: bool) -> Result<Writes> {
    let db = write_cost::open(fork)?;
    as_on_a_disk(&db)?;
    let mut statement = db.prepare(copies.insert_sql())?;
    db.fork().reset_counters();
    let start = monotonic_ns();
    if !one_each {
        db.execute_batch("BEGIN")?;
    }
    for n in 0..copies.len() {
        copies.insert(&mut statement, n)?;
    }
    if !one_each {
        db.execute_batch("COMMIT")?;
    }
    let elapsed_ns = monotonic_ns().saturating_sub(start);
    let counters = db.fork().counters();
    Ok(Writes {
        elapsed_ns,
        n_transactions: if one_each { copies.len() as u64 } else { 1 },
        n_pages: counters.writes,
        n_journal_writes: counters.journal_writes,
        n_syncs: counters.syncs,
    })
}

/// A journal file that is deleted with each commit, and every sync: what the application has.
fn as_on_a_disk(db: &Db) -> Result<()> {
    db.execute_batch("PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;")?;
    // The new locking mode counts from the next transaction on.
    Ok(db.execute_batch("BEGIN IMMEDIATE; COMMIT;")?)
}
