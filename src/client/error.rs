//! Why a call has no answer.

use crate::domain::failure::{Failure, FailureKind};
use crate::protocol;

#[derive(Clone, Debug)]
pub enum ClientError {
    /// The worker answered with a failure.
    Failed(Failure),
    /// Cancelled by the page, before the worker could answer.
    Cancelled,
    /// The worker ended; the browser's words.
    Lost(String),
    /// The worker speaks another version.
    Protocol { worker: u32 },
    /// A message that cannot be read or written.
    Garbled(String),
}

impl ClientError {
    pub fn into_failure(self) -> Failure {
        match self {
            Self::Failed(failure) => failure,
            Self::Cancelled => Failure::new(FailureKind::Cancelled, "Cancelled"),
            Self::Lost(message) => Failure::new(FailureKind::WorkerLost, message),
            Self::Protocol { worker } => Failure::new(
                FailureKind::Protocol,
                format!("The worker speaks version {worker}, the page version {}", protocol::VERSION),
            ),
            Self::Garbled(message) => Failure::new(FailureKind::Protocol, message),
        }
    }

    /// With what the worker did when it was lost.
    pub fn during(self, label: &str) -> Self {
        match self {
            Self::Lost(message) => Self::Lost(format!("{message}. What it was doing: {label}")),
            other => other,
        }
    }

    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled)
            || matches!(self, Self::Failed(failure) if failure.kind == FailureKind::Cancelled)
    }
}
