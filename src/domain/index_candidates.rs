//! Indexes that could serve a statement, derived from its terms: equality columns first, then one range or the order.
//!
//! An index finds rows by its columns from left to right as long as each is compared with one value; the first column
//! that is compared by size, or that only the order needs, is the last that helps. A partial index takes terms that
//! never change into its WHERE instead, and holds fewer rows.

use super::table_terms::TableTerms;
use super::words::identifier;

/// More columns than these, and an index that needs nothing from the table is nearly a second table.
const MAX_COVERING_COLUMNS: usize = 6;

/// An index without a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IndexShape {
    pub table: String,
    /// Key columns as SQL: `status`, `created_at DESC`.
    pub columns: Vec<String>,
    /// Terms that AND joins, as SQL.
    pub where_terms: Vec<String>,
}

impl IndexShape {
    /// `idx_table_column_column`, with a number behind it when `taken` has that name.
    pub fn free_name(&self, taken: &[String]) -> String {
        let word = |column: &String| {
            let letters = |ch: char| if ch.is_ascii_alphanumeric() { ch } else { '_' };
            column.trim_end_matches(" DESC").trim_matches('"').chars().map(letters).collect::<String>()
        };
        let columns: Vec<String> = self.columns.iter().map(word).collect();
        let name = format!("idx_{}_{}", self.table, columns.join("_"));
        let free = |name: &String| !taken.iter().any(|other| other.eq_ignore_ascii_case(name));
        let numbered = (1..).map(|n| if n == 1 { name.clone() } else { format!("{name}_{n}") });
        numbered.take(taken.len() + 1).find(free).unwrap_or(name)
    }

    /// The statement that creates it.
    pub fn to_sql(&self, name: &str) -> String {
        let filter = match self.where_terms.as_slice() {
            [] => String::new(),
            terms => format!("\nWHERE {}", terms.join(" AND ")),
        };
        format!(
            "CREATE INDEX {}\nON {}({}){filter};",
            identifier(name),
            identifier(&self.table),
            self.columns.join(", ")
        )
    }
}

/// The shapes for one statement's terms, those that narrow most first. No shape stands twice.
pub fn candidates(terms: &TableTerms) -> Vec<IndexShape> {
    let filters: Vec<String> = terms.constant.iter().map(|(sql, _)| sql.clone()).collect();
    let proven = |column: &String| {
        terms.constant.iter().any(|(_, columns)| columns.iter().any(|other| other.eq_ignore_ascii_case(column)))
    };
    let mut shapes: Vec<IndexShape> = Vec::new();
    let mut add = |columns: Vec<(String, bool)>, where_terms: &[String]| {
        let mut distinct: Vec<(String, bool)> = Vec::new();
        for (column, descending) in columns {
            if !distinct.iter().any(|(other, _)| other.eq_ignore_ascii_case(&column)) {
                distinct.push((column, descending));
            }
        }
        let sql = |(column, descending): &(String, bool)| {
            format!("{}{}", identifier(column), if *descending { " DESC" } else { "" })
        };
        let shape = IndexShape {
            table: terms.table.clone(),
            columns: distinct.iter().map(sql).collect(),
            where_terms: where_terms.to_vec(),
        };
        if !shape.columns.is_empty() && !shapes.contains(&shape) {
            shapes.push(shape);
        }
    };
    let ascending = |columns: &[String]| columns.iter().map(|column| (column.clone(), false)).collect::<Vec<_>>();
    let direction = |column: &String| {
        let ordered = terms.order.iter().find(|(other, _)| other.eq_ignore_ascii_case(column));
        (column.clone(), ordered.is_some_and(|(_, descending)| *descending))
    };
    let range: Vec<(String, bool)> = terms.range.iter().take(1).map(direction).collect();
    let equal = ascending(&terms.equal);
    let listed = ascending(&terms.listed);
    let open_equal = ascending(&terms.equal.iter().filter(|c| !proven(c)).cloned().collect::<Vec<_>>());
    let join = |parts: &[&[(String, bool)]]| parts.concat();

    add(join(&[&equal, &listed, &range]), &[]);
    add(join(&[&equal, &terms.order]), &[]);
    add(join(&[&equal, &listed, &terms.order]), &[]);
    add(join(&[&equal, &range]), &[]);
    if !filters.is_empty() {
        add(join(&[&open_equal, &terms.order]), &filters);
        add(join(&[&open_equal, &range]), &filters);
        add(join(&[&equal, &listed, &range]), &filters);
        add(join(&[&equal, &listed, &terms.order]), &filters);
    }
    if let Some(read) = &terms.columns {
        let rest = ascending(read);
        let whole = join(&[&equal, &listed, &range, &terms.order, &rest]);
        if whole.len() <= MAX_COVERING_COLUMNS {
            add(whole, &[]);
        }
    }
    shapes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::table_terms::table_terms;

    #[track_caller]
    fn check(sql: &str, expect: &[&str]) {
        let shapes: Vec<String> = candidates(&table_terms(sql)[0])
            .iter()
            .map(|shape| {
                let filter = if shape.where_terms.is_empty() { "" } else { " WHERE " };
                format!("({}){filter}{}", shape.columns.join(", "), shape.where_terms.join(" AND "))
            })
            .collect();
        assert_eq!(shapes, expect, "{sql}");
    }

    #[test]
    fn equality_then_range_or_order() {
        check(
            "SELECT * FROM log WHERE terminal_id = ?1 AND created_at > ?2 ORDER BY created_at DESC",
            &["(terminal_id, created_at DESC)"],
        );
        check("SELECT * FROM w WHERE p = ?1 ORDER BY c DESC LIMIT 50", &["(p)", "(p, c DESC)"]);
    }

    #[test]
    fn terms_that_never_change_may_become_the_index_s_where() {
        check(
            "SELECT * FROM w WHERE status NOT IN ('a', 'b') ORDER BY c DESC",
            &["(c DESC)", "(c DESC) WHERE status NOT IN ('a', 'b')"],
        );
        check(
            "DELETE FROM e WHERE s = 'done' AND at < ?1",
            &["(s, at)", "(s)", "(at) WHERE s = 'done'", "(s, at) WHERE s = 'done'", "(s) WHERE s = 'done'"],
        );
    }

    #[test]
    fn a_few_columns_can_be_covered() {
        check("SELECT a, b FROM t WHERE c = ?1", &["(c)", "(c, a, b)"]);
    }

    #[test]
    fn names_are_quoted_where_sql_needs_it() {
        let shape = &candidates(&table_terms("SELECT * FROM \"my t\" WHERE \"order\" = 1")[0])[0];
        assert_eq!(shape.to_sql("i x"), "CREATE INDEX \"i x\"\nON \"my t\"(\"order\");");
    }
}
