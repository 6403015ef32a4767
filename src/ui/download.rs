//! Text that the browser saves as a file.

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::domain::corrected_claims;
use crate::domain::exports::Format;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::numbers;
use crate::domain::repair::{self, Repair};

use super::icons::{Glyph, Icon};
use super::route::Route;
use super::state::Inspector;

/// The report as it stands, with the ticked changes.
#[component]
pub fn DownloadReport(format: Format, #[prop(optional)] primary: bool) -> impl IntoView {
    let inspector = Inspector::use_();
    let save = move |_| {
        let repair = untrack(|| inspector.ticked_repair());
        let file = inspector.report.with_untracked(|report| {
            inspector.catalogue.with_untracked(|catalogue| {
                let (report, catalogue) = (report.as_ref()?, catalogue.as_ref()?);
                Some((format.file_name(&report.database.file_name), format.write(report, catalogue, &repair)))
            })
        });
        if let Some((name, text)) = file {
            save(inspector, &name, format.mime(), &text);
        }
    };
    view! {
        <button class=if primary { "btn primary" } else { "btn" } type="button" on:click=save>
            <Icon glyph=Glyph::Download />
            {format!("Download {} report", format.name())}
        </button>
    }
}

/// The corrected migration, with how much there is in it. Nothing is shown while nothing needs to be changed.
#[component]
pub fn DownloadMigration() -> impl IntoView {
    let inspector = Inspector::use_();
    let repair = Memo::new(move |_| inspector.ticked_repair());
    let save_sql = move |_| {
        let database = inspector.database.with_untracked(|d| d.as_ref().map(|d| d.file_name.clone()));
        let name = repair::file_name(&database.unwrap_or_default());
        save(inspector, &name, "application/sql", &repair.with_untracked(Repair::to_sql));
    };
    let n_statements = Memo::new(move |_| repair.with(Repair::n_statements));
    let hint = move || {
        let n = numbers::counted(n_statements.get() as u64, "statement", "statements");
        format!("{n} for this file, each with its reason, and the way back as a comment.")
    };
    let look = move || {
        let stands_there = inspector.route.with(|route| matches!(route, Route::Repair(_)));
        (!stands_there).then(|| view! { <a href=Route::Repair(None).href()>"Look at it first"</a> })
    };
    view! {
        <Show when=move || { n_statements.get() > 0 }>
            <div class="row no-print">
                <button class="btn" type="button" on:click=save_sql>
                    <Icon glyph=Glyph::Download />
                    "Download corrected migration"
                </button>
                <span class="hint">{hint} " " {look}</span>
            </div>
        </Show>
    }
}

/// The guide's claims as they are true with the ticked changes, to paste into it.
#[component]
pub fn DownloadClaims() -> impl IntoView {
    let inspector = Inspector::use_();
    let save_markdown = move |_| {
        let repair = untrack(|| inspector.ticked_repair());
        let judged = inspector.repaired.get_untracked().unwrap_or_default();
        let text = inspector.report.with_untracked(|report| {
            inspector.catalogue.with_untracked(|catalogue| {
                let (report, catalogue) = (report.as_ref()?, catalogue.as_ref()?);
                let name = corrected_claims::file_name(&report.database.file_name);
                Some((name, corrected_claims::to_markdown(report, catalogue, &repair, &judged)))
            })
        });
        if let Some((name, text)) = text {
            save(inspector, &name, "text/markdown", &text);
        }
    };
    view! {
        <button class="btn" type="button" on:click=save_markdown>
            <Icon glyph=Glyph::Download />
            "Download corrected claims"
        </button>
    }
}

/// Saves, or says why the browser did not.
pub fn save(inspector: Inspector, name: &str, mime: &str, text: &str) {
    if let Err(error) = save_text(name, mime, text) {
        let message = format!("The browser did not save {name}: {error:?}");
        inspector.failure.set(Some(Failure::new(FailureKind::Unreadable, message)));
    }
}

pub fn save_text(name: &str, mime: &str, text: &str) -> Result<(), JsValue> {
    save_parts(name, mime, &js_sys::Array::of1(&text.into()))
}

/// The same of a text in parts.
pub fn save_parts(name: &str, mime: &str, parts: &js_sys::Array) -> Result<(), JsValue> {
    let properties = BlobPropertyBag::new();
    properties.set_type(mime);
    let blob = Blob::new_with_str_sequence_and_options(parts, &properties)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser reads the blob after the click; a moment later nobody needs its address.
    set_timeout(move || drop(Url::revoke_object_url(&url)), std::time::Duration::from_secs(10));
    Ok(())
}
