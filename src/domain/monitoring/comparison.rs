//! Whether durations of one part of a log differ from those of another.

use statrs::function::erf::erfc;

use super::distribution::Distribution;

/// With fewer events on a side nothing is said.
const MIN_EVENTS: u64 = 20;

/// A difference as large as this comes about by chance once in a hundred times.
const SIGNIFICANCE: f64 = 0.01;

/// A smaller change of the median or of the 95th percentile is none that a person notices.
const NOTICEABLE: f64 = 0.1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tendency {
    Slower,
    Faster,
    /// No difference, or none that is noticeable.
    Same,
    /// Too few events on a side.
    Unknown,
}

impl Tendency {
    pub fn label(self) -> &'static str {
        match self {
            Self::Slower => "Slower",
            Self::Faster => "Faster",
            Self::Same => "No change",
            Self::Unknown => "Too few events",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// How often an event of the later part took longer than one of the earlier part, of 1; equal ones count half.
    pub slower_share: f64,
    /// Of the rank-sum test by Mann and Whitney.
    pub p_value: f64,
    pub tendency: Tendency,
}

pub fn compare(earlier: &Distribution, later: &Distribution) -> Comparison {
    let (n, m) = (earlier.n() as f64, later.n() as f64);
    if earlier.n().min(later.n()) < MIN_EVENTS {
        let slower_share = if n * m > 0.0 { rank_sum(earlier, later).0 / (n * m) } else { 0.5 };
        return Comparison { slower_share, p_value: 1.0, tendency: Tendency::Unknown };
    }
    let (u, ties) = rank_sum(earlier, later);
    let all = n + m;
    let variance = n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
    // Where all are equal nothing differs.
    let z = if variance > 0.0 { (u - n * m / 2.0) / variance.sqrt() } else { 0.0 };
    let p_value = erfc(z.abs() / std::f64::consts::SQRT_2);
    let moved = [0.5, 0.95].map(|share| {
        let (before, after) = (earlier.quantile_ns(share) as f64, later.quantile_ns(share) as f64);
        if before > 0.0 { after / before - 1.0 } else { f64::from(after > 0.0) }
    });
    let tendency = match () {
        () if p_value >= SIGNIFICANCE => Tendency::Same,
        () if z > 0.0 && moved.iter().any(|moved| *moved >= NOTICEABLE) => Tendency::Slower,
        () if z < 0.0 && moved.iter().any(|moved| *moved <= -NOTICEABLE) => Tendency::Faster,
        () => Tendency::Same,
    };
    Comparison { slower_share: u / (n * m), p_value, tendency }
}

/// Pairs of which the later one took longer, equal ones as half; and the sum of t³ − t over all equal ones.
fn rank_sum(earlier: &Distribution, later: &Distribution) -> (f64, f64) {
    let mut merged: Vec<(u64, [u64; 2])> = earlier.counts().map(|(ns, n)| (ns, [n, 0])).collect();
    merged.extend(later.counts().map(|(ns, n)| (ns, [0, n])));
    merged.sort_unstable_by_key(|(ns, _)| *ns);
    let (mut u, mut ties, mut below) = (0.0, 0.0, 0.0);
    for equal in merged.chunk_by(|one, other| one.0 == other.0) {
        let [n, m] = equal.iter().fold([0.0, 0.0], |sum, (_, n)| [sum[0] + n[0] as f64, sum[1] + n[1] as f64]);
        u += m * (below + n / 2.0);
        below += n;
        let t: f64 = n + m;
        ties += t * t * t - t;
    }
    (u, ties)
}
