//! What is documented, as data: indexes, queries with their claims, clean-ups. No code knows an entry by its name.

use serde::{Deserialize, Serialize};

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
}

/// A table that the guide speaks of, with the columns that it names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentedColumns {
    pub name: String,
    pub columns: Vec<String>,
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

impl Catalogue {
    pub fn index(&self, name: &str) -> Option<&DocumentedIndex> {
        self.indexes.iter().find(|index| index.name == name)
    }

    pub fn query(&self, id: &str) -> Option<&DocumentedQuery> {
        self.queries.iter().find(|query| query.id == id)
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
