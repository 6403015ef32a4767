//! Changes to a statement that only ask: could this index serve it at all, and would it with other values?

use sqlite3_parser::lexer::Scanner;
use sqlite3_parser::lexer::sql::{TokenType, Tokenizer};

/// `sql` with `INDEXED BY "index"` behind the first mention of `table` in a FROM, a JOIN or a list of tables.
///
/// `None` when the table is not mentioned so, or already carries INDEXED BY or NOT INDEXED.
pub fn indexed_by(sql: &str, table: &str, index: &str) -> Option<String> {
    let tokens = tokens(sql)?;
    // Whether a comma separates tables, for each open parenthesis; in a call or a list of values it does not.
    let mut in_from = vec![false];
    for (at, token) in tokens.iter().enumerate() {
        let lists_tables = in_from.last_mut()?;
        let starts_table = match token.kind {
            TokenType::TK_FROM | TokenType::TK_JOIN => {
                *lists_tables = true;
                true
            }
            TokenType::TK_COMMA => *lists_tables,
            TokenType::TK_WHERE | TokenType::TK_ORDER | TokenType::TK_GROUP | TokenType::TK_SELECT => {
                *lists_tables = false;
                false
            }
            TokenType::TK_LP => {
                in_from.push(false);
                false
            }
            TokenType::TK_RP => {
                in_from.pop();
                false
            }
            _ => false,
        };
        let Some(name) = tokens.get(at + 1) else { break };
        if !starts_table || !name.is_name() || !unquoted(name.text).eq_ignore_ascii_case(table) {
            continue;
        }
        let alias = match (tokens.get(at + 2), tokens.get(at + 3)) {
            (Some(word), Some(alias)) if word.kind == TokenType::TK_AS && alias.is_name() => Some((alias, at + 4)),
            (Some(alias), _) if alias.is_name() => Some((alias, at + 3)),
            _ => None,
        };
        let (last, behind) = alias.unwrap_or((name, at + 2));
        if tokens.get(behind).is_some_and(|word| matches!(word.kind, TokenType::TK_INDEXED | TokenType::TK_NOT)) {
            return None;
        }
        let end = last.end;
        let index = index.replace('"', "\"\"");
        return Some(format!("{} INDEXED BY \"{index}\"{}", &sql[..end], &sql[end..]));
    }
    None
}

/// `sql` with the parameters `?1`, `?2`, … replaced by `literals`. `None` when it has none, or other ones.
pub fn with_literals(sql: &str, literals: &[String]) -> Option<String> {
    let mut out = String::with_capacity(sql.len());
    let (mut copied, mut found) = (0, false);
    for token in tokens(sql)?.iter().filter(|token| token.kind == TokenType::TK_VARIABLE) {
        // The tokenizer gives a numbered parameter without its question mark.
        let number: usize = token.text.trim_start_matches('?').parse().ok()?;
        let literal = literals.get(number.checked_sub(1)?)?;
        let start = token.end.checked_sub(token.text.trim_start_matches('?').len() + 1)?;
        out.push_str(sql.get(copied..start)?);
        out.push_str(literal);
        (copied, found) = (token.end, true);
    }
    out.push_str(sql.get(copied..)?);
    found.then_some(out)
}

pub(super) struct Token<'a> {
    pub text: &'a str,
    pub kind: TokenType,
    pub end: usize,
}

impl Token<'_> {
    /// Where it starts in the text. The tokenizer leaves out the question mark of a numbered parameter.
    pub fn start(&self) -> usize {
        self.end - self.text.len()
    }

    fn is_name(&self) -> bool {
        matches!(self.kind, TokenType::TK_ID | TokenType::TK_STRING)
    }
}

pub(super) fn tokens(sql: &str) -> Option<Vec<Token<'_>>> {
    let mut scanner = Scanner::new(Tokenizer::new());
    let mut tokens = Vec::new();
    loop {
        match scanner.scan(sql.as_bytes()) {
            Ok((_, None, _)) => return Some(tokens),
            Ok((_, Some((text, kind)), end)) => {
                tokens.push(Token { text: std::str::from_utf8(text).ok()?, kind, end });
            }
            Err(_) => return None,
        }
    }
}

fn unquoted(name: &str) -> &str {
    name.trim_matches(['"', '`', '\'', '[', ']'])
}
