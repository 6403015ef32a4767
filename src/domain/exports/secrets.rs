//! What a report says of values that hold secrets: how long they are, and nothing else.

use crate::domain::catalogue::Catalogue;
use crate::domain::database::is_secret_column;
use crate::domain::numbers::counted;
use crate::domain::report::Report;
use crate::domain::value::Value;

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
            mask(&mut parameter.value, names(&query.id, at));
        }
    }
    for benchmark in &mut report.file_benchmarks {
        for (at, value) in benchmark.parameters.iter_mut().enumerate() {
            mask(value, names(&benchmark.query, at));
        }
    }
    report
}

/// In the place of a value of which one of `names` tells that it is secret.
fn mask(value: &mut Value, names: [&str; 2]) {
    if *value != Value::Null && names.into_iter().any(is_secret_column) {
        *value = Value::Text(format!("masked, {}", counted(value.n_bytes() as u64, "byte", "bytes")));
    }
}
