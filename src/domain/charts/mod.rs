//! Pictures of what was measured, as SVG text: the page and the HTML report draw the same ones.
//!
//! No colours and no inline styles: marks have classes that `style/charts.css` knows, as the page's content security
//! policy asks. Every picture has a title and a description, and a table of its data beside it.
//!
//! One picture is one file. Each takes an id that begins those inside, so that two on one page do not share any, and
//! its width in pixels: text is 12 of them, so that a narrow picture is drawn anew and not scaled. `svg` writes
//! elements, `scale` turns figures into pixels, `frame` draws axes, `labels` keeps text apart.

mod ages;
mod change;
mod density;
mod frame;
mod growth;
mod histogram;
mod labels;
mod limit;
mod pool_use;
mod regression;
mod rows_returned;
mod scale;
mod scatter;
mod svg;
mod timeline;
mod violins;
mod waiting;

pub use ages::{ages, ages_caption, ages_table};
pub use change::change;
pub use density::{density, density_table};
pub use growth::{Measure, growth, growth_table, growth_words};
pub use histogram::{histogram, histogram_table};
pub use labels::spread;
pub use limit::limit;
pub use pool_use::{pool_use, pool_use_table};
pub use regression::regression;
pub use rows_returned::{rows_returned, rows_returned_table};
pub use scatter::{scatter, scatter_table};
pub use timeline::{timeline, timeline_table};
pub use violins::{Violin, violins};
pub use waiting::{waiting, waiting_table};

use super::measuring::{Fences, Label, Samples};

/// Below this, labels go above the picture and not beside it.
const NARROW_BELOW: f64 = 480.0;

/// What a picture shows, for a table behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataTable {
    pub headers: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl DataTable {
    fn new(headers: &[&str]) -> Self {
        Self { headers: headers.iter().map(|header| (*header).to_owned()).collect(), rows: Vec::new() }
    }
}

/// The samples without severe outliers, and how many of those there are: one sample that took a hundred times as long
/// would press all the others into one line. Nothing is left out of samples whose middle half are all equal.
fn without_severe(samples: &Samples) -> (Samples, usize) {
    let values = samples.per_iteration_ns();
    let fences = Fences::of(&values);
    if fences.low_mild >= fences.high_mild {
        return (samples.clone(), 0);
    }
    let mut kept = Samples::new(samples.sampling_mode);
    for ((iterations, time_ns), value) in samples.pairs().zip(&values) {
        if !matches!(fences.label(*value), Label::LowSevere | Label::HighSevere) {
            kept.push(iterations, time_ns);
        }
    }
    let n_left_out = samples.len() - kept.len();
    (kept, n_left_out)
}

/// `; 2 severe outliers lie beyond`, or nothing.
fn left_out_words(n: usize) -> String {
    match n {
        0 => String::new(),
        n => format!("; {} beyond", super::numbers::counted(n as u64, "severe outlier lies", "severe outliers lie")),
    }
}

/// The same below an axis, where there is less room.
fn beyond(n: usize) -> String {
    match n {
        0 => String::new(),
        n => format!("; {} beyond", super::numbers::counted(n as u64, "outlier", "outliers")),
    }
}

/// Least and largest; `None` without values or when one is no number.
fn extent(values: impl IntoIterator<Item = f64>) -> Option<[f64; 2]> {
    values.into_iter().try_fold(None, |found: Option<[f64; 2]>, value| {
        let [least, most] = found.unwrap_or([value, value]);
        value.is_finite().then_some(Some([least.min(value), most.max(value)]))
    })?
}
