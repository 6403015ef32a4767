//! A bounded cache that reads ahead, for sources whose every read is dear.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use super::clock::wall_clock;
use super::source::{Fetched, Source, available, whole};

/// Keeps extents of a slower source in memory: each is what one read of it brought.
///
/// A read that goes on where an earlier one stopped, upwards or downwards, fetches four times as much as that one did, up
/// to [`CachedSource::READ_AHEAD`]; any other fetches one block. SQLite scans a table either way, and its own checks go
/// downwards. A walk through an index may find each of its pages behind many of its table: a few such strides are a walk
/// too. Several readers walking different parts of the source do not disturb each other.
///
/// Extents leave by second chance (CLOCK), and a read-ahead as soon as it has been read to its end. A long one stays where
/// the source brought it, if the source keeps it, and is handed on through windows small enough for the processor's own
/// cache: to copy it whole takes as long as SQLite takes to look at it.
pub struct CachedSource<S> {
    source: S,
    cache: RefCell<Cache>,
}

struct Cache {
    /// How many bytes are kept, but for one extent that may be longer.
    bound: usize,
    /// How many bytes a walk fetches at once, at most: as many as it may, and less where that takes too long.
    most: u64,
    held: usize,
    /// By where they start, a multiple of [`CachedSource::BLOCK`]. Each ends at one too, or at the source's end.
    extents: BTreeMap<u64, Extent>,
    /// Where eviction looks next.
    hand: u64,
    /// The latest walks through the source, most recent first.
    walks: Vec<Walk>,
    /// The latest pieces of long extents, most recent first.
    windows: Vec<Window>,
}

struct Extent {
    bytes: Bytes,
    referenced: bool,
    /// Of the walk that it was fetched for, which has not come to its end yet.
    ahead: Option<Heading>,
}

enum Bytes {
    Here(Vec<u8>),
    /// Longer than a window.
    Afar(Box<dyn Fetched>),
}

/// It outlives its extent: what a source holds never changes.
struct Window {
    start: u64,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Heading {
    Up,
    Down,
}

/// What is fetched.
struct Plan {
    range: Range<u64>,
    /// For which heading some of it is not asked for.
    ahead: Option<Heading>,
    /// What this walk fetches after that, if it goes on; empty where nobody can tell.
    next: Range<u64>,
}

struct Walk {
    /// What it has fetched, with what stood in the cache beside it.
    seen: Range<u64>,
    /// Not known before its second step.
    heading: Option<Heading>,
    /// How many bytes it fetches next.
    length: u64,
    /// Steps in a row that led over more than a step may.
    n_strides: u32,
}

impl<S: Source> CachedSource<S> {
    /// The least that is fetched, in bytes. A `FileReaderSync` read costs its hop, not its bytes, up to here; 256 KiB
    /// cost twice as much, which a look-up by a random key pays for nothing.
    pub const BLOCK: usize = 16 << 10;
    /// The most bytes one read of the source asks for.
    pub const READ_AHEAD: usize = 32 << 20;
    /// As many are asked for however long that takes: a far source answers each read late.
    const LEAST_AHEAD: usize = 8 << 20;
    /// The bound of [`CachedSource::new`] in bytes.
    pub const DEFAULT_BOUND: usize = 96 << 20;

    pub fn new(source: S) -> CachedSource<S> {
        CachedSource::with_bound(source, Self::DEFAULT_BOUND)
    }

    /// Keeps at most `bound` bytes, and never less than one block.
    pub fn with_bound(source: S, bound: usize) -> CachedSource<S> {
        let cache = Cache {
            bound,
            most: Self::most(bound),
            held: 0,
            extents: BTreeMap::new(),
            hand: 0,
            walks: Vec::new(),
            windows: Vec::new(),
        };
        CachedSource { source, cache: RefCell::new(cache) }
    }

    /// A third of the cache at most, so that one walk cannot push everything else out.
    fn most(bound: usize) -> u64 {
        Self::READ_AHEAD.min(bound / 3).next_multiple_of(Self::BLOCK).max(Self::BLOCK) as u64
    }

