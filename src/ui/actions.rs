//! What a view can ask: open, run, cancel, measure, count. Each method puts its answer into the shared state.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use crate::client::{Client, ClientError, ClientEvent, Source};
use crate::domain::bytecode::Opcode;
use crate::domain::database::Database;
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::instant::Instant;
use crate::domain::measuring::Settings;
use crate::domain::query::Choice;
use crate::domain::report::{FailedStep, Report};
use crate::domain::run::{Step, StepAnswer, steps};
use crate::domain::value::Value;
use crate::protocol::{Bytecode, Choices, CountRows, JudgeRepair, MeasureQuery, OpenSample, Run};

use super::baselines::Baselines;
use super::integrity::Integrity;
use super::logs::Logs;
use super::route::{Route, focus_main};
use super::saved::SavedReports;
use super::state::{Inspector, Promotion, RunState, Running};
use super::statements::Statements;

/// The sample is the same every time, so that two people see the same figures.
const SAMPLE_SEED: u64 = 42;

/// A person who types an instant changes the field key by key. SQLite is asked once they pause.
const INSTANT_PAUSE_MS: u32 = 250;

impl Inspector {
    /// Starts the worker. Called once, by the shell.
    pub(super) fn start() -> Self {
        let catalogue = RwSignal::new(None);
        let environment = RwSignal::new(None);
        let promotion = RwSignal::new(None);
        let not_copied = RwSignal::new(None);
        let failure = RwSignal::new(None);
        let client = Client::start(move |event| match event {
            ClientEvent::Ready { environment: of_worker, catalogue: documented } => {
                environment.set(Some(of_worker));
                catalogue.set(Some(*documented));
            }
            ClientEvent::Promotion { n_copied, n_total, in_ram } => {
                let goes_on = n_copied < n_total;
                promotion.set(goes_on.then_some(Promotion { n_copied, n_total, in_ram }));
            }
            ClientEvent::NotCopied(words) => {
                promotion.set(None);
                not_copied.set(Some(words));
            }
            ClientEvent::Failed(what) => failure.set(Some(what)),
        });
        Self {
            catalogue,
            environment,
            database: RwSignal::new(None),
            report: RwSignal::new(None),
            run: RwSignal::new(RunState::Idle),
            now: RwSignal::new(present()),
            promotion,
            not_copied,
            failure,
            opening: RwSignal::new(None),
            busy: RwSignal::new(Vec::new()),
            ticks: RwSignal::default(),
            repaired: RwSignal::new(None),
            row_counts: RwSignal::default(),
            file_change: RwSignal::default(),
            integrity: RwSignal::default(),
            measuring: RwSignal::default(),
            baselines: Baselines::default(),
            saved: SavedReports::default(),
            criterion: RwSignal::new(None),
            statements: Statements::default(),
            within: RwSignal::new(None),
            logs: Logs::new(),
            route: RwSignal::new(Route::default()),
            client: StoredValue::new_local(client),
            handles: StoredValue::new_local(Vec::new()),
            generation: StoredValue::new(0),
            edition: StoredValue::new(0),
        }
    }

    /// Opens what was dropped or chosen, in place of what is open. When it fails, what was open stays.
    pub fn open(self, files: Vec<File>) {
        self.open_and(files, false);
    }

    /// As [`Inspector::open`], and then runs everything if `then_run`.
    pub(super) fn open_and(self, files: Vec<File>, then_run: bool) {
        match files.first() {
            None => {
                self.failure.set(Some(Failure::new(FailureKind::NoFile, "Nothing that could be opened was dropped")))
            }
            Some(first) => {
                let name = first.name();
                self.open_source(Source::Files(files), name, then_run);
            }
        }
    }

    pub fn open_sample(self, n_workflows: u32, n_logs: u32) {
        let sample = OpenSample { n_workflows, n_logs, seed: SAMPLE_SEED, now: present() };
        self.open_source(Source::Sample(sample), "the sample database".into(), false);
    }

    fn open_source(self, source: Source, name: String, then_run: bool) {
        let generation = self.supersede();
        self.handles.set_value(Vec::new());
        self.opening.set(Some(name));
        self.failure.set(None);
        spawn_local(async move {
            let opened = self.client.get_value().open(source).await;
            if !self.is_current(generation) {
                return;
            }
            self.opening.set(None);
            match opened {
                Ok(database) => {
                    self.take(database, generation).await;
                    if then_run && self.is_current(generation) {
                        self.run_everything();
                    }
                }
                Err(error) => self.show(error),
            }
        });
    }

