//! What no statement may do, whoever wrote it: the person, or the file in its views, triggers and generated columns.

use std::ffi::{CStr, c_char, c_int, c_void};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::ffi;
use rusqlite::limits::Limit;

use super::error::Result;

/// A text, a blob and a row. SQLite's own limit of 1 GB is a quarter of the memory that a browser can give.
pub const MAX_VALUE_BYTES: i32 = 256 << 20;

/// SQLite's limits, where its own suit a server better than a page: a statement of a hostile file must end with an
/// error, not with the stack or the memory of the worker.
const LIMITS: [(Limit, i32); 3] = [
    (Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 1_000_000),
    (Limit::SQLITE_LIMIT_VDBE_OP, 1_000_000),
];

/// PRAGMAs that change more than the database they are said to, or what protects from its file. They may be asked.
const KEPT_PRAGMAS: [&[u8]; 5] =
    [b"trusted_schema", b"soft_heap_limit", b"hard_heap_limit", b"temp_store_directory", b"data_store_directory"];

/// To be called before anything is read.
pub fn enclose(connection: &Connection) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    for (limit, value) in LIMITS {
        connection.set_limit(limit, value)?;
    }
    // SAFETY: the connection is open, and the function needs no data that could go before it. rusqlite's own wrapper
    // panics at a name that is not UTF-8, which a damaged file may well hold.
    unsafe { ffi::sqlite3_set_authorizer(connection.handle(), Some(authorize), std::ptr::null_mut()) };
    Ok(())
}

/// Changes rows of `sqlite_schema`, which is closed to every statement but these.
pub fn rewrite_schema(connection: &Connection, rewrite: impl FnOnce() -> Result<()>) -> Result<()> {
    lifted(connection, || {
        connection.execute_batch("PRAGMA writable_schema = ON")?;
        let rewritten = rewrite();
        connection.execute_batch("PRAGMA writable_schema = RESET")?;
        rewritten
    })
}

/// Lets the connection go on without a journal, which no other statement can ask for.
pub fn switch_journal_off(connection: &Connection) -> Result<()> {
    lifted(connection, || Ok(connection.execute_batch("PRAGMA journal_mode = OFF")?))
}

fn lifted(connection: &Connection, work: impl FnOnce() -> Result<()>) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
    let out = work();
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    out
}

/// SQLite asks this while it prepares a statement. What the four texts are depends on the action.
unsafe extern "C" fn authorize(
    _: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    _database: *const c_char,
    _trigger: *const c_char,
) -> c_int {
    // SAFETY: SQLite gives NULL or a text that ends with NUL and outlives the call.
    let text = |text: *const c_char| (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes());
    match is_allowed(action, text(first), text(second)) {
        true => ffi::SQLITE_OK,
        false => ffi::SQLITE_DENY,
    }
}

fn is_allowed(action: c_int, first: Option<&[u8]>, second: Option<&[u8]>) -> bool {
    match action {
        // VACUUM attaches '', a temporary database of its own. A name that is only known when the statement runs is NULL.
        ffi::SQLITE_ATTACH => first == Some(b""),
        ffi::SQLITE_FUNCTION => !is_one_of(second, &[b"load_extension"]),
        ffi::SQLITE_PRAGMA => second.is_none() || !is_one_of(first, &KEPT_PRAGMAS),
        _ => true,
    }
}

fn is_one_of(name: Option<&[u8]>, names: &[&[u8]]) -> bool {
    name.is_some_and(|name| names.iter().any(|other| name.eq_ignore_ascii_case(other)))
}
