//! Whatever a person drops or chooses: each file goes where what it is belongs.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use crate::domain::baseline::Baseline;
use crate::domain::dropped::{FileKind, Saved, file_kind};

use super::files;
use super::route::Route;
use super::state::Inspector;

/// A file, with its path below a dropped folder or else its name.
pub struct Picked {
    pub path: String,
    pub file: File,
}

impl From<File> for Picked {
    fn from(file: File) -> Self {
        Self { path: file.name(), file }
    }
}

impl Inspector {
    /// A database is opened, what this page saved is shown or kept.
    pub fn take_files(self, picked: Vec<Picked>) {
        spawn_local(async move {
            if picked.is_empty() {
                self.open(Vec::new());
                return;
            }
            let (mut databases, mut texts) = (Vec::new(), Vec::new());
            for picked in picked {
                match file_kind(&picked.path, &files::head(&picked.file).await) {
                    FileKind::Database => databases.push(picked.file),
                    FileKind::Json => texts.push(picked),
                }
            }
            let opens = !databases.is_empty();
            if opens {
                self.open(databases);
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
        });
    }

    fn take_baseline(self, baseline: &Baseline) {
        self.keep_baseline(baseline);
        Route::Benchmarks(None).open();
    }
}