    /// Fills the start of `buf` with what is at `offset`, which is not in the cache, and answers how much that is.
    fn fetch(&self, cache: &mut Cache, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let asked = offset..offset + buf.len() as u64;
        let Plan { range, ahead, next } = cache.plan(Self::BLOCK as u64, asked);
        let within = |range: Range<u64>| range.start..range.end.min(self.len());
        let start_ms = wall_clock();
        let brought = self.bring(cache, within(range.clone()), within(next));
        if range.end - range.start >= cache.most {
            self.adapt(cache, wall_clock() - start_ms);
        }
        match brought {
            Ok(bytes) => cache.keep(range.start, Extent { bytes, referenced: true, ahead }),
            // Without memory to keep it, it is only answered.
            Err(error) if error.kind() == io::ErrorKind::OutOfMemory => {
                let n = self.source.read_at(offset, buf)?;
                return whole(n, buf.len(), offset).map(|()| n);
            }
            Err(error) => return Err(error),
        }
        Ok(cache.copy(offset, buf))
    }

    /// While the source is read nobody hears a cancel.
    fn adapt(&self, cache: &mut Cache, took_ms: i64) {
        const PATIENCE_MS: i64 = 150;
        let most = Self::most(cache.bound);
        if took_ms > PATIENCE_MS {
            let half = (cache.most / 2).next_multiple_of(Self::BLOCK as u64);
            cache.most = half.max(most.min(Self::LEAST_AHEAD as u64));
        } else if took_ms * 2 <= PATIENCE_MS {
            cache.most = (cache.most * 2).min(most);
        }
    }

    fn bring(&self, cache: &mut Cache, range: Range<u64>, next: Range<u64>) -> io::Result<Bytes> {
        let length = (range.end - range.start) as usize;
        let mut bytes = cache.make_room(length);
        if length > Window::LENGTH
            && let Some(fetched) = self.source.fetch(range.start, length, next)?
        {
            return Ok(Bytes::Afar(fetched));
        }
        bytes.try_reserve_exact(length.saturating_sub(bytes.len()))?;
        bytes.resize(length, 0);
        whole(self.source.read_at(range.start, &mut bytes)?, length, range.start)?;
        Ok(Bytes::Here(bytes))
    }
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

impl Heading {
    fn go(self, from: &Range<u64>, length: u64) -> Range<u64> {
        match self {
            Self::Up => from.end..from.end + length,
            Self::Down => from.start.saturating_sub(length)..from.start,
        }
    }
}

impl Walk {
    /// How far a step may lead over what lies between, which is fetched too: pages of another b-tree, which grew with
    /// this one, or an inner page that is read first. A quarter of what it fetches, and no more than this.
    const STEP: u64 = 1 << 20;
    const GROWTH: u64 = 4;
    /// To read what lies between costs less than one more read of the source, up to here.
    const STRIDE: u64 = 256 << 10;
    /// As many strides one way are no reads anywhere.
    const STRIDES: u32 = 4;

    /// The way in which whole blocks would continue it, and over how many bytes.
    fn goes_on(&self, blocks: &Range<u64>) -> Option<(Heading, u64)> {
        let Range { start: from, end: to } = self.seen;
        let (up, down) = (blocks.start.checked_sub(to), from.checked_sub(blocks.end));
        let (heading, gap) = up.map(|gap| (Heading::Up, gap)).or(down.map(|gap| (Heading::Down, gap)))?;
        let is_its_way = self.heading.is_none_or(|known| known == heading);
        (is_its_way && gap <= self.step().max(Self::STRIDE)).then_some((heading, gap))
    }

    fn step(&self) -> u64 {
        Self::STEP.min(self.length / 4)
    }

