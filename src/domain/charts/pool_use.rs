//! Connections in use over time, beside those that are open; times without any left are shaded.

use super::DataTable;
use super::frame::{FOOT, Frame, GAP, LINE};
use super::labels::text_width;
use super::scale::{Scale, count_ticks};
use super::svg::{Anchor, Point, Svg};
use super::timeline::{place_name, place_ticks};
use crate::domain::monitoring::{Axis, at_words};
use crate::domain::numbers::{count, counted};
use crate::domain::pool::PoolUse;

const HEIGHT: f64 = 240.0;

/// `None` where no line tells of the pool's size.
pub fn pool_use(id: &str, width: f64, used: &PoolUse, axis: Axis) -> Option<String> {
    let [from, to] = used.extent_ns()?;
    let ys = [0.0, f64::from(used.max_size.max(1))];
    let mut svg = Svg::new(width, HEIGHT);
    let ticks = count_ticks(ys, 5);
    let frame = Frame { left: Frame::margin(&ticks), right: width - GAP, top: LINE + 10.0, bottom: HEIGHT - FOOT };
    let (x, y) = (Scale::linear([from as f64, to as f64], frame.xs()), Scale::linear(ys, frame.ys()));
    for (at, _) in used.buckets.iter().filter(|(_, bucket)| bucket.n_none > 0) {
        let start = at.saturating_mul(used.width_ns) as f64;
        let end = start + used.width_ns as f64;
        svg.rect("none-left", (x.at(start), frame.top), (x.at(end).max(x.at(start) + 1.0), frame.bottom));
    }
    frame.y_axis(&mut svg, y, &ticks);
    frame.x_axis(&mut svg, x, &place_ticks(axis, [from, to], frame.n_ticks()), place_name(axis));
    let steps = |of: fn(&crate::domain::pool::PoolBucket) -> u32| -> Vec<Point> {
        let corners = used.buckets.iter().flat_map(|(at, bucket)| {
            let start = at.saturating_mul(used.width_ns) as f64;
            let height = y.at(f64::from(of(bucket)));
            [(x.at(start), height), (x.at(start + used.width_ns as f64), height)]
        });
        corners.collect()
    };
    svg.polyline("before-line", &steps(|bucket| bucket.max_size));
    svg.polyline("after-line", &steps(|bucket| bucket.max_used));
    let mut at = frame.left;
    for (class, name) in [("before-line", "open"), ("after-line", "in use at most")] {
        svg.line(class, (at, LINE - 8.0), (at + 18.0, LINE - 8.0));
        svg.text("mid", (at + 18.0 + GAP, LINE - 4.0), Anchor::Start, name);
        at += 18.0 + text_width(name) + 3.0 * GAP;
    }
    if used.n_none > 0 {
        svg.rect("none-left", (at, LINE - 13.0), (at + 10.0, LINE - 3.0));
        svg.text("mid", (at + 10.0 + GAP, LINE - 4.0), Anchor::Start, "none available");
    }
    let description = format!(
        "At most {} of {} in use; none was available in {} of {}, one alone in {}.",
        used.max_used,
        counted(used.max_size.into(), "connection", "connections"),
        count(used.n_none),
        counted(used.n, "line", "lines"),
        count(used.n_near),
    );
    Some(svg.finish(id, "Use of the connection pool", &description))
}

pub fn pool_use_table(used: &PoolUse, axis: Axis) -> DataTable {
    let mut table = DataTable::new(&["From", "Lines", "Open", "In use at most", "In use at least", "None available"]);
    for (at, bucket) in &used.buckets {
        table.rows.push(vec![
            at_words(axis, at.saturating_mul(used.width_ns)),
            count(bucket.n),
            bucket.max_size.to_string(),
            bucket.max_used.to_string(),
            bucket.min_used.to_string(),
            count(bucket.n_none),
        ]);
    }
    table
}
