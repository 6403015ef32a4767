//! Baselines: what goes in, what comes back out of a file, and when two may be compared.

use std::path::Path;

use cortex_inspector::domain::baseline::{
    Baseline, BaselineComparison, Circumstance, ComparingBaselines, Machine, RanOn, beside_criterion, browser,
    comparable, differences,
};
use cortex_inspector::domain::benchmark::{Benchmark, BenchmarkSide, BenchmarkState, FileBenchmark, Indexes};
use cortex_inspector::domain::criterion;
use cortex_inspector::domain::database::{Database, Table};
use cortex_inspector::domain::failure::{Failure, FailureKind};
use cortex_inspector::domain::instant::Instant;
use cortex_inspector::domain::measuring::{ChangeVerdict, Estimating, Samples, SamplingMode, Settings};
use cortex_inspector::domain::query::{Cost, Parameter, QueryReport};
use cortex_inspector::domain::report::{Environment, Report};
use cortex_inspector::domain::value::Value;
use cortex_inspector::engine::{baselines, interrupt, progress};
use proptest::prelude::*;

const CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0";

/// Around `center_ns`, a percent up and down.
fn side(center_ns: u64, seed: u64) -> BenchmarkSide {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut samples = Samples::new(SamplingMode::Flat);
    (0..40).for_each(|_| samples.push(10, center_ns * 10 * rng.u64(990..1_010) / 1_000));
    let mut estimating = Estimating::new(&samples, 500);
    while estimating.advance(500) {}
    let estimates = Some(estimating.finish());
    BenchmarkSide { cost: Cost { estimates, ..Cost::default() }, samples }
}

fn state(indexes: Indexes, BenchmarkSide { cost, samples }: BenchmarkSide) -> BenchmarkState {
    BenchmarkState { indexes, plan: Vec::new(), cost, samples, change: None }
}

/// Two benchmarks of the guide, one on the file and one query, all `factor` times as long as usual.
fn report(factor: f64, seed: u64) -> Report {
    let ns = |ns: f64| (ns * factor) as u64;
    let environment = Environment {
        sqlite_version: "3.53.4".into(),
        user_agent: CHROME.into(),
        cross_origin_isolated: true,
        clock_granularity_ns: 5_000,
        ..Environment::default()
    };
    let table = Table { name: "t".into(), sql: Some("CREATE TABLE t (a)".into()), ..Table::default() };
    let database =
        Database { file_name: "db.sqlite".into(), bytes: 98_400_000, tables: vec![table], ..Database::default() };
    let mut report = Report::new(Instant::default(), environment, database);
    let benchmark = |id: &str, query: &str, states: Vec<BenchmarkState>| Benchmark {
        id: id.into(),
        query: query.into(),
        n_rows: 10,
        samples: 40,
        mean_ns: 1,
        std_dev_ns: 1,
        median_ns: 1,
        confidence_interval_ns: [1, 1],
        expected_ns: 2,
        within_expected: true,
        states,
    };
    report.put_benchmark(benchmark(
        "find_by_id",
        "find-by-id",
        vec![state(Indexes::Documented, side(ns(400_000.0), seed))],
    ));
    report.put_benchmark(benchmark(
        "find_by_project/10",
        "find-by-project",
        vec![
            state(Indexes::Without, side(ns(5_000_000.0), seed + 1)),
            state(Indexes::Documented, side(ns(300_000.0), seed + 2)),
            state(Indexes::Repaired, side(ns(290_000.0), seed + 3)),
        ],
    ));
    report.file_benchmarks.push(FileBenchmark {
        group: "find_by_project".into(),
        query: "find-by-project".into(),
        parameters: Vec::new(),
        before: side(ns(7_000_000.0), seed + 4),
        after: side(ns(800_000.0), seed + 5),
        change: None,
        expected_ns: None,
        within_expected: None,
    });
    let (before, after) = (side(ns(90_000.0), seed + 6), side(ns(80_000.0), seed + 7));
    report.put_query(QueryReport {
        id: "find-by-id".into(),
        title: String::new(),
        section: String::new(),
        sql: String::new(),
        parameters: Vec::new(),
        claim: None,
        plan_before: Vec::new(),
        plan_after: Vec::new(),
        steps_before: Vec::new(),
        steps_after: Vec::new(),
        before: Some(before.cost),
        // Measured, but too seldom for an interval.
        after: Some(Cost { estimates: None, ..after.cost }),
        samples_before: before.samples,
        samples_after: after.samples,
        change: None,
        error: None,
    });
    report
}

