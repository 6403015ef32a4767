//! What a statement asks of each of its tables, as far as an index could help: equalities, ranges, order, columns.
//!
//! Read with a SQLite grammar. Only the outermost SELECT, DELETE or UPDATE is taken apart; what stands in a subquery or
//! behind an OR is no term that one index could serve, and is left out.

use sqlite3_parser::ast::{
    As, Cmd, Expr, FromClause, JoinConstraint, Name, OneSelect, Operator, QualifiedName, ResultColumn, Select,
    SelectTable, SortOrder, SortedColumn, Stmt, UnaryOperator,
};
use sqlite3_parser::lexer::sql::Parser;
use sqlite3_parser::{Bump, FallibleIterator};

use super::index_definition::unquoted;

/// The terms of one table. Columns are in their own spelling, without quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableTerms {
    pub table: String,
    /// Compared with one value: `a = ?`, `a IS ?`, and the columns of a join.
    pub equal: Vec<String>,
    /// Compared with a list: `a IN (…)`.
    pub listed: Vec<String>,
    /// Compared by size: `a < ?`, `a BETWEEN ? AND ?`.
    pub range: Vec<String>,
    /// The columns of ORDER BY, `true` for DESC. Empty when they are not all this table's own.
    pub order: Vec<(String, bool)>,
    /// Terms that name this table's columns and literals only, so that they may stand in the WHERE of an index: as
    /// SQL, with the columns that they name.
    pub constant: Vec<(String, Vec<String>)>,
    /// Every column that the statement reads; `None` when it asks for all of them.
    pub columns: Option<Vec<String>>,
    /// Terms of the whole statement that AND joins.
    pub n_terms: usize,
}

/// A table of the FROM clause, with the name that the statement knows it by.
struct Source {
    terms: TableTerms,
    alias: String,
}

/// Takes `sql` apart. Empty when it does not parse or has no table.
pub fn table_terms(sql: &str) -> Vec<TableTerms> {
    let bump = Bump::new();
    let mut parser = Parser::new(&bump, sql.as_bytes());
    let Ok(Some(Cmd::Stmt(statement))) = parser.next() else { return Vec::new() };
    match statement {
        Stmt::Select(select) => of_select(select),
        Stmt::Delete { tbl_name, where_clause, .. } | Stmt::Update { tbl_name, where_clause, .. } => {
            let mut sources = vec![source(&tbl_name, None)];
            where_clause.iter().for_each(|expr| conjuncts(expr, &mut sources));
            // The row that goes takes its entries in every index along, so all columns are read.
            finish(sources)
        }
        _ => Vec::new(),
    }
}

fn finish(sources: Vec<Source>) -> Vec<TableTerms> {
    sources.into_iter().map(|source| source.terms).collect()
}

fn of_select(select: &Select<'_>) -> Vec<TableTerms> {
    let OneSelect::Select { columns, from: Some(from), where_clause, group_by, .. } = &select.body.select else {
        return Vec::new();
    };
    if select.body.compounds.is_some() {
        return Vec::new();
    }
    let mut sources = Vec::new();
    tables(from, &mut sources);
    where_clause.iter().for_each(|expr| conjuncts(expr, &mut sources));
    if group_by.is_none() {
        order(select.order_by.unwrap_or_default(), &mut sources);
    }
    result_columns(columns, &mut sources);
    finish(sources)
}

fn source(name: &QualifiedName<'_>, alias: Option<&As<'_>>) -> Source {
    let table = unquoted(&name.name);
    let alias = match (alias, &name.alias) {
        (Some(As::As(alias) | As::Elided(alias)), _) | (None, Some(alias)) => unquoted(alias),
        (None, None) => table.clone(),
    };
    Source { terms: TableTerms { table, ..TableTerms::default() }, alias }
}

fn tables(from: &FromClause<'_>, sources: &mut Vec<Source>) {
    let mut add = |table: &SelectTable<'_>| {
        if let SelectTable::Table(name, alias, _) = table {
            sources.push(source(name, alias.as_ref()));
        }
    };
    from.select.iter().for_each(|table| add(table));
    from.joins.iter().flatten().for_each(|join| add(&join.table));
    for join in from.joins.iter().flatten() {
        if let Some(JoinConstraint::On(expr)) = &join.constraint {
            conjuncts(expr, sources);
        }
    }
}

