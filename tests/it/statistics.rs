//! What samples say: properties that hold for all, how often intervals and verdicts are right, and criterion's own
//! figures for the same samples.

use std::path::Path;

use cortex_inspector::domain::measuring::{
    Change, ChangeVerdict, Comparing, Density, Estimate, Estimates, Estimating, Fences, Label, Outliers, Pairing,
    PointEstimates, Samples, SamplingMode, Settings, density, fit_line, fit_power, point_estimates,
};
use fastrand::Rng;
use proptest::prelude::*;
use serde_json::Value;

const N_RESAMPLES: u32 = 500;

fn flat(times_ns: &[u64]) -> Samples {
    let mut samples = Samples::new(SamplingMode::Flat);
    for time_ns in times_ns {
        samples.push(1, *time_ns);
    }
    samples
}

fn linear(pairs: &[(u64, u64)]) -> Samples {
    let mut samples = Samples::new(SamplingMode::Linear);
    for (iterations, time_ns) in pairs {
        samples.push(*iterations, *time_ns);
    }
    samples
}

fn scaled(samples: &Samples, by: u64) -> Samples {
    Samples { times_ns: samples.times_ns.iter().map(|ns| ns * by).collect(), ..samples.clone() }
}

fn estimate(samples: &Samples, n_resamples: u32) -> Estimates {
    estimate_in_slices(samples, n_resamples, u32::MAX)
}

fn estimate_in_slices(samples: &Samples, n_resamples: u32, slice: u32) -> Estimates {
    let mut estimating = Estimating::new(samples, n_resamples);
    while estimating.advance(slice) {}
    estimating.finish()
}

fn compare(before: &Samples, after: &Samples, pairing: Pairing, noise_threshold: f64) -> Option<Change> {
    compare_in_slices(before, after, pairing, noise_threshold, u32::MAX)
}

fn compare_in_slices(
    before: &Samples,
    after: &Samples,
    pairing: Pairing,
    noise_threshold: f64,
    slice: u32,
) -> Option<Change> {
    let mut comparing = Comparing::new(before, after, pairing, N_RESAMPLES);
    while comparing.advance(slice) {}
    comparing.finish(noise_threshold)
}

/// Equal but for the last digits of arithmetic on numbers of the size of `size`.
fn near(a: f64, b: f64, size: f64) -> bool {
    (a - b).abs() <= 1e-9 * size.abs().max(f64::MIN_POSITIVE)
}

fn figures(points: &PointEstimates) -> [f64; 5] {
    [points.mean, points.median, points.std_dev, points.median_abs_dev, points.slope.unwrap_or_default()]
}

fn intervals(estimates: &Estimates) -> Vec<Estimate> {
    let Estimates { mean, median, std_dev, median_abs_dev, slope, .. } = estimates;
    [*mean, *median, *std_dev, *median_abs_dev].into_iter().chain(*slope).collect()
}

fn times() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(1_u64..1_000_000, 1..40)
}

fn pairs() -> impl Strategy<Value = Vec<(u64, u64)>> {
    prop::collection::vec((1_u64..1_000, 1_u64..1_000_000), 1..40)
}

// Estimates.

#[test]
fn figures_of_few_samples() {
    assert_eq!(point_estimates(&flat(&[])), PointEstimates::default());
    let one = point_estimates(&flat(&[7]));
    assert_eq!(figures(&one), [7.0, 7.0, 0.0, 0.0, 0.0]);
    let few = point_estimates(&flat(&[1, 2, 3, 4, 100]));
    assert_eq!((few.mean, few.median, few.slope), (22.0, 3.0, None));
    assert!(near(few.median_abs_dev, f64::from(1.4826_f32), 1.0));
    assert!(near(few.std_dev, (7_610.0_f64 / 4.0).sqrt(), 50.0));
    assert_eq!(point_estimates(&linear(&[(1, 10), (2, 20), (10, 100)])).slope, Some(10.0));

    assert_eq!(intervals(&estimate(&flat(&[]), 100)), [Estimate::default(); 4]);
    let one = estimate(&flat(&[7]), 100);
    assert_eq!((one.n_samples, one.n_iterations, one.n_resamples), (1, 1, 100));
    assert_eq!(one.median, Estimate { point_ns: 7, lower_ns: 7, upper_ns: 7 });
    assert_eq!(one.std_dev, Estimate::default());
    // Whoever stops before the first resample gets no interval, but no panic either.
    assert_eq!(Estimating::new(&flat(&[1, 3]), 100).finish().median.point_ns, 2);
}

