//! In what two baselines were taken differently, so that their times do not tell of the database alone.

use serde::{Deserialize, Serialize};

use super::{Baseline, BaselineEntry, Machine, RanOn};
use crate::domain::measuring::Settings;
use crate::domain::numbers::{bytes, count, duration};

/// What times depend on beside the statement and its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Circumstance {
    Browser,
    SqliteVersion,
    Machine,
    /// The clock's smallest step, and whether the page is cross-origin isolated.
    Clock,
    Settings,
    File,
    /// Those that were bound to a statement's parameters.
    Values,
}

/// One circumstance that is not the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub circumstance: Circumstance,
    /// `The browser is Firefox 132, it was Chrome 131.`
    pub words: String,
}

impl Difference {
    /// Whether measurements of this kind cannot be compared for it. Another file means nothing for made-up data.
    pub fn voids(&self, of: RanOn) -> bool {
        self.circumstance != Circumstance::File || of == RanOn::File
    }

    /// Names those of `n_all` measurements that it concerns, where they are not all.
    pub(super) fn concerning(mut self, ids: &[&str], n_all: usize) -> Self {
        match (ids, ids.len() == n_all) {
            (_, true) | ([], _) => {}
            ([first], _) => self.words.push_str(&format!(" That concerns {first}.")),
            ([first, others @ ..], _) => {
                self.words.push_str(&format!(" That concerns {first} and {} more.", others.len()));
            }
        }
        self
    }
}

/// Whether nothing stands against comparing such measurements.
pub fn comparable(of: RanOn, differences: &[Difference]) -> bool {
    !differences.iter().any(|difference| difference.voids(of))
}

/// The clock's step is measured, and so is never quite the same; it doubles when it is another one.
const OTHER_CLOCK: u64 = 2;

/// Of everything that was measured in both, in words, `before` being the older one.
pub fn differences(before: &Baseline, now: &Baseline) -> Vec<Difference> {
    let (old, new) = (&before.environment, &now.environment);
    let mut found = Vec::new();
    let mut add = |circumstance, words: String| found.push(Difference { circumstance, words });
    if old.user_agent != new.user_agent {
        let (was, is) = (browser(&old.user_agent), browser(&new.user_agent));
        let words = if was == is {
            format!(
                "The browser is another build of {is}, or on another system: {}, it was {}.",
                new.user_agent, old.user_agent
            )
        } else {
            format!("The browser is {is}, it was {was}.")
        };
        add(Circumstance::Browser, words);
    }
    if old.sqlite_version != new.sqlite_version {
        let words = format!("SQLite is {}, it was {}.", new.sqlite_version, old.sqlite_version);
        add(Circumstance::SqliteVersion, words);
    }
    if before.machine != now.machine {
        let words = format!("The machine is {}, it was {}.", machine(&now.machine), machine(&before.machine));
        add(Circumstance::Machine, words);
    }
    let (was, is) = (old.clock_granularity_ns, new.clock_granularity_ns);
    if was.max(is) >= was.min(is).saturating_mul(OTHER_CLOCK) && was != is {
        let words = format!("The clock steps by {}, it did by {}.", duration(is).text(), duration(was).text());
        add(Circumstance::Clock, words);
    } else if old.cross_origin_isolated != new.cross_origin_isolated {
        let words = if new.cross_origin_isolated {
            "The page is cross-origin isolated, which sharpens the clock; it was not."
        } else {
            "The page is not cross-origin isolated, which blurs the clock; it was."
        };
        add(Circumstance::Clock, words.into());
    }
    if let Some(words) = file(before, now) {
        add(Circumstance::File, words);
    }
    found
}

/// Of one measurement: samples that were taken otherwise, or other values.
pub(super) fn own_differences(
    before: (&Baseline, &BaselineEntry),
    now: (&Baseline, &BaselineEntry),
) -> Vec<Difference> {
    let in_force = |(baseline, entry): (&Baseline, &BaselineEntry)| {
        entry.settings.clone().unwrap_or_else(|| baseline.settings.clone())
    };
    let otherwise = settings(&in_force(before), &in_force(now));
    let otherwise = otherwise.map(|words| Difference { circumstance: Circumstance::Settings, words });
    let (was, is) = (&before.1.values_hash, &now.1.values_hash);
    let other_values = (was != is && !was.is_empty() && !is.is_empty())
        .then(|| Difference { circumstance: Circumstance::Values, words: "Other values were bound.".into() });
    otherwise.into_iter().chain(other_values).collect()
}

/// `Chrome 131` out of `Mozilla/5.0 (X11; Linux x86_64) … Chrome/131.0.0.0 Safari/537.36`; the whole text where
/// nothing in it is known. Most browsers name others too, so that the order counts.
pub fn browser(user_agent: &str) -> String {
    const NAMES: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Version/", "Safari"),
    ];
    let found = NAMES.iter().find_map(|(mark, name)| {
        let (_, rest) = user_agent.split_once(mark)?;
        let version: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (!version.is_empty()).then(|| format!("{name} {version}"))
    });
    match found {
        Some(found) => found,
        None if user_agent.is_empty() => "unknown".into(),
        None => user_agent.into(),
    }
}

/// `one with 8 cores, 16 GiB, Linux x86_64`.
fn machine(machine: &Machine) -> String {
    let cores = machine.n_logical_cores.map(|n| match n {
        1 => "1 core".to_owned(),
        n => format!("{n} cores"),
    });
    let memory = machine.memory_gib.map(|gib| format!("{gib} GiB"));
    let known: Vec<String> = [cores, memory, machine.platform.clone()].into_iter().flatten().collect();
    if known.is_empty() { "unknown".into() } else { format!("one with {}", known.join(", ")) }
}

/// Of what decides how samples are taken. How they are looked at afterwards changes nothing in them.
fn settings(before: &Settings, now: &Settings) -> Option<String> {
    let counts = |name: &str, was: u32, is: u32| {
        (was != is).then(|| format!("{name} {}, it was {}", count(u64::from(is)), count(u64::from(was))))
    };
    let times = |name: &str, was: u64, is: u64| {
        (was != is).then(|| format!("{name} {}, it was {}", duration(is).text(), duration(was).text()))
    };
    let found: Vec<String> = [
        counts("the number of samples is", before.n_samples, now.n_samples),
        counts("the least number of samples is", before.min_samples, now.min_samples),
        times("the warm-up takes", before.warm_up_ns, now.warm_up_ns),
        times("the budget is", before.budget_ns, now.budget_ns),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!found.is_empty()).then(|| format!("Measured with other settings: {}.", found.join("; ")))
}

/// Its name alone says nothing: a copy may have another one.
fn file(before: &Baseline, now: &Baseline) -> Option<String> {
    let (was, is) = (&before.file, &now.file);
    let renamed = super::FileFingerprint { file_name: was.file_name.clone(), ..is.clone() };
    if renamed == *was {
        return None;
    }
    let what = if was.bytes != is.bytes {
        format!(
            "{} of {}, it was {} of {}",
            is.file_name,
            bytes(is.bytes).text(),
            was.file_name,
            bytes(was.bytes).text()
        )
    } else if was.schema_hash != is.schema_hash {
        format!("{} with another schema than {} had", is.file_name, was.file_name)
    } else {
        format!("{} with other contents than {} had", is.file_name, was.file_name)
    };
    Some(format!("The file is {what}."))
}
