//! Typed calls to the worker.
//!
//! Every call is answered exactly once: by the worker, by a cancel, or because the worker was lost. A lost worker is
//! started again and gets the file again by itself. Nothing is sent before the worker says that it listens, and
//! nothing new while a cancel is under way.

mod error;
mod link;
mod shared_words;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use futures_channel::oneshot;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use crate::domain::catalogue::Catalogue;
use crate::domain::database::Database;
use crate::domain::failure::Failure;
use crate::domain::instant::Instant;
use crate::domain::measuring::Settings;
use crate::domain::report::Environment;
use crate::protocol::{
    self, Call, Close, DeclineCopy, Envelope, Event, Open, OpenSample, Request, RequestId, SetMeasuring, SetNow,
    SharedWord,
};

pub use error::ClientError;

use link::{Link, LinkEvent};
use shared_words::SharedWords;

/// How long the shared word may take to end a request. Building an index sorts inside one instruction of SQLite,
/// which looks at no word; then the worker itself is ended.
const CANCEL_PATIENCE_MS: u32 = 200;

/// What is open, so that it can be opened again in a new worker.
#[derive(Clone)]
pub enum Source {
    Files(Vec<File>),
    Sample(OpenSample),
}

/// What the worker says without being asked.
pub enum ClientEvent {
    Ready {
        environment: Environment,
        catalogue: Box<Catalogue>,
    },
    Promotion {
        n_copied: u64,
        n_total: u64,
        in_ram: bool,
    },
    /// There is no copy of a large file, and why.
    NotCopied(String),
    /// The worker was lost while no call was waiting for it, or it could not open the file again.
    Failed(Failure),
}

type Answer = Result<serde_json::Value, ClientError>;
type OnProgress = Rc<dyn Fn(u64, u64)>;

struct Pending {
    answer: oneshot::Sender<Answer>,
    /// What goes on, for the sentence about a worker that was lost meanwhile.
    label: String,
    on_progress: Option<OnProgress>,
}

struct Queued {
    id: RequestId,
    message: JsValue,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Worker {
    Starting,
    Listening,
    /// Listening, and asked to stop what it does.
    Cancelling,
    /// Ended before it ever listened. The next call tries again.
    Lost,
    /// Of another version than the page; only a reload helps.
    Stranger(u32),
}

struct Inner {
    worker: Cell<Worker>,
    link: RefCell<Option<Link>>,
    /// Counts the workers, so that a late event of an ended one is not taken for one of the next.
    epoch: Cell<u32>,
    next_id: Cell<RequestId>,
    /// Sent and not answered.
    in_flight: RefCell<BTreeMap<RequestId, Pending>>,
    /// Not sent yet, in order; their answers are awaited in `waiting`.
    outbox: RefCell<VecDeque<Queued>>,
    waiting: RefCell<BTreeMap<RequestId, Pending>>,
    source: RefCell<Option<Source>>,
    /// Whether the person wants no copy of it.
    is_copy_declined: Cell<bool>,
    now: Cell<Option<Instant>>,
    measuring: RefCell<Option<Settings>>,
    /// The request that opens the file again in a new worker, while it is under way.
    reopening: Cell<Option<RequestId>>,
    shared: Option<SharedWords>,
    listener: Box<dyn Fn(ClientEvent)>,
}

#[derive(Clone)]
pub struct Client(Rc<Inner>);

impl Client {
    /// Starts the worker. `listener` hears what nobody asked for.
    pub fn start(listener: impl Fn(ClientEvent) + 'static) -> Self {
        let client = Self(Rc::new(Inner {
            worker: Cell::new(Worker::Lost),
            link: RefCell::new(None),
            epoch: Cell::new(0),
            next_id: Cell::new(1),
            in_flight: RefCell::default(),
            outbox: RefCell::default(),
            waiting: RefCell::default(),
            source: RefCell::new(None),
            is_copy_declined: Cell::new(false),
            now: Cell::new(None),
            measuring: RefCell::new(None),
            reopening: Cell::new(None),
            shared: SharedWords::new(),
            listener: Box::new(listener),
        }));
        client.spawn_worker();
        client
    }