proptest! {
    #[test]
    fn figures_grow_with_their_samples(pairs in pairs(), by in 1_u64..1_000) {
        let samples = linear(&pairs);
        let (one, many) = (figures(&point_estimates(&samples)), figures(&point_estimates(&scaled(&samples, by))));
        let size = samples.per_iteration_ns().into_iter().fold(0.0, f64::max) * by as f64;
        for (one, many) in one.into_iter().zip(many) {
            prop_assert!(near(one * by as f64, many, size), "{one} {many}");
        }
        let (one, many) = (estimate(&samples, 50), estimate(&scaled(&samples, by), 50));
        for (one, many) in intervals(&one).into_iter().zip(intervals(&many)) {
            for (one, many) in
                [(one.point_ns, many.point_ns), (one.lower_ns, many.lower_ns), (one.upper_ns, many.upper_ns)]
            {
                // The first is rounded before it is multiplied.
                prop_assert!((one * by).abs_diff(many) <= by / 2 + 1, "{one} {many}");
            }
        }
        prop_assert_eq!(one.outliers, many.outliers);
    }

    #[test]
    fn a_shift_moves_the_centre_and_leaves_the_spread(times in times(), shift in 0_u64..1_000_000) {
        let (here, there) = (flat(&times), flat(&times.iter().map(|ns| ns + shift).collect::<Vec<_>>()));
        let moved = |shift: u64| [shift as f64, shift as f64, 0.0, 0.0, 0.0];
        let figures = |samples: &Samples| figures(&point_estimates(samples));
        for ((here, there), shift) in figures(&here).into_iter().zip(figures(&there)).zip(moved(shift)) {
            prop_assert!(near(here + shift, there, 2e6), "{here} {there}");
        }
        let (here, there) = (estimate(&here, 50), estimate(&there, 50));
        for (here, there) in [(here.mean, there.mean), (here.median, there.median)] {
            prop_assert!((here.lower_ns + shift).abs_diff(there.lower_ns) <= 1);
            prop_assert!((here.upper_ns + shift).abs_diff(there.upper_ns) <= 1);
        }
        prop_assert!(here.std_dev.upper_ns.abs_diff(there.std_dev.upper_ns) <= 1);
        prop_assert!(here.median_abs_dev.upper_ns.abs_diff(there.median_abs_dev.upper_ns) <= 1);
    }

    #[test]
    fn the_order_of_samples_does_not_matter(times in times(), seed in any::<u64>()) {
        let mut mixed = times.clone();
        Rng::with_seed(seed).shuffle(&mut mixed);
        let (times, mixed) = (flat(&times), flat(&mixed));
        prop_assert_eq!(intervals(&estimate(&times, 50))[1], intervals(&estimate(&mixed, 50))[1]);
        prop_assert_eq!(Fences::of(&times.per_iteration_ns()), Fences::of(&mixed.per_iteration_ns()));
    }

    #[test]
    fn intervals_lie_among_the_samples(pairs in pairs()) {
        let samples = linear(&pairs);
        let estimates = estimate(&samples, 200);
        let mut values = samples.per_iteration_ns();
        values.sort_by(f64::total_cmp);
        let (least, most) = (values[0].round() as u64, values[values.len() - 1].round() as u64);
        for estimate in intervals(&estimates) {
            prop_assert!(estimate.lower_ns <= estimate.upper_ns, "{estimate:?}");
        }
        for estimate in [estimates.mean, estimates.median, estimates.slope.unwrap()] {
            prop_assert!(least <= estimate.lower_ns && estimate.upper_ns <= most, "{estimate:?}");
            prop_assert!(least <= estimate.point_ns && estimate.point_ns <= most, "{estimate:?}");
        }
        prop_assert!(estimates.median_abs_dev.upper_ns as f64 <= 1.4826 * (most - least + 1) as f64);
    }

    #[test]
    fn estimates_drawn_in_slices_are_those_drawn_at_once(pairs in pairs(), slice in 1_u32..200) {
        let samples = linear(&pairs);
        prop_assert_eq!(estimate_in_slices(&samples, N_RESAMPLES, slice), estimate(&samples, N_RESAMPLES));
    }
}

