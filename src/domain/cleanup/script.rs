//! The clean-ups as a file for the sqlite3 shell and as a job in Rust, both written from one model.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::domain::instant::Instant;
use crate::domain::numbers::{bytes, count, counted, duration};
use crate::domain::words::{file_stem, identifier};

/// A transaction holds its lock about this long.
const BATCH_NS: u64 = 100_000_000;

/// Rows that one transaction removes at most, and transactions of one statement at most.
const MAX_BATCH_ROWS: u64 = 10_000;
const MAX_BATCHES: u64 = 200;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// The instant of the preview; the file names it in the place of `'now'`.
    pub now: Instant,
    /// In an order that works.
    pub steps: Vec<ScriptStep>,
    pub left_out: Vec<LeftOut>,
    /// Rows that each table loses altogether, as the very statements of the file removed them on a copy.
    pub by_table: BTreeMap<String, u64>,
    /// Bytes of the file after all of it, and after VACUUM where that was run.
    pub bytes_after: u64,
    pub bytes_vacuumed: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScriptStep {
    pub cleanup: String,
    pub title: String,
    pub table: String,
    /// What tells its rows apart: `rowid`, or the columns of its key, as SQL takes them.
    pub key: Vec<String>,
    /// The documented WHERE.
    pub condition: String,
    /// Run behind the DELETE in its transaction, so that nothing names a removed row.
    pub releases: Vec<String>,
    /// Rows of its own table that it finds.
    pub n_rows: u64,
    /// Every row that it removes, changes or adds.
    pub n_changes: u64,
    /// Time of the statement in one piece, on a copy.
    pub elapsed_ns: u64,
    pub batch_rows: u64,
}

/// A clean-up that no order and no release of references lets finish.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub cleanup: String,
    pub title: String,
    pub why: String,
}

/// Rows of each transaction, from what the statement took in one piece.
pub fn batch_rows(n_rows: u64, elapsed_ns: u64) -> u64 {
    let n_batches = elapsed_ns.div_ceil(BATCH_NS).max(n_rows.div_ceil(MAX_BATCH_ROWS)).clamp(1, MAX_BATCHES);
    n_rows.div_ceil(n_batches).max(1)
}

impl ScriptStep {
    pub fn n_batches(&self) -> u64 {
        self.n_rows.div_ceil(self.batch_rows.max(1)).max(1)
    }

    /// Statements of the file. `number` tells its temporary tables from those of the other steps.
    pub fn to_sql(&self, number: usize, now: Instant) -> String {
        let Self { table, key, n_rows, n_changes, .. } = self;
        let (table, condition) =
            (identifier(table), self.condition.replace("'now'", &format!("'{}'", now.sqlite_text())));
        let (doomed, started) = (format!("temp.doomed_{number}"), format!("temp.started_{number}"));
        let keys: Vec<String> = key.iter().enumerate().map(|(at, column)| format!("{column} AS k{at}")).collect();
        let found: Vec<String> = (0..key.len()).map(|at| format!("k{at}")).collect();
        let mut sql = format!(
            "CREATE TEMP TABLE doomed_{number} AS SELECT {} FROM main.{table} WHERE {condition};\n\
             INSERT INTO temp.guard SELECT count(*) = 0 OR count(*) BETWEEN {} AND {} FROM {doomed}; -- {} previewed\n\
             CREATE TEMP TABLE started_{number} AS SELECT total_changes() AS n;\n",
            keys.join(", "),
            n_rows / 2,
            n_rows + n_rows / 2 + 100,
            counted(*n_rows, "row", "rows")
        );
        for at in 0..self.n_batches() {
            let (from, to) = (at * self.batch_rows + 1, (at + 1) * self.batch_rows);
            // The last one takes what has grown old since.
            let range = if at + 1 == self.n_batches() {
                format!("rowid >= {from}")
            } else {
                format!("rowid BETWEEN {from} AND {to}")
            };
            let defer = if self.releases.is_empty() { "" } else { "PRAGMA defer_foreign_keys = ON;\n" };
            let _ = write!(
                sql,
                "BEGIN IMMEDIATE;\n{defer}DELETE FROM main.{table} WHERE ({}) IN (SELECT {} FROM {doomed} WHERE {range})\n  AND ({condition});\n",
                key.join(", "),
                found.join(", ")
            );
            for release in &self.releases {
                let _ = writeln!(sql, "{release}");
            }
            let _ = writeln!(
                sql,
                "INSERT INTO temp.guard SELECT total_changes() - n <= {} FROM {started};\nCOMMIT;",
                n_changes * 2 + 1_000
            );
        }
        sql
    }
}

