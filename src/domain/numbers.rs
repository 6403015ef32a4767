//! Figures as a person reads them.

/// A figure and its unit, apart, so that the unit can stand in grey beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    pub figure: String,
    pub unit: &'static str,
}

impl Quantity {
    fn new(figure: String, unit: &'static str) -> Self {
        Self { figure, unit }
    }

    /// In a sentence or an accessible name: `20.5 KB`.
    pub fn text(&self) -> String {
        format!("{}\u{a0}{}", self.figure, self.unit)
    }
}

/// `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 row`, `2 rows`, `1,234 entries`.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// Decimal units, as operating systems and the guide give file sizes: `20.5 KB`, `1.01 MB`.
pub fn bytes(n: u64) -> Quantity {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if n < 1000 {
        return Quantity::new(n.to_string(), if n == 1 { "byte" } else { "bytes" });
    }
    scaled(n as f64 / 1e3, &UNITS)
}

/// `3.20 ms`. Below a microsecond whole nanoseconds, from a minute on minutes.
pub fn duration(ns: u64) -> Quantity {
    const UNITS: [&str; 3] = ["µs", "ms", "s"];
    if ns < 1000 {
        return Quantity::new(ns.to_string(), "ns");
    }
    if ns >= 120_000_000_000 {
        return Quantity::new(significant(ns as f64 / 60e9), "min");
    }
    scaled(ns as f64 / 1e3, &UNITS)
}

/// `37.0 to 44.1 ms`, with both units where they differ.
pub fn duration_range(from: u64, to: u64) -> String {
    let (from, to) = (duration(from), duration(to));
    let start = if from.unit == to.unit { from.figure } else { from.text() };
    format!("{start} to {}", to.text())
}

/// One decimal; what is there but would round to nothing is said to be less than that.
pub fn percent(part: u64, whole: u64) -> Option<Quantity> {
    let share = share(part, whole)?;
    let figure = if part > 0 && share < 0.05 { "< 0.1".into() } else { format!("{share:.1}") };
    Some(Quantity::new(figure, "%"))
}

/// 0 to 100, for a bar.
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 100.0).min(100.0))
}

/// 0 to 100, for a bar on a logarithmic scale that ends at `longest`.
pub fn log_share(n: f64, longest: f64) -> f64 {
    if n > 0.0 && longest > 0.0 { ((1.0 + n).ln() / (1.0 + longest).ln() * 100.0).min(100.0) } else { 0.0 }
}

/// An estimate, which need not be whole: `1,235`, `< 1`.
pub fn estimate(n: f64) -> String {
    if n < 0.5 { "< 1".into() } else { count(n.round() as u64) }
}

/// How a figure of the second state stands to that of the first.
#[derive(Clone, Debug, PartialEq)]
pub enum Ratio {
    Same,
    /// There was some, there is none.
    Gone,
    /// There was none, there is some.
    New,
    /// Equal when rounded to one decimal.
    AlmostSame,
    Less(f64),
    More(f64),
}

pub fn ratio(before: u64, after: u64) -> Ratio {
    match (before, after) {
        (before, after) if before == after => Ratio::Same,
        (_, 0) => Ratio::Gone,
        (0, _) => Ratio::New,
        (before, after) => {
            let (less, times) = if after < before {
                (true, before as f64 / after as f64)
            } else {
                (false, after as f64 / before as f64)
            };
            match (less, times < 1.05) {
                (_, true) => Ratio::AlmostSame,
                (true, _) => Ratio::Less(times),
                (false, _) => Ratio::More(times),
            }
        }
    }
}

/// `p = 0.031`, and never `p = 0.000`.
pub fn p_value(p: f64) -> String {
    if p < 0.001 { "p\u{a0}<\u{a0}0.001".into() } else { format!("p\u{a0}=\u{a0}{p:.3}") }
}

/// The factor of a ratio: `7.6 ×`, `120 ×`, `1,234 ×`.
pub fn times(factor: f64) -> String {
    if factor < 100.0 { format!("{factor:.1} ×") } else { format!("{} ×", count(factor.round() as u64)) }
}

/// Goes up through units of a thousand while the rounded figure would have four digits.
fn scaled(mut x: f64, units: &[&'static str]) -> Quantity {
    let mut at = 0;
    while x >= 999.5 && at + 1 < units.len() {
        x /= 1000.0;
        at += 1;
    }
    Quantity::new(significant(x), units.get(at).copied().unwrap_or_default())
}

/// Three significant digits, without an exponent.
fn significant(x: f64) -> String {
    if x >= 999.5 {
        count(x.round() as u64)
    } else if x >= 99.95 {
        format!("{x:.0}")
    } else if x >= 9.995 {
        format!("{x:.1}")
    } else {
        format!("{x:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(quantity: Quantity, expect: &str) {
        assert_eq!(quantity.text().replace('\u{a0}', " "), expect);
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1000), "1,000");
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn sizes_and_times_have_three_digits() {
        check(bytes(1), "1 byte");
        check(bytes(999), "999 bytes");
        check(bytes(20_480), "20.5 KB");
        check(bytes(139_264), "139 KB");
        check(bytes(999_600), "1.00 MB");
        check(bytes(98_400_000), "98.4 MB");
        check(duration(0), "0 ns");
        check(duration(3_200_000), "3.20 ms");
        check(duration(999_499), "999 µs");
        check(duration(999_500), "1.00 ms");
        check(duration(61_000_000_000), "61.0 s");
        check(duration(600_000_000_000), "10.0 min");
    }

    #[test]
    fn shares_do_not_hide_what_is_there() {
        check(percent(157, 1000).unwrap(), "15.7 %");
        check(percent(1, 1_000_000).unwrap(), "< 0.1 %");
        assert_eq!(percent(0, 0), None);
    }

    #[test]
    fn a_logarithmic_scale_shows_small_figures_beside_large_ones() {
        assert_eq!((log_share(0.0, 9.0), log_share(9.0, 9.0), log_share(5.0, 0.0)), (0.0, 100.0, 0.0));
        assert!((log_share(9.0, 99.0) - 50.0).abs() < 1e-9);
        assert_eq!((estimate(0.2), estimate(1234.6)), ("< 1".into(), "1,235".into()));
    }

    #[test]
    fn ratios() {
        assert_eq!(ratio(1, 0), Ratio::Gone);
        assert_eq!(ratio(0, 1), Ratio::New);
        assert_eq!(ratio(0, 0), Ratio::Same);
        assert_eq!(ratio(1000, 1001), Ratio::AlmostSame);
        assert_eq!(ratio(10, 5), Ratio::Less(2.0));
        assert_eq!(times(7.62), "7.6 ×");
        assert_eq!(times(1234.4), "1,234 ×");
    }
}
