//! Colours of a terminal, which a log keeps when it was redirected into a file.

use std::borrow::Cow;

const ESCAPE: char = '\u{1b}';

/// Without escape sequences.
pub(super) fn plain(line: &str) -> Cow<'_, str> {
    if !line.contains(ESCAPE) {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(ch) = chars.next() {
        if ch != ESCAPE {
            out.push(ch);
            continue;
        }
        match chars.next() {
            // A control sequence ends with its first letter or the like.
            Some('[') => drop(chars.find(|ch| ('@'..='~').contains(ch))),
            // A command to the system, as a window's title or a link, ends with a bell or with `ESC \`.
            Some(']') if chars.find(|ch| ['\u{7}', ESCAPE].contains(ch)) == Some(ESCAPE) => drop(chars.next()),
            _ => {}
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_left_out() {
        assert_eq!(plain("plain"), "plain");
        assert_eq!(plain("\u{1b}[2m2025\u{1b}[0m \u{1b}[34mDEBUG\u{1b}[0m"), "2025 DEBUG");
        assert_eq!(plain("\u{1b}]8;;http://a\u{7}link\u{1b}]8;;\u{1b}\\!"), "link!");
        assert_eq!(plain("cut \u{1b}[3"), "cut ");
        assert_eq!(plain("cut \u{1b}"), "cut ");
    }
}