    pub async fn call<C: Call>(&self, call: C) -> Result<C::Answer, ClientError> {
        self.request::<C>(call, &[], None).await
    }

    /// `on_progress` is told how many of how many are done; of 0 when the end is not known.
    pub async fn call_with_progress<C: Call>(
        &self,
        call: C,
        on_progress: impl Fn(u64, u64) + 'static,
    ) -> Result<C::Answer, ClientError> {
        self.request::<C>(call, &[], Some(Rc::new(on_progress))).await
    }

    /// With files that travel beside the call.
    pub async fn call_with_files<C: Call>(&self, call: C, files: &[File]) -> Result<C::Answer, ClientError> {
        self.request::<C>(call, files, None).await
    }

    /// Opens `source`. It is kept, so that a new worker can open it again.
    pub async fn open(&self, source: Source) -> Result<Database, ClientError> {
        self.share(SharedWord::DeclineCopy, false);
        let database = match &source {
            Source::Files(files) => self.request(open_files(files), files, None).await?,
            Source::Sample(sample) => self.request(sample.clone(), &[], None).await?,
        };
        self.0.source.replace(Some(source));
        self.0.is_copy_declined.set(false);
        Ok(database)
    }

    /// Ends the background copy of what is open, in this worker and in those that may follow it.
    pub async fn decline_copy(&self) -> Result<(), ClientError> {
        self.0.is_copy_declined.set(true);
        // What waits for the copy need not wait for the call.
        self.share(SharedWord::DeclineCopy, true);
        self.call(DeclineCopy {}).await
    }

    /// Heard also by a worker that is busy. Nothing where no memory is shared.
    fn share(&self, word: SharedWord, is_raised: bool) {
        if let Some(shared) = &self.0.shared {
            shared.set(word, is_raised);
        }
    }

    /// What was dropped or chosen; nothing when the sample is open.
    pub fn files(&self) -> Vec<File> {
        match &*self.0.source.borrow() {
            Some(Source::Files(files)) => files.clone(),
            _ => Vec::new(),
        }
    }

    /// Sets what `'now'` means, in this worker and in those that may follow it.
    pub async fn set_now(&self, now: Instant) -> Result<(), ClientError> {
        self.0.now.set(Some(now));
        self.call(SetNow { now }).await
    }

    /// Sets how benchmarks are measured, in this worker and in those that may follow it.
    pub async fn set_measuring(&self, settings: Settings) -> Result<(), ClientError> {
        self.0.measuring.replace(Some(settings.clone()));
        self.call(SetMeasuring { settings }).await
    }

    pub async fn close(&self) -> Result<(), ClientError> {
        self.0.source.replace(None);
        self.call(Close {}).await
    }

