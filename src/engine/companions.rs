//! What stands beside a database: its `-wal` and its `-journal`. SQLite replays them itself; here is what it will make
//! of them, so that a person can be told.

use std::collections::HashSet;

use super::error::Result;
use super::header::Header;
use crate::domain::numbers;
use crate::snapshot::Base;

const WAL_HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
const JOURNAL_MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// A `-wal`, read as SQLite reads it: up to the first frame that does not follow from the one before.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wal {
    /// Frames up to the last commit: what SQLite shows.
    pub n_committed: u64,
    /// Frames that the file has room for.
    pub n_frames: u64,
    /// `None` without a header that SQLite accepts.
    pub page_size: Option<u32>,
    /// Pages that the last commit counts, and that stand neither here nor in the database.
    pub n_missing_pages: u64,
}

impl Wal {
    /// Reads it in pieces: it may be larger than the memory. `n_pages` is what the database beside it holds.
    pub fn read(wal: &Base, n_pages: u64) -> Result<Self> {
        let mut header = [0; WAL_HEADER_BYTES];
        if wal.read_at(0, &mut header)? < WAL_HEADER_BYTES {
            return Ok(Self::default());
        }
        let is_big_endian = match u32_at(&header, 0) {
            0x377f_0682 => false,
            0x377f_0683 => true,
            _ => return Ok(Self::default()),
        };
        let page_size = u32_at(&header, 8);
        let mut sum = checksum([0, 0], &header[..24], is_big_endian);
        if !page_size.is_power_of_two()
            || !(512..=65536).contains(&page_size)
            || sum != [u32_at(&header, 24), u32_at(&header, 28)]
        {
            return Ok(Self::default());
        }
        let mut frame = vec![0; FRAME_HEADER_BYTES + page_size as usize];
        let n_frames = (wal.len() - WAL_HEADER_BYTES as u64) / frame.len() as u64;
        let (mut n_committed, mut size) = (0, 0);
        let mut added = HashSet::new();
        for n in 0..n_frames {
            let offset = WAL_HEADER_BYTES as u64 + n * frame.len() as u64;
            if wal.read_at(offset, &mut frame)? < frame.len() {
                break;
            }
            sum = checksum(sum, &frame[..8], is_big_endian);
            sum = checksum(sum, &frame[FRAME_HEADER_BYTES..], is_big_endian);
            let page = u64::from(u32_at(&frame, 0));
            let follows = frame[8..16] == header[16..24] && sum == [u32_at(&frame, 16), u32_at(&frame, 20)];
            if !follows || page == 0 {
                break;
            }
            if page > n_pages {
                added.insert(page);
            }
            // The frame that commits gives the size of the database in pages.
            if u32_at(&frame, 4) > 0 {
                (n_committed, size) = (n + 1, u64::from(u32_at(&frame, 4)));
            }
        }
        // Pages of an unfinished transaction lie beyond the size, or were there before.
        let n_added = added.iter().filter(|page| **page <= size).count() as u64;
        let n_missing_pages = size.saturating_sub(n_pages).saturating_sub(n_added);
        Ok(Self { n_committed, n_frames, page_size: Some(page_size), n_missing_pages })
    }

    /// What a person should know of the pair.
    pub fn notice(&self, name: &str, bytes: u64, header: &Header) -> Option<String> {
        match self.page_size {
            None if bytes > 0 => Some(format!(
                "{name} has no header that SQLite accepts, so it was ignored: it is damaged or was never a -wal. Rows \
                 that it held are missing."
            )),
            Some(size) if size != header.page_size && self.n_committed > 0 => Some(format!(
                "{name} holds pages of {size} bytes and the database pages of {}: they are hardly a pair. Drop the two \
                 files of one moment.",
                header.page_size
            )),
            Some(_) if self.n_missing_pages > 0 => Some(format!(
                "{name} counts {} that stand neither in it nor in the database: it hardly belongs to this file, and what \
                 is shown may be a mixture of two. Drop the two files of one moment.",
                numbers::counted(self.n_missing_pages, "page", "pages")
            )),
            Some(_) if self.n_frames > 0 && self.n_committed == 0 => Some(format!(
                "{name} holds no finished transaction that follows from its header, so SQLite ignores it: it is left \
                 over from before the last checkpoint, or damaged."
            )),
            _ => None,
        }
    }
}

/// As SQLite tells: journal_mode PERSIST zeroes a journal's header once its transaction has finished.
pub fn is_hot(journal: &Base) -> Result<bool> {
    let mut first = [0];
    Ok(journal.read_at(0, &mut first)? == 1 && first != [0])
}

/// The super-journal that a journal names: the file that ties a transaction on several databases together.
pub fn super_journal(journal: &Base) -> Result<Option<String>> {
    const TAIL_BYTES: u64 = 16;
    const LONGEST_NAME: u64 = 4096;
    let mut tail = [0; TAIL_BYTES as usize];
    let Some(at) = journal.len().checked_sub(TAIL_BYTES) else { return Ok(None) };
    journal.read_at(at, &mut tail)?;
    let length = u64::from(u32_at(&tail, 0));
    if tail[8..] != JOURNAL_MAGIC || length == 0 || length > LONGEST_NAME.min(at) {
        return Ok(None);
    }
    let mut name = vec![0; length as usize];
    journal.read_at(at - length, &mut name)?;
    // SQLite adds the bytes up as signed ones.
    let sum = name.iter().fold(0_u32, |sum, byte| sum.wrapping_add_signed(i32::from(*byte as i8)));
    Ok((sum == u32_at(&tail, 4)).then(|| String::from_utf8_lossy(&name).into_owned()))
}

/// What became of an unfinished transaction. `n_pages` is what SQLite put back.
pub fn rolled_back(name: &str, super_journal: Option<&str>, n_pages: u64) -> String {
    match super_journal {
        Some(of) if n_pages == 0 => format!(
            "{name} belongs to a transaction on several databases and names the super-journal {of}. Without that file \
             SQLite takes the transaction as finished, so nothing was rolled back. If {of} still exists, open the \
             original once with the sqlite3 shell first."
        ),
        _ if n_pages == 0 => {
            format!("{name} holds no page that SQLite could put back: what the file holds is shown as it is.")
        }
        _ => format!(
            "{name} says that a transaction did not finish. It was rolled back in the view, {}; the file is as it was.",
            numbers::counted(n_pages, "page", "pages")
        ),
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// SQLite's running sum over pairs of words, in the byte order of the machine that wrote them.
fn checksum([mut first, mut second]: [u32; 2], bytes: &[u8], is_big_endian: bool) -> [u32; 2] {
    for pair in bytes.chunks_exact(8) {
        let word = |at: usize| {
            let word = u32_at(pair, at);
            if is_big_endian { word } else { word.swap_bytes() }
        };
        first = first.wrapping_add(word(0)).wrapping_add(second);
        second = second.wrapping_add(word(4)).wrapping_add(first);
    }
    [first, second]
}
