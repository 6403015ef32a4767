//! Criterion's own results beside those of the browser: the same benchmarks elsewhere, so that there is no verdict.

use super::{BaselineEntry, RanOn};
use crate::domain::criterion::CriterionResult;
use crate::domain::measuring::Estimate;

/// One benchmark here and in one of criterion's runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    pub id: String,
    /// Criterion's: `new`, `base` or a baseline's name.
    pub run: String,
    /// Medians.
    pub here: Estimate,
    pub criterion: Estimate,
    /// How many times as long it takes here; `None` where criterion saw no time.
    pub times: Option<f64>,
}

/// By id, which the documented state of a benchmark shares with criterion. What only one side has is left out.
pub fn beside_criterion(entries: &[BaselineEntry], results: &[CriterionResult]) -> Vec<Beside> {
    let pair = |result: &CriterionResult| {
        let entry = entries.iter().find(|entry| entry.of == RanOn::MadeUp && entry.id == result.id)?;
        let (here, criterion) = (entry.estimates.median, result.median);
        let times = (criterion.point_ns > 0).then(|| here.point_ns as f64 / criterion.point_ns as f64);
        Some(Beside { id: result.id.clone(), run: result.run.clone(), here, criterion, times })
    };
    results.iter().filter_map(pair).collect()
}
