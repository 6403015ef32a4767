//! The guide's benchmarks on made-up data and on the file, and the growth of queries: counters exactly, times as they come.

use std::cell::Cell;
use std::rc::Rc;

use cortex_inspector::domain::benchmark::{Benchmark, Growth, Indexes};
use cortex_inspector::domain::failure::{Failure, FailureKind};
use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::run::{Step, StepAnswer, benchmark_steps};
use cortex_inspector::engine::{interrupt, progress};

use crate::fixtures::{self, Fixture, Opened};

fn open() -> Opened {
    let mut opened = Fixture::standard().open();
    opened.engine.set_measuring(fixtures::quick());
    opened
}

fn grow(opened: &mut Opened, query: &str, sizes: &[u64]) -> Growth {
    let mut report: Option<Growth> = None;
    for n_rows in sizes {
        let step = Step::Grow { query: query.into(), n_rows: *n_rows };
        let StepAnswer::Growth(growth) = opened.engine.run(&step).unwrap() else { panic!("{step:?}") };
        match &mut report {
            Some(report) => report.add(growth),
            None => report = Some(growth),
        }
    }
    report.unwrap()
}

#[test]
fn every_benchmark_of_the_guide_runs_with_each_set_of_indexes() {
    let mut opened = open();
    let catalogue = opened.engine.catalogue().clone();
    assert_eq!(catalogue.benchmarks.len(), 6);
    let mut report: Vec<Benchmark> = Vec::new();
    for step in benchmark_steps(&catalogue) {
        if let StepAnswer::Benchmark(benchmark) = opened.engine.run(&step).unwrap() {
            report.push(benchmark);
        }
    }
    let found: Vec<(&str, u64, u64)> =
        report.iter().map(|b| (b.id.as_str(), b.n_rows, b.expected_ns / 1_000_000)).collect();
    assert_eq!(
        found,
        [
            ("find_by_id", 100, 1),
            ("find_by_project/10", 10, 5),
            ("find_by_project/50", 50, 10),
            ("find_by_project/100", 100, 20),
            ("find_by_project/500", 500, 50),
            ("find_by_project_with_status", 100, 10),
        ]
    );
    for benchmark in &report {
        let states: Vec<Indexes> = benchmark.states.iter().map(|state| state.indexes).collect();
        assert_eq!(states, [Indexes::Without, Indexes::Documented], "{}: no repair was asked for", benchmark.id);
        let [low, high] = benchmark.confidence_interval_ns;
        assert!(low <= benchmark.mean_ns && benchmark.mean_ns <= high, "{}", benchmark.id);
        assert_eq!(benchmark.within_expected, high < benchmark.expected_ns, "{}", benchmark.id);
        let n_rows = match benchmark.group() {
            "find_by_id" => 1,
            "find_by_project" => benchmark.n_rows,
            _ => 33,
        };
        for state in &benchmark.states {
            assert_eq!(state.cost.n_rows, n_rows, "{}", benchmark.id);
            assert_eq!(state.samples.len() as u64, benchmark.samples, "{}", benchmark.id);
            // An index and a table; choosing the value must not have read them already.
            assert!(state.cost.pages_read >= 2, "{}: {}", benchmark.id, state.cost.pages_read);
            assert_eq!(state.change.is_some(), state.indexes == Indexes::Without, "{}", benchmark.id);
        }
    }
}

#[test]
fn the_repaired_indexes_are_measured_where_the_plan_differs() {
    let mut opened = open();
    opened.engine.run(&Step::Repair).unwrap();
    let growth = grow(&mut opened, "stream-recent-logs", &[1_000, 10_000]);
    assert_eq!(growth.tables, ["terminal_log"]);
    let found: Vec<Indexes> = growth.curves.iter().map(|curve| curve.indexes).collect();
    assert_eq!(found, [Indexes::Without, Indexes::Documented, Indexes::Repaired]);
    let slope = |indexes| {
        let curve = growth.curves.iter().find(|curve| curve.indexes == indexes).unwrap();
        assert_eq!(curve.points.iter().map(|point| point.n_rows).collect::<Vec<_>>(), [1_000, 10_000]);
        curve.pages_fit.unwrap().slope
    };
    // What the last hour holds stays the same; as documented, every line of the terminal is read.
    assert!(slope(Indexes::Documented) > 0.6, "{growth:?}");
    assert!(slope(Indexes::Repaired) < 0.3, "{growth:?}");
}

#[test]
fn a_point_asked_for_again_takes_the_place_of_the_earlier() {
    let mut opened = open();
    let growth = grow(&mut opened, "find-by-id", &[1_000, 100, 1_000]);
    for curve in &growth.curves {
        assert_eq!(curve.points.iter().map(|point| point.n_rows).collect::<Vec<_>>(), [100, 1_000]);
        assert!(curve.points.iter().all(|point| point.n_result_rows == 1 && point.pages_read <= 6));
        assert!(curve.time_fit.is_some() && curve.pages_fit.is_some());
    }
}

