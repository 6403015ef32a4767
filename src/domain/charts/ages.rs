//! When the rows of a clean-up finished, and which of them are old enough: removed, missed and kept, with the cut-off.

use super::frame::{Frame, GAP, LINE};
use super::labels::text_width;
use super::scale::{Scale, Tick, count_ticks};
use super::svg::{Anchor, Svg};
use super::{DataTable, NARROW_BELOW};
use crate::domain::cleanup::histogram::{Bar, Bars, Histogram};
use crate::domain::instant::Instant;
use crate::domain::numbers::count;

const PLOT: f64 = 176.0;
/// Below the axis: the dates.
const FOOT: f64 = 26.0;

/// Bars that a picture of this width has room for.
fn n_bars(width: f64) -> usize {
    if width < NARROW_BELOW { 26 } else { 54 }
}

/// `None` when no finished row names an instant.
pub fn ages(id: &str, width: f64, histogram: &Histogram, retention_days: u32) -> Option<String> {
    let bars = histogram.bars(retention_days, n_bars(width));
    let drawn = |bar: &Bar| bar.split.removed + bar.split.missed + bar.split.kept;
    let most = bars.bars.iter().map(drawn).max().filter(|most| *most > 0)?;
    let y_ticks = count_ticks([0.0, most as f64], 4);
    let top = LINE + GAP;
    let frame = Frame { left: Frame::margin(&y_ticks), right: width - 4.0, top, bottom: top + PLOT };
    let mut svg = Svg::new(width, frame.bottom + FOOT);
    let (x, y) = (days_scale(&bars, frame), Scale::linear([0.0, most as f64], frame.ys()));
    let hatch = svg.hatch(id);
    frame.y_axis(&mut svg, y, &y_ticks);
    for bar in &bars.bars {
        let (from, to) = (x.at(f64::from(bar.to_days)), x.at(f64::from(bar.from_days)));
        // Apart from its neighbour, where there is room to be.
        let to = if to - from > 4.0 { to - 1.0 } else { to };
        let mut below = 0;
        for (class, fill, n) in [
            ("removed", Some(hatch.as_str()), bar.split.removed),
            ("missed", None, bar.split.missed),
            ("kept", None, bar.split.kept),
        ] {
            if n > 0 {
                let corners = [(from, y.at(below as f64)), (to, y.at((below + n) as f64))];
                svg.filled_rect(class, fill, corners);
                below += n;
            }
        }
    }
    svg.line("axis", (frame.left, frame.bottom), (frame.right, frame.bottom));
    dates(&mut svg, frame, x, histogram.now, &bars);
    cut_off(&mut svg, frame, x, histogram.now.plus_days(-i64::from(retention_days)), &bars, retention_days);
    let split = histogram.split(retention_days);
    let words = format!(
        "Of the finished rows {} lie before the cut-off and are removed, {} lie before it and are missed, {} are younger and stay.",
        count(split.removed),
        count(split.missed),
        count(split.kept)
    );
    Some(svg.finish(id, "Finished rows by their age", &words))
}

/// The oldest on the left.
fn days_scale(bars: &Bars, frame: Frame) -> Scale {
    Scale::linear([f64::from(bars.n_days()), 0.0], frame.xs())
}

fn dates(svg: &mut Svg, frame: Frame, x: Scale, now: Instant, bars: &Bars) {
    let mut free = 0.0;
    for tick in date_ticks(now, bars.n_days()) {
        let (at, width) = (x.at(tick.value), text_width(&tick.label));
        svg.line("axis", (at, frame.bottom), (at, frame.bottom + 4.0));
        let start = (at - width / 2.0).clamp(0.0, (svg.width - width).max(0.0));
        if start >= free {
            svg.text("", (start, frame.bottom + 18.0), Anchor::Start, &tick.label);
            free = start + width + GAP;
        }
    }
}

/// Ages in days, the oldest first: weeks, the beginnings of months or those of years.
fn date_ticks(now: Instant, n_days: u32) -> Vec<Tick> {
    let tick = |age: u32| {
        let date = now.plus_days(-i64::from(age)).date();
        let [day, month, year] = [date.day.to_string(), date.month_name().to_owned(), date.year.to_string()];
        let label = match n_days {
            ..=70 => format!("{day} {month}"),
            71..=700 if date.month > 1 => month,
            _ => year,
        };
        let wanted = match n_days {
            ..=70 => age.is_multiple_of(7),
            71..=700 => date.day == 1,
            _ => date.day == 1 && date.month == 1,
        };
        // The day ends at its age; a month begins with its first.
        wanted.then_some(Tick { value: f64::from(age), label })
    };
    (0..n_days).rev().filter_map(tick).collect()
}

fn cut_off(svg: &mut Svg, frame: Frame, x: Scale, at: Instant, bars: &Bars, retention_days: u32) {
    let date = at.date();
    let words = format!("cut-off {} {}", at.sqlite_text().get(..16).unwrap_or_default(), "UTC");
    let short = format!("cut-off {} {}", date.day, date.month_name());
    if retention_days > bars.n_days() {
        svg.text("strong", (frame.left, LINE), Anchor::Start, &format!("← {short} {}", date.year));
        return;
    }
    let line = x.at(f64::from(retention_days));
    let words = if svg.width < NARROW_BELOW { short } else { words };
    let (anchor, beside) = if line - text_width(&words) * 1.12 - GAP >= 0.0 {
        (Anchor::End, line - GAP)
    } else {
        (Anchor::Start, line + GAP)
    };
    svg.line("cut", (line, 4.0), (line, frame.bottom + 5.0));
    svg.text("strong", (beside, LINE), anchor, &words);
    if anchor == Anchor::End && line + GAP + text_width("kept") <= svg.width {
        svg.text("mid", (line + GAP, LINE), Anchor::Start, "kept");
    }
}

/// One row for each bar, the youngest first.
pub fn ages_table(histogram: &Histogram, retention_days: u32) -> DataTable {
    let mut table = DataTable::new(&["From", "To", "Removed", "Missed", "Kept"]);
    let bars = histogram.bars(retention_days, n_bars(f64::INFINITY));
    let day = |age: u32| histogram.now.plus_days(-i64::from(age)).sqlite_text();
    for bar in bars.bars.iter().rev() {
        let figures = [bar.split.removed, bar.split.missed, bar.split.kept].map(count);
        table.rows.push([day(bar.to_days), day(bar.from_days)].into_iter().chain(figures).collect());
    }
    table
}

/// What one bar stands for, and which rows have none. `unit` is what the rows name: `completed_at`.
pub fn ages_caption(histogram: &Histogram, retention_days: u32, width: f64, unit: &str) -> String {
    let bars = histogram.bars(retention_days, n_bars(width));
    let days = if bars.days_per_bar == 1 { "one day".into() } else { format!("{} days", bars.days_per_bar) };
    let mut words = vec![format!("One bar is {days} of `{unit}`.")];
    let split = histogram.split(retention_days);
    let mut not_drawn = |n: u64, one: &str, many: &str| match n {
        0 => {}
        1 => words.push(format!("One finished row {one} and is not drawn.")),
        n => words.push(format!("{} finished rows {many} and are not drawn.", count(n))),
    };
    not_drawn(split.without_time, "has none", "have none");
    not_drawn(bars.n_older, "is older", "are older");
    not_drawn(bars.n_future, "names an instant to come", "name an instant to come");
    words.join(" ")
}
