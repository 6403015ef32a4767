//! What a log says of its queries: percentiles, timelines, changes, and the run of a log's query on a file.

use cortex_inspector::domain::charts;
use cortex_inspector::domain::failure::{Failure, FailureKind};
use cortex_inspector::domain::instant::Instant;
use cortex_inspector::domain::log::LogReader;
use cortex_inspector::domain::monitoring::{
    Axis, Distribution, LogSummary, MAX_BUCKETS, Monitor, OTHERS, Tendency, Timeline, compare, expectation, headline,
    meeting, to_csv,
};
use cortex_inspector::engine::Engine;
use cortex_inspector::snapshot::RamSource;
use proptest::prelude::*;

/// As the page reads it: in parts, to the end.
fn read(log: &str) -> LogSummary {
    let mut engine = Engine::new().unwrap();
    engine.open_log("test.log".into(), Box::new(RamSource::from_bytes(log)));
    loop {
        let part = engine.read_log(1_000, false).unwrap();
        assert!(part.n_read <= part.n_total);
        if let Some(summary) = part.summary {
            assert!(summary.is_whole());
            return summary;
        }
    }
}

fn line(second: u64, query: &str, project: &str, count: u64, ms: u64) -> String {
    let at = Instant(1_737_282_600_000 + second as i64 * 1000).rfc3339();
    format!("{at} DEBUG db: {query} query completed project_id={project} count={count} duration_ms={ms}\n")
}

#[test]
fn percentiles_are_those_of_the_events() {
    let log: String = (1..=200).map(|n| line(n, "find_by_project", if n % 4 == 0 { "b" } else { "a" }, n, n)).collect();
    let log = log + &line(201, "find_by_id", "a", 1, 2);
    let summary = read(&log);
    assert_eq!((summary.n_events, summary.n_timed(), summary.n_lines, summary.axis), (201, 201, 201, Axis::Calendar));
    let query = &summary.queries[0];
    assert_eq!(query.name, "find_by_project");
    let ms = [0.5, 0.95, 0.99, 1.0].map(|share| query.all.quantile_ns(share) / 1_000_000);
    assert_eq!(ms, [100, 190, 198, 200]);
    let projects: Vec<_> = query.projects.iter().map(|(name, of)| (name.as_str(), of.n(), of.median_ns())).collect();
    assert_eq!(projects, [("a", 150, 99_000_000), ("b", 50, 100_000_000)]);
    let fit = query.sampled.fit().unwrap();
    assert!((fit.slope - 1e6).abs() < 1.0 && fit.r_squared > 0.999, "{fit:?}");
    let slow: Vec<_> = summary.slowest.iter().map(|event| (event.line, event.duration_ns / 1_000_000)).collect();
    assert_eq!((slow.len(), slow[0], slow[19]), (20, (200, 200), (181, 181)));
    let words = headline(&summary);
    assert!(words.title.starts_with("`find_by_project` takes 100.0"), "{words:?}");
    let csv = to_csv(&summary);
    assert_eq!(csv.lines().count(), 1 + 3 + 2, "{csv}");
    assert!(csv.contains("find_by_project,a,150,99000000,"), "{csv}");
}

/// What is kept does not grow with the log: names, projects and time are each bounded.
#[test]
fn what_is_kept_of_a_log_is_bounded() {
    let mut log = String::new();
    for n in 0..3_000 {
        log += &line(n * 97, &format!("query_{n}"), "p", 1, 1 + n % 50);
        log += &line(n * 97, "query_0", &format!("project-{n}"), n, 5);
    }
    let summary = read(&log);
    assert_eq!(summary.n_timed(), 6_000);
    assert_eq!(summary.queries.len(), 201);
    assert_eq!(summary.query(OTHERS).unwrap().all.n(), 3_000 - 200);
    let query = summary.query("query_0").unwrap();
    assert_eq!(query.projects.len(), 501);
    assert_eq!(query.projects[0], (OTHERS.into(), query.projects[0].1.clone()));
    assert_eq!(query.sampled.points.len(), 1_000);
    assert_eq!(query.sampled.n, 3_001);
    assert!(query.timeline.buckets().count() as i64 <= MAX_BUCKETS);
    // Drawn from the whole log, not from its beginning.
    let late = query.sampled.points.iter().filter(|(count, _)| *count >= 1_500).count();
    assert!((400..600).contains(&late), "{late} of the second half");
}