    /// Ends every call: those that wait at once, those under way by the shared word or, when that does not help, with
    /// the worker itself. Each is answered with [`ClientError::Cancelled`].
    pub fn cancel(&self) {
        self.reject_waiting(&ClientError::Cancelled);
        if self.0.in_flight.borrow().is_empty() || self.0.worker.get() != Worker::Listening {
            return;
        }
        if self.0.shared.is_none() {
            self.restart(&ClientError::Cancelled);
            return;
        }
        self.share(SharedWord::Cancel, true);
        self.0.worker.set(Worker::Cancelling);
        let epoch = self.0.epoch.get();
        let client = self.clone();
        spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(CANCEL_PATIENCE_MS).await;
            if client.0.epoch.get() == epoch && client.0.worker.get() == Worker::Cancelling {
                client.restart(&ClientError::Cancelled);
            }
        });
    }

    async fn request<C: Call>(
        &self,
        call: C,
        files: &[File],
        on_progress: Option<OnProgress>,
    ) -> Result<C::Answer, ClientError> {
        if let Worker::Stranger(version) = self.0.worker.get() {
            return Err(ClientError::Protocol { worker: version });
        }
        if self.0.worker.get() == Worker::Lost {
            self.spawn_worker();
        }
        let (_, answer) = self.enqueue(call, files, on_progress)?;
        self.flush();
        let answer = answer.await.map_err(|_| ClientError::Lost("The call was dropped.".into()))??;
        serde_json::from_value(answer).map_err(|error| ClientError::Garbled(error.to_string()))
    }

    fn enqueue(
        &self,
        call: impl Call,
        files: &[File],
        on_progress: Option<OnProgress>,
    ) -> Result<(RequestId, oneshot::Receiver<Answer>), ClientError> {
        let id = self.0.next_id.get();
        self.0.next_id.set(id.wrapping_add(1));
        let request: Request = call.into();
        let label = request.label();
        let json = serde_json::to_string(&Envelope { id, request })
            .map_err(|error| ClientError::Garbled(error.to_string()))?;
        let message = js_sys::Array::of1(&JsValue::from_str(&json));
        for file in files {
            message.push(file);
        }
        let (answer, receiver) = oneshot::channel();
        self.0.waiting.borrow_mut().insert(id, Pending { answer, label, on_progress });
        self.0.outbox.borrow_mut().push_back(Queued { id, message: message.into() });
        Ok((id, receiver))
    }

    /// Sends what waits, if the worker listens.
    fn flush(&self) {
        if self.0.worker.get() != Worker::Listening {
            return;
        }
        // While something is under way the word is down already.
        if self.0.in_flight.borrow().is_empty() {
            self.share(SharedWord::Cancel, false);
        }
        loop {
            let Some(queued) = self.0.outbox.borrow_mut().pop_front() else { return };
            let Some(pending) = self.0.waiting.borrow_mut().remove(&queued.id) else { continue };
            let posted = match &*self.0.link.borrow() {
                Some(link) => link.post(&queued.message),
                None => Err("no worker".into()),
            };
            match posted {
                Ok(()) => drop(self.0.in_flight.borrow_mut().insert(queued.id, pending)),
                Err(message) => drop(pending.answer.send(Err(ClientError::Lost(message)))),
            }
        }
    }

    fn spawn_worker(&self) {
        let epoch = self.0.epoch.get() + 1;
        self.0.epoch.set(epoch);
        let inner = Rc::downgrade(&self.0);
        let link = Link::start(move |event| {
            if let Some(client) = inner.upgrade().map(Client).filter(|client| client.0.epoch.get() == epoch) {
                client.hear(event);
            }
        });
        match link {
            Ok(link) => {
                self.0.worker.set(Worker::Starting);
                self.0.link.replace(Some(link));
            }
            Err(message) => self.give_up(ClientError::Lost(message)),
        }
    }

    fn hear(&self, event: LinkEvent) {
        match event {
            LinkEvent::Said(Event::Ready { protocol_version, environment, catalogue }) => {
                if protocol_version == protocol::VERSION {
                    self.take_up(environment, catalogue);
                } else {
                    self.give_up(ClientError::Protocol { worker: protocol_version });
                    self.0.worker.set(Worker::Stranger(protocol_version));
                }
            }
            LinkEvent::Said(Event::Answer { id, result }) => self.answer(id, result.map_err(ClientError::Failed)),
            LinkEvent::Said(Event::Progress { id, n_done, n_total }) => {
                let on_progress = self.0.in_flight.borrow().get(&id).and_then(|pending| pending.on_progress.clone());
                if let Some(on_progress) = on_progress {
                    on_progress(n_done, n_total);
                }
            }
            LinkEvent::Said(Event::Promotion { n_copied, n_total, in_ram }) => {
                (self.0.listener)(ClientEvent::Promotion { n_copied, n_total, in_ram });
            }
            LinkEvent::Said(Event::NotCopied { words }) => (self.0.listener)(ClientEvent::NotCopied(words)),
            LinkEvent::Garbled(message) => self.lose(ClientError::Garbled(message)),
            LinkEvent::Ended(message) => self.lose(ClientError::Lost(message)),
        }
    }

    /// A worker listens: it gets the shared words, then the file that was open before, then what waits.
    fn take_up(&self, environment: Environment, catalogue: Box<Catalogue>) {
        self.0.worker.set(Worker::Listening);
        if let (Some(shared), Some(link)) = (&self.0.shared, &*self.0.link.borrow())
            && link.post(&shared.message()).is_err()
        {
            log::warn!("The worker did not take the shared words; cancelling will restart it.");
        }
        self.reopen();
        self.restore_measuring();
        self.flush();
        (self.0.listener)(ClientEvent::Ready { environment, catalogue });
    }

    /// Puts the person's settings before everything that waits.
    fn restore_measuring(&self) {
        let Some(settings) = self.0.measuring.borrow().clone() else { return };
        if self.enqueue(SetMeasuring { settings }, &[], None).is_ok() {
            self.0.outbox.borrow_mut().rotate_right(1);
        }
    }

    /// Puts the opening of the kept file before everything that waits.
    fn reopen(&self) {
        let Some(source) = self.0.source.borrow().clone() else { return };
        let n_waiting = self.0.outbox.borrow().len();
        let opening = match &source {
            Source::Files(files) => self.enqueue(open_files(files), files, None),
            Source::Sample(sample) => self.enqueue(sample.clone(), &[], None),
        };
        if self.0.is_copy_declined.get() {
            let _ = self.enqueue(DeclineCopy {}, &[], None);
        }
        if let Some(now) = self.0.now.get() {
            // Its answer comes before any later one; nobody needs to wait for it.
            let _ = self.enqueue(SetNow { now }, &[], None);
        }
        self.0.outbox.borrow_mut().rotate_left(n_waiting);
        let Ok((id, answer)) = opening else { return };
        self.0.reopening.set(Some(id));
        let client = self.clone();
        spawn_local(async move {
            // A worker that is lost while it opens the file says so itself.
            if let Ok(Err(error @ ClientError::Failed(_))) = answer.await
                && !error.is_cancelled()
            {
                client.0.source.replace(None);
                (client.0.listener)(ClientEvent::Failed(error.into_failure()));
            }
        });
    }

    fn answer(&self, id: RequestId, answer: Answer) {
        if self.0.reopening.get() == Some(id) {
            self.0.reopening.set(None);
        }
        let Some(pending) = self.0.in_flight.borrow_mut().remove(&id) else {
            log::warn!("The worker answered request {id}, which does not wait for an answer.");
            return;
        };
        // The caller may have gone; then nobody needs the answer.
        let _ = pending.answer.send(answer);
        if self.0.worker.get() == Worker::Cancelling && self.0.in_flight.borrow().is_empty() {
            self.0.worker.set(Worker::Listening);
            self.flush();
        }
    }

    /// The worker ended by itself.
    fn lose(&self, error: ClientError) {
        let nobody_waits = self.0.in_flight.borrow().is_empty();
        match self.0.worker.get() {
            Worker::Starting | Worker::Lost | Worker::Stranger(_) => self.give_up(error),
            Worker::Listening | Worker::Cancelling => {
                // A file that ends the worker while it is opened would do so for ever.
                let was_reopening = self.0.reopening.take().is_some();
                if was_reopening {
                    self.0.source.replace(None);
                }
                self.restart(&error);
                if nobody_waits || was_reopening {
                    (self.0.listener)(ClientEvent::Failed(error.into_failure()));
                }
            }
        }
    }

    /// Ends the worker, answers what it had under way with `error` and starts another.
    fn restart(&self, error: &ClientError) {
        self.end_worker();
        self.reject_in_flight(error);
        self.spawn_worker();
    }

    /// Ends the worker for good; a later call may try again.
    fn give_up(&self, error: ClientError) {
        self.end_worker();
        self.0.worker.set(Worker::Lost);
        self.reject_in_flight(&error);
        self.reject_waiting(&error);
        (self.0.listener)(ClientEvent::Failed(error.into_failure()));
    }

    fn end_worker(&self) {
        self.0.epoch.set(self.0.epoch.get() + 1);
        self.0.reopening.set(None);
        if let Some(link) = self.0.link.take() {
            link.end();
        }
    }

    fn reject_in_flight(&self, error: &ClientError) {
        for pending in self.0.in_flight.take().into_values() {
            let _ = pending.answer.send(Err(error.clone().during(&pending.label)));
        }
    }

    fn reject_waiting(&self, error: &ClientError) {
        self.0.outbox.borrow_mut().clear();
        for pending in self.0.waiting.take().into_values() {
            let _ = pending.answer.send(Err(error.clone()));
        }
    }
}

fn open_files(files: &[File]) -> Open {
    Open { file_names: files.iter().map(File::name).collect() }
}
