//! Message in, engine, message out. The only place that talks with the page.
//!
//! The page sends `[json, File, File, …]`, and once before everything else, when the page is cross-origin isolated,
//! `{words: SharedArrayBuffer}` with [`SharedWord`]s, to hear while it works. The worker sends JSON strings.

mod copying;

use std::cell::RefCell;

use js_sys::{Array, Atomics, Int32Array, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::domain::failure::{Failure, FailureKind};
use crate::domain::report::Environment;
use crate::domain::run::StepAnswer;
use crate::engine::{Dropped, Engine, EngineError, baselines, interrupt, progress};
use crate::protocol::{Envelope, Event, Request, SharedWord, VERSION};
use crate::snapshot::{Base, BlobSource, CachedSource, READ_AHEAD, serve_read_ahead, shares_memory};

use copying::Wants;

/// A person needs longer than this to choose a file; a script does not.
const WARM_UP_AFTER_MS: i32 = 600;

thread_local! {
    static ENGINE: RefCell<Option<Engine>> = const { RefCell::new(None) };
}

/// Starts the engine, listens, and says that it does.
pub fn start() {
    std::panic::set_hook(Box::new(|info| web_sys::console::error_1(&info.to_string().into())));
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    if scope.name() == READ_AHEAD {
        return serve_read_ahead();
    }
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| receive(&event.data()));
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    copying::clear_up();
    match Engine::new().and_then(|engine| Ok((engine.environment()?, engine))) {
        Ok((environment, engine)) => {
            let catalogue = Box::new(engine.catalogue().clone());
            let environment = Environment {
                user_agent: scope.navigator().user_agent().unwrap_or_default(),
                cross_origin_isolated: shares_memory(),
                ..environment
            };
            ENGINE.set(Some(engine));
            send(&Event::Ready { protocol_version: VERSION, environment, catalogue });
            warm_up_when_idle(&scope);
        }
        // The page hears the reason through the worker's error event.
        Err(error) => wasm_bindgen::throw_str(&error.words()),
    }
}

/// Soon after the start, before a person has chosen a file. Whoever is quicker does not wait for it.
fn warm_up_when_idle(scope: &DedicatedWorkerGlobalScope) {
    let warm_up = Closure::once_into_js(|| {
        let is_idle = ENGINE.with_borrow(|engine| engine.as_ref().is_some_and(|engine| !engine.is_open()));
        if is_idle {
            // Only the speed of the first answer depends on it.
            let _ = Engine::warm_up();
        }
    });
    let _ = scope.set_timeout_with_callback_and_timeout_and_arguments_0(warm_up.unchecked_ref(), WARM_UP_AFTER_MS);
}

fn send(event: &Event) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let Ok(json) = serde_json::to_string(event) else { return };
    let _ = scope.post_message(&json.into());
}

fn receive(message: &JsValue) {
    if let Ok(buffer) = Reflect::get(message, &"words".into())
        && !buffer.is_undefined()
    {
        let words = Int32Array::new(&buffer);
        let is_raised = |words: &Int32Array, word| Atomics::load(words, word as u32).is_ok_and(|value| value != 0);
        let shared = words.clone();
        interrupt::set_probe(move || is_raised(&shared, SharedWord::Cancel));
        copying::set_probe(move || is_raised(&words, SharedWord::DeclineCopy));
        return;
    }
    let parts = Array::from(message);
    let Some(json) = parts.get(0).as_string() else { return };
    // A message without a readable id cannot be answered; both sides are built from one source.
    let Ok(envelope) = serde_json::from_str::<Envelope>(&json) else { return };
    let files = parts.iter().skip(1).filter_map(|part| part.dyn_into::<web_sys::File>().ok()).collect();
    let id = envelope.id;
    progress::set_listener(move |n_done, n_total| send(&Event::Progress { id, n_done, n_total }));
    let result = ENGINE.with_borrow_mut(|engine| match engine {
        Some(engine) => answer(engine, envelope.request, files),
        None => Err(Failure::new(FailureKind::WorkerLost, "The engine did not start")),
    });
    send(&Event::Answer { id, result });
}