#[test]
fn a_log_without_times_is_shown_in_its_order_and_one_without_durations_says_so() {
    let untimed = "DEBUG db: find query completed duration_ms=3\n".repeat(50);
    let summary = read(&untimed);
    assert_eq!((summary.axis, summary.queries[0].all.n()), (Axis::Order, 50));
    let [earlier, later] = summary.queries[0].timeline.split(25_000_000);
    assert_eq!((earlier.n(), later.n()), (25, 25));
    for log in ["", "2025-01-19T10:30:45Z  INFO server: listening\n", "no log at all\n"] {
        let summary = read(log);
        assert_eq!(headline(&summary).title, "test.log holds no event with a duration");
        assert!(summary.queries.is_empty());
    }
}

/// Where a person stops, what was read so far is the answer.
#[test]
fn a_log_is_read_as_far_as_the_person_lets_it() {
    let log: String = (0..1_000).map(|n| line(n, "find", "a", 1, 7)).collect();
    let mut engine = Engine::new().unwrap();
    engine.open_log("long.log".into(), Box::new(RamSource::from_bytes(&log)));
    assert!(engine.read_log(log.len() as u64 / 2, false).unwrap().summary.is_none());
    let summary = engine.read_log(1, true).unwrap().summary.unwrap();
    assert!(!summary.is_whole() && (400..600).contains(&summary.n_timed()), "{}", summary.n_timed());
    assert!(summary.problems.is_empty(), "{:?}", summary.problems);
    assert!(headline(&summary).lead.contains("the first"));
    let error = engine.read_log(1, false).unwrap_err();
    assert_eq!(Failure::from(&error).kind, FailureKind::NoLog);
}

fn distribution(durations: impl IntoIterator<Item = u64>) -> Distribution {
    let mut all = Distribution::default();
    durations.into_iter().for_each(|ns| all.add(ns));
    all
}

#[test]
fn what_got_slower_is_told_from_noise() {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut noisy =
        |ms: f64, n| distribution((0..n).map(|_| ((ms + 4.0 * rng.f64()) * 1e6) as u64).collect::<Vec<_>>());
    assert_eq!(compare(&noisy(10.0, 300), &noisy(13.0, 300)).tendency, Tendency::Slower);
    assert_eq!(compare(&noisy(13.0, 300), &noisy(10.0, 300)).tendency, Tendency::Faster);
    assert_eq!(compare(&noisy(10.0, 19), &noisy(90.0, 300)).tendency, Tendency::Unknown);
    // There, but smaller than a person notices.
    assert_eq!(compare(&noisy(100.0, 5_000), &noisy(101.0, 5_000)).tendency, Tendency::Same);
    let n_false = (0..300).filter(|_| compare(&noisy(1.0, 60), &noisy(1.0, 60)).tendency != Tendency::Same).count();
    // One in a hundred by chance; ten of 300 would be one in a thousand.
    assert!(n_false < 10, "{n_false} of 300 pairs without a difference");
    let equal = compare(&distribution([5; 100]), &distribution([5; 100]));
    assert_eq!((equal.tendency, equal.slower_share), (Tendency::Same, 0.5));
}

