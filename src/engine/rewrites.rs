//! Documented queries in other words, each run beside the documented one on a copy of the file.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::connection::{Db, quoted};
use super::error::Result;
use super::measure::{self, Precision, Run, Side};
use super::plan::{bind, explain};
use super::repair_search::Search;
use super::statement::Statement;
use crate::domain::database::Database;
use crate::domain::index_definition::{canonical_term, parse_index};
use crate::domain::plan::accesses_of;
use crate::domain::repair_trial::{Rewrite, RewriteKind};
use crate::domain::rewrite::{Page, both_time_forms, keyset, repeat_where};
use crate::domain::table_terms::table_terms;
use crate::domain::value::Value;
use crate::domain::words::identifier;

/// A statement in other words, with what it is compared with.
struct Words {
    kind: RewriteKind,
    sql: String,
    values: Vec<Value>,
    /// The documented statement; for a page, the same at the same depth.
    documented: String,
}

/// Every rewrite that runs. Where an index's WHERE is repeated, the documented index serves it: it is tried on
/// `candidate`, the others on the repaired file.
pub fn rewrites(search: &Search<'_>, candidate: &Db, repaired: &Db, precision: Precision<'_>) -> Result<Vec<Rewrite>> {
    let mut rewrites: Vec<Rewrite> = Vec::new();
    for (at, statement) in search.statements.iter().enumerate() {
        if search.statements[..at].iter().any(|other| other.subject == statement.subject) {
            continue;
        }
        for words in [repeated(search, statement, candidate), page(search, statement, repaired)?, time_forms(statement)]
        {
            let Some(words) = words else { continue };
            let db = if words.kind == RewriteKind::RepeatWhere { candidate } else { repaired };
            rewrites.extend(compare(statement, words, db, precision)?);
        }
    }
    Ok(rewrites)
}

/// The terms of the claimed index's WHERE that the statement does not have, where the index then serves it and did not.
fn repeated(search: &Search<'_>, statement: &Statement, candidate: &Connection) -> Option<Words> {
    let entry = search.migration.iter().find(|entry| statement.claim.as_ref() == Some(&entry.index))?;
    let index = parse_index(&entry.documented_sql).ok().filter(|_| entry.error.is_none())?;
    let all = table_terms(&statement.sql);
    let terms = all.iter().find(|terms| terms.table.eq_ignore_ascii_case(&entry.table))?;
    let has = |term: &String| {
        let canonical = canonical_term(term);
        terms.constant.iter().any(|(other, _)| canonical_term(other) == canonical)
    };
    let missing: Vec<String> = index.where_terms_sql.into_iter().filter(|term| !has(term)).collect();
    let sql = repeat_where(&statement.sql, &missing)?;
    let uses = |sql: &str| {
        let plan = explain(candidate, sql, &statement.values).unwrap_or_default();
        accesses_of(&plan, &entry.index).next().is_some()
    };
    (uses(&sql) && !uses(&statement.sql)).then(|| Words {
        kind: RewriteKind::RepeatWhere,
        sql,
        values: statement.values.clone(),
        documented: statement.sql.clone(),
    })
}

/// The second page, asked for by the last row of the first one.
fn page(search: &Search<'_>, statement: &Statement, repaired: &Db) -> Result<Option<Words>> {
    let Some(page) = keyset_of(search.database, &statement.sql, statement.values.len()) else { return Ok(None) };
    let Some(values) = after_page(&page, 0, repaired, &statement.values)? else { return Ok(None) };
    let documented = page.at(page.limit);
    Ok(Some(Words { kind: RewriteKind::Keyset, sql: page.sql, values, documented }))
}

/// A list of one table in pages, with its primary key to break ties.
pub fn keyset_of(database: &Database, sql: &str, n_parameters: usize) -> Option<Page> {
    let all = table_terms(sql);
    let [terms] = all.as_slice() else { return None };
    let keys: Vec<_> = database.table(&terms.table)?.columns.iter().filter(|column| column.primary_key > 0).collect();
    let [key] = keys.as_slice() else { return None };
    keyset(sql, &identifier(&key.name), n_parameters)
}

/// What the keyset asks with for the page behind the one at `offset`; `None` where that one is empty.
pub fn after_page(page: &Page, offset: u64, db: &Connection, values: &[Value]) -> Result<Option<Vec<Value>>> {
    let last = format!("SELECT {}, {} FROM ({})", quoted(&page.order), page.key, page.at(offset));
    let last = rows(db, &last, values)?.pop();
    Ok(last.map(|last| values.iter().cloned().chain(last).collect()))
}

fn time_forms(statement: &Statement) -> Option<Words> {
    let all = table_terms(&statement.sql);
    let [terms] = all.as_slice() else { return None };
    let [column] = terms.range.as_slice() else { return None };
    Some(Words {
        kind: RewriteKind::BothTimeForms,
        sql: both_time_forms(&statement.sql, &identifier(column))?,
        values: statement.values.clone(),
        documented: statement.sql.clone(),
    })
}

/// Runs both. `None` when SQLite does not take the rewrite.
fn compare(statement: &Statement, words: Words, db: &Db, precision: Precision<'_>) -> Result<Option<Rewrite>> {
    let Words { kind, sql, values, documented } = words;
    let Ok(plan) = explain(db, &sql, &values) else { return Ok(None) };
    let (expected, found) = (tally(db, &documented, &statement.values)?, tally(db, &sql, &values)?);
    let (one, other) = (Side::open(db.fork())?, Side::open(db.fork())?);
    let (before, after) = measure::compare(
        Run { sql: &documented, parameters: &statement.values, side: &one },
        Run { sql: &sql, parameters: &values, side: &other },
        precision,
    )?;
    Ok(Some(Rewrite {
        query: statement.id().into(),
        kind,
        sql,
        plan,
        n_rows_documented: expected.values().sum(),
        n_rows: found.values().sum(),
        same_rows: expected == found,
        before: before.cost,
        after: after.cost,
    }))
}

/// How often each row comes, whatever the order: a hash stands for the row.
pub fn tally(connection: &Connection, sql: &str, values: &[Value]) -> Result<BTreeMap<u64, u64>> {
    let mut tally = BTreeMap::new();
    for_each_row(connection, sql, values, |row| {
        let mut hasher = DefaultHasher::new();
        for value in row {
            match value {
                ValueRef::Null => 0.hash(&mut hasher),
                ValueRef::Integer(n) => (1, n).hash(&mut hasher),
                ValueRef::Real(x) => (2, x.to_bits()).hash(&mut hasher),
                ValueRef::Text(bytes) => (3, bytes).hash(&mut hasher),
                ValueRef::Blob(bytes) => (4, bytes).hash(&mut hasher),
            }
        }
        *tally.entry(hasher.finish()).or_insert(0) += 1;
    })?;
    Ok(tally)
}

fn rows(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for_each_row(connection, sql, values, |row| rows.push(row.iter().map(|value| (*value).into()).collect()))?;
    Ok(rows)
}

fn for_each_row(
    connection: &Connection,
    sql: &str,
    values: &[Value],
    mut take: impl FnMut(&[ValueRef<'_>]),
) -> Result<()> {
    let mut statement = connection.prepare(sql)?;
    bind(&mut statement, values)?;
    let n_columns = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let values: Vec<ValueRef<'_>> = (0..n_columns).map(|at| row.get_ref(at)).collect::<rusqlite::Result<_>>()?;
        take(&values);
    }
    Ok(())
}
