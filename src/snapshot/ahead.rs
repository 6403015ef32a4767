//! A second worker that reads the next part of a file while this one reads, and works through, the part before it.
//!
//! A read of a dropped file is mostly waiting for another process, and two wait at once. Only where workers share memory:
//! while a statement runs this one hears nothing that it is sent.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use js_sys::{Array, Atomics, Function, Int32Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{
    Blob, DedicatedWorkerGlobalScope, ErrorEvent, FileReaderSync, MessageEvent, Worker, WorkerGlobalScope,
    WorkerOptions,
};

use super::blob::{BlobSource, Nowhere, slice};
use super::cached::CachedSource;
use super::source::Fetched;

/// By this name the program knows that it is to [`serve_read_ahead`], and to do nothing else.
pub const READ_AHEAD: &str = "read-ahead";

/// Two may stand in a cache that keeps three, every other of which this worker read itself, and one is being read.
const SLOTS: usize = 3;
const SLOT_BYTES: usize = CachedSource::<BlobSource>::READ_AHEAD;

/// A worker that does not answer for so long has been killed, or the disk is so slow that waiting for two reads gains
/// nothing.
const MAX_WAIT_MS: f64 = 10_000.0;

const UNKNOWN: i32 = 0;
const READY: i32 = 1;
const READING: i32 = 2;
const FAILED: i32 = 3;

thread_local! {
    /// One for all files: shared memory cannot be given back, only collected some time.
    static AHEAD: RefCell<Option<Rc<Ahead>>> = const { RefCell::new(None) };
}

/// The second worker, and what it has read. Dropping it ends the worker.
pub struct Ahead {
    worker: Worker,
    /// `READY` once the worker runs, which takes this one's event loop, and `FAILED` when it does not any more.
    state: Int32Array,
    slots: RefCell<Vec<Rc<Slot>>>,
    // The browser calls it as long as the worker runs.
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

struct Slot {
    /// Which part of which file it holds, or will.
    part: RefCell<Option<(Blob, Range<u64>)>>,
    was_taken: Cell<bool>,
    state: Int32Array,
    bytes: Uint8Array,
}

impl Ahead {
    /// `None` where workers share no memory.
    pub fn get() -> Option<Rc<Ahead>> {
        AHEAD.with_borrow_mut(|ahead| {
            if ahead.as_ref().is_none_or(|ahead| get(&ahead.state) == FAILED) {
                *ahead = Ahead::new().map(Rc::new);
            }
            ahead.clone()
        })
    }

    fn new() -> Option<Ahead> {
        if !shares_memory() {
            return None;
        }
        let state = shared_word()?;
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let options = WorkerOptions::new();
        options.set_name(READ_AHEAD);
        // The same program once more.
        let worker = Worker::new_with_options(&scope.location().href(), &options).ok()?;
        let failed = state.clone();
        // Whatever happens there, the file can be read here.
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |error: ErrorEvent| {
            error.prevent_default();
            set(&failed, FAILED);
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Ahead { worker, state, slots: RefCell::default(), _on_error: on_error })
    }

    /// Has `part` of `blob` read, if nothing stands against it.
    pub fn ask(&self, blob: &Blob, part: Range<u64>) {
        match get(&self.state) {
            READY => {}
            // Said again each time: what a worker is told while its program still loads is lost.
            UNKNOWN => return drop(self.worker.post_message(&self.state)),
            _ => return,
        }
        let mut slots = self.slots.borrow_mut();
        if part.end - part.start > SLOT_BYTES as u64 || slots.iter().any(|slot| slot.is_of(blob, &part)) {
            return;
        }
        let free = |slot: &Rc<Slot>| Rc::strong_count(slot) == 1 && get(&slot.state) != READING;
        // What was asked for and not taken yet may belong to another walk.
        let spent = slots.iter().position(|slot| free(slot) && slot.was_taken.get());
        let slot = match spent.or_else(|| slots.iter().position(free).filter(|_| slots.len() == SLOTS)) {
            Some(at) => slots.remove(at),
            None if slots.len() < SLOTS => match Slot::new() {
                Some(slot) => Rc::new(slot),
                None => return,
            },
            None => return,
        };
        slot.was_taken.set(false);
        set(&slot.state, READING);
        let asked = slice(blob, &part)
            .and_then(|piece| self.worker.post_message(&Array::of3(&piece, &slot.state, &slot.bytes)));
        slot.part.replace(Some((blob.clone(), part)));
        if asked.is_err() {
            set(&slot.state, FAILED);
        }
        // The one asked for longest ago is the first to be taken over.
        slots.push(slot);
    }

