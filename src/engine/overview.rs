//! What a database holds, read from its schema alone: no table is walked.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::connection::quoted;
use super::error::Result;
use super::schema_rows::{self, SchemaRow};
use crate::domain::catalogue::Catalogue;
use crate::domain::database::{
    AutoVacuum, Column, Database, DocumentedTable, ForeignKey, Index, Table, TableKind, Trigger,
};

pub fn read(connection: &Connection, catalogue: &Catalogue) -> Result<Database> {
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    let mut database = Database {
        page_size: u32::try_from(pragma("page_size")?).unwrap_or_default(),
        page_count: pragma("page_count")?.unsigned_abs(),
        freelist_count: pragma("freelist_count")?.unsigned_abs(),
        encoding: connection.query_row("PRAGMA encoding", [], |row| row.get(0))?,
        auto_vacuum: match pragma("auto_vacuum")? {
            1 => AutoVacuum::Full,
            2 => AutoVacuum::Incremental,
            _ => AutoVacuum::None,
        },
        user_version: pragma("user_version")?,
        // Deprecated, so that a SQLite without it is no failure.
        stored_cache_size: pragma("default_cache_size").ok(),
        has_statistics: has_rows(connection, "sqlite_stat1"),
        applied_migrations: applied_migrations(connection),
        ..Database::default()
    };
    let schema = schema_rows::read(connection)?;
    database.views = schema.iter().filter(|row| row.kind == "view").map(|row| row.name.clone()).collect();
    database.views.sort();
    database.tables = tables(connection, schema)?;
    database.documented = catalogue
        .tables
        .iter()
        .map(|documented| {
            let table = database.table(&documented.name);
            let has = |name: &String| {
                table.is_some_and(|table| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)))
            };
            DocumentedTable {
                name: documented.name.clone(),
                present: table.is_some(),
                missing_columns: documented.columns.iter().filter(|name| !has(name)).cloned().collect(),
            }
        })
        .collect();
    if database.documented.iter().all(|table| !table.present) {
        database.notices.push(format!(
            "None of the tables that {}'s guide speaks of is here. Tables, indexes and sizes can be looked at all the same.",
            catalogue.application
        ));
    }
    Ok(database)
}

fn has_rows(connection: &Connection, table: &str) -> bool {
    connection.query_row(&format!("SELECT 1 FROM {} LIMIT 1", quoted(table)), [], |_| Ok(())).is_ok()
}

/// sqlx's own table; a file without it has applied nothing that is known.
fn applied_migrations(connection: &Connection) -> Vec<i64> {
    let read = || -> rusqlite::Result<Vec<i64>> {
        let mut statement =
            connection.prepare("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect()
    };
    read().unwrap_or_default()
}

/// One query per kind of thing, not one per table: a schema of thousands of tables stays quick to read.
fn tables(connection: &Connection, schema: Vec<SchemaRow>) -> Result<Vec<Table>> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let mut statement = connection.prepare(
        "SELECT name, type, wr, strict FROM pragma_table_list
         WHERE schema = 'main' AND type IN ('table', 'virtual', 'shadow') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let kind = match row.get_ref(1)?.as_str().unwrap_or_default() {
            "virtual" => TableKind::Virtual,
            "shadow" => TableKind::Shadow,
            _ => TableKind::Table,
        };
        let table =
            Table { name: name.clone(), kind, without_rowid: row.get(2)?, strict: row.get(3)?, ..Table::default() };
        tables.insert(name, table);
    }
    for table in tables.values_mut() {
        // A virtual table of an unknown module cannot be asked; it keeps its name and its SQL, and
        // the plan clone tells about it.
        let _ = columns(connection, table);
    }
    for row in schema {
        take_statement(row, &mut tables);
    }
    Ok(tables.into_values().collect())
}

fn columns(connection: &Connection, table: &mut Table) -> Result<()> {
    let name = table.name.as_str();
    let mut statement = connection
        .prepare_cached("SELECT name, type, \"notnull\", pk, dflt_value, hidden FROM pragma_table_xinfo(?1)")?;
    let rows = statement.query_map([name], |row| {
        let hidden: i64 = row.get(5)?;
        Ok((
            hidden,
            Column {
                name: row.get(0)?,
                declared_type: row.get(1)?,
                not_null: row.get(2)?,
                primary_key: row.get(3)?,
                default: row.get(4)?,
                generated: hidden >= 2,
            },
        ))
    })?;
    for row in rows {
        let (hidden, column) = row?;
        // 1 is a virtual table's hidden column.
        if hidden != 1 {
            table.columns.push(column);
        }
    }
    let mut statement =
        connection.prepare_cached("SELECT name, \"unique\", partial FROM pragma_index_list(?1) ORDER BY seq DESC")?;
    let rows = statement.query_map([name], |row| {
        Ok(Index { name: row.get(0)?, unique: row.get(1)?, partial: row.get(2)?, ..Index::default() })
    })?;
    table.indexes = rows.collect::<rusqlite::Result<_>>()?;
    let mut statement =
        connection.prepare_cached("SELECT coalesce(name, '<expression>') FROM pragma_index_info(?1) ORDER BY seqno")?;
    for index in &mut table.indexes {
        let rows = statement.query_map([&index.name], |row| row.get(0))?;
        index.columns = rows.collect::<rusqlite::Result<_>>()?;
    }
    let mut statement = connection.prepare_cached(
        "SELECT id, \"from\", \"table\", \"to\", on_delete FROM pragma_foreign_key_list(?1) ORDER BY id, seq",
    )?;
    let mut rows = statement.query([name])?;
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        if table.foreign_keys.last().is_none_or(|key| key.id != id) {
            let (parent, on_delete) = (row.get(2)?, row.get(4)?);
            table.foreign_keys.push(ForeignKey { id, parent, on_delete, ..ForeignKey::default() });
        }
        if let Some(key) = table.foreign_keys.last_mut() {
            key.columns.push(row.get(1)?);
            key.parent_columns.extend(row.get::<_, Option<String>>(3)?);
        }
    }
    let rowid_alias = |column: &str| {
        table
            .columns
            .iter()
            .any(|c| c.primary_key == 1 && c.name == column && c.declared_type.eq_ignore_ascii_case("INTEGER"))
    };
    for key in &mut table.foreign_keys {
        let n = key.columns.len();
        key.child_indexed = table.indexes.iter().filter(|index| !index.partial).any(|index| {
            index.columns.len() >= n && key.columns.iter().all(|column| index.columns[..n].contains(column))
        }) || (n == 1 && rowid_alias(&key.columns[0]));
    }
    Ok(())
}

/// Gives a table the statement that made it, its index or its trigger.
fn take_statement(row: SchemaRow, tables: &mut BTreeMap<String, Table>) {
    let SchemaRow { kind, name, table, sql } = row;
    // A trigger may spell the name of its table in other cases.
    let exact = tables.contains_key(&table).then(|| table.clone());
    let spelt = exact.or_else(|| tables.keys().find(|known| known.eq_ignore_ascii_case(&table)).cloned());
    let Some(table) = spelt.and_then(|table| tables.get_mut(&table)) else { return };
    match kind.as_str() {
        "table" => table.sql = sql,
        "trigger" => table.triggers.push(Trigger { name, sql: sql.unwrap_or_default() }),
        _ => {
            if let Some(index) = table.indexes.iter_mut().find(|index| index.name == name) {
                index.sql = sql;
            }
        }
    }
}
