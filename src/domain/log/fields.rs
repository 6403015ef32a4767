//! `message name=value name="text"` and `message, name: value`.

/// The message, and what follows it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    pub message: String,
    pub fields: Vec<(String, String)>,
}

/// As the full and compact formats write it: a field begins where a name stands between a space and `=`.
pub(super) fn with_equals(text: &str) -> Parsed {
    let bytes = text.as_bytes();
    let mut parsed = Parsed::default();
    // Of the field before: its name, and where its value begins.
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    while let Some(equals) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'=')) {
        let equals = at + equals;
        at = equals + 1;
        let from = open.map_or(0, |(_, start)| start);
        let Some(name) = text.get(from..equals).and_then(name_at_end) else { continue };
        let end = equals - name.len();
        let before = text.get(from..end).unwrap_or_default();
        match open {
            Some((name, _)) => parsed.fields.push((name.into(), unquoted(before))),
            None => parsed.message = before.trim().into(),
        }
        open = Some((name, at));
        if bytes.get(at) == Some(&b'"') {
            at += quoted_len(text.get(at..).unwrap_or_default());
        }
    }
    match open {
        Some((name, start)) => parsed.fields.push((name.into(), unquoted(text.get(start..).unwrap_or_default()))),
        None => parsed.message = text.trim().into(),
    }
    parsed
}

/// As the pretty format and the guide write it: parted by commas outside of quotes and brackets.
pub(super) fn with_colons(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    for part in parts(text) {
        match part.split_once(':').filter(|(name, value)| is_name(name) && !value.starts_with(':')) {
            Some((name, value)) => parsed.fields.push((name.into(), unquoted(value))),
            // No name of its own: the comma belonged to the text before.
            None => {
                let before = parsed.fields.last_mut().map_or(&mut parsed.message, |(_, value)| value);
                if !before.is_empty() {
                    before.push_str(", ");
                }
                before.push_str(part);
            }
        }
    }
    parsed
}

fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut at, mut depth) = (0, 0, 0_u32);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at += quoted_len(text.get(at..).unwrap_or_default()).saturating_sub(1),
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.extend(text.get(start..));
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// The name before an `=`, when a space or nothing stands before it.
fn name_at_end(text: &str) -> Option<&str> {
    let start = text.rfind(' ').map_or(0, |space| space + 1);
    text.get(start..).filter(|name| is_name(name))
}

fn is_name(name: &str) -> bool {
    let starts = name.starts_with(|ch: char| ch.is_ascii_alphabetic() || ch == '_');
    starts && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'#'))
}

/// Length of the string literal that `text` begins with, quotes included; all of it when it does not end.
pub(super) fn quoted_len(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A string literal as the text that it stands for, anything else as it is.
fn unquoted(value: &str) -> String {
    let value = value.trim();
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return value.into() };
    if !inner.contains('\\') {
        return inner.into();
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(ch) = chars.next() {
        match (ch, chars.clone().next()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some(other @ ('"' | '\\' | '\''))) => out.push(other),
            // An escape that stands for a character by its number is kept as it is written.
            _ => {
                out.push(ch);
                continue;
            }
        }
        chars.next();
    }
    out
}