#[test]
fn every_query_finds_rows_in_made_up_data() {
    let mut opened = open();
    for query in opened.engine.catalogue().queries.clone() {
        // A line every ten seconds: only a long log is older than a week.
        let n_rows = if query.id == "find-old-logs" { 70_000 } else { 1_000 };
        let growth = grow(&mut opened, &query.id, &[n_rows]);
        let rows: Vec<u64> = growth.curves.iter().map(|curve| curve.points[0].n_result_rows).collect();
        assert!(!growth.tables.is_empty() && rows.iter().all(|n| *n > 0), "{}: {rows:?}", query.id);
        assert!(rows.iter().all(|n| *n == rows[0]), "{}: {rows:?}", query.id);
    }
}

#[test]
fn the_same_data_set_gives_the_same_counters() {
    let counters = |mut opened: Opened| {
        let growth = grow(&mut opened, "join-workflows-and-tasks", &[500]);
        growth.curves.iter().map(|curve| (curve.points[0].pages_read, curve.points[0].vm_steps)).collect::<Vec<_>>()
    };
    assert_eq!(counters(open()), counters(open()));
}

#[test]
fn on_the_file_real_projects_come_nearest_to_the_guides_sizes() {
    let mut opened = open();
    let step = Step::FileBenchmark("find-by-project".into());
    let StepAnswer::FileBenchmarks(found) = opened.engine.run(&step).unwrap() else { panic!() };
    assert!(!found.is_empty() && found.len() <= 4);
    assert!(found.is_sorted_by_key(|benchmark| benchmark.before.cost.n_rows));
    let catalogue = opened.engine.catalogue();
    for benchmark in &found {
        assert_eq!(benchmark.group, "find_by_project");
        assert_eq!(benchmark.expected_ns, catalogue.expected_ns(&benchmark.query, benchmark.before.cost.n_rows));
        assert!(benchmark.change.is_some());
    }
    assert_eq!(catalogue.expected_ns("find-by-project", 11), Some(10_000_000));
    assert_eq!(catalogue.expected_ns("find-by-project", 501), None);
}

#[test]
fn answers_enter_the_report_once() {
    let mut opened = open();
    let mut report = Report::new(crate::fixtures::NOW, Default::default(), Default::default());
    for _ in 0..2 {
        for step in [Step::Benchmark("find_by_id".into()), Step::FileBenchmark("find-by-id".into())] {
            report.absorb(opened.engine.run(&step).unwrap());
        }
    }
    assert_eq!((report.benchmarks.len(), report.file_benchmarks.len()), (1, 1));
}

#[test]
fn two_statements_of_ones_own_are_compared_in_turns() {
    let opened = open();
    let sql = ["SELECT count(*) FROM terminal_log", "SELECT count(*), sum(length(content)) FROM terminal_log"];
    let compared = opened.engine.compare_statements(sql, None).unwrap();
    assert_eq!(compared.sql, sql);
    assert!(compared.sides.iter().all(|side| side.cost.n_rows == 1 && side.samples.len() == 12));
    assert_ne!(compared.plans[0], compared.plans[1], "the first needs no column of the table");
    let change = compared.change.unwrap();
    assert!(change.ratio.lower > 0.0 && change.p_value < 0.05, "reading every row is slower: {change:?}");
}

#[test]
fn a_statement_that_writes_is_not_compared() {
    let opened = open();
    let error = opened.engine.compare_statements(["SELECT 1", "DELETE FROM terminal_log"], None).unwrap_err();
    assert_eq!(Failure::from(&error).kind, FailureKind::NotReadOnly);
    let error = opened.engine.compare_statements(["SELECT 1", "SELEC 1"], None).unwrap_err();
    assert_eq!(Failure::from(&error).kind, FailureKind::Sql);
}

const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

#[test]
fn a_statement_of_ones_own_ends_with_its_time_and_says_which_one_it_was() {
    let opened = open();
    let error = opened.engine.compare_statements(["SELECT 1", ENDLESS], Some(50_000_000)).unwrap_err();
    let failure = Failure::from(&error);
    assert_eq!(failure.kind, FailureKind::TimeLimit);
    assert_eq!(failure.message, "The second statement was stopped: it took longer than 50.0\u{a0}ms");
    assert!(failure.kind.help().contains("without a limit"));
    // The limit is gone with it, and what ends for another reason says so.
    assert!(opened.engine.compare_statements(["SELECT 1", "SELECT 2"], None).is_ok());
    let error = opened.engine.compare_statements(["SELECT 1", "SELEC 1"], Some(u64::MAX)).unwrap_err();
    assert_eq!(Failure::from(&error).kind, FailureKind::Sql);
}

#[test]
fn a_cancel_within_the_time_is_a_cancel_and_a_first_run_tells_how_long_it_takes() {
    let opened = open();
    let heard = Rc::new(Cell::new(0));
    let hears = Rc::clone(&heard);
    // How long it has taken, of an end that nobody knows.
    progress::set_listener(move |n_done, n_total| hears.set(if n_total == 0 { n_done } else { 0 }));
    let told = Rc::clone(&heard);
    interrupt::set_probe(move || told.get() > 0);
    let error = opened.engine.compare_statements([ENDLESS, "SELECT 1"], Some(u64::MAX)).unwrap_err();
    interrupt::set_probe(|| false);
    assert!(error.is_cancelled(), "{}", error.words());
    assert!(heard.get() >= 100_000_000, "nanoseconds, told after a tenth of a second: {}", heard.get());
}
