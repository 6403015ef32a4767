//! From figures to places in a picture.

use crate::domain::numbers;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    Linear,
    Logarithmic,
}

#[derive(Clone, Copy)]
pub struct Axis {
    scale: Scale,
    /// Figures at both ends.
    from: f64,
    to: f64,
    /// Places of both ends.
    start: f64,
    end: f64,
}

impl Axis {
    /// A range of nothing is widened, so that one point has a place.
    pub fn new(scale: Scale, (from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        let (from, to) = match scale {
            Scale::Linear if to > from => (from, to),
            Scale::Linear => (from - from.abs().max(1.0) * 0.05, from + from.abs().max(1.0) * 0.05),
            Scale::Logarithmic => {
                let floor = from.max(1e-9).log10().floor();
                let ceiling = to.max(from).max(1e-9).log10().ceil();
                (10f64.powf(floor), 10f64.powf(if ceiling > floor { ceiling } else { floor + 1.0 }))
            }
        };
        Self { scale, from, to, start, end }
    }

    pub fn at(&self, figure: f64) -> f64 {
        let share = match self.scale {
            Scale::Linear => (figure - self.from) / (self.to - self.from),
            Scale::Logarithmic => (figure.max(self.from) / self.from).ln() / (self.to / self.from).ln(),
        };
        self.start + (self.end - self.start) * share.clamp(0.0, 1.0)
    }

    /// Round figures, about `n` of them; powers of ten on a logarithmic axis.
    pub fn ticks(&self, n: usize) -> Vec<f64> {
        match self.scale {
            Scale::Linear => {
                let raw = (self.to - self.from) / n.max(1) as f64;
                let power = 10f64.powf(raw.log10().floor());
                let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|of| of * power).find(|step| *step >= raw);
                let step = step.unwrap_or(raw);
                let first = (self.from / step).ceil();
                (0..=4 * n).map(|at| (first + at as f64) * step).take_while(|tick| *tick <= self.to).collect()
            }
            Scale::Logarithmic => {
                let (from, to) = (self.from.log10().round() as i32, self.to.log10().round() as i32);
                let every = ((to - from) / n.max(1) as i32 + 1).max(1);
                (from..=to).filter(|power| (power - from) % every == 0).map(|power| 10f64.powi(power)).collect()
            }
        }
    }
}

/// The least and the most. `None` without figures.
pub fn range(figures: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let widen = |(low, high): (f64, f64), x: f64| (low.min(x), high.max(x));
    figures.into_iter().fold(None, |range, x| Some(range.map_or((x, x), |range| widen(range, x))))
}

/// For a tick: `1.20 ms`.
pub fn time(ns: f64) -> String {
    numbers::duration(ns.max(0.0).round() as u64).text()
}
