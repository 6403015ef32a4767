//! The inefficient statement beside the efficient one, on the file as dropped and after the migration.

use super::Lab;
use crate::domain::practices::Findings;
use crate::domain::practices::query_patterns::{Evidence, findings};
use crate::engine::error::Result;

pub fn run(lab: &Lab<'_>, inefficient: &str, efficient: &str) -> Result<Findings> {
    let (inefficient, efficient) = (lab.query(inefficient)?, lab.query(efficient)?);
    let compare = |on| lab.compare([on, on], (&inefficient.sql, &[]), (&efficient.sql, &[]));
    let evidence = Evidence {
        index: efficient.claim.clone(),
        dropped: compare(lab.original.fork())?,
        migrated: compare(lab.candidate.fork())?,
    };
    Ok(findings(&evidence))
}
