//! What a database file is and holds: the facts of the overview, read from its header and its schema.

use serde::{Deserialize, Serialize};

use super::words::code;

/// The dropped file. The first seven fields stand in every report under these names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Database {
    pub file_name: String,
    /// Size of the file as dropped, in bytes, without its `-wal`.
    pub bytes: u64,
    /// Bytes per page.
    pub page_size: u32,
    /// Pages in the database, those that only the `-wal` holds included.
    pub page_count: u64,
    /// `wal` or `delete`: what the file's header asks for.
    pub journal_mode: String,
    /// Whole frames in the dropped `-wal`; 0 without one.
    pub wal_frames: u64,
    /// Versions in `_sqlx_migrations` that succeeded, in order.
    pub applied_migrations: Vec<i64>,
    pub freelist_count: u64,
    /// `UTF-8`, `UTF-16le` or `UTF-16be`.
    pub encoding: String,
    pub auto_vacuum: AutoVacuum,
    pub user_version: i64,
    /// What the header suggests as `cache_size`: pages, or kibibytes below 0; 0 where nothing was ever set.
    #[serde(default)]
    pub stored_cache_size: Option<i64>,
    /// Whether `sqlite_stat1` is there and has rows.
    pub has_statistics: bool,
    pub tables: Vec<Table>,
    pub views: Vec<String>,
    /// The tables that the guide speaks of and which of their columns are missing.
    pub documented: Vec<DocumentedTable>,
    /// What a person should know about the state of the file, one sentence each.
    pub notices: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoVacuum {
    #[default]
    None,
    Full,
    Incremental,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    pub kind: TableKind,
    pub without_rowid: bool,
    pub strict: bool,
    pub columns: Vec<Column>,
    pub indexes: Vec<Index>,
    pub foreign_keys: Vec<ForeignKey>,
    pub triggers: Vec<Trigger>,
    pub sql: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    #[default]
    Table,
    /// A virtual table; `shadow` tables belong to one.
    Virtual,
    Shadow,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    /// As declared; empty when the column has no type.
    pub declared_type: String,
    pub not_null: bool,
    /// Position in the primary key, from 1; 0 when it is not part of it.
    pub primary_key: u32,
    pub default: Option<String>,
    pub generated: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Index {
    pub name: String,
    pub unique: bool,
    pub partial: bool,
    /// The statement that made it; `None` for the index of a UNIQUE or PRIMARY KEY constraint.
    pub sql: Option<String>,
    /// Column names; an expression stands as `<expression>`.
    pub columns: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// Number of the constraint in its table, as `PRAGMA foreign_key_list` counts.
    pub id: i64,
    pub columns: Vec<String>,
    pub parent: String,
    /// The parent's columns; empty when the constraint names none (its primary key is meant).
    pub parent_columns: Vec<String>,
    /// As SQLite names it: `NO ACTION`, `RESTRICT`, `SET NULL`, `SET DEFAULT`, `CASCADE`.
    pub on_delete: String,
    /// Whether an index of the child starts with the constraint's columns.
    pub child_indexed: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    pub name: String,
    pub sql: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DocumentedTable {
    pub name: String,
    pub present: bool,
    pub missing_columns: Vec<String>,
}

/// Space taken by one b-tree, from dbstat.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BtreeSize {
    /// Name of the table or index.
    pub name: String,
    /// The table it belongs to.
    pub table: String,
    pub is_index: bool,
    pub bytes: u64,
    pub pages: u64,
    /// Bytes not used inside its pages.
    pub unused_bytes: u64,
    /// Rows of the table, or entries of the index.
    pub n_rows: u64,
}

impl Table {
    /// Where the columns of the primary key stand, in its order.
    pub fn key_columns(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = (0..self.columns.len()).filter(|at| self.columns[*at].primary_key > 0).collect();
        columns.sort_by_key(|at| self.columns[*at].primary_key);
        columns
    }
}

impl Database {
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    pub fn index(&self, name: &str) -> Option<(&Table, &Index)> {
        self.tables
            .iter()
            .find_map(|table| table.indexes.iter().find(|i| i.name.eq_ignore_ascii_case(name)).map(|i| (table, i)))
    }
}

/// That SQLite, with `words`, refuses to make something again that stands in the file.
pub fn unknown_to_sqlite(kind: &str, name: &str, words: &str) -> String {
    let what = match words.strip_prefix("no such module: ") {
        Some(module) => {
            format!("{} is a virtual table of the module {}, which this SQLite does not have", code(name), code(module))
        }
        None => format!("The {kind} {} needs what this SQLite does not have: {}", code(name), code(words)),
    };
    format!("{what}. Statements that need it cannot be judged; everything else is.")
}