fn answer(engine: &mut Engine, request: Request, files: Vec<web_sys::File>) -> Result<serde_json::Value, Failure> {
    match request {
        Request::Open(call) => {
            let dropped = call.file_names.into_iter().zip(files).map(dropped).collect::<Result<Vec<_>, _>>()?;
            let database = engine.open(dropped).map_err(|error| Failure::from(&error))?;
            copying::begin(engine);
            json(Ok(database))
        }
        Request::OpenSample(call) => json(engine.open_sample(call.n_workflows, call.n_logs, call.seed, call.now)),
        Request::DeclineCopy(_) => json(copying::decline(engine)),
        Request::SetNow(call) => {
            engine.set_now(call.now);
            json(Ok(()))
        }
        Request::SetMeasuring(call) => {
            engine.set_measuring(call.settings);
            json(Ok(()))
        }
        Request::Run(call) => {
            let run = |engine: &mut Engine| match call.limit_ns {
                Some(limit_ns) => engine.run_within(limit_ns, &call.step),
                None => engine.run(&call.step),
            };
            json(copying::beside(engine, Wants::of(&call.step), run))
        }
        Request::MeasureQuery(call) => {
            let measure = |engine: &mut Engine| engine.measure_query(&call.id, Some(call.parameters));
            json(copying::beside(engine, Wants::AllOfIt, measure).map(StepAnswer::Query))
        }
        Request::PreviewCleanup(call) => {
            let preview = |engine: &mut Engine| engine.preview_with_retention(&call.id, call.retention_days);
            json(copying::beside(engine, Wants::Growth, preview).map(StepAnswer::Cleanup))
        }
        Request::CompareStatements(call) => {
            let statements = [call.first.as_str(), call.second.as_str()];
            let compare = |engine: &mut Engine| engine.compare_statements(statements, call.limit_ns);
            json(copying::beside(engine, Wants::AllOfIt, compare))
        }
        Request::CompareBaselines(call) => json(baselines::compare(&call.before, &call.now)),
        Request::Choices(call) => json(engine.choices(&call.query, &call.parameter)),
        Request::Bytecode(call) => json(engine.bytecode(&call.id, &call.parameters, call.migrated)),
        Request::CheckIntegrity(call) => {
            json(copying::beside(engine, Wants::Growth, |engine| engine.check_integrity(call.depth)))
        }
        Request::CountRows(call) => {
            json(copying::beside(engine, Wants::Growth, |engine| engine.count_rows(&call.table)))
        }
        Request::ReadRows(call) => json(engine.read_rows(&call.asked, call.first, call.n, call.reveal)),
        Request::ReadCell(call) => json(engine.read_cell(&call.asked, call.at, &call.column)),
        Request::ExportRows(call) => {
            json(engine.export_rows(&call.asked, call.format, call.first, call.n, call.reveal))
        }
        Request::OpenLog(call) => {
            let file = files.first().ok_or_else(|| Failure::new(FailureKind::NoFile, "No log was sent"))?;
            let source = BlobSource::new(file).map_err(|error| Failure::from(&EngineError::from(error)))?;
            engine.open_log(call.name, Box::new(source));
            json(Ok(()))
        }
        Request::ReadLog(call) => json(engine.read_log(call.max_bytes, call.stop)),
        Request::RunLogged(call) => {
            let run = |engine: &mut Engine| engine.run_logged(&call.name, call.project.as_deref());
            json(copying::beside(engine, Wants::AllOfIt, run))
        }
        Request::JudgeRepair(call) => json(engine.judge_repair(&call.changes)),
        Request::Close(_) => {
            engine.close();
            json(Ok(()))
        }
    }
}

fn dropped((name, file): (String, web_sys::File)) -> Result<Dropped, Failure> {
    let source = BlobSource::new(&file)
        .map_err(|error| Failure::new(FailureKind::Unreadable, format!("{name} could not be read: {error}")))?;
    Ok(Dropped { name, base: Base::new(CachedSource::new(source.with_read_ahead())) })
}

fn json<T: Serialize>(answer: Result<T, EngineError>) -> Result<serde_json::Value, Failure> {
    let answer = answer.map_err(|error| Failure::from(&error))?;
    serde_json::to_value(answer)
        .map_err(|error| Failure::new(FailureKind::Protocol, format!("The answer cannot be sent: {error}")))
}
