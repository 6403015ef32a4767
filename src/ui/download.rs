//! Text that the browser saves as a file.

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::domain::failure::{Failure, FailureKind};

use super::icons::{Glyph, Icon};
use super::state::Inspector;

#[component]
pub fn DownloadJson(#[prop(optional)] primary: bool) -> impl IntoView {
    let inspector = Inspector::use_();
    let save = move |_| {
        let Some((name, json)) = inspector.report.with_untracked(|report| {
            report.as_ref().map(|report| (file_name(&report.database.file_name), report.to_json()))
        }) else {
            return;
        };
        if let Err(error) = save_text(&name, "application/json", &json) {
            let message = format!("The browser did not save {name}: {error:?}");
            inspector.failure.set(Some(Failure::new(FailureKind::Unreadable, message)));
        }
    };
    view! {
        <button class=if primary { "btn primary" } else { "btn" } type="button" on:click=save>
            <Icon glyph=Glyph::Download />
            "Download JSON report"
        </button>
    }
}

/// `db.sqlite` becomes `db-cortex-report.json`.
fn file_name(database: &str) -> String {
    let stem = database.rsplit_once('.').map_or(database, |(stem, _)| stem);
    let stem = if stem.is_empty() { "database" } else { stem };
    format!("{stem}-cortex-report.json")
}

pub fn save_text(name: &str, mime: &str, text: &str) -> Result<(), JsValue> {
    let properties = BlobPropertyBag::new();
    properties.set_type(mime);
    let parts = js_sys::Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &properties)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser reads the blob after the click; a moment later nobody needs its address.
    set_timeout(move || drop(Url::revoke_object_url(&url)), std::time::Duration::from_secs(10));
    Ok(())
}
