//! What a grid asks for and what has come.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::failure::{Failure, FailureKind};
use crate::domain::rows::{Filter, RowCell, RowColumn, RowsAsked, Sort};
use crate::ui::state::Inspector;

/// Rows asked for at once.
const PAGE_ROWS: u64 = 100;

/// Pages kept; the farthest goes first.
const MAX_PAGES: usize = 24;

pub type Row = Arc<Vec<RowCell>>;

/// Handles only, so cheap to copy.
#[derive(Clone, Copy)]
pub struct Grid {
    pub asked: RwSignal<RowsAsked>,
    /// Whether secrets are shown.
    pub reveal: RwSignal<bool>,
    /// `None` until the first answer.
    pub n_rows: RwSignal<Option<u64>>,
    pub columns: RwSignal<Vec<RowColumn>>,
    pub failure: RwSignal<Option<Failure>>,
    /// The first row in sight, with the part of it that is above.
    pub top: RwSignal<f64>,
    pub n_visible: RwSignal<u64>,
    /// The cell that keys act on: row and column.
    pub at: RwSignal<(u64, usize)>,
    pub detail: RwSignal<bool>,
    /// What was looked at before a foreign key was followed.
    pub came_from: RwSignal<Vec<RowsAsked>>,
    pages: RwSignal<BTreeMap<u64, Vec<Row>>>,
    is_asking: StoredValue<bool>,
    /// Raised when other rows are asked for; an answer about the ones before is dropped.
    edition: StoredValue<u32>,
    inspector: Inspector,
}

impl Grid {
    pub fn new(asked: RowsAsked) -> Self {
        let grid = Self {
            asked: RwSignal::new(asked),
            reveal: RwSignal::new(false),
            n_rows: RwSignal::new(None),
            columns: RwSignal::default(),
            failure: RwSignal::new(None),
            top: RwSignal::new(0.0),
            n_visible: RwSignal::new(20),
            at: RwSignal::new((0, 0)),
            detail: RwSignal::new(false),
            came_from: RwSignal::default(),
            pages: RwSignal::default(),
            is_asking: StoredValue::new(false),
            edition: StoredValue::new(0),
            inspector: Inspector::use_(),
        };
        // Whatever changes what is in sight asks for it.
        Effect::new(move |_| {
            grid.top.track();
            grid.n_visible.track();
            grid.fetch();
        });
        // Other rows, or the same ones with their secrets.
        Effect::new(move |before: Option<()>| {
            grid.asked.track();
            grid.reveal.track();
            if before.is_some() {
                grid.edition.update_value(|edition| *edition = edition.wrapping_add(1));
                grid.pages.update(BTreeMap::clear);
                grid.failure.set(None);
                grid.fetch();
            }
        });
        grid
    }

    pub fn inspector(self) -> Inspector {
        self.inspector
    }

    /// `None` while it has not come.
    pub fn row(self, at: u64) -> Option<Row> {
        self.pages.with(|pages| pages.get(&(at / PAGE_ROWS))?.get((at % PAGE_ROWS) as usize).cloned())
    }

    /// Asks for a page that is missing, in sight or next to it. One request at a time: when its answer is there the rows then in
    /// sight are looked at, so that what a person only scrolled past is never asked for.
    fn fetch(self) {
        if self.is_asking.get_value() {
            return;
        }
        let Some(page) = self.missing() else { return };
        self.is_asking.set_value(true);
        let (edition, asked, reveal) =
            (self.edition.get_value(), self.asked.get_untracked(), self.reveal.get_untracked());
        spawn_local(async move {
            let answer = self.inspector.read_rows(asked, page * PAGE_ROWS, PAGE_ROWS as u32, reveal).await;
            // The grid may be gone.
            if self.is_asking.try_set_value(false).is_some() {
                return;
            }
            if self.edition.get_value() != edition {
                self.fetch();
                return;
            }
            match answer {
                Ok(window) => {
                    self.n_rows.set(Some(window.n_rows));
                    if self.columns.with_untracked(|columns| *columns != window.columns) {
                        self.columns.set(window.columns);
                    }
                    self.pages.update(|pages| {
                        pages.insert(page, window.rows.into_iter().map(Arc::new).collect());
                        while pages.len() > MAX_PAGES {
                            let farthest = pages.keys().copied().max_by_key(|other| other.abs_diff(page));
                            farthest.map(|farthest| pages.remove(&farthest));
                        }
                    });
                    self.fetch();
                }
                // A person who cancels does not need to be told; other rows can be asked for.
                Err(failure) if failure.kind == FailureKind::Cancelled => {
                    self.failure.set(Some(Failure::new(FailureKind::Cancelled, "Looking for the rows was stopped")));
                }
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    fn missing(self) -> Option<u64> {
        if self.failure.with_untracked(Option::is_some) {
            return None;
        }
        let n_rows = self.n_rows.get_untracked().unwrap_or(1);
        let first = self.top.get_untracked() as u64;
        let last = (first + self.n_visible.get_untracked()).min(n_rows.saturating_sub(1));
        let (first, last) = (first / PAGE_ROWS, last / PAGE_ROWS);
        let beside = [(last + 1).min(n_rows.saturating_sub(1) / PAGE_ROWS), first.saturating_sub(1)];
        let missing = |page: &u64| self.pages.with_untracked(|pages| !pages.contains_key(page));
        (first..=last).chain(beside).find(missing)
    }

    /// Other rows from the start.
    fn ask(self, asked: RowsAsked) {
        self.n_rows.set(None);
        self.detail.set(false);
        self.top.set(0.0);
        self.at.set((0, 0));
        self.asked.set(asked);
    }

    pub fn sort(self, column: &str) {
        let mut asked = self.asked.get_untracked();
        // Up, down, and back to the order of the key.
        asked.sort = match asked.sort {
            Some(sort) if sort.column == column && sort.descending => None,
            Some(sort) if sort.column == column => Some(Sort { descending: true, ..sort }),
            _ => Some(Sort { column: column.into(), descending: false }),
        };
        self.ask(asked);
    }

    pub fn filter(self, filters: Vec<Filter>) {
        let asked = RowsAsked { filters, ..self.asked.get_untracked() };
        self.ask(asked);
    }

    /// The rows of `table` that meet `filters`; **Back** returns.
    pub fn follow(self, table: String, filters: Vec<Filter>) {
        let before = self.asked.get_untracked();
        self.came_from.update(|from| from.push(before));
        self.ask(RowsAsked { table, filters, ..RowsAsked::default() });
    }

    pub fn back(self) {
        let before = self.came_from.try_update(Vec::pop).flatten();
        if let Some(before) = before {
            self.ask(before);
        }
    }
}
