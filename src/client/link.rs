//! One running worker: its script, its messages, its end. The only place of the page that knows `Worker`.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ErrorEvent, MessageEvent, Worker};

use crate::protocol::Event;

/// The worker that was built with this page, as the page names it. Relative, so that the page works in any folder of a
/// server.
fn script() -> Option<String> {
    let element = web_sys::window()?.document()?.query_selector("script[data-worker]").ok()??;
    element.get_attribute("data-worker")
}

pub enum LinkEvent {
    Said(Event),
    /// It said something that is no event of the protocol.
    Garbled(String),
    /// It stopped, or could not start.
    Ended(String),
}

pub struct Link {
    worker: Worker,
    // The browser calls these as long as the worker runs.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
    _on_message_error: Closure<dyn FnMut()>,
}

impl Link {
    pub fn start(hear: impl Fn(LinkEvent) + Clone + 'static) -> Result<Self, String> {
        let script = script().ok_or("The page names no worker")?;
        let worker = Worker::new(&script).map_err(|error| words(&error))?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
            let hear = hear.clone();
            move |message: MessageEvent| {
                let event = message.data().as_string().ok_or_else(|| "a message that is no text".to_owned());
                match event.and_then(|json| serde_json::from_str(&json).map_err(|error| error.to_string())) {
                    Ok(event) => hear(LinkEvent::Said(event)),
                    Err(error) => hear_later(&hear, LinkEvent::Garbled(error)),
                }
            }
        });
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new({
            let hear = hear.clone();
            move |error: ErrorEvent| {
                error.prevent_default();
                hear_later(&hear, LinkEvent::Ended(error_words(&error)));
            }
        });
        let on_message_error = Closure::<dyn FnMut()>::new(move || {
            hear_later(&hear, LinkEvent::Garbled("a message that the browser could not read".into()));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_message_error.as_ref().unchecked_ref()));
        Ok(Self { worker, _on_message: on_message, _on_error: on_error, _on_message_error: on_message_error })
    }

    pub fn post(&self, message: &JsValue) -> Result<(), String> {
        self.worker.post_message(message).map_err(|error| words(&error))
    }

    pub fn end(self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
        // One of the closures may be the caller; it must outlive its own call.
        spawn_local(async move { drop(self) });
    }
}

/// After the browser's call has returned, because what follows ends this worker and drops what was called.
fn hear_later(hear: &(impl Fn(LinkEvent) + Clone + 'static), event: LinkEvent) {
    let hear = hear.clone();
    spawn_local(async move { hear(event) });
}

/// A script that cannot be fetched gives an event without any message.
fn error_words(error: &ErrorEvent) -> String {
    // `message` is missing from a plain Event, which browsers send when the script cannot be loaded.
    let message = js_sys::Reflect::get(error, &"message".into()).ok().and_then(|message| message.as_string());
    match message.filter(|message| !message.is_empty()) {
        Some(message) => format!("The worker stopped: {message}"),
        None => "The worker could not be loaded".into(),
    }
}

fn words(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |error| String::from(error.message()))
}
