//! Files that the page itself reads, as text.

use js_sys::Uint8Array;
use leptos::wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use crate::domain::dropped::HEAD_BYTES;
use crate::domain::failure::{Failure, FailureKind};

/// Larger files are none that this page reads as text.
const MAX_TEXT_BYTES: f64 = 268_435_456.0;

/// How it begins; empty when it cannot be read, which whoever opens it will tell.
pub async fn head(file: &File) -> Vec<u8> {
    let Ok(head) = file.slice_with_i32_and_i32(0, HEAD_BYTES) else { return Vec::new() };
    let buffer = JsFuture::from(head.array_buffer()).await;
    buffer.map_or_else(|_| Vec::new(), |buffer| Uint8Array::new(&buffer).to_vec())
}

pub async fn text(file: &File) -> Result<String, Failure> {
    let name = file.name();
    if file.size() > MAX_TEXT_BYTES {
        return Err(Failure::new(FailureKind::Unreadable, format!("{name} is too large to be read as text")));
    }
    let blob: &Blob = file.unchecked_ref();
    let text = JsFuture::from(blob.text()).await.ok().and_then(|text| text.as_string());
    text.ok_or_else(|| Failure::new(FailureKind::Unreadable, format!("{name} could not be read")))
}
