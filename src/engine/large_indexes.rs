//! What large indexes save the documented statements: each is run with the index and without it.

use rusqlite::Connection;

use super::error::Result;
use super::statement::Statement;
use super::work;
use crate::domain::database::{BtreeSize, Database, Index};
use crate::domain::index_findings::is_large;
use crate::domain::plan::{PlanRow, accesses_of};
use crate::domain::work::{LargeIndex, Saving, Work};
use crate::snapshot::Fork;

/// A documented statement, its plan, and what it takes on the file as dropped, once it was run.
struct Run<'a> {
    asked: &'a Statement,
    plan: Vec<PlanRow>,
    work: Option<Option<Work>>,
}

/// The large indexes of the guide's `tables`. `now` plans as the file does, `analyzed` as it would after ANALYZE: an
/// index that is only used then is left out, for it cannot be judged by running statements now.
pub fn large_indexes(
    database: &Database,
    tables: &[&str],
    sizes: &[BtreeSize],
    asked: &[Statement],
    [now, analyzed]: [&Connection; 2],
    original: &Fork,
) -> Result<Vec<LargeIndex>> {
    let bytes = |name: &str, is_index: bool| {
        sizes.iter().find(|size| size.is_index == is_index && size.name == name).map_or(0, |size| size.bytes)
    };
    let plans_then: Vec<Vec<PlanRow>> = asked.iter().map(|asked| asked.plan(analyzed)).collect();
    let mut runs: Vec<Run> = asked.iter().map(|asked| Run { asked, plan: asked.plan(now), work: None }).collect();
    let mut found = Vec::new();
    for table in tables.iter().filter_map(|name| database.table(name)) {
        let table_bytes = bytes(&table.name, false);
        let large = |index: &&Index| index.sql.is_some() && is_large(bytes(&index.name, true), table_bytes);
        for index in table.indexes.iter().filter(large) {
            let uses = |plan: &Vec<PlanRow>| accesses_of(plan, &index.name).next().is_some();
            let fork = work::without_index(original, &index.name)?;
            let mut savings = Vec::new();
            for run in runs.iter_mut().filter(|run| uses(&run.plan)) {
                let Statement { subject, sql, values, .. } = run.asked;
                let with = match run.work {
                    Some(work) => work,
                    None => *run.work.insert(work::run(original, sql, values)?.work()),
                };
                savings.push(Saving {
                    statement: subject.clone(),
                    with,
                    without: work::run(&fork, sql, values)?.work(),
                });
            }
            if !savings.is_empty() || !plans_then.iter().any(uses) {
                found.push(LargeIndex { index: index.name.clone(), table: table.name.clone(), savings });
            }
        }
    }
    Ok(found)
}
