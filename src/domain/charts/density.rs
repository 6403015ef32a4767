//! Where the samples of one measurement lie, with their mean and median.

use super::frame::{FOOT, Frame, GAP, LINE};
use super::labels::text_width;
use super::scale::{Scale, time_ticks};
use super::svg::{Anchor, Point, Svg};
use super::{DataTable, beyond, extent, left_out_words, without_severe};
use crate::domain::measuring::{self, Estimates, Samples};
use crate::domain::numbers::{counted, duration, duration_range};

const HEIGHT: f64 = 226.0;
const N_POINTS: usize = 160;

/// `None` when the samples do not differ. Severe outliers are left out, and said to be.
pub fn density(id: &str, width: f64, samples: &Samples, estimates: &Estimates) -> Option<String> {
    let (kept, n_left_out) = without_severe(samples);
    let curve = measuring::density(&kept, N_POINTS)?;
    let (mean, median) = (estimates.mean, estimates.median);
    let figures = [mean.point_ns, mean.lower_ns, mean.upper_ns, median.point_ns].map(|ns| ns as f64);
    let domain = extent(curve.xs.iter().copied().chain(figures))?;
    let domain = [domain[0].max(0.0), domain[1]];
    let highest = extent(curve.ys.iter().copied())?[1];

    let mut svg = Svg::new(width, HEIGHT);
    let frame = Frame { left: GAP, right: width - GAP, top: 2.0 * LINE + 10.0, bottom: HEIGHT - FOOT };
    let x = Scale::linear(domain, frame.xs());
    let y = Scale::linear([0.0, highest], frame.ys());
    frame.x_axis(
        &mut svg,
        x,
        &time_ticks(domain, frame.n_ticks()),
        &format!("time of one iteration{}", beyond(n_left_out)),
    );
    let shown = curve.xs.iter().zip(&curve.ys).filter(|(ns, _)| **ns >= domain[0]);
    let line: Vec<Point> = shown.map(|(ns, height)| (x.at(*ns), y.at(*height))).collect();
    let (first, last) = (line.first()?.0, line.last()?.0);
    let area: Vec<Point> = line.iter().copied().chain([(last, frame.bottom), (first, frame.bottom)]).collect();
    svg.polygon("area", &area);
    svg.polyline("after-line", &line);
    let at = |ns: u64| x.at(ns as f64);
    svg.rect("band", (at(mean.lower_ns), frame.top), (at(mean.upper_ns), frame.bottom));
    let marks = [
        Mark { class: "cut", x: at(mean.point_ns), label: format!("mean {}", duration(mean.point_ns).text()) },
        Mark {
            class: "cut dashed",
            x: at(median.point_ns),
            label: format!("median {}", duration(median.point_ns).text()),
        },
    ];
    draw_marks(&mut svg, frame, marks);

    let description = format!(
        "Mean {}, at {:.0} % between {}; median {}; {}{}.",
        duration(mean.point_ns).text(),
        estimates.confidence_level * 100.0,
        duration_range(mean.lower_ns, mean.upper_ns),
        duration(median.point_ns).text(),
        counted(samples.len() as u64, "sample", "samples"),
        left_out_words(n_left_out)
    );
    Some(svg.finish(id, "Density of the time of one iteration", &description))
}

struct Mark {
    class: &'static str,
    x: f64,
    label: String,
}

/// The left line's label stands on its left and the right one's on its right. Where a label has no room there, it
/// stands on the other side, above the end of the other line.
fn draw_marks(svg: &mut Svg, frame: Frame, marks: [Mark; 2]) {
    let [one, other] = marks;
    let [left, right] = if one.x <= other.x { [one, other] } else { [other, one] };
    let goes_left = left.x - text_width(&left.label) - GAP >= 0.0;
    let goes_right = right.x + text_width(&right.label) + GAP <= svg.width;
    let (upper, lower) = (LINE - 4.0, 2.0 * LINE - 4.0);
    let [left_y, right_y] = match (goes_left, goes_right) {
        (true, true) => [lower, lower],
        (false, _) => [upper, lower],
        (true, false) => [lower, upper],
    };
    for (mark, to_left, y) in [(&left, goes_left, left_y), (&right, !goes_right, right_y)] {
        svg.line(mark.class, (mark.x, y - 8.0), (mark.x, frame.bottom));
        let (anchor, x) = if to_left { (Anchor::End, mark.x - 5.0) } else { (Anchor::Start, mark.x + 5.0) };
        svg.text("mid", (x, y), anchor, &mark.label);
    }
}

/// Every figure with its interval.
pub fn density_table(samples: &Samples, estimates: &Estimates) -> DataTable {
    let mut table = DataTable::new(&["Figure", "Time of one iteration", "From", "To"]);
    let of = |name: &str, estimate: measuring::Estimate| {
        [name.to_owned()]
            .into_iter()
            .chain([estimate.point_ns, estimate.lower_ns, estimate.upper_ns].map(|ns| duration(ns).text()))
            .collect()
    };
    table.rows = vec![
        of("Mean", estimates.mean),
        of("Median", estimates.median),
        of("Standard deviation", estimates.std_dev),
        of("Median absolute deviation", estimates.median_abs_dev),
    ];
    table.rows.extend(estimates.slope.map(|slope| of("Slope", slope)));
    if let Some([least, most]) = extent(samples.per_iteration_ns()) {
        for (name, ns) in [("Least", least), ("Largest", most)] {
            let text = duration(ns.round() as u64).text();
            table.rows.push(vec![name.to_owned(), text, String::new(), String::new()]);
        }
    }
    table
}