/// What has to stand before the steps.
pub const PREPARATION: &str = "PRAGMA busy_timeout = 10000;
PRAGMA foreign_keys = ON;
CREATE TEMP TABLE guard (ok INTEGER CONSTRAINT \"the file differs too much from the preview: open it in the page again\" CHECK (ok));
";

impl Script {
    pub fn file_name(database: &str) -> String {
        format!("{}-cleanup.sql", file_stem(database))
    }

    /// For `sqlite3 db.sqlite < file`. It ends with VACUUM where that is asked for.
    pub fn to_sql(&self, database: &str, with_vacuum: bool) -> String {
        let mut sql = format!(
            "-- Clean-up of {}, as previewed at {} UTC.\n\
             -- Run it with the sqlite3 shell:  sqlite3 {} < {}\n\
             -- Copy the file first:            sqlite3 {} \".backup before-cleanup.sqlite\"\n\
             -- Each transaction is short, so that the application can go on. The file stops at the first error and where\n\
             -- it finds far more or far fewer rows than the preview did; run again, it removes nothing more.\n",
            one_line(database),
            self.now.sqlite_text(),
            shell_word(database),
            shell_word(&Self::file_name(database)),
            shell_word(database),
        );
        for left in &self.left_out {
            let _ = writeln!(sql, "-- Not in it: {}. {}", one_line(&left.title), one_line(&left.why));
        }
        let _ = write!(sql, ".bail on\n{PREPARATION}");
        let tables: Vec<(String, u64)> = self.by_table.iter().map(|(table, n)| (identifier(table), *n)).collect();
        let before = tables.iter().map(|(table, n)| {
            format!("SELECT '{}' AS name, count(*) AS n, {n} AS previewed FROM main.{table}", table.replace('\'', "''"))
        });
        let before: Vec<String> = before.collect();
        if !before.is_empty() {
            let _ = writeln!(sql, "CREATE TEMP TABLE counted AS {};", before.join("\nUNION ALL "));
        }
        for (at, step) in self.steps.iter().enumerate() {
            let _ = write!(
                sql,
                "\n-- {}. {}: {} of {}, {} with what follows them, {} in {} on the copy.\n{}",
                at + 1,
                one_line(&step.title),
                counted(step.n_rows, "row", "rows"),
                one_line(&step.table),
                count(step.n_changes),
                duration(step.elapsed_ns).text(),
                counted(step.n_batches(), "transaction", "transactions"),
                step.to_sql(at + 1, self.now)
            );
        }
        if !tables.is_empty() {
            let now = tables.iter().map(|(table, _)| {
                format!("WHEN '{}' THEN (SELECT count(*) FROM main.{table})", table.replace('\'', "''"))
            });
            let now: Vec<String> = now.collect();
            let _ = writeln!(
                sql,
                "\n-- What became of it.\nSELECT name, n - CASE name {} END AS removed, previewed FROM temp.counted;",
                now.join("\n  ")
            );
        }
        sql.push_str(&self.vacuum(with_vacuum));
        sql
    }

    fn vacuum(&self, with_vacuum: bool) -> String {
        let size = match self.bytes_vacuumed {
            Some(vacuumed) => format!("{} become {}", bytes(self.bytes_after).text(), bytes(vacuumed).text()),
            None => "its size after it was not tried".into(),
        };
        let words = format!("\n-- VACUUM writes the file anew under a lock: {size}.\n");
        if with_vacuum { words + "VACUUM;\n" } else { words + "-- VACUUM;\n" }
    }

    /// The same, every day, in the application: `'now'` is the moment at which it runs.
    pub fn to_rust(&self) -> String {
        let mut steps = String::new();
        for step in &self.steps {
            let releases: Vec<String> = step.releases.iter().map(|sql| literal(sql)).collect();
            let _ = write!(
                steps,
                "    // {}: {} when it was previewed.\n    let n_rows = delete_in_batches(\n        pool,\n        {},\n        &[{}],\n    )\n    .await?;\n    tracing::info!(\"Cleaned up {{n_rows}} rows of {}\");\n\n",
                one_line(&step.title),
                counted(step.n_rows, "row", "rows"),
                literal(&step.job_sql()),
                releases.join(", "),
                one_line(&step.table).replace(['{', '}', '"', '\\'], "_"),
            );
        }
        for left in &self.left_out {
            let _ = write!(steps, "    // Not in it: {}. {}\n\n", one_line(&left.title), one_line(&left.why));
        }
        JOB.replace("{STEPS}", steps.trim_end())
    }
}

impl ScriptStep {
    /// One batch of the job; run until it removes nothing.
    pub fn job_sql(&self) -> String {
        let (table, key) = (identifier(&self.table), self.key.join(", "));
        if self.n_batches() == 1 {
            return format!("DELETE FROM {table} WHERE {}", self.condition);
        }
        format!(
            "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {} LIMIT {})",
            self.condition, self.batch_rows
        )
    }
}

const JOB: &str = r#"use sqlx::SqlitePool;
use tokio::time::{Duration, interval};

pub async fn cleanup_old_data(pool: &SqlitePool) -> anyhow::Result<()> {
{STEPS}

    Ok(())
}

/// Runs `delete` until it removes nothing, each time in a transaction of its own, so that none is long. `releases` take
/// back the references to what is gone; foreign keys are then checked at the end of the transaction.
async fn delete_in_batches(pool: &SqlitePool, delete: &'static str, releases: &[&'static str]) -> anyhow::Result<u64> {
    let mut n_removed = 0;
    loop {
        let mut transaction = pool.begin().await?;
        if !releases.is_empty() {
            sqlx::query("PRAGMA defer_foreign_keys = ON").execute(&mut *transaction).await?;
        }
        let n_rows = sqlx::query(delete).execute(&mut *transaction).await?.rows_affected();
        for &release in releases {
            sqlx::query(release).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        n_removed += n_rows;
        if n_rows == 0 {
            return Ok(n_removed);
        }
    }
}

// Run cleanup daily
pub async fn spawn_cleanup_job(pool: SqlitePool) {
    tokio::spawn(async move {
        let mut interval = interval(Duration::from_secs(86400)); // 24 hours
        loop {
            interval.tick().await;
            if let Err(e) = cleanup_old_data(&pool).await {
                tracing::error!("Cleanup job failed: {}", e);
            }
        }
    });
}
"#;

/// A raw string of Rust that holds `sql` whatever stands in it.
fn literal(sql: &str) -> String {
    let longest = sql.split('"').skip(1).map(|rest| rest.len() - rest.trim_start_matches('#').len()).max();
    let hashes = "#".repeat(longest.map_or(0, |n| n + 1));
    format!("r{hashes}\"{sql}\"{hashes}")
}

/// No name ends a comment.
fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).collect::<Vec<_>>().join(" ")
}

/// A word that a shell takes as it stands.
fn shell_word(text: &str) -> String {
    let plain = |ch: char| ch.is_alphanumeric() || "._-/".contains(ch);
    let text = one_line(text);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
