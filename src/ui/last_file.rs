//! Files by their handles: those that the system opens with the installed page, and the one of the last visit, which
//! the browser lets this page read again when the person agrees. Browsers without handles keep none.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{FileSystemFileHandle, IdbDatabase, IdbObjectStore, IdbRequest, IdbTransactionMode};

use super::state::Inspector;

const DATABASE: &str = "cortex-inspector";
const STORE: &str = "handles";
const LAST: &str = "last";

/// Opens what the system opens with the page.
pub fn accept_launches(inspector: Inspector) {
    let queue = property(&window(), "launchQueue");
    let consumer = Closure::<dyn FnMut(JsValue)>::new(move |launch: JsValue| {
        spawn_local(async move {
            let handles = Array::from(&property(&launch, "files")).into_iter();
            let handles: Vec<FileSystemFileHandle> = handles.filter_map(|handle| handle.dyn_into().ok()).collect();
            if !handles.is_empty() {
                inspector.open_handles(handles, false).await;
            }
        });
    });
    let _ = call(&queue, "setConsumer", consumer.as_ref());
    consumer.forget();
}

/// Opens the file of the last visit again, if there is one and the person wants it.
#[component]
pub fn OpenAgain() -> impl IntoView {
    let inspector = Inspector::use_();
    let last = RwSignal::new_local(None::<FileSystemFileHandle>);
    spawn_local(async move {
        if let Ok(handle) = kept().await {
            let _ = last.try_set(handle.dyn_into().ok());
        }
    });
    let name = move || last.with(|handle| Some(handle.as_ref()?.name()));
    let again = move |_| {
        let Some(handle) = last.get_untracked() else { return };
        spawn_local(async move {
            // The browser asks the person, once.
            let asked = call(&handle, "requestPermission", &JsValue::UNDEFINED);
            let answer = JsFuture::from(Promise::resolve(&asked.unwrap_or_default())).await;
            if answer.is_ok_and(|answer| answer == "granted") {
                inspector.open_handles(vec![handle], false).await;
            }
        });
    };
    let forget = move |_| {
        last.set(None);
        spawn_local(async move {
            let _ = put(&JsValue::NULL).await;
        });
    };
    move || {
        name().map(|name| {
            view! {
                <p class="row">
                    <button class="btn small" type="button" on:click=again>
                        {format!("Open {name} again")}
                    </button>
                    <button class="btn small plain" type="button" on:click=forget>
                        "Forget it"
                    </button>
                </p>
            }
        })
    }
}

/// For the next visit. Without a place to keep it, that one offers nothing.
pub fn keep(handle: FileSystemFileHandle) {
    spawn_local(async move {
        let _ = put(&handle).await;
    });
}

async fn put(handle: &JsValue) -> Result<(), JsValue> {
    finished(&store(IdbTransactionMode::Readwrite).await?.put_with_key(handle, &LAST.into())?).await?;
    Ok(())
}

async fn kept() -> Result<JsValue, JsValue> {
    finished(&store(IdbTransactionMode::Readonly).await?.get(&LAST.into())?).await
}

async fn store(mode: IdbTransactionMode) -> Result<IdbObjectStore, JsValue> {
    let opening = window().indexed_db()?.ok_or(JsValue::NULL)?.open(DATABASE)?;
    let made = opening.clone();
    let make = Closure::once_into_js(move || {
        let database = made.result().map(JsCast::unchecked_into::<IdbDatabase>);
        // It fails only when the store is there already.
        let _ = database.and_then(|database| database.create_object_store(STORE));
    });
    opening.set_onupgradeneeded(Some(make.unchecked_ref()));
    let database: IdbDatabase = finished(&opening).await?.unchecked_into();
    database.transaction_with_str_and_mode(STORE, mode)?.object_store(STORE)
}

async fn finished(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let promise = Promise::new(&mut |succeed, fail| {
        request.set_onsuccess(Some(&succeed));
        request.set_onerror(Some(&fail));
    });
    JsFuture::from(promise).await?;
    request.result()
}

/// `undefined` when there is none.
fn property(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
}

fn call(of: &JsValue, method: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    property(of, method).dyn_into::<Function>()?.call1(of, argument)
}
