//! How often each duration came, on a logarithmic axis.

use super::frame::{FOOT, Frame, GAP, LINE};
use super::labels::text_width;
use super::scale::{self, Scale, count_ticks, log_ticks};
use super::svg::{Anchor, Svg};
use super::{DataTable, extent};
use crate::domain::monitoring::Distribution;
use crate::domain::numbers::{count, counted, duration, duration_range, percent};

const HEIGHT: f64 = 240.0;
const N_BINS: usize = 40;

/// One bar: from, to, how many.
type Bin = (f64, f64, u64);

/// Bars of equal width on the logarithmic axis; nothing is shorter than a nanosecond.
fn bins(all: &Distribution) -> Vec<Bin> {
    let Some([least, most]) = extent(all.counts().map(|(ns, _)| ns.max(1) as f64)) else { return Vec::new() };
    // The largest lies within the last bar, and one duration alone has a bar of its own.
    let (from, to) = (least.ln(), (most * 1.02).ln());
    let n_bins = N_BINS.min(all.counts().count().max(1) * 2);
    let width = (to - from) / n_bins as f64;
    let edge = |at: usize| (from + at as f64 * width).exp();
    let mut bins: Vec<Bin> = (0..n_bins).map(|at| (edge(at), edge(at + 1), 0)).collect();
    for (ns, n) in all.counts() {
        let at = (((ns.max(1) as f64).ln() - from) / width) as usize;
        if let Some((_, _, sum)) = bins.get_mut(at.min(n_bins - 1)) {
            *sum += n;
        }
    }
    bins
}

/// `None` without events.
pub fn histogram(id: &str, width: f64, all: &Distribution) -> Option<String> {
    let bins = bins(all);
    let domain = [bins.first()?.0, bins.last()?.1];
    let most = bins.iter().map(|(_, _, n)| *n).max()?;
    let mut svg = Svg::new(width, HEIGHT);
    let ticks = count_ticks([0.0, most as f64], 4);
    let top = 2.0 * LINE + 10.0;
    let frame = Frame { left: Frame::margin(&ticks), right: width - GAP, top, bottom: HEIGHT - FOOT };
    let (x, y) = (Scale::logarithmic(domain, frame.xs()), Scale::linear([0.0, most as f64], frame.ys()));
    frame.y_axis(&mut svg, y, &ticks);
    frame.x_axis(&mut svg, x, &log_ticks(domain, frame.n_ticks(), scale::time), "duration, events of each");
    for (from, to, n) in bins.iter().filter(|(_, _, n)| *n > 0) {
        svg.rect("after", (x.at(*from), y.at(*n as f64)), (x.at(*to) - 1.0, frame.bottom));
    }
    // Two lines of labels, so that close ones do not touch.
    let mut free = [0.0; 2];
    for (share, name) in [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")] {
        let at = x.at(all.quantile_ns(share).max(1) as f64);
        let start = (at - text_width(name) / 2.0).clamp(0.0, width - text_width(name));
        let row = usize::from(start < free[0]);
        free[row] = start + text_width(name) + GAP;
        let baseline = LINE * (2.0 - row as f64) - 4.0;
        svg.line("cut dashed", (at, baseline + 3.0), (at, frame.bottom));
        svg.text("mid", (start, baseline), Anchor::Start, name);
    }
    let description = format!(
        "{} from {}: half take {} at most, 95 of 100 {}, 99 of 100 {}.",
        counted(all.n(), "event", "events"),
        duration_range(all.min_ns(), all.max_ns()),
        duration(all.median_ns()).text(),
        duration(all.quantile_ns(0.95)).text(),
        duration(all.quantile_ns(0.99)).text(),
    );
    Some(svg.finish(id, "Distribution of durations", &description))
}

pub fn histogram_table(all: &Distribution) -> DataTable {
    let mut table = DataTable::new(&["From", "To", "Events", "Share"]);
    for (from, to, n) in bins(all).into_iter().filter(|(_, _, n)| *n > 0) {
        let share = percent(n, all.n()).map(|share| share.text()).unwrap_or_default();
        let [from, to] = [from, to].map(|ns| duration(ns.round() as u64).text());
        table.rows.push(vec![from, to, count(n), share]);
    }
    table
}
