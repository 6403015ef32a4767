//! A connection on a fork, always with the same settings: what the application has, and nothing left to defaults.

use std::ops::{Deref, DerefMut};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::{EngineError, Result};
use super::{interrupt, sandbox};
use crate::domain::failure::Failure;
use crate::snapshot::{self, Fork, VFS_NAME};

/// Page cache of a connection that changes many pages; one of them is open at a time.
const CHANGED_PAGES_KIB: u32 = 32 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignKeys {
    /// As in the application: sqlx switches them on for every connection.
    On,
    /// As in the sqlite3 shell.
    Off,
}

/// A fork with a connection on it. The connection closes before the fork goes.
pub struct Db {
    connection: Connection,
    fork: Fork,
    schema_damage: Option<Failure>,
}

impl Db {
    pub fn open(fork: Fork, foreign_keys: ForeignKeys) -> Result<Self> {
        let (connection, schema_damage) = open(fork.name(), foreign_keys)?;
        Ok(Self { connection, fork, schema_damage })
    }

    /// For statements that change pages all over the file, which are else fetched and written back again and again.
    pub fn open_to_change(fork: Fork, foreign_keys: ForeignKeys) -> Result<Self> {
        let db = Self::open(fork, foreign_keys)?;
        db.execute_batch(&format!("PRAGMA cache_size = -{CHANGED_PAGES_KIB}"))?;
        Ok(db)
    }

    /// The same without a rollback journal: quicker and half the memory, but a statement that fails leaves the fork
    /// useless and loses SQLite's words.
    pub fn open_unjournaled(fork: Fork, foreign_keys: ForeignKeys) -> Result<Self> {
        let db = Self::open_to_change(fork, foreign_keys)?;
        sandbox::switch_journal_off(&db)?;
        Ok(db)
    }

    pub fn fork(&self) -> &Fork {
        &self.fork
    }

    /// SQLite's words on what of the schema it cannot read.
    pub fn schema_damage(&self) -> Option<&Failure> {
        self.schema_damage.as_ref()
    }

    /// Closes the connection and keeps the fork.
    pub fn into_fork(self) -> Fork {
        drop(self.connection);
        self.fork
    }
}

impl Deref for Db {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Db {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// An empty database in memory whose `'now'` is the snapshot's clock.
pub fn open_in_memory(foreign_keys: ForeignKeys) -> Result<Connection> {
    Ok(open(":memory:", foreign_keys)?.0)
}

/// The connection, and SQLite's words on its schema where that is damaged.
fn open(name: &str, foreign_keys: ForeignKeys) -> Result<(Connection, Option<Failure>)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags_and_vfs(name, flags, VFS_NAME)?;
    sandbox::enclose(&connection)?;
    // EXCLUSIVE before anything is read: SQLite then replays a -wal without shared memory. Leaving WAL mode
    // checkpoints it into the fork. Neither changes a file: the fork takes every write.
    let settings = format!(
        "PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA temp_store = {};
         PRAGMA cache_size = -2000;
         PRAGMA journal_mode = MEMORY;
         PRAGMA foreign_keys = {};",
        // A file here is one of the snapshot's, in memory first. SQLite's own store in memory knows no limit.
        if snapshot::spills() { "FILE" } else { "MEMORY" },
        if foreign_keys == ForeignKeys::On { "ON" } else { "OFF" }
    );
    let damage = match connection.execute_batch(&settings) {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
            // With this SQLite keeps what it could read of a schema: the statement that reads it fails, and every later one
            // works with that.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true)?;
            connection.execute_batch(&settings).or_else(|_| connection.execute_batch(&settings))?;
            Some(Failure::from(&EngineError::from(error)))
        }
        answer => {
            answer?;
            None
        }
    };
    interrupt::watch(&mut connection)?;
    Ok((connection, damage))
}

/// `name` as an SQL identifier.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
