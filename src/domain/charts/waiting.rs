//! How long a query waits for a connection, for each size of the pool.

use super::frame::{FOOT, Frame, GAP, LINE};
use super::labels::text_width;
use super::scale::{self, Scale, Tick, log_ticks};
use super::svg::{Anchor, Point, Svg};
use super::{DataTable, extent};
use crate::domain::numbers::{count, duration, percent};
use crate::domain::pool::Outcome;

const HEIGHT: f64 = 260.0;

const SERIES: [(f64, &str, &str); 2] = [(0.5, "after-line", "median"), (0.99, "before-line", "99th percentile")];

/// A wait of less than a microsecond is drawn as one: on a logarithmic axis none has no place.
const LEAST_NS: f64 = 1_000.0;

/// `None` where nobody waits as long as can be drawn. `set` is the size that the settings have.
pub fn waiting(id: &str, width: f64, outcomes: &[Outcome], set: u64) -> Option<String> {
    let sizes = extent(outcomes.iter().map(|outcome| outcome.max_connections as f64))?;
    let wait = |outcome: &Outcome, share| (outcome.waits.quantile_ns(share) as f64).max(LEAST_NS);
    let [_, most] = extent(outcomes.iter().flat_map(|outcome| SERIES.map(|(share, _, _)| wait(outcome, share))))?;
    if most == LEAST_NS {
        return None;
    }
    let ys = [LEAST_NS, (most * 1.3).max(LEAST_NS * 100.0)];
    let mut svg = Svg::new(width, HEIGHT);
    let ticks = log_ticks(ys, 6, scale::time);
    let frame = Frame { left: Frame::margin(&ticks), right: width - GAP, top: LINE + 10.0, bottom: HEIGHT - FOOT };
    let (x, y) = (Scale::linear(sizes, frame.xs()), Scale::logarithmic(ys, frame.ys()));
    frame.y_axis(&mut svg, y, &ticks);
    let tick = |outcome: &Outcome| {
        let size = outcome.max_connections;
        Tick { value: size as f64, label: size.to_string() }
    };
    frame.x_axis(&mut svg, x, &outcomes.iter().map(tick).collect::<Vec<_>>(), "max_connections");
    if (sizes[0]..=sizes[1]).contains(&(set as f64)) {
        let at = x.at(set as f64);
        svg.line("cut dashed", (at, frame.top), (at, frame.bottom));
    }
    let mut at = frame.left;
    for (share, class, name) in SERIES {
        let points: Vec<Point> =
            outcomes.iter().map(|outcome| (x.at(outcome.max_connections as f64), y.at(wait(outcome, share)))).collect();
        svg.polyline(class, &points);
        svg.line(class, (at, LINE - 8.0), (at + 18.0, LINE - 8.0));
        svg.text("mid", (at + 18.0 + GAP, LINE - 4.0), Anchor::Start, name);
        at += 18.0 + text_width(name) + 3.0 * GAP;
    }
    let said = outcomes.iter().map(|outcome| {
        format!(
            "{}: median {}, 99th percentile {}.",
            outcome.max_connections,
            duration(outcome.waits.median_ns()).text(),
            duration(outcome.waits.quantile_ns(0.99)).text()
        )
    });
    Some(svg.finish(id, "Waiting for a connection", &said.collect::<Vec<_>>().join(" ")))
}

pub fn waiting_table(outcomes: &[Outcome]) -> DataTable {
    let headers = [
        "max_connections",
        "Had to wait",
        "Median wait",
        "p99 wait",
        "Longest wait",
        "Time-outs",
        "p99 wait for the writer",
        "Locked",
        "In use",
    ];
    let mut table = DataTable::new(&headers);
    for outcome in outcomes {
        let waits = [0.5, 0.99, 1.0].map(|share| duration(outcome.waits.quantile_ns(share)).text());
        let waited = percent(outcome.n_waited, outcome.n_jobs).map(|share| share.text()).unwrap_or_default();
        let mut row = vec![outcome.max_connections.to_string(), waited];
        row.extend(waits);
        row.extend([
            count(outcome.n_time_outs),
            duration(outcome.lock_waits.quantile_ns(0.99)).text(),
            count(outcome.n_locked),
            format!("{:.0}\u{a0}%", outcome.utilisation * 100.0),
        ]);
        table.rows.push(row);
    }
    table
}
