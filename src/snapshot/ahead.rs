//! A second worker that reads the next part of a file while this one reads, and works through, the part before it.
//!
//! A read of a dropped file is mostly waiting for another process, and two wait at once. Only where workers share memory:
//! while a statement runs this one hears nothing that it is sent.

use std::cell::{OnceCell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use js_sys::{Array, Atomics, Int32Array, SharedArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{
    Blob, DedicatedWorkerGlobalScope, FileReaderSync, MessageEvent, Worker, WorkerGlobalScope, WorkerOptions,
};

use super::blob::{BlobSource, Nowhere};
use super::cached::CachedSource;
use super::source::Fetched;

/// By this name the program knows that it is to [`serve_read_ahead`], and to do nothing else.
pub const READ_AHEAD: &str = "read-ahead";

/// Two may stand in a cache that keeps four, every other of which this worker read itself, and one is being read.
const SLOTS: usize = 3;
const SLOT_BYTES: usize = CachedSource::<BlobSource>::READ_AHEAD;

/// Longer than any read of a disk. A worker that does not answer has been killed.
const MAX_WAIT_MS: f64 = 10_000.0;

const READY: i32 = 1;
const READING: i32 = 2;
const FAILED: i32 = 3;

/// Reads ahead of one file. Dropping it ends the worker.
pub struct Ahead {
    /// Started with the first question, because most files are never walked through; `None` inside where it cannot be.
    worker: OnceCell<Option<Worker>>,
    /// `READY` once the worker runs, which takes this one's event loop.
    state: Int32Array,
    slots: RefCell<Vec<Rc<Slot>>>,
}

struct Slot {
    /// Which part of the file it holds, or will.
    part: RefCell<Range<u64>>,
    state: Int32Array,
    bytes: Uint8Array,
}

impl Ahead {
    /// `None` where workers share no memory.
    pub fn new() -> Option<Ahead> {
        let isolated = js_sys::Reflect::get(&js_sys::global(), &"crossOriginIsolated".into());
        isolated.is_ok_and(|flag| flag.is_truthy()).then(|| Ahead {
            worker: OnceCell::new(),
            state: shared_word(),
            slots: RefCell::default(),
        })
    }

    /// Has `part` of `blob` read, if nothing stands against it.
    pub fn ask(&self, blob: &Blob, part: Range<u64>) {
        let Some(worker) = self.worker.get_or_init(|| start(&self.state)) else { return };
        if part.end - part.start > SLOT_BYTES as u64 || Atomics::load(&self.state, 0) != Ok(READY) {
            return;
        }
        let mut slots = self.slots.borrow_mut();
        if slots.iter().any(|slot| *slot.part.borrow() == part) {
            return;
        }
        let slot = match slots.iter().position(|slot| Rc::strong_count(slot) == 1 && !slot.is(READING)) {
            Some(at) => slots.remove(at),
            None if slots.len() < SLOTS => Rc::new(Slot::new()),
            None => return,
        };
        set(&slot.state, READING);
        let piece = blob.slice_with_f64_and_f64(part.start as f64, part.end as f64);
        let asked = piece.and_then(|piece| worker.post_message(&Array::of3(&piece, &slot.state, &slot.bytes)));
        slot.part.replace(part);
        if asked.is_err() {
            set(&slot.state, FAILED);
        }
        // The one asked for longest ago is the first to be taken over.
        slots.push(slot);
    }

    /// What was read, or is being read, of exactly this part.
    pub fn take(&self, part: &Range<u64>) -> Option<Box<dyn Fetched>> {
        let slot = self.slots.borrow().iter().find(|slot| *slot.part.borrow() == *part).cloned()?;
        if Atomics::wait_with_timeout(&slot.state, 0, READING, MAX_WAIT_MS).is_ok_and(|how| how == "timed-out") {
            set(&self.state, FAILED);
        }
        // Whoever reads it now finds out why.
        slot.is(READY).then(|| Box::new(Part { slot, length: (part.end - part.start) as usize }) as Box<dyn Fetched>)
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        if let Some(Some(worker)) = self.worker.get() {
            worker.terminate();
        }
    }
}

impl Slot {
    fn new() -> Slot {
        Slot {
            part: RefCell::default(),
            state: shared_word(),
            bytes: Uint8Array::new(&SharedArrayBuffer::new(SLOT_BYTES as u32)),
        }
    }

    fn is(&self, state: i32) -> bool {
        Atomics::load(&self.state, 0) == Ok(state)
    }
}

/// What a slot holds. As long as this is there the slot takes nothing else.
struct Part {
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

fn shared_word() -> Int32Array {
    Int32Array::new(&SharedArrayBuffer::new(4))
}

/// The same program once more. Its first message is the word in which it tells that it runs.
fn start(state: &Int32Array) -> Option<Worker> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let options = WorkerOptions::new();
    options.set_name(READ_AHEAD);
    let worker = Worker::new_with_options(&scope.location().href(), &options).ok()?;
    worker.post_message(state).ok()?;
    Some(worker)
}

/// The second worker's whole work.
pub fn serve_read_ahead() {
    let (Ok(reader), Ok(nowhere)) = (FileReaderSync::new(), Nowhere::new()) else { return };
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let message = match event.data().dyn_into::<Int32Array>() {
            Ok(state) => return set(&state, READY),
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

fn set(state: &Int32Array, value: i32) {
    let _ = Atomics::store(state, 0, value);
    let _ = Atomics::notify(state, 0);
}
