//! Measuring times so that a person can trust them. Names are criterion's; nothing here knows a clock of its own.
//!
//! `sampling` takes samples of several contenders in turn, `estimates` says what they are worth, `change` compares two.

mod change;
mod density;
mod estimates;
mod order;
mod outliers;
mod regression;
mod resampling;
mod samples;
mod sampling;

pub use change::{Bound, Change, ChangeVerdict, Comparing, Pairing};
pub use density::{Density, density};
pub use estimates::{CONFIDENCE_LEVEL, Estimate, Estimates, Estimating, PointEstimates, point_estimates};
pub use order::{median_ns, quartiles};
pub use outliers::{Fences, Label, Outliers};
pub use regression::{Fit, fit_line, fit_power, slope_through_origin};
pub use samples::{Samples, SamplingMode};
pub use sampling::{Contender, Progress, Settings, sample};