/// The two pointers that walk apart from the median find what sorting the distances finds.
#[test]
fn resampled_deviations_are_those_of_a_plain_bootstrap() {
    let mut rng = Rng::with_seed(3);
    for n in [5, 20, 21, 60] {
        let samples = lognormal(&mut rng, n, 0.3);
        let ours = estimate(&samples, 20_000).median_abs_dev;
        let values = samples.per_iteration_ns();
        let mut drawn: Vec<f64> = (0..20_000)
            .map(|_| {
                let resample: Vec<f64> = (0..n).map(|_| values[rng.usize(..n)]).collect();
                let centre = median(&resample);
                1.4826 * median(&resample.iter().map(|value| (value - centre).abs()).collect::<Vec<_>>())
            })
            .collect();
        drawn.sort_by(f64::total_cmp);
        let width = drawn[19_499] - drawn[499];
        assert!((ours.lower_ns as f64 - drawn[499]).abs() < 0.1 * width, "{n}: {ours:?}");
        assert!((ours.upper_ns as f64 - drawn[19_499]).abs() < 0.1 * width, "{n}: {ours:?}");
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
}

// Outliers.

#[test]
fn fences_of_a_known_set() {
    let values: Vec<f64> = (0..=8).map(f64::from).chain([13.0, 17.0]).collect();
    // Quartiles are 2.5 and 7.5.
    let fences = Fences::of(&values);
    let expected = Fences { low_severe: -12.5, low_mild: -5.0, high_mild: 15.0, high_severe: 22.5 };
    assert_eq!(fences, expected);
    assert_eq!(fences.count(&values), Outliers { high_mild: 1, ..Outliers::default() });
    let on_and_beyond = [-13.0, -12.5, -5.1, -5.0, 15.0, 15.1, 22.5, 22.6].map(|value| fences.label(value));
    use Label::*;
    assert_eq!(on_and_beyond, [LowSevere, LowMild, LowMild, Normal, Normal, HighMild, HighMild, HighSevere]);
    assert_eq!(Fences::of(&[]).count(&[]).total(), 0);
}

/// Four times a quartile, in whole numbers.
fn quartile_times_4(sorted: &[i64], quarter: usize) -> i64 {
    let rank = (sorted.len() - 1) * quarter;
    let (at, rest) = (rank / 4, (rank % 4) as i64);
    sorted[at] * (4 - rest) + sorted.get(at + 1).map_or(0, |next| next * rest)
}

proptest! {
    #[test]
    fn outliers_are_those_of_whole_numbers(mut values in prop::collection::vec(
        prop_oneof![8 => 0_i64..100, 1 => -300_i64..400, 1 => -10_000_i64..10_000], 1..60)) {
        values.sort_unstable();
        let (q1, q3) = (quartile_times_4(&values, 1), quartile_times_4(&values, 3));
        let range = q3 - q1;
        let count = |holds: &dyn Fn(i64) -> bool| values.iter().filter(|value| holds(8 * **value)).count() as u32;
        let (low_severe, high_severe) = (2 * q1 - 6 * range, 2 * q3 + 6 * range);
        let (low_mild, high_mild) = (2 * q1 - 3 * range, 2 * q3 + 3 * range);
        let expected = Outliers {
            low_severe: count(&|value| value < low_severe),
            low_mild: count(&|value| low_severe <= value && value < low_mild),
            high_mild: count(&|value| high_mild < value && value <= high_severe),
            high_severe: count(&|value| high_severe < value),
        };
        let values: Vec<f64> = values.iter().map(|value| *value as f64).collect();
        let found = Fences::of(&values).count(&values);
        prop_assert_eq!(found, expected);
        prop_assert_eq!(found.total(), values.iter().filter(|value| Fences::of(&values).label(**value) != Label::Normal).count() as u32);
    }
}

// Change.

#[test]
fn nothing_is_compared_with_nothing() {
    for pairing in [Pairing::Interleaved, Pairing::Apart] {
        let (none, some, zeros) = (flat(&[]), flat(&[1, 2, 3]), flat(&[0, 0, 0]));
        assert_eq!(compare(&none, &some, pairing, 0.02), None);
        assert_eq!(compare(&some, &none, pairing, 0.02), None);
        assert_eq!(compare(&zeros, &some, pairing, 0.02), None);
        assert_eq!(Comparing::new(&some, &some, pairing, 100).finish(0.02), None);
    }
    let (more, fewer) = (flat(&[10, 10, 10, 1_000]), flat(&[20, 20, 20]));
    assert_eq!(compare(&more, &fewer, Pairing::Interleaved, 0.02).unwrap().ratio.upper, 1.0);
}

proptest! {
    #[test]
    fn a_thing_against_itself_is_no_change(pairs in pairs(), threshold in 0.0..0.1) {
        let samples = linear(&pairs);
        let change = compare(&samples, &samples, Pairing::Interleaved, threshold).unwrap();
        prop_assert_eq!([change.ratio.point, change.ratio.lower, change.ratio.upper], [0.0; 3]);
        prop_assert_eq!([change.difference_ns.point, change.difference_ns.lower, change.difference_ns.upper], [0; 3]);
        prop_assert_eq!((change.verdict, change.p_value, change.n_more_samples), (ChangeVerdict::WithinNoise, 1.0, None));
        let change = compare(&samples, &samples, Pairing::Apart, threshold).unwrap();
        prop_assert_eq!(change.ratio.point, 0.0);
        prop_assert!(change.ratio.lower <= 0.0 && change.ratio.upper >= 0.0, "{change:?}");
        prop_assert!(matches!(change.verdict, ChangeVerdict::WithinNoise | ChangeVerdict::Undecided));
    }

    #[test]
    fn a_change_of_every_sample_is_found_whole(times in times(), by in 2_u64..20) {
        let (once, more) = (flat(&times), scaled(&flat(&times), by));
        let there = compare(&once, &more, Pairing::Interleaved, 0.02).unwrap();
        let back = compare(&more, &once, Pairing::Interleaved, 0.02).unwrap();
        for ratio in [there.ratio.point, there.ratio.lower, there.ratio.upper] {
            prop_assert!(near(ratio, by as f64 - 1.0, by as f64));
        }
        for ratio in [back.ratio.point, back.ratio.lower, back.ratio.upper] {
            prop_assert!(near(ratio, 1.0 / by as f64 - 1.0, 1.0));
        }
        prop_assert_eq!((there.verdict, back.verdict), (ChangeVerdict::Regressed, ChangeVerdict::Improved));
        prop_assert!(there.p_value < 0.01 && there.p_value == back.p_value);
        prop_assert!(there.difference_ns.point.abs_diff(-back.difference_ns.point) <= 1);
        prop_assert!(there.difference_ns.lower.abs_diff(-back.difference_ns.upper) <= 1);
    }

    #[test]
    fn a_ratio_does_not_hang_on_the_unit(before in times(), after in times(), by in 1_u64..1_000) {
        for pairing in [Pairing::Interleaved, Pairing::Apart] {
            let change = |by| compare(&scaled(&flat(&before), by), &scaled(&flat(&after), by), pairing, 0.02).unwrap();
            let (one, many) = (change(1), change(by));
            for (one, many) in [
                (one.ratio.point, many.ratio.point),
                (one.ratio.lower, many.ratio.lower),
                (one.ratio.upper, many.ratio.upper),
            ] {
                prop_assert!(near(one, many, 1.0 + one.abs()), "{one} {many}");
            }
            prop_assert_eq!(one.p_value, many.p_value);
            prop_assert!(one.ratio.lower <= one.ratio.upper);
        }
    }

    #[test]
    fn changes_drawn_in_slices_are_those_drawn_at_once(before in times(), after in times(), slice in 1_u32..200) {
        for pairing in [Pairing::Interleaved, Pairing::Apart] {
            let (before, after) = (flat(&before), flat(&after));
            prop_assert_eq!(
                compare_in_slices(&before, &after, pairing, 0.02, slice),
                compare(&before, &after, pairing, 0.02)
            );
        }
    }

    /// In words: beyond, within, or across the threshold.
    #[test]
    fn verdicts_are_those_of_the_interval(before in times(), after in times(), threshold in 0.0..1.0) {
        let change = compare(&flat(&before), &flat(&after), Pairing::Apart, threshold).unwrap();
        let expected = match change.ratio {
            ratio if ratio.upper < -threshold => ChangeVerdict::Improved,
            ratio if ratio.lower > threshold => ChangeVerdict::Regressed,
            ratio if ratio.lower.abs().max(ratio.upper.abs()) <= threshold => ChangeVerdict::WithinNoise,
            _ => ChangeVerdict::Undecided,
        };
        prop_assert_eq!(change.verdict, expected);
        prop_assert!(change.n_more_samples.is_none() || expected == ChangeVerdict::Undecided);
        prop_assert!(change.n_more_samples.is_none_or(|n| n > 0));
        prop_assert!(change.p_value > 0.0 && change.p_value <= 1.0);
    }
}

// Densities.

fn area(density: &Density) -> f64 {
    let strips = density.xs.windows(2).zip(density.ys.windows(2));
    strips.map(|(x, y)| (x[1] - x[0]) * (y[0] + y[1]) / 2.0).sum()
}

#[test]
fn there_is_no_density_of_equal_samples() {
    assert_eq!(density(&flat(&[]), 100), None);
    assert_eq!(density(&flat(&[5]), 100), None);
    assert_eq!(density(&flat(&[5, 5, 5]), 100), None);
    for (iterations, time_ns) in [(3, 1), (10, 1), (7, 123), (30, 7)] {
        assert_eq!(density(&linear(&[(iterations, time_ns); 7]), 100), None);
    }
    assert_eq!(density(&flat(&[5, 6, 7]), 1), None);
}

proptest! {
    #[test]
    fn densities_hold_all_samples(times in times(), by in 1_u64..1_000) {
        let samples = flat(&times);
        let Some(one) = density(&samples, 400) else {
            prop_assert!(times.iter().all(|ns| *ns == times[0]));
            return Ok(());
        };
        prop_assert_eq!((one.xs.len(), one.ys.len()), (400, 400));
        prop_assert!((area(&one) - 1.0).abs() < 0.01, "{}", area(&one));
        prop_assert!(one.ys.iter().all(|y| *y >= 0.0));
        let step = (one.xs[399] - one.xs[0]) / 399.0;
        prop_assert!(one.xs.windows(2).all(|x| (x[1] - x[0] - step).abs() < 1e-6 * step));
        // All samples lie inside.
        let within = |ns: &u64| one.xs[0] < *ns as f64 && (*ns as f64) < one.xs[399];
        prop_assert!(times.iter().all(within));
        let many = density(&scaled(&samples, by), 400).unwrap();
        let by = by as f64;
        for at in 0..400 {
            prop_assert!(near(one.xs[at] * by, many.xs[at], 1e7 * by));
            prop_assert!((one.ys[at] / by - many.ys[at]).abs() <= 1e-6 * many.ys.iter().copied().fold(0.0, f64::max));
        }
    }
}

// Lines.

fn points() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((-1e3..1e3_f64, -1e3..1e3_f64), 2..30)
}

