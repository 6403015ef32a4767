//! The rows of `sqlite_schema`.

use rusqlite::{Connection, ErrorCode, Row};

use super::error::Result;

pub struct SchemaRow {
    /// `table`, `index`, `view` or `trigger`.
    pub kind: String,
    pub name: String,
    /// The table that it belongs to.
    pub table: String,
    pub sql: Option<String>,
}

/// In order. Of a damaged schema what stands before the damage, as SQLite itself has it.
pub fn read(connection: &Connection) -> Result<Vec<SchemaRow>> {
    let mut statement = connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    loop {
        match rows.next() {
            Ok(Some(row)) => found.extend(schema_row(row)),
            Ok(None) => return Ok(found),
            // Whoever opened the connection knows of it.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => return Ok(found),
            Err(error) => return Err(error.into()),
        }
    }
}

/// `None` for a row without a name, which no writer makes.
fn schema_row(row: &Row) -> Option<SchemaRow> {
    let text = |at| {
        let bytes = row.get_ref(at).ok()?.as_bytes().ok()?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    };
    Some(SchemaRow { kind: text(0)?, name: text(1)?, table: text(2)?, sql: text(3) })
}
