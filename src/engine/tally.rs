//! Counts every row that a statement removes, changes or adds, in every table, cascades and triggers included.
//!
//! SQLite's pre-update hook is called once for each row before it goes. `changes()` leaves out cascaded rows, and the
//! update hook leaves out tables WITHOUT ROWID.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};

use rusqlite::{Connection, ffi};

use crate::domain::cleanup::{Cell, RowSample};
use crate::domain::database::Database;
use crate::domain::secret::is_secret_column;
use crate::domain::value::Value;

/// Rows shown of each table.
const N_SAMPLES: usize = 6;

/// Longest text shown of a cell, in characters.
const MAX_SHOWN: usize = 60;

// Natively the symbols are there (SQLITE_ENABLE_PREUPDATE_HOOK) but libsqlite3-sys declares them only together with
// bindgen, which would need a C front end at build time.
unsafe extern "C" {
    fn sqlite3_preupdate_hook(
        db: *mut ffi::sqlite3,
        callback: Option<
            unsafe extern "C" fn(*mut c_void, *mut ffi::sqlite3, c_int, *const c_char, *const c_char, i64, i64),
        >,
        context: *mut c_void,
    ) -> *mut c_void;
    fn sqlite3_preupdate_count(db: *mut ffi::sqlite3) -> c_int;
    fn sqlite3_preupdate_old(db: *mut ffi::sqlite3, column: c_int, value: *mut *mut ffi::sqlite3_value) -> c_int;
}

/// What a statement did, row by row.
#[derive(Default)]
pub struct Tally {
    pub deleted: BTreeMap<String, u64>,
    pub updated: BTreeMap<String, u64>,
    pub inserted: BTreeMap<String, u64>,
    samples: BTreeMap<String, Vec<Vec<Value>>>,
    /// Only where they are asked for; tables WITHOUT ROWID stand there from the start.
    keys: Option<BTreeMap<String, DoomedKeys>>,
}

/// Keys of the rows of one table that went.
pub enum DoomedKeys {
    Rowids(Vec<i64>),
    /// Of a table WITHOUT ROWID: values of its primary key, whose columns stand at `columns`.
    Values {
        columns: Vec<usize>,
        rows: Vec<Vec<Value>>,
    },
}

impl Tally {
    /// Runs `work` and counts what every statement on `connection` does meanwhile.
    pub fn of<T>(connection: &Connection, work: impl FnOnce() -> T) -> (Self, T) {
        Self::default().count(connection, work)
    }

    /// The same, and keeps the key of every row that goes.
    pub fn with_keys<T>(connection: &Connection, database: &Database, work: impl FnOnce() -> T) -> (Self, T) {
        let without_rowid = database.tables.iter().filter(|table| table.without_rowid);
        let keys = without_rowid.map(|table| {
            let columns = table.key_columns();
            (table.name.clone(), DoomedKeys::Values { columns, rows: Vec::new() })
        });
        Self { keys: Some(keys.collect()), ..Self::default() }.count(connection, work)
    }

    pub fn into_keys(self) -> BTreeMap<String, DoomedKeys> {
        self.keys.unwrap_or_default()
    }

    fn count<T>(self, connection: &Connection, work: impl FnOnce() -> T) -> (Self, T) {
        let mut tally = Box::new(self);
        let context: *mut Self = &mut *tally;
        // SAFETY: the handle is that of a live connection, used on this thread only. `tally` outlives the hook, which
        // is taken away below; nothing else touches it while the hook is set.
        let db = unsafe { connection.handle() };
        unsafe { sqlite3_preupdate_hook(db, Some(on_row), context.cast()) };
        let out = work();
        unsafe { sqlite3_preupdate_hook(db, None, std::ptr::null_mut()) };
        (*tally, out)
    }

    /// A few of the deleted rows, as a person may see them. `first` leads, the other tables follow by name.
    pub fn samples(&self, database: &Database, first: &str) -> Vec<RowSample> {
        let mut samples: Vec<RowSample> = self
            .samples
            .iter()
            .map(|(table, rows)| {
                let columns = column_names(database, table, rows.first().map_or(0, Vec::len));
                let n_rows = self.deleted.get(table).copied().unwrap_or_default();
                sample(table, n_rows, columns, rows)
            })
            .collect();
        samples.sort_by_key(|sample| !sample.table.eq_ignore_ascii_case(first));
        samples
    }
}

/// Names of a table's columns; numbers where the schema does not tell.
fn column_names(database: &Database, table: &str, n_columns: usize) -> Vec<String> {
    let known = database.table(table).map(|table| table.columns.as_slice()).unwrap_or_default();
    (0..n_columns).map(|at| known.get(at).map_or_else(|| format!("column {at}"), |c| c.name.clone())).collect()
}

/// Rows as a person may see them: secrets masked, long cells cut, blobs as a UUID or their length.
pub fn sample(table: &str, n_rows: u64, columns: Vec<String>, rows: &[Vec<Value>]) -> RowSample {
    let rows = rows
        .iter()
        .map(|row| row.iter().zip(&columns).map(|(value, column)| cell(value, is_secret_column(column))).collect())
        .collect();
    RowSample { table: table.into(), n_rows, columns, rows }
}

