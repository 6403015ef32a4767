//! Baselines that the browser keeps, and the comparison with one of them.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsValue;

use crate::domain::baseline::{Baseline, BaselineComparison, Machine};
use crate::domain::failure::Failure;
use crate::domain::instant::Instant;
use crate::protocol::CompareBaselines;

use super::state::Inspector;
use super::store;

/// Before the name of each in the browser's store.
const KEY: &str = "baseline/";

/// Part of the shared state.
#[derive(Clone, Copy)]
pub struct Baselines {
    /// By name.
    pub kept: RwSignal<Vec<KeptBaseline>>,
    /// The last comparison, until another file is opened.
    pub compared: RwSignal<Option<Compared>>,
    /// Whether verdicts are given across differing circumstances.
    pub insist: RwSignal<bool>,
    pub comparing: RwSignal<Option<Comparing>>,
    /// What was done last, to take it back.
    pub done: RwSignal<Option<Done>>,
}

#[derive(Clone)]
pub struct KeptBaseline {
    pub name: String,
    /// What another version of this page kept may not be readable.
    pub read: Result<Arc<Baseline>, Failure>,
}

#[derive(Clone)]
pub struct Compared {
    pub name: String,
    /// What was measured by then.
    pub now: Arc<Baseline>,
    pub comparison: Arc<BaselineComparison>,
}

/// A comparison under way, and how far it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Comparing {
    pub name: String,
    pub n_done: u64,
    pub n_total: u64,
}

/// A change of what is kept.
#[derive(Clone)]
pub struct Done {
    pub words: String,
    name: String,
    /// What stood under the name before.
    before: Option<String>,
}

impl Default for Baselines {
    fn default() -> Self {
        let baselines = Self {
            kept: RwSignal::default(),
            compared: RwSignal::default(),
            insist: RwSignal::new(false),
            comparing: RwSignal::default(),
            done: RwSignal::default(),
        };
        baselines.load();
        baselines
    }
}

impl Baselines {
    /// Another tab may have kept some meanwhile.
    pub fn load(self) {
        let read = |name: String| {
            let text = store::read(&key(&name)).unwrap_or_default();
            KeptBaseline { name, read: Baseline::read(&text).map(Arc::new) }
        };
        self.kept.set(store::names(KEY).into_iter().map(read).collect());
    }

    /// Keeps `baseline` under its name, in the place of what stood there.
    fn keep(self, baseline: &Baseline) -> Result<(), Failure> {
        let name = baseline.name.clone();
        let before = store::read(&key(&name));
        // On one line: it is for the browser, which counts every character.
        let text = serde_json::to_string(baseline).unwrap_or_default();
        store::write(&key(&name), &text)?;
        let words = match before {
            None => format!("Kept \u{201c}{name}\u{201d} in this browser."),
            Some(_) => format!("Kept \u{201c}{name}\u{201d} in the place of an older one."),
        };
        self.done.set(Some(Done { words, name, before }));
        self.load();
        Ok(())
    }

    pub fn delete(self, name: &str) {
        let before = store::read(&key(name));
        store::remove(&key(name));
        self.done.set(Some(Done { words: format!("Deleted \u{201c}{name}\u{201d}."), name: name.into(), before }));
        self.load();
    }

    /// Takes back what was done last.
    pub fn undo(self) -> Result<(), Failure> {
        let Some(done) = self.done.get_untracked() else { return Ok(()) };
        match &done.before {
            Some(text) => store::write(&key(&done.name), text)?,
            None => store::remove(&key(&done.name)),
        }
        self.done.set(None);
        self.load();
        Ok(())
    }
}

fn key(name: &str) -> String {
    format!("{KEY}{name}")
}

impl Inspector {
    /// What has been measured so far; `None` when that is nothing.
    pub fn measured(self, name: &str) -> Option<Baseline> {
        let (settings, saved_at) = (self.measuring.get(), Instant(js_sys::Date::now() as i64));
        let baseline = self
            .report
            .with(|report| report.as_ref().map(|report| Baseline::of(report, settings, machine(), name, saved_at)));
        baseline.filter(|baseline| !baseline.entries.is_empty())
    }

    /// Keeps what has been measured so far. Without a name it gets the instant.
    pub fn save_baseline(self, name: &str) {
        let Some(mut baseline) = untrack(|| self.measured(name.trim())) else { return };
        if baseline.name.is_empty() {
            baseline.name = baseline.saved_at.sqlite_text();
        }
        self.keep_baseline(&baseline);
    }

    /// Keeps a baseline that came as a file.
    pub fn keep_baseline(self, baseline: &Baseline) {
        if let Err(failure) = self.baselines.keep(baseline) {
            self.failure.set(Some(failure));
        }
    }

    /// Compares what has been measured so far with a baseline.
    pub fn compare_with(self, before: Arc<Baseline>) {
        let name = before.name.clone();
        let Some(now) = untrack(|| self.measured("")).map(Arc::new) else { return };
        let baselines = self.baselines;
        let progress = {
            let name = name.clone();
            move |n_done, n_total| {
                baselines.comparing.set(Some(Comparing { name: name.clone(), n_done, n_total }));
            }
        };
        progress(0, 0);
        let edition = self.edition.get_value();
        spawn_local(async move {
            let call = CompareBaselines { before: Box::new((*before).clone()), now: Box::new((*now).clone()) };
            let answer = self.client.get_value().call_with_progress(call, progress).await;
            baselines.comparing.set(None);
            if self.edition.get_value() != edition {
                return;
            }
            match answer {
                Ok(comparison) => {
                    baselines.insist.set(false);
                    baselines.compared.set(Some(Compared { name, now, comparison: Arc::new(comparison) }));
                }
                Err(error) => self.show(error),
            }
        });
    }
}

/// What the browser tells of it, which is not the same in all.
fn machine() -> Machine {
    let navigator = window().navigator();
    let memory = js_sys::Reflect::get(&navigator, &JsValue::from_str("deviceMemory"));
    Machine {
        n_logical_cores: Some(navigator.hardware_concurrency() as u32).filter(|n| *n > 0),
        memory_gib: memory.ok().and_then(|memory| memory.as_f64()),
        platform: navigator.platform().ok().filter(|platform| !platform.is_empty()),
    }
}
