//! Two definitions of an index, laid out clause by clause and compared.
//!
//! SQLite keeps a definition as it was typed, so line breaks say nothing. Both texts are laid out the same way first:
//! a line for `CREATE INDEX name`, for `ON table(columns)` and for `WHERE …`.

use super::sql_tokens::{Kind, Token, tokens};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Both,
    /// Only in the first definition.
    First,
    /// Only in the second one.
    Second,
}

/// One line of the comparison; its pieces with whether each differs from the other definition's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    pub side: Side,
    pub pieces: Vec<(Token<'a>, bool)>,
}

/// The two definitions, clause by clause. Letter case of keywords and names, spacing, `IF NOT EXISTS` and the last
/// semicolon mean nothing to SQLite and make no difference here.
pub fn diff<'a>(first: &'a str, second: &'a str) -> Vec<Line<'a>> {
    let (first, second) = (clauses(first), clauses(second));
    let mut out = Vec::new();
    for at in 0..first.len().max(second.len()) {
        match (first.get(at), second.get(at)) {
            (Some(a), Some(b)) if same(a, b) => out.push(plain(Side::Both, a)),
            (Some(a), Some(b)) => {
                let (from_start, from_end) = common_ends(a, b);
                out.push(marked(Side::First, a, from_start, from_end));
                out.push(marked(Side::Second, b, from_start, from_end));
            }
            (Some(a), None) => out.push(plain(Side::First, a)),
            (None, Some(b)) => out.push(plain(Side::Second, b)),
            (None, None) => {}
        }
    }
    out
}

/// Cuts before the first `ON` and before the first `WHERE` outside of parentheses; white space shrinks to one space.
fn clauses(sql: &str) -> Vec<Vec<Token<'_>>> {
    let mut lines: Vec<Vec<Token<'_>>> = vec![Vec::new()];
    let mut depth = 0_i32;
    let (mut seen_on, mut seen_where) = (false, false);
    for token in tokens(sql) {
        match token.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        let breaks = |word: &str, seen: bool| depth == 0 && !seen && token.text.eq_ignore_ascii_case(word);
        if token.kind == Kind::Keyword && (breaks("ON", seen_on) || breaks("WHERE", seen_where)) {
            seen_where |= breaks("WHERE", seen_where);
            seen_on = true;
            lines.push(Vec::new());
        }
        let Some(line) = lines.last_mut() else { continue };
        if token.kind != Kind::Space {
            line.push(token);
        } else if line.last().is_some_and(|last| last.kind != Kind::Space) {
            line.push(Token { kind: Kind::Space, text: " " });
        }
    }
    for line in &mut lines {
        while line.last().is_some_and(|last| last.kind == Kind::Space) {
            line.pop();
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// The tokens that mean something, with their place in the line.
fn meaningful<'a>(line: &[Token<'a>]) -> Vec<(usize, Token<'a>)> {
    let words: Vec<(usize, Token<'a>)> = line
        .iter()
        .enumerate()
        .filter(|(_, token)| token.kind != Kind::Space && token.kind != Kind::Comment && token.text != ";")
        .map(|(at, token)| (at, *token))
        .collect();
    let said = words.windows(3).position(|three| {
        ["IF", "NOT", "EXISTS"].iter().zip(three).all(|(word, (_, token))| token.text.eq_ignore_ascii_case(word))
    });
    match said {
        // Inside a WHERE the words mean what they say.
        Some(at) if words.first().is_some_and(|(_, token)| token.text.eq_ignore_ascii_case("CREATE")) => {
            words.into_iter().enumerate().filter(|(n, _)| !(at..at + 3).contains(n)).map(|(_, word)| word).collect()
        }
        _ => words,
    }
}

fn equal(a: Token<'_>, b: Token<'_>) -> bool {
    if a.kind == Kind::Literal || b.kind == Kind::Literal {
        return a == b;
    }
    unquoted(a.text).eq_ignore_ascii_case(unquoted(b.text))
}

/// `"name"` and `name` are one name.
fn unquoted(text: &str) -> &str {
    ["\"\"", "``", "[]"]
        .iter()
        .find_map(|quotes| text.strip_prefix(&quotes[..1]).and_then(|rest| rest.strip_suffix(&quotes[1..])))
        .unwrap_or(text)
}

fn same(a: &[Token<'_>], b: &[Token<'_>]) -> bool {
    let (a, b) = (meaningful(a), meaningful(b));
    a.len() == b.len() && a.iter().zip(&b).all(|((_, a), (_, b))| equal(*a, *b))
}

/// How many meaningful tokens two lines share at the start and at the end.
fn common_ends(a: &[Token<'_>], b: &[Token<'_>]) -> (usize, usize) {
    let (a, b) = (meaningful(a), meaningful(b));
    let shortest = a.len().min(b.len());
    let from_start = a.iter().zip(&b).take_while(|((_, a), (_, b))| equal(*a, *b)).count();
    let from_end = a.iter().rev().zip(b.iter().rev()).take_while(|((_, a), (_, b))| equal(*a, *b)).count();
    (from_start, from_end.min(shortest - from_start))
}

fn plain<'a>(side: Side, line: &[Token<'a>]) -> Line<'a> {
    Line { side, pieces: line.iter().map(|token| (*token, false)).collect() }
}

fn marked<'a>(side: Side, line: &[Token<'a>], from_start: usize, from_end: usize) -> Line<'a> {
    let words = meaningful(line);
    let start = words.get(from_start).map(|(at, _)| *at);
    let end = words.len().checked_sub(from_end + 1).and_then(|last| words.get(last)).map(|(at, _)| *at);
    let differs = |at: usize| matches!((start, end), (Some(start), Some(end)) if (start..=end).contains(&at));
    Line { side, pieces: line.iter().enumerate().map(|(at, token)| (*token, differs(at))).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: &str, second: &str, expect: &[&str]) {
        let lines: Vec<String> = diff(first, second)
            .iter()
            .map(|line| {
                let sign = match line.side {
                    Side::Both => ' ',
                    Side::First => '-',
                    Side::Second => '+',
                };
                let mut text = format!("{sign} ");
                let mut inside = false;
                for (token, differs) in &line.pieces {
                    if *differs != inside {
                        text.push('|');
                        inside = *differs;
                    }
                    text.push_str(token.text);
                }
                if inside {
                    text.push('|');
                }
                text
            })
            .collect();
        assert_eq!(lines, expect);
    }

    #[test]
    fn clause_by_clause() {
        check(
            "CREATE INDEX IF NOT EXISTS i\nON t(a, b DESC)\nWHERE s NOT IN ('x', 'y');",
            "CREATE INDEX \"i\" on t (a,b DESC) where s NOT IN (lower('X'), 'y')",
            &[
                "  CREATE INDEX IF NOT EXISTS i",
                "  ON t(a, b DESC)",
                "- WHERE s NOT IN (|'x'|, 'y');",
                "+ where s NOT IN (|lower('X')|, 'y')",
            ],
        );
        check(
            "CREATE INDEX i ON t(a) WHERE a > 1",
            "CREATE INDEX i ON t(a)",
            &["  CREATE INDEX i", "  ON t(a)", "- WHERE a > 1"],
        );
        check(
            "CREATE INDEX i ON t(a)",
            "CREATE INDEX i ON t(a, b)",
            &["  CREATE INDEX i", "- ON t(a)", "+ ON t(a|, b|)"],
        );
    }
}