    /// What it fetches next, `most` bytes at a time, and the walk that it is then.
    fn goes(self, heading: Heading, gap: u64, asked: &Range<u64>, most: u64) -> (Range<u64>, Walk) {
        let n_strides = self.n_strides + 1;
        let (range, length, n_strides) = if gap <= self.step() {
            (heading.go(&self.seen, self.length), self.length * Self::GROWTH, 0)
        } else if n_strides < Self::STRIDES {
            (asked.clone(), self.length, n_strides)
        } else {
            // Long enough for the next stride to be a step.
            let length = (gap * 4).max(self.length).min(most);
            (heading.go(asked, length), length * Self::GROWTH, 0)
        };
        let range = range.start.min(asked.start)..range.end.max(asked.end);
        (range.clone(), Walk { seen: range, heading: Some(heading), length: length.min(most), n_strides })
    }
}

impl Extent {
    fn has_given(&mut self, piece: Range<usize>) {
        let is_spent = match self.ahead {
            Some(Heading::Up) => piece.end == self.bytes.len(),
            Some(Heading::Down) => piece.start == 0,
            None => false,
        };
        if is_spent {
            self.ahead = None;
        }
        self.referenced = !is_spent;
    }
}

impl Bytes {
    fn len(&self) -> usize {
        match self {
            Self::Here(bytes) => bytes.len(),
            Self::Afar(fetched) => fetched.len(),
        }
    }

    /// What it takes of the cache's bound.
    fn room(&self) -> usize {
        match self {
            Self::Here(bytes) => bytes.capacity(),
            Self::Afar(fetched) => fetched.len(),
        }
    }
}

impl Window {
    const LENGTH: usize = 256 << 10;

    /// On what was fetched from `start` on, around `offset`, in the memory of one that is no longer needed. None where
    /// there is no memory.
    fn new(spare: Option<Window>, start: u64, fetched: &dyn Fetched, offset: u64) -> Option<Window> {
        let first = (offset - offset % Self::LENGTH as u64).max(start);
        let length = available(start + fetched.len() as u64, first, Self::LENGTH);
        let mut bytes = spare.map(|window| window.bytes).unwrap_or_default();
        bytes.try_reserve_exact(length.saturating_sub(bytes.len())).ok()?;
        bytes.resize(length, 0);
        fetched.copy((first - start) as usize, &mut bytes);
        Some(Window { start: first, bytes })
    }

    fn range(&self) -> Range<u64> {
        self.start..self.start + self.bytes.len() as u64
    }

    fn copy(&self, offset: u64, buf: &mut [u8]) -> usize {
        let within = offset - self.start;
        let n = available(self.bytes.len() as u64, within, buf.len());
        buf[..n].copy_from_slice(&self.bytes[within as usize..within as usize + n]);
        n
    }
}

impl Cache {
    /// A join walks a few b-trees at a time, and each walk visits inner pages now and then.
    const WALKS: usize = 4;

    /// Copies to the start of `buf` what is held from `offset` on, and answers how much that is.
    fn copy(&mut self, offset: u64, buf: &mut [u8]) -> usize {
        if let Some(at) = self.windows.iter().position(|window| window.range().contains(&offset)) {
            self.windows[..=at].rotate_right(1);
            return self.windows[0].copy(offset, buf);
        }
        let Some((&start, extent)) = self.extents.range_mut(..=offset).next_back() else { return 0 };
        let within = (offset - start) as usize;
        let mut n = available(extent.bytes.len() as u64, offset - start, buf.len());
        if n == 0 {
            return 0;
        }
        let mut piece = within..within + n;
        match &extent.bytes {
            Bytes::Here(bytes) => buf[..n].copy_from_slice(&bytes[piece.clone()]),
            Bytes::Afar(fetched) => {
                let spare = if self.windows.len() < Self::WALKS { None } else { self.windows.pop() };
                match Window::new(spare, start, fetched.as_ref(), offset) {
                    Some(window) => {
                        n = window.copy(offset, buf);
                        piece = (window.start - start) as usize..(window.range().end - start) as usize;
                        self.windows.insert(0, window);
                    }
                    None => fetched.copy(within, &mut buf[..n]),
                }
            }
        }
        extent.has_given(piece);
        n
    }

