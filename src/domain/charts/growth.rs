//! A query on growing tables, both axes logarithmic: a scan rises with its table, a search hardly does.

use crate::domain::benchmark::{Growth, GrowthCurve, GrowthPoint, Indexes};
use crate::domain::numbers;

use super::axis::{Axis, Scale, range, time};
use super::svg::{Anchor, Svg};

/// What grows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Time,
    Pages,
}

impl Measure {
    fn of(self, point: &GrowthPoint) -> f64 {
        match self {
            Self::Time => point.median.point_ns as f64,
            Self::Pages => point.pages_read as f64,
        }
    }

    fn text(self, figure: f64) -> String {
        match self {
            Self::Time => time(figure),
            Self::Pages => numbers::count(figure.round() as u64),
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Time => "Median time over rows",
            Self::Pages => "Pages read over rows",
        }
    }

    fn exponent(self, curve: &GrowthCurve) -> Option<f64> {
        let fit = match self {
            Self::Time => curve.time_fit,
            Self::Pages => curve.pages_fit,
        };
        fit.map(|fit| fit.slope)
    }
}

/// Labels at the ends of curves keep at least this distance.
const LABEL: f64 = 30.0;

fn classes(indexes: Indexes) -> (&'static str, &'static str) {
    match indexes {
        Indexes::Without => ("before-line dashed", "hollow"),
        Indexes::Documented => ("before-line", "before"),
        Indexes::Repaired => ("after-line", "after"),
    }
}

/// `None` without points.
pub fn growth(id: &str, width: f64, growth: &Growth, measure: Measure) -> Option<String> {
    let points = || growth.curves.iter().flat_map(|curve| &curve.points);
    let rows = range(points().map(|point| point.n_rows as f64))?;
    let figures = range(points().map(|point| measure.of(point)).filter(|figure| *figure > 0.0))?;
    let (height, left, bottom, right) = (280.0, 70.0, 230.0, width - 130.0);
    let xs = Axis::new(Scale::Logarithmic, rows, (left, right));
    let ys = Axis::new(Scale::Logarithmic, figures, (bottom, 14.0));
    let sentence = |curve: &GrowthCurve| {
        let (first, last) = (curve.points.first()?, curve.points.last()?);
        Some(format!(
            "{}: from {} at {} rows to {} at {} rows",
            curve.indexes.label(),
            measure.text(measure.of(first)),
            numbers::count(first.n_rows),
            measure.text(measure.of(last)),
            numbers::count(last.n_rows)
        ))
    };
    let description: Vec<String> = growth.curves.iter().filter_map(sentence).collect();
    let mut svg = Svg::new(id, width, height, measure.title(), &format!("{}.", description.join("; ")));
    for tick in ys.ticks(6) {
        svg.line("grid", (left, ys.at(tick)), (right, ys.at(tick)));
        svg.text("", (left - 8.0, ys.at(tick) + 4.0), Anchor::End, &measure.text(tick));
    }
    for tick in xs.ticks(((right - left) / 70.0) as usize) {
        svg.line("grid", (xs.at(tick), 14.0), (xs.at(tick), bottom));
        svg.text("", (xs.at(tick), bottom + 18.0), Anchor::Middle, &numbers::count(tick.round() as u64));
    }
    svg.line("axis", (left, bottom), (right, bottom));
    let mut ends = Vec::new();
    for curve in &growth.curves {
        let (line, dot) = classes(curve.indexes);
        let places: Vec<(f64, f64)> =
            curve.points.iter().map(|point| (xs.at(point.n_rows as f64), ys.at(measure.of(point)))).collect();
        svg.polyline(line, &places);
        places.iter().for_each(|place| svg.circle(dot, *place, 3.5));
        if let Some((x, y)) = places.last() {
            ends.push((*x, *y, curve));
        }
    }
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut free = 0.0_f64;
    // From the top down, and no lower than leaves room for those below.
    for (at, (x, y, curve)) in ends.iter().enumerate() {
        let below = (ends.len() - 1 - at) as f64 * LABEL;
        let y = y.max(free).min(bottom - below).max(free);
        free = y + LABEL;
        svg.text("strong", (x + 12.0, y), Anchor::Start, short(curve.indexes));
        if let Some(exponent) = measure.exponent(curve) {
            svg.text("mid", (x + 12.0, y + 15.0), Anchor::Start, &format!("\u{221d} rows^{exponent:.2}"));
        }
    }
    let tables = format!("rows of {}", growth.tables.join(", each of "));
    svg.text("mid", ((left + right) / 2.0, height - 6.0), Anchor::Middle, &tables);
    Some(svg.finish())
}

fn short(indexes: Indexes) -> &'static str {
    match indexes {
        Indexes::Without => "Without",
        Indexes::Documented => "Documented",
        Indexes::Repaired => "Repaired",
    }
}
