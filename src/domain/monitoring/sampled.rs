//! Events with how many rows they returned: a fair sample of them.

use serde::{Deserialize, Serialize};

use crate::domain::measuring::{Fit, fit_line};

/// As many points as a picture of this size can show apart.
const MAX_POINTS: usize = 1_000;

/// Rows and duration of events drawn at random, each event with the same chance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampled {
    pub points: Vec<(u64, u64)>,
    /// All that had a number of rows.
    pub n: u64,
    /// State of the draw: the same log gives the same sample.
    random: u64,
}

impl Default for Sampled {
    fn default() -> Self {
        Self { points: Vec::new(), n: 0, random: 0x2545_f491_4f6c_dd1d }
    }
}

impl Sampled {
    pub fn add(&mut self, count: u64, duration_ns: u64) {
        self.n += 1;
        if self.points.len() < MAX_POINTS {
            self.points.push((count, duration_ns));
            return;
        }
        let mut rng = fastrand::Rng::with_seed(self.random);
        let at = rng.u64(..self.n);
        self.random = rng.get_seed();
        if let Some(point) = usize::try_from(at).ok().and_then(|at| self.points.get_mut(at)) {
            *point = (count, duration_ns);
        }
    }

    /// Duration over rows. `None` where the number of rows never differs.
    pub fn fit(&self) -> Option<Fit> {
        fit_line(&self.points.iter().map(|(count, ns)| (*count as f64, *ns as f64)).collect::<Vec<_>>())
    }
}
