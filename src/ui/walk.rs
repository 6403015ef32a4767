//! The files of dropped folders, by the callbacks that browsers give for it.

use js_sys::{Array, Promise};
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use crate::domain::dropped::{FileKind, file_kind};

use super::intake::Picked;

/// A build folder holds tens of thousands of files, and what is looked for stands near its top.
const MAX_ENTRIES: usize = 20_000;

/// The files below `entries` that their names alone tell to be of use, with their paths.
pub async fn named_files(entries: Vec<FileSystemEntry>) -> Vec<Picked> {
    let (mut found, mut open, mut n_seen) = (Vec::new(), entries, 0);
    while let Some(entry) = open.pop().filter(|_| n_seen < MAX_ENTRIES) {
        n_seen += 1;
        let path = entry.full_path().trim_start_matches('/').to_owned();
        if entry.is_directory() {
            open.extend(children(entry.unchecked_into()).await);
        } else if file_kind(&path, &[], false) == FileKind::Criterion
            && let Some(file) = file(entry.unchecked_into()).await
        {
            found.push(Picked { path, file });
        }
    }
    found
}

/// They come in parts, until a part is empty. What cannot be read has none.
async fn children(folder: FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader = folder.create_reader();
    let mut children = Vec::new();
    loop {
        let part = Promise::new(&mut |resolve, reject| {
            if reader.read_entries_with_callback_and_callback(&resolve, &reject).is_err() {
                let _ = reject.call0(&JsValue::NULL);
            }
        });
        let Ok(part) = JsFuture::from(part).await else { return children };
        let part = Array::from(&part);
        if part.length() == 0 {
            return children;
        }
        children.extend(part.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
}

async fn file(entry: FileSystemFileEntry) -> Option<File> {
    let file = Promise::new(&mut |resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject));
    JsFuture::from(file).await.ok().map(JsCast::unchecked_into)
}
