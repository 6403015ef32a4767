//! Indexes on the children that a clean-up reaches through a foreign key, said once for the finding and the repair.

use super::catalogue::{Catalogue, DocumentedCleanup};
use super::database::{Database, ForeignKey, Table};
use super::words::identifier;

/// A foreign key whose child SQLite looks into for every row that a clean-up removes.
#[derive(Clone, Copy, Debug)]
pub struct PaidKey<'a> {
    pub child: &'a Table,
    pub key: &'a ForeignKey,
    pub cleanup: &'a DocumentedCleanup,
}

/// Every foreign key to a table that a documented clean-up empties, indexed or not.
pub fn paid_keys<'a>(database: &'a Database, catalogue: &'a Catalogue) -> Vec<PaidKey<'a>> {
    let keys = database.tables.iter().flat_map(|child| child.foreign_keys.iter().map(move |key| (child, key)));
    keys.filter_map(|(child, key)| {
        let cleanup = catalogue.cleanups.iter().find(|cleanup| cleanup.table.eq_ignore_ascii_case(&key.parent))?;
        Some(PaidKey { child, key, cleanup })
    })
    .collect()
}

impl PaidKey<'_> {
    /// `idx_child_column`, with a number behind it when the file or the guide has that name for something else.
    pub fn index_name(&self, database: &Database, catalogue: &Catalogue) -> String {
        let name = format!("idx_{}_{}", self.child.name, self.key.columns.join("_"));
        let taken = |name: &str| {
            let same = |other: &String| other.eq_ignore_ascii_case(name);
            database.table(name).is_some()
                || database.index(name).is_some()
                || database.views.iter().any(same)
                || catalogue.indexes.iter().any(|index| same(&index.name))
        };
        (1..)
            .map(|n| if n == 1 { name.clone() } else { format!("{name}_{n}") })
            .find(|name| !taken(name))
            .unwrap_or(name)
    }

    /// `ON child(column)`.
    pub fn on_columns(&self) -> String {
        let columns: Vec<String> = self.key.columns.iter().map(|column| identifier(column)).collect();
        format!("ON {}({})", identifier(&self.child.name), columns.join(", "))
    }
}
