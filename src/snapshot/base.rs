//! The immutable bytes every fork stands on.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;

use super::source::{RamSource, Source, available};

/// A shared handle to immutable bytes; a clone is the same base.
///
/// The bytes never change, but where they are read from may: [`Base::promote_step`] moves them into RAM slice by slice
/// while forks go on reading.
#[derive(Clone)]
pub struct Base(Rc<Inner>);

struct Inner {
    len: u64,
    /// The first bytes of the base; all of them once `lazy` is gone.
    ram: RefCell<RamSource>,
    lazy: RefCell<Option<Box<dyn Source>>>,
    /// Kept from one step to the next: allocating megabytes each time costs as much as the copying.
    slice: Cell<Vec<u8>>,
}

/// How far a base has moved into RAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// Bytes in RAM, from the start of the base.
    pub copied: u64,
    /// Bytes of the base.
    pub total: u64,
    pub state: PromotionState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromotionState {
    /// Every read goes to the source.
    Lazy,
    /// Reads of the first [`Promotion::copied`] bytes are answered from RAM.
    Copying,
    /// The source has been dropped, and its cache with it.
    InRam,
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
            ram: RefCell::new(ram.unwrap_or_default()),
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
        let in_ram = self.0.ram.borrow().read_at(offset, &mut buf[..n])?;
        if in_ram < n {
            let rest = &mut buf[in_ram..n];
            self.read_lazy(offset + in_ram as u64, rest, |source, at, rest| source.read_at(at, rest))?;
        }
        Ok(n)
    }

    pub fn promotion(&self) -> Promotion {
        let copied = self.0.ram.borrow().len();
        let state = match (self.0.lazy.borrow().is_some(), copied) {
            (false, _) => PromotionState::InRam,
            (true, 0) => PromotionState::Lazy,
            (true, _) => PromotionState::Copying,
        };
        Promotion { copied, total: self.0.len, state }
    }

    /// Copies the next `max_bytes` of the source into RAM and answers how far that is; 4 to 16 MiB a step read fastest.
    /// At least one byte is copied unless the base is in RAM already. Forks may read before, between and after steps.
    ///
    /// # Errors
    ///
    /// What the source answers, with what is copied so far still good: the step can be tried again. `OutOfMemory` gives
    /// back everything copied and leaves the base lazy.
    pub fn promote_step(&self, max_bytes: usize) -> io::Result<Promotion> {
        let Promotion { copied, state, .. } = self.promotion();
        if state == PromotionState::InRam {
            return Ok(self.promotion());
        }
        let mut slice = self.0.slice.take();
        self.copy_slice(&mut slice, copied, max_bytes.max(1)).inspect_err(|error| {
            if error.kind() == io::ErrorKind::OutOfMemory {
                self.0.ram.take();
            }
        })?;
        if self.0.ram.borrow().len() == self.0.len {
            self.0.lazy.take();
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
        self.0.ram.borrow_mut().append(slice)
    }

    fn read_lazy(
        &self,
        offset: u64,
        buf: &mut [u8],
        read: impl FnOnce(&dyn Source, u64, &mut [u8]) -> io::Result<usize>,
    ) -> io::Result<()> {
        let lazy = self.0.lazy.borrow();
        let n = lazy.as_deref().map_or(Ok(0), |source| read(source, offset, buf))?;
        if n != buf.len() {
            let message = format!("the file ended early: {n} of {} bytes at {offset}", buf.len());
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        Ok(())
    }
}
