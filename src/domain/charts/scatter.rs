//! The time of one iteration in each sample, in the order in which they were taken: what drifts or jumps is seen here.

use super::frame::{FOOT, Frame, GAP, LINE};
use super::labels::text_width;
use super::scale::{Scale, count_ticks, time_ticks};
use super::svg::{Anchor, Point, Svg};
use super::{DataTable, extent};
use crate::domain::measuring::{Fences, Label, Samples, point_estimates};
use crate::domain::numbers::{count, counted, duration};

const HEIGHT: f64 = 260.0;
/// Above and below what is drawn, of its height.
const AIR: f64 = 0.05;

/// `None` without samples.
pub fn scatter(id: &str, width: f64, samples: &Samples) -> Option<String> {
    let values = samples.per_iteration_ns();
    let [least, most] = extent(values.iter().copied())?;
    let fences = Fences::of(&values);
    let outliers = fences.count(&values);
    let median = point_estimates(samples).median;
    let air = ((most - least) * AIR).max(most * 0.01).max(1.0);
    let domain = [(least - air).max(0.0), most + air];
    let xs = [0.0, values.len() as f64 + 1.0];

    let mut svg = Svg::new(width, HEIGHT);
    let ticks = time_ticks(domain, 5);
    let (left, bottom) = (Frame::margin(&ticks), HEIGHT - FOOT);
    let frame = Frame { left, right: width - GAP, top: LINE + 10.0, bottom };
    let (x, y) = (Scale::linear(xs, frame.xs()), Scale::linear(domain, frame.ys()));
    frame.y_axis(&mut svg, y, &ticks);
    let numbers = count_ticks([1.0, values.len() as f64], frame.n_ticks());
    frame.x_axis(&mut svg, x, &numbers, "sample, in the order taken");
    svg.line("cut dashed", (frame.left, y.at(median)), (frame.right, y.at(median)));
    for (n, value) in values.iter().enumerate() {
        mark(&mut svg, fences.label(*value), (x.at(n as f64 + 1.0), y.at(*value)));
    }

    let (mild, severe) = (outliers.low_mild + outliers.high_mild, outliers.low_severe + outliers.high_severe);
    let mut at = frame.left + 4.0;
    for (label, n, words) in [
        (Label::Normal, values.len() as u32, "sample"),
        (Label::HighMild, mild, "mild outlier"),
        (Label::HighSevere, severe, "severe outlier"),
    ] {
        if n > 0 {
            mark(&mut svg, label, (at, LINE - 8.0));
            svg.text("mid", (at + GAP, LINE - 4.0), Anchor::Start, words);
            at += text_width(words) + 3.0 * GAP;
        }
    }
    let description = format!(
        "{} from {} to {}, median {}; {} and {}.",
        counted(values.len() as u64, "sample", "samples"),
        duration(least.round() as u64).text(),
        duration(most.round() as u64).text(),
        duration(median.round() as u64).text(),
        counted(u64::from(mild), "mild outlier", "mild outliers"),
        counted(u64::from(severe), "severe outlier", "severe outliers"),
    );
    Some(svg.finish(id, "Time of one iteration, sample by sample", &description))
}

/// Told apart by shape: a dot, a triangle, a square on its corner.
fn mark(svg: &mut Svg, label: Label, (x, y): Point) {
    match label {
        Label::Normal => svg.circle("after", (x, y), 2.5),
        Label::LowMild | Label::HighMild => {
            svg.polygon("mild", &[(x, y - 4.0), (x + 4.0, y + 3.0), (x - 4.0, y + 3.0)]);
        }
        Label::LowSevere | Label::HighSevere => {
            svg.polygon("severe", &[(x, y - 4.5), (x + 4.5, y), (x, y + 4.5), (x - 4.5, y)]);
        }
    }
}

/// Every sample.
pub fn scatter_table(samples: &Samples) -> DataTable {
    let mut table = DataTable::new(&["Sample", "Iterations", "Time", "Time of one iteration", "Outlier"]);
    let values = samples.per_iteration_ns();
    let fences = Fences::of(&values);
    for (n, ((iterations, time_ns), value)) in samples.pairs().zip(&values).enumerate() {
        let outlier = match fences.label(*value) {
            Label::Normal => "",
            Label::LowMild => "mild, low",
            Label::LowSevere => "severe, low",
            Label::HighMild => "mild, high",
            Label::HighSevere => "severe, high",
        };
        table.rows.push(vec![
            count(n as u64 + 1),
            count(iterations),
            duration(time_ns).text(),
            duration(value.round() as u64).text(),
            outlier.to_owned(),
        ]);
    }
    table
}
