//! Readers of logs, against lines that `tracing-subscriber` itself writes, the guide's own form, and damaged files.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cortex_inspector::domain::log::{
    Clock, Format, LogEvent, LogReader, MAX_LINE_BYTES, ProblemKind, Problems, Timed, timed,
};
use proptest::prelude::*;
use tracing::{Dispatch, Subscriber, debug, debug_span, info, warn};
use tracing_subscriber::fmt::SubscriberBuilder;
use tracing_subscriber::fmt::format::{FmtSpan, Format as Wording};
use tracing_subscriber::fmt::time::{SystemTime, uptime};

/// What a subscriber writes to.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The bytes that `log` makes a subscriber write.
fn written<S>(make: impl FnOnce(Buffer) -> S, log: impl FnOnce()) -> Vec<u8>
where
    S: Subscriber + Send + Sync + 'static,
{
    let buffer = Buffer::default();
    tracing::dispatcher::with_default(&Dispatch::new(make(buffer.clone())), log);
    buffer.0.lock().unwrap().clone()
}

/// All that a chunk of any size may part.
fn read_in(bytes: &[u8], chunk: usize) -> (Vec<LogEvent>, Problems) {
    let (mut reader, mut events) = (LogReader::default(), Vec::new());
    for chunk in bytes.chunks(chunk.max(1)) {
        reader.push(chunk, &mut |event| events.push(event));
    }
    reader.finish(&mut |event| events.push(event));
    (events, reader.problems().clone())
}

fn read(bytes: &[u8]) -> (Vec<LogEvent>, Problems) {
    read_in(bytes, 1 << 16)
}

const PROJECT: &str = "proj-abc123";

/// As the guide's own code logs, in a span as `#[instrument]` makes one, and what other code logs beside it.
fn log_some() {
    let elapsed = Duration::from_millis(12);
    info!("Server listening on 127.0.0.1:3000");
    debug!(
        project_id = %PROJECT,
        count = 5_usize,
        duration_ms = elapsed.as_millis(),
        "find_by_project query completed"
    );
    let request = debug_span!("request", method = "GET", uri = "/api/workflows?status=running");
    let _request = request.enter();
    let span = debug_span!("find_by_project", project_id = PROJECT, note = "a \"b\", c: {d}");
    let _span = span.enter();
    debug!(count = 7_usize, duration_ms = 34_u64, "find_by_project query completed");
    // What sqlx writes of every statement.
    debug!(
        target: "sqlx::query",
        summary = "SELECT * FROM workflow …",
        db.statement = "\n\nSELECT\n  *\nFROM\n  workflow\n",
        rows_affected = 0,
        rows_returned = 3,
        ?elapsed,
        elapsed_secs = elapsed.as_secs_f64(),
    );
    warn!("nothing timed, count: 3");
}

#[track_caller]
fn check_some(what: &str, bytes: &[u8], format: Format, clock: Option<Clock>) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (events, problems) = read(bytes);
    assert!(problems.is_empty(), "{what}: {problems:?}\n{text}");
    assert_eq!(events.len(), 5, "{what}: {events:#?}\n{text}");
    for event in &events {
        assert_eq!(event.format, format, "{what}: {event:?}");
        assert_eq!(event.at_ns.map(|_| event.clock), clock, "{what}: {event:?}");
    }
    let query = |name: &str, ms: u64, count| {
        let (name, project) = (name.to_owned(), Some(PROJECT.to_owned()));
        Timed { name, project, duration_ns: ms * 1_000_000, count: Some(count) }
    };
    // The compact format writes a span's fields after the event's own, so the statement's event has them too.
    let expect =
        [query("find_by_project", 12, 5), query("find_by_project", 34, 7), query("SELECT * FROM workflow …", 12, 3)];
    let found: Vec<Timed> = events.iter().filter_map(timed).collect();
    assert_eq!(found, expect, "{what}:\n{text}");
    assert_eq!(events[0].message, "Server listening on 127.0.0.1:3000", "{what}:\n{text}");
}

/// With and without everything that a format can be told to write.
fn check_format<W>(what: &str, format: Format, shape: impl Fn(SubscriberBuilder) -> W)
where
    W: Shaped,
{
    for ansi in [false, true] {
        for place in [false, true] {
            for time in [Some(Clock::Calendar), Some(Clock::Uptime), None] {
                let case = format!("{what}, ansi {ansi}, place {place}, time {time:?}");
                let builder = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(ansi);
                let builder =
                    builder.with_thread_ids(place).with_thread_names(place).with_file(place).with_line_number(place);
                let bytes = shape(builder).write(time, log_some);
                check_some(&case, &bytes, format, time);
            }
        }
    }
}

/// A subscriber that only lacks its clock and what it writes to.
trait Shaped {
    fn write(self, clock: Option<Clock>, log: fn()) -> Vec<u8>;
}

