//! A dropped file, read in place.

use std::io;
use std::ops::Range;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, FileReaderSync, MessageChannel, MessagePort};

use super::ahead::Ahead;
use super::source::{Fetched, Source, available, whole};

/// A `File` or `Blob`, read synchronously, so in a worker only.
///
/// One read costs a hop to another process, about a millisecond whatever its size up to 256 KiB: put a
/// [`super::CachedSource`] in front.
pub struct BlobSource {
    blob: Blob,
    reader: FileReaderSync,
    nowhere: Nowhere,
    len: u64,
    ahead: Option<Rc<Ahead>>,
}

impl BlobSource {
    /// The bytes of a file that is read or copied sooner than a second worker has started.
    const SHORT: u64 = 64 << 20;

    /// A `web_sys::File` is a `Blob`: `BlobSource::new(&file)`.
    ///
    /// # Errors
    ///
    /// Outside a worker, where there is no `FileReaderSync`.
    pub fn new(blob: &Blob) -> io::Result<BlobSource> {
        let reader = FileReaderSync::new().map_err(|e| dom_error(&e))?;
        let nowhere = Nowhere::new().map_err(|e| dom_error(&e))?;
        Ok(BlobSource { blob: blob.clone(), reader, nowhere, len: blob.size() as u64, ahead: None })
    }

    /// Has a second worker read the next part of a long file while this one reads, where workers share memory. Only for a
    /// program that calls [`super::serve_read_ahead`] under the name [`super::READ_AHEAD`].
    pub fn with_read_ahead(self) -> BlobSource {
        BlobSource { ahead: (self.len > Self::SHORT).then(Ahead::get).flatten(), ..self }
    }

    fn read(&self, offset: u64, n: usize) -> io::Result<Read> {
        let slice = slice(&self.blob, &(offset..offset + n as u64));
        let buffer = slice.and_then(|slice| self.reader.read_as_array_buffer(&slice)).map_err(|e| dom_error(&e))?;
        let read = Read { bytes: Uint8Array::new(&buffer), nowhere: self.nowhere.clone() };
        // The views of it panic where it is shorter.
        whole(read.len(), n, offset).map(|()| read)
    }

    /// What the second worker has read, or else what this one reads while that one reads `next`.
    fn bring(&self, offset: u64, length: usize, next: Range<u64>) -> io::Result<Box<dyn Fetched>> {
        if let Some(ahead) = &self.ahead {
            if let Some(part) = ahead.take(&self.blob, &(offset..offset + length as u64)) {
                return Ok(Box::new(part));
            }
            if !next.is_empty() {
                ahead.ask(&self.blob, next);
            }
        }
        Ok(Box::new(self.read(offset, length)?))
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
        if n > 0 {
            self.read(offset, n)?.copy(0, &mut buf[..n]);
        }
        Ok(n)
    }

    fn read_once(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = available(self.len, offset, buf.len());
        if n > 0 {
            let end = offset + n as u64;
            let next = end..end + available(self.len, end, buf.len()) as u64;
            self.bring(offset, n, next)?.copy(0, &mut buf[..n]);
        }
        Ok(n)
    }

    fn fetch(&self, offset: u64, length: usize, next: Range<u64>) -> io::Result<Option<Box<dyn Fetched>>> {
        self.bring(offset, length, next).map(Some)
    }
}

/// A part of a file that is not read yet.
pub(super) fn slice(blob: &Blob, part: &Range<u64>) -> Result<Blob, JsValue> {
    // Only the f64 overload reaches past 2 GiB; 2^53 bytes are exact.
    blob.slice_with_f64_and_f64(part.start as f64, part.end as f64)
}

/// What one read brought, in the browser's memory; dropping it gives that back.
struct Read {
    bytes: Uint8Array,
    nowhere: Nowhere,
}

impl Fetched for Read {
    fn len(&self) -> usize {
        self.bytes.length() as usize
    }

    fn copy(&self, from: usize, buf: &mut [u8]) {
        self.bytes.subarray(from as u32, (from + buf.len()) as u32).copy_to(buf);
    }
}

impl Drop for Read {
    fn drop(&mut self) {
        self.nowhere.give(&self.bytes.buffer().unchecked_into());
    }
}

/// Takes memory that is no longer needed, at once: what a worker leaves to be collected piles up while a statement runs,
/// gigabytes in a long scan. What is sent to a port whose other end is closed is gone. `ArrayBuffer.transfer` is no way:
/// Chromium keeps the bytes until it collects, and no longer counts them among the reasons to collect.
#[derive(Clone)]
pub(super) struct Nowhere(MessagePort);

impl Nowhere {
    pub fn new() -> Result<Nowhere, JsValue> {
        let channel = MessageChannel::new()?;
        channel.port2().close();
        Ok(Nowhere(channel.port1()))
    }

    pub fn give(&self, buffer: &ArrayBuffer) {
        // A browser that refuses collects it when it likes.
        let _ = self.0.post_message_with_transferable(&JsValue::NULL, &Array::of1(buffer));
    }
}

pub(super) fn dom_error(error: &JsValue) -> io::Error {
    // A DOMException inherits from Error.
    let Some(error) = error.dyn_ref::<js_sys::Error>() else { return io::Error::other(format!("{error:?}")) };
    let name = String::from(error.name());
    let kind = match name.as_str() {
        "NotFoundError" => io::ErrorKind::NotFound,
        "NoModificationAllowedError" => io::ErrorKind::ResourceBusy,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, format!("{name}: {}", error.message()))
}
