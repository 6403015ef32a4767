//! A name on the VFS, and what is behind it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::counters::{Counters, PageSet, Tally};
use super::{Base, Overlay, RamSource};

/// A private, writable copy of a [`Base`] that costs only the pages it changes.
///
/// Open it by [`Fork::name`] on [`super::VFS_NAME`], once at a time. Dropping it is the roll-back. Drop its connection
/// first: one that is still open keeps what it has opened and can open nothing more, so its next write may fail.
pub struct Fork(Rc<Files>);

/// What SQLite can open under the name of one fork.
pub(super) struct Files {
    name: String,
    pub(super) main: RefCell<Overlay>,
    pub(super) main_is_open: Cell<bool>,
    pub(super) tally: RefCell<Tally>,
    wal: RefCell<Option<Companion>>,
    journal: RefCell<Option<Companion>>,
}

/// A file beside the main one. Handles share it, and one that is deleted lives on until its handles are closed.
pub(super) type Companion = Rc<RefCell<Overlay>>;

/// Which file of a fork a name means.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Main,
    Wal,
    Journal,
}

thread_local! {
    static FORKS: RefCell<HashMap<String, Rc<Files>>> = RefCell::default();
}

impl Fork {
    /// `wal` is a private copy of the database's -wal, if it had one: SQLite finds it beside the fork and replays it.
    pub fn new(base: &Base, wal: Option<Vec<u8>>) -> Fork {
        Fork::with_companions(base, wal.map(|bytes| Base::new(RamSource::from_bytes(bytes))), None)
    }

    /// With the -wal and the -journal that stood beside the database: SQLite finds them beside the fork, replays the one
    /// and rolls the other back, if it is hot.
    pub fn with_companions(base: &Base, wal: Option<Base>, journal: Option<Base>) -> Fork {
        Fork::publish(Overlay::new(base, page_size(base)), wal.map(companion), journal.map(companion))
    }

    /// A fork of what this one is now. They share the pages changed so far and nothing else; the counters start at 0.
    ///
    /// A connection's changes belong to this fork once they are committed: call it outside write transactions only,
    /// or the new fork starts in the middle of one. An open connection is not disturbed.
    pub fn fork(&self) -> Fork {
        let main = self.0.main.borrow().clone();
        let copy = |file: &RefCell<Option<Companion>>| {
            file.borrow().as_ref().map(|file| Rc::new(RefCell::new(file.borrow().clone())))
        };
        Fork::publish(main, copy(&self.0.wal), copy(&self.0.journal))
    }

