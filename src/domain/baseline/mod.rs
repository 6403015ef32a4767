//! Measurements to compare later ones with, as a file that a person keeps: what was measured, and under which
//! circumstances. Times that were taken elsewhere or otherwise are shown beside each other without a verdict.

mod beside_criterion;
mod comparison;
mod difference;
mod entries;
mod file;
mod words;

pub use beside_criterion::{Beside, beside_criterion};
pub use comparison::{BaselineComparison, ComparingBaselines, Comparison};
pub use difference::{Circumstance, Difference, browser, comparable, differences};

use serde::{Deserialize, Serialize};

use super::database::Database;
use super::failure::FailureKind;
use super::instant::Instant;
use super::measuring::{Estimates, Samples, Settings};
use super::report::{Environment, Report};
use super::saved::Format;

pub const FORMAT: &str = "cortex-inspector-baseline";
pub const VERSION: u32 = 1;

pub const SAVED: Format = Format { noun: "baseline", name: FORMAT, version: VERSION, kind: FailureKind::NotBaseline };

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    pub format: String,
    pub version: u32,
    /// As a person named it.
    pub name: String,
    pub saved_at: Instant,
    pub environment: BaselineEnvironment,
    pub machine: Machine,
    /// In force when it was saved. How samples were taken stands with each entry.
    pub settings: Settings,
    pub file: FileFingerprint,
    pub entries: Vec<BaselineEntry>,
}

/// What the times depend on, of the report's environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BaselineEnvironment {
    pub sqlite_version: String,
    pub user_agent: String,
    pub cross_origin_isolated: bool,
    pub clock_granularity_ns: u64,
}

/// As much as a browser tells of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    pub n_logical_cores: Option<u32>,
    /// Rounded by the browser.
    pub memory_gib: Option<f64>,
    pub platform: Option<String>,
}

/// Enough to see that another file was dropped, and next to nothing of what it holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileFingerprint {
    pub file_name: String,
    pub bytes: u64,
    pub page_size: u32,
    pub page_count: u64,
    pub freelist_count: u64,
    pub wal_frames: u64,
    pub has_statistics: bool,
    /// Of the statements that make its tables, indexes and triggers, in hexadecimal.
    pub schema_hash: String,
}

/// What a measurement ran on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RanOn {
    /// The guide's data, which is the same everywhere.
    MadeUp,
    /// The dropped file.
    File,
}

/// One measurement in one state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaselineEntry {
    /// `find_by_project/10`, `find_by_project/10 (without the migration)`; no two entries share one.
    pub id: String,
    pub of: RanOn,
    pub samples: Samples,
    pub estimates: Estimates,
    /// In force when it was measured; `None` in older baselines.
    #[serde(default)]
    pub settings: Option<Settings>,
    /// Of the values that were bound, none of which is kept; empty in older baselines.
    #[serde(default)]
    pub values_hash: String,
}

impl Baseline {
    /// Of everything in the report that was measured with enough samples to say something.
    pub fn of(report: &Report, settings: Settings, machine: Machine, name: &str, saved_at: Instant) -> Self {
        Self {
            format: FORMAT.into(),
            version: VERSION,
            name: name.into(),
            saved_at,
            environment: (&report.environment).into(),
            machine,
            settings,
            file: (&report.database).into(),
            entries: entries::entries(report),
        }
    }

    pub fn entry(&self, id: &str) -> Option<&BaselineEntry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// Pretty-printed JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl From<&Environment> for BaselineEnvironment {
    fn from(environment: &Environment) -> Self {
        Self {
            sqlite_version: environment.sqlite_version.clone(),
            user_agent: environment.user_agent.clone(),
            cross_origin_isolated: environment.cross_origin_isolated,
            clock_granularity_ns: environment.clock_granularity_ns,
        }
    }
}

impl From<&Database> for FileFingerprint {
    fn from(database: &Database) -> Self {
        Self {
            file_name: database.file_name.clone(),
            bytes: database.bytes,
            page_size: database.page_size,
            page_count: database.page_count,
            freelist_count: database.freelist_count,
            wal_frames: database.wal_frames,
            has_statistics: database.has_statistics,
            schema_hash: schema_hash(database),
        }
    }
}

fn schema_hash(database: &Database) -> String {
    let of_table = |table: &super::database::Table| {
        let indexes = table.indexes.iter().map(|index| index.sql.clone().unwrap_or_else(|| index.name.clone()));
        let triggers = table.triggers.iter().map(|trigger| trigger.sql.clone());
        let own = table.sql.clone().unwrap_or_else(|| table.name.clone());
        std::iter::once(own).chain(indexes).chain(triggers).collect::<Vec<_>>()
    };
    hash(database.tables.iter().flat_map(of_table).chain(database.views.iter().cloned()))
}

/// FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo, 1991): not to keep anything secret, only to see a difference.
fn hash(parts: impl Iterator<Item = String>) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.flat_map(|part| part.into_bytes().into_iter().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}
