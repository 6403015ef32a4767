//! What is documented, as data: indexes, queries with their claims, clean-ups. No code knows an entry by its name.

use serde::{Deserialize, Serialize};

use super::guide::Section;
use super::practices::DocumentedPractice;
use super::troubleshooting::Trouble;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// What the guide is called, for a sentence: `GitCortex`.
    pub application: String,
    pub guide: String,
    /// File name of the migration, and the version that `_sqlx_migrations` holds once it is applied.
    pub migration: String,
    pub migration_version: i64,
    #[serde(rename = "table")]
    pub tables: Vec<DocumentedColumns>,
    /// In the order of the migration; read from its statements, never written twice.
    #[serde(default)]
    pub indexes: Vec<DocumentedIndex>,
    #[serde(rename = "query")]
    pub queries: Vec<DocumentedQuery>,
    #[serde(rename = "cleanup")]
    pub cleanups: Vec<DocumentedCleanup>,
    #[serde(default, rename = "benchmark")]
    pub benchmarks: Vec<DocumentedBenchmark>,
    /// How the guide sets the connection pool.
    #[serde(default, rename = "pool_setting")]
    pub pool_settings: Vec<DocumentedPoolSetting>,
    /// How made-up data for the benchmarks comes about, a table each.
    #[serde(default, rename = "data_set")]
    pub data_sets: Vec<DataSet>,
    /// Best practices, each with its experiment.
    #[serde(default, rename = "practice")]
    pub practices: Vec<DocumentedPractice>,
    /// What the guide says to do about trouble.
    #[serde(default, rename = "trouble")]
    pub troubles: Vec<Trouble>,
    /// Every heading of the guide, in its order, with the place that answers it.
    #[serde(default, rename = "heading")]
    pub sections: Vec<Section>,
}

/// A table that the guide speaks of, with the columns that it names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentedColumns {
    pub name: String,
    pub columns: Vec<String>,
    /// `None` where the guide names no status of the table's rows.
    #[serde(default)]
    pub status: Option<DocumentedStatus>,
}

/// Every status that the guide names for the rows of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentedStatus {
    pub column: String,
    pub active: Vec<String>,
    #[serde(default)]
    pub finished: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentedIndex {
    pub name: String,
    pub table: String,
    /// Key columns as written: `status`, `created_at DESC`.
    pub columns: Vec<String>,
    pub where_clause: Option<String>,
    /// The statement, verbatim.
    pub sql: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentedQuery {
    /// Kebab-case, unique.
    pub id: String,
    pub title: String,
    /// Where the guide gives or describes it.
    pub section: String,
    pub sql: String,
    /// The index that the guide says this query uses.
    pub claim: Option<String>,
    #[serde(default, rename = "parameter")]
    pub parameters: Vec<DocumentedParameter>,
}

/// Parameter number `?1`, `?2`, … in order. Its values come from the file's own column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentedParameter {
    pub name: String,
    pub table: String,
    pub column: String,
    /// Bound when the guide gives a value; a value of the file otherwise.
    pub value: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentedCleanup {
    pub id: String,
    /// Short, for a tab: `Workflows`.
    pub title: String,
    pub section: String,
    pub table: String,
    pub sql: String,
    pub claim: Option<String>,
    pub retention_days: u32,
    pub time_column: String,
    /// The condition on finished rows, without the time; `None` when the statement has none.
    pub finished: Option<String>,
}

impl DocumentedCleanup {
    /// What stands behind WHERE.
    pub fn condition(&self) -> &str {
        self.sql.split_once("WHERE").map_or("1", |(_, condition)| condition).trim().trim_end_matches(';')
    }

    /// The same with another retention: only the modifier of its instant is written anew.
    pub fn with_retention(&self, days: u32) -> Self {
        let modifier = |days: u32| format!("'-{days} days'");
        let sql = self.sql.replace(&modifier(self.retention_days), &modifier(days));
        Self { sql, retention_days: days, ..self.clone() }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentedBenchmark {
    /// criterion's full id: `find_by_project/100`.
    pub id: String,
    /// The documented query that it runs.
    pub query: String,
    pub section: String,
    /// Size of its data set.
    pub n_rows: u64,
    /// What the guide expects to take less than this.
    pub expected_ms: u64,
}

impl DocumentedBenchmark {
    /// `find_by_project` of `find_by_project/100`.
    pub fn group(&self) -> &str {
        self.id.split('/').next().unwrap_or(&self.id)
    }

    pub fn expected_ns(&self) -> u64 {
        self.expected_ms.saturating_mul(1_000_000)
    }
}

/// One call of the chain that builds the connection pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentedPoolSetting {
    pub name: String,
    /// As the code has it.
    pub value: String,
    pub reason: String,
}

/// Statements that make one table of made-up data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSet {
    pub table: String,
    /// CREATE TABLE.
    pub schema: String,
    /// The indexes that the application has without the migration; made once the rows are there.
    pub indexes: String,
    /// INSERT with the number of rows as ?1. ?2, which a statement need not use, is how many rows share what the
    /// application looks them up by.
    pub fill: String,
}

impl Catalogue {
    pub fn benchmark(&self, id: &str) -> Option<&DocumentedBenchmark> {
        self.benchmarks.iter().find(|benchmark| benchmark.id == id)
    }

    /// What the guide expects of `query` on data of `n_rows`: that of its smallest data set that is as large.
    pub fn expected_ns(&self, query: &str, n_rows: u64) -> Option<u64> {
        let of_query =
            self.benchmarks.iter().filter(|benchmark| benchmark.query == query && benchmark.n_rows >= n_rows);
        of_query.min_by_key(|benchmark| benchmark.n_rows).map(DocumentedBenchmark::expected_ns)
    }

    pub fn table(&self, name: &str) -> Option<&DocumentedColumns> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    pub fn index(&self, name: &str) -> Option<&DocumentedIndex> {
        self.indexes.iter().find(|index| index.name == name)
    }

    pub fn query(&self, id: &str) -> Option<&DocumentedQuery> {
        self.queries.iter().find(|query| query.id == id)
    }

    pub fn practice(&self, id: &str) -> Option<&DocumentedPractice> {
        self.practices.iter().find(|practice| practice.id == id)
    }

    pub fn cleanup(&self, id: &str) -> Option<&DocumentedCleanup> {
        self.cleanups.iter().find(|cleanup| cleanup.id == id)
    }

    /// Claims that some statement uses some index, of queries and clean-ups together.
    pub fn n_claims(&self) -> usize {
        let queries = self.queries.iter().filter(|query| query.claim.is_some()).count();
        queries + self.cleanups.iter().filter(|cleanup| cleanup.claim.is_some()).count()
    }
}