    /// What was read, or is being read, of exactly this part.
    pub fn take(&self, blob: &Blob, part: &Range<u64>) -> Option<Part> {
        let slot = self.slots.borrow().iter().find(|slot| slot.is_of(blob, part)).cloned()?;
        slot.was_taken.set(true);
        if Atomics::wait_with_timeout(&slot.state, 0, READING, MAX_WAIT_MS).is_ok_and(|how| how == "timed-out") {
            set(&self.state, FAILED);
            // No one waits for them again.
            self.slots.borrow_mut().clear();
        }
        // Whoever reads it now finds out why.
        (get(&slot.state) == READY).then(|| Part { slot, length: (part.end - part.start) as usize })
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Slot {
    /// None where there is no memory.
    fn new() -> Option<Slot> {
        Some(Slot {
            part: RefCell::default(),
            was_taken: Cell::new(false),
            state: shared_word()?,
            bytes: Uint8Array::new(&shared(SLOT_BYTES)?),
        })
    }

    fn is_of(&self, blob: &Blob, part: &Range<u64>) -> bool {
        self.part.borrow().as_ref().is_some_and(|(other, there)| other == blob && there == part)
    }
}

/// What a slot holds. As long as this is there the slot takes nothing else.
pub struct Part {
    slot: Rc<Slot>,
    length: usize,
}

impl Fetched for Part {
    fn len(&self) -> usize {
        self.length
    }

    fn copy(&self, from: usize, buf: &mut [u8]) {
        self.slot.bytes.subarray(from as u32, (from + buf.len()) as u32).copy_to(buf);
    }
}

/// Whether workers of this page may share memory at all.
pub fn shares_memory() -> bool {
    Reflect::get(&js_sys::global(), &"crossOriginIsolated".into()).is_ok_and(|flag| flag.is_truthy())
}

/// js-sys's own constructor does not tell that there is no memory.
fn shared(bytes: usize) -> Option<JsValue> {
    let class: Function = Reflect::get(&js_sys::global(), &"SharedArrayBuffer".into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&class, &Array::of1(&(bytes as u32).into())).ok()
}

fn shared_word() -> Option<Int32Array> {
    Some(Int32Array::new(&shared(4)?))
}

/// The second worker's whole work.
pub fn serve_read_ahead() {
    let (Ok(reader), Ok(nowhere)) = (FileReaderSync::new(), Nowhere::new()) else { return };
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let message = match event.data().dyn_into::<Int32Array>() {
            // Only once: it may have been given up meanwhile.
            Ok(state) => return drop(Atomics::compare_exchange(&state, 0, UNKNOWN, READY)),
            Err(message) => Array::from(&message),
        };
        let (piece, state, bytes): (Blob, Int32Array, Uint8Array) =
            (message.get(0).unchecked_into(), message.get(1).unchecked_into(), message.get(2).unchecked_into());
        match reader.read_as_array_buffer(&piece) {
            // What is shorter than asked for is told by the one who asks again.
            Ok(read) if f64::from(read.byte_length()) == piece.size() => {
                bytes.set(&Uint8Array::new(&read), 0);
                set(&state, READY);
                nowhere.give(&read);
            }
            _ => set(&state, FAILED),
        }
    });
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}

/// The word is of four bytes and stays there, so that it can be read.
fn get(state: &Int32Array) -> i32 {
    Atomics::load(state, 0).unwrap_or(FAILED)
}

fn set(state: &Int32Array, value: i32) {
    let _ = Atomics::store(state, 0, value);
    let _ = Atomics::notify(state, 0);
}
