//! Changed pages: in memory, and beyond a limit in a scratch file, if there is one.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::rc::Rc;

use super::scratch::Scratch;

thread_local! {
    static SPILL: RefCell<Option<Rc<Spill>>> = const { RefCell::new(None) };
    static IN_MEMORY: Cell<u64> = const { Cell::new(0) };
}

/// From here on pages that make more than `limit` bytes of this thread's memory go to `scratch`. Those that are in memory stay
/// there.
pub fn spill_to(scratch: impl Scratch + 'static, limit: u64) {
    let spill = Spill { scratch: Box::new(scratch), limit, end: Cell::new(0), free: RefCell::default() };
    SPILL.set(Some(Rc::new(spill)));
}

/// From here on all of them stay in memory. A scratch file goes with the last page that is in it.
pub fn stop_spilling() {
    SPILL.take();
}

/// Whether there is room beside memory.
pub fn spills() -> bool {
    SPILL.with_borrow(Option::is_some)
}

/// Bytes of changed pages that this thread holds in memory, those of temporary files included.
pub fn bytes_in_memory() -> u64 {
    IN_MEMORY.get()
}

struct Spill {
    scratch: Box<dyn Scratch>,
    limit: u64,
    end: Cell<u64>,
    /// Places of pages that are gone, by their size.
    free: RefCell<HashMap<usize, Vec<u64>>>,
}

/// One page, shared by its clones until one of them is written.
#[derive(Clone)]
pub(super) enum Page {
    Memory(Rc<InMemory>),
    Spilled(Rc<Spilled>),
}

pub(super) struct InMemory(Vec<u8>);

pub(super) struct Spilled {
    spill: Rc<Spill>,
    at: u64,
    size: usize,
}

impl Page {
    pub fn new(bytes: Vec<u8>) -> io::Result<Self> {
        let spill = SPILL.with_borrow(|spill| {
            spill.as_ref().filter(|spill| IN_MEMORY.get() + bytes.len() as u64 > spill.limit).cloned()
        });
        let Some(spill) = spill else {
            IN_MEMORY.set(IN_MEMORY.get() + bytes.len() as u64);
            return Ok(Self::Memory(Rc::new(InMemory(bytes))));
        };
        let size = bytes.len();
        let reused = spill.free.borrow_mut().get_mut(&size).and_then(Vec::pop);
        let at = reused.unwrap_or_else(|| spill.end.replace(spill.end.get() + size as u64));
        // Made first: when the write fails, the place is free again.
        let page = Spilled { spill, at, size };
        page.spill.scratch.write_at(at, &bytes).map_err(full)?;
        Ok(Self::Spilled(Rc::new(page)))
    }

    /// Whether both are clones of one page that neither has written since.
    pub fn is_shared_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Memory(one), Self::Memory(other)) => Rc::ptr_eq(one, other),
            (Self::Spilled(one), Self::Spilled(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }

    pub fn read(&self, within: usize, part: &mut [u8]) -> io::Result<()> {
        match self {
            Self::Memory(page) => {
                part.copy_from_slice(&page.0[within..within + part.len()]);
                Ok(())
            }
            Self::Spilled(page) => page.spill.scratch.read_at(page.at + within as u64, part),
        }
    }

    /// Answers whether it was written: a page that is shared is not.
    pub fn write(&mut self, within: usize, part: &[u8]) -> io::Result<bool> {
        match self {
            Self::Memory(page) => {
                let Some(page) = Rc::get_mut(page) else { return Ok(false) };
                page.0[within..within + part.len()].copy_from_slice(part);
                Ok(true)
            }
            Self::Spilled(page) => {
                let Some(page) = Rc::get_mut(page) else { return Ok(false) };
                page.spill.scratch.write_at(page.at + within as u64, part).map_err(full)?;
                Ok(true)
            }
        }
    }
}

/// A scratch file that takes no more is full, whatever the browser calls it.
fn full(error: io::Error) -> io::Error {
    io::Error::new(io::ErrorKind::StorageFull, error.to_string())
}

impl Drop for InMemory {
    fn drop(&mut self) {
        // A thread that is ending has no one left to count for.
        let _ = IN_MEMORY.try_with(|bytes| bytes.set(bytes.get().saturating_sub(self.0.len() as u64)));
    }
}

impl Drop for Spilled {
    fn drop(&mut self) {
        self.spill.free.borrow_mut().entry(self.size).or_default().push(self.at);
    }
}