    /// A database is open: its facts are there at once, its verdicts follow.
    async fn take(self, database: Database, generation: u32) {
        self.begin_edition();
        let is_first = self.database.with_untracked(Option::is_none);
        self.row_counts.update(|counts| counts.clear());
        self.ticks.update(|ticks| ticks.clear());
        self.repaired.set(None);
        self.integrity.set(Integrity::Idle);
        self.logs.runs.update(|runs| runs.clear());
        self.file_change.set(None);
        self.not_copied.set(None);
        self.promotion.set(None);
        self.baselines.compared.set(None);
        self.saved.shown.set(false);
        self.statements.answer.set(None);
        self.now.set(present());
        let environment = self.environment.get_untracked().unwrap_or_default();
        self.report.set(Some(Report::new(self.now.get_untracked(), environment, database.clone())));
        self.database.set(Some(database));
        if is_first {
            focus_main();
        }
        self.judge(generation).await;
    }

    /// Closes the database and goes back to the landing page.
    pub fn close(self) {
        self.supersede();
        self.saved.shown.set(false);
        self.saved.other.set(None);
        self.database.set(None);
        self.report.set(None);
        self.run.set(RunState::Idle);
        self.promotion.set(None);
        self.failure.set(None);
        Route::Summary.open();
        spawn_local(async move {
            if let Err(error) = self.client.get_value().close().await {
                self.show(error);
            }
        });
    }

