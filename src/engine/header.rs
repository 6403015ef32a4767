//! The first bytes of a dropped file, before SQLite sees it: is it a database at all, and a whole one?

use crate::domain::failure::{Failure, FailureKind};

/// A database starts with these 16 bytes.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Bytes of the header.
pub const HEADER_BYTES: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub page_size: u32,
    /// Pages that the header gives; `None` when a writer older than SQLite 3.7 left the field stale.
    pub page_count: Option<u32>,
    /// Bytes that the file should have and lacks.
    pub missing_bytes: u64,
    /// Whether the header asks for WAL.
    pub wal: bool,
}

/// Reads the header of a file of `bytes` bytes whose first bytes are `head`.
pub fn read(name: &str, head: &[u8], bytes: u64) -> Result<Header, Failure> {
    let fail = |kind, message: String| Err(Failure::new(kind, message));
    if bytes == 0 {
        return fail(FailureKind::Empty, format!("{name} is empty"));
    }
    if !head.starts_with(MAGIC) {
        if MAGIC.starts_with(head) {
            return fail(FailureKind::CutShort, format!("{name} ends within its header, after {bytes} bytes"));
        }
        if looks_random(head) {
            return fail(FailureKind::Encrypted, format!("{name} looks encrypted"));
        }
        return fail(FailureKind::NotSqlite, format!("{name} is not a SQLite database"));
    }
    let Some(header) = head.get(..HEADER_BYTES) else {
        return fail(FailureKind::CutShort, format!("{name} ends within its header, after {bytes} bytes"));
    };
    let u32_at = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let page_size = match u32::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65536,
        size => size,
    };
    if !page_size.is_power_of_two() || !(512..=65536).contains(&page_size) {
        return fail(FailureKind::PageSize, format!("{name} gives a page size of {page_size} bytes, which cannot be"));
    }
    // The page count counts only when the change counter equals the version-valid-for number.
    let page_count = (u32_at(24) == u32_at(92) && u32_at(28) > 0).then(|| u32_at(28));
    let expected = u64::from(page_count.unwrap_or(1)) * u64::from(page_size);
    let missing_bytes = expected.saturating_sub(bytes);
    Ok(Header { page_size, page_count, missing_bytes, wal: header[18] == 2 || header[19] == 2 })
}

/// Encrypted bytes use nearly all values alike; text and other formats do not.
fn looks_random(head: &[u8]) -> bool {
    if head.len() < HEADER_BYTES {
        return false;
    }
    let mut seen = [false; 256];
    head.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    let printable = head.iter().filter(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()).count();
    // Of n random bytes about 256 * (1 - e^(-n/256)) differ, and about 38 % are printable ASCII.
    let expected = 256.0 * (1.0 - (-(head.len() as f64) / 256.0).exp());
    different as f64 > expected * 0.9 && printable * 2 < head.len()
}
