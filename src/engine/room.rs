//! A file that is too large for memory gets room beside it.

use std::io;

use super::error::{EngineError, Result};
use super::{Engine, not_open};
use crate::domain::failure::FailureKind;
use crate::snapshot::{self, Scratch};

/// Changed pages and temporary files of all forks that stay in memory: with SQLite's own caches and the page's wasm that
/// is far from the 4 GiB at which wasm memory ends.
const MAX_CHANGES_IN_MEMORY: u64 = 512 << 20;

impl Engine {
    /// From here on the dropped file is copied into `copy`, step by step, and what SQLite changes and sorts goes to `changes`
    /// once memory holds enough of it.
    pub fn make_room(&mut self, copy: impl Scratch + 'static, changes: impl Scratch + 'static) -> Result<()> {
        let session = self.session()?;
        if let Some(base) = &session.base {
            base.promote_to(copy);
        }
        snapshot::spill_to(changes, MAX_CHANGES_IN_MEMORY);
        for db in [&session.original, &session.candidate] {
            db.execute_batch("PRAGMA temp_store = FILE")?;
        }
        Ok(())
    }

    /// The copy is given back; what is read comes from the dropped file.
    pub fn stay_lazy(&self) -> Result<()> {
        let session = self.session.as_ref().ok_or_else(not_open)?;
        if let Some(base) = &session.base {
            base.stay_lazy();
        }
        Ok(())
    }
}

/// A copy that found no room is no file that could not be read.
pub(super) fn of_copying(error: io::Error) -> EngineError {
    match error.kind() {
        io::ErrorKind::OutOfMemory | io::ErrorKind::StorageFull => {
            EngineError::new(FailureKind::OutOfMemory, format!("there is no room for a copy ({error})"))
        }
        _ => error.into(),
    }
}
