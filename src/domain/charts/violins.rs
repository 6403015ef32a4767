//! Samples of two or three states, one above the other on one axis.

use super::frame::{FOOT, Frame, GAP, LINE};
use super::labels::{fit, strong_width, text_width};
use super::scale::{Scale, log_ticks, time, time_ticks};
use super::svg::{Anchor, Point, Svg};
use super::{DataTable, NARROW_BELOW, beyond, extent, left_out_words, without_severe};
use crate::domain::benchmark::{Benchmark, BenchmarkState, Indexes};
use crate::domain::measuring::{Fences, Outliers, Samples, density, median_ns, point_estimates};
use crate::domain::numbers::{count, duration};
use crate::domain::query::QueryReport;

/// One state.
#[derive(Clone, Debug)]
pub struct Violin<'a> {
    pub label: &'a str,
    /// `before` or `after`: grey or blue.
    pub class: &'static str,
    pub samples: &'a Samples,
}

impl<'a> Violin<'a> {
    /// One for each set of indexes: the repaired ones in blue, as everywhere.
    pub fn of_states(benchmark: &'a Benchmark) -> Vec<Self> {
        let violin = |state: &'a BenchmarkState| Self {
            label: state.indexes.label(),
            class: if state.indexes == Indexes::Repaired { "after" } else { "before" },
            samples: &state.samples,
        };
        benchmark.states.iter().map(violin).collect()
    }

    /// As dropped and after the migration.
    pub fn of_query(query: &'a QueryReport) -> [Self; 2] {
        [
            Self { label: "As dropped", class: "before", samples: &query.samples_before },
            Self { label: "After the migration", class: "after", samples: &query.samples_after },
        ]
    }
}

const N_POINTS: usize = 120;
/// Of one violin, without a label above it.
const ROW: f64 = 52.0;
const MAX_LABEL: f64 = 190.0;
/// Beyond this a straight axis would press the faster states into one line.
const LOGARITHMIC_FROM: f64 = 4.0;

/// One state, ready to be drawn.
struct Row {
    label: String,
    class: &'static str,
    median: f64,
    /// Times and how dense they are there.
    curve: Vec<Point>,
    /// Drawn from here to there.
    extent: [f64; 2],
    n_left_out: usize,
}

