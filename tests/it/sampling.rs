//! Taking samples by a clock that only the contenders move, so that every figure is known beforehand.

use std::cell::{Cell, RefCell};

use cortex_inspector::domain::measuring::{Contender, Progress, Samples, SamplingMode, Settings, sample};
use proptest::prelude::*;

type Sampled = Result<Vec<Samples>, String>;

/// A clock that shows whole steps, and who ran.
struct Bench {
    now_ns: Cell<u64>,
    step_ns: u64,
    calls: RefCell<Vec<usize>>,
    progress: RefCell<Vec<Progress>>,
}

impl Bench {
    fn new() -> Self {
        Self::with_steps_of(1)
    }

    fn with_steps_of(step_ns: u64) -> Self {
        // Not at 0, and in the middle of a step.
        let now_ns = Cell::new(1_000_000_000 + step_ns / 2);
        Self { now_ns, step_ns, calls: RefCell::default(), progress: RefCell::default() }
    }

    /// Samples of contenders that always take the same time.
    fn sample(&self, once_ns: &[u64], settings: &Settings, granularity_ns: u64) -> Vec<Samples> {
        self.sample_while(once_ns, settings, granularity_ns, |_| true)
    }

    fn sample_while(
        &self,
        once_ns: &[u64],
        settings: &Settings,
        granularity_ns: u64,
        go_on: impl Fn(Progress) -> bool,
    ) -> Vec<Samples> {
        let contenders = once_ns.iter().enumerate().map(|(who, once_ns)| {
            Box::new(move || {
                self.run(who, *once_ns);
                Ok(())
            }) as Contender<'_, String>
        });
        self.sample_all(&mut contenders.collect::<Vec<_>>(), settings, granularity_ns, go_on).unwrap()
    }

