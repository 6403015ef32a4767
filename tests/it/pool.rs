//! The connection pool: its lines in a log, its settings, and the simulation against queueing theory.

use cortex_inspector::domain::charts;
use cortex_inspector::domain::log::LogReader;
use cortex_inspector::domain::monitoring::{Axis, Distribution, LogSummary, Monitor};
use cortex_inspector::domain::pool::{
    Gravity, Job, Load, Outcome, PoolSettings, SIZES, advice, chain, checks, considerations, headline, made_up, parse,
    replayed, simulate,
};
use cortex_inspector::engine::Engine;

const SECOND: u64 = 1_000_000_000;

pub fn read(log: &str) -> LogSummary {
    let (mut reader, mut monitor) = (LogReader::default(), Monitor::default());
    reader.push(log.as_bytes(), &mut |event| monitor.take(&event));
    reader.finish(&mut |event| monitor.take(&event));
    monitor.summary("pool.log", reader.n_lines(), reader.problems())
}

fn stats(second: u64, size: u32, available: u32) -> String {
    format!(
        "[2025-01-19T10:{:02}:{:02}Z INFO db] Connection pool stats: {{size: {size}, available: {available}}}\n",
        second / 60,
        second % 60
    )
}

#[test]
fn use_and_exhaustion_are_read_from_the_log() {
    let log = [
        "[INFO] Connection pool stats: {size: 2, available: 1}\n".to_owned(),
        stats(10, 2, 0),
        stats(20, 2, 0),
        stats(30, 3, 1),
        stats(40, 3, 0),
        "[2025-01-19T10:00:45Z ERROR db] pool timed out while waiting for an open connection\n".into(),
        "2025-01-19T10:00:50Z  INFO db: pool state size=3 num_idle=3\n".into(),
        "2025-01-19T10:00:55Z  INFO db: the swimming pool is open\n".into(),
    ];
    // The first line of the guide has no time: without it the log has one axis.
    let used = read(&log[1..].concat()).pool;
    assert_eq!((used.n, used.max_size, used.max_used, used.n_none, used.n_near), (5, 3, 3, 3, 1));
    let exhaustions: Vec<_> = used
        .exhaustions
        .iter()
        .map(|none| (none.line, none.n_lines, (none.to_ns - none.from_ns) as u64 / SECOND))
        .collect();
    assert_eq!(exhaustions, [(1, 2, 10), (4, 1, 0)]);
    assert_eq!((used.n_time_outs, used.time_outs[0].0), (1, 5));
    let alone = read(&log[0]).pool;
    assert_eq!((alone.n, alone.max_size, alone.max_used, alone.n_near), (1, 2, 1, 1));
    let words = headline(Some(&read(&log[1..].concat())));
    assert_eq!(words.title, "No connection was available 2 times, with 1 time-out");
    for axis in [Axis::Calendar, Axis::Order] {
        let svg = charts::pool_use("pool", 540.0, &used, axis).unwrap();
        assert!(roxmltree::Document::parse(&svg).is_ok() && !svg.contains("NaN"), "{svg}");
    }
    assert_eq!(charts::pool_use("pool", 540.0, &read("").pool, Axis::Order), None);
}

/// Which of the three considerations apply, in the guide's order.
#[track_caller]
fn check_considerations(log: &str, max_connections: u64, expect: [bool; 3]) {
    let found = considerations(&read(log), max_connections);
    let applies: Vec<bool> = found.iter().map(|one| one.applies).collect();
    assert_eq!(applies, expect, "{found:#?}");
}

#[test]
fn the_guides_considerations_are_answered_from_the_data() {
    let fine: String = (0..40).map(|at| stats(at * 10, 10, 4 + (at % 5) as u32)).collect();
    check_considerations(&fine, 10, [false, false, false]);
    let leak: String = (0..40).map(|at| stats(at * 10, 10, 9 - (at / 5) as u32)).collect();
    check_considerations(&leak, 10, [false, true, false]);
    let slow = "2025-01-19T10:03:20Z DEBUG db: find_all query completed duration_ms=9000\n";
    let busy: String = (0..40).map(|at| stats(at * 10, 10, if at % 10 == 0 { 0 } else { 6 })).collect();
    check_considerations(&(busy.clone() + slow), 10, [true, false, true]);
    // The pool may still grow.
    check_considerations(&(busy.clone() + slow), 20, [false, false, true]);
    let answers = considerations(&read(&(busy + slow)), 10);
    assert!(answers[2].answer.contains("`find_all` takes 100.0"), "{answers:#?}");
    assert!(considerations(&read(slow), 10).is_empty());
}