/// `None` when no state has samples. Severe outliers are left out, and said to be.
pub fn violins(id: &str, width: f64, states: &[Violin<'_>]) -> Option<String> {
    let rows: Vec<Row> = states.iter().filter_map(row).collect();
    let [shortest, longest] = extent(rows.iter().map(|row| row.median))?;
    let logarithmic = shortest > 0.0 && longest / shortest > LOGARITHMIC_FROM;
    let mut domain = extent(rows.iter().flat_map(|row| row.extent))?;
    if domain[0] == domain[1] {
        domain = [domain[0] * 0.9, domain[1] * 1.1 + 1.0];
    }

    let narrow = width < NARROW_BELOW;
    let widest = rows.iter().map(|row| strong_width(&row.label)).fold(text_width("median 000 ms"), f64::max);
    let left = if narrow { GAP } else { widest.min(MAX_LABEL) + 2.0 * GAP };
    let head = if narrow { LINE + 4.0 } else { 0.0 };
    let bottom = GAP + rows.len() as f64 * (ROW + head);
    let mut svg = Svg::new(width, bottom + FOOT);
    let frame = Frame { left, right: width - GAP, top: GAP, bottom };
    let (x, ticks) = if logarithmic {
        domain = [domain[0].max(shortest / 10.0).max(1.0), domain[1]];
        (Scale::logarithmic(domain, frame.xs()), log_ticks(domain, frame.n_ticks(), time))
    } else {
        (Scale::linear(domain, frame.xs()), time_ticks(domain, frame.n_ticks()))
    };
    let n_left_out = rows.iter().map(|row| row.n_left_out).sum();
    let words = if logarithmic { "time, logarithmic" } else { "time of one iteration" };
    frame.x_axis(&mut svg, x, &ticks, &format!("{words}{}", beyond(n_left_out)));
    for (n, row) in rows.iter().enumerate() {
        let top = frame.top + n as f64 * (ROW + head) + head;
        draw(&mut svg, row, x, logarithmic, top + ROW / 2.0);
        let median = format!("median {}", duration(row.median.round() as u64).text());
        if narrow {
            let label = fit(&row.label, width - text_width(&median) - 4.0 * GAP);
            svg.text("strong", (GAP, top - 4.0), Anchor::Start, &label);
            svg.text("mid", (width - GAP, top - 4.0), Anchor::End, &median);
        } else {
            svg.text("strong", (0.0, top + ROW / 2.0 - 3.0), Anchor::Start, &fit(&row.label, left - GAP));
            svg.text("mid", (0.0, top + ROW / 2.0 + LINE - 3.0), Anchor::Start, &median);
        }
    }

    let states: Vec<String> = rows
        .iter()
        .map(|row| {
            let median = duration(row.median.round() as u64).text();
            format!("{}: median {median}{}", row.label, left_out_words(row.n_left_out))
        })
        .collect();
    Some(svg.finish(id, "Samples side by side", &format!("{}.", states.join(". "))))
}

fn row(state: &Violin<'_>) -> Option<Row> {
    let (kept, n_left_out) = without_severe(state.samples);
    let median = point_estimates(state.samples).median;
    let values = extent(kept.per_iteration_ns().into_iter().chain([median]))?;
    let curve = density(&kept, N_POINTS).map(|curve| curve.xs.into_iter().zip(curve.ys).collect::<Vec<_>>());
    let curve: Vec<Point> = curve.unwrap_or_default().into_iter().filter(|(ns, _)| *ns >= 0.0).collect();
    // A little beyond the samples, where the curve has all but ended.
    let air = (values[1] - values[0]) * 0.08;
    let extent = [(values[0] - air).max(0.0), values[1] + air];
    let curve = curve.into_iter().filter(|(ns, _)| *ns >= extent[0] && *ns <= extent[1]).collect();
    (!state.samples.is_empty()).then(|| Row {
        label: state.label.to_owned(),
        class: state.class,
        median,
        curve,
        extent,
        n_left_out,
    })
}

/// Samples that do not differ are one line.
fn draw(svg: &mut Svg, row: &Row, x: Scale, logarithmic: bool, middle: f64) {
    // On a logarithmic axis the same share of samples lies on ever fewer pixels.
    let height = |(ns, density): &Point| if logarithmic { ns * density } else { *density };
    let highest = row.curve.iter().map(height).fold(0.0, f64::max);
    if highest > 0.0 {
        let half = |point: &Point| height(point) / highest * (ROW / 2.0 - 5.0);
        let upper = row.curve.iter().map(|point| (x.at(point.0), middle - half(point)));
        let lower = row.curve.iter().rev().map(|point| (x.at(point.0), middle + half(point)));
        svg.polygon(row.class, &upper.chain(lower).collect::<Vec<_>>());
    }
    let at = x.at(row.median);
    svg.line("cut", (at, middle - ROW / 2.0 + 4.0), (at, middle + ROW / 2.0 - 4.0));
}

/// One row for each state.
pub fn violins_table(states: &[Violin<'_>]) -> DataTable {
    let mut table = DataTable::new(&["State", "Median", "Least", "Largest", "Samples", "Outliers"]);
    for state in states {
        let values = state.samples.per_iteration_ns();
        let whole: Vec<u64> = values.iter().map(|ns| ns.round() as u64).collect();
        let text = |ns: Option<u64>| ns.map(|ns| duration(ns).text()).unwrap_or_default();
        let Outliers { low_severe, low_mild, high_mild, high_severe } = Fences::of(&values).count(&values);
        table.rows.push(vec![
            state.label.to_owned(),
            text(median_ns(&whole)),
            text(whole.iter().min().copied()),
            text(whole.iter().max().copied()),
            count(whole.len() as u64),
            format!("{} mild, {} severe", low_mild + high_mild, low_severe + high_severe),
        ]);
    }
    table
}