    fn publish(main: Overlay, wal: Option<Companion>, journal: Option<Companion>) -> Fork {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let name = format!("fork-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let files = Rc::new(Files {
            name: name.clone(),
            main: RefCell::new(main),
            main_is_open: Cell::new(false),
            tally: RefCell::default(),
            wal: RefCell::new(wal),
            journal: RefCell::new(journal),
        });
        FORKS.with_borrow_mut(|forks| forks.insert(name, files.clone()));
        Fork(files)
    }

    /// The file name to open on [`super::VFS_NAME`]; never given twice in one process.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Writes the page count of the header as the length of the file has it: SQLite refuses a file that is shorter than
    /// its header says, pages that are there and all.
    ///
    /// # Errors
    ///
    /// What the base answers.
    pub fn count_pages_as_they_are(&self) -> std::io::Result<()> {
        const PAGE_COUNT_AT: u64 = 28;
        let mut main = self.0.main.borrow_mut();
        let n_pages = main.len().div_ceil(main.page_size() as u64);
        main.write_at(PAGE_COUNT_AT, &u32::try_from(n_pages).unwrap_or(u32::MAX).to_be_bytes())
    }

    pub fn counters(&self) -> Counters {
        self.0.tally.borrow().counters
    }

    /// The counters as they stand whenever it is called, for as long as it is kept.
    pub fn meter(&self) -> impl Fn() -> Counters + 'static + use<> {
        let files = self.0.clone();
        move || files.tally.borrow().counters
    }

    /// The pages that [`Counters::distinct_pages`] counts.
    pub fn pages_read(&self) -> PageSet {
        self.0.tally.borrow().pages.clone()
    }

    /// A page of the main file, numbered from 1, past SQLite and uncounted. `None` when it cannot be read.
    pub fn page(&self, number: u64) -> Option<Vec<u8>> {
        let main = self.0.main.borrow();
        let mut page = vec![0; main.page_size()];
        let offset = number.checked_sub(1)?.checked_mul(page.len() as u64)?;
        let n = main.read_at(offset, &mut page).ok()?;
        (n == page.len()).then_some(page)
    }

    pub fn reset_counters(&self) {
        self.0.tally.take();
    }

    /// Bytes of the pages of the main file that differ from the base, those shared with other forks included.
    pub fn overlay_bytes(&self) -> u64 {
        self.0.main.borrow().changed_bytes()
    }

    /// Pages of the main file, numbered from 1, that were written since this fork was made of `before`.
    pub fn pages_changed_since(&self, before: &Fork) -> Vec<u64> {
        let (main, before) = (self.0.main.borrow(), before.0.main.borrow());
        main.pages_changed_since(&before).map(|number| number + 1).collect()
    }

    /// Length of the main file in bytes; what only the -wal holds is not in it yet.
    pub fn len(&self) -> u64 {
        self.0.main.borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Fork {
    fn drop(&mut self) {
        // A fork kept in another thread-local may outlive the map.
        let _ = FORKS.try_with(|forks| forks.borrow_mut().remove(&self.0.name));
    }
}

impl Files {
    /// The -wal or the -journal; the main file is no companion.
    pub(super) fn companion(&self, part: Part) -> Option<Companion> {
        self.slot(part).and_then(|slot| slot.borrow().clone())
    }

    pub(super) fn create_companion(&self, part: Part) -> Option<Companion> {
        let slot = self.slot(part)?;
        let new = companion(Base::new(RamSource::default()));
        slot.replace(Some(new.clone()));
        Some(new)
    }

    /// Answers whether there was one.
    pub(super) fn delete_companion(&self, part: Part) -> bool {
        self.slot(part).is_some_and(|slot| slot.take().is_some())
    }

    fn slot(&self, part: Part) -> Option<&RefCell<Option<Companion>>> {
        match part {
            Part::Main => None,
            Part::Wal => Some(&self.wal),
            Part::Journal => Some(&self.journal),
        }
    }
}

/// The live fork of this thread a file name belongs to.
pub(super) fn find(name: &str) -> Option<(Rc<Files>, Part)> {
    let (fork, part) = match (name.strip_suffix("-wal"), name.strip_suffix("-journal")) {
        (Some(fork), _) => (fork, Part::Wal),
        (_, Some(fork)) => (fork, Part::Journal),
        (None, None) => (name, Part::Main),
    };
    FORKS.try_with(|forks| forks.borrow().get(fork).map(|files| (files.clone(), part))).ok()?
}

fn companion(base: Base) -> Companion {
    // Appended to in pieces that are no whole pages: a large unit is filled in place, a small one is copied more often.
    const UNIT: usize = 64 << 10;
    Rc::new(RefCell::new(Overlay::new(&base, UNIT)))
}

/// The page size in the database header: a power of two, 1 standing for 65,536.
///
/// Without a readable header any unit will do, so this is SQLite's own default; SQLite itself reports what is wrong.
fn page_size(base: &Base) -> usize {
    const DEFAULT: usize = 4096;
    let mut header = [0; 2];
    match base.read_at(16, &mut header) {
        Ok(2) => match u16::from_be_bytes(header) {
            1 => 65_536,
            n if n >= 512 && n.is_power_of_two() => n.into(),
            _ => DEFAULT,
        },
        _ => DEFAULT,
    }
}
