//! Duration against the number of rows returned: whether long queries are those that return much.

use super::frame::{FOOT, Frame, GAP, LINE};
use super::scale::{Scale, count_ticks, time_ticks};
use super::svg::Svg;
use super::{DataTable, extent};
use crate::domain::monitoring::Sampled;
use crate::domain::numbers::{count, counted, duration};

const HEIGHT: f64 = 260.0;

/// `None` without events that say how many rows they returned.
pub fn rows_returned(id: &str, width: f64, sampled: &Sampled) -> Option<String> {
    let [fewest, most] = extent(sampled.points.iter().map(|(count, _)| *count as f64))?;
    let [_, slowest] = extent(sampled.points.iter().map(|(_, ns)| *ns as f64))?;
    let (xs, ys) = ([fewest.min(0.0), most.max(1.0)], [0.0, (slowest * 1.05).max(1.0)]);
    let mut svg = Svg::new(width, HEIGHT);
    let ticks = time_ticks(ys, 5);
    let frame = Frame { left: Frame::margin(&ticks), right: width - GAP, top: LINE, bottom: HEIGHT - FOOT };
    let (x, y) = (Scale::linear(xs, frame.xs()), Scale::linear(ys, frame.ys()));
    frame.y_axis(&mut svg, y, &ticks);
    frame.x_axis(&mut svg, x, &count_ticks(xs, frame.n_ticks()), "rows");
    for (count, ns) in &sampled.points {
        svg.circle("after", (x.at(*count as f64), y.at(*ns as f64)), 2.0);
    }
    let line = sampled.fit();
    if let Some(line) = line {
        let at = |count: f64| (x.at(count), y.at(line.intercept + line.slope * count));
        svg.line("cut dashed", at(xs[0]), at(xs[1]));
    }
    let drawn = match sampled.points.len() as u64 {
        n if n == sampled.n => counted(n, "event", "events"),
        n => format!("{} of {} events, drawn at random", count(n), count(sampled.n)),
    };
    let explained = line.map(|line| format!(" A line explains {:.0} % of the differences.", line.r_squared * 100.0));
    let description = format!(
        "{drawn}, {} to {}, up to {}.{}",
        count(fewest as u64),
        counted(most as u64, "row", "rows"),
        duration(slowest as u64).text(),
        explained.unwrap_or_default()
    );
    Some(svg.finish(id, "Duration against rows", &description))
}

pub fn rows_returned_table(sampled: &Sampled) -> DataTable {
    let mut table = DataTable::new(&["Rows", "Duration"]);
    let mut points = sampled.points.clone();
    points.sort_unstable();
    table.rows = points.into_iter().map(|(rows, ns)| vec![count(rows), duration(ns).text()]).collect();
    table
}
