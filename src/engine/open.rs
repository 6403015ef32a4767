//! From what was dropped to an open database: which file is what, is it whole, and what it holds.

use super::connection::{Db, ForeignKeys};
use super::error::{EngineError, Result};
use super::header::{self, Header};
use super::overview;
use crate::domain::catalogue::Catalogue;
use crate::domain::database::Database;
use crate::domain::failure::FailureKind;
use crate::snapshot::{Base, Fork};

/// One dropped file: its name and its bytes.
pub struct Dropped {
    pub name: String,
    pub base: Base,
}

/// An open database: what was dropped, and the facts about it.
pub struct Opened {
    pub base: Base,
    /// What was dropped, with its `-wal` replayed. Nothing is ever written to it after that.
    pub original: Fork,
    pub database: Database,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Database,
    Wal,
    Journal,
    Shm,
}

impl Role {
    fn of(name: &str) -> Self {
        match name {
            name if name.ends_with("-wal") => Self::Wal,
            name if name.ends_with("-journal") => Self::Journal,
            name if name.ends_with("-shm") => Self::Shm,
            _ => Self::Database,
        }
    }
}

pub fn open(dropped: Vec<Dropped>, catalogue: &Catalogue) -> Result<Opened> {
    let names: Vec<&str> = dropped.iter().map(|file| file.name.as_str()).collect();
    let of = |role| dropped.iter().filter(move |file| Role::of(&file.name) == role);
    if dropped.is_empty() {
        return Err(EngineError::new(FailureKind::NoFile, "No file was dropped"));
    }
    if of(Role::Database).count() > 1 {
        let names: Vec<&str> = of(Role::Database).map(|file| file.name.as_str()).collect();
        return Err(EngineError::new(
            FailureKind::TwoDatabases,
            format!("{} were dropped at once", names.join(" and ")),
        ));
    }
    let Some(file) = of(Role::Database).next() else {
        return Err(EngineError::new(
            FailureKind::JournalWithoutDatabase,
            format!("{} came without its database", names.join(" and ")),
        ));
    };
    for journal in of(Role::Journal) {
        if !is_hot(&journal.base)? {
            continue;
        }
        return Err(EngineError::new(
            FailureKind::HotJournal,
            format!("{} says that a transaction on {} did not finish", journal.name, file.name),
        ));
    }
    let mut notices = Vec::new();
    let wal = match of(Role::Wal).next() {
        Some(wal) if wal.name.trim_end_matches("-wal") != file.name => {
            return Err(EngineError::new(
                FailureKind::JournalWithoutDatabase,
                format!("{} does not belong to {}", wal.name, file.name),
            ));
        }
        Some(wal) => Some(read_all(&wal.base)?),
        None => None,
    };
    let header = read_header(file, wal.is_some())?;
    let wal_frames = wal.as_deref().map_or(0, |wal| header::wal_frames(wal, header.page_size));
    if header.wal && wal.is_none() {
        notices.push(
            "The file is in WAL mode and came without its -wal: rows that the application wrote last may be missing."
                .to_owned(),
        );
    }
    let journal_mode = if header.wal { "wal" } else { "delete" };

    // The first connection replays the -wal into the fork and leaves WAL mode.
    let db = Db::open(Fork::new(&file.base, wal), ForeignKeys::On)?;
    let mut database = overview::read(&db, catalogue)?;
    database.file_name = file.name.clone();
    database.bytes = file.base.len();
    database.journal_mode = journal_mode.into();
    database.wal_frames = wal_frames;
    database.notices.splice(0..0, notices);
    Ok(Opened { base: file.base.clone(), original: db.into_fork(), database })
}

/// As SQLite tells: journal_mode PERSIST zeroes a journal's header once its transaction has finished.
fn is_hot(journal: &Base) -> Result<bool> {
    let mut first = [0];
    Ok(journal.read_at(0, &mut first)? == 1 && first != [0])
}

fn read_header(file: &Dropped, with_wal: bool) -> Result<Header> {
    let mut head = vec![0; 4096];
    let n_read = file.base.read_at(0, &mut head)?;
    head.truncate(n_read);
    Ok(header::read(&file.name, &head, file.base.len(), with_wal)?)
}

fn read_all(base: &Base) -> Result<Vec<u8>> {
    let too_large = || EngineError::new(FailureKind::OutOfMemory, "The -wal is too large to be held in memory");
    let len = usize::try_from(base.len()).map_err(|_| too_large())?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(len).map_err(|_| too_large())?;
    bytes.resize(len, 0);
    let n_read = base.read_at(0, &mut bytes)?;
    bytes.truncate(n_read);
    Ok(bytes)
}
