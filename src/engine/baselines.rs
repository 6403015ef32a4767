//! A baseline against what was measured later. It asks SQLite nothing, but drawing resamples takes a while.

use super::error::Result;
use super::measure::{SLICE, cancelled};
use super::{interrupt, progress};
use crate::domain::baseline::{Baseline, BaselineComparison, ComparingBaselines};

/// By the settings of `now`.
pub fn compare(before: &Baseline, now: &Baseline) -> Result<BaselineComparison> {
    let mut comparing = ComparingBaselines::new(before, now);
    let mut n_told = 0;
    while comparing.advance(SLICE) {
        if interrupt::requested() {
            return Err(cancelled());
        }
        let n_done = comparing.n_done();
        if n_done > n_told {
            progress::tell(n_done, comparing.n_total());
            n_told = n_done;
        }
    }
    Ok(comparing.finish())
}