#[test]
fn a_line_needs_two_points() {
    assert_eq!(fit_line(&[]), None);
    assert_eq!(fit_line(&[(1.0, 2.0)]), None);
    // A tenth three times is not three times a tenth: their mean is another number.
    assert_eq!(fit_line(&[(0.1, 1.0), (0.1, 2.0), (0.1, 3.0)]), None);
    assert_eq!(fit_power(&[(7.0, 1.0), (7.0, 2.0), (7.0, 4.0)]), None);
    assert_eq!(fit_power(&[(0.0, 1.0), (-1.0, 2.0), (3.0, 0.0), (2.0, 2.0)]), None);
    // A level line explains all there is.
    let level = fit_line(&[(1.0, 0.1), (2.0, 0.1), (4.0, 0.1)]).unwrap();
    assert!(level.r_squared == 1.0 && near(level.slope, 0.0, 1.0) && near(level.intercept, 0.1, 1.0), "{level:?}");
}

proptest! {
    #[test]
    fn points_on_a_line_give_it_back(
        intercept in -1e3..1e3_f64, slope in -1e2..1e2_f64, xs in prop::collection::btree_set(-500_i32..500, 2..20),
    ) {
        let points: Vec<_> = xs.iter().map(|x| (f64::from(*x), intercept + slope * f64::from(*x))).collect();
        let fit = fit_line(&points).unwrap();
        prop_assert!(near(fit.slope, slope, 1e4) && near(fit.intercept, intercept, 1e6), "{fit:?}");
        prop_assert!(slope.abs() < 1e-3 || (fit.r_squared - 1.0).abs() < 1e-6, "{fit:?}");
    }

    #[test]
    fn points_on_a_power_give_it_back(
        factor in 1.0..1e3_f64, exponent in -2.0..3.0_f64, xs in prop::collection::btree_set(1_u32..100_000, 2..20),
    ) {
        let points: Vec<_> = xs.iter().map(|x| (f64::from(*x), factor * f64::from(*x).powf(exponent))).collect();
        let fit = fit_power(&points).unwrap();
        prop_assert!((fit.slope - exponent).abs() < 1e-5 && (fit.intercept - factor.ln()).abs() < 1e-4, "{fit:?}");
    }

    #[test]
    fn lines_follow_scale_and_shift(points in points(), by in 0.1..10.0_f64, shift in -1e3..1e3_f64) {
        let Some(fit) = fit_line(&points) else { return Ok(()) };
        prop_assert!(fit.r_squared >= 0.0 && fit.r_squared <= 1.0 + 1e-9, "{fit:?}");
        let map = |f: &dyn Fn(f64, f64) -> (f64, f64)| {
            fit_line(&points.iter().map(|(x, y)| f(*x, *y)).collect::<Vec<_>>()).unwrap()
        };
        let size = 1e4 * (1.0 + fit.slope.abs() + fit.intercept.abs());
        let higher = map(&|x, y| (x, y * by + shift));
        prop_assert!((higher.slope - fit.slope * by).abs() <= 1e-9 * size * by);
        prop_assert!((higher.intercept - fit.intercept * by - shift).abs() <= 1e-9 * size * (1.0 + by) * 1e3);
        // No other line is nearer to the points.
        let squares = |intercept: f64, slope: f64| {
            points.iter().map(|(x, y)| (y - intercept - slope * x).powi(2)).sum::<f64>()
        };
        let least = squares(fit.intercept, fit.slope);
        for (intercept, slope) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 0.01), (0.0, -0.01)] {
            prop_assert!(squares(fit.intercept + intercept, fit.slope + slope) >= least * (1.0 - 1e-9));
        }
    }
}