macro_rules! shaped {
    ($fields:ty, $format:ty) => {
        impl Shaped for SubscriberBuilder<$fields, $format> {
            fn write(self, clock: Option<Clock>, log: fn()) -> Vec<u8> {
                match clock {
                    Some(Clock::Calendar) => written(|out| self.with_writer(move || out.clone()).finish(), log),
                    Some(Clock::Uptime) => {
                        written(|out| self.with_timer(uptime()).with_writer(move || out.clone()).finish(), log)
                    }
                    None => written(|out| self.without_time().with_writer(move || out.clone()).finish(), log),
                }
            }
        }
    };
}

use tracing_subscriber::fmt::format::{Compact, DefaultFields, Full, Json, JsonFields, Pretty};
shaped!(DefaultFields, Wording<Full, SystemTime>);
shaped!(DefaultFields, Wording<Compact, SystemTime>);
shaped!(Pretty, Wording<Pretty, SystemTime>);
shaped!(JsonFields, Wording<Json, SystemTime>);

#[test]
fn every_format_of_tracing_is_read() {
    check_format("full", Format::OneLine, |builder| builder);
    check_format("compact", Format::OneLine, SubscriberBuilder::compact);
    check_format("pretty", Format::Pretty, SubscriberBuilder::pretty);
    check_format("json", Format::Json, SubscriberBuilder::json);
    check_format("json, flattened", Format::Json, |builder| builder.json().flatten_event(true));
}

#[test]
fn targets_spans_and_levels_are_told_apart() {
    let bytes = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).write(None, log_some);
    let (events, _) = read(&bytes);
    let here = module_path!();
    assert_eq!((events[0].level.as_str(), events[0].target.as_str()), ("INFO", here));
    assert_eq!((events[1].level.as_str(), events[1].target.as_str()), ("DEBUG", here));
    assert_eq!((events[3].target.as_str(), events[3].spans.len()), ("sqlx::query", 2));
    let span = &events[2].spans[1];
    assert_eq!((span.name.as_str(), span.fields[1].1.as_str()), ("find_by_project", "a \"b\", c: {d}"));
    assert_eq!(events[3].field("db.statement"), Some("\n\nSELECT\n  *\nFROM\n  workflow\n"));
    assert_eq!(events[2].field("method"), Some("GET"));
}

/// `FmtSpan::CLOSE` tells how long each span took, which needs no line of the application's own.
#[test]
fn spans_that_close_are_timed() {
    let log = || {
        let _span = debug_span!("find_by_project", project_id = PROJECT).entered();
        std::thread::sleep(Duration::from_millis(2));
    };
    let builder = || tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_span_events(FmtSpan::CLOSE);
    let check = |bytes: Vec<u8>| {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let found: Vec<Timed> = read(&bytes).0.iter().filter_map(timed).collect();
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!((found[0].name.as_str(), found[0].project.as_deref()), ("find_by_project", Some(PROJECT)), "{text}");
        assert!(found[0].duration_ns >= 2_000_000, "{text}");
    };
    check(builder().write(Some(Clock::Calendar), log));
    check(builder().json().write(Some(Clock::Calendar), log));
    check(builder().pretty().write(Some(Clock::Calendar), log));
}

const GUIDE: &str = "[2025-01-19T10:30:45Z DEBUG db::models::workflow] find_by_project query completed
    project_id: \"proj-abc123\",
    count: 5,
    duration_ms: 12
[INFO] Connection pool stats: {size: 2, available: 1}
";

#[test]
fn the_form_printed_in_the_guide_is_read() {
    let (events, problems) = read(GUIDE.as_bytes());
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(events.len(), 2, "{events:#?}");
    let [query, pool] = [&events[0], &events[1]];
    assert_eq!((query.line, query.at_ns), (1, Some(1_737_282_645_000_000_000)));
    assert_eq!((query.level.as_str(), query.target.as_str()), ("DEBUG", "db::models::workflow"));
    let project = Some(PROJECT.to_owned());
    let expect = Timed { name: "find_by_project".into(), project, duration_ns: 12_000_000, count: Some(5) };
    assert_eq!(timed(query), Some(expect));
    assert_eq!((pool.line, pool.message.as_str()), (5, "Connection pool stats: {size: 2, available: 1}"));
}

fn line(second: u64, ms: u64) -> String {
    format!("2025-01-19T10:30:{second:02}Z DEBUG db: find_all query completed count=1 duration_ms={ms}\n")
}

/// Durations in milliseconds that are found, and the problems by line.
#[track_caller]
fn check_damaged(log: &[u8], durations_ms: &[u64], expect: &[(ProblemKind, u64)]) {
    for chunk in [7, 1 << 16] {
        let (events, problems) = read_in(log, chunk);
        let found: Vec<u64> = events.iter().filter_map(timed).map(|timed| timed.duration_ns / 1_000_000).collect();
        assert_eq!(found, durations_ms, "chunks of {chunk}");
        let named: Vec<_> = problems.named.iter().map(|problem| (problem.kind, problem.line)).collect();
        assert_eq!(named, expect, "chunks of {chunk}");
    }
}

