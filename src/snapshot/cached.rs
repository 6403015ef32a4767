//! A bounded cache that reads ahead, for sources whose every read is dear.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;

use super::source::{Source, available, for_each_unit};

/// Keeps blocks of a slower source in memory.
///
/// A read that continues where an earlier one stopped fetches twice as much as that one did, up to
/// [`CachedSource::READ_AHEAD`]; any other fetches one block. Several readers walking different parts of the source do
/// not disturb each other.
///
/// Blocks leave by second chance (CLOCK). What a read-ahead brings has its second chance from the start: without it the
/// blocks of one read-ahead evict each other before they are read, and the source is read over and over.
pub struct CachedSource<S> {
    source: S,
    cache: RefCell<Cache>,
}

struct Cache {
    /// How many blocks fit, at least 1.
    capacity: usize,
    slots: Vec<Slot>,
    by_block: HashMap<u64, usize>,
    /// The slot that eviction looks at next.
    hand: usize,
    /// The latest walks through the source, most recent first.
    walks: Vec<Walk>,
    /// Where the source is read into before it is cut into blocks; at most one read-ahead long, beside the bound.
    run: Vec<u8>,
}

struct Slot {
    block: u64,
    bytes: Vec<u8>,
    referenced: bool,
}

#[derive(Clone, Copy)]
struct Walk {
    /// The block that would continue it.
    next: u64,
    /// How many blocks it fetched last.
    blocks: usize,
}

impl<S: Source> CachedSource<S> {
    /// The unit of caching in bytes. A `FileReaderSync` read costs its hop, not its bytes, up to about this size.
    pub const BLOCK: usize = 256 << 10;
    /// The most bytes one read of the source asks for.
    pub const READ_AHEAD: usize = 16 << 20;
    /// The bound of [`CachedSource::new`] in bytes.
    pub const DEFAULT_BOUND: usize = 64 << 20;

    pub fn new(source: S) -> CachedSource<S> {
        CachedSource::with_bound(source, Self::DEFAULT_BOUND)
    }

    /// Keeps at most `bound` bytes, rounded down to blocks, and never less than one block.
    pub fn with_bound(source: S, bound: usize) -> CachedSource<S> {
        let cache = Cache {
            capacity: (bound / Self::BLOCK).max(1),
            slots: Vec::new(),
            by_block: HashMap::new(),
            hand: 0,
            walks: Vec::new(),
            run: Vec::new(),
        };
        CachedSource { source, cache: RefCell::new(cache) }
    }

    /// Reads `blocks` blocks of the source from `first` on into the cache's run. Answers how many bytes that is.
    fn fetch(&self, cache: &mut Cache, first: u64, blocks: usize) -> io::Result<usize> {
        let offset = first * Self::BLOCK as u64;
        let n = available(self.source.len(), offset, blocks * Self::BLOCK);
        cache.run.try_reserve_exact(n.saturating_sub(cache.run.len()))?;
        // Never shrunk: growing again would zero it again.
        let longest = cache.run.len().max(n);
        cache.run.resize(longest, 0);
        let got = self.source.read_at(offset, &mut cache.run[..n])?;
        if got != n {
            let message = format!("the file ended early: {got} of {n} bytes at {offset}");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        Ok(n)
    }
}

impl<S: Source> Source for CachedSource<S> {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut cache = self.cache.borrow_mut();
        let n = available(self.len(), offset, buf.len());
        for_each_unit(Self::BLOCK, offset, n, |block, within, piece| {
            let part = &mut buf[piece];
            if let Some(bytes) = cache.get(block) {
                part.copy_from_slice(&bytes[within..within + part.len()]);
                return Ok(());
            }
            let blocks = cache.plan(block, Self::READ_AHEAD / Self::BLOCK);
            let fetched = self.fetch(&mut cache, block, blocks)?;
            part.copy_from_slice(&cache.run[within..within + part.len()]);
            cache.keep(block, fetched, Self::BLOCK);
            Ok(())
        })?;
        Ok(n)
    }

    fn read_once(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.source.read_once(offset, buf)
    }
}

impl Cache {
    /// A join walks a few b-trees at a time, and each walk visits inner pages now and then.
    const WALKS: usize = 4;

    fn get(&mut self, block: u64) -> Option<&[u8]> {
        let slot = &mut self.slots[*self.by_block.get(&block)?];
        slot.referenced = true;
        Some(&slot.bytes)
    }

    /// How many blocks to fetch for a miss of `block`.
    fn plan(&mut self, block: u64, most: usize) -> usize {
        let known = self.walks.iter().position(|walk| walk.next == block);
        let blocks = known.map_or(1, |walk| self.walks.remove(walk).blocks * 2);
        // Half the cache at most, so that one walk cannot push everything else out.
        let blocks = blocks.min(most).min(self.capacity / 2).max(1);
        // Stopping at a block that is here already avoids reading it twice, and the walk goes on behind it.
        let here = |cache: &Cache, block: u64| cache.by_block.contains_key(&block);
        let missing = (1..blocks as u64).find(|&n| here(self, block + n)).map_or(blocks, |n| n as usize);
        let mut next = block + missing as u64;
        while next < block + most as u64 && here(self, next) {
            next += 1;
        }
        self.walks.truncate(Self::WALKS - 1);
        self.walks.insert(0, Walk { next, blocks });
        missing
    }

    /// Puts the first `fetched` bytes of the run into slots, from `first` on. Without memory for them they are simply
    /// not kept: they have been answered.
    fn keep(&mut self, first: u64, fetched: usize, block_size: usize) {
        let run = std::mem::take(&mut self.run);
        for (bytes, block) in run[..fetched].chunks(block_size).zip(first..) {
            let Some(slot) = self.free_slot() else { break };
            let slot_bytes = &mut self.slots[slot].bytes;
            slot_bytes.clear();
            if slot_bytes.try_reserve_exact(bytes.len()).is_err() || self.by_block.try_reserve(1).is_err() {
                break;
            }
            slot_bytes.extend_from_slice(bytes);
            self.slots[slot].block = block;
            self.slots[slot].referenced = true;
            self.by_block.insert(block, slot);
        }
        self.run = run;
    }

    /// A slot no block is found by: a new one while there is room, else the first one without a second chance left.
    fn free_slot(&mut self) -> Option<usize> {
        if self.slots.len() < self.capacity {
            self.slots.try_reserve(1).ok()?;
            self.slots.push(Slot { block: u64::MAX, bytes: Vec::new(), referenced: false });
            return Some(self.slots.len() - 1);
        }
        while std::mem::take(&mut self.slots[self.hand].referenced) {
            self.hand = (self.hand + 1) % self.slots.len();
        }
        let slot = self.hand;
        self.hand = (self.hand + 1) % self.slots.len();
        // A slot left empty for want of memory is found by no block, whatever number it still bears.
        if self.by_block.get(&self.slots[slot].block) == Some(&slot) {
            self.by_block.remove(&self.slots[slot].block);
        }
        Some(slot)
    }
}
