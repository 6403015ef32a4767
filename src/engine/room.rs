//! A file that is too large for memory gets room beside it.

use super::error::Result;
use super::{Engine, not_open};
use crate::snapshot::{self, Scratch};

/// Changed pages and temporary files of all forks that stay in memory: with SQLite's own caches and the page's wasm that
/// is far from the 4 GiB at which wasm memory ends.
const MAX_CHANGES_IN_MEMORY: u64 = 512 << 20;

impl Engine {
    /// From here on what SQLite changes and sorts goes to `changes` once memory holds enough of it.
    pub fn make_room(&mut self, changes: impl Scratch + 'static) -> Result<()> {
        let session = self.session()?;
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
