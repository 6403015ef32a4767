//! Several sets of samples on one scale.

use crate::domain::measuring::{self, Samples, median_ns};

use super::axis::{Axis, Scale, range, time};
use super::svg::{Anchor, Svg};

/// One of them.
pub struct Violin<'a> {
    pub label: &'a str,
    /// `before` or `after`: grey or blue.
    pub class: &'static str,
    pub samples: &'a Samples,
}

const ROW: f64 = 58.0;

/// `None` without samples.
pub fn violins(id: &str, width: f64, violins: &[Violin<'_>]) -> Option<String> {
    let values: Vec<Vec<f64>> = violins.iter().map(|violin| violin.samples.per_iteration_ns()).collect();
    let (least, most) = range(values.iter().flatten().copied())?;
    let left = 12.0;
    let bottom = ROW * violins.len() as f64 + 6.0;
    let pad = (most - least) * 0.06;
    let xs = Axis::new(Scale::Linear, ((least - pad).max(0.0), most + pad), (left, width - 12.0));
    let median = |values: &[f64]| median_ns(&values.iter().map(|ns| ns.round() as u64).collect::<Vec<_>>());
    let medians: Vec<Option<u64>> = values.iter().map(|values| median(values)).collect();
    let said = violins.iter().zip(&medians).filter_map(|(violin, median)| Some((violin.label, (*median)?)));
    let description: Vec<String> =
        said.map(|(label, median)| format!("{label}: median {}", time(median as f64))).collect();
    let mut svg = Svg::new(id, width, bottom + 40.0, "Samples side by side", &format!("{}.", description.join("; ")));
    for tick in xs.ticks((width / 130.0) as usize) {
        svg.line("grid", (xs.at(tick), 6.0), (xs.at(tick), bottom));
        svg.text("", (xs.at(tick), bottom + 18.0), Anchor::Middle, &time(tick));
    }
    svg.line("axis", (left, bottom), (width - 12.0, bottom));
    for (at, (violin, median)) in violins.iter().zip(&medians).enumerate() {
        let middle = ROW * at as f64 + 40.0;
        svg.text("strong", (left, middle - 20.0), Anchor::Start, violin.label);
        if let Some(curve) = measuring::density(violin.samples, 120) {
            let highest = range(curve.ys.iter().copied())?.1;
            let half = |y: f64| 15.0 * y / highest;
            let places = || curve.xs.iter().zip(&curve.ys).map(|(x, y)| (xs.at(*x), half(*y)));
            let upper = places().map(|(x, half)| (x, middle - half));
            let lower = places().map(|(x, half)| (x, middle + half)).rev();
            svg.polygon(violin.class, &upper.chain(lower).collect::<Vec<_>>());
        }
        if let Some(median) = median {
            let x = xs.at(*median as f64);
            svg.line("strong-line", (x, middle - 15.0), (x, middle + 15.0));
        }
    }
    svg.text("mid", (width / 2.0, bottom + 36.0), Anchor::Middle, "time of one iteration, line at the median");
    Some(svg.finish())
}