    fn sample_all(
        &self,
        contenders: &mut [Contender<'_, String>],
        settings: &Settings,
        granularity_ns: u64,
        go_on: impl Fn(Progress) -> bool,
    ) -> Sampled {
        let clock_ns = || self.now_ns.get() / self.step_ns * self.step_ns;
        let go_on = |progress| {
            self.progress.borrow_mut().push(progress);
            go_on(progress)
        };
        sample(contenders, settings, granularity_ns, &clock_ns, &go_on)
    }

    fn run(&self, who: usize, once_ns: u64) {
        self.now_ns.set(self.now_ns.get() + once_ns);
        self.calls.borrow_mut().push(who);
    }

    /// Who ran, each run of the same one after the other once, with its length.
    fn turns(&self) -> Vec<(usize, u64)> {
        let mut turns: Vec<(usize, u64)> = Vec::new();
        for who in self.calls.borrow().iter() {
            match turns.last_mut() {
                Some((last, n)) if last == who => *n += 1,
                _ => turns.push((*who, 1)),
            }
        }
        turns
    }
}

/// One iteration of warm-up, then as many samples as asked for.
fn settings(n_samples: u32, budget_ns: u64) -> Settings {
    Settings { n_samples, min_samples: 1, warm_up_ns: 0, budget_ns, n_resamples: 0, noise_threshold: 0.02 }
}

#[test]
fn iterations_and_times_are_exactly_those_that_ran() {
    let bench = Bench::new();
    // Ten iterations of 1,000 ns make a hundred steps of 100 ns; 25 samples of 5.5 times that on average.
    let samples = bench.sample(&[1_000], &settings(25, 25 * 55_000), 100);
    let ramp: Vec<u64> = (0..25).map(|round| 10 * (1 + round % 10)).collect();
    assert_eq!(samples[0].sampling_mode, SamplingMode::Linear);
    assert_eq!(samples[0].iterations, ramp);
    assert_eq!(samples[0].times_ns, ramp.iter().map(|n| n * 1_000).collect::<Vec<_>>());
    assert!(samples[0].per_iteration_ns().iter().all(|ns| *ns == 1_000.0));
    assert_eq!(bench.calls.borrow().len() as u64, 1 + samples[0].n_iterations());
    let progress: Vec<_> = (1..=25).map(|n_done| Progress { n_done, n_total: 25 }).collect();
    assert_eq!(*bench.progress.borrow(), progress);
}

#[test]
fn a_ramp_is_as_long_as_the_budget_allows() {
    // Units are 10 iterations of 1,000 ns again; a ramp to r takes (r + 1) / 2 of them a sample.
    for (half_units, ramp) in [(1, 1), (2, 1), (3, 2), (4, 3), (10, 9), (11, 10), (12, 10), (1_000, 10)] {
        let settings = Settings { min_samples: 20, ..settings(20, 20 * half_units * 5_000) };
        let samples = Bench::new().sample(&[1_000], &settings, 100);
        let expected: Vec<u64> = (0..20).map(|round| 10 * (1 + round % ramp)).collect();
        assert_eq!(samples[0].iterations, expected, "{half_units}");
        let mode = if ramp > 1 { SamplingMode::Linear } else { SamplingMode::Flat };
        assert_eq!(samples[0].sampling_mode, mode, "{half_units}");
    }
}

#[test]
fn each_takes_its_turn_and_another_one_begins_every_round() {
    let bench = Bench::new();
    let once_ns = [20_000, 30_000, 40_000];
    // One iteration is longer than a hundred steps already.
    let samples = bench.sample(&once_ns, &settings(5, 1_000_000), 100);
    let order: Vec<usize> = bench.calls.borrow()[3..].to_vec();
    let ramps: Vec<Vec<u64>> = samples.iter().map(|samples| samples.iterations.clone()).collect();
    let mut expected = Vec::new();
    for (round, first) in [0, 1, 2, 0, 1].into_iter().enumerate() {
        for turn in 0..3 {
            let who = (first + turn) % 3;
            expected.extend(vec![who; ramps[who][round] as usize]);
        }
    }
    assert_eq!(order, expected);
    for (samples, once_ns) in samples.iter().zip(once_ns) {
        assert_eq!(samples.len(), 5);
        assert!(samples.pairs().all(|(iterations, time_ns)| time_ns == iterations * once_ns));
    }
}

#[test]
fn warming_up_doubles_until_its_time_is_over() {
    // Whole budgets are spent on one sample of one iteration, so that what is left over is the warm-up.
    for (warm_up_ns, n_runs) in
        [(0, 1), (1, 1), (1_000, 1), (1_001, 3), (3_000, 3), (3_001, 7), (7_000, 7), (100_000, 127)]
    {
        let bench = Bench::new();
        let settings = Settings { warm_up_ns, ..settings(1, 0) };
        let samples = bench.sample(&[1_000, 2_000], &settings, 10);
        assert_eq!(samples[0].iterations, [1]);
        let turns = bench.turns();
        assert_eq!(turns[0], (0, n_runs), "{warm_up_ns}");
        // The second one's first sample follows the first one's, not its own warm-up.
        assert_eq!(turns[2], (0, 1), "{warm_up_ns}");
    }
}

#[test]
fn the_budget_ends_it_but_never_below_the_least_number() {
    let taken = |min_samples, budget_ns, once_ns: &[u64]| {
        let settings = Settings { min_samples, ..settings(40, budget_ns) };
        let samples = Bench::new().sample(once_ns, &settings, 1_000);
        assert!(samples.iter().all(|one| one.len() == samples[0].len()));
        samples[0].len()
    };
    assert_eq!(taken(1, 5_000_000, &[1_000_000]), 5);
    // A round that has begun is taken to its end.
    assert_eq!(taken(1, 5_000_001, &[1_000_000]), 6);
    assert_eq!(taken(8, 5_000_000, &[1_000_000]), 8);
    assert_eq!(taken(3, 0, &[1_000_000]), 3);
    assert_eq!(taken(0, 0, &[1_000_000]), 0);
    assert_eq!(taken(1_000, 0, &[1_000_000]), 40);
    // Budgets are put together: the slow one takes from the fast one's.
    assert_eq!(taken(1, 5_000_000, &[1_000_000, 3_000_000]), 3);
}

#[test]
fn whoever_asks_it_to_stop_gets_what_there_is() {
    let bench = Bench::new();
    let samples = bench.sample_while(&[1_000, 1_000], &settings(100, 1 << 40), 10, |progress| progress.n_done < 4);
    assert_eq!(samples.iter().map(Samples::len).collect::<Vec<_>>(), [4, 4]);
    assert_eq!(bench.progress.borrow().len(), 4);
}

#[test]
fn an_error_ends_it() {
    for fails_at in [1, 2, 50] {
        let bench = Bench::new();
        let n = Cell::new(0);
        let mut contenders: Vec<Contender<'_, String>> = vec![
            Box::new(|| {
                bench.run(0, 1_000);
                Ok(())
            }),
            Box::new(|| {
                bench.run(1, 1_000);
                n.set(n.get() + 1);
                if n.get() == fails_at { Err(format!("run {fails_at}")) } else { Ok(()) }
            }),
        ];
        let sampled = bench.sample_all(&mut contenders, &settings(100, 1 << 40), 10, |_| true);
        drop(contenders);
        assert_eq!(sampled, Err(format!("run {fails_at}")));
        assert_eq!(n.get(), fails_at);
        assert_eq!(bench.calls.borrow().last(), Some(&1));
    }
}

