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
    /// Medians; `None` where it was not measured here.
    pub here: Option<Estimate>,
    pub criterion: Estimate,
    /// How many times as long it takes here; `None` also where criterion saw no time.
    pub times: Option<f64>,
}

/// All of criterion's results. The documented state of a benchmark shares criterion's id.
pub fn beside_criterion(entries: &[BaselineEntry], results: &[CriterionResult]) -> Vec<Beside> {
    let pair = |result: &CriterionResult| {
        let entry = entries.iter().find(|entry| entry.of == RanOn::MadeUp && entry.id == result.id);
        let (here, criterion) = (entry.map(|entry| entry.estimates.median), result.median);
        let times =
            here.filter(|_| criterion.point_ns > 0).map(|here| here.point_ns as f64 / criterion.point_ns as f64);
        Beside { id: result.id.clone(), run: result.run.clone(), here, criterion, times }
    };
    results.iter().map(pair).collect()
}
