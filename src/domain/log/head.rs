//! The line that an event begins with, in the formats that are no JSON.

use super::event::{Clock, Format, Span};
use super::fields::{Parsed, quoted_len, with_colons, with_equals};
use super::time_stamp::{self, TimeStamp};

pub(super) struct Head {
    pub format: Format,
    pub time: Option<TimeStamp>,
    pub level: String,
    pub target: String,
    pub spans: Vec<Span>,
    pub parsed: Parsed,
}

/// `None` when no event begins on this line.
pub(super) fn head(line: &str) -> Option<Head> {
    let text = line.trim_start_matches(' ');
    if let Some(inner) = text.strip_prefix('[') {
        return bracketed(inner);
    }
    let n_spaces = line.len() - text.len();
    let (time, rest) = match time_stamp::at_start(text) {
        Some((time, n)) => (Some(time), text.get(n..)?),
        None => (None, text),
    };
    let rest = rest.trim_start_matches(' ');
    let (level, rest) = level_at_start(rest).unwrap_or(("", rest));
    // An uptime and a level are set flush right: the longer they are, the fewer spaces stand before them.
    let is_pretty = match time.map(|time| time.clock) {
        None if level.is_empty() => return None,
        None => n_spaces >= 2 && n_spaces + level.len() >= 7,
        Some(Clock::Calendar) => n_spaces == 2,
        Some(Clock::Uptime) => n_spaces >= 2 && n_spaces + text.find('.')? >= 6,
    };
    Some(match is_pretty {
        true => pretty(time, level.into(), rest),
        false => one_line(time, level.into(), rest),
    })
}

/// A level and what follows it.
fn level_at_start(text: &str) -> Option<(&str, &str)> {
    let end = text.find([' ', ']']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    matches!(word, "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR").then_some((word, rest))
}

/// `2025-01-19T10:30:45Z DEBUG db::models::workflow] message`, each of the three optional except the level.
fn bracketed(inner: &str) -> Option<Head> {
    let (time, rest) = match time_stamp::at_start(inner) {
        Some((time, n)) => (Some(time), inner.get(n..)?.trim_start()),
        None => (None, inner),
    };
    let (level, rest) = level_at_start(rest)?;
    let (target, rest) = rest.split_once(']')?;
    let equals = with_equals(rest);
    let parsed = if equals.fields.is_empty() { with_colons(rest) } else { equals };
    Some(Head {
        format: Format::Bracketed,
        time,
        level: level.into(),
        target: target.trim().into(),
        spans: Vec::new(),
        parsed,
    })
}

/// `target: message, name: value`.
fn pretty(time: Option<TimeStamp>, level: String, rest: &str) -> Head {
    let rest = rest.trim_start();
    let (target, rest) = rest.split_once(": ").filter(|(target, _)| is_path(target)).unwrap_or(("", rest));
    // Without a file's name the number of the line stands after the target.
    let rest = rest.trim_start_matches(|ch: char| ch.is_ascii_digit());
    let parsed = with_colons(rest.strip_prefix(':').unwrap_or(rest));
    Head { format: Format::Pretty, time, level, target: target.into(), spans: Vec::new(), parsed }
}

/// `thread span{name=value}:span: target: file:line: message name=value`.
fn one_line(time: Option<TimeStamp>, level: String, rest: &str) -> Head {
    let mut rest = without_thread(rest.trim_start());
    let mut groups: Vec<Vec<Span>> = Vec::new();
    while groups.len() < 2
        && let Some((group, n)) = context(rest)
    {
        groups.push(group);
        rest = rest.get(n..).unwrap_or_default();
    }
    let has_spans = |group: &[Span]| group.len() > 1 || group.iter().any(|span| !span.fields.is_empty());
    let is_target = |group: &[Span]| !has_spans(group) && group.iter().any(|span| span.name.contains("::"));
    // One plain word may be a target or a span; what follows it tells.
    let (spans, target, message_start) = match groups.as_slice() {
        [first, second] if has_spans(first) && !has_spans(second) => (Some(first), second.first(), None),
        [first, ..] if has_spans(first) => (Some(first), None, groups.get(1)),
        [first, second] if !is_target(first) && is_target(second) => (Some(first), second.first(), None),
        [first, second] => (None, first.first(), Some(second)),
        [first] => (None, first.first(), None),
        _ => (None, None, None),
    };
    let prefix = message_start.map(|group| written(group)).unwrap_or_default();
    let parsed = with_equals(&format!("{prefix}{}", without_place(rest)));
    Head {
        format: Format::OneLine,
        time,
        level,
        target: target.map(|span| span.name.clone()).unwrap_or_default(),
        spans: spans.cloned().unwrap_or_default(),
        parsed,
    }
}

/// What was taken for a context and is the start of the message.
fn written(group: &[Span]) -> String {
    let names: Vec<&str> = group.iter().map(|span| span.name.as_str()).collect();
    format!("{}: ", names.join(":"))
}

/// Without the thread's name and id. A name alone is known by what runtimes call theirs.
fn without_thread(text: &str) -> &str {
    let Some((word, rest)) = text.split_once(' ') else { return text };
    let rest = rest.trim_start();
    let is_id = |word: &str| word.starts_with("ThreadId(");
    match rest.split_once(' ') {
        _ if is_id(word) => rest,
        Some((id, rest)) if is_id(id) => rest,
        _ if (word == "main" || word.contains("worker")) && !word.contains([':', '{']) => rest,
        _ => text,
    }
}

/// Without `src/main.rs:12: ` before the message.
fn without_place(text: &str) -> &str {
    match text.split_once(": ") {
        Some((place, rest)) if is_place(place) => rest,
        _ => text,
    }
}

fn is_place(text: &str) -> bool {
    let (path, line) = text.rsplit_once(':').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (path.ends_with(".rs") && !path.contains(' ') && is_number(line)) || (!text.is_empty() && is_number(text))
}

/// Names with colons between them and after the last, each with its fields in braces; ends with a space. With its
/// length.
fn context(text: &str) -> Option<(Vec<Span>, usize)> {
    let bytes = text.as_bytes();
    let mut spans = Vec::new();
    let mut at = 0;
    loop {
        let start = at;
        while let Some(byte) = bytes.get(at) {
            let is_path_colon = *byte == b':' && bytes.get(at + 1) == Some(&b':');
            match byte {
                _ if is_path_colon => at += 2,
                b'{' | b':' | b' ' => break,
                _ => at += 1,
            }
        }
        let name = text.get(start..at).filter(|name| is_path(name))?;
        let mut span = Span { name: name.into(), fields: Vec::new() };
        if bytes.get(at) == Some(&b'{') {
            let end = at + braces_len(text.get(at..)?);
            span.fields = with_equals(text.get(at + 1..end.checked_sub(1)?)?).fields;
            at = end;
        }
        spans.push(span);
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b':'), None) => return Some((spans, at + 1)),
            (Some(b':'), Some(b' ')) => return Some((spans, at + 2)),
            (Some(b':'), _) => at += 1,
            _ => return None,
        }
    }
}

/// Names of modules, spans and functions: no path of a file and no sentence.
fn is_path(name: &str) -> bool {
    let starts = name.starts_with(|ch: char| ch.is_alphabetic() || ch == '_');
    starts && name.chars().all(|ch| ch.is_alphanumeric() || matches!(ch, '_' | ':' | '-' | '#' | '<' | '>'))
}

/// Length of what stands in braces at the start of `text`, braces included.
fn braces_len(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0_u32);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at += quoted_len(text.get(at..).unwrap_or_default()).saturating_sub(1),
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at.min(text.len())
}
