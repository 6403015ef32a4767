//! How old the rows of a clean-up's table are, counted once: any retention is then answered without asking SQLite.

use serde::{Deserialize, Serialize};

use crate::domain::instant::Instant;

/// The largest retention that a person can ask for.
pub const MAX_RETENTION_DAYS: u32 = 10_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// What ages are counted from.
    pub now: Instant,
    /// What the rows are grouped by; one without a name where the table has no status.
    pub statuses: Vec<StatusGroup>,
    pub ages: Vec<Age>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusGroup {
    /// As it stands in the file; `None` for NULL, and where the table has no status.
    pub status: Option<String>,
    /// Whether the statement takes rows of it once they are old.
    pub finished: bool,
}

/// Rows of one status and one age.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// Position in `statuses`.
    pub status: u32,
    /// The largest retention in days with which the row is old by the instant that it names, -1 when it is with none;
    /// `None` when SQLite reads no instant in it.
    pub by_instant: Option<i32>,
    /// The same by the documented comparison; `None` when that says nothing, as of NULL.
    pub by_text: Option<i32>,
    pub n_rows: u64,
}

impl Age {
    fn is_removed(&self, retention_days: i32) -> bool {
        self.by_text.is_some_and(|days| days >= retention_days)
    }

    fn is_old(&self, retention_days: i32) -> bool {
        self.by_instant.is_some_and(|days| days >= retention_days)
    }
}

/// What becomes of the rows with one retention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// By the documented comparison.
    pub removed: u64,
    /// Of those removed, the ones that no instant says to be old.
    pub early: u64,
    /// Old by their instant, and kept by the documented comparison.
    pub missed: u64,
    /// Finished, and younger.
    pub kept: u64,
    /// Finished, and without a time that SQLite can compare.
    pub without_time: u64,
    /// Of another status: the statement never looks at their age.
    pub other: u64,
}

impl Split {
    fn add(&mut self, age: &Age, finished: bool, retention_days: i32) {
        let n = age.n_rows;
        let (removed, old) = (age.is_removed(retention_days), age.is_old(retention_days));
        match (finished, removed) {
            (false, _) => self.other += n,
            (true, true) => {
                self.removed += n;
                if !old {
                    self.early += n;
                }
            }
            (true, false) if old => self.missed += n,
            (true, false) if age.by_text.is_none() => self.without_time += n,
            (true, false) => self.kept += n,
        }
    }
}

/// Some days of the picture, with what becomes of their rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bar {
    /// Age in days of the youngest and, exclusive, of the oldest.
    pub from_days: u32,
    pub to_days: u32,
    pub split: Split,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    pub days_per_bar: u32,
    /// The oldest first; all of one width.
    pub bars: Vec<Bar>,
    /// Rows that are older than the first bar.
    pub n_older: u64,
    /// Rows whose instant lies after now.
    pub n_future: u64,
}

impl Bars {
    pub fn n_days(&self) -> u32 {
        self.bars.first().map_or(0, |bar| bar.to_days)
    }
}

impl Histogram {
    fn finished(&self, age: &Age) -> bool {
        self.statuses.get(age.status as usize).is_some_and(|group| group.finished)
    }

    pub fn split(&self, retention_days: u32) -> Split {
        let mut split = Split::default();
        self.ages.iter().for_each(|age| split.add(age, self.finished(age), signed(retention_days)));
        split
    }

    /// The same for each status that the statement takes, the most rows first.
    pub fn by_status(&self, retention_days: u32) -> Vec<(&StatusGroup, Split)> {
        let mut splits: Vec<(&StatusGroup, Split)> =
            self.statuses.iter().map(|group| (group, Split::default())).collect();
        for age in &self.ages {
            if let Some((group, split)) = splits.get_mut(age.status as usize) {
                split.add(age, group.finished, signed(retention_days));
            }
        }
        let n = |split: &Split| split.removed + split.missed + split.kept + split.without_time + split.other;
        splits.sort_by_key(|(group, split)| (!group.finished, std::cmp::Reverse(n(split))));
        splits
    }

    /// Age in days of the oldest finished row.
    pub fn oldest_days(&self) -> u32 {
        let finished = self.ages.iter().filter(|age| self.finished(age));
        finished.filter_map(|age| u32::try_from(age.by_instant?).ok()).max().unwrap_or_default()
    }

    /// At most `n_most` bars. A few rows that are far older than all the others would press those flat: they are counted
    /// beside the picture, unless the cut-off lies among them.
    pub fn bars(&self, retention_days: u32, n_most: usize) -> Bars {
        let finished: Vec<&Age> = self.ages.iter().filter(|age| self.finished(age)).collect();
        let mut by_age: Vec<(u32, u64)> =
            finished.iter().filter_map(|age| Some((u32::try_from(age.by_instant?).ok()?, age.n_rows))).collect();
        by_age.sort_unstable();
        let n_rows: u64 = by_age.iter().map(|(_, n)| n).sum();
        let mut seen = 0;
        let usual = by_age.iter().find(|(_, n)| {
            seen += n;
            seen * 100 >= n_rows * 99
        });
        let usual = usual.map_or(0, |(days, _)| days + 1);
        let n_days = if retention_days < usual.saturating_mul(2) { usual.max(retention_days + 1) } else { usual };
        let days_per_bar = days_per_bar(n_days.max(1), n_most);
        let n_bars = n_days.max(1).div_ceil(days_per_bar);
        let mut bars: Vec<Bar> = (0..n_bars)
            .map(|at| Bar { from_days: at * days_per_bar, to_days: (at + 1) * days_per_bar, split: Split::default() })
            .collect();
        let (mut n_older, mut n_future) = (0, 0);
        for age in finished {
            match age.by_instant.map(u32::try_from) {
                None => {}
                Some(Err(_)) => n_future += age.n_rows,
                Some(Ok(days)) => match bars.get_mut((days / days_per_bar) as usize) {
                    Some(bar) => bar.split.add(age, true, signed(retention_days)),
                    None => n_older += age.n_rows,
                },
            }
        }
        bars.reverse();
        Bars { days_per_bar, bars, n_older, n_future }
    }
}

fn signed(days: u32) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}

/// A number of days that a person thinks in.
fn days_per_bar(n_days: u32, n_most: usize) -> u32 {
    const USUAL: [u32; 10] = [1, 2, 3, 7, 14, 28, 91, 182, 365, 3650];
    let least = n_days.div_ceil(u32::try_from(n_most.max(1)).unwrap_or(u32::MAX));
    USUAL.into_iter().find(|days| *days >= least).unwrap_or(least)
}