fn conjuncts(expr: &Expr<'_>, sources: &mut [Source]) {
    match expr {
        Expr::Binary(one, Operator::And, other) => {
            conjuncts(one, sources);
            conjuncts(other, sources);
        }
        Expr::Parenthesized(inner) if inner.len() == 1 => conjuncts(&inner[0], sources),
        term => {
            sources.iter_mut().for_each(|source| source.terms.n_terms += 1);
            compared(term, sources);
            constant(term, sources);
        }
    }
}

fn compared(term: &Expr<'_>, sources: &mut [Source]) {
    let mut note = |expr: &Expr<'_>, other: Option<&Expr<'_>>, field: fn(&mut TableTerms) -> &mut Vec<String>| {
        let Some((at, column)) = column_of(expr, sources) else { return };
        // A column against another of the same row is no value to look up.
        if other.and_then(|other| column_of(other, sources)).is_some_and(|(other, _)| other == at) {
            return;
        }
        push(field(&mut sources[at].terms), column);
    };
    match term {
        Expr::Binary(one, operator, other) => {
            let field: fn(&mut TableTerms) -> &mut Vec<String> = match operator {
                Operator::Equals | Operator::Is => |terms| &mut terms.equal,
                Operator::Less | Operator::LessEquals | Operator::Greater | Operator::GreaterEquals => {
                    |terms| &mut terms.range
                }
                _ => return,
            };
            note(one, Some(other), field);
            note(other, Some(one), field);
        }
        Expr::InList { lhs, not: false, .. } | Expr::InSelect { lhs, not: false, .. } => {
            note(lhs, None, |terms| &mut terms.listed);
        }
        Expr::Between { lhs, not: false, .. } => note(lhs, None, |terms| &mut terms.range),
        Expr::IsNull(column) => note(column, None, |terms| &mut terms.equal),
        _ => {}
    }
}

fn constant(term: &Expr<'_>, sources: &mut [Source]) {
    let mut named = Vec::new();
    if !literals_only(term, &mut |expr| match column_of(expr, sources) {
        Some(found) => {
            named.push(found);
            true
        }
        None => false,
    }) {
        return;
    }
    let Some(at) = named.first().map(|(at, _)| *at).filter(|at| named.iter().all(|(other, _)| other == at)) else {
        return;
    };
    // An index's WHERE takes bare names only.
    if bare_names(term) {
        let columns = named.into_iter().map(|(_, column)| column).collect();
        sources[at].terms.constant.push((term.to_string(), columns));
    }
}

/// Whether `expr` is made of columns and literals alone; `column` is asked about every name.
fn literals_only(expr: &Expr<'_>, column: &mut dyn FnMut(&Expr<'_>) -> bool) -> bool {
    match expr {
        Expr::Literal(_) => true,
        Expr::Id(_) | Expr::Name(_) | Expr::Qualified(..) => column(expr),
        Expr::Parenthesized(inner) => inner.iter().all(|expr| literals_only(expr, column)),
        Expr::Unary(UnaryOperator::Negative | UnaryOperator::Not | UnaryOperator::Positive, one)
        | Expr::IsNull(one)
        | Expr::NotNull(one)
        | Expr::Collate(one, _) => literals_only(one, column),
        Expr::Binary(one, _, other) => literals_only(one, column) && literals_only(other, column),
        Expr::InList { lhs, rhs, .. } => {
            literals_only(lhs, column) && rhs.unwrap_or_default().iter().all(|expr| literals_only(expr, column))
        }
        Expr::Between { lhs, start, end, .. } => {
            literals_only(lhs, column) && literals_only(start, column) && literals_only(end, column)
        }
        _ => false,
    }
}

fn bare_names(expr: &Expr<'_>) -> bool {
    let mut bare = true;
    literals_only(expr, &mut |name| {
        bare &= !matches!(name, Expr::Qualified(..));
        true
    });
    bare
}

