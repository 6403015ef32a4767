//! A dropped file, read in place.

use std::io;

use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, FileReaderSync};

use super::source::{Source, available};

/// A `File` or `Blob`, read synchronously, so in a worker only.
///
/// One read costs a hop to another process, about a millisecond whatever its size up to 256 KiB: put a
/// [`super::CachedSource`] in front.
pub struct BlobSource {
    blob: Blob,
    reader: FileReaderSync,
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
        Ok(BlobSource { blob: blob.clone(), reader, len: blob.size() as u64 })
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
        give_back(&buffer);
        Ok(n)
    }
}

/// At once, because what a worker leaves to be collected piles up while a statement runs: gigabytes in a long scan.
/// A browser that cannot do it collects them when it likes.
fn give_back(buffer: &JsValue) {
    let transfer =
        Reflect::get(buffer, &"transfer".into()).ok().and_then(|transfer| transfer.dyn_into::<Function>().ok());
    if let Some(transfer) = transfer {
        let _ = transfer.call1(buffer, &0.into());
    }
}

pub(super) fn dom_error(error: &JsValue) -> io::Error {
    // A DOMException inherits from Error.
    let message = match error.dyn_ref::<js_sys::Error>() {
        Some(error) => format!("{}: {}", error.name(), error.message()),
        None => format!("{error:?}"),
    };
    io::Error::other(message)
}
