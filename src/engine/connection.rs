//! A connection on a fork, always with the same settings: what the application has, and nothing left to defaults.

use std::ops::{Deref, DerefMut};

use rusqlite::{Connection, OpenFlags};

use super::error::Result;
use super::{interrupt, sandbox};
use crate::snapshot::{Fork, VFS_NAME};

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
}

impl Db {
    pub fn open(fork: Fork, foreign_keys: ForeignKeys) -> Result<Self> {
        let connection = open(fork.name(), foreign_keys)?;
        Ok(Self { connection, fork })
    }

    /// Without a rollback journal: quicker and half the memory, but a statement that fails leaves the fork useless
    /// and loses SQLite's words.
    pub fn open_unjournaled(fork: Fork, foreign_keys: ForeignKeys) -> Result<Self> {
        let db = Self::open(fork, foreign_keys)?;
        sandbox::switch_journal_off(&db)?;
        Ok(db)
    }

    pub fn fork(&self) -> &Fork {
        &self.fork
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
    open(":memory:", foreign_keys)
}

fn open(name: &str, foreign_keys: ForeignKeys) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags_and_vfs(name, flags, VFS_NAME)?;
    sandbox::enclose(&connection)?;
    // EXCLUSIVE before anything is read: SQLite then replays a -wal without shared memory. Leaving WAL mode
    // checkpoints it into the fork. Neither changes a file: the fork takes every write.
    connection.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -2000;",
    )?;
    let switch = match foreign_keys {
        ForeignKeys::On => "PRAGMA journal_mode = MEMORY; PRAGMA foreign_keys = ON;",
        ForeignKeys::Off => "PRAGMA journal_mode = MEMORY; PRAGMA foreign_keys = OFF;",
    };
    connection.execute_batch(switch)?;
    interrupt::watch(&mut connection)?;
    Ok(connection)
}

/// `name` as an SQL identifier.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
