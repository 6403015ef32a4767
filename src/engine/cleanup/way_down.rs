//! The way from a clean-up's own rows down the cascade, as a condition on them.

use super::blocking::parent_columns;
use crate::domain::database::{Database, ForeignKey, Table};
use crate::domain::words::identifier;

/// A table with the foreign key that leads up from it.
type Hop<'a> = (&'a Table, &'a ForeignKey);

pub struct WayDown<'a> {
    /// The clean-up's own.
    pub table: &'a str,
    pub database: &'a Database,
}

impl<'a> WayDown<'a> {
    /// That no row of `child`, which goes along, meets `condition`.
    pub fn without(&self, child: &Table, condition: &str) -> Option<String> {
        Some(self.none_of(&self.path(&child.name)?, &format!(" AND {condition}")))
    }

    /// That no row of `child` holds by `key` what would go. `None` where the way leads through the table itself.
    pub fn without_held(&self, child: &'a Table, key: &'a ForeignKey) -> Option<String> {
        let mut path = vec![(child, key)];
        if !key.parent.eq_ignore_ascii_case(self.table) {
            path.extend(self.path(&key.parent)?);
        }
        let is_own = path.iter().any(|(table, _)| table.name.eq_ignore_ascii_case(self.table));
        (!is_own).then(|| self.none_of(&path, ""))
    }

    fn none_of(&self, path: &[Hop<'_>], condition: &str) -> String {
        let mut joins = String::new();
        let mut below = String::new();
        for (table, key) in path {
            let table_sql = identifier(&table.name);
            if joins.is_empty() {
                joins = table_sql;
            } else {
                joins = format!("{joins} JOIN {table_sql} ON {below}");
            }
            below = self.same(&table.name, key);
        }
        format!("NOT EXISTS (SELECT 1 FROM {joins} WHERE {below}{condition})")
    }

    fn same(&self, child: &str, key: &ForeignKey) -> String {
        let parents = parent_columns(self.database, key);
        let pair = |(column, parent): (&String, &String)| {
            format!("{}.{} = {}.{}", identifier(child), identifier(column), identifier(&key.parent), identifier(parent))
        };
        key.columns.iter().zip(&parents).map(pair).collect::<Vec<_>>().join(" AND ")
    }

    /// The cascade from `child` up to the clean-up's table, each table once.
    fn path(&self, child: &str) -> Option<Vec<Hop<'a>>> {
        let mut paths: Vec<Vec<Hop<'a>>> = vec![Vec::new()];
        for _ in 0..self.database.tables.len() {
            let mut longer = Vec::new();
            for path in &paths {
                let at = path.last().map_or(child, |(_, key)| key.parent.as_str());
                let Some(table) = self.database.table(at) else { continue };
                for key in table.foreign_keys.iter().filter(|key| key.on_delete == "CASCADE") {
                    let path = path.iter().copied().chain([(table, key)]).collect::<Vec<_>>();
                    if key.parent.eq_ignore_ascii_case(self.table) {
                        return Some(path);
                    }
                    let is_known = |(known, _): &Hop<'_>| known.name.eq_ignore_ascii_case(&key.parent);
                    if !path.iter().any(is_known) {
                        longer.push(path);
                    }
                }
            }
            paths = longer;
        }
        None
    }
}
