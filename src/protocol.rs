//! What crosses between the page and the worker: calls tied to their answers, events and failures.
//!
//! A message is one JSON string. Dropped files travel beside it, as the browser's own `File` objects, in the order
//! in which [`Open`] names them. Every request is answered exactly once, with the request's id.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::baseline::{Baseline, BaselineComparison};
use crate::domain::benchmark::StatementComparison;
use crate::domain::bytecode::Opcode;
use crate::domain::catalogue::Catalogue;
use crate::domain::database::Database;
use crate::domain::failure::Failure;
use crate::domain::instant::Instant;
use crate::domain::integrity::{CheckDepth, IntegrityReport};
use crate::domain::measuring::Settings;
use crate::domain::monitoring::{LogPart, LoggedRun};
use crate::domain::query::Choice;
use crate::domain::repair_trial::RepairedClaim;
use crate::domain::report::Environment;
use crate::domain::row_export::RowFormat;
use crate::domain::rows::{RowWindow, RowsAsked};
use crate::domain::run::{Step, StepAnswer};
use crate::domain::value::Value;

/// Raised with every change that an older peer would misread. The worker says it in [`Event::Ready`].
pub const VERSION: u32 = 1;

pub type RequestId = u32;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope {
    pub id: RequestId,
    pub request: Request,
}

/// A 32-bit word of the memory that page and worker share, where they can: what a busy worker must hear. 0 is no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedWord {
    Cancel,
    DeclineCopy,
}

impl SharedWord {
    pub const N: u32 = 2;
}

/// From the worker to the page.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The worker listens. Nothing may be sent before.
    Ready {
        protocol_version: u32,
        environment: Environment,
        catalogue: Box<Catalogue>,
    },
    Answer {
        id: RequestId,
        result: Result<serde_json::Value, Failure>,
    },
    /// A long request goes on. `n_total` is 0 when the end is not known.
    Progress {
        id: RequestId,
        n_done: u64,
        n_total: u64,
    },
    /// The background copy of the dropped file, into memory or into a file of the browser's own. Sent without being asked.
    Promotion {
        n_copied: u64,
        n_total: u64,
        in_ram: bool,
    },
    /// There is no such copy and will be none: why, and what that means.
    NotCopied {
        words: String,
    },
}

/// A request, with the type of its answer.
pub trait Call: Into<Request> {
    type Answer: Serialize + DeserializeOwned;
}

impl Request {
    /// What goes on until it is answered.
    pub fn label(&self) -> String {
        match self {
            Self::Open(call) => format!("Opening {}", call.file_names.join(" and ")),
            Self::OpenSample(_) => "Making the sample database".into(),
            Self::Run(call) => call.step.label(),
            Self::MeasureQuery(call) => Step::MeasureQuery(call.id.clone()).label(),
            Self::CompareStatements(_) => "Comparing two statements".into(),
            Self::CountRows(call) => format!("Counting the rows of {}", call.table),
            Self::ReadRows(call) => format!("Reading rows of {}", call.asked.table),
            Self::ReadCell(call) => format!("Reading {} of {}", call.column, call.asked.table),
            Self::ExportRows(call) => format!("Writing rows of {}", call.asked.table),
            Self::JudgeRepair(_) => "Asking what the ticked changes do to the claims".into(),
            _ => "Answering a question of the page".into(),
        }
    }
}

macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? } -> $answer:ty;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Serialize, Deserialize)]
            pub struct $name { $($(#[$field_doc])* pub $field: $type),* }

            impl Call for $name {
                type Answer = $answer;
            }

            impl From<$name> for Request {
                fn from(call: $name) -> Self {
                    Self::$name(call)
                }
            }
        )*

        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Request { $($name($name)),* }
    };
}

calls! {
    /// Opens what was dropped: one database, with its `-wal` if there is one. The files themselves travel beside.
    Open {
        /// Names of all dropped files, in the order of the `File` objects.
        file_names: Vec<String>,
    } -> Database;

    /// Generates a database in the application's schema and opens it.
    OpenSample {
        n_workflows: u32,
        n_logs: u32,
        seed: u64,
        /// The instant that the newest rows stand at.
        now: Instant,
    } -> Database;

    /// Ends the background copy: the file is read where it is.
    DeclineCopy { } -> ();

    /// Sets what `'now'` means from here on.
    SetNow { now: Instant } -> ();

    /// One step of the run, which may have a time limit.
    Run { step: Step, limit_ns: Option<u64> } -> StepAnswer;

    /// How benchmarks and single queries are measured from here on.
    SetMeasuring { settings: Settings } -> ();

    /// Measures one query with the person's own parameters.
    MeasureQuery { id: String, parameters: Vec<Value> } -> StepAnswer;

    /// Previews a clean-up with a retention of the person's own, in days.
    PreviewCleanup { id: String, retention_days: u32 } -> StepAnswer;

    /// Measures two statements of the person's own in turns.
    CompareStatements {
        first: String,
        second: String,
        /// How long the first run of each may take. It is told in nanoseconds, of a total of 0, how long it has taken.
        limit_ns: Option<u64>,
    } -> StatementComparison;

    /// Compares what was measured with a baseline, by the settings of `now`. Says how many entries are compared.
    CompareBaselines { before: Box<Baseline>, now: Box<Baseline> } -> BaselineComparison;

    /// Values that the file offers for a parameter, the most frequent first.
    Choices { query: String, parameter: String } -> Vec<Choice>;

    /// The program that SQLite makes of a documented statement, on the file as dropped or after the migration.
    Bytecode { id: String, parameters: Vec<Value>, migrated: bool } -> Vec<Opcode>;

    /// Whether the file is whole. Reads every page, and tells how many were read.
    CheckIntegrity { depth: CheckDepth } -> IntegrityReport;

    /// Rows of a table. Reads an index or the table from end to end.
    CountRows { table: String } -> u64;

    /// A window of the rows of a table.
    ReadRows { asked: RowsAsked, first: u64, n: u32, reveal: bool } -> RowWindow;

    /// The whole value of one cell.
    ReadCell { asked: RowsAsked, at: u64, column: String } -> Value;

    /// Part of a file of rows.
    ExportRows { asked: RowsAsked, format: RowFormat, first: u64, n: u32, reveal: bool } -> String;

    /// Begins to read a log; its file travels beside.
    OpenLog { name: String } -> ();

    /// Reads on, or gives what was read when the person stops.
    ReadLog { max_bytes: u64, stop: bool } -> LogPart;

    /// Runs the documented query that a log calls `name` on the open database, for the log's project.
    RunLogged { name: String, project: Option<String> } -> LoggedRun;

    /// Judges every claim on the file as dropped after `changes`, which are tried on plan clones. `None` when SQLite
    /// refuses one of them.
    JudgeRepair { changes: Vec<String> } -> Option<Vec<RepairedClaim>>;

    /// Closes the database and drops every fork.
    Close { } -> ();
}
