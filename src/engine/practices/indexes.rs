//! The file's redundant indexes and those with few values, each tried with it and without it.

use super::Lab;
use super::transactions::write;
use crate::domain::catalogue::DocumentedQuery;
use crate::domain::database::{Index, Table};
use crate::domain::index_findings::IndexRelation;
use crate::domain::plan::accesses_of;
use crate::domain::practices::indexes::{Evidence, LowCardinality, Redundant, findings};
use crate::domain::practices::{Effect, Findings};
use crate::domain::value::Value;
use crate::engine::choices::{self, Chosen, Effort};
use crate::engine::connection::quoted;
use crate::engine::error::Result;
use crate::engine::measure::{Run, Side, cold};
use crate::engine::plan::explain;
use crate::engine::work::without_index;
use crate::engine::{index_relations, sizes, write_cost};

/// Of each kind; more of them say the same again.
const MAX_INDEXES: usize = 3;

/// A column with fewer values than this tells few rows apart.
const FEW_VALUES: u64 = 10;

const N_ROWS: u64 = 100;

pub fn run(lab: &Lab<'_>) -> Result<Findings> {
    let documented = |name: &str| lab.catalogue.index(name).is_some();
    let relations = index_relations::relations(lab.database, documented);
    let mut evidence = Evidence { n_queries: lab.catalogue.queries.len() as u64, ..Evidence::default() };
    for relation in relations.iter().take(MAX_INDEXES) {
        evidence.redundant.push(redundant(lab, relation)?);
    }
    let of_guide = |table: &&Table| lab.catalogue.tables.iter().any(|one| one.name.eq_ignore_ascii_case(&table.name));
    for table in lab.database.tables.iter().filter(of_guide) {
        for index in &table.indexes {
            if evidence.low.len() < MAX_INDEXES {
                evidence.low.extend(low_cardinality(lab, table, index)?);
            }
        }
    }
    Ok(findings(&evidence))
}

fn redundant(lab: &Lab<'_>, relation: &IndexRelation) -> Result<Redundant> {
    let index = &relation.index;
    let without = without_index(lab.original.fork(), index)?;
    let mut needed_by = Vec::new();
    let mut chosen = Chosen::default();
    for query in &lab.catalogue.queries {
        if let Some(id) = is_needed(lab, query, index, &without, &mut chosen)? {
            needed_by.push(id);
        }
    }
    let copies = write_cost::copies(lab.original.fork(), &relation.table, N_ROWS)?;
    Ok(Redundant {
        index: index.clone(),
        other: relation.other.clone(),
        bytes: sizes::of_index(lab.original, index)?.bytes,
        needed_by,
        n_rows: if copies.is_empty() { 0 } else { N_ROWS },
        with: write(lab.original.fork(), &copies, false)?,
        without: write(&without, &copies, false)?,
    })
}

/// The query's id when it uses the index and is more work without.
fn is_needed(
    lab: &Lab<'_>,
    query: &DocumentedQuery,
    index: &str,
    without: &crate::snapshot::Fork,
    chosen: &mut Chosen,
) -> Result<Option<String>> {
    if lab.original.prepare(&query.sql).is_err() {
        return Ok(None);
    }
    let found = choices::parameters(lab.original, query, Effort::MostFrequent, chosen)?;
    let values: Vec<Value> = found.into_iter().map(|parameter| parameter.value).collect();
    if accesses_of(&explain(lab.original, &query.sql, &values)?, index).next().is_none() {
        return Ok(None);
    }
    let cost = |side: Side| -> Result<_> { Ok(cold(Run { sql: &query.sql, parameters: &values, side: &side })?.cost) };
    let (with, without) = (cost(Side::open(lab.original.fork())?)?, cost(Side::open(without)?)?);
    Ok((Effect::on_work(&with, &without) == Effect::More).then(|| query.id.clone()))
}

/// `None` for an index of another kind.
fn low_cardinality(lab: &Lab<'_>, table: &Table, index: &Index) -> Result<Option<LowCardinality>> {
    let mut statement = lab.original.prepare("SELECT name FROM pragma_index_info(?1)")?;
    let columns: Vec<Option<String>> =
        statement.query_map([&index.name], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let [Some(column)] = columns.as_slice() else { return Ok(None) };
    if index.partial || index.unique {
        return Ok(None);
    }
    let (name, key) = (quoted(&table.name), quoted(column));
    let n_values: i64 = lab.original.query_row(
        &format!("SELECT count(*) FROM (SELECT DISTINCT {key} FROM {name} WHERE {key} IS NOT NULL LIMIT {FEW_VALUES})"),
        [],
        |row| row.get(0),
    )?;
    let n_values = n_values.unsigned_abs();
    if !(2..FEW_VALUES).contains(&n_values) {
        return Ok(None);
    }
    let value = |order: &str| -> Result<Value> {
        let sql =
            format!("SELECT {key} FROM {name} WHERE {key} IS NOT NULL GROUP BY 1 ORDER BY count(*) {order}, 1 LIMIT 1");
        Ok(lab.original.query_row(&sql, [], |row| row.get_ref(0).map(Value::from))?)
    };
    let without = format!("SELECT * FROM {name} NOT INDEXED WHERE {key} = ?1");
    let with = format!("SELECT * FROM {name} INDEXED BY {} WHERE {key} = ?1", quoted(&index.name));
    let compare = |value: Value| {
        let values = [value];
        let on = lab.original.fork();
        lab.compare([on, on], (&without, &values), (&with, &values))
    };
    Ok(Some(LowCardinality {
        index: index.name.clone(),
        column: column.clone(),
        n_values,
        common: compare(value("DESC")?)?,
        rare: compare(value("ASC")?)?,
    }))
}
