//! The migration on the candidate fork: each statement really executed, timed and weighed.

use super::clock::monotonic_ns;
use super::connection::{Db, ForeignKeys, quoted};
use super::error::{EngineError, Result};
use super::plan_clone::Blueprint;
use super::{judge, progress, refusal, sizes, write_cost};
use crate::domain::database::Database;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::index_definition::parse_index;
use crate::domain::migration::{IndexReport, Outcome};
use crate::domain::numbers;

/// Looked at for the size of an index that found no room.
const SAMPLE_ROWS: u32 = 1_000;

/// Of an index entry beside its values: header, rowid and place on the page.
const ENTRY_BYTES: f64 = 12.0;

/// Applies one statement to `candidate` unless its index stands there, and fills in what only the data can tell, but for
/// the table's rows.
pub fn apply(
    entry: &IndexReport,
    database: &Database,
    blueprint: &Blueprint,
    original: &Db,
    candidate: &Db,
    granularity_ns: u64,
) -> Result<IndexReport> {
    let mut entry = entry.clone();
    match entry.outcome {
        Outcome::Created => create(&mut entry, database, blueprint, candidate)?,
        Outcome::Refused => confirm_refusal(&mut entry, candidate)?,
        Outcome::AlreadyPresent | Outcome::Differs | Outcome::NotApplicable => {}
    }
    let weighed = match entry.outcome {
        Outcome::Created => Some(candidate),
        Outcome::AlreadyPresent | Outcome::Differs => Some(original),
        Outcome::Refused | Outcome::NotApplicable => None,
    };
    if let Some(db) = weighed {
        // The file may spell the name in other letter case, and dbstat wants it as it stands there.
        let name = database.index(&entry.index).map_or(&entry.index, |(_, deployed)| &deployed.name);
        let size = sizes::of_index(db, name)?;
        (entry.bytes, entry.n_rows) = (Some(size.bytes), Some(size.n_rows));
        match write_cost::measure(db.fork(), &entry.table, name, granularity_ns)? {
            Ok(cost) => entry.write_cost = Some(cost),
            Err(reason) => entry.write_cost_unknown = Some(reason),
        }
    }
    Ok(entry)
}

fn create(entry: &mut IndexReport, database: &Database, blueprint: &Blueprint, candidate: &Db) -> Result<()> {
    if has_index(candidate, &entry.index) {
        // Built by an earlier request, which did not keep the time: built once more beside it.
        let scratch = Db::open(candidate.fork().fork(), ForeignKeys::On)?;
        scratch.execute_batch(&format!("DROP INDEX {}", quoted(&entry.index)))?;
        let start = monotonic_ns();
        scratch.execute_batch(&entry.documented_sql)?;
        entry.elapsed_ns = Some(monotonic_ns().saturating_sub(start));
        return Ok(());
    }
    let fork = candidate.fork();
    fork.reset_counters();
    // How many pages lie before the table's last one is not known; a build that takes long is one of most of the file.
    let (meter, n_pages) = (fork.meter(), database.page_count);
    let read = move || (meter().distinct_pages.min(n_pages), n_pages);
    let start = monotonic_ns();
    let answer = progress::during(read, || candidate.execute_batch(&entry.documented_sql)).map_err(EngineError::from);
    let elapsed_ns = monotonic_ns().saturating_sub(start);
    let words = match answer {
        Ok(()) => {
            let statement = parse_index(&entry.documented_sql).ok();
            match statement.map(|statement| refusal::breaks_writes(candidate, &statement)).transpose()?.flatten() {
                None => {
                    entry.elapsed_ns = Some(elapsed_ns);
                    return Ok(());
                }
                Some(words) => {
                    candidate.execute_batch(&format!("DROP INDEX {}", quoted(&entry.index)))?;
                    words
                }
            }
        }
        Err(error) => match Failure::from(&error).kind {
            FailureKind::OutOfMemory => return Err(no_room(&error, entry, candidate)),
            // None of these is an answer of SQLite's to the statement.
            FailureKind::Cancelled | FailureKind::Unreadable => return Err(error),
            _ => error.words(),
        },
    };
    // The schema alone gave no sign of it: a UNIQUE index over equal rows, for example.
    let probe = blueprint.build(None, ForeignKeys::On)?;
    judge::refused(entry, words, &probe, database)
}

/// An index that found no room, with what it needs: its entries, and about as much again while they are sorted.
fn no_room(error: &EngineError, entry: &IndexReport, db: &Db) -> EngineError {
    let needs = needed_bytes(entry, db).map(|bytes| {
        let bytes = numbers::bytes(bytes).text();
        format!(" Its entries take about {bytes}, and sorting them about as much again.")
    });
    let (index, words, needs) = (&entry.index, error.words(), needs.unwrap_or_default());
    EngineError::new(FailureKind::OutOfMemory, format!("There is no room to build {index}: {words}.{needs}"))
}

/// By the first rows of the table.
fn needed_bytes(entry: &IndexReport, db: &Db) -> Option<u64> {
    let statement = parse_index(&entry.documented_sql).ok()?;
    let plain = |column: &String| column.trim_end_matches(" DESC").trim_end_matches(" ASC").to_owned();
    let sizes = statement.columns_sql.iter().map(|column| format!("coalesce(octet_length({}), 0)", plain(column)));
    let (sizes, table) = (sizes.collect::<Vec<_>>().join(" + "), quoted(&entry.table));
    let rows = statement.where_sql.map_or_else(|| table.clone(), |terms| format!("{table} WHERE {terms}"));
    let sql = format!("SELECT avg(n) FROM (SELECT {sizes} AS n FROM {rows} LIMIT {SAMPLE_ROWS})");
    let of_entry = db.query_row(&sql, [], |row| row.get::<_, Option<f64>>(0)).ok()??;
    let n_entries = db.query_row(&format!("SELECT count(*) FROM {rows}"), [], |row| row.get::<_, i64>(0)).ok()?;
    Some(((of_entry + ENTRY_BYTES) * n_entries as f64) as u64)
}

/// Takes SQLite's words from the file itself where it has rows, and tries the replacement on it.
fn confirm_refusal(entry: &mut IndexReport, candidate: &Db) -> Result<()> {
    candidate.execute_batch("SAVEPOINT documented")?;
    let answer = candidate.execute_batch(&entry.documented_sql).map_err(EngineError::from);
    candidate.execute_batch("ROLLBACK TO documented; RELEASE documented")?;
    match answer {
        Err(error) if error.is_cancelled() => return Err(error),
        Err(error) => entry.error = Some(error.words()),
        Ok(()) => {}
    }
    if let Some(sql) = entry.replacement_sql.clone() {
        let scratch = Db::open(candidate.fork().fork(), ForeignKeys::On)?;
        let start = monotonic_ns();
        match scratch.execute_batch(&sql).map_err(EngineError::from) {
            Ok(()) => {
                let elapsed_ms = monotonic_ns().saturating_sub(start) / 1_000_000;
                let size = sizes::of_index(&scratch, &entry.index)?;
                entry.explanation.push_str(&format!(
                    " Built that way on a copy of this file in {elapsed_ms} ms: {} entries, {} bytes.",
                    size.n_rows, size.bytes
                ));
            }
            Err(error) if error.is_cancelled() => return Err(error),
            Err(_) => entry.replacement_sql = None,
        }
    }
    Ok(())
}

pub fn has_index(db: &Db, name: &str) -> bool {
    db.query_row("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1", [name], |_| Ok(())).is_ok()
}

pub fn count_rows(db: &Db, table: &str) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM {}", quoted(table));
    Ok(db.query_row(&sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}
