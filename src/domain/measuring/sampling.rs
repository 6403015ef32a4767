//! Taking samples of several contenders in turn, by a clock that the caller brings.

use serde::{Deserialize, Serialize};

use super::samples::{Samples, SamplingMode};

/// What a person can set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Of each contender.
    pub n_samples: u32,
    /// Of a contender that is too slow for its budget.
    pub min_samples: u32,
    /// Of each contender, before its first sample.
    pub warm_up_ns: u64,
    /// Of each contender, for its samples. When it is over before all are taken, fewer must do.
    pub budget_ns: u64,
    /// For the intervals.
    pub n_resamples: u32,
    /// Changes of a smaller ratio are of no interest.
    pub noise_threshold: f64,
}

impl Settings {
    /// For each of many statements in one go: a tenth of the time, and so less sure.
    pub fn brief(&self) -> Self {
        Self {
            min_samples: self.min_samples.min(3),
            warm_up_ns: self.warm_up_ns / 10,
            budget_ns: self.budget_ns / 10,
            n_resamples: self.n_resamples / 10,
            ..self.clone()
        }
    }

    /// For one of many things that are tried: a median, and nothing beside it.
    pub fn glance() -> Self {
        Self { n_samples: 31, min_samples: 1, warm_up_ns: 0, budget_ns: 7_500_000, n_resamples: 0, ..Self::default() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            n_samples: 100,
            // A bootstrap of fewer says little; criterion takes no fewer either.
            min_samples: 10,
            warm_up_ns: 50_000_000,
            budget_ns: 500_000_000,
            n_resamples: 100_000,
            noise_threshold: 0.02,
        }
    }
}

/// A sample lasts at least this many steps of the clock, so that reading it costs a hundredth at most.
const MIN_STEPS: u64 = 100;

/// A warm-up lasts at least this many. One that ends sooner takes a short statement for one that needs no time at all,
/// and its samples last for seconds.
const MIN_WARM_UP_STEPS: u64 = 10;

/// Iterations of a linear mode grow by this many equal steps, again and again: a machine that gets slower meanwhile is
/// not taken for a steeper line, as it would be if they grew from the first sample to the last.
const MAX_RAMP: u64 = 10;

/// No sample repeats more often, whatever the clock.
const MAX_ITERATIONS: u64 = 1_000_000;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub n_done: u32,
    pub n_total: u32,
}

/// Runs one contender once.
pub type Contender<'a, E> = Box<dyn FnMut() -> Result<(), E> + 'a>;

/// Iterations of each sample of one contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    /// Iterations of the shortest sample.
    unit: u64,
    /// How many times that the longest has.
    ramp: u64,
}

impl Plan {
    /// From the time that one iteration needs.
    fn new(once_ns: u64, granularity_ns: u64, settings: &Settings) -> Self {
        let once_ns = once_ns.max(1);
        let unit = MIN_STEPS.saturating_mul(granularity_ns).div_ceil(once_ns).clamp(1, MAX_ITERATIONS);
        let n_samples = u64::from(settings.n_samples.max(1));
        // A ramp from 1 to r has (r + 1) / 2 units a sample.
        let n_units =
            settings.budget_ns.saturating_mul(2) / once_ns.saturating_mul(unit).saturating_mul(n_samples).max(1);
        Self { unit, ramp: n_units.saturating_sub(1).clamp(1, MAX_RAMP) }
    }

    fn mode(self) -> SamplingMode {
        if self.ramp > 1 { SamplingMode::Linear } else { SamplingMode::Flat }
    }

    fn iterations(self, round: u32) -> u64 {
        self.unit * (1 + u64::from(round) % self.ramp)
    }
}

/// Samples of every contender. In each round each takes one sample; the round begins with another one every time, so
/// that none always follows the same.
///
/// `granularity_ns` is the smallest step of the clock. `go_on` is asked after each round, and ends the sampling with
/// what there is when it says `false`. The first error of a contender ends it too.
pub fn sample<E>(
    contenders: &mut [Contender<'_, E>],
    settings: &Settings,
    granularity_ns: u64,
    clock_ns: &dyn Fn() -> u64,
    go_on: &dyn Fn(Progress) -> bool,
) -> Result<Vec<Samples>, E> {
    let warm_up_ns = settings.warm_up_ns.max(MIN_WARM_UP_STEPS.saturating_mul(granularity_ns));
    let mut plans = Vec::new();
    for contender in contenders.iter_mut() {
        let once_ns = warm_up(contender, warm_up_ns, clock_ns)?;
        plans.push(Plan::new(once_ns, granularity_ns, settings));
    }
    let mut samples: Vec<Samples> = plans.iter().map(|plan| Samples::new(plan.mode())).collect();
    let n = contenders.len();
    let start_ns = clock_ns();
    let budget_ns = settings.budget_ns.saturating_mul(n as u64);
    for round in 0..settings.n_samples {
        let in_time = clock_ns().saturating_sub(start_ns) < budget_ns;
        if !in_time && round >= settings.min_samples.min(settings.n_samples) {
            break;
        }
        for turn in 0..n {
            let at = (turn + round as usize) % n;
            let (Some(contender), Some(plan), Some(samples)) =
                (contenders.get_mut(at), plans.get(at), samples.get_mut(at))
            else {
                continue;
            };
            let iterations = plan.iterations(round);
            let start_ns = clock_ns();
            for _ in 0..iterations {
                contender()?;
            }
            samples.push(iterations, clock_ns().saturating_sub(start_ns));
        }
        if !go_on(Progress { n_done: round + 1, n_total: settings.n_samples }) {
            break;
        }
    }
    Ok(samples)
}

/// Doubles the iterations until the time is over, as criterion does. The answer is the time of one iteration.
fn warm_up<E>(contender: &mut Contender<'_, E>, warm_up_ns: u64, clock_ns: &dyn Fn() -> u64) -> Result<u64, E> {
    let start_ns = clock_ns();
    let (mut n_done, mut iterations) = (0_u64, 1_u64);
    loop {
        for _ in 0..iterations {
            contender()?;
        }
        n_done += iterations;
        let elapsed_ns = clock_ns().saturating_sub(start_ns);
        if elapsed_ns >= warm_up_ns || iterations >= MAX_ITERATIONS {
            return Ok(elapsed_ns / n_done);
        }
        iterations *= 2;
    }
}
