//! One base, many forks: a SQLite virtual file system whose files are immutable bytes plus an overlay of changed pages.
//!
//! ```text
//! Source (a file, a Blob, RAM; maybe behind a CachedSource)
//!   -> Base     immutable bytes, shared by every fork; can move into RAM or a Scratch file while they read
//!     -> Overlay  the pages one fork changed, shared with its own forks until one of them writes; in RAM, and beyond a
//!                 limit in a Scratch file, if there is one
//!       -> Fork     a name on the VFS: the main database file, its -wal and its -journal, I/O counters
//! ```
//!
//! What was opened is never written. Discarding a fork is the roll-back, and nothing outlives the last handle: there
//! is no file system behind the names, so a name that is not a live fork's cannot be opened, created or attached.
//!
//! - Everything belongs to the thread that made it: forks are found, and the clock is set, per thread. A SQLite
//!   connection must be opened, used and closed on the thread of its fork.
//! - Locks and syncs do nothing. That is sound because a fork's main file can be open once only.
//! - There is no shared memory: a database in WAL mode needs `PRAGMA locking_mode=EXCLUSIVE` as the first statement.
//! - Offsets and lengths are bytes in `u64`. Running out of memory, a source that fails and a source that ends early
//!   are errors SQLite reports, never panics.

#[cfg(target_arch = "wasm32")]
mod ahead;
mod base;
#[cfg(target_arch = "wasm32")]
mod blob;
mod cached;
mod clock;
mod counters;
mod fork;
#[cfg(target_arch = "wasm32")]
mod opfs;
mod overlay;
mod scratch;
mod source;
mod spill;
mod vfs;

#[cfg(target_arch = "wasm32")]
pub use ahead::{READ_AHEAD, serve_read_ahead, shares_memory};
pub use base::{Base, Promotion, PromotionState};
#[cfg(target_arch = "wasm32")]
pub use blob::BlobSource;
pub use cached::CachedSource;
pub use clock::{now, set_now};
pub use counters::{Counters, PageSet};
pub use fork::Fork;
#[cfg(target_arch = "wasm32")]
pub use opfs::{OpfsFile, remove_left_overs};
pub use overlay::Overlay;
pub use scratch::Scratch;
#[cfg(not(target_arch = "wasm32"))]
pub use source::FileSource;
pub use source::{Fetched, RamSource, Source};
pub use spill::{bytes_in_memory, spill_to, spills, stop_spilling};
pub use vfs::{SnapshotError, VFS_NAME, register, take_io_error};
