//! Whatever a person drops or chooses: each file goes where what it is belongs.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use crate::domain::baseline::Baseline;
use crate::domain::criterion;
use crate::domain::dropped::{FileKind, Saved, file_kind};

use super::files;
use super::logs::Side;
use super::route::Route;
use super::state::Inspector;

/// A file, with its path below a dropped folder or else its name.
pub struct Picked {
    pub path: String,
    pub file: File,
}

impl From<File> for Picked {
    fn from(file: File) -> Self {
        // Of a folder chosen in a file input; empty for every other file.
        let path = js_sys::Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        Self { path: path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name()), file }
    }
}

impl Inspector {
    /// A database is opened, what this page saved is shown or kept.
    pub fn take_files(self, picked: Vec<Picked>) {
        spawn_local(async move {
            self.take_picked(picked, false).await;
        });
    }

    /// As [`Inspector::take_files`]; with a database among them everything is run if `then_run`. The answer tells whether
    /// there is one.
    pub(super) async fn take_picked(self, picked: Vec<Picked>, then_run: bool) -> bool {
        if picked.is_empty() {
            self.open(Vec::new());
            return false;
        }
        let expects_log = self.route.with_untracked(Route::is_about_logs);
        let (mut databases, mut texts, mut results, mut logs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for picked in picked {
            match file_kind(&picked.path, &files::head(&picked.file).await, expects_log) {
                FileKind::Database => databases.push(picked.file),
                FileKind::Json => texts.push(picked),
                FileKind::Criterion => results.push(picked),
                FileKind::Log => logs.push(picked.file),
            }
        }
        let opens = !databases.is_empty();
        if opens {
            self.open_and(databases, then_run);
        }
        if !results.is_empty() {
            self.take_criterion(results, None);
        }
        // Two logs are compared.
        for (file, side) in logs.into_iter().zip([Side::First, Side::Other]) {
            Route::Monitoring.open();
            self.take_log(file, side).await;
        }
        let mut reports = Vec::new();
        for Picked { path, file } in texts {
            match files::text(&file).await.and_then(|text| Saved::read(&path, &text)) {
                Ok(Saved::Report(report)) => reports.push(*report),
                Ok(Saved::Baseline(baseline)) => self.take_baseline(&baseline),
                Err(failure) => self.failure.set(Some(failure)),
            }
        }
        self.take_reports(reports, opens);
        opens
    }

    /// Shows what criterion measured beside what was measured here. `problem` is one with the folder as a whole.
    pub fn take_criterion(self, picked: Vec<Picked>, problem: Option<String>) {
        spawn_local(async move {
            let mut texts = Vec::new();
            for Picked { path, file } in picked.into_iter().filter(|picked| criterion::is_result(&picked.path)) {
                match files::text(&file).await {
                    Ok(text) => texts.push((path, text)),
                    Err(failure) => self.failure.set(Some(failure)),
                }
            }
            let mut folder = criterion::read(&texts);
            folder.problems.extend(problem);
            self.criterion.set(Some(Arc::new(folder)));
            Route::Benchmarks(None).open();
        });
    }

    fn take_baseline(self, baseline: &Baseline) {
        self.keep_baseline(baseline);
        Route::Benchmarks(None).open();
    }
}
