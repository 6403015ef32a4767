//! The background copy of a dropped file: into memory, or into the browser's own file system where that is too small.

use std::cell::Cell;
use std::io;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::DedicatedWorkerGlobalScope;

use super::{ENGINE, send};
use crate::domain::copying::{DECLINED, no_room, stays_lazy};
use crate::domain::failure::{Failure, FailureKind};
use crate::engine::{Engine, EngineError, interrupt};
use crate::protocol::Event;
use crate::snapshot::{OpfsFile, PromotionState, remove_left_overs, room};

/// Wasm memory ends at 4 GiB, and the forks need some of it.
const MAX_IN_MEMORY_BYTES: u64 = 1 << 30;

/// Copied at once between two requests: about 25 ms of reading.
const STEP_BYTES: usize = 16 << 20;

/// Room for changed pages and for sorting that must be left beside a copy.
const ROOM_FOR_CHANGES: u64 = 1 << 30;

thread_local! {
    static STEP: Closure<dyn FnMut()> = Closure::new(step);
    static IS_COPYING: Cell<bool> = const { Cell::new(false) };
    /// Counts what was opened and declined, so that room that is made for one file is not given to the next.
    static EPOCH: Cell<u32> = const { Cell::new(0) };
}

/// At the start of a worker: another one may have ended without a word.
pub fn clear_up() {
    spawn_local(async { drop(remove_left_overs().await) });
}

/// A file was opened.
pub fn begin(engine: &Engine) {
    let epoch = EPOCH.get().wrapping_add(1);
    EPOCH.set(epoch);
    let Some(promotion) = engine.promotion() else { return };
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

/// Copies what is left before a statement that reads in no order: a page from the lazy file costs a thousand times as
/// much as one from the copy. A file that cannot be copied stays as it is.
pub fn finish(engine: &mut Engine) {
    while !interrupt::requested() && copy_once(engine).is_some_and(|state| state == PromotionState::Copying) {}
}

async fn make_room(epoch: u32, n_bytes: u64) {
    let made = rooms(n_bytes).await;
    // Files that nobody needs any more are removed as they are dropped.
    if EPOCH.get() != epoch {
        return;
    }
    let made = made.and_then(|(copy, changes)| {
        let give = |engine: &mut Option<Engine>| engine.as_mut().map(|engine| engine.make_room(copy, changes));
        match ENGINE.with_borrow_mut(give) {
            Some(Err(error)) => Err(io::Error::other(error.words())),
            _ => Ok(()),
        }
    });
    match made {
        Ok(()) => {
            IS_COPYING.set(true);
            schedule();
        }
        Err(error) => send(&Event::NotCopied { words: stays_lazy(&error.to_string()) }),
    }
}

async fn rooms(n_bytes: u64) -> io::Result<(OpfsFile, OpfsFile)> {
    remove_left_overs().await?;
    let (room, wanted) = (room().await?, n_bytes + ROOM_FOR_CHANGES);
    if room < wanted {
        return Err(io::Error::new(io::ErrorKind::StorageFull, no_room(room, wanted)));
    }
    Ok((OpfsFile::create().await?, OpfsFile::create().await?))
}

/// A timer, so that requests that came meanwhile are answered first.
fn schedule() {
    STEP.with(|step| {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let _ = scope.set_timeout_with_callback(step.as_ref().unchecked_ref());
    });
}

fn step() {
    let state = ENGINE.with_borrow_mut(|engine| copy_once(engine.as_mut()?));
    if state == Some(PromotionState::Copying) {
        schedule();
    }
}

/// Copies the next part and tells the page. `None` when nothing is left to copy, or nothing can be.
fn copy_once(engine: &mut Engine) -> Option<PromotionState> {
    if !IS_COPYING.get() {
        return None;
    }
    match engine.promote(STEP_BYTES) {
        Ok(promotion) => {
            let promotion = promotion?;
            let in_ram = promotion.total <= MAX_IN_MEMORY_BYTES;
            IS_COPYING.set(promotion.state == PromotionState::Copying);
            send(&Event::Promotion { n_copied: promotion.copied, n_total: promotion.total, in_ram });
            Some(promotion.state)
        }
        Err(error) => {
            IS_COPYING.set(false);
            let failure = Failure::from(&error);
            // A file that cannot be read any more is told by the next request that needs it.
            if failure.kind == FailureKind::OutOfMemory {
                send(&Event::NotCopied { words: stays_lazy(&failure.message) });
            }
            None
        }
    }
}
