//! Files dropped anywhere on the page.

use leptos::ev::{DragEvent, dragenter, dragleave, dragover, drop};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{DataTransfer, File, FileSystemEntry};

use crate::domain::dropped::cut_words;
use crate::domain::failure::{Failure, FailureKind};

use super::file_watch::dropped_handles;
use super::intake::Picked;
use super::state::Inspector;
use super::walk::{self, Walked};

/// Takes files from the whole window. The answer tells whether files are being dragged over it just now.
pub fn accept_drops(inspector: Inspector) -> RwSignal<bool> {
    let dragging = RwSignal::new(false);
    // A drag enters and leaves every element that it passes: what counts is how many it is in.
    let depth = StoredValue::new(0_i32);
    let set_depth = move |next: i32| {
        depth.set_value(next.max(0));
        dragging.set(next > 0);
    };
    let handles = [
        window_event_listener(dragenter, move |event| {
            if carries_files(&event) {
                event.prevent_default();
                set_depth(depth.get_value() + 1);
            }
        }),
        window_event_listener(dragleave, move |event| {
            if carries_files(&event) {
                set_depth(depth.get_value() - 1);
            }
        }),
        window_event_listener(dragover, move |event| {
            if carries_files(&event) {
                // Without this the browser shows the file in place of the page.
                event.prevent_default();
            }
        }),
        window_event_listener(drop, move |event| {
            if carries_files(&event) {
                event.prevent_default();
                set_depth(0);
                take(inspector, &event);
            }
        }),
    ];
    on_cleanup(move || handles.into_iter().for_each(|handle| handle.remove()));
    dragging
}

fn take(inspector: Inspector, event: &DragEvent) {
    let Some(transfer) = event.data_transfer() else { return };
    let entries = entries(&transfer);
    // A folder's `File` looks like an empty file; only its entry tells.
    if !entries.iter().any(FileSystemEntry::is_directory) {
        let handles = dropped_handles(&transfer);
        let picked = files(transfer.files()).into_iter().map(Picked::from).collect();
        spawn_local(async move {
            if inspector.take_picked(picked, false).await {
                inspector.remember(handles.await);
            }
        });
        return;
    }
    spawn_local(async move {
        let Walked { found, is_cut } = walk::named_files(entries).await;
        let problem = is_cut.then(cut_words);
        if found.is_empty() {
            let message = problem.unwrap_or_else(|| "A folder was dropped".into());
            inspector.failure.set(Some(Failure::new(FailureKind::Folder, message)));
        } else {
            inspector.take_criterion(found, problem);
        }
    });
}

/// They must be asked for while the event is under way.
fn entries(transfer: &DataTransfer) -> Vec<FileSystemEntry> {
    let items = transfer.items();
    (0..items.length()).filter_map(|at| items.get(at)?.webkit_get_as_entry().ok().flatten()).collect()
}

pub fn files(list: Option<web_sys::FileList>) -> Vec<File> {
    list.map_or_else(Vec::new, |list| (0..list.length()).filter_map(|at| list.get(at)).collect())
}

/// Dragged text and links are left to the browser.
fn carries_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|transfer| transfer.types().iter().any(|kind| kind == "Files"))
}
