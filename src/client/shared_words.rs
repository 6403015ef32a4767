//! The words that page and worker share, where the page may share memory at all.

use js_sys::{Atomics, Int32Array, Object, Reflect, SharedArrayBuffer};
use wasm_bindgen::JsValue;

use crate::protocol::SharedWord;

pub struct SharedWords {
    buffer: SharedArrayBuffer,
    words: Int32Array,
}

impl SharedWords {
    /// `None` when the page is not cross-origin isolated; then only ending the worker cancels.
    pub fn new() -> Option<Self> {
        let isolated = Reflect::get(&js_sys::global(), &"crossOriginIsolated".into()).ok()?.as_bool()?;
        isolated.then(|| {
            let buffer = SharedArrayBuffer::new(SharedWord::N * 4);
            let words = Int32Array::new(&buffer);
            Self { buffer, words }
        })
    }

    pub fn set(&self, word: SharedWord, is_raised: bool) {
        let _ = Atomics::store(&self.words, word as u32, i32::from(is_raised));
    }

    /// The first message to a worker: `{words: SharedArrayBuffer}`.
    pub fn message(&self) -> JsValue {
        let message = Object::new();
        // Setting a property of an object made just now cannot fail.
        let _ = Reflect::set(&message, &"words".into(), &self.buffer);
        message.into()
    }
}
