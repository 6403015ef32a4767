//! Saved reports: read back, told apart from other files, and compared.

use std::sync::OnceLock;

use cortex_inspector::domain::baseline::{Baseline, Machine};
use cortex_inspector::domain::dropped::{FileKind, Saved, file_kind};
use cortex_inspector::domain::failure::FailureKind;
use cortex_inspector::domain::instant::Instant;
use cortex_inspector::domain::measuring::Settings;
use cortex_inspector::domain::migration::Outcome;
use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::report_difference::{Changed, Direction, ReportDifference};
use cortex_inspector::domain::run::{Step, steps};
use cortex_inspector::domain::verdict::Verdict;
use proptest::prelude::*;

use crate::fixtures::{Fixture, NOW, Opened, Spec};

/// Everything but what only costs time here.
fn run(opened: &mut Opened) -> Report {
    let environment = opened.engine.environment().unwrap();
    let mut report = Report::new(NOW, environment, opened.database.clone());
    for step in steps(opened.engine.catalogue()) {
        let is_slow = matches!(step, Step::Benchmark(_) | Step::FileBenchmark(_) | Step::Repair | Step::TryWithout);
        if !is_slow {
            report.absorb(opened.engine.run(&step).unwrap());
        }
    }
    report.findings = cortex_inspector::domain::finding::derive(&report, opened.engine.catalogue());
    report
}

/// Of a small file, made once.
fn report() -> &'static Report {
    static REPORT: OnceLock<Report> = OnceLock::new();
    REPORT.get_or_init(|| run(&mut Fixture::new(Spec { n_workflows: 20, ..Spec::default() }).open()))
}

#[test]
fn a_saved_report_comes_back_as_it_was() {
    let report = report();
    assert_eq!(Report::read(&report.to_json()).unwrap(), *report);
    assert_eq!(Report::read(&format!("\u{feff}{}", report.to_json())).unwrap(), *report);
    // Saved before there was more to save.
    let mut old: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    for added in ["file_benchmarks", "growth", "repair", "large_indexes", "statistics_effects", "index_statistics"] {
        assert!(old.as_object_mut().unwrap().remove(added).is_some(), "{added}");
    }
    let read = Report::read(&old.to_string()).unwrap();
    assert_eq!(read, Report { index_statistics: Vec::new(), ..report.clone() });
    assert_ne!(read, *report);
}

#[track_caller]
fn check_kind(path: &str, head: &[u8], expect: FileKind) {
    assert_eq!(file_kind(path, head, false), expect);
}

#[test]
fn a_file_is_told_by_its_name_and_its_beginning() {
    check_kind("db.sqlite", b"SQLite format 3\0", FileKind::Database);
    check_kind("named-wrongly.json", b"SQLite format 3\0", FileKind::Database);
    check_kind("db.sqlite-wal", &[0x37, 0x7f, 0x06, 0x82], FileKind::Database);
    check_kind("empty.sqlite", b"", FileKind::Database);
    check_kind("report.json", b"", FileKind::Json);
    check_kind("report", b" \n{\"format\"", FileKind::Json);
    check_kind("report.txt", "\u{feff}{".as_bytes(), FileKind::Json);
    check_kind("target/criterion/find_by_project/10/new/estimates.json", b"{", FileKind::Criterion);
    check_kind("sample.json", b"", FileKind::Criterion);
    check_kind("find_by_id\\base\\benchmark.json", b"", FileKind::Criterion);
    check_kind("find_by_id/change/estimates.json", b"{", FileKind::Json);
    check_kind("notes.txt", b"hello", FileKind::Database);
    check_kind("app.log", b"hello", FileKind::Log);
    check_kind("output.txt", b"2026-01-26T10:00:00.123456Z  INFO db: find_by_project query completed", FileKind::Log);
    check_kind("output.txt", b"\x1b[2m2026-01-26T10:00:00Z\x1b[0m \x1b[33m WARN\x1b[0m db: slow", FileKind::Log);
    check_kind("output.json", b"{\"timestamp\":\"2026-01-26T10:00:00Z\",\"level\":\"INFO\"", FileKind::Log);
    assert_eq!(file_kind("notes.txt", b"hello", true), FileKind::Log);
    for name in ["db.sqlite", "data.DB", "db.sqlite-wal"] {
        assert_eq!(file_kind(name, b"hello", true), FileKind::Database);
    }
}

