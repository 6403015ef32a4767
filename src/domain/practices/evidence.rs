//! Two ways as they were measured, and how the second stands to the first.

use super::{Attempt, Figure, Metric, Trial};
use crate::domain::measuring::{Change, ChangeVerdict};
use crate::domain::numbers::{count, counted, duration};
use crate::domain::plan::PlanRow;
use crate::domain::query::Cost;
use crate::domain::work::Work;

/// One way: what was run, how SQLite went about it, and what that took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Way {
    pub sql: String,
    pub plan: Vec<PlanRow>,
    pub cost: Cost,
}

/// Both ways, measured in turns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    pub before: Way,
    pub after: Way,
    pub change: Option<Change>,
}

/// How the second way stands to the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Less,
    Same,
    More,
}

impl Effect {
    /// By the counters, which do not vary between runs.
    pub fn on_work(before: &Cost, after: &Cost) -> Self {
        let work = |cost: &Cost| Work { vm_steps: cost.vm_steps, pages_read: cost.pages_read };
        let (before, after) = (work(before), work(after));
        if before.is_more_than(after) {
            Self::Less
        } else if after.is_more_than(before) {
            Self::More
        } else {
            Self::Same
        }
    }

    /// By the clock. What is undecided or was not measured is no difference that could be relied on.
    pub fn on_time(change: Option<&Change>) -> Self {
        match change.map(|change| change.verdict) {
            Some(ChangeVerdict::Improved) => Self::Less,
            Some(ChangeVerdict::Regressed) => Self::More,
            Some(ChangeVerdict::WithinNoise | ChangeVerdict::Undecided) | None => Self::Same,
        }
    }
}

impl Way {
    /// `120 µs, 1,200 VM steps and 30 pages`.
    pub fn took(&self) -> String {
        format!(
            "{}, {} VM steps and {}",
            duration(self.cost.median_ns).text(),
            count(self.cost.vm_steps),
            counted(self.cost.pages_read, "page", "pages")
        )
    }

    fn attempt(&self, label: &str) -> Attempt {
        Attempt {
            label: label.into(),
            sql: self.sql.clone(),
            plan: self.plan.clone(),
            median: self.cost.estimates.as_ref().map(|estimates| estimates.median),
            n_samples: self.cost.n_samples,
        }
    }
}

impl Comparison {
    pub fn effect_on_work(&self) -> Effect {
        Effect::on_work(&self.before.cost, &self.after.cost)
    }

    pub fn trial(&self, title: impl Into<String>, labels: [&str; 2]) -> Trial {
        let [before, after] = labels;
        let figure = |metric, of: fn(&Cost) -> u64| Figure {
            metric,
            before: Some(of(&self.before.cost)),
            after: Some(of(&self.after.cost)),
        };
        Trial {
            title: title.into(),
            before: self.before.attempt(before),
            after: self.after.attempt(after),
            figures: vec![
                figure(Metric::MedianNs, |cost| cost.median_ns),
                figure(Metric::FirstRunNs, |cost| cost.first_run_ns),
                figure(Metric::Rows, |cost| cost.n_rows),
                figure(Metric::VmSteps, |cost| cost.vm_steps),
                figure(Metric::FullscanSteps, |cost| cost.fullscan_steps),
                figure(Metric::Sorts, |cost| cost.sorts),
                figure(Metric::PagesRead, |cost| cost.pages_read),
            ],
            change: self.change.clone(),
        }
    }
}
