//! What the browser keeps for this page from one visit to the next: small texts under a name.

use leptos::prelude::*;

use crate::domain::failure::{Failure, FailureKind};

/// `None` in a browser that keeps nothing, as in some private windows.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

pub fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

pub fn write(key: &str, text: &str) -> Result<(), Failure> {
    let kept = storage().is_some_and(|storage| storage.set_item(key, text).is_ok());
    if kept { Ok(()) } else { Err(Failure::new(FailureKind::NotKept, "The browser did not keep it")) }
}

pub fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

/// What follows `prefix` in the keys that begin with it, sorted.
pub fn names(prefix: &str) -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let keys = (0..storage.length().unwrap_or_default()).filter_map(|at| storage.key(at).ok().flatten());
    let mut names: Vec<String> = keys.filter_map(|key| key.strip_prefix(prefix).map(str::to_owned)).collect();
    names.sort();
    names
}
