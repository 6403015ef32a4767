//! How a query grows with its tables, both axes logarithmic: a straight line there is a power of the rows.

use super::frame::{FOOT, Frame, GAP, LINE};
use super::labels::{spread, strong_width, text_width};
use super::scale::{self, Scale, log_ticks};
use super::svg::{Anchor, Point, Svg};
use super::{DataTable, NARROW_BELOW, extent};
use crate::domain::benchmark::{Growth, GrowthCurve, GrowthPoint, Indexes};
use crate::domain::measuring::fit_power;
use crate::domain::numbers::{count, duration};
use crate::domain::words::list;

/// What grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    pub fn noun(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Pages => "pages",
        }
    }

    /// Rows and what they cost, ascending, where both have a logarithm.
    pub fn points(self, curve: &GrowthCurve) -> Vec<(f64, f64)> {
        let points = curve.points.iter().map(|point| (point.n_rows as f64, self.of(point)));
        points.filter(|(rows, cost)| *rows > 0.0 && *cost > 0.0).collect()
    }

    fn label(self) -> fn(f64) -> String {
        match self {
            Self::Time => scale::time,
            Self::Pages => scale::count,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Time => "Median time over rows",
            Self::Pages => "Pages read over rows",
        }
    }

    /// With its unit where it has one.
    fn text(self, value: f64) -> String {
        match self {
            Self::Time => duration(value.round() as u64).text(),
            Self::Pages => crate::domain::numbers::counted(value.round() as u64, "page", "pages"),
        }
    }
}

const PLOT: f64 = 248.0;
/// A name and what it does, beside the end of its line.
const LABEL: f64 = 2.0 * LINE + 4.0;

/// One curve, ready to be drawn.
struct Line {
    name: &'static str,
    words: String,
    indexes: Indexes,
    /// Rows and what they cost.
    points: Vec<(f64, f64)>,
}

/// With a mark at the number of rows that the dropped file has. `None` without points that have a logarithm.
pub fn growth(id: &str, width: f64, growth: &Growth, measure: Measure, this_file: Option<u64>) -> Option<String> {
    let lines: Vec<Line> = growth.curves.iter().filter_map(|curve| line(curve, measure)).collect();
    let points = || lines.iter().flat_map(|line| line.points.iter().copied());
    let this_file = this_file.filter(|n_rows| *n_rows > 0);
    let rows = extent(points().map(|point| point.0).chain(this_file.map(|n_rows| n_rows as f64)))?;
    let costs = extent(points().map(|point| point.1))?;
    // From a power of ten below the least to a little above the largest.
    let costs = [10_f64.powf((costs[0].log10() + 1e-9).floor()), costs[1] * 1.2];
    let rows = if rows[0] == rows[1] { [rows[0] / 3.0, rows[1] * 3.0] } else { rows };

    let narrow = width < NARROW_BELOW;
    let label = measure.label();
    let y_ticks = log_ticks(costs, 6, label);
    let widest = lines.iter().map(|line| strong_width(line.name).max(text_width(&line.words))).fold(0.0, f64::max);
    let head = if narrow { lines.len() as f64 * (LINE + 2.0) + GAP } else { 0.0 };
    let top = head + LINE + if this_file.is_some() { 4.0 } else { 0.0 };
    let right = if narrow { width - GAP } else { width - widest - 2.5 * GAP };
    let frame = Frame { left: Frame::margin(&y_ticks), right, top, bottom: top + PLOT };
    let mut svg = Svg::new(width, frame.bottom + FOOT);
    let (x, y) = (Scale::logarithmic(rows, frame.xs()), Scale::logarithmic(costs, frame.ys()));
    frame.y_axis(&mut svg, y, &y_ticks);
    let tables = format!("rows of {}", list(&growth.tables));
    frame.x_axis(&mut svg, x, &log_ticks(rows, 6, scale::count), &tables);
    if let Some(n_rows) = this_file {
        mark_file(&mut svg, frame, x.at(n_rows as f64), n_rows);
    }
    for line in &lines {
        let points: Vec<Point> = line.points.iter().map(|(rows, cost)| (x.at(*rows), y.at(*cost))).collect();
        svg.polyline(stroke(line.indexes), &points);
        for point in points {
            svg.circle(dot(line.indexes), point, 3.5);
        }
    }
    if narrow {
        legend(&mut svg, &lines, width);
    } else {
        end_labels(&mut svg, &lines, frame, |(rows, cost)| (x.at(rows), y.at(cost)));
    }

    let said = lines.iter().filter_map(|line| {
        let (first, last) = (line.points.first()?, line.points.last()?);
        let from = format!("{} at {}", measure.text(first.1), count(first.0 as u64));
        let to = format!("{} at {} rows", measure.text(last.1), count(last.0 as u64));
        let words = if line.words.is_empty() { String::new() } else { format!("{}, ", line.words) };
        Some(format!("{}: {words}from {from} to {to}.", line.indexes.label()))
    });
    let file = this_file.map(|n_rows| format!("This file has {} rows.", count(n_rows)));
    Some(svg.finish(id, measure.title(), &said.chain(file).collect::<Vec<_>>().join(" ")))
}