    /// Sets what `'now'` means. Every answer was made at one instant, so those that depend on it are dropped: costs
    /// and clean-ups must be run again, verdicts are asked for at once. Built indexes and sizes know no instant.
    pub fn set_now(self, now: Instant) {
        if now == self.now.get_untracked() || untrack(|| self.is_saved()) {
            return;
        }
        let generation = self.supersede();
        self.begin_edition();
        self.now.set(now);
        self.change_report(|report| {
            report.now = now;
            report.complete = false;
            report.elapsed_ns = None;
            report.queries.clear();
            report.cleanups.clear();
            report.together = None;
            report.repair = None;
            report.failed_steps.clear();
        });
        self.repaired.set(None);
        self.run.set(RunState::Judging);
        spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(INSTANT_PAUSE_MS).await;
            if self.is_current(generation) {
                self.judge(generation).await;
            }
        });
    }

    /// Plans and verdicts of everything, from the schema alone: there within a moment, whatever the file's size.
    async fn judge(self, generation: u32) {
        let started_ms = clock_ms();
        self.run.set(RunState::Judging);
        let answer = self.ask_at_the_instant().await;
        if !self.is_current(generation) {
            return;
        }
        match answer {
            Ok(answer) => {
                self.absorb(answer);
                self.run.set(RunState::Judged { elapsed_ms: clock_ms() - started_ms });
            }
            Err(error) => {
                self.run.set(RunState::Idle);
                self.show(error);
            }
        }
    }

    async fn ask_at_the_instant(self) -> Result<StepAnswer, ClientError> {
        let client = self.client.get_value();
        client.set_now(self.now.get_untracked()).await?;
        client.call(Run { step: Step::Judge, limit_ns: None }).await
    }

    /// Every step of the run, in order. A step that fails is noted and the run goes on.
    pub fn run_everything(self) {
        let Some(catalogue) = self.catalogue.get_untracked() else { return };
        let steps = steps(&catalogue);
        let has_database = self.database.with_untracked(Option::is_some) && !untrack(|| self.is_saved());
        let Some(running) = Running::new(&steps, clock_ms()).filter(|_| has_database) else { return };
        if self.run.with_untracked(|run| matches!(run, RunState::Running(_))) {
            return;
        }
        let generation = self.supersede();
        self.failure.set(None);
        self.change_report(|report| {
            report.complete = false;
            report.elapsed_ns = None;
            report.failed_steps.clear();
        });
        self.run.set(RunState::Running(running));
        spawn_local(async move { self.walk(steps, generation).await });
    }

    async fn walk(self, steps: Vec<Step>, generation: u32) {
        let started_ms = clock_ms();
        // The instant may have been typed a moment ago and not been sent yet.
        let mut stopped_by = self.client.get_value().set_now(self.now.get_untracked()).await.err();
        for step in steps {
            if stopped_by.is_some() || !self.is_current(generation) {
                break;
            }
            self.progress(|running| running.current = step.clone());
            let step_started_ms = clock_ms();
            let answer = self.run_with_progress(step.clone(), generation).await;
            if !self.is_current(generation) {
                return;
            }
            match answer {
                Ok(answer) => self.absorb(answer),
                Err(error) if ends_a_run(&error) => stopped_by = Some(error),
                Err(error) => self.note_failure(&step, error),
            }
            if stopped_by.is_none() {
                self.progress(|running| running.finish_step(&step, clock_ms() - step_started_ms));
            }
        }
        if self.is_current(generation) {
            match stopped_by {
                None => self.finish(clock_ms() - started_ms),
                Some(error) => self.stop(error),
            }
        }
    }

    async fn run_with_progress(self, step: Step, generation: u32) -> Result<StepAnswer, ClientError> {
        let on_progress = move |n_done, n_total| {
            if self.is_current(generation) {
                self.progress(|running| running.within = Some((n_done, n_total)));
            }
        };
        let limit_ns = step.limit_ns();
        self.client.get_value().call_with_progress(Run { step, limit_ns }, on_progress).await
    }

    fn progress(self, change: impl FnOnce(&mut Running)) {
        self.run.update(|run| {
            if let RunState::Running(running) = run {
                change(running);
            }
        });
    }

    fn finish(self, elapsed_ms: f64) {
        self.change_report(|report| {
            report.complete = true;
            report.elapsed_ns = Some((elapsed_ms * 1e6) as u64);
        });
        self.run.set(RunState::Finished { elapsed_ms });
    }

    /// Keeps what is done.
    fn stop(self, error: ClientError) {
        let (n_done, n_steps) = self.run.with_untracked(|run| match run {
            RunState::Running(running) => (running.n_done, running.n_steps),
            _ => (0, 0),
        });
        self.run.set(RunState::Cancelled { n_done, n_steps });
        if !error.is_cancelled() {
            self.show(error);
        }
    }

    /// Cancels whatever the worker does: the run, a single step, a count.
    pub fn cancel(self) {
        match self.run.with_untracked(|run| matches!(run, RunState::Running(_))) {
            // A step may answer at this very moment; the run must not go on with the next one.
            true => {
                self.supersede();
            }
            false => self.client.get_value().cancel(),
        }
    }

    /// Runs one entry again, or for the first time.
    pub async fn run_step(self, step: Step) -> Result<(), Failure> {
        let client = self.client.get_value();
        let on_progress = move |n_done, n_total| self.within.set(Some((n_done, n_total)));
        self.single(step.clone(), client.call_with_progress(Run { step, limit_ns: None }, on_progress)).await
    }

    /// Measures a query with the person's own values.
    pub async fn measure_query(self, id: String, parameters: Vec<Value>) -> Result<(), Failure> {
        let client = self.client.get_value();
        let on_progress = move |n_done, n_total| self.within.set(Some((n_done, n_total)));
        let call = MeasureQuery { id: id.clone(), parameters };
        self.single(Step::MeasureQuery(id), client.call_with_progress(call, on_progress)).await
    }

    /// Notes `step` as busy until `answer` is there, and takes the answer in if the database is still the same.
    pub(super) async fn single(
        self,
        step: Step,
        answer: impl Future<Output = Result<StepAnswer, ClientError>>,
    ) -> Result<(), Failure> {
        let edition = self.edition.get_value();
        self.busy.update(|busy| busy.push(step.clone()));
        let answer = answer.await;
        self.within.set(None);
        self.busy.update(|busy| {
            if let Some(at) = busy.iter().position(|other| *other == step) {
                busy.remove(at);
            }
        });
        let answer = answer.map_err(ClientError::into_failure)?;
        if self.edition.get_value() == edition {
            self.absorb(answer);
            self.change_report(|report| report.failed_steps.retain(|failed| failed.step != step.label()));
        }
        Ok(())
    }

    /// Values that the file offers for a parameter, the most frequent first.
    pub async fn choices(self, query: String, parameter: String) -> Result<Vec<Choice>, Failure> {
        let client = self.client.get_value();
        client.call(Choices { query, parameter }).await.map_err(ClientError::into_failure)
    }

    /// How benchmarks and single queries are measured from here on.
    pub fn set_measuring(self, settings: Settings) {
        self.measuring.set(settings.clone());
        spawn_local(async move {
            if let Err(error) = self.client.get_value().set_measuring(settings).await {
                self.show(error);
            }
        });
    }

    /// Ticks or unticks a change of the repair; what that does to the claims follows in `repaired`.
    pub fn tick(self, id: String, ticked: bool) {
        self.ticks.update(|ticks| {
            ticks.insert(id, ticked);
        });
    }

    /// Asks for every claim with `changes` applied, unless the database changes meanwhile.
    pub fn judge_repair(self, changes: Vec<String>) {
        if untrack(|| self.is_saved()) {
            return;
        }
        let edition = self.edition.get_value();
        spawn_local(async move {
            let answer = self.client.get_value().call(JudgeRepair { changes: changes.clone() }).await;
            let still_asked = || self.ticked_repair().statements() == changes;
            if self.edition.get_value() != edition || !untrack(still_asked) {
                return;
            }
            match answer {
                Ok(claims) => self.repaired.set(claims),
                Err(error) => self.show(error),
            }
        });
    }

    /// The program that SQLite makes of a documented statement.
    pub async fn bytecode(self, id: String, parameters: Vec<Value>, migrated: bool) -> Result<Vec<Opcode>, Failure> {
        let client = self.client.get_value();
        client.call(Bytecode { id, parameters, migrated }).await.map_err(ClientError::into_failure)
    }

    /// Counts the rows of a table; the answer also stands in `row_counts`.
    pub async fn count_rows(self, table: String) -> Result<u64, Failure> {
        let client = self.client.get_value();
        let edition = self.edition.get_value();
        let n_rows = client.call(CountRows { table: table.clone() }).await.map_err(ClientError::into_failure)?;
        if self.edition.get_value() == edition {
            self.row_counts.update(|counts| {
                counts.insert(table, n_rows);
            });
        }
        Ok(n_rows)
    }

    /// Ends what goes on, because something else takes its place.
    fn supersede(self) -> u32 {
        let runs = self.run.with_untracked(|run| matches!(run, RunState::Running(_)));
        let is_busy =
            self.busy.with_untracked(|busy| !busy.is_empty()) || self.integrity.with_untracked(Integrity::is_checking);
        if runs || is_busy || self.opening.with_untracked(Option::is_some) {
            self.client.get_value().cancel();
        }
        if runs {
            self.stop(ClientError::Cancelled);
        }
        let generation = self.generation.get_value().wrapping_add(1);
        self.generation.set_value(generation);
        generation
    }

    fn is_current(self, generation: u32) -> bool {
        self.generation.get_value() == generation
    }

    /// The database or the instant is another one from here on.
    pub(super) fn begin_edition(self) {
        self.edition.update_value(|edition| *edition = edition.wrapping_add(1));
    }

    fn absorb(self, answer: StepAnswer) {
        self.change_report(|report| report.absorb(answer));
    }

    /// Changes the report and derives anew what follows from it, in one notification.
    pub(super) fn change_report(self, change: impl FnOnce(&mut Report)) {
        self.report.update(|report| {
            let Some(report) = report else { return };
            change(report);
            self.catalogue.with_untracked(|catalogue| {
                if let Some(catalogue) = catalogue {
                    self.logs.first.with_untracked(|log| report.conclude(catalogue, log.as_ref()));
                }
            });
        });
    }

    fn note_failure(self, step: &Step, error: ClientError) {
        let message = error.into_failure().message;
        self.change_report(|report| report.failed_steps.push(FailedStep { step: step.label(), message }));
    }

    pub(super) fn show(self, error: ClientError) {
        if !error.is_cancelled() {
            self.failure.set(Some(error.into_failure()));
        }
    }
}

/// Whether no later step can do better.
fn ends_a_run(error: &ClientError) -> bool {
    match error {
        ClientError::Cancelled | ClientError::Protocol { .. } | ClientError::Garbled(_) => true,
        ClientError::Lost(_) => false,
        ClientError::Failed(failure) => {
            matches!(failure.kind, FailureKind::Cancelled | FailureKind::NotOpen | FailureKind::Unreadable)
        }
    }
}

/// To the minute, as the field **Evaluate at** shows it.
fn present() -> Instant {
    let ms = js_sys::Date::now() as i64;
    Instant(ms - ms.rem_euclid(60_000))
}

/// The page's clock in milliseconds; 0 where there is none, which only costs the elapsed times.
pub(super) fn clock_ms() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}
