//! The background copy of a dropped file: into memory, or into the browser's own file system where that is too small.

use std::cell::{Cell, RefCell};
use std::io;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::DedicatedWorkerGlobalScope;

use super::{ENGINE, send};
use crate::domain::copying::{DECLINED, no_room, room_has_gone, stays_lazy};
use crate::domain::run::Step;
use crate::engine::{Engine, EngineError, interrupt, progress};
use crate::protocol::Event;
use crate::snapshot::{Base, OpfsFile, PromotionState, remove_left_overs};

/// Wasm memory ends at 4 GiB, and the forks need some of it.
const MAX_IN_MEMORY_BYTES: u64 = 1 << 30;

/// Copied at once between two requests: about 25 ms of reading.
const STEP_BYTES: usize = 16 << 20;

/// Room for changed pages and for sorting that must be left beside a copy; without one they take what there is.
const ROOM_FOR_CHANGES: u64 = 1 << 30;

thread_local! {
    static STEP: Closure<dyn FnMut()> = Closure::new(step);
    static IS_COPYING: Cell<bool> = const { Cell::new(false) };
    /// Counts what was opened and declined, so that room that is made for one file is not given to the next.
    static EPOCH: Cell<u32> = const { Cell::new(0) };
    /// Whether the person has declined a copy that something waits for.
    static IS_DECLINED: RefCell<Option<Box<dyn Fn() -> bool>>> = const { RefCell::new(None) };
    /// When the last part was copied beneath a statement, and how long that took, in milliseconds.
    static BENEATH: Cell<[f64; 2]> = const { Cell::new([0.0; 2]) };
}

/// What a request wants of a copy that is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Nothing: it reads little or nothing of the file, or its own time tells.
    Nothing,
    /// It takes times that half a copy would falsify.
    AllOfIt,
    /// It may take long and takes no times.
    Growth,
}

impl Wants {
    pub fn of(step: &Step) -> Self {
        match step {
            Step::Judge | Step::BuildIndex(_) | Step::Benchmark(_) | Step::Grow { .. } => Self::Nothing,
            Step::MeasureQuery(_) | Step::FileBenchmark(_) | Step::Repair | Step::Practice(_) => Self::AllOfIt,
            Step::Analyze
            | Step::PreviewCleanup(_)
            | Step::FindStragglers(_)
            | Step::CleanTogether
            | Step::Sizes
            | Step::TryWithout => Self::Growth,
        }
    }
}

/// Sets the question "is the copy declined?", which is asked where no call can be heard.
pub fn set_probe(probe: impl Fn() -> bool + 'static) {
    IS_DECLINED.set(Some(Box::new(probe)));
}

fn is_declined() -> bool {
    IS_DECLINED.with_borrow(|probe| probe.as_ref().is_some_and(|is_declined| is_declined()))
}

/// At the start of a worker: another one may have ended without a word.
pub fn clear_up() {
    spawn_local(async { drop(remove_left_overs().await) });
}

/// A file was opened.
pub fn begin(engine: &Engine) {
    let epoch = EPOCH.get().wrapping_add(1);
    EPOCH.set(epoch);
    let Some(promotion) = engine.base().map(Base::promotion) else { return };
    let fits = promotion.total <= MAX_IN_MEMORY_BYTES;
    IS_COPYING.set(fits);
    match fits {
        true => schedule(),
        false => spawn_local(make_room(epoch, promotion.total)),
    }
}

/// The person wants no copy.
pub fn decline(engine: &Engine) -> Result<(), EngineError> {
    EPOCH.set(EPOCH.get().wrapping_add(1));
    IS_COPYING.set(false);
    engine.stay_lazy()?;
    send(&Event::NotCopied { words: stays_lazy(DECLINED) });
    Ok(())
}

