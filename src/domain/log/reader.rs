//! Bytes in, events out. Holds one line and the event that may go on with the next.

use super::ansi;
use super::event::{Clock, Format, LogEvent, Span};
use super::fields::with_colons;
use super::head::{Head, head};
use super::json;
use super::lines::{Line, Lines, MAX_LINE_BYTES};
use super::problems::{ProblemKind, Problems};
use crate::domain::numbers::{bytes, duration};

/// Threads write in about the order in which they took the time; what is further back is a clock that was set back.
const DISORDER_NS: i64 = 100_000_000;

#[derive(Default)]
pub struct LogReader {
    lines: Lines,
    state: State,
}

#[derive(Default)]
struct State {
    /// The event that the next line may go on with.
    pending: Option<LogEvent>,
    last_format: Option<Format>,
    last_at_ns: Option<i64>,
    problems: Problems,
}

impl LogReader {
    /// The next bytes of the file; a chunk may end anywhere.
    pub fn push(&mut self, bytes: &[u8], on_event: &mut dyn FnMut(LogEvent)) {
        let state = &mut self.state;
        self.lines.push(bytes, &mut |line| state.take(&line, on_event));
    }

    /// The file ends here.
    pub fn finish(&mut self, on_event: &mut dyn FnMut(LogEvent)) {
        let state = &mut self.state;
        self.lines.finish(&mut |line| state.take(&line, on_event));
        state.give(on_event);
    }

    pub fn n_lines(&self) -> u64 {
        self.lines.n_lines
    }

    pub fn problems(&self) -> &Problems {
        &self.state.problems
    }
}

impl State {
    fn take(&mut self, line: &Line<'_>, on_event: &mut dyn FnMut(LogEvent)) {
        if line.n_bytes > MAX_LINE_BYTES as u64 {
            self.problems.add(ProblemKind::TooLong, line.number, || bytes(line.n_bytes).text());
            return;
        }
        if line.is_last {
            self.problems.add(ProblemKind::CutShort, line.number, String::new);
        }
        if is_binary(line.bytes) {
            self.problems.add(ProblemKind::Binary, line.number, String::new);
            return;
        }
        let text = String::from_utf8_lossy(line.bytes);
        if matches!(text, std::borrow::Cow::Owned(_)) {
            self.problems.add(ProblemKind::NotUtf8, line.number, String::new);
        }
        self.read(&ansi::plain(&text), line, on_event);
    }

    fn read(&mut self, text: &str, line: &Line<'_>, on_event: &mut dyn FnMut(LogEvent)) {
        if text.trim().is_empty() {
            // The pretty format ends an event with it.
            self.give(on_event);
        } else if text.starts_with('{') {
            match json::event(text, line.number) {
                Some(event) => self.begin(event, on_event),
                None if line.is_last => {}
                None => self.problems.add(ProblemKind::NotJson, line.number, String::new),
            }
        } else if let Some(head) = head(text) {
            self.begin(event(head, line.number), on_event);
        } else if text.starts_with([' ', '\t']) && self.pending.is_some() {
            self.go_on(text.trim());
        } else {
            self.problems.add(ProblemKind::NotAnEvent, line.number, || text.chars().take(80).collect());
        }
    }

    fn begin(&mut self, event: LogEvent, on_event: &mut dyn FnMut(LogEvent)) {
        self.give(on_event);
        if let Some(last) = self.last_format.replace(event.format).filter(|last| *last != event.format) {
            let detail = || format!("from {} to {}", last.label(), event.format.label());
            self.problems.add(ProblemKind::FormatChanges, event.line, detail);
        }
        if let Some(at_ns) = event.at_ns {
            let back = self.last_at_ns.replace(at_ns).map_or(0, |last| last.saturating_sub(at_ns));
            if back > DISORDER_NS {
                let detail = || format!("by {}", duration(back.unsigned_abs()).text());
                self.problems.add(ProblemKind::ClockBackwards, event.line, detail);
            }
        }
        match event.format {
            Format::Json | Format::OneLine => on_event(event),
            Format::Pretty | Format::Bracketed => self.pending = Some(event),
        }
    }

    /// An indented line: a place, a span or fields.
    fn go_on(&mut self, text: &str) {
        let Some(event) = &mut self.pending else { return };
        if event.format == Format::Pretty {
            if let Some(scope) = text.strip_prefix("in ") {
                let (path, fields) = scope.split_once(" with ").unwrap_or((scope, ""));
                let name = path.rsplit("::").next().unwrap_or(path).to_owned();
                // The innermost is written first.
                event.spans.insert(0, Span { name, fields: with_colons(fields).fields });
            }
        } else {
            event.fields.extend(with_colons(text).fields);
        }
    }

    fn give(&mut self, on_event: &mut dyn FnMut(LogEvent)) {
        if let Some(event) = self.pending.take() {
            on_event(event);
        }
    }
}

fn event(head: Head, line: u64) -> LogEvent {
    LogEvent {
        line,
        format: head.format,
        at_ns: head.time.map(|time| time.at_ns),
        clock: head.time.map_or(Clock::Calendar, |time| time.clock),
        level: head.level,
        target: head.target,
        message: head.parsed.message,
        fields: head.parsed.fields,
        spans: head.spans,
    }
}

/// A control character that no terminal is sent, or so many others that it is no text.
fn is_binary(line: &[u8]) -> bool {
    let n_control = line.iter().filter(|byte| **byte < 0x20 && !matches!(byte, b'\t' | b'\r' | 0x1b)).count();
    line.contains(&0) || n_control * 20 > line.len()
}
