//! Where a base's bytes come from.

use std::io;
use std::ops::Range;

/// Immutable bytes read at an offset.
///
/// The length never changes and the same range always reads the same; a source that finds out otherwise (a file
/// changed behind its back) fails instead of answering.
pub trait Source {
    /// Length in bytes.
    fn len(&self) -> u64;

    /// Fills `buf` from `offset` on and returns how many bytes it wrote: fewer than asked for only where the source
    /// ends, 0 at or past the end.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;

    /// The same bytes for a reader that will not come back to them, as [`super::Base::promote_step`] will not: a cache
    /// neither answers nor remembers this.
    fn read_once(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.read_at(offset, buf)
    }

    /// `length` bytes from `offset` on, which must exist, left where the source brought them to, for a cache that hands
    /// them on piece by piece. What lies in `next` will probably be fetched after that, unless it is empty. `None` from a
    /// source that does not keep what it brings.
    ///
    /// # Errors
    ///
    /// As [`Source::read_at`].
    fn fetch(&self, _offset: u64, _length: usize, _next: Range<u64>) -> io::Result<Option<Box<dyn Fetched>>> {
        Ok(None)
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Bytes that one read of a source brought, in whose memory ever.
pub trait Fetched {
    fn len(&self) -> usize;

    /// Fills `buf` from `from` on; that many bytes must be there.
    fn copy(&self, from: usize, buf: &mut [u8]);

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How many of `wanted` bytes at `offset` exist in something `len` bytes long.
pub(super) fn available(len: u64, offset: u64, wanted: usize) -> usize {
    usize::try_from(len.saturating_sub(offset)).map_or(wanted, |left| left.min(wanted))
}

/// Fails where a source answered fewer bytes than its length promises.
pub(super) fn whole(got: usize, wanted: usize, offset: u64) -> io::Result<()> {
    if got == wanted {
        return Ok(());
    }
    let message = format!("the file ended early: {got} of {wanted} bytes at {offset}");
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, message))
}

/// Calls `visit` with each piece of `offset..offset + length` that lies in one unit of `unit` bytes: the unit's number,
/// where the piece starts within it, and the piece's place in the range.
///
/// The first error ends the walk. `offset + length` must not overflow.
pub(super) fn for_each_unit(
    unit: usize,
    offset: u64,
    length: usize,
    mut visit: impl FnMut(u64, usize, Range<usize>) -> io::Result<()>,
) -> io::Result<()> {
    let mut done = 0;
    while done < length {
        let at = offset + done as u64;
        let within = (at % unit as u64) as usize;
        let n = (unit - within).min(length - done);
        visit(at / unit as u64, within, done..done + n)?;
        done += n;
    }
    Ok(())
}

/// Bytes in memory, in chunks of 1 MiB: one allocation cannot pass 2 GiB on wasm, and growing moves nothing.
#[derive(Default)]
pub struct RamSource {
    /// Every chunk but the last is full.
    chunks: Vec<Vec<u8>>,
    len: u64,
}

impl RamSource {
    const CHUNK: usize = 1 << 20;

    /// A copy of `bytes`. Aborts when memory runs out, as `Vec` does; [`RamSource::append`] answers instead.
    pub fn from_bytes(bytes: impl AsRef<[u8]>) -> RamSource {
        let bytes = bytes.as_ref();
        RamSource { chunks: bytes.chunks(Self::CHUNK).map(<[u8]>::to_vec).collect(), len: bytes.len() as u64 }
    }

    /// Adds `bytes` at the end.
    ///
    /// # Errors
    ///
    /// `OutOfMemory`; a prefix of `bytes` may have been added by then.
    pub fn append(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.chunks.last().is_none_or(|last| last.len() == Self::CHUNK) {
                self.chunks.try_reserve(1)?;
                self.chunks.push(Vec::new());
            }
            let Some(last) = self.chunks.last_mut() else { break };
            let (now, later) = bytes.split_at(bytes.len().min(Self::CHUNK - last.len()));
            last.try_reserve_exact(now.len())?;
            last.extend_from_slice(now);
            self.len += now.len() as u64;
            bytes = later;
        }
        Ok(())
    }
}

impl Source for RamSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = available(self.len, offset, buf.len());
        for_each_unit(Self::CHUNK, offset, n, |chunk, within, piece| {
            let length = piece.len();
            buf[piece].copy_from_slice(&self.chunks[chunk as usize][within..within + length]);
            Ok(())
        })?;
        Ok(n)
    }
}

/// A file of the operating system. Its length is taken once, at the start.
#[cfg(not(target_arch = "wasm32"))]
pub struct FileSource {
    file: std::fs::File,
    len: u64,
}

#[cfg(not(target_arch = "wasm32"))]
impl FileSource {
    /// # Errors
    ///
    /// Whatever asking the file for its length answers.
    pub fn new(file: std::fs::File) -> io::Result<FileSource> {
        let len = file.metadata()?.len();
        Ok(FileSource { file, len })
    }

    /// # Errors
    ///
    /// Whatever opening the file for reading answers.
    pub fn open(path: impl AsRef<std::path::Path>) -> io::Result<FileSource> {
        FileSource::new(std::fs::File::open(path)?)
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Source for FileSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        use io::{Read, Seek};
        let n = available(self.len, offset, buf.len());
        // Seeking instead of pread keeps one body for every operating system; a source stays on one thread.
        let mut file = &self.file;
        file.seek(io::SeekFrom::Start(offset))?;
        file.read_exact(&mut buf[..n])?;
        Ok(n)
    }
}
