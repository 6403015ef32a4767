//! SQL text cut into coloured pieces. Lossless: the pieces joined are the text, whatever it is.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Keyword,
    /// A text or blob literal.
    Literal,
    Parameter,
    Comment,
    Space,
    /// Names, numbers, operators.
    Other,
}

impl Kind {
    /// The style sheet's class.
    pub fn class(self) -> Option<&'static str> {
        match self {
            Self::Keyword => Some("k"),
            Self::Literal => Some("s"),
            Self::Parameter => Some("p"),
            Self::Comment => Some("c"),
            Self::Space | Self::Other => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
}

/// SQLite's keywords that structure a statement. Words that SQLite also takes as names (`key`, `row`, `first`) are left out
/// where colouring a column of that name would be the likelier mistake.
const KEYWORDS: [&str; 96] = [
    "ABORT",
    "ADD",
    "AFTER",
    "ALL",
    "ALTER",
    "ANALYZE",
    "AND",
    "AS",
    "ASC",
    "BEFORE",
    "BEGIN",
    "BETWEEN",
    "BY",
    "CASCADE",
    "CASE",
    "CAST",
    "CHECK",
    "COLLATE",
    "COMMIT",
    "CONFLICT",
    "CONSTRAINT",
    "CREATE",
    "CROSS",
    "DEFAULT",
    "DEFERRABLE",
    "DEFERRED",
    "DELETE",
    "DESC",
    "DISTINCT",
    "DROP",
    "EACH",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN",
    "FOR",
    "FOREIGN",
    "FROM",
    "FULL",
    "GLOB",
    "GROUP",
    "HAVING",
    "IF",
    "IGNORE",
    "IMMEDIATE",
    "IN",
    "INDEX",
    "INDEXED",
    "INITIALLY",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTO",
    "IS",
    "ISNULL",
    "JOIN",
    "KEY",
    "LEFT",
    "LIKE",
    "LIMIT",
    "MATCH",
    "NATURAL",
    "NOT",
    "NOTNULL",
    "NULL",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "PRAGMA",
    "PRIMARY",
    "RAISE",
    "RECURSIVE",
    "REFERENCES",
    "REINDEX",
    "REPLACE",
    "RETURNING",
    "RIGHT",
    "ROLLBACK",
    "SELECT",
    "SET",
    "TABLE",
    "THEN",
    "TRIGGER",
    "UNION",
    "UNIQUE",
    "UPDATE",
    "VALUES",
    "WHEN",
    "WHERE",
    "WITH",
];

pub fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut rest = sql;
    // `w.order` names a column, whatever it is called.
    let mut after_dot = false;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = next(rest, first, after_dot);
        // Never zero and never inside a character, so the loop ends.
        let length = length.clamp(first.len_utf8(), rest.len());
        let (text, tail) = rest.split_at(length);
        out.push(Token { kind, text });
        after_dot = text == ".";
        rest = tail;
    }
    out
}

fn next(rest: &str, first: char, after_dot: bool) -> (Kind, usize) {
    let ends_before = |is_part: fn(char) -> bool| rest.find(|ch| !is_part(ch)).unwrap_or(rest.len());
    match first {
        _ if rest.starts_with("--") => (Kind::Comment, rest.find('\n').unwrap_or(rest.len())),
        _ if rest.starts_with("/*") => (Kind::Comment, rest[2..].find("*/").map_or(rest.len(), |at| at + 4)),
        'x' | 'X' if rest[1..].starts_with('\'') => (Kind::Literal, 1 + quoted(&rest[1..], '\'')),
        '\'' => (Kind::Literal, quoted(rest, '\'')),
        '"' | '`' => (Kind::Other, quoted(rest, first)),
        '[' => (Kind::Other, rest.find(']').map_or(rest.len(), |at| at + 1)),
        '?' => (Kind::Parameter, 1 + rest[1..].find(|ch: char| !ch.is_ascii_digit()).unwrap_or(rest.len() - 1)),
        ':' | '@' | '$' => {
            let name = rest[1..].find(|ch| !is_word(ch)).unwrap_or(rest.len() - 1);
            (if name > 0 { Kind::Parameter } else { Kind::Other }, 1 + name)
        }
        _ if first.is_whitespace() => (Kind::Space, ends_before(char::is_whitespace)),
        _ if is_word(first) => {
            let length = ends_before(is_word);
            let keyword = !after_dot && KEYWORDS.iter().any(|word| word.eq_ignore_ascii_case(&rest[..length]));
            (if keyword { Kind::Keyword } else { Kind::Other }, length)
        }
        _ => (Kind::Other, first.len_utf8()),
    }
}

fn is_word(ch: char) -> bool {
    ch.is_alphanumeric() || ch == '_'
}

/// Length of a quoted piece that `text` starts with; a doubled quote stands for itself, an open end goes to the end.
fn quoted(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(found) = text[at..].find(quote) {
        at += found + 1;
        if !text[at..].starts_with(quote) {
            return at;
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, expect: &str) {
        let tokens = tokens(sql);
        assert_eq!(tokens.iter().map(|token| token.text).collect::<String>(), sql);
        let marked: Vec<String> = tokens
            .iter()
            .filter_map(|token| token.kind.class().map(|class| format!("{class}:{}", token.text)))
            .collect();
        assert_eq!(marked.join(" "), expect);
    }

    #[test]
    fn kinds() {
        check("SELECT * FROM t WHERE a = ?1 AND b='it''s'", "k:SELECT k:FROM k:WHERE p:?1 k:AND s:'it''s'");
        check("select w.order, \"from\" -- in\nfrom [order by] /* x", "k:select c:-- in k:from c:/* x");
        check("x'00ff' :name @a $b ? 'open", "s:x'00ff' p::name p:@a p:$b p:? s:'open");
        check("é = 'ü' ? : '", "s:'ü' p:? s:'");
        check("/**/x", "c:/**/");
    }

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }
}
