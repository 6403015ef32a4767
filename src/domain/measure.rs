//! Statistics of measured times. Names are criterion's.

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
