//! From what was dropped to an open database: which file is what, is it whole, and what it holds.

use super::companions::{self, Wal};
use super::connection::{Db, ForeignKeys};
use super::error::{EngineError, Result};
use super::header::{self, Header};
use super::overview;
use crate::domain::catalogue::Catalogue;
use crate::domain::database::Database;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::numbers;
use crate::snapshot::{Base, Fork};

/// One dropped file: its name and its bytes.
pub struct Dropped {
    pub name: String,
    pub base: Base,
}

/// An open database: what was dropped, and the facts about it.
pub struct Opened {
    pub base: Base,
    /// What was dropped, with its `-journal` rolled back and its `-wal` replayed. Nothing is ever written to it after that.
    pub original: Fork,
    pub database: Database,
    /// What is known to be wrong with the file, one sentence each. What can be read of it is shown all the same.
    pub damage: Vec<String>,
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
    let wal = companion(file, of(Role::Wal).next(), "-wal")?;
    let journal = match companion(file, of(Role::Journal).next(), "-journal")? {
        Some(journal) if companions::is_hot(&journal.base)? => Some(journal),
        _ => None,
    };
    let header = read_header(file)?;
    let mut notices = Vec::new();
    let mut wal_frames = 0;
    if let Some(wal) = wal {
        let read = Wal::read(&wal.base, file.base.len() / u64::from(header.page_size))?;
        wal_frames = read.n_frames;
        notices.extend(read.notice(&wal.name, wal.base.len(), &header));
    } else if header.wal {
        notices.push(
            "The file is in WAL mode and came without its -wal: rows that the application wrote last may be missing."
                .to_owned(),
        );
    }
    let journal_mode = if header.wal { "wal" } else { "delete" };

    // The first connection rolls a hot journal back, replays the -wal into the fork and leaves WAL mode.
    let beside = |file: Option<&Dropped>| file.map(|file| file.base.clone());
    let fork = Fork::with_companions(&file.base, beside(wal), beside(journal));
    // With a -wal or a hot -journal beside it a file may be short: the missing pages stand there.
    let is_cut = header.missing_bytes > 0 && wal.is_none() && journal.is_none();
    let cut = is_cut.then(|| cut_short(file, &header));
    let mut damage = Vec::new();
    if let Some(words) = &cut {
        // A page that is there in part is one with zeros at its end, which need not be wrong.
        let lacks_pages = header.missing_bytes >= u64::from(header.page_size);
        if lacks_pages { &mut damage } else { &mut notices }.push(words.clone());
        fork.count_pages_as_they_are()?;
    }
    let db = Db::open(fork, ForeignKeys::On).map_err(|error| doubted(error, cut.as_deref(), &notices))?;
    if let Some(journal) = journal {
        let n_pages = db.fork().overlay_bytes() / u64::from(header.page_size);
        notices.push(companions::rolled_back(
            &journal.name,
            companions::super_journal(&journal.base)?.as_deref(),
            n_pages,
        ));
    }
    damage.extend(
        db.schema_damage().map(|failure| format!("The schema is damaged, and some of it is not shown: {failure}.")),
    );
    let mut database = overview::read(&db, catalogue).map_err(|error| doubted(error, cut.as_deref(), &notices))?;
    if database.tables.is_empty() && !damage.is_empty() {
        let lacking = || Failure::new(FailureKind::Corrupt, "nothing is left of the schema");
        let mut failure = db.schema_damage().cloned().unwrap_or_else(lacking);
        failure.message = format!(
            "The header of {} tells of {} of {} bytes, but none of its tables can be read: {}",
            file.name,
            numbers::counted(database.page_count, "page", "pages"),
            numbers::count(header.page_size.into()),
            failure.message
        );
        return Err(doubted(failure.into(), cut.as_deref(), &notices));
    }
    notices.splice(0..0, damage.iter().cloned());
    database.file_name = file.name.clone();
    database.bytes = file.base.len();
    database.journal_mode = journal_mode.into();
    database.wal_frames = wal_frames;
    database.notices.splice(0..0, notices);
    Ok(Opened { base: file.base.clone(), original: db.into_fork(), database, damage })
}

fn cut_short(file: &Dropped, header: &Header) -> String {
    let bytes = file.base.len();
    let expected = bytes + header.missing_bytes;
    format!(
        "{} is cut short: {} of {} bytes are there. Rows that stood in the rest are missing; copy it again from its source.",
        file.name,
        numbers::count(bytes),
        numbers::count(expected)
    )
}

/// A file that SQLite finds damaged may be so because it is cut, or because of what was dropped with it.
fn doubted(error: EngineError, cut: Option<&str>, notices: &[String]) -> EngineError {
    let mut failure = Failure::from(&error);
    if let Some(words) = cut {
        return EngineError::new(FailureKind::CutShort, words);
    }
    // A header that asks for a format of the future, for one.
    if failure.kind == FailureKind::Sql {
        failure.kind = FailureKind::Corrupt;
    }
    if failure.kind != FailureKind::Corrupt || notices.is_empty() {
        return failure.into();
    }
    failure.message = format!("{}. {}", failure.message, notices.join(" "));
    failure.into()
}

/// The dropped file beside the database, if its name says that it belongs there.
fn companion<'a>(database: &Dropped, file: Option<&'a Dropped>, ending: &str) -> Result<Option<&'a Dropped>> {
    match file {
        Some(file) if file.name.strip_suffix(ending) != Some(database.name.as_str()) => Err(EngineError::new(
            FailureKind::JournalWithoutDatabase,
            format!("{} does not belong to {}", file.name, database.name),
        )),
        file => Ok(file),
    }
}

fn read_header(file: &Dropped) -> Result<Header> {
    let mut head = vec![0; 4096];
    let n_read = file.base.read_at(0, &mut head)?;
    head.truncate(n_read);
    Ok(header::read(&file.name, &head, file.base.len())?)
}
