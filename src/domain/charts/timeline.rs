//! Durations over time: the median of each stretch of a log, its 95th percentile and its slowest event.

use super::frame::{FOOT, Frame, GAP, LINE};
use super::labels::text_width;
use super::scale::{self, Scale, Tick, log_ticks};
use super::svg::{Anchor, Point, Svg};
use super::{DataTable, extent};
use crate::domain::instant::Instant;
use crate::domain::monitoring::{Axis, Distribution, Timeline, at_words};
use crate::domain::numbers::{count, counted, duration};

const HEIGHT: f64 = 280.0;

/// What is drawn of a stretch: its share, its mark and its name.
const SERIES: [(f64, &str, &str); 3] =
    [(0.5, "after-line", "median"), (0.95, "before-line", "95th percentile"), (1.0, "", "slowest")];

/// `split_ns` marks where an earlier part ends. `None` without events.
pub fn timeline(id: &str, width: f64, timeline: &Timeline, axis: Axis, split_ns: Option<i64>) -> Option<String> {
    let [from, to] = timeline.extent_ns()?;
    // A duration that was rounded to nothing has no logarithm.
    let at_least = |ns: u64| ns.max(1) as f64;
    let costs = extent(timeline.buckets().flat_map(|(_, all)| [at_least(all.median_ns()), at_least(all.max_ns())]))?;
    let costs = [costs[0] / 1.3, costs[1] * 1.3];

    let mut svg = Svg::new(width, HEIGHT);
    let ticks = log_ticks(costs, 6, scale::time);
    let frame = Frame { left: Frame::margin(&ticks), right: width - GAP, top: LINE + 10.0, bottom: HEIGHT - FOOT };
    let (x, y) = (Scale::linear([from as f64, to as f64], frame.xs()), Scale::logarithmic(costs, frame.ys()));
    frame.y_axis(&mut svg, y, &ticks);
    frame.x_axis(&mut svg, x, &place_ticks(axis, [from, to], frame.n_ticks()), place_name(axis));
    if let Some(split) = split_ns.filter(|split| (from..to).contains(split)) {
        let at = x.at(split as f64);
        svg.line("cut dashed", (at, frame.top), (at, frame.bottom));
    }
    let middle = |start: i64| x.at(start as f64 + timeline.width_ns as f64 / 2.0);
    for (share, class, _) in SERIES {
        let points: Vec<Point> =
            timeline.buckets().map(|(start, all)| (middle(start), y.at(at_least(all.quantile_ns(share))))).collect();
        match class {
            "" => points.iter().for_each(|point| svg.circle("hollow", *point, 2.0)),
            class => svg.polyline(class, &points),
        }
        // A line of one point is none.
        if points.len() == 1 {
            points.iter().for_each(|point| svg.circle("dot", *point, 2.5));
        }
    }
    legend(&mut svg, frame);

    let all = sum(timeline);
    let description = format!(
        "{} in {} of {}: median {}, 95th percentile {}, slowest {}.",
        counted(all.n(), "event", "events"),
        counted(timeline.buckets().count() as u64, "stretch", "stretches"),
        width_words(axis, timeline.width_ns),
        duration(all.median_ns()).text(),
        duration(all.quantile_ns(0.95)).text(),
        duration(all.max_ns()).text(),
    );
    Some(svg.finish(id, "Duration over time", &description))
}

fn sum(timeline: &Timeline) -> Distribution {
    let [_, all] = timeline.split(i64::MIN);
    all
}

fn legend(svg: &mut Svg, frame: Frame) {
    let mut at = frame.left;
    for (_, class, name) in SERIES {
        match class {
            "" => svg.circle("hollow", (at + 9.0, LINE - 8.0), 2.0),
            class => svg.line(class, (at, LINE - 8.0), (at + 18.0, LINE - 8.0)),
        }
        svg.text("mid", (at + 18.0 + GAP, LINE - 4.0), Anchor::Start, name);
        at += 18.0 + text_width(name) + 3.0 * GAP;
    }
}

pub(super) fn place_name(axis: Axis) -> &'static str {
    match axis {
        Axis::Calendar => "time (UTC)",
        Axis::Uptime => "since the start",
        Axis::Order => "events, in the log's order",
    }
}

fn width_words(axis: Axis, width_ns: i64) -> String {
    match axis {
        Axis::Order => counted((width_ns / 1_000_000).unsigned_abs(), "event", "events"),
        _ => duration(width_ns.unsigned_abs()).text(),
    }
}

/// Steps of a clock and a calendar, in milliseconds.
const STEPS_MS: [i64; 24] = [
    1,
    5,
    10,
    50,
    100,
    500,
    1_000,
    5_000,
    10_000,
    30_000,
    60_000,
    300_000,
    600_000,
    1_800_000,
    3_600_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
    172_800_000,
    604_800_000,
    2_592_000_000,
    7_776_000_000,
    31_536_000_000,
];

/// About `n` places on the timeline, on whole minutes, hours or days.
pub(super) fn place_ticks(axis: Axis, [from, to]: [i64; 2], n: usize) -> Vec<Tick> {
    let rough = to.saturating_sub(from) / n.max(1) as i64;
    let steps = STEPS_MS.iter().map(|ms| ms * 1_000_000);
    let step = steps.into_iter().find(|step| *step >= rough).unwrap_or(rough.max(1));
    let first = from.div_euclid(step).saturating_add(i64::from(from.rem_euclid(step) > 0));
    let values = (0..=2 * n as i64).map(|at| first.saturating_add(at).saturating_mul(step)).take_while(|at| *at <= to);
    values.map(|at| Tick { value: at as f64, label: label(axis, at, step) }).collect()
}

fn label(axis: Axis, at_ns: i64, step: i64) -> String {
    const SECOND: i64 = 1_000_000_000;
    match axis {
        Axis::Uptime => scale::time(at_ns.max(0) as f64),
        Axis::Order => count((at_ns / 1_000_000).unsigned_abs()),
        Axis::Calendar => {
            let text = Instant(at_ns.div_euclid(1_000_000)).sqlite_text();
            let (date, clock) = text.split_once(' ').unwrap_or((&text, ""));
            match step {
                step if step >= 86_400 * SECOND => date.into(),
                step if step >= 60 * SECOND => clock.get(..5).unwrap_or(clock).into(),
                step if step >= SECOND => clock.into(),
                _ => format!("{clock}.{:03}", at_ns.div_euclid(1_000_000).rem_euclid(1000)),
            }
        }
    }
}

pub fn timeline_table(timeline: &Timeline, axis: Axis) -> DataTable {
    let mut table = DataTable::new(&["From", "Events", "Median", "95th percentile", "99th percentile", "Slowest"]);
    for (start, all) in timeline.buckets() {
        let mut row = vec![at_words(axis, start), count(all.n())];
        row.extend([0.5, 0.95, 0.99, 1.0].map(|share| duration(all.quantile_ns(share)).text()));
        table.rows.push(row);
    }
    table
}
