//! A list in pages: the first one beside all rows, and deeper ones by OFFSET beside the last row seen.

use super::Lab;
use crate::domain::catalogue::DocumentedQuery;
use crate::domain::practices::Findings;
use crate::domain::practices::pages::{Depth, Evidence, Place, findings};
use crate::domain::rewrite::Page;
use crate::domain::value::Value;
use crate::engine::choices::{self, Chosen, Effort};
use crate::engine::connection::{Db, ForeignKeys};
use crate::engine::error::Result;
use crate::engine::rewrites::{after_page, keyset_of, tally};
use crate::snapshot::Fork;

/// Rows of one list of made-up data: a hundred pages as the guide makes them.
pub const MADE_UP_ROWS: u64 = 5_000;

/// A longer list is read as far as this, so that the experiment ends.
const MAX_ROWS: u64 = 100_000;

pub fn run(lab: &Lab<'_>, query: &DocumentedQuery, made_up: Option<&Fork>) -> Result<Findings> {
    let n_parameters = query.parameters.len();
    let Some(page) = keyset_of(lab.database, &query.sql, n_parameters) else {
        let why = "It takes one table with one key, in one order, by LIMIT and OFFSET.";
        return Ok(Findings::not_applicable("The guide's page is of a shape that is not understood", why));
    };
    let mut evidence = Vec::new();
    let found = choices::parameters(lab.original, query, Effort::MostFrequent, &mut Chosen::default())?;
    let values: Vec<Value> = found.into_iter().map(|parameter| parameter.value).collect();
    let longest = n_rows(lab.original, &page, &values)?;
    if longest > page.limit {
        let value = values.first().map(Value::display).unwrap_or_default();
        evidence.push(measure(lab, lab.original.fork(), &page, &values, longest, Place::File { value })?);
    }
    if let Some(fork) = made_up {
        let db = Db::open(fork.fork(), ForeignKeys::Off)?;
        let found = choices::parameters(&db, query, Effort::LastRow, &mut Chosen::default())?;
        let values: Vec<Value> = found.into_iter().map(|parameter| parameter.value).collect();
        let n = n_rows(&db, &page, &values)?;
        if n > page.limit {
            evidence.push(measure(lab, fork, &page, &values, n, Place::MadeUp)?);
        }
    }
    Ok(findings(&evidence, longest))
}

fn n_rows(db: &Db, page: &Page, values: &[Value]) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM ({} LIMIT {MAX_ROWS})", page.whole);
    let n: i64 = db.query_row(&sql, rusqlite::params_from_iter(values), |row| row.get(0))?;
    Ok(n.unsigned_abs())
}

fn measure(lab: &Lab<'_>, on: &Fork, page: &Page, values: &[Value], n_rows: u64, place: Place) -> Result<Evidence> {
    let all = format!("{}\nLIMIT {MAX_ROWS}", page.whole);
    let first = lab.compare([on, on], (&all, values), (&page.at(0), values))?;
    let last_page = (n_rows - 1) / page.limit;
    let mut pages = vec![last_page.div_ceil(2), last_page];
    pages.dedup();
    let db = Db::open(on.fork(), ForeignKeys::Off)?;
    let mut depths = Vec::new();
    for at in pages.into_iter().filter(|at| *at > 0) {
        let offset = at * page.limit;
        let Some(seen) = after_page(page, offset - page.limit, &db, values)? else { continue };
        let by_offset = page.at(offset);
        let same_rows = tally(&db, &by_offset, values)? == tally(&db, &page.sql, &seen)?;
        let comparison = lab.compare([on, on], (&by_offset, values), (&page.sql, &seen))?;
        depths.push(Depth { offset, comparison, same_rows });
    }
    Ok(Evidence { place, n_rows, page_rows: page.limit, first, depths })
}
