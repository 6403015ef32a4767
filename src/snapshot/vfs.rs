//! What SQLite calls.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::sync::Mutex;
use std::time::Duration;

use rsqlite_vfs::{
    AccessMode, DeviceCharacteristics, LockLevel, OpenOptions, OpenRequest, OpenedFile, OsCallback, RegisterVfsError,
    SQLiteIoMethods, SQLiteVfs, SyncOptions, VfsError, VfsErrorCode, VfsFile, VfsResult, VfsStore, register_vfs,
};

use super::fork::{self, Companion, Files, Part};
use super::{Base, Overlay, RamSource};

/// The name to open connections with. It is never the default VFS.
pub const VFS_NAME: &str = "snapshot";

/// Why the VFS could not be registered.
#[derive(Debug)]
pub struct SnapshotError(RegisterVfsError);

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the snapshot file system cannot be registered: {}", self.0)
    }
}

impl std::error::Error for SnapshotError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// Makes [`VFS_NAME`] known to SQLite for the rest of the process. The first call does it, later ones do nothing.
///
/// # Errors
///
/// SQLite fails to initialise, or someone else has taken the name.
pub fn register() -> Result<(), SnapshotError> {
    static REGISTERED: Mutex<bool> = Mutex::new(false);
    let mut registered = REGISTERED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if !*registered {
        // SAFETY: the constructor, layout and callbacks are the crate's own and agree on `()` as app data, which needs
        // no synchronization; everything else is thread-local. The mutex serializes registrations of this name.
        let registration = unsafe { register_vfs::<Io, Vfs>(VFS_NAME, (), false) }.map_err(SnapshotError)?;
        registration.into_raw();
        *registered = true;
    }
    Ok(())
}

/// The message of this thread's latest failed read, write or truncation, which SQLite reduces to "disk I/O error": in
/// the browser the DOM exception's name and text. Answers it once.
pub fn take_io_error() -> Option<String> {
    IO_ERROR.try_with(|error| error.take()).ok().flatten()
}

thread_local! {
    static IO_ERROR: RefCell<Option<String>> = const { RefCell::new(None) };
}

struct Vfs;
struct Io;
struct Store;
struct Os;

enum OpenFile {
    Main(Rc<Files>),
    Companion(Rc<Files>, Companion),
    /// As large as SQLite makes it, so it may go where changed pages go.
    Temporary(Overlay),
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        if let OpenFile::Main(files) = self {
            files.main_is_open.set(false);
        }
    }
}

impl VfsFile for OpenFile {
    fn read(&mut self, buf: &mut [u8], offset: u64) -> VfsResult<usize> {
        match self {
            OpenFile::Main(files) => {
                let main = files.main.borrow();
                let n = main.read_at(offset, buf).map_err(failed(VfsErrorCode::IoRead))?;
                files.tally.borrow_mut().read(offset, n, main.page_size());
                Ok(n)
            }
            OpenFile::Companion(_, file) => file.borrow().read_at(offset, buf).map_err(failed(VfsErrorCode::IoRead)),
            OpenFile::Temporary(file) => file.read_at(offset, buf).map_err(failed(VfsErrorCode::IoRead)),
        }
    }

    fn write(&mut self, buf: &[u8], offset: u64) -> VfsResult<()> {
        match self {
            OpenFile::Main(files) => {
                files.main.borrow_mut().write_at(offset, buf).map_err(failed(VfsErrorCode::IoWrite))?;
                files.tally.borrow_mut().write(buf.len());
                Ok(())
            }
            OpenFile::Companion(files, file) => {
                files.tally.borrow_mut().counters.journal_writes += 1;
                file.borrow_mut().write_at(offset, buf).map_err(failed(VfsErrorCode::IoWrite))
            }
            OpenFile::Temporary(file) => file.write_at(offset, buf).map_err(failed(VfsErrorCode::IoWrite)),
        }
    }

    fn truncate(&mut self, size: u64) -> VfsResult<()> {
        match self {
            OpenFile::Main(files) => files.main.borrow_mut().set_len(size).map_err(failed(VfsErrorCode::IoTruncate)),
            OpenFile::Companion(_, file) => file.borrow_mut().set_len(size).map_err(failed(VfsErrorCode::IoTruncate)),
            OpenFile::Temporary(file) => file.set_len(size).map_err(failed(VfsErrorCode::IoTruncate)),
        }
    }

    fn size(&self) -> VfsResult<u64> {
        match self {
            OpenFile::Main(files) => Ok(files.main.borrow().len()),
            OpenFile::Companion(_, file) => Ok(file.borrow().len()),
            OpenFile::Temporary(file) => Ok(file.len()),
        }
    }

