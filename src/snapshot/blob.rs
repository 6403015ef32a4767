//! A dropped file, read in place.

use std::io;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, FileReaderSync, MessageChannel, MessagePort};

use super::source::{Source, available};

/// A `File` or `Blob`, read synchronously, so in a worker only.
///
/// One read costs a hop to another process, about a millisecond whatever its size up to 256 KiB: put a
/// [`super::CachedSource`] in front.
pub struct BlobSource {
    blob: Blob,
    reader: FileReaderSync,
    nowhere: MessagePort,
    len: u64,
}

impl BlobSource {
    /// A `web_sys::File` is a `Blob`: `BlobSource::new(&file)`.
    ///
    /// # Errors
    ///
    /// Outside a worker, where there is no `FileReaderSync`.
    pub fn new(blob: &Blob) -> io::Result<BlobSource> {
        let reader = FileReaderSync::new().map_err(|e| dom_error(&e))?;
        let channel = MessageChannel::new().map_err(|e| dom_error(&e))?;
        channel.port2().close();
        Ok(BlobSource { blob: blob.clone(), reader, nowhere: channel.port1(), len: blob.size() as u64 })
    }

    /// At once, because what a worker leaves to be collected piles up while a statement runs: gigabytes in a long scan.
    /// What is sent to a port whose other end is closed is gone. `ArrayBuffer.transfer` is no way: Chromium keeps the
    /// bytes until it collects, and no longer counts them among the reasons to collect.
    fn give_back(&self, buffer: &ArrayBuffer) {
        // A browser that refuses collects them when it likes.
        let _ = self.nowhere.post_message_with_transferable(&JsValue::NULL, &Array::of1(buffer));
    }
}

impl Source for BlobSource {
    fn len(&self) -> u64 {
        self.len
    }

    /// # Errors
    ///
    /// The DOM exception's name and message: `NotReadableError` when the file has changed on disk since it was dropped,
    /// `NotFoundError` when it has gone.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = available(self.len, offset, buf.len());
        if n == 0 {
            return Ok(0);
        }
        // Only the f64 overload reaches past 2 GiB; 2^53 bytes are exact.
        let slice = self.blob.slice_with_f64_and_f64(offset as f64, (offset + n as u64) as f64);
        let buffer = slice.and_then(|slice| self.reader.read_as_array_buffer(&slice)).map_err(|e| dom_error(&e))?;
        let bytes = Uint8Array::new(&buffer);
        // `copy_to` panics when the lengths differ.
        if bytes.length() as usize != n {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("the file answered {} of {n} bytes at {offset}", bytes.length()),
            ));
        }
        bytes.copy_to(&mut buf[..n]);
        self.give_back(buffer.unchecked_ref());
        Ok(n)
    }
}

pub(super) fn dom_error(error: &JsValue) -> io::Error {
    // A DOMException inherits from Error.
    let Some(error) = error.dyn_ref::<js_sys::Error>() else { return io::Error::other(format!("{error:?}")) };
    let name = String::from(error.name());
    let kind = if name == "QuotaExceededError" { io::ErrorKind::StorageFull } else { io::ErrorKind::Other };
    io::Error::new(kind, format!("{name}: {}", error.message()))
}
