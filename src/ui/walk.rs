//! The files of dropped folders, by the callbacks that browsers give for it.

use std::collections::VecDeque;

use js_sys::{Array, Promise};
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use crate::domain::dropped::{FileKind, MAX_ENTRIES, file_kind};

use super::intake::Picked;

/// What dropped folders hold.
#[derive(Default)]
pub struct Walked {
    pub found: Vec<Picked>,
    /// Whether there is more than was looked at.
    pub is_cut: bool,
}

/// The files below `entries` that their names alone tell to be of use, with their paths.
pub async fn named_files(entries: Vec<FileSystemEntry>) -> Walked {
    let (mut walked, mut open, mut n_seen) = (Walked::default(), VecDeque::from(entries), 0);
    while let Some(entry) = open.pop_front() {
        if n_seen == MAX_ENTRIES {
            walked.is_cut = true;
            break;
        }
        n_seen += 1;
        let path = entry.full_path().trim_start_matches('/').to_owned();
        if entry.is_directory() {
            // A build folder holds tens of thousands of files beside those of criterion.
            let is_first = path.split('/').any(|name| name == "criterion");
            for child in children(entry.unchecked_into()).await {
                if is_first { open.push_front(child) } else { open.push_back(child) }
            }
        } else if file_kind(&path, &[], false) == FileKind::Criterion
            && let Some(file) = file(entry.unchecked_into()).await
        {
            walked.found.push(Picked { path, file });
        }
    }
    walked
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
