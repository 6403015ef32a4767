//! Documented statements in other words: the same question, asked so that an index can answer it, or asked rightly.
//!
//! Only tokens are moved and added, so the rest of a statement keeps its spelling. A statement with a shape that is not
//! understood is left alone: `None`.

use sqlite3_parser::lexer::sql::TokenType;

use super::indexed_by::{Token, tokens};

/// Matches time stamps with a `T` between date and time, as RFC 3339 writes them.
const WITH_T: &str = "'????-??-??T*'";

/// The format of those time stamps, as far as they sort as text.
const RFC_3339: &str = "'%Y-%m-%dT%H:%M:%S'";

/// The parts of a simple SELECT, by their places in the text.
struct Parts<'a> {
    sql: &'a str,
    tokens: Vec<Token<'a>>,
    /// Where the WHERE's terms end.
    where_end: usize,
}

impl<'a> Parts<'a> {
    /// `None` unless it is one SELECT with a WHERE whose terms AND joins.
    fn of(sql: &'a str) -> Option<Self> {
        let sql = sql.trim().trim_end_matches(';').trim_end();
        let tokens = tokens(sql)?;
        let top = top_level(&tokens);
        let kinds = || tokens.iter().zip(&top).filter(|(_, top)| **top).map(|(token, _)| token.kind);
        let selects = kinds().filter(|kind| *kind == TokenType::TK_SELECT).count();
        if selects != 1
            || kinds().any(|kind| matches!(kind, TokenType::TK_OR | TokenType::TK_UNION | TokenType::TK_GROUP))
            || !kinds().any(|kind| kind == TokenType::TK_WHERE)
        {
            return None;
        }
        let behind = tokens
            .iter()
            .zip(&top)
            .find(|(token, top)| **top && matches!(token.kind, TokenType::TK_ORDER | TokenType::TK_LIMIT));
        let where_end = behind.map_or(sql.len(), |(token, _)| token.start());
        Some(Self { sql, tokens, where_end })
    }

    fn terms(&self) -> &'a str {
        self.sql[..self.where_end].trim_end()
    }

    fn behind(&self) -> &'a str {
        self.sql[self.where_end..].trim()
    }

    fn with_terms(&self, terms: &[String]) -> String {
        let added: String = terms.iter().map(|term| format!("\n  AND {term}")).collect();
        let behind = self.behind();
        let gap = if behind.is_empty() { "" } else { "\n" };
        format!("{}{added}{gap}{behind}", self.terms())
    }
}

/// With the index's own terms repeated, so that SQLite sees that they are implied.
pub fn repeat_where(sql: &str, terms: &[String]) -> Option<String> {
    let parts = Parts::of(sql)?;
    (!terms.is_empty()).then(|| parts.with_terms(terms))
}

/// A page after a row that the reader names, in place of OFFSET.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its two further parameters are the order column and the key of the last row seen.
    pub sql: String,
    /// The order column, and the key that breaks ties, as SQL takes it.
    pub order: String,
    pub key: String,
    /// The documented statement without its limit, with the key breaking ties.
    pub whole: String,
    /// Rows of a page.
    pub limit: u64,
}

impl Page {
    /// The page that `offset` rows stand before, as documented.
    pub fn at(&self, offset: u64) -> String {
        format!("{}\nLIMIT {} OFFSET {offset}", self.whole, self.limit)
    }
}

/// For `ORDER BY column [DESC] LIMIT n OFFSET m` only.
pub fn keyset(sql: &str, key: &str, n_parameters: usize) -> Option<Page> {
    let parts = Parts::of(sql)?;
    let behind: Vec<&Token<'_>> = parts.tokens.iter().filter(|token| token.start() >= parts.where_end).collect();
    let kinds: Vec<TokenType> = behind.iter().map(|token| token.kind).collect();
    let (descending, rest) = match kinds.as_slice() {
        [TokenType::TK_ORDER, TokenType::TK_BY, _, TokenType::TK_DESC, rest @ ..] => (true, rest),
        [TokenType::TK_ORDER, TokenType::TK_BY, _, TokenType::TK_ASC, rest @ ..]
        | [TokenType::TK_ORDER, TokenType::TK_BY, _, rest @ ..] => (false, rest),
        _ => return None,
    };
    if !matches!(rest, [TokenType::TK_LIMIT, _, TokenType::TK_OFFSET, _]) {
        return None;
    }
    let column = behind.get(2)?.text;
    let limit: u64 = behind.get(behind.len().checked_sub(3)?)?.text.parse().ok()?;
    let (operator, direction) = if descending { ("<", " DESC") } else { (">", "") };
    let (one, other) = (n_parameters + 1, n_parameters + 2);
    let order = format!("ORDER BY {column}{direction}, {key}{direction}");
    Some(Page {
        sql: format!(
            "{}\n  AND ({column}, {key}) {operator} (?{one}, ?{other})\n{order}\nLIMIT {limit}",
            parts.terms()
        ),
        order: column.trim_matches(['"', '`', '[', ']']).into(),
        key: key.into(),
        whole: format!("{}\n{order}", parts.terms()),
        limit,
    })
}