#[test]
fn without_contenders_or_samples_there_is_nothing() {
    assert_eq!(Bench::new().sample(&[], &settings(3, 1_000), 10), []);
    assert_eq!(Bench::new().sample(&[5], &settings(0, 1_000), 10), [Samples::new(SamplingMode::Flat)]);
}

/// A statement much shorter than a step must not be taken for one that needs no time.
#[test]
fn a_coarse_clock_does_not_make_a_glance_long() {
    for (granularity_ns, once_ns) in [(5_000, 700), (100_000, 700), (100_000, 20_000), (1_000_000, 50_000)] {
        let bench = Bench::with_steps_of(granularity_ns);
        let start_ns = bench.now_ns.get();
        let settings = Settings { n_samples: 1, ..Settings::glance() };
        bench.sample(&[once_ns], &settings, granularity_ns);
        let steps = (bench.now_ns.get() - start_ns) / granularity_ns;
        assert!(steps < 200, "{once_ns} by {granularity_ns}: {steps} steps");
    }
}

#[test]
fn settings_out_of_all_bounds_are_no_reason_to_panic() {
    let settings = Settings { budget_ns: u64::MAX, ..settings(3, 0) };
    assert_eq!(Bench::new().sample(&[1 << 30, 1 << 30], &settings, u64::MAX / 2)[1].len(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn samples_last_a_hundred_steps_of_the_clock(
        once_ns in 30_u64..3_000_000,
        granularity_ns in prop::sample::select(vec![5_000_u64, 100_000]),
    ) {
        let settings = Settings { min_samples: 2, ..settings(2, 0) };
        let samples = Bench::new().sample(&[once_ns], &settings, granularity_ns);
        for (iterations, time_ns) in samples[0].pairs() {
            prop_assert!(time_ns >= 100 * granularity_ns, "{time_ns}");
            prop_assert_eq!(time_ns, iterations * once_ns);
            // And not much longer than they must.
            prop_assert!(time_ns < 101 * granularity_ns + once_ns + 100 * granularity_ns / once_ns, "{time_ns}");
        }
        // Where the clock itself shows whole steps only, the warm-up is off by a tenth at most.
        let samples = Bench::with_steps_of(granularity_ns).sample(&[once_ns], &settings, granularity_ns);
        prop_assert!(samples[0].times_ns.iter().all(|time_ns| *time_ns >= 89 * granularity_ns), "{samples:?}");
    }

    #[test]
    fn equal_contenders_take_equal_samples(
        once_ns in 1_000_u64..1_000_000,
        n in 1_usize..5,
        n_samples in 1_u32..30,
    ) {
        let bench = Bench::new();
        let samples = bench.sample(&vec![once_ns; n], &settings(n_samples, 10_000_000), 100);
        for one in &samples {
            prop_assert_eq!(one, &samples[0]);
        }
        prop_assert!(samples[0].len() <= n_samples as usize && !samples[0].is_empty());
        prop_assert_eq!(bench.progress.borrow().len(), samples[0].len());
    }
}
