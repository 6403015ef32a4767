//! Rows of a table, window by window, however many there are.
//!
//! The keys of the rows that are asked for go once, in their order, into a temporary table, whose own rowid is then a
//! row's place. A window is a range of places, so that the last rows of a million are there as soon as the first, for
//! every order, every filter and every kind of key. A key takes about a dozen bytes.

use std::fmt::Write;

use rusqlite::params;

use super::connection::{Db, ForeignKeys, quoted};
use super::error::Result;
use super::tally::DoomedKeys;
use super::{Engine, Session, interrupt, not_open, unknown};
use crate::domain::catalogue::Catalogue;
use crate::domain::database::{Column, Table};
use crate::domain::row_export::{RowFormat, RowWriter};
use crate::domain::rows::{Filter, MAX_CELL_CHARS, RowCell, RowColumn, RowWindow, RowsAsked, Test};
use crate::domain::secret::is_secret_column;
use crate::domain::value::Value;
use crate::snapshot::Fork;

/// A person waits this long for an order or a filter; then the statement stops.
const LIMIT_NS: u64 = 120_000_000_000;

/// Rows of one window at most.
const MAX_WINDOW: u32 = 1_000;

/// SQLite delivers 2,000 columns at most, and each of the table's takes two.
const MAX_COLUMNS_AT_ONCE: usize = 900;

/// Longest value that is read when a person asks for a whole one.
const MAX_WHOLE_BYTES: u32 = 1 << 20;

/// The keys of the rows that were asked for last.
pub(super) struct Rows {
    asked: RowsAsked,
    db: Db,
    table: Table,
    n_rows: u64,
    /// Bytes of a character of the basic plane: 1 in UTF-8 for ASCII, 2 in UTF-16.
    is_utf16: bool,
}

impl Rows {
    /// `doomed` are the only rows to look at, if there are any.
    fn find(
        asked: &RowsAsked,
        table: Table,
        fork: Fork,
        is_utf16: bool,
        doomed: Option<Option<&DoomedKeys>>,
    ) -> Result<Self> {
        let db = Db::open(fork, ForeignKeys::Off)?;
        let key = key_of(&table);
        let names = key.iter().enumerate().map(|(at, column)| format!("{column} AS k{at}")).collect::<Vec<_>>();
        let mut sql =
            format!("CREATE TEMP TABLE shown AS SELECT {} FROM main.{} WHERE 1", names.join(", "), quoted(&table.name));
        if let Some(doomed) = doomed {
            write_doomed(&db, key.len(), doomed)?;
            let _ = write!(sql, " AND ({}) IN (SELECT * FROM temp.doomed)", key.join(", "));
        }
        for filter in &asked.filters {
            let _ = write!(sql, " AND {}", condition(filter, known_column(&table, &filter.column)?));
        }
        sql.push_str(" ORDER BY ");
        if let Some(sort) = &asked.sort {
            let direction = if sort.descending { " DESC" } else { "" };
            let _ = write!(sql, "{}{direction}, ", quoted(&known_column(&table, &sort.column)?.name));
        }
        sql.push_str(&key.join(", "));
        interrupt::limited(Some(LIMIT_NS), "Looking for the rows", || Ok(db.execute_batch(&sql)?))?;
        let n_rows: i64 = db.query_row("SELECT coalesce(max(rowid), 0) FROM temp.shown", [], |row| row.get(0))?;
        Ok(Self { asked: asked.clone(), db, table, n_rows: n_rows.unsigned_abs(), is_utf16 })
    }

    /// `columns` of the rows at `places`, from 1 on.
    fn select(&self, columns: &str) -> String {
        let same: Vec<String> =
            key_of(&self.table).iter().enumerate().map(|(at, column)| format!("t.{column} = s.k{at}")).collect();
        format!(
            "SELECT {columns} FROM temp.shown AS s CROSS JOIN main.{} AS t ON {} WHERE s.rowid BETWEEN ?1 AND ?2 ORDER BY s.rowid",
            quoted(&self.table.name),
            same.join(" AND ")
        )
    }

