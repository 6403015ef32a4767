//! The rectangle that a picture is drawn in, and its axes.

use super::labels::text_width;
use super::scale::{Scale, Tick};
use super::svg::{Anchor, Svg};

/// From a baseline of text to that of the next.
pub(super) const LINE: f64 = 16.0;
/// From a mark to its label.
pub(super) const GAP: f64 = 8.0;
/// Below the horizontal axis: the ticks' labels, and what they are.
pub(super) const FOOT: f64 = 44.0;
/// Between two labels on one line.
const APART: f64 = 8.0;

#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

impl Frame {
    /// Room on the left for the labels of the vertical axis.
    pub fn margin(ticks: &[Tick]) -> f64 {
        ticks.iter().map(|tick| text_width(&tick.label)).fold(0.0, f64::max) + GAP
    }

    pub fn xs(&self) -> [f64; 2] {
        [self.left, self.right]
    }

    /// The largest figure stands on top.
    pub fn ys(&self) -> [f64; 2] {
        [self.bottom, self.top]
    }

    /// Labels that would touch the one before are left out; the lines stay.
    pub fn x_axis(&self, svg: &mut Svg, scale: Scale, ticks: &[Tick], words: &str) {
        let mut free = 0.0;
        for tick in ticks {
            let x = scale.at(tick.value);
            svg.line("grid", (x, self.top), (x, self.bottom));
            let width = text_width(&tick.label);
            let (anchor, start, at) = if x - width / 2.0 < 0.0 {
                (Anchor::Start, 0.0, 0.0)
            } else if x + width / 2.0 > svg.width {
                (Anchor::End, svg.width - width, svg.width)
            } else {
                (Anchor::Middle, x - width / 2.0, x)
            };
            if start >= free {
                svg.text("", (at, self.bottom + 18.0), anchor, &tick.label);
                free = start + width + APART;
            }
        }
        svg.line("axis", (self.left, self.bottom), (self.right, self.bottom));
        let middle = (self.left + self.right) / 2.0;
        svg.text("mid", (middle, self.bottom + 38.0), Anchor::Middle, words);
    }

    pub fn y_axis(&self, svg: &mut Svg, scale: Scale, ticks: &[Tick]) {
        for tick in ticks {
            let y = scale.at(tick.value);
            svg.line("grid", (self.left, y), (self.right, y));
            svg.text("", (self.left - GAP, y + 4.0), Anchor::End, &tick.label);
        }
    }

    /// About how many labels of times fit below.
    pub fn n_ticks(&self) -> usize {
        ((self.right - self.left) / 90.0).clamp(2.0, 6.0) as usize
    }
}
