//! REINDEX and ANALYZE on copies: pages in their order, and documented statements that get another plan.

use rusqlite::Connection;

use super::Lab;
use crate::domain::plan::same_steps;
use crate::domain::practices::Findings;
use crate::domain::practices::rebuild::{Evidence, Trees, findings};
use crate::domain::value::Value;
use crate::engine::choices::{self, Chosen, Effort};
use crate::engine::clock::monotonic_ns;
use crate::engine::connection::{Db, ForeignKeys};
use crate::engine::error::Result;
use crate::engine::plan::explain;

pub fn run(lab: &Lab<'_>) -> Result<Findings> {
    if let Some(too_large) = lab.too_large() {
        return Ok(too_large);
    }
    let before = trees(lab.original, Kind::Indexes)?;
    let reindexed = Db::open_unjournaled(lab.original.fork().fork(), ForeignKeys::Off)?;
    let start = monotonic_ns();
    reindexed.execute_batch("REINDEX")?;
    let reindex_ns = monotonic_ns().saturating_sub(start);
    let after = trees(&reindexed, Kind::Indexes)?;
    drop(reindexed);
    let analyzed = Db::open_unjournaled(lab.original.fork().fork(), ForeignKeys::On)?;
    analyzed.execute_batch("ANALYZE")?;
    // Statistics are read when a connection opens.
    let analyzed = Db::open(analyzed.into_fork(), ForeignKeys::On)?;
    let mut evidence = Evidence { indexes: [before, after], reindex_ns, changed: Vec::new(), n_statements: 0 };
    let mut chosen = Chosen::default();
    for query in &lab.catalogue.queries {
        if lab.original.prepare(&query.sql).is_err() {
            continue;
        }
        evidence.n_statements += 1;
        let found = choices::parameters(lab.original, query, Effort::MostFrequent, &mut chosen)?;
        let values: Vec<Value> = found.into_iter().map(|parameter| parameter.value).collect();
        let plan = |db: &Db| explain(db, &query.sql, &values);
        if !same_steps(&plan(lab.original)?, &plan(&analyzed)?) {
            let asked = (query.sql.as_str(), values.as_slice());
            let comparison = lab.compare([lab.original.fork(), analyzed.fork()], asked, asked)?;
            evidence.changed.push((query.id.clone(), comparison));
        }
    }
    Ok(findings(&evidence))
}

pub enum Kind {
    Indexes,
    All,
}

/// dbstat walks each b-tree in the order of its keys; a leaf is in order when it lies right behind the one before.
pub fn trees(connection: &Connection, kind: Kind) -> Result<Trees> {
    let which = match kind {
        Kind::Indexes => "name IN (SELECT name FROM sqlite_schema WHERE type = 'index')",
        Kind::All => "TRUE",
    };
    let sql = format!(
        "SELECT count(*), coalesce(sum(pageno = before + 1), 0), coalesce(sum(unused), 0) FROM (
             SELECT pageno, unused, lag(pageno) OVER (PARTITION BY name ORDER BY path) AS before
             FROM dbstat WHERE pagetype = 'leaf' AND {which})"
    );
    let number = |row: &rusqlite::Row<'_>, at| row.get::<_, i64>(at).map(i64::unsigned_abs);
    Ok(connection.query_row(&sql, [], |row| {
        Ok(Trees { n_pages: number(row, 0)?, n_sequential: number(row, 1)?, unused_bytes: number(row, 2)? })
    })?)
}
