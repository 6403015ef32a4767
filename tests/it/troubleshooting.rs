//! The guide's lists for trouble, asked of files of which native SQLite knows the answer.

use cortex_inspector::domain::guide::{self, Place};
use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::run::StepAnswer;
use cortex_inspector::domain::troubleshooting::{Answer, Question, State, answer, answers, missing_steps};

use crate::fixtures::{Fixture, NOW, count, quick};
use crate::pool::read;

/// Of a file that was opened and judged, nothing more.
fn asked(fixture: &Fixture, question: &Question) -> Answer {
    let mut opened = fixture.open();
    let mut report = Report::new(NOW, opened.engine.environment().unwrap(), opened.database.clone());
    let judged = opened.judged();
    report.absorb(StepAnswer::Judged(judged));
    answer(question, &report, opened.engine.catalogue(), None)
}

#[test]
fn journal_mode_and_cache_are_those_that_the_file_stores() {
    let fixture = Fixture::standard();
    assert_eq!(asked(&fixture, &Question::JournalMode).state, State::Attention);
    let wal = fixture.copy_with("PRAGMA journal_mode = WAL");
    assert_eq!(asked(&wal, &Question::JournalMode).state, State::Fine);
    let cached = fixture.copy_with("PRAGMA default_cache_size = 5000");
    let stored = count(&cached.native(), "PRAGMA default_cache_size");
    assert_eq!(stored, 5000);
    let text = asked(&cached, &Question::ConnectionMemory).text;
    assert!(text.contains("20.5\u{a0}MB") && text.contains("as the file stores it"), "{text}");
}

#[test]
fn free_pages_are_those_that_native_sqlite_counts() {
    let fixture = Fixture::standard().copy_with("DROP TABLE terminal_log; DROP TABLE git_event;");
    let free = count(&fixture.native(), "SELECT freelist_count FROM pragma_freelist_count");
    let answer = asked(&fixture, &Question::FreePages);
    assert!(answer.text.starts_with(&format!("{free} of ")), "{}", answer.text);
    assert_eq!(answer.state, State::Attention);
}

/// What "Answer what is open" runs answers every question that needs no log.
#[test]
fn what_is_missing_is_run_and_answers() {
    let fixture = Fixture::standard();
    let mut opened = fixture.open();
    opened.engine.set_measuring(quick());
    let mut report = Report::new(NOW, opened.engine.environment().unwrap(), opened.database.clone());
    report.absorb(StepAnswer::Judged(opened.judged()));
    let catalogue = opened.engine.catalogue().clone();
    let open = |report: &Report| {
        let answers = answers(report, &catalogue, None);
        answers.into_iter().filter(|check| check.state == State::Unknown).map(|check| check.answer).collect::<Vec<_>>()
    };
    assert!(open(&report).len() > 2);
    let steps = missing_steps(&report, &catalogue);
    let once = steps.iter().enumerate().all(|(at, step)| !steps[..at].contains(step));
    assert!(once && steps.len() > catalogue.queries.len(), "{steps:?}");
    for step in steps {
        report.absorb(opened.engine.run(&step).unwrap());
    }
    assert_eq!(missing_steps(&report, &catalogue), []);
    let left = open(&report);
    assert!(left.len() == 2 && left.iter().all(|answer| answer.contains("None has been read yet")), "{left:?}");
}

#[test]
fn what_was_not_run_is_said_not_to_be_known() {
    let fixture = Fixture::standard();
    for question in [Question::LargestResult, Question::OldRows, Question::LongestWrite] {
        assert_eq!(asked(&fixture, &question).state, State::Unknown, "{question:?}");
    }
    assert_ne!(asked(&fixture, &Question::IndexesUsed).state, State::Unknown);
    assert!(asked(&fixture, &Question::MissingIndexes).text.contains("`list-unfinished-workflows`"));
}

/// What the lists and the guide's sections say with a log of these lines; `None` without one.
fn with_log(lines: Option<&str>) -> [(State, String); 5] {
    let fixture = Fixture::standard();
    let opened = fixture.open();
    let report = Report::new(NOW, opened.engine.environment().unwrap(), opened.database.clone());
    let (catalogue, log) = (opened.engine.catalogue(), lines.map(read));
    let answer = |question| {
        let Answer { state, text } = answer(&question, &report, catalogue, log.as_ref());
        (state, text)
    };
    let section = |place| guide::state(&place, &report, catalogue, log.as_ref());
    [
        answer(Question::LoggedQueries),
        answer(Question::PoolExhaustion),
        answer(Question::PoolSize),
        section(Place::Monitoring),
        section(Place::Pool),
    ]
}

#[track_caller]
fn check_with_log(lines: Option<&str>, expect: [(State, &str); 5]) {
    for ((state, text), (expected, part)) in with_log(lines).iter().zip(expect) {
        assert!(*state == expected && text.contains(part), "{part} {expected:?}: {state:?} {text}");
    }
}

#[test]
fn what_only_a_log_knows_is_answered_from_it() {
    use State::{Attention, Fine, Told, Unknown};
    let settings = (Fine, "Nothing speaks against the guide's settings");
    let ten = (Told, "The guide allows 10 connections");
    let unread = (Unknown, "None has been read yet");
    check_with_log(None, [unread, unread, ten, (Unknown, "No log has been read yet"), settings]);
    let query = "2025-01-19T10:00:00Z DEBUG db: find_by_id query completed duration_ms=7\n";
    let slowest = (Told, "`find_by_id` takes 7.00\u{a0}ms");
    check_with_log(Some(query), [slowest, (Unknown, "does not tell of the pool"), ten, slowest, settings]);
    let used = "[INFO] Connection pool stats: {size: 3, available: 1}\n";
    let none = "[INFO] Connection pool stats: {size: 3, available: 0}\n";
    let (no_event, fine) = ((Unknown, "no event with a duration"), (Fine, "A connection was available at all times"));
    let no_duration = (Told, "holds no event with a duration");
    check_with_log(Some(used), [no_event, fine, (Told, "In the log 2 were in use"), no_duration, fine]);
    let ran_out = (Attention, "No connection was available 1 time");
    let all = (Told, "In the log 3 were in use");
    check_with_log(Some(&[query, used, none].concat()), [slowest, ran_out, all, slowest, ran_out]);
}
