//! VACUUM on a copy: what the file shrinks by, and what reading the largest documented table takes before and after.

use super::Lab;
use super::rebuild::{Kind, trees};
use crate::domain::practices::Findings;
use crate::domain::practices::vacuum::{Evidence, findings};
use crate::engine::clock::monotonic_ns;
use crate::engine::connection::{Db, ForeignKeys, quoted};
use crate::engine::error::Result;

pub fn run(lab: &Lab<'_>) -> Result<Findings> {
    if let Some(too_large) = lab.too_large() {
        return Ok(too_large);
    }
    let Some(table) = largest(lab)? else {
        let why = "The file has none of the tables that the guide speaks of.";
        return Ok(Findings::not_applicable("There is nothing to read before and after", why));
    };
    let db = Db::open(lab.original.fork().fork(), ForeignKeys::Off)?;
    let (bytes, free, order) = (size(&db)?, pragma(&db, "freelist_count")?, trees(&db, Kind::All)?);
    let start = monotonic_ns();
    db.execute_batch("VACUUM")?;
    let elapsed_ns = monotonic_ns().saturating_sub(start);
    let sql = format!("SELECT * FROM {}", quoted(&table));
    let evidence = Evidence {
        file_bytes: [bytes, size(&db)?],
        free_pages: [free, pragma(&db, "freelist_count")?],
        trees: [order, trees(&db, Kind::All)?],
        elapsed_ns,
        table,
        scan: lab.compare([lab.original.fork(), db.fork()], (&sql, &[]), (&sql, &[]))?,
    };
    Ok(findings(&evidence))
}

fn largest(lab: &Lab<'_>) -> Result<Option<String>> {
    let mut statement = lab.original.prepare("SELECT pgsize FROM dbstat WHERE aggregate = TRUE AND name = ?1")?;
    let mut largest = None;
    for table in lab.catalogue.tables.iter().filter_map(|table| lab.database.table(&table.name)) {
        let bytes = statement.query_row([&table.name], |row| row.get::<_, i64>(0)).unwrap_or_default();
        if largest.as_ref().is_none_or(|(most, _)| bytes > *most) {
            largest = Some((bytes, table.name.clone()));
        }
    }
    Ok(largest.map(|(_, name)| name))
}

fn size(db: &Db) -> Result<u64> {
    Ok(pragma(db, "page_count")? * pragma(db, "page_size")?)
}

fn pragma(db: &Db, name: &str) -> Result<u64> {
    Ok(db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}