    /// Which blocks to fetch when the first byte of `asked` is missing.
    fn plan(&mut self, block: u64, asked: Range<u64>) -> Plan {
        let most = self.most;
        let first = asked.start - asked.start % block;
        let asked = first..asked.end.next_multiple_of(block).min(first + most);
        let near = self.walks.iter().enumerate().filter_map(|(at, walk)| Some((at, walk.goes_on(&asked)?)));
        let known = near.min_by_key(|(_, (_, gap))| *gap);
        let (range, mut walk) = match known {
            Some((at, (heading, gap))) => self.walks.remove(at).goes(heading, gap, &asked, most),
            None => {
                let length = (block * Walk::GROWTH).min(most);
                (asked.clone(), Walk { seen: asked.clone(), heading: None, length, n_strides: 0 })
            }
        };
        let range = self.up_to_long_extents(range, first, block);
        walk.seen = self.with_neighbours(range.clone());
        let is_more = range.end - range.start > asked.end - asked.start;
        let ahead = walk.heading.filter(|_| is_more);
        let next = ahead.map(|heading| heading.go(&walk.seen, walk.length)).map(|next| {
            let first = if next.end <= range.start { next.end.saturating_sub(block) } else { next.start };
            self.up_to_long_extents(next, first, block)
        });
        let next = next.filter(|next| next.end > next.start + Window::LENGTH as u64);
        self.walks.truncate(Self::WALKS - 1);
        self.walks.insert(0, walk);
        Plan { range, ahead, next: next.unwrap_or_default() }
    }

    /// What is here already is not read again, but for single blocks: stepping around them costs more. What is at `first`
    /// is not here.
    fn up_to_long_extents(&self, mut range: Range<u64>, first: u64, block: u64) -> Range<u64> {
        let is_long = |extent: &Extent| extent.bytes.len() as u64 > block;
        if let Some((start, below)) = self.extents.range(..first).rev().find(|(_, extent)| is_long(extent)) {
            range.start = range.start.max(start + below.bytes.len() as u64);
        }
        if let Some((start, _)) = self.extents.range(first..range.end).find(|(_, extent)| is_long(extent)) {
            range.end = *start;
        }
        range
    }

    /// A range and what is here on both sides of it, without a gap.
    fn with_neighbours(&self, Range { start: mut from, end: mut to }: Range<u64>) -> Range<u64> {
        while let Some(above) = self.extents.get(&to) {
            to += above.bytes.len() as u64;
        }
        for (start, below) in self.extents.range(..from).rev() {
            if start + below.bytes.len() as u64 != from {
                break;
            }
            from = *start;
        }
        from..to
    }

    /// In the place of single blocks that it holds too.
    fn keep(&mut self, start: u64, extent: Extent) {
        let end = start + extent.bytes.len() as u64;
        while let Some((&within, _)) = self.extents.range(start..end).next() {
            self.held -= self.extents.remove(&within).map_or(0, |block| block.bytes.room());
        }
        self.held += extent.bytes.room();
        self.extents.insert(start, extent);
    }

    /// Lets others leave for `length` bytes if need be, and answers a buffer of one that was about as long.
    fn make_room(&mut self, length: usize) -> Vec<u8> {
        let mut spare = Vec::new();
        while self.held + length > self.bound {
            let Some(evicted) = self.evict() else { break };
            // A walk that goes on takes over a buffer as long as it needs: fresh memory would be zeroed first.
            if let Bytes::Here(bytes) = evicted
                && (length..=2 * length).contains(&bytes.capacity())
            {
                spare = bytes;
            }
        }
        spare
    }

    /// Takes out the first extent from the hand on that has no second chance left.
    fn evict(&mut self) -> Option<Bytes> {
        while !self.extents.is_empty() {
            let Some((&start, extent)) = self.extents.range_mut(self.hand..).next() else {
                self.hand = 0;
                continue;
            };
            self.hand = start + 1;
            if !std::mem::take(&mut extent.referenced) {
                let bytes = self.extents.remove(&start)?.bytes;
                self.held -= bytes.room();
                return Some(bytes);
            }
        }
        None
    }
}