#[test]
fn settings_are_read_as_rust_code() {
    let engine = Engine::new().unwrap();
    let guide = parse(&chain(&engine.catalogue().pool_settings));
    let expect = PoolSettings {
        max_connections: 10,
        min_connections: 2,
        acquire_timeout_ns: 30 * SECOND,
        idle_timeout_ns: Some(600 * SECOND),
        max_lifetime_ns: Some(3600 * SECOND),
        test_before_acquire: true,
    };
    assert_eq!((guide.settings, guide.given.len()), (expect, 6));
    let code = "
        let pool = SqlitePoolOptions::new()
            .max_connections(1_000) // .min_connections(7)
            .acquire_timeout(std::time::Duration::from_millis(2_500))
            .idle_timeout(Some(Duration::from_secs(10 * 60))).max_lifetime(None)
            .test_before_acquire(false)
            .after_connect(|conn, _| Box::pin(async move { conn.execute(\"PRAGMA a\").await?; Ok(()) }))
            .min_connections(MIN)
            .connect_with(options).await?;";
    let parsed = parse(code);
    let expect = PoolSettings {
        max_connections: 1_000,
        min_connections: 0,
        acquire_timeout_ns: 2_500_000_000,
        idle_timeout_ns: Some(600 * SECOND),
        max_lifetime_ns: None,
        test_before_acquire: false,
    };
    assert_eq!(parsed.settings, expect);
    assert_eq!(parsed.not_understood, [".min_connections(MIN)"]);
    assert_eq!(parse("no code").settings, PoolSettings::default());
    assert_eq!(parse(".max_connections(").given, Vec::<String>::new());
}

/// The settings that are spoken against, the gravest first.
#[track_caller]
fn check_checks(code: &str, longest_ms: u64, expect: &[(Gravity, &str)]) {
    let mut logged = Distribution::default();
    logged.add(longest_ms * 1_000_000);
    let found = checks(&parse(code), None, Some(&logged));
    let named: Vec<_> = found.iter().map(|check| (check.gravity, check.setting)).collect();
    assert_eq!(named, expect, "{found:#?}");
}

#[test]
fn settings_are_checked() {
    use Gravity::{Error, Note, Warning};
    let guide = chain(&Engine::new().unwrap().catalogue().pool_settings);
    check_checks(&guide, 900, &[]);
    check_checks(&guide, 1, &[(Note, "acquire_timeout")]);
    check_checks(&guide, 31_000, &[(Warning, "acquire_timeout")]);
    check_checks(".max_connections(20)", 900, &[]);
    check_checks(".max_connections(21)", 900, &[(Warning, "max_connections")]);
    check_checks(".max_connections(0)", 900, &[(Error, "max_connections")]);
    check_checks(".max_connections(5).min_connections(6)", 900, &[(Error, "min_connections")]);
    check_checks(".max_lifetime(Duration::from_secs(600))", 900, &[(Warning, "idle_timeout")]);
    check_checks(".idle_timeout(Duration::from_secs(1))", 900, &[(Warning, "idle_timeout")]);
    check_checks(".max_lifetime(None)", 900, &[(Note, "max_lifetime")]);
    check_checks(".acquire_timeout(Duration::from_secs(0))", 900, &[(Error, "acquire_timeout")]);
    check_checks(".test_before_acquire(false)", 900, &[(Note, "test_before_acquire")]);
}

fn job(arrival_ns: u64, duration_ns: u64, writes: bool) -> Job {
    Job { arrival_ns, duration_ns, writes }
}

#[test]
fn a_run_by_hand_comes_out_the_same() {
    // Two connections: the third waits for the first, the fourth for the second.
    let jobs = [job(0, 10, false), job(0, 20, false), job(5, 10, false), job(6, 1, false)];
    let outcome = simulate(&jobs, 2, SECOND);
    assert_eq!(outcome.waits.counts().collect::<Vec<_>>(), [(0, 2), (5, 1), (14, 1)]);
    assert_eq!((outcome.n_waited, outcome.n_time_outs), (2, 0));
    assert_eq!(outcome.utilisation, 41.0 / (2.0 * 21.0));
    // Nobody waits longer than 10: the fourth gives up.
    let outcome = simulate(&jobs, 2, 10);
    assert_eq!((outcome.n_time_outs, outcome.waits.max_ns()), (1, 5));
    // One writes after the other, each with a connection of its own.
    let writers = [job(0, 10, true), job(1, 10, true), job(2, 10, false), job(3, 10, true)];
    let outcome = simulate(&writers, 4, SECOND);
    assert_eq!(outcome.lock_waits.counts().collect::<Vec<_>>(), [(0, 1), (9, 1), (17, 1)]);
    assert_eq!((outcome.waits.max_ns(), outcome.n_locked), (0, 0));
    let locked = simulate(&[job(0, 9 * SECOND, true), job(1, 1, true)], 2, SECOND);
    assert_eq!((locked.n_locked, locked.lock_waits.max_ns()), (1, 5 * SECOND));
    assert_eq!(simulate(&[], 3, SECOND).waits.n(), 0);
}

/// Probability that one has to wait, after Erlang, with `load` = arrivals over service rate.
fn erlang_c(servers: u32, load: f64) -> f64 {
    let blocked = (1..=servers).fold(1.0, |b, n| load * b / (f64::from(n) + load * b));
    let use_of_one = load / f64::from(servers);
    blocked / (1.0 - use_of_one * (1.0 - blocked))
}

/// The mean of 40 runs and the half width of its 99.9 % interval (Student's t with 39 degrees of freedom).
fn interval(means: impl Iterator<Item = f64>) -> (f64, f64) {
    let means: Vec<f64> = means.collect();
    assert_eq!(means.len(), 40);
    let mean = means.iter().sum::<f64>() / 40.0;
    let variance = means.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 39.0;
    (mean, 3.558 * (variance / 40.0).sqrt())
}

#[track_caller]
fn check_theory(what: &str, (mean, half): (f64, f64), theory: f64) {
    assert!((mean - theory).abs() <= half, "{what}: {mean} ± {half}, by theory {theory}");
    assert!(half < theory * 0.15, "{what}: an interval of {mean} ± {half} says nothing");
}

/// M/M/c: queries come at random, their durations are exponential, first come first served.
#[test]
fn waiting_is_that_of_queueing_theory() {
    const MEAN_MS: f64 = 20.0;
    for (servers, use_of_one) in [(1, 0.5), (1, 0.7), (2, 0.7), (4, 0.75), (10, 0.8)] {
        let load = use_of_one * f64::from(servers);
        let per_second = load / MEAN_MS * 1e3;
        let run = |seed| {
            let jobs = made_up(Load { per_second, mean_ms: MEAN_MS, share_of_writes: 0.0 }, seed);
            simulate(&jobs, u64::from(servers), u64::MAX)
        };
        let what = format!("{servers} connections, {use_of_one} in use");
        let theory = erlang_c(servers, load);
        let outcomes: Vec<Outcome> = (1..=40).map(run).collect();
        let of = |figure: fn(&Outcome) -> f64| interval(outcomes.iter().map(figure));
        let waited = of(|outcome| outcome.n_waited as f64 / outcome.n_jobs as f64);
        check_theory(&format!("{what}, share that waits"), waited, theory);
        let wait_ms = theory * MEAN_MS / (f64::from(servers) - load);
        check_theory(&format!("{what}, mean wait"), of(|outcome| outcome.mean_wait_ns() / 1e6), wait_ms);
        check_theory(&format!("{what}, utilisation"), of(|outcome| outcome.utilisation), use_of_one);
    }
    assert!((erlang_c(1, 0.5) - 0.5).abs() < 1e-12 && (erlang_c(2, 1.0) - 1.0 / 3.0).abs() < 1e-12);
}

/// With connections for all, writers are one queue before one server: M/M/1.
#[test]
fn writers_wait_for_each_other_as_one_queue() {
    let (mean_ms, per_second) = (5.0, 120.0);
    let run = |seed| {
        let outcome = simulate(&made_up(Load { per_second, mean_ms, share_of_writes: 1.0 }, seed), 5_000, u64::MAX);
        assert_eq!(outcome.n_waited, 0);
        outcome.lock_waits.sum_ns() as f64 / outcome.lock_waits.n() as f64 / 1e6
    };
    let load = per_second * mean_ms / 1e3;
    check_theory("the writer's lock", interval((1..=40).map(run)), load * mean_ms / (1.0 - load));
}

#[test]
fn a_run_can_be_repeated_and_a_log_played_again() {
    let load = Load { per_second: 100.0, mean_ms: 30.0, share_of_writes: 0.3 };
    assert_eq!(made_up(load, 7), made_up(load, 7));
    assert_ne!(made_up(load, 7), made_up(load, 8));
    let share = made_up(load, 7).iter().filter(|job| job.writes).count() as f64 / 20_000.0;
    assert!((share - 0.3).abs() < 0.02, "{share}");

    let line = |second: u64, name: &str| {
        format!("2025-01-19T10:00:{second:02}Z DEBUG db: {name} query completed duration_ms=500\n")
    };
    let log = read(
        &[line(10, "find_all"), line(11, "insert_log"), line(12, "find_all"), line(12, "UPDATE workflow")].concat(),
    );
    let jobs = replayed(&log.replay, 1.0);
    let expect = [
        job(0, SECOND / 2, false),
        job(SECOND, SECOND / 2, true),
        job(2 * SECOND, SECOND / 2, false),
        job(2 * SECOND, SECOND / 2, true),
    ];
    assert_eq!(jobs, expect);
    assert_eq!(replayed(&log.replay, 2.0)[1].arrival_ns, SECOND / 2);
    let load = log.replay.load().unwrap();
    assert_eq!((load.per_second, load.mean_ms, load.share_of_writes), (2.0, 500.0, 0.5));

    // Writers that give up on the lock free their connection early: only among readers more connections serve more.
    let reads = Load { per_second: 100.0, share_of_writes: 0.0, ..load };
    let outcomes: Vec<_> = SIZES.iter().map(|size| simulate(&made_up(reads, 1), *size, SECOND)).collect();
    assert!(
        outcomes.windows(2).all(|pair| pair[0].n_time_outs >= pair[1].n_time_outs),
        "more connections, more time-outs"
    );
    assert!(advice(&outcomes, 10).starts_with("With 10 connections "), "{}", advice(&outcomes, 10));
    assert_eq!(charts::waiting_table(&outcomes).rows.len(), SIZES.len());
    let svg = charts::waiting("w", 540.0, &outcomes, 10).unwrap();
    assert!(roxmltree::Document::parse(&svg).is_ok() && !svg.contains("NaN"), "{svg}");
}
