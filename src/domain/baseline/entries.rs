//! What of a report goes into a baseline.

use super::{BaselineEntry, RanOn, hash};
use crate::domain::benchmark::Indexes;
use crate::domain::measuring::Samples;
use crate::domain::numbers::counted;
use crate::domain::query::Cost;
use crate::domain::report::Report;
use crate::domain::value::Value;

/// What was measured with too few samples for an interval is left out: a comparison would say nothing either.
pub(super) fn entries(report: &Report) -> Vec<BaselineEntry> {
    let mut entries = Vec::new();
    let mut add = |id: String, of: RanOn, samples: &Samples, cost: &Cost, values: &[Value]| {
        if let Some(estimates) = cost.estimates.clone().filter(|_| !samples.is_empty()) {
            let id = unique(id, &entries);
            let values_hash = hash(values.iter().map(Value::literal));
            let settings = cost.settings.clone();
            entries.push(BaselineEntry { id, of, samples: samples.clone(), estimates, settings, values_hash });
        }
    };
    for benchmark in &report.benchmarks {
        for state in &benchmark.states {
            let id = format!("{}{}", benchmark.id, suffix(state.indexes));
            add(id, RanOn::MadeUp, &state.samples, &state.cost, &[]);
        }
    }
    for benchmark in &report.file_benchmarks {
        let n_alike = report.file_benchmarks.iter().filter(|other| other.group == benchmark.group).count();
        let rows = match n_alike {
            1 => String::new(),
            _ => format!(", {}", counted(benchmark.before.cost.n_rows, "row", "rows")),
        };
        for (side, state) in [(&benchmark.before, "as dropped"), (&benchmark.after, "after the migration")] {
            let id = format!("{}{rows} (this file, {state})", benchmark.group);
            add(id, RanOn::File, &side.samples, &side.cost, &benchmark.parameters);
        }
    }
    for query in &report.queries {
        let values: Vec<Value> = query.parameters.iter().map(|parameter| parameter.value.clone()).collect();
        let before = (&query.before, &query.samples_before, "");
        let after = (&query.after, &query.samples_after, " (after the migration)");
        for (cost, samples, state) in [before, after] {
            if let Some(cost) = cost {
                add(format!("{}{state}", query.id), RanOn::File, samples, cost, &values);
            }
        }
    }
    entries
}

/// Two projects of as many rows are told apart by their order.
fn unique(id: String, entries: &[BaselineEntry]) -> String {
    let is_taken = |id: &str| entries.iter().any(|entry| entry.id == id);
    let numbered = (1..).map(|n| if n == 1 { id.clone() } else { format!("{id} {n}") });
    let mut free = numbered.filter(|id| !is_taken(id));
    free.next().unwrap_or_default()
}

/// The documented state bears criterion's own id, for that is what the guide's benchmarks measure.
fn suffix(indexes: Indexes) -> &'static str {
    match indexes {
        Indexes::Documented => "",
        Indexes::Without => " (without the migration)",
        Indexes::Repaired => " (repaired)",
    }
}
