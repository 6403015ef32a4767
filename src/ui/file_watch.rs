//! The open file on disk: whether it is still the one that was opened, and the way back to it.
//!
//! A browser reads a chosen file only as long as nobody writes to it. Where there is a handle (a drop, or the file picker of
//! some browsers) the file of today comes from that; elsewhere a person has to choose it once more.

use std::time::Duration;

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileSystemFileHandle};

use crate::domain::failure::{Failure, FailureKind};
use crate::domain::file_change::FileChange;

use super::icons::{Glyph, Icon};
use super::intake::Picked;
use super::last_file;
use super::open_button::FileButton;
use super::state::{Inspector, RunState};

/// Asking reads one byte.
const EVERY: Duration = Duration::from_secs(4);

/// Whether a file is the one that was opened, asked now and then and whenever a person comes back to the page.
pub fn watch_file(inspector: Inspector) {
    let ask = move || spawn_local(inspector.look_at_file());
    let handles = [
        window_event_listener(leptos::ev::focus, move |_| ask()),
        window_event_listener_untyped("visibilitychange", move |_| ask()),
    ];
    on_cleanup(move || handles.into_iter().for_each(|handle| handle.remove()));
    if let Ok(timer) = set_interval_with_handle(ask, EVERY) {
        on_cleanup(move || timer.clear());
    }
    // A step that could not read the file is no reason to wait.
    Effect::new(move |_| {
        if inspector.failure.with(|failure| failure.as_ref().is_some_and(|f| f.kind == FailureKind::Unreadable)) {
            ask();
        }
    });
}

impl Inspector {
    async fn look_at_file(self) {
        let is_known = self.file_change.with_untracked(Option::is_some);
        if is_known || document().hidden() || self.opening.with_untracked(Option::is_some) {
            return;
        }
        let edition = self.edition.get_value();
        for file in self.client.get_value().files() {
            let Some(change) = change_of(&file).await else { continue };
            if self.edition.get_value() == edition {
                self.file_change.set(Some((change, file.name())));
            }
            return;
        }
    }

    /// The person wants no copy of the file.
    pub fn decline_copy(self) {
        spawn_local(async move {
            if let Err(error) = self.client.get_value().decline_copy().await {
                self.show(error);
            }
        });
    }

    /// Keeps the way to the files that were opened just now; to a single one also for the next visit.
    pub(super) fn remember(self, handles: Vec<FileSystemFileHandle>) {
        if let [handle] = handles.as_slice() {
            last_file::keep(handle.clone());
        }
        self.handles.set_value(handles);
    }

    /// Opens the files of `handles` as they are now.
    pub(super) async fn open_handles(self, handles: Vec<FileSystemFileHandle>, then_run: bool) {
        match files_of(&handles).await {
            Ok(files) => {
                let picked = files.into_iter().map(Picked::from).collect();
                if self.take_picked(picked, then_run).await {
                    self.remember(handles);
                }
            }
            Err(error) => {
                let name = handles.first().map(|handle| handle.name()).unwrap_or_default();
                let message = format!("{name} could not be opened: {}", words(&error));
                self.failure.set(Some(Failure::new(FailureKind::Unreadable, message)));
            }
        }
    }

    /// Whether there is a run to repeat.
    pub(super) fn has_run(self) -> bool {
        self.run.with_untracked(|run| {
            matches!(run, RunState::Running(_) | RunState::Finished { .. } | RunState::Cancelled { .. })
        })
    }
}

async fn change_of(file: &File) -> Option<FileChange> {
    let byte = file.slice_with_i32_and_i32(0, 1).ok()?;
    let error = JsFuture::from(byte.array_buffer()).await.err()?;
    let name = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.name()))?;
    Some(FileChange::of_exception(&name))
}

async fn files_of(handles: &[FileSystemFileHandle]) -> Result<Vec<File>, JsValue> {
    let mut files = Vec::new();
    for handle in handles {
        files.push(JsFuture::from(handle.get_file()).await?.unchecked_into());
    }
    Ok(files)
}

fn words(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |error| String::from(error.message()))
}

/// The handles of what is being dropped. They must be asked for before the event is over.
pub fn dropped_handles(transfer: &DataTransfer) -> impl Future<Output = Vec<FileSystemFileHandle>> + use<> {
    let items = transfer.items();
    let promise = |item: web_sys::DataTransferItem| {
        let ask = Reflect::get(&item, &"getAsFileSystemHandle".into()).ok()?.dyn_into::<Function>().ok()?;
        ask.call0(&item).ok()?.dyn_into::<Promise>().ok()
    };
    let promises: Vec<Promise> = (0..items.length()).filter_map(|at| promise(items.get(at)?)).collect();
    async move {
        let mut handles = Vec::new();
        for promise in promises {
            let handle = JsFuture::from(promise).await.ok().and_then(|handle| handle.dyn_into().ok());
            handles.extend(handle);
        }
        handles
    }
}

/// The browser's own file picker, which gives handles; `None` where there is none.
pub fn picker() -> Option<Promise> {
    let show = Reflect::get(&window(), &"showOpenFilePicker".into()).ok()?.dyn_into::<Function>().ok()?;
    let options = Object::new();
    // Setting a property of an object made just now cannot fail.
    let _ = Reflect::set(&options, &"multiple".into(), &JsValue::TRUE);
    show.call1(&window(), &options).ok()?.dyn_into().ok()
}

/// What a person chose; `None` when they closed the picker.
pub async fn picked(picker: Promise) -> Option<Vec<FileSystemFileHandle>> {
    let handles = JsFuture::from(picker).await.ok()?;
    Some(Array::from(&handles).iter().filter_map(|handle| handle.dyn_into().ok()).collect())
}

/// Says what became of the file, with the button that opens it again and repeats the run.
#[component]
pub fn FileChangeAlert() -> impl IntoView {
    let inspector = Inspector::use_();
    move || {
        let (change, file) = inspector.file_change.get()?;
        let handles = inspector.handles.get_value();
        let again = match handles.is_empty() || change == FileChange::Gone {
            true => {
                let chosen = move |files| inspector.open_and(files, inspector.has_run());
                view! { <FileButton class="btn small file-input" label="Choose it again" on_files=chosen /> }.into_any()
            }
            false => {
                let press = move |_| spawn_local(inspector.open_handles(handles.clone(), inspector.has_run()));
                view! {
                    <button class="btn small" type="button" on:click=press>
                        "Open it again"
                    </button>
                }
                .into_any()
            }
        };
        Some(view! {
            <div class="alert failure" data-tone="warn" role="alert">
                <Icon glyph=Glyph::Warn />
                <p>
                    <strong>{change.words(&file)}</strong>
                    " "
                    {change.help()}
                </p>
                {again}
            </div>
        })
    }
}
