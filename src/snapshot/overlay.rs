//! Changed pages in front of immutable bytes.

use std::collections::HashMap;
use std::io;

use super::Base;
use super::source::{available, for_each_unit};
use super::spill::Page;

/// A file that starts as a [`Base`] and keeps what is written to it in pages of its own.
///
/// A clone is a fork: it shares every page until one of the two writes it.
#[derive(Clone)]
pub struct Overlay {
    base: Base,
    page_size: usize,
    /// By page number from 0. Bytes past `len` are zero, so that growing needs no clean-up.
    pages: HashMap<u64, Page>,
    len: u64,
    /// The base shows through up to here. Only shrinks: what was cut off and grows back is zeros, not old bytes.
    base_visible: u64,
}

impl Overlay {
    /// `page_size` is the unit of copying in bytes, not 0. Any unit is right; the size of the writes is fastest.
    pub fn new(base: &Base, page_size: usize) -> Overlay {
        let len = base.len();
        Overlay { base: base.clone(), page_size: page_size.max(1), pages: HashMap::new(), len, base_visible: len }
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn page_size(&self) -> usize {
        self.page_size
    }

    /// Bytes of changed pages this overlay refers to, those shared with other overlays included.
    pub fn changed_bytes(&self) -> u64 {
        self.pages.len() as u64 * self.page_size as u64
    }

    /// Pages of this file, each once, that are not the very ones of `before`, of which this one is a clone.
    pub fn pages_changed_since<'a>(&'a self, before: &'a Overlay) -> impl Iterator<Item = u64> + 'a {
        let is_new =
            |(number, page): &(&u64, &Page)| before.pages.get(number).is_none_or(|old| !old.is_shared_with(page));
        self.pages.iter().filter(is_new).map(|(number, _)| *number)
    }

    /// As [`super::Source::read_at`].
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = available(self.len, offset, buf.len());
        for_each_unit(self.page_size, offset, n, |page, within, piece| self.read_page(page, within, &mut buf[piece]))?;
        Ok(n)
    }

    /// Writes all of `bytes` at `offset`; a gap past the end becomes zeros.
    ///
    /// # Errors
    ///
    /// `OutOfMemory`, `InvalidInput` when the end would pass `u64`, or what the base answers when a page is changed in
    /// part. Earlier pages of the same write stay written.
    pub fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let Some(end) = offset.checked_add(bytes.len() as u64) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the write ends past any file"));
        };
        for_each_unit(self.page_size, offset, bytes.len(), |page, within, piece| {
            self.write_page(page, within, &bytes[piece])
        })?;
        if !bytes.is_empty() {
            self.len = self.len.max(end);
        }
        Ok(())
    }

    /// Cuts the file to `size` bytes, or grows it with zeros.
    ///
    /// # Errors
    ///
    /// `OutOfMemory`, with nothing changed.
    pub fn set_len(&mut self, size: u64) -> io::Result<()> {
        if size < self.len {
            let (last, kept) = (size / self.page_size as u64, (size % self.page_size as u64) as usize);
            if kept != 0 && self.pages.contains_key(&last) {
                self.write_page(last, kept, &vec![0; self.page_size - kept])?;
            }
            self.pages.retain(|&page, _| page < last || (page == last && kept != 0));
            self.base_visible = self.base_visible.min(size);
        }
        self.len = size;
        Ok(())
    }

    fn read_page(&self, page: u64, within: usize, part: &mut [u8]) -> io::Result<()> {
        if let Some(page) = self.pages.get(&page) {
            return page.read(within, part);
        }
        let offset = page * self.page_size as u64 + within as u64;
        let (from_base, zeros) = part.split_at_mut(available(self.base_visible, offset, part.len()));
        if !from_base.is_empty() {
            self.base.read_at(offset, from_base)?;
        }
        zeros.fill(0);
        Ok(())
    }

    fn write_page(&mut self, number: u64, within: usize, part: &[u8]) -> io::Result<()> {
        let range = within..within + part.len();
        if let Some(page) = self.pages.get_mut(&number)
            && page.write(within, part)?
        {
            return Ok(());
        }
        let mut page = Vec::new();
        page.try_reserve_exact(self.page_size)?;
        if part.len() == self.page_size {
            page.extend_from_slice(part);
        } else {
            page.resize(self.page_size, 0);
            self.read_page(number, 0, &mut page)?;
            page[range].copy_from_slice(part);
        }
        self.pages.try_reserve(1)?;
        self.pages.insert(number, Page::new(page)?);
        Ok(())
    }
}
