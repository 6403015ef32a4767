//! Room beside memory: files that only this program writes and nobody keeps.

use std::io;

/// A file for what memory should not hold. Whoever made it removes it when it is dropped.
pub trait Scratch {
    /// Fills `buf` from `offset` on, all of which was written before.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()>;

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;
}

/// A file of the operating system.
#[cfg(not(target_arch = "wasm32"))]
impl Scratch for std::fs::File {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        use io::{Read, Seek};
        let mut file = self;
        file.seek(io::SeekFrom::Start(offset))?;
        file.read_exact(buf)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        use io::{Seek, Write};
        let mut file = self;
        file.seek(io::SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }
}