/// Runs `work` on a file whose copy is under way. A page from the lazy file costs a thousand times as much as one from the
/// copy, so a copy in memory, which takes seconds, comes first. One on disk may take minutes: only what takes times waits for
/// it, and whatever else takes long lets it grow beneath. A file that cannot be copied stays as it is.
pub fn beside<T>(engine: &mut Engine, wants: Wants, work: impl FnOnce(&mut Engine) -> T) -> T {
    let base = match engine.base() {
        Some(base) if IS_COPYING.get() && wants != Wants::Nothing => base.clone(),
        _ => return work(engine),
    };
    if wants == Wants::AllOfIt || base.len() <= MAX_IN_MEMORY_BYTES {
        while !interrupt::requested() && !is_declined() && copy_once(&base) == Some(PromotionState::Copying) {}
        if is_declined() {
            // Times of half a copy would be neither the file's nor the copy's. What is not open `work` tells.
            let _ = decline(engine);
        }
        return work(engine);
    }
    progress::meanwhile(move || copy_beneath(&base), || work(engine))
}

/// At most half of the time is the copy's.
fn copy_beneath(base: &Base) {
    let start_ms = js_sys::Date::now();
    let [end_ms, took_ms] = BENEATH.get();
    if IS_COPYING.get() && start_ms >= end_ms + took_ms {
        copy_once(base);
        let end_ms = js_sys::Date::now();
        BENEATH.set([end_ms, end_ms - start_ms]);
    }
}

async fn make_room(epoch: u32, n_bytes: u64) {
    let made = rooms(n_bytes).await;
    // Files that nobody needs any more are removed as they are dropped.
    if EPOCH.get() != epoch {
        return;
    }
    let made = made.and_then(|(changes, copy)| {
        ENGINE.with_borrow_mut(|engine| {
            let Some(engine) = engine else { return Ok(()) };
            engine.make_room(changes).map_err(|error| io::Error::other(error.words()))?;
            let copy = copy?;
            if let Some(base) = engine.base() {
                base.promote_to(copy);
            }
            Ok(())
        })
    });
    match made {
        Ok(()) => {
            IS_COPYING.set(true);
            schedule();
        }
        Err(error) => send(&Event::NotCopied { words: stays_lazy(&error.to_string()) }),
    }
}

/// A file for changes, and one for the copy where there is room for both.
async fn rooms(n_bytes: u64) -> io::Result<(OpfsFile, io::Result<OpfsFile>)> {
    remove_left_overs().await?;
    let changes = OpfsFile::create().await?;
    Ok((changes, room_for_copy(n_bytes).await))
}

async fn room_for_copy(n_bytes: u64) -> io::Result<OpfsFile> {
    let copy = OpfsFile::create().await?;
    let wanted = n_bytes + ROOM_FOR_CHANGES;
    copy.reserve(wanted).map_err(|_| io::Error::other(no_room(wanted)))?;
    // The rest is left to changes.
    copy.reserve(n_bytes)?;
    Ok(copy)
}

/// A timer, so that requests that came meanwhile are answered first.
fn schedule() {
    STEP.with(|step| {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let _ = scope.set_timeout_with_callback(step.as_ref().unchecked_ref());
    });
}

fn step() {
    let state = ENGINE.with_borrow(|engine| copy_once(engine.as_ref()?.base()?));
    if state == Some(PromotionState::Copying) {
        schedule();
    }
}

/// Copies the next part and tells the page. `None` when nothing is left to copy, or nothing can be.
fn copy_once(base: &Base) -> Option<PromotionState> {
    if !IS_COPYING.get() {
        return None;
    }
    match base.promote_step(STEP_BYTES) {
        Ok(promotion) => {
            let in_ram = promotion.total <= MAX_IN_MEMORY_BYTES;
            IS_COPYING.set(promotion.state == PromotionState::Copying);
            send(&Event::Promotion { n_copied: promotion.copied, n_total: promotion.total, in_ram });
            Some(promotion.state)
        }
        Err(error) => {
            IS_COPYING.set(false);
            // A file that cannot be read any more is told by the next request that needs it.
            if matches!(error.kind(), io::ErrorKind::OutOfMemory | io::ErrorKind::StorageFull) {
                send(&Event::NotCopied { words: stays_lazy(&room_has_gone(&error.to_string())) });
            }
            None
        }
    }
}