fn order(columns: &[SortedColumn<'_>], sources: &mut [Source]) {
    let found: Option<Vec<(usize, String, bool)>> = columns
        .iter()
        .map(|column| {
            let (at, name) = column_of(&column.expr, sources)?;
            Some((at, name, column.order == Some(SortOrder::Desc)))
        })
        .collect();
    let Some(found) = found else { return };
    let Some(at) = found.first().map(|(at, ..)| *at) else { return };
    if found.iter().all(|(other, ..)| *other == at) {
        sources[at].terms.order = found.into_iter().map(|(_, name, descending)| (name, descending)).collect();
    }
}

/// The result's columns; those of the terms are in `equal` and its neighbours already.
fn result_columns(columns: &[ResultColumn<'_>], sources: &mut [Source]) {
    let mut read: Vec<Option<Vec<String>>> = vec![Some(Vec::new()); sources.len()];
    for column in columns {
        match column {
            ResultColumn::Expr(expr, _) => match column_of(expr, sources) {
                Some((at, name)) => read[at].iter_mut().for_each(|names| push(names, name.clone())),
                // An expression may read anything.
                None if !matches!(expr, Expr::Literal(_)) => read.fill(None),
                None => {}
            },
            ResultColumn::Star => read.fill(None),
            ResultColumn::TableStar(name) => {
                let name = unquoted(name);
                let at = sources.iter().position(|source| source.alias.eq_ignore_ascii_case(&name));
                at.into_iter().for_each(|at| read[at] = None);
            }
        }
    }
    for (source, names) in sources.iter_mut().zip(read) {
        source.terms.columns = names;
    }
}

/// The table, by its place, and the column that `expr` names. An unqualified name is the only table's.
fn column_of(expr: &Expr<'_>, sources: &[Source]) -> Option<(usize, String)> {
    match expr {
        Expr::Parenthesized(inner) if inner.len() == 1 => column_of(&inner[0], sources),
        Expr::Id(id) => (sources.len() == 1).then(|| (0, unquoted(&Name(id.0)))),
        Expr::Name(name) => (sources.len() == 1).then(|| (0, unquoted(name))),
        Expr::Qualified(table, column) => {
            let table = unquoted(table);
            let at = sources.iter().position(|source| source.alias.eq_ignore_ascii_case(&table))?;
            Some((at, unquoted(column)))
        }
        _ => None,
    }
}

fn push(names: &mut Vec<String>, name: String) {
    if !names.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
        names.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[track_caller]
    fn one(sql: &str) -> TableTerms {
        let mut all = table_terms(sql);
        assert_eq!(all.len(), 1, "{sql}");
        all.remove(0)
    }

    #[test]
    fn equalities_lists_ranges_and_order_are_told_apart() {
        let terms =
            one("SELECT a, \"b c\" FROM t WHERE x = ?1 AND (y IN (1, 2)) AND ?2 > z ORDER BY u DESC, v LIMIT 5");
        assert_eq!(terms.equal, names(&["x"]));
        assert_eq!(terms.listed, names(&["y"]));
        assert_eq!(terms.range, names(&["z"]));
        assert_eq!(terms.order, [("u".into(), true), ("v".into(), false)]);
        assert_eq!(terms.columns, Some(names(&["a", "b c"])));
        assert_eq!(terms.constant, [("y IN (1, 2)".into(), names(&["y"]))]);
        assert_eq!(terms.n_terms, 3);
    }

    #[test]
    fn what_one_index_cannot_serve_is_left_out() {
        let terms = one("SELECT * FROM t WHERE (a = 1 OR b = 2) AND c NOT IN (1, 2) AND d = e AND lower(f) = 'x'");
        assert_eq!((terms.equal, terms.listed, terms.range), (Vec::new(), Vec::new(), Vec::new()));
        assert_eq!(terms.columns, None);
        let constant: Vec<String> = terms.constant.into_iter().map(|(sql, _)| sql).collect();
        assert_eq!(constant, ["a = 1 OR b = 2", "c NOT IN (1, 2)", "d = e"]);
    }

    #[test]
    fn a_join_gives_each_table_its_own_terms() {
        let all = table_terms(
            "SELECT w.*, t.* FROM workflow w LEFT JOIN task t ON w.id = t.workflow_id WHERE w.project_id = ?1 ORDER BY t.a",
        );
        assert_eq!(all[0].equal, names(&["id", "project_id"]));
        assert_eq!(all[1].equal, names(&["workflow_id"]));
        assert_eq!(all[1].order, [("a".into(), false)]);
    }

    #[test]
    fn a_delete_has_terms_too() {
        let terms = one("DELETE FROM log WHERE created_at < datetime('now', '-7 days');");
        assert_eq!(terms.range, names(&["created_at"]));
        assert!(terms.constant.is_empty());
    }

    #[test]
    fn what_does_not_parse_has_no_terms() {
        assert!(table_terms("SELECT FROM WHERE").is_empty());
        assert!(table_terms("SELECT 1 UNION SELECT 2").is_empty());
        assert!(table_terms("PRAGMA page_size").is_empty());
    }
}