#[test]
fn saved_text_is_told_by_its_format() {
    let report = report();
    let baseline = Baseline::of(report, Settings::default(), Machine::default(), "main", Instant::default());
    assert!(matches!(Saved::read("a", &report.to_json()), Ok(Saved::Report(read)) if *read == *report));
    assert!(matches!(Saved::read("a", &baseline.to_json()), Ok(Saved::Baseline(read)) if *read == baseline));
    for text in ["", "{}", "[1]", r#"{"format":"other"}"#, r#"{"format":7}"#] {
        let failure = Saved::read("a.json", text).unwrap_err();
        assert_eq!(failure.kind, FailureKind::NotSaved, "{text}");
        assert!(failure.message.starts_with("a.json is JSON or text, but neither"), "{}", failure.message);
    }
    let failure = Saved::read("a", r#"{"format":"cortex-inspector-report","version":1}"#).unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotReport);
    assert!(failure.message.starts_with("The report is damaged: missing field"), "{}", failure.message);
    let failure = Report::read(&baseline.to_json()).unwrap_err();
    assert_eq!(failure.message, "This is a baseline, not a report.");
}

/// The one thing that is not the same.
#[track_caller]
fn check_change(change: impl Fn(&mut Report), part: &str, expect: Changed) {
    let mut changed = report().clone();
    change(&mut changed);
    let difference = ReportDifference::of(report(), &changed);
    let parts: Vec<_> = difference.parts.iter().filter(|part| !part.changes.is_empty()).collect();
    let [only] = parts.as_slice() else { panic!("{parts:?}") };
    assert_eq!((only.title, only.changes.as_slice()), (part, [expect].as_slice()));
    assert!(difference.left_out.is_empty(), "{:?}", difference.left_out);
}

fn changed(what: &str, then: &str, now: &str, direction: Direction) -> Changed {
    Changed { what: what.into(), then: then.into(), now: now.into(), direction }
}

#[test]
fn a_report_does_not_differ_from_itself() {
    let difference = ReportDifference::of(report(), report());
    assert!(difference.parts.iter().all(|part| part.changes.is_empty() && part.n_same > 0), "{difference:?}");
    let titles: Vec<_> = difference.parts.iter().map(|part| part.title).collect();
    assert_eq!(
        titles,
        ["The file", "Tables", "Documented indexes", "Claims", "Findings", "Clean-ups", "Queries as dropped", "Sizes"]
    );
    assert_eq!(difference.summary(), "Nothing that was asked in both is different.");
}

#[test]
fn what_changed_is_named_with_its_direction() {
    let first = report().migration[0].clone();
    let present = |report: &mut Report| report.migration[0].outcome = Outcome::AlreadyPresent;
    let was = first.outcome.label();
    assert_ne!(was, "Already present");
    check_change(present, "Documented indexes", changed(&first.index, was, "Already present", Direction::Better));

    let at = report().queries.iter().position(|query| query.claim.is_some()).unwrap();
    let (id, claim) = (report().queries[at].id.clone(), report().queries[at].claim.clone().unwrap());
    let what = format!("{id}: {}", claim.index);
    let refused = |report: &mut Report| report.queries[at].claim.as_mut().unwrap().before.verdict = Verdict::Refused;
    check_change(refused, "Claims", changed(&what, claim.before.verdict.label(), "Refused", Direction::Worse));

    let gone = report().findings[0].clone();
    let line = format!("{}: {}", gone.severity.label(), gone.title);
    let about: Vec<_> = gone.about.iter().map(|subject| subject.id()).collect();
    let what = if about.is_empty() { gone.rule.clone() } else { format!("{}: {}", gone.rule, about.join(", ")) };
    check_change(|report| drop(report.findings.remove(0)), "Findings", changed(&what, &line, "", Direction::Better));

    let at = report().queries.iter().position(|query| query.before.as_ref().is_some_and(|c| c.vm_steps > 100)).unwrap();
    let (id, cost) = (report().queries[at].id.clone(), report().queries[at].before.clone().unwrap());
    let words = |steps: u64| {
        let rows = cortex_inspector::domain::numbers::counted(cost.n_rows, "row", "rows");
        let pages = cortex_inspector::domain::numbers::counted(cost.pages_read, "page", "pages");
        format!("{rows} in {} steps, {pages}", cortex_inspector::domain::numbers::count(steps))
    };
    for (steps, direction) in [
        (cost.vm_steps / 2, Direction::Better),
        (cost.vm_steps * 2, Direction::Worse),
        (cost.vm_steps + 1, Direction::Other),
    ] {
        let set = |report: &mut Report| report.queries[at].before.as_mut().unwrap().vm_steps = steps;
        check_change(set, "Queries as dropped", changed(&id, &words(cost.vm_steps), &words(steps), direction));
    }
    let journal = report().database.journal_mode.clone();
    let set = |report: &mut Report| report.database.journal_mode = "memory".into();
    check_change(set, "The file", changed("Journal mode", &journal, "memory", Direction::Other));
}

#[test]
fn what_one_report_lacks_is_said_and_not_compared() {
    let mut half = report().clone();
    half.cleanups.clear();
    half.sizes.clear();
    let difference = ReportDifference::of(&half, report());
    assert_eq!(
        difference.left_out,
        ["Clean-ups: not asked in the older report.", "Sizes: not asked in the older report."]
    );
    let difference = ReportDifference::of(report(), &half);
    assert!(difference.left_out.contains(&"Sizes: not asked in the newer report.".to_owned()));
}

proptest! {
    #[test]
    fn no_text_is_too_strange(path: String, text: String) {
        let _ = file_kind(&path, text.as_bytes(), text.len() % 2 == 0);
        let _ = Saved::read(&path, &text);
    }
}
