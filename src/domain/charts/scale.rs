//! From figures to pixels, and the figures that an axis names.

use crate::domain::numbers::{Quantity, duration};

/// Keeps within its pixels whatever it is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// Figures at both ends; their logarithms on a logarithmic scale.
    from: f64,
    to: f64,
    start: f64,
    end: f64,
    logarithmic: bool,
}

impl Scale {
    pub fn linear([from, to]: [f64; 2], [start, end]: [f64; 2]) -> Self {
        Self { from, to, start, end, logarithmic: false }
    }

    /// Of figures above zero.
    pub fn logarithmic([from, to]: [f64; 2], [start, end]: [f64; 2]) -> Self {
        Self { from: from.ln(), to: to.ln(), start, end, logarithmic: true }
    }

    /// In the middle when both ends are the same.
    pub fn at(&self, value: f64) -> f64 {
        let value = if self.logarithmic { value.ln() } else { value };
        let share = (value - self.from) / (self.to - self.from);
        let share = if share.is_nan() { 0.5 } else { share.clamp(0.0, 1.0) };
        self.start + share * (self.end - self.start)
    }
}

/// A figure that an axis names, and how.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub value: f64,
    pub label: String,
}

/// Steps of 1, 2 or 5 times a power of ten, about `n` of them, none smaller than `least`.
fn nice_step(span: f64, n: usize, least: f64) -> f64 {
    let rough = (span / n.max(1) as f64).max(least);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0].into_iter().map(|digit| digit * power).find(|step| *step >= rough * 0.999);
    step.unwrap_or(10.0 * power)
}

/// Multiples of `step` from `from` to `to`.
fn multiples([from, to]: [f64; 2], step: f64) -> Vec<f64> {
    if !(step.is_finite() && step > 0.0 && (to - from) / step < 1000.0) {
        return Vec::new();
    }
    let (first, last) = ((from / step - 1e-9).ceil() as i64, (to / step + 1e-9).floor() as i64);
    (first..=last).map(|n| n as f64 * step).collect()
}

/// Whole figures: iterations, samples.
pub(super) fn count_ticks(domain: [f64; 2], n: usize) -> Vec<Tick> {
    let step = nice_step(domain[1] - domain[0], n, 1.0);
    multiples(domain, step).into_iter().map(|value| Tick { value, label: count(value) }).collect()
}

/// Nanoseconds, in the unit of the largest and with as many decimals as tell them apart.
pub(super) fn time_ticks(domain: [f64; 2], n: usize) -> Vec<Tick> {
    let step = nice_step(domain[1] - domain[0], n, 0.001);
    let values = multiples(domain, step);
    let unit = duration(values.last().copied().unwrap_or(domain[1]).round() as u64).unit;
    let unit_ns = match unit {
        "min" => 60e9,
        "s" => 1e9,
        "ms" => 1e6,
        "µs" => 1e3,
        _ => 1.0,
    };
    let n_decimals = (-(step / unit_ns).log10().floor()).clamp(0.0, 6.0) as usize;
    let label = |value: f64| {
        if value == 0.0 {
            "0".into()
        } else if unit == "min" {
            format!("{:.1}\u{a0}{unit}", value / unit_ns)
        } else {
            format!("{:.n_decimals$}\u{a0}{unit}", value / unit_ns)
        }
    };
    values.into_iter().map(|value| Tick { value, label: label(value) }).collect()
}

/// Powers of ten, at most `most`; twice and five times them too where there are few.
pub(super) fn log_ticks([from, to]: [f64; 2], most: usize, label: fn(f64) -> String) -> Vec<Tick> {
    if !(from > 0.0 && to >= from && to.is_finite()) {
        return Vec::new();
    }
    let (first, last) = ((from.log10() + 1e-9).floor() as i32, (to.log10() - 1e-9).ceil() as i32);
    let inside = |value: &f64| *value >= from * 0.999 && *value <= to * 1.001;
    let powers: Vec<f64> = (first..=last).map(|power| 10_f64.powi(power)).filter(inside).collect();
    let values: Vec<f64> = if powers.len() < 3 {
        let digits = (first..=last).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)));
        digits.filter(inside).collect()
    } else {
        powers.iter().copied().step_by(powers.len().div_ceil(most.max(1))).collect()
    };
    values.into_iter().map(|value| Tick { value, label: label(value) }).collect()
}

/// `1 ms`, not `1.00 ms`: a tick is exact.
pub(super) fn time(ns: f64) -> String {
    trimmed(duration(ns.round() as u64))
}

pub(super) fn count(n: f64) -> String {
    crate::domain::numbers::count(n.round() as u64)
}

fn trimmed(quantity: Quantity) -> String {
    let figure = match quantity.figure.as_str() {
        figure if figure.contains('.') => figure.trim_end_matches('0').trim_end_matches('.'),
        figure => figure,
    };
    format!("{figure}\u{a0}{}", quantity.unit)
}
