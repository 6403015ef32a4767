//! Scratch files in the browser's own file system (OPFS), which no page but this site's can see.
//!
//! Every file has a name of its own, so two tabs do not meet. A file that is open is locked by the browser: what can be
//! removed is left over from a tab that was closed or crashed.

use std::io;

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions, FileSystemGetFileOptions,
    FileSystemReadWriteOptions, FileSystemSyncAccessHandle, StorageManager, WorkerGlobalScope,
};

use super::blob::dom_error;
use super::scratch::Scratch;

const FOLDER: &str = "cortex-inspector";

/// An open file; dropping it removes it.
pub struct OpfsFile {
    handle: FileSystemSyncAccessHandle,
    folder: FileSystemDirectoryHandle,
    name: String,
    /// Kept: making one for each read costs as much as the read.
    options: FileSystemReadWriteOptions,
}

impl OpfsFile {
    /// # Errors
    ///
    /// The DOM exception's name and message, and `Unsupported` where the browser has no such file system.
    pub async fn create() -> io::Result<Self> {
        let folder = folder().await?;
        let mut retries = 0..10;
        loop {
            // Until it is open, another tab may take it for a left-over: that one removes it, or has.
            match Self::open(&folder).await {
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::ResourceBusy | io::ErrorKind::NotFound)
                        && retries.next().is_some() => {}
                opened => return opened,
            }
        }
    }

    async fn open(folder: &FileSystemDirectoryHandle) -> io::Result<Self> {
        let name = format!("{:.0}-{:.0}", js_sys::Date::now(), js_sys::Math::random() * 1e15);
        let create = FileSystemGetFileOptions::new();
        create.set_create(true);
        let file: FileSystemFileHandle = done(folder.get_file_handle_with_options(&name, &create)).await?;
        let handle = done(file.create_sync_access_handle()).await?;
        let file = Self { handle, folder: folder.clone(), name, options: FileSystemReadWriteOptions::new() };
        let _: FileSystemFileHandle = done(folder.get_file_handle(&file.name)).await?;
        Ok(file)
    }

    /// Makes the file so long, of which what is not written takes nothing of the disk, but all counts against what the
    /// browser allows this page: a copy that would not end does not begin. The browser's estimate is no measure of that:
    /// Chromium says 10 GiB more than are used, whatever it allows.
    ///
    /// # Errors
    ///
    /// `StorageFull` when it does not allow that many.
    pub fn reserve(&self, bytes: u64) -> io::Result<()> {
        let refused = |error| io::Error::new(io::ErrorKind::StorageFull, dom_error(&error));
        self.handle.truncate_with_f64(bytes as f64).map_err(refused)
    }

    fn at(&self, offset: u64) -> &FileSystemReadWriteOptions {
        // 2^53 bytes are exact.
        self.options.set_at_f64(offset as f64);
        &self.options
    }
}

impl Scratch for OpfsFile {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let n = self.handle.read_with_u8_array_and_options(buf, self.at(offset)).map_err(|e| dom_error(&e))?;
        whole(n, buf.len(), io::ErrorKind::UnexpectedEof)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let n = self.handle.write_with_u8_array_and_options(bytes, self.at(offset)).map_err(|e| dom_error(&e))?;
        whole(n, bytes.len(), io::ErrorKind::StorageFull)
    }
}

impl Drop for OpfsFile {
    fn drop(&mut self) {
        self.handle.close();
        let removed = JsFuture::from(self.folder.remove_entry(&self.name));
        // What cannot be removed now is removed at the next start.
        spawn_local(async move { drop(removed.await) });
    }
}

fn whole(n: f64, wanted: usize, kind: io::ErrorKind) -> io::Result<()> {
    if n as usize == wanted {
        return Ok(());
    }
    Err(io::Error::new(kind, format!("the browser's file system took or gave {n} of {wanted} bytes")))
}

/// Removes what tabs that were closed or crashed left over.
///
/// # Errors
///
/// As [`OpfsFile::create`].
pub async fn remove_left_overs() -> io::Result<()> {
    let folder = folder().await?;
    let names = folder.keys();
    loop {
        let next: JsValue = done(names.next().map_err(|e| dom_error(&e))?).await?;
        let Some(name) = js_sys::Reflect::get(&next, &"value".into()).ok().and_then(|name| name.as_string()) else {
            return Ok(());
        };
        // The file of another tab is locked.
        let _ = JsFuture::from(folder.remove_entry(&name)).await;
    }
}

async fn folder() -> io::Result<FileSystemDirectoryHandle> {
    let root: FileSystemDirectoryHandle = done(storage()?.get_directory()).await?;
    let create = FileSystemGetDirectoryOptions::new();
    create.set_create(true);
    done(root.get_directory_handle_with_options(FOLDER, &create)).await
}

/// Missing in pages that are not secure and in some browsers.
fn storage() -> io::Result<StorageManager> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let storage = scope.navigator().storage();
    let has_files = js_sys::Reflect::has(&storage, &"getDirectory".into()).unwrap_or_default();
    let unsupported = || io::Error::new(io::ErrorKind::Unsupported, "this browser keeps no files for a page");
    has_files.then_some(storage).ok_or_else(unsupported)
}

async fn done<T: JsCast>(promise: js_sys::Promise) -> io::Result<T> {
    JsFuture::from(promise).await.map(JsCast::unchecked_into).map_err(|e| dom_error(&e))
}