/// Two searches joined by UNION ALL: time stamps with a space compared as the statement does, those with a `T` in their
/// own form. For a statement that compares `column` with `datetime(…)`.
pub fn both_time_forms(sql: &str, column: &str) -> Option<String> {
    let parts = Parts::of(sql)?;
    let at = parts.tokens.iter().position(|token| token.text.eq_ignore_ascii_case("datetime"))?;
    let call = &parts.tokens[at];
    let open = parts.tokens.get(at + 1).filter(|token| token.kind == TokenType::TK_LP)?;
    let head = |extra: String| format!("{}\n  AND {extra}", parts.terms());
    let with_space = head(format!("{column} NOT GLOB {WITH_T}"));
    let other = format!("{}strftime({RFC_3339}, {}", &parts.sql[..call.start()], parts.sql[open.end..].trim_start());
    let other = Parts::of(&other)?;
    let with_t = format!("{}\n  AND {column} GLOB {WITH_T}", other.terms());
    let behind = parts.behind();
    let gap = if behind.is_empty() { "" } else { "\n" };
    Some(format!("{with_space}\nUNION ALL\n{with_t}{gap}{behind}"))
}

/// For each token whether it stands outside of all parentheses.
fn top_level(tokens: &[Token<'_>]) -> Vec<bool> {
    let mut depth = 0_usize;
    tokens
        .iter()
        .map(|token| match token.kind {
            TokenType::TK_LP => {
                depth += 1;
                false
            }
            TokenType::TK_RP => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_where_of_an_index_is_repeated_before_order_and_limit() {
        let terms = ["status IN ('a', 'b')".to_owned()];
        assert_eq!(
            repeat_where("SELECT * FROM w WHERE p = ?1 AND status = 'a' ORDER BY c LIMIT 5", &terms).unwrap(),
            "SELECT * FROM w WHERE p = ?1 AND status = 'a'\n  AND status IN ('a', 'b')\nORDER BY c LIMIT 5"
        );
        assert_eq!(repeat_where("SELECT * FROM w", &terms), None);
        assert_eq!(repeat_where("SELECT * FROM w WHERE a = 1 OR b = 2", &terms), None);
        assert!(repeat_where("SELECT * FROM w WHERE (a = 1 OR b = 2)", &terms).is_some());
    }

    #[test]
    fn a_page_is_asked_for_by_its_last_row() {
        assert_eq!(
            keyset("SELECT * FROM w WHERE p = ?1 ORDER BY c DESC LIMIT 50 OFFSET 0", "id", 1).unwrap().sql,
            "SELECT * FROM w WHERE p = ?1\n  AND (c, id) < (?2, ?3)\nORDER BY c DESC, id DESC\nLIMIT 50"
        );
        assert_eq!(keyset("SELECT * FROM w WHERE p = ?1 ORDER BY c LIMIT 50", "id", 1), None);
    }

    #[test]
    fn each_form_of_time_stamps_is_compared_in_its_own() {
        assert_eq!(
            both_time_forms("SELECT * FROM l WHERE t = ?1 AND c > datetime('now', '-1 hour') ORDER BY c DESC;", "c")
                .unwrap(),
            "SELECT * FROM l WHERE t = ?1 AND c > datetime('now', '-1 hour')\n  AND c NOT GLOB '????-??-??T*'\n\
             UNION ALL\n\
             SELECT * FROM l WHERE t = ?1 AND c > strftime('%Y-%m-%dT%H:%M:%S', 'now', '-1 hour')\n  \
             AND c GLOB '????-??-??T*'\n\
             ORDER BY c DESC"
        );
        assert_eq!(both_time_forms("SELECT * FROM l WHERE c > ?1", "c"), None);
    }
}
