//! Ages of the rows of a clean-up's table, as SQLite reads them.

use crate::domain::catalogue::{DocumentedCleanup, DocumentedStatus};
use crate::domain::cleanup::histogram::{Age, Histogram, MAX_RETENTION_DAYS, StatusGroup};
use crate::domain::instant::Instant;
use crate::engine::connection::{Db, ForeignKeys, quoted};
use crate::engine::error::Result;
use crate::snapshot;

/// Both comparisons for every retention at once. The cut-offs of all retentions stand in a table, typed as the column is,
/// so that comparing with them is what the statement does; the later the cut-off, the smaller the retention.
pub fn read(cleanup: &DocumentedCleanup, status: Option<&DocumentedStatus>, original: &Db) -> Result<Histogram> {
    let db = Db::open(original.fork().fork(), ForeignKeys::Off)?;
    let (table, time) = (quoted(&cleanup.table), quoted(&cleanup.time_column));
    db.execute_batch(&format!(
        "CREATE TEMP TABLE cortex_cutoffs AS SELECT {time} AS cutoff, 0 AS days FROM main.{table} WHERE 0;
         WITH RECURSIVE d(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM d WHERE n < {MAX_RETENTION_DAYS})
         INSERT INTO cortex_cutoffs SELECT datetime('now', '-' || n || ' days'), n FROM d;
         CREATE INDEX temp.cortex_by_cutoff ON cortex_cutoffs(cutoff, days);"
    ))?;
    let status = status.map_or("NULL".into(), |status| quoted(&status.column));
    let finished = cleanup.finished.as_deref().unwrap_or("1");
    // Whole milliseconds, as SQLite holds an instant; a day more is a day older.
    let sql = format!(
        "SELECT status, finished, CASE WHEN ms IS NULL THEN NULL WHEN ms <= 0 THEN -1
           ELSE min((ms - 1) / 86400000, {MAX_RETENTION_DAYS}) END AS by_instant, by_text, count(*)
         FROM (SELECT CAST({status} AS TEXT) AS status, coalesce(({finished}), 0) AS finished,
             CAST(round((julianday('now') - julianday(t.{time})) * 86400000.0) AS INTEGER) AS ms,
             CASE WHEN t.{time} IS NULL THEN NULL ELSE coalesce((SELECT c.days FROM temp.cortex_cutoffs AS c
               WHERE t.{time} < c.cutoff ORDER BY c.cutoff LIMIT 1), -1) END AS by_text
           FROM main.{table} AS t)
         GROUP BY 1, 2, 3, 4"
    );
    let mut histogram = Histogram { now: Instant(snapshot::now()), ..Histogram::default() };
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let status = row.get(0)?;
        let group = StatusGroup { status, finished: row.get(1)? };
        let at = histogram.statuses.iter().position(|known| *known == group).unwrap_or_else(|| {
            histogram.statuses.push(group);
            histogram.statuses.len() - 1
        });
        histogram.ages.push(Age {
            status: at as u32,
            by_instant: row.get(2)?,
            by_text: row.get(3)?,
            n_rows: row.get::<_, i64>(4)?.unsigned_abs(),
        });
    }
    Ok(histogram)
}
