//! Index definitions, parsed with a SQLite grammar and compared by what they mean.
//!
//! Two definitions mean the same when table, uniqueness, key columns with their order and collation, and WHERE agree.
//! The index's own name, IF NOT EXISTS, quotes, letter case of keywords and names, white space, comments, redundant
//! parentheses and an explicit ASC make no difference.

use sqlite3_parser::ast::{Cmd, Expr, Literal, Name, Operator, SortOrder, SortedColumn, Stmt};
use sqlite3_parser::lexer::sql::Parser;
use sqlite3_parser::{Bump, FallibleIterator};

use super::catalogue::DocumentedIndex;

/// The meaning of a CREATE INDEX statement in a canonical spelling: equal meaning, equal value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexDefinition {
    pub table: String,
    pub unique: bool,
    pub columns: Vec<String>,
    pub where_clause: Option<String>,
}

/// A CREATE INDEX statement taken apart, in its own spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexStatement {
    pub name: String,
    pub definition: IndexDefinition,
    /// Key columns as SQL, with collation and order.
    pub columns_sql: Vec<String>,
    pub where_sql: Option<String>,
    /// The terms that AND joins in the WHERE, as SQL.
    pub where_terms_sql: Vec<String>,
    /// Every function call in keys and WHERE, as SQL, the outermost first.
    pub calls_sql: Vec<String>,
    /// The statement without its WHERE; `None` when it has none.
    pub without_where_sql: Option<String>,
}

