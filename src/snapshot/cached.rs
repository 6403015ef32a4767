//! A bounded cache that reads ahead, for sources whose every read is dear.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;

use super::source::{Source, available};

/// Keeps extents of a slower source in memory: each is what one read of it brought.
///
/// A read that goes on where an earlier one stopped, or a little behind it, fetches four times as much as that one did,
/// up to [`CachedSource::READ_AHEAD`]; any other fetches one block. Several readers walking different parts of the
/// source do not disturb each other.
///
/// Extents leave by second chance (CLOCK), and a read-ahead as soon as it has been read to its end.
pub struct CachedSource<S> {
    source: S,
    cache: RefCell<Cache>,
}

struct Cache {
    /// How many bytes are kept, but for one extent that may be longer.
    bound: usize,
    held: usize,
    /// By where they start, a multiple of [`CachedSource::BLOCK`]. Each ends at one too, or at the source's end.
    extents: BTreeMap<u64, Extent>,
    /// Where eviction looks next.
    hand: u64,
    /// The latest walks through the source, most recent first.
    walks: Vec<Walk>,
}

struct Extent {
    bytes: Vec<u8>,
    referenced: bool,
    /// Fetched for a walk that has not come to its end yet.
    ahead: bool,
}

#[derive(Clone, Copy)]
struct Walk {
    /// Where it would go on.
    next: u64,
    /// How many bytes it fetches then.
    length: usize,
}

impl<S: Source> CachedSource<S> {
    /// The least that is fetched, in bytes. A `FileReaderSync` read costs its hop, not its bytes, up to here; 256 KiB
    /// cost twice as much, which a look-up by a random key pays for nothing.
    pub const BLOCK: usize = 16 << 10;
    /// The most bytes one read of the source asks for.
    pub const READ_AHEAD: usize = 16 << 20;
    /// The bound of [`CachedSource::new`] in bytes.
    pub const DEFAULT_BOUND: usize = 64 << 20;

    pub fn new(source: S) -> CachedSource<S> {
        CachedSource::with_bound(source, Self::DEFAULT_BOUND)
    }

    /// Keeps at most `bound` bytes, and never less than one block.
    pub fn with_bound(source: S, bound: usize) -> CachedSource<S> {
        let cache = Cache { bound, held: 0, extents: BTreeMap::new(), hand: 0, walks: Vec::new() };
        CachedSource { source, cache: RefCell::new(cache) }
    }

    /// Fills the start of `buf` with what is at `offset`, which is not in the cache, and answers how much that is.
    fn fetch(&self, cache: &mut Cache, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        // A quarter of the cache at most, so that one walk cannot push everything else out.
        let most = Self::READ_AHEAD.min(cache.bound / 4);
        let (start, length, ahead) = cache.plan(Self::BLOCK, most, offset, buf.len());
        let length = available(self.source.len(), start, length);
        let Some(mut bytes) = cache.make_room(length) else {
            // Without memory to keep it, it is only answered.
            let n = self.source.read_at(offset, buf)?;
            return whole(n, buf.len(), offset).map(|()| n);
        };
        whole(self.source.read_at(start, &mut bytes)?, length, start)?;
        cache.held += bytes.capacity();
        cache.extents.insert(start, Extent { bytes, referenced: true, ahead });
        Ok(cache.copy(offset, buf))
    }
}

fn whole(got: usize, wanted: usize, offset: u64) -> io::Result<()> {
    if got == wanted {
        return Ok(());
    }
    let message = format!("the file ended early: {got} of {wanted} bytes at {offset}");
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, message))
}

impl<S: Source> Source for CachedSource<S> {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut cache = self.cache.borrow_mut();
        let n = available(self.len(), offset, buf.len());
        let mut done = 0;
        while done < n {
            let (at, rest) = (offset + done as u64, &mut buf[done..n]);
            done += match cache.copy(at, rest) {
                0 => self.fetch(&mut cache, at, rest)?,
                copied => copied,
            };
        }
        Ok(n)
    }

    fn read_once(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.source.read_once(offset, buf)
    }
}

impl Cache {
    /// A join walks a few b-trees at a time, and each walk visits inner pages now and then.
    const WALKS: usize = 4;
    /// How far a walk may step over what lies between: pages of another b-tree, which grew with this one.
    const STEP: u64 = 256 << 10;
    const GROWTH: usize = 4;

    /// Copies to the start of `buf` what is held from `offset` on, and answers how much that is.
    fn copy(&mut self, offset: u64, buf: &mut [u8]) -> usize {
        let Some((&start, extent)) = self.extents.range_mut(..=offset).next_back() else { return 0 };
        let within = offset - start;
        let n = available(extent.bytes.len() as u64, within, buf.len());
        if n > 0 {
            let (from, to) = (within as usize, within as usize + n);
            buf[..n].copy_from_slice(&extent.bytes[from..to]);
            let spent = extent.ahead && to == extent.bytes.len();
            extent.ahead &= !spent;
            extent.referenced = !spent;
        }
        n
    }

    /// Where to begin and how many bytes to fetch when `wanted` bytes at `offset` are missing, and whether that is more
    /// than is asked for.
    fn plan(&mut self, block: usize, most: usize, offset: u64, wanted: usize) -> (u64, usize, bool) {
        let start = offset - offset % block as u64;
        let asked = (offset - start) as usize + wanted;
        let goes_on = |walk: &Walk| (walk.next..=walk.next + Self::STEP.min(walk.length as u64)).contains(&start);
        let known = self.walks.iter().position(goes_on);
        let ahead = known.map_or(block, |walk| self.walks.remove(walk).length);
        let length = ahead.max(asked).min(most).next_multiple_of(block).max(block);
        // Stopping at what is here already avoids reading it twice, and the walk goes on behind it.
        let following = self.extents.range(start..).next().map(|(&next, _)| (next - start) as usize);
        let length = following.map_or(length, |following| following.min(length));
        let mut next = start + length as u64;
        while let Some(here) = self.extents.get(&next) {
            next += here.bytes.len() as u64;
        }
        self.walks.truncate(Self::WALKS - 1);
        self.walks.insert(0, Walk { next, length: ahead.saturating_mul(Self::GROWTH).min(most.max(block)) });
        (start, length, length > asked.next_multiple_of(block))
    }

    /// A buffer of `length` bytes, for which others leave if need be. None where there is no memory.
    fn make_room(&mut self, length: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        while self.held + length > self.bound {
            let Some(evicted) = self.evict() else { break };
            // A walk that goes on takes over a buffer as long as it needs: fresh memory would be zeroed first.
            if (length..=2 * length).contains(&evicted.capacity()) {
                bytes = evicted;
            }
        }
        bytes.try_reserve_exact(length.saturating_sub(bytes.len())).ok()?;
        bytes.resize(length, 0);
        Some(bytes)
    }

    /// Takes out the first extent from the hand on that has no second chance left.
    fn evict(&mut self) -> Option<Vec<u8>> {
        while !self.extents.is_empty() {
            let Some((&start, extent)) = self.extents.range_mut(self.hand..).next() else {
                self.hand = 0;
                continue;
            };
            self.hand = start + 1;
            if !std::mem::take(&mut extent.referenced) {
                let bytes = self.extents.remove(&start)?.bytes;
                self.held -= bytes.capacity();
                return Some(bytes);
            }
        }
        None
    }
}
