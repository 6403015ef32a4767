//! The guide's lists for trouble, asked of files of which native SQLite knows the answer.

use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::troubleshooting::{Answer, Question, State, answer};

use crate::fixtures::{Fixture, NOW, count};

/// Of a file that was opened and judged, nothing more.
fn asked(fixture: &Fixture, question: &Question) -> Answer {
    let mut opened = fixture.open();
    let mut report = Report::new(NOW, opened.engine.environment().unwrap(), opened.database.clone());
    let judged = opened.judged();
    report.absorb(cortex_inspector::domain::run::StepAnswer::Judged(judged));
    answer(question, &report, opened.engine.catalogue())
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

#[test]
fn what_was_not_run_is_said_not_to_be_known() {
    let fixture = Fixture::standard();
    for question in [Question::LargestResult, Question::OldRows, Question::LongestWrite, Question::Log] {
        assert_eq!(asked(&fixture, &question).state, State::Unknown, "{question:?}");
    }
    assert_ne!(asked(&fixture, &Question::IndexesUsed).state, State::Unknown);
    assert!(asked(&fixture, &Question::MissingIndexes).text.contains("`list-unfinished-workflows`"));
}
