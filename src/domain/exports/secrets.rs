//! What a report says of values that hold secrets: how long they are, and nothing else.

use crate::domain::catalogue::Catalogue;
use crate::domain::report::Report;
use crate::domain::secret::masked;

/// The report as it may leave the browser.
pub fn without_secrets(report: &Report, catalogue: &Catalogue) -> Report {
    let mut report = report.clone();
    // The name that a statement has for a value, and the column that it is compared with.
    let names = |query: &str, at: usize| {
        let documented = catalogue.query(query).and_then(|query| query.parameters.get(at));
        documented.map_or(["", ""], |documented| [&documented.name, &documented.column])
    };
    for query in &mut report.queries {
        for (at, parameter) in query.parameters.iter_mut().enumerate() {
            parameter.value = masked(std::mem::take(&mut parameter.value), names(&query.id, at));
        }
    }
    for benchmark in &mut report.file_benchmarks {
        for (at, value) in benchmark.parameters.iter_mut().enumerate() {
            *value = masked(std::mem::take(value), names(&benchmark.query, at));
        }
    }
    report
}