    fn window(&self, first: u64, n: u32, reveal: bool) -> Result<RowWindow> {
        let places = places(first, n.min(MAX_WINDOW));
        let mut rows: Vec<Vec<RowCell>> = Vec::new();
        for columns in self.table.columns.chunks(MAX_COLUMNS_AT_ONCE) {
            let parts: Vec<String> = columns.iter().map(|column| shown(column, reveal)).collect();
            let mut statement = self.db.prepare(&self.select(&parts.join(", ")))?;
            let mut found = statement.query(params![places.0, places.1])?;
            let mut at = 0;
            while let Some(row) = found.next()? {
                if rows.len() == at {
                    rows.push(Vec::with_capacity(self.table.columns.len()));
                }
                for (i, column) in columns.iter().enumerate() {
                    let value = Value::from(row.get_ref(2 * i)?);
                    let n_bytes = row.get::<_, Option<i64>>(2 * i + 1)?.map(i64::unsigned_abs);
                    rows[at].push(self.cell(value, n_bytes, is_secret_column(&column.name) && !reveal));
                }
                at += 1;
            }
        }
        let columns = self.table.columns.iter().map(|column| RowColumn {
            name: column.name.clone(),
            declared_type: column.declared_type.clone(),
            secret: is_secret_column(&column.name),
        });
        Ok(RowWindow { n_rows: self.n_rows, first, columns: columns.collect(), rows })
    }

    /// `n_bytes` of the stored value; `None` for NULL.
    fn cell(&self, value: Value, n_bytes: Option<u64>, masked: bool) -> RowCell {
        let Some(n_bytes) = n_bytes else { return RowCell::Null };
        match value {
            _ if masked => RowCell::Masked { n_bytes },
            Value::Text(text) => {
                let read = if self.is_utf16 { 2 * text.encode_utf16().count() } else { text.len() };
                match (read as u64) < n_bytes {
                    true => RowCell::Cut { text, n_bytes },
                    false => RowCell::Text(text),
                }
            }
            Value::Blob(_) if n_bytes == 16 => RowCell::Uuid(value.display()),
            Value::Blob(_) | Value::Null => RowCell::Blob { n_bytes },
            number => RowCell::Number(number.display()),
        }
    }

    /// All of one value, up to [`MAX_WHOLE_BYTES`].
    fn whole(&self, at: u64, column: &str) -> Result<Value> {
        let column = format!("t.{}", quoted(&known_column(&self.table, column)?.name));
        let whole = format!(
            "CASE WHEN octet_length({column}) > {MAX_WHOLE_BYTES} THEN substr({column}, 1, {MAX_WHOLE_BYTES}) ELSE {column} END"
        );
        let (first, last) = places(at, 1);
        let row = self.db.query_row(&self.select(&whole), params![first, last], |row| Ok(Value::from(row.get_ref(0)?)));
        Ok(row?)
    }

    /// Rows from `first` on as text. What comes before the first row and after the last comes with them.
    fn export(&self, format: RowFormat, first: u64, n: u32, reveal: bool) -> Result<String> {
        // SQLite makes generated columns again itself, and refuses to be told them.
        let is_written = |column: &&Column| format != RowFormat::Inserts || !column.generated;
        let columns: Vec<&Column> = self.table.columns.iter().filter(is_written).collect();
        let writer = RowWriter {
            format,
            table: &self.table.name,
            columns: columns.iter().map(|column| column.name.as_str()).collect(),
            masked: columns.iter().map(|column| is_secret_column(&column.name) && !reveal).collect(),
        };
        let names: Vec<String> = columns.iter().map(|column| format!("t.{}", quoted(&column.name))).collect();
        let mut text = if first == 0 { writer.head() } else { String::new() };
        let mut statement = self.db.prepare(&self.select(&names.join(", ")))?;
        let (from, to) = places(first, n);
        let mut rows = statement.query(params![from, to])?;
        while let Some(row) = rows.next()? {
            let values = (0..columns.len()).map(|at| Ok(Value::from(row.get_ref(at)?)));
            text.push_str(&writer.row(&values.collect::<rusqlite::Result<Vec<_>>>()?));
        }
        if first + u64::from(n) >= self.n_rows {
            text.push_str(writer.tail());
        }
        Ok(text)
    }
}

/// Puts keys where a statement can look them up.
pub(super) fn write_doomed(db: &Db, n_columns: usize, keys: Option<&DoomedKeys>) -> Result<()> {
    let columns: Vec<String> = (0..n_columns).map(|at| format!("k{at}")).collect();
    let marks = vec!["?"; n_columns].join(", ");
    db.execute_batch(&format!("CREATE TEMP TABLE doomed ({}); BEGIN", columns.join(", ")))?;
    let mut insert = db.prepare(&format!("INSERT INTO temp.doomed VALUES ({marks})"))?;
    match keys {
        None => {}
        Some(DoomedKeys::Rowids(rowids)) => {
            for rowid in rowids {
                insert.execute([rowid])?;
            }
        }
        Some(DoomedKeys::Values { rows, .. }) => {
            for row in rows {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
        }
    }
    Ok(db.execute_batch("COMMIT")?)
}

/// Places in the temporary table, which counts from 1.
fn places(first: u64, n: u32) -> (i64, i64) {
    let first = i64::try_from(first).unwrap_or(i64::MAX - 1);
    (first.saturating_add(1), first.saturating_add(i64::from(n)))
}

/// Expressions that tell the rows of a table apart.
pub(super) fn key_of(table: &Table) -> Vec<String> {
    if table.without_rowid {
        return table.key_columns().into_iter().map(|at| quoted(&table.columns[at].name)).collect();
    }
    let is_free = |name: &&str| table.columns.iter().all(|column| !column.name.eq_ignore_ascii_case(name));
    // A table may name its columns like all three; the last then has to do, and SQLite says if it cannot.
    vec![["rowid", "_rowid_", "oid"].into_iter().find(is_free).unwrap_or("rowid").into()]
}

fn known_column<'a>(table: &'a Table, name: &str) -> Result<&'a Column> {
    let found = table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| unknown("column", name))
}

