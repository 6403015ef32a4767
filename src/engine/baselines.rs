//! A baseline against what was measured later. It asks SQLite nothing, but drawing resamples takes a while.

use super::error::Result;
use super::measure::{SLICE, cancelled};
use super::{interrupt, progress};
use crate::domain::baseline::{Baseline, BaselineComparison, ComparingBaselines};

/// By the settings of `now`.
pub fn compare(before: &Baseline, now: &Baseline) -> Result<BaselineComparison> {
    progress::part(0, 1, || {
        let mut comparing = ComparingBaselines::new(before, now);
        while comparing.advance(SLICE) {
            if interrupt::requested() {
                return Err(cancelled());
            }
            progress::tell(comparing.n_done(), comparing.n_total());
        }
        Ok(comparing.finish())
    })
}
