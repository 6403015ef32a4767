//! What of a report goes into a baseline.

use super::{BaselineEntry, RanOn};
use crate::domain::benchmark::Indexes;
use crate::domain::measuring::{Estimates, Samples};
use crate::domain::report::Report;

/// What was measured with too few samples for an interval is left out: a comparison would say nothing either.
pub(super) fn entries(report: &Report) -> Vec<BaselineEntry> {
    let mut entries = Vec::new();
    let mut add = |id: String, of: RanOn, samples: &Samples, estimates: Option<&Estimates>| {
        if let Some(estimates) = estimates.filter(|_| !samples.is_empty()) {
            entries.push(BaselineEntry { id, of, samples: samples.clone(), estimates: estimates.clone() });
        }
    };
    for benchmark in &report.benchmarks {
        for state in &benchmark.states {
            let id = format!("{}{}", benchmark.id, suffix(state.indexes));
            add(id, RanOn::MadeUp, &state.samples, state.cost.estimates.as_ref());
        }
    }
    for benchmark in &report.file_benchmarks {
        for (side, state) in [(&benchmark.before, "as dropped"), (&benchmark.after, "after the migration")] {
            let id = format!("{} (this file, {state})", benchmark.group);
            add(id, RanOn::File, &side.samples, side.cost.estimates.as_ref());
        }
    }
    for query in &report.queries {
        let before = (&query.before, &query.samples_before, "");
        let after = (&query.after, &query.samples_after, " (after the migration)");
        for (cost, samples, state) in [before, after] {
            let estimates = cost.as_ref().and_then(|cost| cost.estimates.as_ref());
            add(format!("{}{state}", query.id), RanOn::File, samples, estimates);
        }
    }
    entries
}

/// The documented state bears criterion's own id, for that is what the guide's benchmarks measure.
fn suffix(indexes: Indexes) -> &'static str {
    match indexes {
        Indexes::Documented => "",
        Indexes::Without => " (without the migration)",
        Indexes::Repaired => " (repaired)",
    }
}
