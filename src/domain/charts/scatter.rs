//! Each sample in the order in which it was taken: drift and outliers show.

use crate::domain::measuring::{Fences, Label, Samples};

use super::axis::{Axis, Scale, range, time};
use super::svg::{Anchor, Svg};

/// Time of one iteration over the samples; mild outliers are rings, severe ones crosses. `None` without samples.
pub fn scatter(id: &str, width: f64, samples: &Samples) -> Option<String> {
    let values = samples.per_iteration_ns();
    let fences = Fences::of(&values);
    let outliers = fences.count(&values);
    let (height, left, bottom) = (190.0, 70.0, 150.0);
    let (_, most) = range(values.iter().copied())?;
    let xs = Axis::new(Scale::Linear, (1.0, values.len().max(2) as f64), (left, width - 12.0));
    let ys = Axis::new(Scale::Linear, (0.0, most), (bottom, 14.0));
    let description = format!(
        "{} samples, of which {} are mild and {} severe outliers.",
        values.len(),
        outliers.low_mild + outliers.high_mild,
        outliers.low_severe + outliers.high_severe
    );
    let mut svg = Svg::new(id, width, height, "Time of one iteration, sample by sample", &description);
    for tick in ys.ticks(4) {
        svg.line("grid", (left, ys.at(tick)), (width - 12.0, ys.at(tick)));
        svg.text("", (left - 8.0, ys.at(tick) + 4.0), Anchor::End, &time(tick));
    }
    for tick in xs.ticks((width / 110.0) as usize).into_iter().filter(|tick| tick.fract() == 0.0) {
        svg.text("", (xs.at(tick), bottom + 18.0), Anchor::Middle, &format!("{tick:.0}"));
    }
    svg.line("axis", (left, bottom), (width - 12.0, bottom));
    for (at, value) in values.iter().enumerate() {
        let point = (xs.at((at + 1) as f64), ys.at(*value));
        match fences.label(*value) {
            Label::Normal => svg.circle("after", point, 2.5),
            Label::LowMild | Label::HighMild => svg.circle("ring", point, 3.5),
            Label::LowSevere | Label::HighSevere => svg.cross("strong-line", point, 3.5),
        }
    }
    svg.text(
        "mid",
        ((left + width) / 2.0, height - 4.0),
        Anchor::Middle,
        "sample \u{b7} ring mild, cross severe outlier",
    );
    Some(svg.finish())
}