// How often intervals and verdicts are right. Seeds are fixed, so that the shares are too.

/// Standard normal, by Box and Muller.
fn normal(rng: &mut Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (2.0 * std::f64::consts::PI * rng.f64()).cos()
}

/// Times about this long: large, so that whole nanoseconds lose nothing.
const CENTRE_NS: f64 = 1e6;

/// The median is [`CENTRE_NS`].
fn lognormal(rng: &mut Rng, n: usize, spread: f64) -> Samples {
    flat(&(0..n).map(|_| (CENTRE_NS * (spread * normal(rng)).exp()) as u64).collect::<Vec<_>>())
}

fn normal_samples(rng: &mut Rng, n: usize, spread: f64) -> Samples {
    flat(&(0..n).map(|_| (CENTRE_NS * (1.0 + spread * normal(rng))) as u64).collect::<Vec<_>>())
}

fn any_noise(rng: &mut Rng, set: usize, n: usize) -> Samples {
    match set % 3 {
        0 => normal_samples(rng, n, 0.05),
        1 => lognormal(rng, n, 0.05),
        _ => lognormal(rng, n, 0.2),
    }
}

#[test]
fn intervals_of_the_median_hold_the_true_one() {
    let mut rng = Rng::with_seed(1);
    let (mut n_held, n_sets) = ([0; 3], 300);
    for set in 0..n_sets {
        let samples = any_noise(&mut rng, set, 60);
        let Estimate { lower_ns, upper_ns, .. } = estimate(&samples, 2_000).median;
        n_held[set % 3] += u32::from((lower_ns..=upper_ns).contains(&(CENTRE_NS as u64)));
    }
    assert!(n_held.iter().sum::<u32>() * 10 >= n_sets as u32 * 9, "{n_held:?}");
    // And they are not so wide that they always do.
    assert!(n_held.iter().sum::<u32>() < n_sets as u32, "{n_held:?}");
}

