//! The immutable bytes every fork stands on.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;

use super::cached::CachedSource;
use super::scratch::Scratch;
use super::source::{RamSource, Source, available, whole};

/// A shared handle to immutable bytes; a clone is the same base.
///
/// The bytes never change, but where they are read from may: [`Base::promote_step`] moves them into RAM, or into a
/// scratch file, slice by slice while forks go on reading.
#[derive(Clone)]
pub struct Base(Rc<Inner>);

struct Inner {
    len: u64,
    /// The first bytes of the base; all of them once `lazy` is gone.
    copy: RefCell<Copied>,
    lazy: RefCell<Option<Box<dyn Source>>>,
    /// Kept from one step to the next: allocating megabytes each time costs as much as the copying.
    slice: Cell<Vec<u8>>,
}

/// Where the bytes are copied to.
enum Copied {
    Ram(RamSource),
    Disk(Written),
    /// All of them are there: nothing is written any more, and what walks through them is read ahead of.
    WholeOnDisk(CachedSource<Written>),
}

/// The first bytes of a scratch file.
struct Written {
    scratch: Box<dyn Scratch>,
    len: u64,
}

/// How far a base has moved into RAM or into a scratch file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// Bytes copied, from the start of the base.
    pub copied: u64,
    /// Bytes of the base.
    pub total: u64,
    pub state: PromotionState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromotionState {
    /// Every read goes to the source.
    Lazy,
    /// Reads of the first [`Promotion::copied`] bytes are answered from the copy.
    Copying,
    /// The source has been dropped, and its cache with it.
    InRam,
    /// As [`PromotionState::InRam`], with the copy in a scratch file.
    OnDisk,
}

impl Base {
    /// A [`RamSource`] is in RAM at once, any other source stays lazy until it is promoted.
    pub fn new(source: impl Source + 'static) -> Base {
        let len = source.len();
        let mut source = Some(source);
        // So that bytes already in RAM are neither read through a pointer nor copied again.
        let ram = (&mut source as &mut dyn Any).downcast_mut::<Option<RamSource>>().and_then(Option::take);
        let lazy = source.map(|source| Box::new(source) as Box<dyn Source>);
        Base(Rc::new(Inner {
            len,
            copy: RefCell::new(Copied::Ram(ram.unwrap_or_default())),
            lazy: RefCell::new(lazy),
            slice: Cell::default(),
        }))
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.0.len
    }

    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// As [`Source::read_at`].
    ///
    /// # Errors
    ///
    /// What the source answers, and `UnexpectedEof` when it ends before its length.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = available(self.0.len, offset, buf.len());
        let copied = self.0.copy.borrow().read_at(offset, &mut buf[..n])?;
        if copied < n {
            let rest = &mut buf[copied..n];
            self.read_lazy(offset + copied as u64, rest, |source, at, rest| source.read_at(at, rest))?;
        }
        Ok(n)
    }

    pub fn promotion(&self) -> Promotion {
        let copy = self.0.copy.borrow();
        let copied = copy.len();
        let state = match (self.0.lazy.borrow().is_some(), &*copy) {
            (false, Copied::Ram(_)) => PromotionState::InRam,
            (false, _) => PromotionState::OnDisk,
            (true, _) if copied == 0 => PromotionState::Lazy,
            (true, _) => PromotionState::Copying,
        };
        Promotion { copied, total: self.0.len, state }
    }

    /// Later steps copy into `scratch` instead of into RAM, from the start. A base that has been copied stays as it is.
    pub fn promote_to(&self, scratch: impl Scratch + 'static) {
        if self.0.lazy.borrow().is_some() {
            self.0.copy.replace(Copied::Disk(Written { scratch: Box::new(scratch), len: 0 }));
        }
    }

    /// Gives back what has been copied and goes on reading from the source; no step was made, as far as forks can tell.
    pub fn stay_lazy(&self) {
        if self.0.lazy.borrow().is_some() {
            self.0.copy.take();
        }
    }

    /// Copies the next `max_bytes` of the source and answers how far that is; 4 to 16 MiB a step read fastest.
    /// At least one byte is copied unless all of the base is already. Forks may read before, between and after steps.
    ///
    /// # Errors
    ///
    /// What the source answers, with what is copied so far still good: the step can be tried again. `OutOfMemory` and
    /// `StorageFull`, which stands for whatever a scratch file answers, give back everything copied and leave the base lazy.
    pub fn promote_step(&self, max_bytes: usize) -> io::Result<Promotion> {
        let copied = self.promotion().copied;
        if self.0.lazy.borrow().is_none() {
            return Ok(self.promotion());
        }
        let mut slice = self.0.slice.take();
        self.copy_slice(&mut slice, copied, max_bytes.max(1)).inspect_err(|error| {
            if matches!(error.kind(), io::ErrorKind::OutOfMemory | io::ErrorKind::StorageFull) {
                self.0.copy.take();
            }
        })?;
        if self.0.copy.borrow().len() == self.0.len {
            self.0.lazy.take();
            self.0.copy.replace(self.0.copy.take().whole());
        } else {
            self.0.slice.set(slice);
        }
        Ok(self.promotion())
    }

    fn copy_slice(&self, slice: &mut Vec<u8>, offset: u64, max_bytes: usize) -> io::Result<()> {
        let n = available(self.0.len, offset, max_bytes);
        slice.try_reserve_exact(n.saturating_sub(slice.len()))?;
        slice.resize(n, 0);
        self.read_lazy(offset, slice, |source, at, slice| source.read_once(at, slice))?;
        self.0.copy.borrow_mut().append(slice)
    }

    fn read_lazy(
        &self,
        offset: u64,
        buf: &mut [u8],
        read: impl FnOnce(&dyn Source, u64, &mut [u8]) -> io::Result<usize>,
    ) -> io::Result<()> {
        let lazy = self.0.lazy.borrow();
        let n = lazy.as_deref().map_or(Ok(0), |source| read(source, offset, buf))?;
        whole(n, buf.len(), offset)
    }
}

impl Default for Copied {
    fn default() -> Self {
        Self::Ram(RamSource::default())
    }
}

impl Copied {
    /// What a scratch file's cache keeps. A read of it costs microseconds, so that little is enough.
    const CACHED: usize = 8 << 20;

    fn len(&self) -> u64 {
        match self {
            Self::Ram(ram) => ram.len(),
            Self::Disk(written) => written.len,
            Self::WholeOnDisk(cached) => cached.len(),
        }
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Ram(ram) => ram.read_at(offset, buf),
            Self::Disk(written) => written.read_at(offset, buf),
            Self::WholeOnDisk(cached) => cached.read_at(offset, buf),
        }
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Ram(ram) => ram.append(bytes),
            Self::Disk(written) => written.append(bytes),
            Self::WholeOnDisk(_) => Err(io::Error::new(io::ErrorKind::Unsupported, "the copy is whole")),
        }
    }

    fn whole(self) -> Self {
        match self {
            Self::Disk(written) => Self::WholeOnDisk(CachedSource::with_bound(written, Self::CACHED)),
            other => other,
        }
    }
}

impl Written {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let full = |error: io::Error| io::Error::new(io::ErrorKind::StorageFull, error.to_string());
        self.scratch.write_at(self.len, bytes).map_err(full)?;
        self.len += bytes.len() as u64;
        Ok(())
    }
}

impl Source for Written {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = available(self.len, offset, buf.len());
        if n > 0 {
            self.scratch.read_at(offset, &mut buf[..n])?;
        }
        Ok(n)
    }
}