fn cell(value: &Value, secret: bool) -> Cell {
    let text = match value {
        Value::Null => return Cell::Null,
        Value::Blob(bytes) if secret => return Cell::Masked { length: bytes.len() as u64 },
        Value::Blob(bytes) if bytes.len() != 16 => {
            let text = crate::domain::value::to_hex(&bytes[..bytes.len().min(8)]);
            return Cell::Cut { text: format!("x'{text}"), length: bytes.len() as u64 };
        }
        other => other.display(),
    };
    let length = text.chars().count();
    if secret {
        return Cell::Masked { length: length as u64 };
    }
    if length > MAX_SHOWN {
        return Cell::Cut { text: text.chars().take(MAX_SHOWN).collect(), length: length as u64 };
    }
    Cell::Shown(text)
}

unsafe extern "C" fn on_row(
    context: *mut c_void,
    db: *mut ffi::sqlite3,
    operation: c_int,
    database: *const c_char,
    table: *const c_char,
    old_rowid: i64,
    _new_rowid: i64,
) {
    // SAFETY: SQLite passes back the context that `Tally::of` gave it, and NUL-terminated names.
    let (tally, table) = unsafe { (&mut *context.cast::<Tally>(), CStr::from_ptr(table).to_string_lossy()) };
    // Temporary tables are no part of the file.
    if unsafe { CStr::from_ptr(database) } == c"temp" {
        return;
    }
    let count = match operation {
        ffi::SQLITE_DELETE => &mut tally.deleted,
        ffi::SQLITE_UPDATE => &mut tally.updated,
        ffi::SQLITE_INSERT => &mut tally.inserted,
        _ => return,
    };
    match count.get_mut(table.as_ref()) {
        Some(n) => *n += 1,
        None => {
            count.insert(table.clone().into_owned(), 1);
        }
    }
    if operation == ffi::SQLITE_DELETE
        && let Some(keys) = &mut tally.keys
    {
        // SAFETY: called from within the hook, where the old row can be read.
        unsafe { keep_key(keys, &table, old_rowid, db) };
    }
    if operation != ffi::SQLITE_DELETE || tally.deleted.get(table.as_ref()).is_some_and(|n| *n > N_SAMPLES as u64) {
        return;
    }
    // SAFETY: called from within the hook, where the old row can be read.
    let row = unsafe { old_row(db) };
    tally.samples.entry(table.into_owned()).or_default().push(row);
}

/// # Safety
/// Only within a pre-update hook of `db` for a DELETE.
unsafe fn keep_key(keys: &mut BTreeMap<String, DoomedKeys>, table: &str, rowid: i64, db: *mut ffi::sqlite3) {
    match keys.get_mut(table) {
        Some(DoomedKeys::Rowids(rowids)) => rowids.push(rowid),
        Some(DoomedKeys::Values { columns, rows }) => {
            let row = unsafe { old_row(db) };
            rows.push(columns.iter().filter_map(|at| row.get(*at).cloned()).collect());
        }
        None => {
            keys.insert(table.to_owned(), DoomedKeys::Rowids(vec![rowid]));
        }
    }
}

/// # Safety
/// Only within a pre-update hook of `db` for a DELETE or UPDATE.
unsafe fn old_row(db: *mut ffi::sqlite3) -> Vec<Value> {
    let n_columns = unsafe { sqlite3_preupdate_count(db) };
    (0..n_columns)
        .map(|column| unsafe {
            let mut value = std::ptr::null_mut();
            if sqlite3_preupdate_old(db, column, &mut value) != ffi::SQLITE_OK || value.is_null() {
                return Value::Null;
            }
            match ffi::sqlite3_value_type(value) {
                ffi::SQLITE_INTEGER => Value::Integer(ffi::sqlite3_value_int64(value)),
                ffi::SQLITE_FLOAT => Value::Real(ffi::sqlite3_value_double(value)),
                ffi::SQLITE_TEXT => {
                    let text = ffi::sqlite3_value_text(value);
                    Value::Text(
                        String::from_utf8_lossy(bytes_of(text.cast(), ffi::sqlite3_value_bytes(value))).into_owned(),
                    )
                }
                ffi::SQLITE_BLOB => {
                    let blob = ffi::sqlite3_value_blob(value);
                    Value::Blob(bytes_of(blob.cast(), ffi::sqlite3_value_bytes(value)).to_vec())
                }
                _ => Value::Null,
            }
        })
        .collect()
}

/// # Safety
/// `start` is null or points to `len` bytes that stay as they are while the slice is used.
unsafe fn bytes_of<'a>(start: *const u8, len: c_int) -> &'a [u8] {
    match usize::try_from(len) {
        Ok(len) if !start.is_null() => unsafe { std::slice::from_raw_parts(start, len) },
        _ => &[],
    }
}