/// Two sides of the same noise, the second slower by `slower`. Interleaved ones share what the machine does.
fn sides(rng: &mut Rng, set: usize, pairing: Pairing, slower: f64) -> [Samples; 2] {
    let mut sides = [any_noise(rng, set, 100), any_noise(rng, set, 100)];
    let machine: Vec<f64> = (0..100).map(|_| (0.1 * normal(rng)).exp()).collect();
    for (side, factor) in sides.iter_mut().zip([1.0, 1.0 + slower]) {
        for (time_ns, machine) in side.times_ns.iter_mut().zip(&machine) {
            let machine = if pairing == Pairing::Interleaved { *machine } else { 1.0 };
            *time_ns = (*time_ns as f64 * factor * machine) as u64;
        }
    }
    sides
}

/// How many of 300 pairs are called improved, and how many regressed.
fn called(pairing: Pairing, slower: f64, noise_threshold: f64) -> [u32; 2] {
    let mut rng = Rng::with_seed(2);
    let mut called = [0; 2];
    for set in 0..300 {
        let [before, after] = sides(&mut rng, set, pairing, slower);
        match compare(&before, &after, pairing, noise_threshold).unwrap().verdict {
            ChangeVerdict::Improved => called[0] += 1,
            ChangeVerdict::Regressed => called[1] += 1,
            ChangeVerdict::WithinNoise | ChangeVerdict::Undecided => {}
        }
    }
    called
}

