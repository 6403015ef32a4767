//! What SQLite has allocated, by its own account. It keeps one for the whole process.

use rusqlite::ffi;

/// The most that was allocated since the start, beyond what was allocated then.
pub struct HighWater {
    start: i64,
}

impl HighWater {
    pub fn start() -> Self {
        Self { start: used(true).0 }
    }

    pub fn bytes(&self) -> u64 {
        u64::try_from(used(false).1 - self.start).unwrap_or_default()
    }
}

/// Allocated now, and the most so far, which `reset` sets back to now.
fn used(reset: bool) -> (i64, i64) {
    let (mut now, mut most) = (0_i64, 0_i64);
    // SAFETY: both figures are written to variables of the type that SQLite documents.
    unsafe { ffi::sqlite3_status64(ffi::SQLITE_STATUS_MEMORY_USED, &mut now, &mut most, i32::from(reset)) };
    (now, most)
}
