//! The icons, drawn once in `style/icons.svg` and used by id.

use leptos::prelude::*;

use crate::domain::finding::Severity;
use crate::domain::verdict::Verdict;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Arrow,
    Bench,
    Better,
    Brand,
    Check,
    Chevron,
    Clean,
    Copy,
    Created,
    Database,
    Dot,
    Download,
    Drop,
    File,
    Fork,
    Guide,
    Index,
    Info,
    Keyboard,
    Left,
    Lock,
    Log,
    Machine,
    Menu,
    Play,
    Plus,
    Pool,
    Practice,
    Query,
    Repair,
    Report,
    Same,
    Search,
    Spin,
    Summary,
    Theme,
    Trouble,
    Warn,
    Worse,
    X,
    Verdict(Verdict),
}

impl Glyph {
    /// The drawing's id in `style/icons.svg`, as a reference.
    fn href(self) -> &'static str {
        match self {
            Self::Arrow => "#i-arrow",
            Self::Bench => "#i-bench",
            Self::Better => "#i-better",
            Self::Brand => "#i-brand",
            Self::Check => "#i-check",
            Self::Chevron => "#i-chevron",
            Self::Clean => "#i-clean",
            Self::Copy => "#i-copy",
            Self::Created => "#i-created",
            Self::Database => "#i-database",
            Self::Dot => "#i-dot",
            Self::Download => "#i-download",
            Self::Drop => "#i-drop",
            Self::File => "#i-file",
            Self::Fork => "#i-fork",
            Self::Guide => "#i-guide",
            Self::Index => "#i-index",
            Self::Info => "#i-info",
            Self::Keyboard => "#i-keyboard",
            Self::Left => "#i-left",
            Self::Lock => "#i-lock",
            Self::Log => "#i-log",
            Self::Machine => "#i-machine",
            Self::Menu => "#i-menu",
            Self::Play => "#i-play",
            Self::Plus => "#i-plus",
            Self::Pool => "#i-pool",
            Self::Practice => "#i-practice",
            Self::Query => "#i-query",
            Self::Repair => "#i-repair",
            Self::Report => "#i-report",
            Self::Same => "#i-same",
            Self::Search => "#i-search",
            Self::Spin => "#i-spin",
            Self::Summary => "#i-summary",
            Self::Theme => "#i-theme",
            Self::Trouble => "#i-trouble",
            Self::Warn => "#i-warn",
            Self::Worse => "#i-worse",
            Self::X => "#i-x",
            Self::Verdict(verdict) => match verdict {
                Verdict::Holds => "#i-holds",
                Verdict::Scanned => "#i-scanned",
                Verdict::NotChosen => "#i-not_chosen",
                Verdict::DependsOnStatistics => "#i-depends_on_statistics",
                Verdict::Differs => "#i-differs",
                Verdict::CannotUse => "#i-cannot_use",
                Verdict::Missing => "#i-missing",
                Verdict::Refused => "#i-refused",
                Verdict::NotApplicable => "#i-not_applicable",
            },
        }
    }
}

impl From<Severity> for Glyph {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Verdict(Verdict::Refused),
            Severity::Warning => Self::Warn,
            Severity::Info => Self::Info,
        }
    }
}

/// An icon beside a word. It is never the only carrier of a meaning, so it is hidden from assistive technology.
#[component]
pub fn Icon(glyph: Glyph, #[prop(default = "icon")] class: &'static str) -> impl IntoView {
    view! {
        <svg class=class viewBox="0 0 16 16" aria-hidden="true">
            <use href=glyph.href() />
        </svg>
    }
}