#[test]
fn noise_is_rarely_called_a_change_and_a_change_rarely_noise() {
    let threshold = Settings::default().noise_threshold;
    for pairing in [Pairing::Interleaved, Pairing::Apart] {
        let noise = called(pairing, 0.0, threshold);
        assert!(noise.iter().sum::<u32>() <= 15, "{pairing:?}: {noise:?}");
        // Without a threshold the share is the one that the intervals promise, give or take.
        let noise = called(pairing, 0.0, 0.0);
        assert!(noise.iter().sum::<u32>() <= 24, "{pairing:?}: {noise:?}");
        let slower = called(pairing, 0.1, threshold);
        assert!(slower[1] >= 240 && slower[0] == 0, "{pairing:?}: {slower:?}");
    }
}

/// A machine that is busy for stretches of ten to thirty samples, which then take twice as long, whatever is measured.
fn on_a_machine_that_is_busy_for_stretches(rng: &mut Rng, slower: f64) -> [Samples; 2] {
    let mut factors = Vec::new();
    while factors.len() < 100 {
        let busy = if factors.last().is_some_and(|factor| *factor > 1.5) { 1.0 } else { 2.0 };
        factors.extend(std::iter::repeat_n(busy, rng.usize(10..=30)));
    }
    [1.0, 1.0 + slower].map(|factor| {
        let time = |busy: &f64| (CENTRE_NS * busy * factor * (0.05 * normal(rng)).exp()) as u64;
        flat(&factors.iter().take(100).map(time).collect::<Vec<_>>())
    })
}

#[test]
fn a_busy_machine_makes_no_change_of_samples_taken_in_turns_and_hides_none() {
    let threshold = Settings::default().noise_threshold;
    let mut rng = Rng::with_seed(3);
    let mut found = |slower| {
        let verdicts = (0..100).map(|_| {
            let [before, after] = on_a_machine_that_is_busy_for_stretches(&mut rng, slower);
            compare(&before, &after, Pairing::Interleaved, threshold).unwrap().verdict
        });
        let verdicts: Vec<ChangeVerdict> = verdicts.collect();
        let count = |wanted| verdicts.iter().filter(|verdict| **verdict == wanted).count();
        [ChangeVerdict::Improved, ChangeVerdict::Regressed].map(count)
    };
    let none = found(0.0);
    assert!(none.iter().sum::<usize>() <= 5, "{none:?}");
    let tenth = found(0.1);
    assert!(tenth[1] >= 95, "{tenth:?}");
}

