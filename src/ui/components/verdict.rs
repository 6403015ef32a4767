//! Verdicts and outcomes: a glyph and a word, always both, in a tone.

use leptos::prelude::*;

use crate::domain::cleanup::{CleanupReport, DeleteOutcome, WithForeignKeys, WithoutForeignKeys};
use crate::domain::migration::Outcome;
use crate::domain::verdict::Verdict;
use crate::ui::{Glyph, Icon};

use crate::domain::numbers;

pub use crate::domain::tone::Tone;

/// What a badge shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    pub tone: Tone,
    pub glyph: Glyph,
    pub label: String,
}

impl Face {
    pub fn new(tone: Tone, glyph: Glyph, label: impl Into<String>) -> Self {
        Self { tone, glyph, label: label.into() }
    }

    /// An answer that nobody has asked for yet.
    pub fn unknown() -> Self {
        Self::new(Tone::Mute, Glyph::Dot, "Not asked yet")
    }
}

impl From<Verdict> for Face {
    fn from(verdict: Verdict) -> Self {
        Self::new(verdict.into(), Glyph::Verdict(verdict), verdict.label())
    }
}

impl From<Outcome> for Face {
    fn from(outcome: Outcome) -> Self {
        let verdict = match outcome {
            Outcome::AlreadyPresent => Verdict::Holds,
            Outcome::Created => Verdict::Missing,
            Outcome::Differs => Verdict::Differs,
            Outcome::Refused => Verdict::Refused,
            Outcome::NotApplicable => Verdict::NotApplicable,
        };
        Self::new(outcome.into(), Glyph::Verdict(verdict), outcome.label())
    }
}

impl From<&WithForeignKeys> for Face {
    fn from(result: &WithForeignKeys) -> Self {
        match result.outcome {
            DeleteOutcome::Ok => Self::new(Tone::Good, Glyph::Verdict(Verdict::Holds), "Works"),
            DeleteOutcome::ForeignKeyViolation | DeleteOutcome::Failed => {
                Self::new(Tone::Bad, Glyph::Verdict(Verdict::Refused), "Fails")
            }
        }
    }
}

impl From<&WithoutForeignKeys> for Face {
    fn from(result: &WithoutForeignKeys) -> Self {
        if result.error.is_some() {
            Self::new(Tone::Bad, Glyph::Verdict(Verdict::Refused), "Fails")
        } else if result.orphans.values().any(|n| *n > 0) {
            Self::new(Tone::Warn, Glyph::Warn, "Leaves orphans")
        } else {
            Self::new(Tone::Good, Glyph::Verdict(Verdict::Holds), "Works")
        }
    }
}

/// A clean-up in a few letters, for its tab: the rows that go, or that it fails.
pub fn cleanup_face(cleanup: &CleanupReport) -> Face {
    if cleanup.error.is_some() {
        return Verdict::NotApplicable.into();
    }
    match &cleanup.foreign_keys_on {
        None => Face { label: "Not run".into(), ..Face::unknown() },
        Some(result) => match Face::from(result) {
            face if face.tone == Tone::Good => Face { label: numbers::count(result.n_deleted), ..face },
            face => face,
        },
    }
}

/// Quiet by default, solid where it is the subject.
#[component]
pub fn Badge(#[prop(into)] face: Face, #[prop(optional)] solid: bool) -> impl IntoView {
    view! {
        <span class=if solid { "verdict solid" } else { "verdict" } data-tone=face.tone.name()>
            <Icon glyph=face.glyph />
            {face.label}
        </span>
    }
}

/// What stands now and what it becomes after the migration; once when nothing changes.
#[component]
pub fn Becomes(before: Verdict, after: Verdict, #[prop(optional)] solid: bool) -> impl IntoView {
    let then = (before != after).then(|| {
        view! {
            <Icon glyph=Glyph::Arrow />
            <span class="visually-hidden">" becomes "</span>
            <Badge face=after solid=solid />
        }
    });
    view! {
        <span class="becomes">
            <Badge face=before solid=solid />
            {then}
        </span>
    }
}
