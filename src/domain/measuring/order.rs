//! Statistics by rank.

/// The median; the mean of the middle two of an even number. `None` without samples.
pub fn median_ns(samples: &[u64]) -> Option<u64> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(middle - 1)?;
    Some(lower + (upper - lower) / 2)
}

/// First quartile, median and third quartile, each one of the samples. `None` without samples.
pub fn quartiles(samples: &[i64]) -> Option<[i64; 3]> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().checked_sub(1)?;
    let at = |quarter: usize| sorted.get((last * quarter + 2) / 4).copied();
    Some([at(1)?, at(2)?, at(3)?])
}

/// Linear interpolation between the closest ranks, as criterion does; `share` from 0 to 1. 0 without values.
pub(super) fn percentile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let rank = share.clamp(0.0, 1.0) * last as f64;
    let below = rank.floor() as usize;
    let Some(floor) = sorted.get(below).copied() else { return 0.0 };
    let ceiling = sorted.get(below + 1).copied().unwrap_or(floor);
    floor + (ceiling - floor) * (rank - below as f64)
}

pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}
