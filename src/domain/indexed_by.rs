//! Puts `INDEXED BY` into a statement, to ask SQLite whether an index could serve it at all.

use sqlite3_parser::lexer::Scanner;
use sqlite3_parser::lexer::sql::{TokenType, Tokenizer};

/// `sql` with `INDEXED BY "index"` behind the first mention of `table` in a FROM, a JOIN or a list of tables.
///
/// `None` when the table is not mentioned so, or already carries INDEXED BY or NOT INDEXED.
pub fn indexed_by(sql: &str, table: &str, index: &str) -> Option<String> {
    let tokens = tokens(sql)?;
    let mut in_from = false;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenType::TK_FROM | TokenType::TK_JOIN => in_from = true,
            TokenType::TK_WHERE | TokenType::TK_ORDER | TokenType::TK_GROUP | TokenType::TK_SELECT => in_from = false,
            _ => {}
        }
        let starts_table = matches!(token.kind, TokenType::TK_FROM | TokenType::TK_JOIN)
            || (in_from && token.kind == TokenType::TK_COMMA);
        let Some(name) = tokens.get(at + 1) else { break };
        if !starts_table || !name.is_name() || !unquoted(name.text).eq_ignore_ascii_case(table) {
            continue;
        }
        let mut end = name.end;
        match (tokens.get(at + 2), tokens.get(at + 3)) {
            (Some(word), Some(alias)) if word.kind == TokenType::TK_AS && alias.is_name() => end = alias.end,
            (Some(word), _) if matches!(word.kind, TokenType::TK_INDEXED | TokenType::TK_NOT) => return None,
            (Some(alias), _) if alias.kind == TokenType::TK_ID => end = alias.end,
            _ => {}
        }
        let index = index.replace('"', "\"\"");
        return Some(format!("{} INDEXED BY \"{index}\"{}", &sql[..end], &sql[end..]));
    }
    None
}

struct Token<'a> {
    text: &'a str,
    kind: TokenType,
    end: usize,
}

impl Token<'_> {
    fn is_name(&self) -> bool {
        matches!(self.kind, TokenType::TK_ID | TokenType::TK_STRING)
    }
}

fn tokens(sql: &str) -> Option<Vec<Token<'_>>> {
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