fn settings() -> Settings {
    Settings { n_resamples: 1_000, noise_threshold: 0.02, ..Settings::default() }
}

fn machine() -> Machine {
    Machine { n_logical_cores: Some(8), memory_gib: Some(8.0), platform: Some("Linux x86_64".into()) }
}

fn baseline(factor: f64, seed: u64) -> Baseline {
    Baseline::of(&report(factor, seed), settings(), machine(), "main, 2 Nov", Instant(1_762_000_000_000))
}

fn compared(before: &Baseline, now: &Baseline) -> BaselineComparison {
    let mut comparing = ComparingBaselines::new(before, now);
    while comparing.advance(300) {}
    comparing.finish()
}

const IDS: [&str; 7] = [
    "find_by_id",
    "find_by_project/10 (without the migration)",
    "find_by_project/10",
    "find_by_project/10 (repaired)",
    "find_by_project (this file, as dropped)",
    "find_by_project (this file, after the migration)",
    "find-by-id",
];

#[test]
fn everything_with_samples_and_intervals_goes_in() {
    let baseline = baseline(1.0, 1);
    assert_eq!(baseline.entries.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), IDS);
    let n_made_up = baseline.entries.iter().filter(|entry| entry.of == RanOn::MadeUp).count();
    assert_eq!(n_made_up, 4);
    assert_eq!(baseline.environment.user_agent, CHROME);
    assert_eq!((baseline.file.file_name.as_str(), baseline.file.bytes), ("db.sqlite", 98_400_000));
}

#[test]
fn a_saved_baseline_comes_back_as_it_was() {
    let mut saved = baseline(1.0, 1);
    saved.machine.memory_gib = Some(0.1 + 0.2);
    assert_eq!(Baseline::read(&saved.to_json()).unwrap(), saved);
    assert_eq!(Baseline::read(&format!("\u{feff}{}", saved.to_json())).unwrap(), saved);
    let empty = Baseline::of(
        &Report::new(Instant::default(), Environment::default(), Database::default()),
        Settings::default(),
        Machine::default(),
        "",
        Instant::default(),
    );
    assert_eq!(Baseline::read(&empty.to_json()).unwrap(), empty);
}

#[track_caller]
fn check_broken(text: &str, expect: &str) {
    let failure = Baseline::read(text).unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotBaseline);
    assert!(failure.message.contains(expect), "{}", failure.message);
}