#[test]
fn what_is_damaged_is_named_by_line_and_the_rest_is_used() {
    let log = |middle: &[u8]| [line(1, 1).as_bytes(), middle, line(2, 2).as_bytes()].concat();
    check_damaged(&log(b""), &[1, 2], &[]);
    check_damaged(&log(b"\0\x01\x02SQLite format 3\0\n"), &[1, 2], &[(ProblemKind::Binary, 2)]);
    check_damaged(&log(b"\x07\x08\x0e\x0f noise\n"), &[1, 2], &[(ProblemKind::Binary, 2)]);
    check_damaged(
        &log(b"2025-01-19T10:30:01Z  INFO db: caf\xe9 done duration_ms=9\n"),
        &[1, 9, 2],
        &[(ProblemKind::NotUtf8, 2)],
    );
    check_damaged(&log(&[&[b'x'; 10_000_000][..], b"\n"].concat()), &[1, 2], &[(ProblemKind::TooLong, 2)]);
    check_damaged(&log(&[&[b'x'; MAX_LINE_BYTES - 1][..], b"\n"].concat()), &[1, 2], &[(ProblemKind::NotAnEvent, 2)]);
    check_damaged(&log(b"{\"timestamp\": half\n"), &[1, 2], &[(ProblemKind::NotJson, 2)]);
    check_damaged(&log(b"Finished dev profile in 2.1 s\n"), &[1, 2], &[(ProblemKind::NotAnEvent, 2)]);
    check_damaged(&log(line(0, 3).as_bytes()), &[1, 3, 2], &[(ProblemKind::ClockBackwards, 2)]);
    let json = b"{\"level\":\"INFO\",\"fields\":{\"message\":\"find_all query completed\",\"duration_ms\":3}}\n";
    check_damaged(&log(json), &[1, 3, 2], &[(ProblemKind::FormatChanges, 2), (ProblemKind::FormatChanges, 3)]);
    // In the middle of a field, in the middle of JSON, and after the last figure.
    check_damaged(&log(b"2025-01-19T10:30:03Z DEBUG db: find_all dur")[..130], &[1], &[(ProblemKind::CutShort, 2)]);
    check_damaged(&[line(1, 1).as_bytes(), b"{\"level\":\"IN"].concat(), &[1], &[(ProblemKind::CutShort, 2)]);
    check_damaged(line(1, 1).trim_end().as_bytes(), &[1], &[(ProblemKind::CutShort, 1)]);
    check_damaged(b"", &[], &[]);
}

#[test]
fn other_encodings_of_text_are_read() {
    let log = line(1, 1) + &line(2, 2).replace("find_all", "größte_🚀");
    let utf16: Vec<u8> = format!("\u{feff}{log}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let with_mark = format!("\u{feff}{log}");
    for bytes in [utf16.as_slice(), with_mark.as_bytes(), log.replace('\n', "\r\n").as_bytes()] {
        for chunk in [3, 1 << 16] {
            let (events, problems) = read_in(bytes, chunk);
            assert!(problems.is_empty(), "{problems:?}");
            let names: Vec<String> = events.iter().filter_map(timed).map(|timed| timed.name).collect();
            assert_eq!(names, ["find_all", "größte_🚀"]);
        }
    }
}

#[track_caller]
fn check_duration(fields: &str, expect_ns: Option<u64>) {
    let log = format!("DEBUG db: a query {fields}\n");
    let found = read(log.as_bytes()).0.first().and_then(timed).map(|timed| timed.duration_ns);
    assert_eq!(found, expect_ns, "{fields}");
}

#[test]
fn durations_are_known_by_their_fields() {
    check_duration("duration_ms=12", Some(12_000_000));
    check_duration("elapsed_us=12.5", Some(12_500));
    check_duration("took_secs=0.25", Some(250_000_000));
    check_duration("latency=3 ms", Some(3_000_000));
    check_duration("elapsed=83.1µs", Some(83_100));
    check_duration("query_time_ns=7", Some(7));
    check_duration("elapsed=1.234567ms elapsed_ms=1", Some(1_234_567));
    check_duration("duration_ms=-1", None);
    check_duration("duration_ms=NaN", None);
    check_duration("duration=12", None);
    check_duration("delay_ms=12", None);
    check_duration("count=12", None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever bytes come, in whatever chunks: no panic, and chunks make no difference.
    #[test]
    fn any_bytes_in_any_chunks_give_the_same(
        pieces in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            "[\\[{]?2025-01-19T10:30:45(\\.[0-9]{3})?Z? ?(DEBUG|INFO)?.{0,30}\n?".prop_map(String::into_bytes),
            "( {4}|\t)[a-z_]{1,9}: \"?[0-9a-z\\\\\"]{0,9},?\n".prop_map(String::into_bytes),
            "( {2})?DEBUG [a-z{}=:\" ]{0,40}\n".prop_map(String::into_bytes),
            Just(b"{\"timestamp\":\"2025-01-19T10:30:45Z\",\"span\":{\"name\":1},\"fields\":{\"elapsed\":\"1ms\"}}\n".to_vec()),
        ], 0..12),
        chunk in 1_usize..50,
    ) {
        let bytes = pieces.concat();
        let whole = read(&bytes);
        prop_assert_eq!(read_in(&bytes, chunk), whole);
    }
}