/// Reads one CREATE INDEX statement. The error is the parser's sentence.
pub fn parse_index(sql: &str) -> Result<IndexStatement, String> {
    let bump = Bump::new();
    let mut parser = Parser::new(&bump, sql.as_bytes());
    match parser.next() {
        Ok(Some(Cmd::Stmt(Stmt::CreateIndex { unique, idx_name, tbl_name, columns, where_clause, .. }))) => {
            let name = unquoted(&idx_name.name);
            let table = unquoted(&tbl_name);
            let columns_sql: Vec<String> = columns.iter().map(column_sql).collect();
            let mut calls_sql = Vec::new();
            columns.iter().for_each(|column| calls(&column.expr, &mut calls_sql));
            where_clause.iter().for_each(|expr| calls(expr, &mut calls_sql));
            let mut where_terms_sql = Vec::new();
            where_clause.iter().for_each(|expr| terms(expr, &mut where_terms_sql));
            let without_where_sql = where_clause.as_ref().map(|_| {
                let unique = if unique { "UNIQUE " } else { "" };
                format!("CREATE {unique}INDEX {}\nON {}({});", idx_name.name.0, tbl_name.0, columns_sql.join(", "))
            });
            Ok(IndexStatement {
                definition: IndexDefinition {
                    table: table.to_lowercase(),
                    unique,
                    columns: columns.iter().map(canonical_column).collect(),
                    where_clause: where_clause.as_ref().map(canonical),
                },
                name,
                columns_sql,
                where_sql: where_clause.as_ref().map(ToString::to_string),
                where_terms_sql,
                calls_sql,
                without_where_sql,
            })
        }
        Ok(_) => Err("this is no CREATE INDEX statement".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether two CREATE INDEX statements mean the same index. Statements that do not parse are equal only as text.
pub fn same_meaning(one: &str, other: &str) -> bool {
    match (parse_index(one), parse_index(other)) {
        (Ok(one), Ok(other)) => one.definition == other.definition,
        _ => one.trim().trim_end_matches(';') == other.trim().trim_end_matches(';'),
    }
}

/// A term of a WHERE in a canonical spelling: equal meaning, equal text. `None` when it does not parse.
pub fn canonical_term(sql: &str) -> Option<String> {
    parse_index(&format!("CREATE INDEX i ON t(c) WHERE {sql}")).ok()?.definition.where_clause
}

/// The indexes of a migration in its order, each with its statement verbatim.
pub fn documented_indexes(script: &str) -> Result<Vec<DocumentedIndex>, String> {
    let mut indexes = Vec::new();
    for sql in script.split_inclusive(';') {
        let sql: String =
            sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n");
        let sql = sql.trim();
        if sql.is_empty() {
            continue;
        }
        let statement = parse_index(sql)?;
        indexes.push(DocumentedIndex {
            table: statement.definition.table.clone(),
            columns: statement.columns_sql,
            where_clause: statement.where_sql,
            name: statement.name,
            sql: sql.into(),
        });
    }
    Ok(indexes)
}

/// A name without its quotes.
pub(super) fn unquoted(name: &Name) -> String {
    let text = name.0;
    let mut chars = text.chars();
    match (chars.next(), chars.next_back()) {
        (Some(open @ ('"' | '`' | '\'')), Some(close)) if open == close => {
            chars.as_str().replace(&format!("{open}{open}"), &open.to_string())
        }
        (Some('['), Some(']')) => chars.as_str().into(),
        _ => text.into(),
    }
}

fn column_sql(column: &SortedColumn) -> String {
    let order = if column.order == Some(SortOrder::Desc) { " DESC" } else { "" };
    format!("{}{order}", column.expr)
}

fn canonical_column(column: &SortedColumn) -> String {
    let order = if column.order == Some(SortOrder::Desc) { " DESC" } else { "" };
    format!("{}{order}", canonical(&column.expr))
}

fn canonical(expr: &Expr) -> String {
    match expr {
        Expr::Parenthesized(inner) if inner.len() == 1 => canonical(&inner[0]),
        Expr::Id(id) => unquoted(&Name(id.0)).to_lowercase(),
        Expr::Name(name) | Expr::Qualified(_, name) | Expr::DoublyQualified(_, _, name) => {
            unquoted(name).to_lowercase()
        }
        Expr::Literal(Literal::Keyword(word)) => word.to_uppercase(),
        Expr::Binary(one, Operator::Is, Expr::Literal(Literal::Null)) | Expr::IsNull(one) => {
            format!("({} IS NULL)", canonical(one))
        }
        Expr::Binary(one, Operator::IsNot, Expr::Literal(Literal::Null)) | Expr::NotNull(one) => {
            format!("({} IS NOT NULL)", canonical(one))
        }
        Expr::Binary(one, operator, other) => format!("({} {operator:?} {})", canonical(one), canonical(other)),
        Expr::Unary(operator, one) => format!("({operator:?} {})", canonical(one)),
        Expr::Collate(one, name) => format!("{} COLLATE {}", canonical(one), unquoted(&Name(name)).to_lowercase()),
        Expr::InList { lhs, not, rhs } => {
            format!("({} {}IN {})", canonical(lhs), negation(*not), canonical_list(rhs.unwrap_or_default()))
        }
        Expr::Between { lhs, not, start, end } => {
            format!("({} {}BETWEEN {} AND {})", canonical(lhs), negation(*not), canonical(start), canonical(end))
        }
        Expr::Like { lhs, not, op, rhs, escape } => {
            let escape = escape.map(canonical).unwrap_or_default();
            format!("({} {}{op:?} {} {escape})", canonical(lhs), negation(*not), canonical(rhs))
        }
        Expr::FunctionCall { name, distinctness: None, args, order_by: None, filter_over: None } => {
            format!("{}{}", unquoted(&Name(name.0)).to_lowercase(), canonical_list(args.unwrap_or_default()))
        }
        other => other.to_string(),
    }
}

fn canonical_list(list: &[Expr]) -> String {
    format!("({})", list.iter().map(canonical).collect::<Vec<_>>().join(", "))
}

fn negation(not: bool) -> &'static str {
    if not { "NOT " } else { "" }
}

fn terms(expr: &Expr, out: &mut Vec<String>) {
    match expr {
        Expr::Binary(one, Operator::And, other) => {
            terms(one, out);
            terms(other, out);
        }
        Expr::Parenthesized(inner) if inner.len() == 1 => terms(&inner[0], out),
        other => out.push(other.to_string()),
    }
}

fn calls(expr: &Expr, out: &mut Vec<String>) {
    match expr {
        Expr::FunctionCall { args, .. } => {
            out.push(expr.to_string());
            args.unwrap_or_default().iter().for_each(|arg| calls(arg, out));
        }
        Expr::Parenthesized(inner) => inner.iter().for_each(|expr| calls(expr, out)),
        Expr::Binary(one, _, other) => {
            calls(one, out);
            calls(other, out);
        }
        Expr::Unary(_, one) | Expr::Collate(one, _) | Expr::IsNull(one) | Expr::NotNull(one) => calls(one, out),
        Expr::Cast { expr, .. } => calls(expr, out),
        Expr::InList { lhs, rhs, .. } => {
            calls(lhs, out);
            rhs.unwrap_or_default().iter().for_each(|expr| calls(expr, out));
        }
        Expr::Between { lhs, start, end, .. } => [lhs, start, end].into_iter().for_each(|expr| calls(expr, out)),
        Expr::Like { lhs, rhs, escape, .. } => {
            calls(lhs, out);
            calls(rhs, out);
            escape.iter().for_each(|expr| calls(expr, out));
        }
        Expr::Case { base, when_then_pairs, else_expr } => {
            base.iter().for_each(|expr| calls(expr, out));
            for (when, then) in *when_then_pairs {
                calls(when, out);
                calls(then, out);
            }
            else_expr.iter().for_each(|expr| calls(expr, out));
        }
        _ => {}
    }
}
