//! How good an answer is, as the style sheets know it.

use super::measuring::ChangeVerdict;
use super::migration::Outcome;
use super::report_difference::Direction;
use super::verdict::Verdict;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Warn,
    Bad,
    Info,
    Mute,
}

impl Tone {
    /// `data-tone` of the page, a class of the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
            Self::Mute => "mute",
        }
    }
}

impl From<Verdict> for Tone {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Holds => Self::Good,
            Verdict::Scanned | Verdict::NotChosen | Verdict::Differs => Self::Warn,
            Verdict::CannotUse | Verdict::Missing | Verdict::Refused => Self::Bad,
            Verdict::DependsOnStatistics => Self::Info,
            Verdict::NotApplicable => Self::Mute,
        }
    }
}

impl From<Outcome> for Tone {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::AlreadyPresent => Self::Good,
            Outcome::Created | Outcome::Refused => Self::Bad,
            Outcome::Differs => Self::Warn,
            Outcome::NotApplicable => Self::Mute,
        }
    }
}

impl From<ChangeVerdict> for Tone {
    fn from(verdict: ChangeVerdict) -> Self {
        match verdict {
            ChangeVerdict::Improved => Self::Good,
            ChangeVerdict::Regressed => Self::Bad,
            ChangeVerdict::WithinNoise => Self::Mute,
            ChangeVerdict::Undecided => Self::Info,
        }
    }
}

impl From<Direction> for Tone {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Better => Self::Good,
            Direction::Worse => Self::Bad,
            Direction::Other => Self::Mute,
        }
    }
}
