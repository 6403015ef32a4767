//! Space by table and index, from dbstat.

use rusqlite::Connection;

use super::connection::quoted;
use super::error::Result;
use crate::domain::database::BtreeSize;

const AGGREGATE: &str = "SELECT name, pgsize, pageno, unused, ncell FROM dbstat WHERE aggregate = TRUE";

/// Every b-tree, the largest first. Reads the whole file.
pub fn all(connection: &Connection) -> Result<Vec<BtreeSize>> {
    let mut sizes = without_rows(connection)?;
    for size in sizes.iter_mut().filter(|size| !size.is_index) {
        // dbstat counts the cells of a table's inner pages too; its rows have to be counted.
        let sql = format!("SELECT count(*) FROM {}", quoted(&size.name));
        size.n_rows = connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap_or_default().unsigned_abs();
    }
    Ok(sizes)
}

/// The same without counting the rows of tables: their cells stand in `n_rows`.
pub fn without_rows(connection: &Connection) -> Result<Vec<BtreeSize>> {
    let mut statement = connection.prepare(&format!(
        "SELECT d.name, d.pgsize, d.pageno, d.unused, d.ncell, coalesce(s.tbl_name, d.name), coalesce(s.type, 'table') = 'index'
         FROM ({AGGREGATE}) AS d LEFT JOIN sqlite_schema AS s ON s.name = d.name ORDER BY d.pgsize DESC, d.name"
    ))?;
    let mut rows = statement.query([])?;
    let mut sizes = Vec::new();
    while let Some(row) = rows.next()? {
        sizes.push(BtreeSize { table: row.get(5)?, is_index: row.get(6)?, ..size(row)? });
    }
    Ok(sizes)
}

/// One index. Each of its cells, on inner pages as on leaves, is one entry.
pub fn of_index(connection: &Connection, name: &str) -> Result<BtreeSize> {
    let mut statement = connection.prepare(&format!("{AGGREGATE} AND name = ?1"))?;
    Ok(statement.query_row([name], |row| Ok(BtreeSize { is_index: true, ..size(row)? }))?)
}

fn size(row: &rusqlite::Row<'_>) -> rusqlite::Result<BtreeSize> {
    let number = |at: usize| row.get::<_, i64>(at).map(i64::unsigned_abs);
    Ok(BtreeSize {
        name: row.get(0)?,
        table: String::new(),
        is_index: false,
        bytes: number(1)?,
        pages: number(2)?,
        unused_bytes: number(3)?,
        n_rows: number(4)?,
    })
}