// Against criterion's own figures.

/// Every run that was recorded with one version of criterion.
fn recorded(version: &str) -> Vec<(String, Value, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(version);
    let json =
        |path: &str| -> Value { serde_json::from_str(&std::fs::read_to_string(folder.join(path)).unwrap()).unwrap() };
    let runs = ["find_by_id/base", "find_by_id/new", "find_by_project/10/base", "find_by_project/10/new"];
    let files = |run: &str| (json(&format!("{run}/sample.json")), json(&format!("{run}/estimates.json")));
    runs.map(|run| (format!("{version}/{run}"), files(run).0, files(run).1)).into()
}

/// Every number in criterion's list must be whole, or the samples here could not hold it.
fn whole(list: &Value) -> Vec<u64> {
    let numbers = list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap());
    numbers
        .map(|number| {
            assert!(number.fract() == 0.0 && (1.0..9e15).contains(&number), "{number}");
            number as u64
        })
        .collect()
}

fn recorded_samples(sample: &Value) -> Samples {
    let sampling_mode = serde_json::from_value(Value::from(sample["sampling_mode"].as_str().unwrap().to_lowercase()));
    Samples {
        sampling_mode: sampling_mode.unwrap(),
        iterations: whole(&sample["iters"]),
        times_ns: whole(&sample["times"]),
    }
}

#[test]
fn figures_are_those_of_criterion() {
    for (run, sample, estimates) in [recorded("criterion-0.3"), recorded("criterion-0.8")].concat() {
        let samples = recorded_samples(&sample);
        assert_eq!(samples.len(), 30);
        let linear = run.contains("find_by_id");
        assert_eq!(samples.sampling_mode == SamplingMode::Linear, linear, "{run}");
        let ours = point_estimates(&samples);
        for (name, ours) in [
            ("mean", Some(ours.mean)),
            ("median", Some(ours.median)),
            ("std_dev", Some(ours.std_dev)),
            ("median_abs_dev", Some(ours.median_abs_dev)),
            ("slope", ours.slope),
        ] {
            let theirs = estimates[name]["point_estimate"].as_f64();
            assert_eq!(ours.is_some(), theirs.is_some(), "{run}: {name}");
            let (Some(ours), Some(theirs)) = (ours, theirs) else { continue };
            assert!((ours - theirs).abs() <= 1e-9 * theirs, "{run}: {name} is {ours}, criterion's {theirs}");
        }
    }
}

/// Both drew at random, each in its own way.
#[test]
fn intervals_are_nearly_those_of_criterion() {
    // Whole nanoseconds are coarse for deviations of less than one.
    const FINER: u64 = 1_000_000;
    for (run, sample, estimates) in [recorded("criterion-0.3"), recorded("criterion-0.8")].concat() {
        let ours = estimate(&scaled(&recorded_samples(&sample), FINER), 20_000);
        for (name, ours) in [
            ("mean", Some(ours.mean)),
            ("median", Some(ours.median)),
            ("std_dev", Some(ours.std_dev)),
            ("median_abs_dev", Some(ours.median_abs_dev)),
            ("slope", ours.slope),
        ] {
            let Some(ours) = ours else { continue };
            let theirs = &estimates[name]["confidence_interval"];
            assert_eq!(theirs["confidence_level"], 0.95);
            let bound = |name: &str| theirs[name].as_f64().unwrap() * FINER as f64;
            let (lower, upper) = (bound("lower_bound"), bound("upper_bound"));
            for (ours, theirs) in [(ours.lower_ns, lower), (ours.upper_ns, upper)] {
                let off = (ours as f64 - theirs).abs() / (upper - lower);
                assert!(off < 0.1, "{run}: a bound of {name} is off by {off} of its interval");
            }
        }
    }
}