/// `None` without points that can be drawn.
fn line(curve: &GrowthCurve, measure: Measure) -> Option<Line> {
    let points = measure.points(curve);
    let words = growth_words(&points);
    (!points.is_empty()).then(|| Line { name: short(curve.indexes), words, indexes: curve.indexes, points })
}

/// Beside the ends of the lines; one that had to move is tied to its end.
fn end_labels(svg: &mut Svg, lines: &[Line], frame: Frame, at: impl Fn((f64, f64)) -> Point) {
    let ends: Vec<Point> = lines.iter().filter_map(|line| line.points.last().copied().map(&at)).collect();
    let wanted: Vec<f64> = ends.iter().map(|end| end.1 - LABEL / 2.0).collect();
    let tops = spread(&wanted, LABEL, [frame.top - LINE, frame.bottom]);
    for ((line, end), top) in lines.iter().zip(&ends).zip(tops) {
        let (x, middle) = (frame.right + 1.5 * GAP, top + LABEL / 2.0);
        if (middle - end.1).abs() > 6.0 || frame.right - end.0 > 6.0 {
            svg.line("leader", (end.0 + 5.0, end.1), (x - 2.0, middle));
        }
        svg.text("strong", (x, middle - 3.0), Anchor::Start, line.name);
        svg.text("mid", (x, middle + LINE - 4.0), Anchor::Start, &line.words);
    }
}

/// Above a narrow picture, where beside it there is no room.
fn legend(svg: &mut Svg, lines: &[Line], width: f64) {
    for (n, line) in lines.iter().enumerate() {
        let y = n as f64 * (LINE + 2.0) + 12.0;
        svg.line(stroke(line.indexes), (0.0, y - 4.0), (20.0, y - 4.0));
        svg.circle(dot(line.indexes), (10.0, y - 4.0), 3.5);
        svg.text("strong", (28.0, y), Anchor::Start, line.name);
        let used = 28.0 + strong_width(line.name) + GAP;
        if used + text_width(&line.words) <= width {
            svg.text("mid", (used, y), Anchor::Start, &line.words);
        }
    }
}

fn mark_file(svg: &mut Svg, frame: Frame, x: f64, n_rows: u64) {
    svg.line("cut dashed", (x, frame.top), (x, frame.bottom));
    let label = format!("this file: {}", count(n_rows));
    let (anchor, at) = if x - text_width(&label) >= 0.0 { (Anchor::End, x) } else { (Anchor::Start, x) };
    svg.text("mid", (at, frame.top - 6.0), anchor, &label);
}

/// What the fitted power means: `grows as n`, `levels off`. Empty with fewer than two points.
pub fn growth_words(points: &[(f64, f64)]) -> String {
    let Some(exponent) = fit_power(points).map(|fit| fit.slope) else { return String::new() };
    // What counts for larger files is how it ends.
    let last: Vec<(f64, f64)> = points.iter().copied().skip(points.len() / 2).collect();
    let end = fit_power(&last).map_or(exponent, |fit| fit.slope);
    match exponent {
        x if x < -0.1 => "falls".into(),
        x if x < 0.1 => "stays level".into(),
        _ if end < 0.1 => "levels off".into(),
        x if (0.45..0.55).contains(&x) => "grows as √n".into(),
        x if (0.9..1.1).contains(&x) => "grows as n".into(),
        x if (1.9..2.1).contains(&x) => "grows as n²".into(),
        x => format!("grows as n^{x:.2}"),
    }
}

/// Beside a line, where there is little room.
fn short(indexes: Indexes) -> &'static str {
    match indexes {
        Indexes::Without => "Without",
        Indexes::Documented => "Documented",
        Indexes::Repaired => "Repaired",
    }
}

fn stroke(indexes: Indexes) -> &'static str {
    match indexes {
        Indexes::Without => "before-line dashed",
        Indexes::Documented => "before-line",
        Indexes::Repaired => "after-line",
    }
}

/// Hollow, grey and blue: told apart without colours too.
fn dot(indexes: Indexes) -> &'static str {
    match indexes {
        Indexes::Without => "hollow",
        Indexes::Documented => "before",
        Indexes::Repaired => "after",
    }
}

/// One row for each point.
pub fn growth_table(growth: &Growth) -> DataTable {
    let mut table = DataTable::new(&[
        "Indexes",
        "Rows",
        "Rows returned",
        "Median",
        "From",
        "To",
        "Samples",
        "Pages read",
        "VM steps",
    ]);
    for curve in &growth.curves {
        for point in &curve.points {
            let times = [point.median.point_ns, point.median.lower_ns, point.median.upper_ns];
            let [median, lower, upper] = times.map(|ns| duration(ns).text());
            table.rows.push(vec![
                curve.indexes.label().to_owned(),
                count(point.n_rows),
                count(point.n_result_rows),
                median,
                lower,
                upper,
                count(u64::from(point.n_samples)),
                count(point.pages_read),
                count(point.vm_steps),
            ]);
        }
    }
    table
}
