//! Text of somebody else's file, made safe for HTML and for Markdown as GitHub reads it.

/// For HTML, between tags and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        match ch {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            ch => out.push(shown(ch)),
        }
    }
    out
}

/// An empty comment. GitHub links names and addresses after it has read the Markdown, so that no backslash keeps it
/// from that; what stands apart it takes for no name.
const APART: &str = "<!-- -->";

/// Running text of Markdown, in one line, also in the cell of a table and at the start of a line.
pub fn markdown_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut digits_only = true;
    let mut rest = text.chars();
    while let Some(ch) = rest.next() {
        let tail = rest.as_str();
        let next = tail.chars().next();
        match ch {
            '\n' | '\r' | '\t' => out.push(' '),
            // In a cell a backslash before it may itself be escaped, which readers count differently.
            '|' => out.push_str("&#124;"),
            '#' => {
                out.push_str("\\#");
                if next.is_some_and(|next| next.is_ascii_digit()) {
                    out.push_str(APART);
                }
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '$' | '!' => {
                out.push('\\');
                out.push(ch);
            }
            '-' | '+' | '=' if out.trim_start().is_empty() => {
                out.push('\\');
                out.push(ch);
            }
            // What would number a list.
            '.' | ')' if digits_only && !out.trim_start().is_empty() && next.is_none_or(char::is_whitespace) => {
                out.push('\\');
                out.push(ch);
            }
            '@' => {
                out.push('@');
                out.push_str(APART);
            }
            ':' if tail.starts_with("//") => {
                out.push(':');
                out.push_str(APART);
            }
            '.' if ends_with_www(&out) => {
                out.push_str(APART);
                out.push('.');
            }
            ch => out.push(shown(ch)),
        }
        digits_only &= ch.is_ascii_digit() || ch.is_whitespace();
    }
    out
}

/// A code span of Markdown, outside of tables.
pub fn markdown_code(text: &str) -> String {
    let text: String = text.chars().map(|ch| if is_break(ch) { ' ' } else { shown(ch) }).collect();
    if text.is_empty() {
        return "<code></code>".into();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // One space at each end is taken off again.
    let ends = |ch| text.starts_with(ch) || text.ends_with(ch);
    let pad = if ends('`') || (ends(' ') && !text.trim().is_empty()) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A code span in the cell of a table, where a bar ends the cell even within a span.
pub fn markdown_cell_code(text: &str) -> String {
    if !text.contains('|') {
        return markdown_code(text);
    }
    let mut out = String::from("<code>");
    for ch in text.chars() {
        match ch {
            ch if is_break(ch) => out.push(' '),
            ch if ch.is_ascii_punctuation() => out.push_str(&format!("&#{};", u32::from(ch))),
            ch => out.push(shown(ch)),
        }
    }
    out.push_str("</code>");
    out
}

/// A block of code of Markdown, ended by a line break.
pub fn markdown_block(language: &str, text: &str) -> String {
    let text: String = text.chars().map(shown).collect();
    let fence = "`".repeat((longest_run(&text) + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

fn is_break(ch: char) -> bool {
    matches!(ch, '\n' | '\r' | '\t')
}

/// Characters that no document may hold are shown as the one that stands for what cannot be shown.
fn shown(ch: char) -> char {
    let code = u32::from(ch);
    let noncharacter = code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code);
    if noncharacter || (ch.is_control() && !is_break(ch)) { char::REPLACEMENT_CHARACTER } else { ch }
}

/// The most backticks that follow each other.
fn longest_run(text: &str) -> usize {
    text.split(|ch| ch != '`').map(str::len).max().unwrap_or_default()
}

fn ends_with_www(text: &str) -> bool {
    text.chars().rev().take(3).filter(|ch| ch.eq_ignore_ascii_case(&'w')).count() == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_escaped() {
        assert_eq!(escape("<a b=\"c\" d='e'>&"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
        assert_eq!(escape("a\u{0}\u{ffff}\n"), "a\u{fffd}\u{fffd}\n");
    }

    #[test]
    fn markdown_is_escaped() {
        assert_eq!(markdown_text("- a_b *c*\n<d> | [e](f)"), "\\- a\\_b \\*c\\* \\<d\\> &#124; \\[e\\](f)");
        assert_eq!(markdown_text("12. a 3.5"), "12\\. a 3.5");
        assert_eq!(markdown_text("3.5 a"), "3.5 a");
        assert_eq!(markdown_text("@a #1 #b"), "@<!-- -->a \\#<!-- -->1 \\#b");
        assert_eq!(markdown_text("http://a www.b"), "http:<!-- -->//a www<!-- -->.b");
    }

    #[test]
    fn code_spans_hold_backticks_and_bars() {
        assert_eq!(markdown_code("a"), "`a`");
        assert_eq!(markdown_code("a`b"), "``a`b``");
        assert_eq!(markdown_code("`"), "`` ` ``");
        assert_eq!(markdown_code("a\n\nb"), "`a  b`");
        assert_eq!(markdown_cell_code("a"), "`a`");
        assert_eq!(markdown_cell_code("a|<b"), "<code>a&#124;&#60;b</code>");
        assert_eq!(markdown_block("sql", "a\n```\n"), "````sql\na\n```\n````\n");
    }
}
