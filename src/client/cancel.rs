//! The flag that page and worker share, where the page may share memory at all.

use js_sys::{Atomics, Int32Array, Object, Reflect, SharedArrayBuffer};
use wasm_bindgen::JsValue;

/// One 32-bit integer: 0 go on, 1 stop.
pub struct CancelFlag {
    buffer: SharedArrayBuffer,
    flag: Int32Array,
}

impl CancelFlag {
    /// `None` when the page is not cross-origin isolated; then only ending the worker cancels.
    pub fn new() -> Option<Self> {
        let isolated = Reflect::get(&js_sys::global(), &"crossOriginIsolated".into()).ok()?.as_bool()?;
        isolated.then(|| {
            let buffer = SharedArrayBuffer::new(4);
            let flag = Int32Array::new(&buffer);
            Self { buffer, flag }
        })
    }

    pub fn raise(&self) {
        let _ = Atomics::store(&self.flag, 0, 1);
    }

    pub fn lower(&self) {
        let _ = Atomics::store(&self.flag, 0, 0);
    }

    /// The first message to a worker: `{cancel: SharedArrayBuffer}`.
    pub fn message(&self) -> JsValue {
        let message = Object::new();
        // Setting a property of an object made just now cannot fail.
        let _ = Reflect::set(&message, &"cancel".into(), &self.buffer);
        message.into()
    }
}
