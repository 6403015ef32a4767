//! What a person is told of the copy of a large file.

use super::numbers;

/// Why there is no copy, when the browser has no room for one.
pub fn no_room(wanted: u64) -> String {
    format!("the browser has no room for {} on disk", numbers::bytes(wanted).text())
}

/// Why there is no copy, when the room that was there has gone.
pub fn room_has_gone(error: &str) -> String {
    format!("there is no room for a copy ({error})")
}

/// Why there is no copy, when a person wants none.
pub const DECLINED: &str = "its copy was declined";

/// What it means that there is none.
pub fn stays_lazy(why: &str) -> String {
    format!(
        "The file is read where it is, because {why}. Verdicts, rows and whatever follows the file's own order are as quick as \
         ever; what walks a large table by one of its indexes is slow, and an index of a large table may need more room \
         than there is."
    )
}