    /// Memory tears no write. Without this promise SQLite takes a sector to be 4096 bytes and writes every page of it
    /// when one changes, so smaller pages would be counted and copied that no statement touched.
    fn device_characteristics(&self) -> DeviceCharacteristics {
        DeviceCharacteristics::POWERSAFE_OVERWRITE
    }

    /// Memory keeps what it has; it is counted what a disk would have to do.
    fn sync(&mut self, _options: SyncOptions) -> VfsResult<()> {
        match self {
            OpenFile::Main(files) | OpenFile::Companion(files, _) => files.tally.borrow_mut().counters.syncs += 1,
            OpenFile::Temporary(_) => {}
        }
        Ok(())
    }

    // A main file is open once only, so nobody else can hold a lock.
    fn lock(&mut self, _level: LockLevel) -> VfsResult<()> {
        Ok(())
    }

    fn unlock(&mut self, _level: LockLevel) -> VfsResult<()> {
        Ok(())
    }

    fn check_reserved_lock(&self) -> VfsResult<bool> {
        Ok(false)
    }
}

/// Keeps the message for [`take_io_error`]; SQLite gets the code.
fn failed(code: VfsErrorCode) -> impl FnOnce(io::Error) -> VfsError {
    move |error| {
        let code = match error.kind() {
            io::ErrorKind::OutOfMemory => VfsErrorCode::NoMemory,
            io::ErrorKind::StorageFull => VfsErrorCode::Full,
            _ => code,
        };
        let message = error.to_string();
        // A thread that is ending has no one left to ask.
        let _ = IO_ERROR.try_with(|last| last.replace(Some(message.clone())));
        VfsError::new(code, message.into())
    }
}

fn cannot_open(name: &str, why: &str) -> VfsError {
    VfsError::new(VfsErrorCode::CantOpen, format!("{name}: {why}").into())
}

impl VfsStore for Store {
    type File = OpenFile;
    type AppData = ();

    fn open_file(_: &(), request: OpenRequest<'_>) -> VfsResult<OpenedFile<OpenFile>> {
        let access = request.options.access();
        let Some(filename) = request.filename else {
            let nothing = Base::new(RamSource::default());
            return Ok(OpenedFile { file: OpenFile::Temporary(Overlay::new(&nothing, 64 << 10)), access });
        };
        let name = filename.path();
        let (files, part) = fork::find(name).ok_or_else(|| cannot_open(name, "no such fork"))?;
        let file = match part {
            Part::Main if files.main_is_open.replace(true) => {
                return Err(cannot_open(name, "this fork is open already"));
            }
            Part::Main => OpenFile::Main(files),
            Part::Wal | Part::Journal => {
                let created = || request.options.create().then(|| files.create_companion(part)).flatten();
                let companion = files.companion(part).or_else(created);
                OpenFile::Companion(files, companion.ok_or_else(|| cannot_open(name, "no such file"))?)
            }
        };
        Ok(OpenedFile { file, access })
    }

    fn close_file(_: &(), _name: Option<&str>, _file: OpenFile, _options: OpenOptions) -> VfsResult<()> {
        Ok(())
    }

    fn access(_: &(), name: &str, _mode: AccessMode) -> VfsResult<bool> {
        Ok(fork::find(name).is_some_and(|(files, part)| match part {
            Part::Main => true,
            Part::Wal | Part::Journal => files.companion(part).is_some(),
        }))
    }

    fn full_pathname(_: &(), name: &str) -> VfsResult<String> {
        Ok(name.into())
    }

    fn delete_file(_: &(), name: &str, _sync_dir: bool) -> VfsResult<()> {
        match fork::find(name) {
            Some((files, part)) if files.delete_companion(part) => Ok(()),
            // Only dropping the fork deletes its main file.
            Some((_, Part::Main)) => Err(VfsError::new(VfsErrorCode::IoDelete, "a fork is not deleted by SQL".into())),
            _ => Err(VfsError::new(VfsErrorCode::IoDeleteNoEntry, "no such file".into())),
        }
    }
}

impl SQLiteIoMethods for Io {
    type Store = Store;
}

impl SQLiteVfs<Io> for Vfs {
    type Os = Os;

    fn os(_: &()) -> &Os {
        &Os
    }
}

impl OsCallback for Os {
    /// SQLite sleeps on this VFS only while a lock is busy, and none ever is.
    fn sleep(&self, _duration: Duration) {}

    /// SQLite takes its randomness from the default VFS.
    fn random(&self, _buf: &mut [u8]) -> usize {
        0
    }

    fn epoch_timestamp_in_ms(&self) -> VfsResult<i64> {
        Ok(super::clock::now())
    }
}