#[test]
fn what_is_no_baseline_is_told_apart() {
    check_broken("", "no JSON");
    check_broken("SQLite format 3", "no JSON: expected value at line 1 column 1");
    check_broken("[]", "names no format");
    check_broken(r#"{"format":"other"}"#, "\"other\"");
    check_broken(&report(1.0, 1).to_json(), "This is a report, not a baseline");
    check_broken(r#"{"format":"cortex-inspector-baseline"}"#, "names no version");
    check_broken(r#"{"format":"cortex-inspector-baseline","version":2}"#, "of version 2; this page reads version 1");
    check_broken(r#"{"format":"cortex-inspector-baseline","version":1}"#, "damaged: missing field `name`");

    let saved = baseline(1.0, 1);
    let changed = |change: fn(&mut Baseline)| {
        let mut baseline = saved.clone();
        change(&mut baseline);
        baseline.to_json()
    };
    check_broken(&changed(|b| b.entries[1].id = b.entries[0].id.clone()), "find_by_id stands in it twice");
    let text = changed(|b| b.entries[2].samples.times_ns.truncate(3));
    check_broken(&text, "find_by_project/10 has 40 iteration counts for 3 times");
    check_broken(&changed(|b| b.entries[0].samples = Samples::default()), "find_by_id has no samples");
    check_broken(&changed(|b| b.entries[0].samples.iterations[7] = 0), "a sample without an iteration");
    let text = saved.to_json();
    check_broken(&text.replace("\"times_ns\"", "\"times\""), "missing field `times_ns`");
    check_broken(&text.replacen("\"made_up\"", "\"elsewhere\"", 1), "unknown variant `elsewhere`");
    check_broken(&text[..text.len() / 2], "no JSON");
}

#[test]
fn the_same_circumstances_give_verdicts() {
    let before = baseline(1.0, 1);
    let same = compared(&before, &baseline(1.0, 100));
    assert_eq!(same.differences, []);
    assert_eq!(same.comparisons.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), IDS);
    for comparison in &same.comparisons {
        let change = comparison.judged(false).unwrap();
        assert_eq!(change.verdict, ChangeVerdict::WithinNoise, "{}", comparison.id);
    }
    let slower = compared(&before, &baseline(1.2, 100));
    for comparison in &slower.comparisons {
        let change = comparison.judged(false).unwrap();
        assert_eq!(change.verdict, ChangeVerdict::Regressed, "{}", comparison.id);
        let ratio = comparison.ratio().unwrap();
        assert!((ratio.point - 0.2).abs() < 0.02 && ratio.lower <= ratio.point, "{ratio:?}");
        assert!(comparison.now.point_ns > comparison.before.point_ns);
    }
}

#[test]
fn slices_make_no_difference() {
    let (before, now) = (baseline(1.0, 1), baseline(1.1, 50));
    let mut at_once = ComparingBaselines::new(&before, &now);
    while at_once.advance(u32::MAX) {}
    assert_eq!(at_once.finish(), compared(&before, &now));
}

#[test]
fn entries_of_one_side_are_named() {
    let (mut before, mut now) = (baseline(1.0, 1), baseline(1.0, 1));
    before.entries.remove(0);
    now.entries.truncate(5);
    let compared = compared(&before, &now);
    assert_eq!(compared.only_now, ["find_by_id"]);
    assert_eq!(compared.only_before, IDS[5..]);
    assert_eq!(compared.comparisons.len(), 4);
}

#[test]
fn a_comparison_is_summed_up_worst_first() {
    let before = baseline(1.0, 1);
    let mut now = baseline(1.0, 100);
    let slower = baseline(1.3, 100);
    now.entries[2] = slower.entries[2].clone();
    now.entries[4] = baseline(0.7, 100).entries[4].clone();
    let mixed = compared(&before, &now);
    let first: Vec<&str> = mixed.worst_first(false).iter().take(2).map(|one| one.id.as_str()).collect();
    assert_eq!(first, [IDS[2], IDS[4]]);
    assert_eq!(mixed.summary(false), "1 regressed, 1 improved, 5 within noise.");
    assert_eq!(mixed.one_sided(), [""; 0]);

    now.environment.user_agent = FIREFOX.into();
    now.entries.truncate(3);
    let elsewhere = compared(&before, &now);
    assert_eq!(elsewhere.summary(false), "3 without a verdict.");
    assert_eq!(elsewhere.summary(true), "1 regressed, 2 within noise.");
    assert_eq!(elsewhere.one_sided(), [format!("Only in the baseline, 4 measurements: {}.", IDS[3..].join(", "))]);
    now.entries.clear();
    assert_eq!(compared(&before, &now).summary(true), "Nothing was measured both then and now.");
}

#[test]
fn a_baseline_says_what_it_is_and_gets_a_file_name_that_every_system_takes() {
    let mut baseline = baseline(1.0, 1);
    assert_eq!(baseline.about(), "Chrome 131, SQLite 3.53.4, db.sqlite of 98.4\u{a0}MB");
    baseline.name = "../before: \"it\" ändert".into();
    assert_eq!(baseline.export_name(), "before---it--ändert-cortex-baseline.json");
}

#[test]
fn the_engine_compares_as_the_domain_does_and_stops_when_asked() {
    let (before, now) = (baseline(1.0, 1), baseline(1.1, 50));
    let told = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let hears = std::rc::Rc::clone(&told);
    progress::set_listener(move |n_done, n_total| hears.borrow_mut().push((n_done, n_total)));
    assert_eq!(baselines::compare(&before, &now).unwrap(), compared(&before, &now));
    let n = IDS.len() as u64;
    // How often depends on the machine; a word is not said twice within an eye's blink.
    let told = told.borrow();
    assert!(!told.is_empty() && told.iter().all(|(n_done, of)| n_done < of && *of == n), "{told:?}");
    assert!(told.is_sorted(), "{told:?}");
    interrupt::set_probe(|| true);
    let stopped = baselines::compare(&before, &now);
    interrupt::set_probe(|| false);
    assert_eq!(Failure::from(&stopped.unwrap_err()).kind, FailureKind::Cancelled);
}

/// One circumstance that differs is named, and there is no verdict unless a person insists.
#[track_caller]
fn check_difference(change: impl Fn(&mut Baseline), circumstance: Circumstance, words: &str) {
    let (before, mut now) = (baseline(1.0, 1), baseline(1.5, 1));
    change(&mut now);
    let compared = compared(&before, &now);
    let [difference] = compared.differences.as_slice() else { panic!("{:?}", compared.differences) };
    assert_eq!((difference.circumstance, difference.words.as_str()), (circumstance, words));
    for comparison in &compared.comparisons {
        let voided = circumstance != Circumstance::File || comparison.of == RanOn::File;
        assert_eq!(comparison.comparable, !voided, "{}", comparison.id);
        assert_eq!(comparison.judged(false).is_none(), voided, "{}", comparison.id);
        assert_eq!(comparison.judged(true).unwrap().verdict, ChangeVerdict::Regressed, "{}", comparison.id);
        assert!(comparison.ratio().is_some(), "the figures are shown all the same");
    }
    assert!(!comparable(RanOn::File, &compared.differences));
}

#[test]
fn what_was_measured_with_other_settings_or_values_gets_no_verdict_whatever_stands_in_force_now() {
    let mut measured = report(1.0, 1);
    let in_force = settings();
    for benchmark in &mut measured.benchmarks {
        benchmark.states.iter_mut().for_each(|state| state.cost.settings = Some(in_force.clone()));
    }
    let save = |report: &Report, settings| Baseline::of(report, settings, machine(), "", Instant::default());
    let before = save(&measured, settings());
    // Changed after the measurement.
    let now = save(&measured, Settings { n_samples: 7, ..settings() });
    let [difference] = compared(&before, &now).differences.try_into().expect("those that tell none of their own");
    assert_eq!(difference.circumstance, Circumstance::Settings);
    assert!(compared(&before, &now).comparisons.iter().all(|one| one.comparable == (one.of == RanOn::MadeUp)));

    // Changed before one of them was measured again.
    let again = Settings { budget_ns: 1_000_000_000, ..settings() };
    measured.benchmarks[0].states[0].cost.settings = Some(again);
    let id = measured.benchmarks[0].id.clone();
    measured.queries[0].parameters.push(Parameter { name: "id".into(), value: Value::Text("other".into()) });
    let query = measured.queries[0].id.clone();
    let mixed = compared(&before, &save(&measured, settings()));
    let words: Vec<&str> = mixed.differences.iter().map(|difference| difference.words.as_str()).collect();
    let budget = "Measured with other settings: the budget is 1.00\u{a0}s, it was 500\u{a0}ms.";
    assert_eq!(words[0], format!("{budget} That concerns {id}."));
    assert!(words[1].starts_with("Other values were bound."), "{words:?}");
    let without: Vec<&String> = mixed.comparisons.iter().filter(|one| !one.comparable).map(|one| &one.id).collect();
    assert!(without.contains(&&id) && without.contains(&&query), "{without:?}");
    assert!(!save(&measured, settings()).to_json().contains("other"), "no value is kept");
}

#[test]
fn projects_of_one_benchmark_are_told_apart() {
    let mut measured = report(1.0, 1);
    let one = measured.file_benchmarks[0].clone();
    let mut larger = one.clone();
    larger.before.cost.n_rows = 12;
    measured.file_benchmarks = vec![one.clone(), one, larger];
    let baseline = Baseline::of(&measured, settings(), machine(), "", Instant::default());
    let of_file = baseline.entries.iter().filter(|entry| entry.id.contains("this file, as dropped"));
    let ids: Vec<&str> = of_file.map(|entry| entry.id.as_str()).collect();
    let group = &measured.file_benchmarks[0].group;
    let [first, second, third] = ids.as_slice() else { panic!("{ids:?}") };
    assert_eq!(*first, format!("{group}, 0 rows (this file, as dropped)"));
    assert_eq!(*second, format!("{first} 2"));
    assert_eq!(*third, format!("{group}, 12 rows (this file, as dropped)"));
    assert_eq!(Baseline::read(&baseline.to_json()).unwrap(), baseline);
}

#[test]
fn other_circumstances_are_named_and_withhold_the_verdict() {
    let browser = "The browser is Firefox 132, it was Chrome 131.";
    check_difference(|b| b.environment.user_agent = FIREFOX.into(), Circumstance::Browser, browser);
    let sqlite = "SQLite is 3.54.0, it was 3.53.4.";
    check_difference(|b| b.environment.sqlite_version = "3.54.0".into(), Circumstance::SqliteVersion, sqlite);
    check_difference(
        |b| b.machine = Machine { n_logical_cores: Some(1), memory_gib: Some(0.5), platform: None },
        Circumstance::Machine,
        "The machine is one with 1 core, 0.5 GiB, it was one with 8 cores, 8 GiB, Linux x86_64.",
    );
    let clock = "The clock steps by 100\u{a0}µs, it did by 5.00\u{a0}µs.";
    check_difference(|b| b.environment.clock_granularity_ns = 100_000, Circumstance::Clock, clock);
    let isolated = "The page is not cross-origin isolated, which blurs the clock; it was.";
    check_difference(|b| b.environment.cross_origin_isolated = false, Circumstance::Clock, isolated);
    check_difference(
        |b| b.settings = Settings { n_samples: 1_000, budget_ns: 2_000_000_000, ..settings() },
        Circumstance::Settings,
        "Measured with other settings: the number of samples is 1,000, it was 100; the budget is 2.00\u{a0}s, it was \
         500\u{a0}ms.",
    );
}

#[test]
fn another_file_voids_what_ran_on_it_alone() {
    use Circumstance::File;
    let larger = "The file is db.sqlite of 99.0\u{a0}MB, it was db.sqlite of 98.4\u{a0}MB.";
    check_difference(|b| b.file.bytes = 99_000_000, File, larger);
    let schema = "The file is db.sqlite with another schema than db.sqlite had.";
    check_difference(|b| b.file.schema_hash = "0".into(), File, schema);
    let contents = "The file is db.sqlite with other contents than db.sqlite had.";
    check_difference(|b| b.file.page_count = 7, File, contents);
}

#[test]
fn what_does_not_touch_the_samples_is_no_difference() {
    let before = baseline(1.0, 1);
    let mut now = baseline(1.0, 1);
    now.file.file_name = "copy.sqlite".into();
    now.name = "another".into();
    now.saved_at = Instant(0);
    now.settings.noise_threshold = 0.1;
    now.settings.n_resamples = 7;
    // Measured, and so never quite the same.
    now.environment.clock_granularity_ns = 5_200;
    assert_eq!(differences(&before, &now), []);
}

#[test]
fn an_index_more_is_another_schema() {
    let mut changed = report(1.0, 1);
    changed.database.tables[0].indexes.push(Default::default());
    let changed = Baseline::of(&changed, settings(), machine(), "", Instant::default());
    let circumstances: Vec<_> = differences(&baseline(1.0, 1), &changed).iter().map(|d| d.circumstance).collect();
    assert_eq!(circumstances, [Circumstance::File]);
}

#[test]
fn browsers_by_their_names() {
    for (user_agent, expect) in [
        (CHROME, "Chrome 131"),
        (FIREFOX, "Firefox 132"),
        ("… Version/17.6 Safari/605.1.15", "Safari 17"),
        ("… Chrome/131.0.0.0 Safari/537.36 Edg/130.0.1", "Edge 130"),
        ("… HeadlessChrome/120.0.0.0 Safari/537.36", "Chrome 120"),
        ("SomethingElse", "SomethingElse"),
        ("", "unknown"),
    ] {
        assert_eq!(browser(user_agent), expect);
    }
}

#[test]
fn criterion_stands_beside_the_documented_state() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/criterion-0.8");
    let file = |path: &str| (path.to_owned(), std::fs::read_to_string(root.join(path)).unwrap());
    let files = ["find_by_id/new", "find_by_id/base", "find_by_project/10/new"]
        .map(|run| ["benchmark.json", "estimates.json"].map(|name| file(&format!("{run}/{name}"))));
    let mut folder = criterion::read(&files.concat());
    assert_eq!(folder.problems, [""; 0]);
    let baseline = baseline(1.0, 1);
    let beside = beside_criterion(&baseline.entries, &folder.results);
    let found: Vec<_> = beside.iter().map(|beside| (beside.id.as_str(), beside.run.as_str())).collect();
    assert_eq!(found, [("find_by_id", "base"), ("find_by_id", "new"), ("find_by_project/10", "new")]);
    for beside in &beside {
        let here = baseline.entry(&beside.id).unwrap().estimates.median;
        assert_eq!(beside.here, Some(here));
        assert_eq!(beside.times, Some(here.point_ns as f64 / beside.criterion.point_ns as f64));
    }
    // What ran on the file is never taken for the guide's.
    folder.results[0].id = "find-by-id".into();
    let alone = beside_criterion(&baseline.entries, &folder.results);
    assert_eq!((alone.len(), alone[0].here, alone[0].times), (3, None, None), "it stands there by itself");
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text: String, at in 0..10_000_usize, with: char) {
        let _ = Baseline::read(&text);
        let mut changed: Vec<char> = baseline(1.0, 1).to_json().chars().collect();
        let at = at % changed.len();
        changed[at] = with;
        let _ = Baseline::read(&changed.into_iter().collect::<String>());
        let _ = browser(&text);
    }
}
