//! What all views share: what is known (signals) and what can be asked (methods, in `actions`).
//!
//! A view reads the signals and calls the methods. It never talks to the worker itself, and it keeps no answer of its
//! own: whatever SQLite answered stands in `report`, so that a view shows the same when a person comes back to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;

use crate::client::Client;
use crate::domain::catalogue::Catalogue;
use crate::domain::criterion::CriterionFolder;
use crate::domain::database::Database;
use crate::domain::failure::Failure;
use crate::domain::instant::Instant;
use crate::domain::measuring::Settings;
use crate::domain::repair::{self, Change, Repair};
use crate::domain::repair_trial::RepairedClaim;
use crate::domain::report::{Environment, Report};
use crate::domain::run::{Phase, Step};

use super::baselines::Baselines;
use super::integrity::Integrity;
use super::route::Route;
use super::saved::SavedReports;
use super::statements::Statements;

/// Provided as a context by the shell. Cheap to copy: every field is a handle.
#[derive(Clone, Copy)]
pub struct Inspector {
    /// What is documented; `None` until the worker listens.
    pub catalogue: RwSignal<Option<Catalogue>>,
    pub environment: RwSignal<Option<Environment>>,
    /// The open database; `None` on the landing page.
    pub database: RwSignal<Option<Database>>,
    /// The growing model. New when a database opens, and after every answer.
    pub report: RwSignal<Option<Report>>,
    pub run: RwSignal<RunState>,
    /// What `'now'` means in every statement.
    pub now: RwSignal<Instant>,
    /// The background copy of the file, while it goes on.
    pub promotion: RwSignal<Option<Promotion>>,
    /// The failure to show, until it is dismissed.
    pub failure: RwSignal<Option<Failure>>,
    /// Name of what is being opened just now.
    pub opening: RwSignal<Option<String>>,
    /// Single steps that were asked for outside of a run and have not answered.
    pub busy: RwSignal<Vec<Step>>,
    /// Changes of the repair that a person ticked or unticked, by id; the others stand as proposed.
    pub ticks: RwSignal<BTreeMap<String, bool>>,
    /// Every claim with the ticked changes; `None` until SQLite has answered.
    pub repaired: RwSignal<Option<Vec<RepairedClaim>>>,
    /// Rows counted on demand, by table.
    pub row_counts: RwSignal<BTreeMap<String, u64>>,
    /// Whether the file is whole, once that was asked.
    pub integrity: RwSignal<Integrity>,
    /// How benchmarks and single queries are measured.
    pub measuring: RwSignal<Settings>,
    /// What was measured before, as the browser keeps it.
    pub baselines: Baselines,
    pub saved: SavedReports,
    /// What criterion measured, as it was dropped.
    pub criterion: RwSignal<Option<Arc<CriterionFolder>>>,
    pub statements: Statements,
    /// How far a single step is, when the worker says so: done, of total.
    pub within: RwSignal<Option<(u64, u64)>>,
    pub route: RwSignal<Route>,
    pub(super) client: StoredValue<Client, LocalStorage>,
    /// Raised by whatever replaces what goes on; an older task sees it and stops.
    pub(super) generation: StoredValue<u32>,
    /// Raised when the database or the instant changes; an answer about the one before is dropped.
    pub(super) edition: StoredValue<u32>,
}

/// Where "Run everything" stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RunState {
    /// No database, or nothing could be asked of it.
    #[default]
    Idle,
    /// Verdicts are being asked for, without costs, because a database was opened or the instant changed.
    Judging,
    /// Verdicts are there, costs are not.
    Judged {
        elapsed_ms: f64,
    },
    Running(Running),
    Finished {
        elapsed_ms: f64,
    },
    /// Stopped by the person; what was done stays.
    Cancelled {
        n_done: usize,
        n_steps: usize,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    pub n_done: usize,
    pub n_steps: usize,
    pub current: Step,
    /// By the page's clock, `performance.now()`.
    pub started_ms: f64,
    /// How far the current step is, when the worker says so: done, of total.
    pub within: Option<(u64, u64)>,
    pub phases: Vec<PhaseProgress>,
}

/// One line of the list of steps.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseProgress {
    pub phase: Phase,
    pub n_done: usize,
    pub n_steps: usize,
    pub elapsed_ms: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promotion {
    pub n_copied: u64,
    pub n_total: u64,
    pub in_ram: bool,
}

impl Inspector {
    /// The one of this page.
    pub fn use_() -> Self {
        expect_context()
    }

    pub fn is_running(self) -> bool {
        self.run.with(|run| matches!(run, RunState::Running(_)))
    }

    /// Everything that could be changed, ticked or not.
    pub fn repair(self) -> Repair {
        self.report.with(|report| {
            self.catalogue.with(|catalogue| match (report, catalogue) {
                (Some(report), Some(catalogue)) if !report.migration.is_empty() => repair::repair(report, catalogue),
                _ => Repair::default(),
            })
        })
    }

    /// The ticked changes.
    pub fn ticked_repair(self) -> Repair {
        let repair = self.repair();
        self.ticks.with(|ticks| repair.only(|change| is_ticked(ticks, change)))
    }

    pub fn is_ticked(self, change: &Change) -> bool {
        self.ticks.with(|ticks| is_ticked(ticks, change))
    }

    pub fn is_busy(self, step: &Step) -> bool {
        self.busy.with(|busy| busy.contains(step))
    }
}

/// As proposed, unless the person decided.
fn is_ticked(ticks: &BTreeMap<String, bool>, change: &Change) -> bool {
    ticks.get(&change.id).copied().unwrap_or(!change.optional)
}

impl Running {
    /// Nothing done yet. `None` when the catalogue documents nothing.
    pub(super) fn new(steps: &[Step], started_ms: f64) -> Option<Self> {
        let phases = Phase::ALL.into_iter().filter_map(|phase| {
            let n_steps = steps.iter().filter(|step| step.phase() == phase).count();
            (n_steps > 0).then_some(PhaseProgress { phase, n_done: 0, n_steps, elapsed_ms: 0.0 })
        });
        Some(Self {
            n_done: 0,
            n_steps: steps.len(),
            current: steps.first()?.clone(),
            started_ms,
            within: None,
            phases: phases.collect(),
        })
    }

    /// Done steps and the done part of the current one, of 1.
    pub fn share(&self) -> f64 {
        let within = match self.within {
            Some((n_done, n_total)) if n_total > 0 => (n_done as f64 / n_total as f64).min(1.0),
            _ => 0.0,
        };
        (self.n_done as f64 + within) / self.n_steps.max(1) as f64
    }

    pub(super) fn finish_step(&mut self, step: &Step, elapsed_ms: f64) {
        self.n_done += 1;
        self.within = None;
        if let Some(phase) = self.phases.iter_mut().find(|entry| entry.phase == step.phase()) {
            phase.n_done += 1;
            phase.elapsed_ms += elapsed_ms;
        }
    }
}