/// The textbook's ranks: 1 2 3 4 against 3 5 7, one tie.
#[test]
fn pairs_are_counted_as_mann_and_whitney_do() {
    let comparison = compare(&distribution([1, 2, 3, 4]), &distribution([3, 5, 7]));
    assert_eq!(comparison.slower_share, (2.5 + 4.0 + 4.0) / 12.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_timeline_loses_nothing(events in prop::collection::vec((any::<i64>().prop_map(|at| at / 4), any::<u32>()), 1..60)) {
        let mut timeline = Timeline::default();
        for (at_ns, ns) in &events {
            timeline.add(*at_ns, u64::from(*ns));
        }
        prop_assert!(timeline.buckets().count() as i64 <= MAX_BUCKETS);
        let [earlier, later] = timeline.split(events[0].0);
        prop_assert_eq!(earlier.n() + later.n(), events.len() as u64);
        for axis in [Axis::Calendar, Axis::Uptime, Axis::Order] {
            let svg = charts::timeline("t", 540.0, &timeline, axis, Some(events[0].0)).unwrap();
            prop_assert!(roxmltree::Document::parse(&svg).is_ok() && !svg.contains("NaN"), "{}", svg);
        }
        let [_, all] = timeline.split(i64::MIN);
        let svg = charts::histogram("h", 330.0, &all).unwrap();
        prop_assert!(roxmltree::Document::parse(&svg).is_ok() && !svg.contains("NaN"), "{}", svg);
    }
}

/// One click: the log's query on the open file, for the log's project, whatever class the file keeps it in.
#[test]
fn a_query_of_the_log_runs_on_the_file_for_its_project() {
    let mut engine = Engine::new().unwrap();
    let now = Instant::from_date(2026, 11, 20).unwrap();
    engine.open_sample(60, 600, 1, now).unwrap();
    let projects = engine.choices("find-by-project", "project_id").unwrap();
    let project = projects[1].clone();
    let run = engine.run_logged("find_by_project", Some(&project.value.display())).unwrap();
    assert!(run.is_in_file);
    assert_eq!(run.report.parameters[0].value, project.value);
    let cost = run.report.before.clone().unwrap();
    assert_eq!(Some(cost.n_rows), project.n_rows);
    assert!(cost.median_ns > 0 && cost.pages_read > 0 && !run.report.plan_before.is_empty());
    let words = meeting(&distribution([12_000_000; 5]), &run);
    assert!(
        words.starts_with("12.0\u{a0}ms at the median in production meets ") && words.contains(" here, for "),
        "{words}"
    );

    let (is_within, words) = expectation(engine.catalogue(), &distribution([1_000]), &run).unwrap();
    assert!(
        is_within == Some(true) && words.contains("the log's median lies below it, this file's lies below it"),
        "{words}"
    );
    let (is_within, words) = expectation(engine.catalogue(), &distribution([60_000_000]), &run).unwrap();
    assert!(
        is_within == Some(false) && words.contains("the log's median does not, this file's lies below it"),
        "{words}"
    );

    let stranger = engine.run_logged("find_by_project", Some("proj-abc123")).unwrap();
    assert!(!stranger.is_in_file);
    assert!(meeting(&distribution([1]), &stranger).contains("does not hold the log's project"));
    let error = engine.run_logged("no_such_query", None).unwrap_err();
    assert_eq!(Failure::from(&error).kind, FailureKind::Unknown);
}

/// A reader that is fed a file twice as long keeps no more.
#[test]
fn reading_a_long_log_takes_no_more_memory_than_a_short_one() {
    let (mut reader, mut monitor) = (LogReader::default(), Monitor::default());
    let mut sizes = Vec::new();
    for _ in 0..4 {
        for n in 0..20_000_u64 {
            let line = line(n % 3_600, "find", &format!("p{}", n % 40), n % 30, 1 + n % 200);
            reader.push(line.as_bytes(), &mut |event| monitor.take(&event));
        }
        let summary = monitor.summary("log", reader.n_lines(), reader.problems());
        sizes.push(serde_json::to_string(&summary).unwrap().len());
    }
    // The same hour again: figures get longer by a digit, nothing else grows.
    assert!(sizes[3] < sizes[0] * 5 / 4, "{sizes:?}");
}