fn condition(filter: &Filter, column: &Column) -> String {
    let column = quoted(&column.name);
    let compared = |operator: &str, operands: &[Value]| {
        let each: Vec<String> =
            operands.iter().map(|operand| format!("{column} {operator} {}", operand_literal(operand))).collect();
        format!("({})", each.join(" OR "))
    };
    match filter.test {
        // Not of a blob, which would have to be read.
        Test::Contains => {
            let pattern = filter.operand.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let pattern = Value::Text(format!("%{pattern}%")).literal();
            format!("(typeof({column}) <> 'blob' AND {column} LIKE {pattern} ESCAPE '\\')")
        }
        Test::Equals => compared("=", &filter.operands()),
        Test::Less => compared("<", &filter.operands()[..1]),
        Test::Greater => compared(">", &filter.operands()[..1]),
        Test::IsNull => format!("{column} IS NULL"),
        Test::IsNotNull => format!("{column} IS NOT NULL"),
    }
}

/// `display` of a 16-byte blob is a UUID; a literal must be one SQLite reads.
fn operand_literal(operand: &Value) -> String {
    match operand {
        Value::Blob(bytes) => format!("x'{}'", crate::domain::value::to_hex(bytes)),
        other => other.literal(),
    }
}

/// What a window reads of a column: no blob but those of 16 bytes, of texts the start, of secrets nothing. Then its
/// length in bytes, which SQLite knows without reading the value.
fn shown(column: &Column, reveal: bool) -> String {
    let name = format!("t.{}", quoted(&column.name));
    if is_secret_column(&column.name) && !reveal {
        return format!("NULL, octet_length({name})");
    }
    format!(
        "CASE typeof({name}) WHEN 'text' THEN substr({name}, 1, {MAX_CELL_CHARS}) \
         WHEN 'blob' THEN CASE octet_length({name}) WHEN 16 THEN {name} END ELSE {name} END, octet_length({name})"
    )
}

impl Session {
    fn rows(&mut self, catalogue: &Catalogue, asked: &RowsAsked) -> Result<&Rows> {
        if let Some(rows) = self.rows.take().filter(|rows| rows.asked == *asked) {
            return Ok(self.rows.insert(rows));
        }
        let table = self.database.table(&asked.table).cloned().ok_or_else(|| unknown("table", &asked.table))?;
        if let Some(id) = &asked.removed_by {
            self.find_doomed(&self.cleanup(catalogue, id)?)?;
        }
        let doomed = asked.removed_by.as_ref().map(|_| self.doomed.as_ref()?.keys.get(&table.name));
        let is_utf16 = self.database.encoding.starts_with("UTF-16");
        Ok(self.rows.insert(Rows::find(asked, table, self.original.fork().fork(), is_utf16, doomed)?))
    }
}

impl Engine {
    fn rows_of(&mut self, asked: &RowsAsked) -> Result<&Rows> {
        self.session.as_mut().ok_or_else(not_open)?.rows(&self.catalogue, asked)
    }

    /// `n` rows from `first` on. Secrets are masked unless `reveal`.
    pub fn read_rows(&mut self, asked: &RowsAsked, first: u64, n: u32, reveal: bool) -> Result<RowWindow> {
        self.rows_of(asked)?.window(first, n, reveal)
    }

    /// The whole value of one cell.
    pub fn read_cell(&mut self, asked: &RowsAsked, at: u64, column: &str) -> Result<Value> {
        self.rows_of(asked)?.whole(at, column)
    }

    /// `n` rows from `first` on as part of a file.
    pub fn export_rows(
        &mut self,
        asked: &RowsAsked,
        format: RowFormat,
        first: u64,
        n: u32,
        reveal: bool,
    ) -> Result<String> {
        self.rows_of(asked)?.export(format, first, n, reveal)
    }
}
