//! What is documented agrees with itself and with SQLite.

use std::collections::HashSet;

use cortex_inspector::domain::catalogue::Catalogue;
use cortex_inspector::domain::guide::{Place, Section};
use cortex_inspector::engine::Engine;
use rusqlite::Connection;

use crate::fixtures::{Fixture, Spec, documented};

const CATALOGUE: &str = include_str!("../../migrations/gitcortex.toml");

fn catalogue() -> Catalogue {
    Engine::new().unwrap().catalogue().clone()
}

/// Id, statement and claim of every query and clean-up.
fn statements(catalogue: &Catalogue) -> Vec<(String, String, Option<String>)> {
    let queries = catalogue.queries.iter().map(|query| (query.id.clone(), query.sql.clone(), query.claim.clone()));
    let cleanups = catalogue.cleanups.iter().map(|c| (c.id.clone(), c.sql.clone(), c.claim.clone()));
    queries.chain(cleanups).collect()
}

#[track_caller]
fn check_column(db: &Connection, table: &str, column: &str) {
    let n = db
        .query_row("SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2", [table, column], |row| row.get(0))
        .unwrap_or(0);
    assert_eq!(n, 1, "{table}.{column}");
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let catalogue = catalogue();
    let mut seen = HashSet::new();
    for (id, ..) in statements(&catalogue) {
        let words: Vec<&str> = id.split('-').collect();
        let kebab =
            |word: &&str| !word.is_empty() && word.chars().all(|ch| ch.is_ascii_lowercase() || ch.is_ascii_digit());
        assert!(words.iter().all(kebab), "{id}");
        assert!(seen.insert(id.clone()), "{id} twice");
    }
    assert_eq!(seen.len(), catalogue.queries.len() + catalogue.cleanups.len());
    let names: HashSet<_> = catalogue.indexes.iter().map(|index| &index.name).collect();
    assert_eq!(names.len(), catalogue.indexes.len());
    let tables: HashSet<_> = catalogue.tables.iter().map(|table| &table.name).collect();
    assert_eq!(tables.len(), catalogue.tables.len());
}

#[test]
fn the_migration_has_thirteen_statements_verbatim() {
    let catalogue = catalogue();
    let verbatim: Vec<&str> = catalogue.indexes.iter().map(|index| index.sql.trim_end_matches(';')).collect();
    assert_eq!(verbatim, documented());
    assert_eq!(verbatim.len(), 13);
    assert!(catalogue.migration.starts_with(&catalogue.migration_version.to_string()));
    assert!(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(&catalogue.migration).exists());
}

#[test]
fn indexes_are_read_from_their_statements_as_sqlite_reads_them() {
    let fixture = Fixture::new(Spec { n_workflows: 0, ..Spec::default() });
    let db = fixture.native();
    for index in catalogue().indexes {
        db.execute_batch(&index.sql).unwrap();
        let (table, partial): (String, bool) = db
            .query_row(
                "SELECT t.name, l.partial FROM sqlite_schema AS t, pragma_index_list(t.name) AS l WHERE l.name = ?1",
                [&index.name],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!((&table, partial), (&index.table, index.where_clause.is_some()), "{}", index.name);
        let mut statement =
            db.prepare("SELECT name || iif(\"desc\", ' DESC', '') FROM pragma_index_xinfo(?1) WHERE key").unwrap();
        let columns = statement.query_map([&index.name], |row| row.get(0)).unwrap();
        assert_eq!(columns.collect::<Result<Vec<String>, _>>().unwrap(), index.columns, "{}", index.name);
    }
}

#[test]
fn claims_and_parameters_refer_to_what_exists() {
    let (catalogue, fixture) = (catalogue(), Fixture::standard());
    let db = fixture.native();
    for (id, sql, claim) in statements(&catalogue) {
        let Some(claim) = claim else { continue };
        let index = catalogue.index(&claim).unwrap_or_else(|| panic!("{id} claims {claim}"));
        assert!(sql.contains(&format!("FROM {}", index.table)), "{id} does not read {}", index.table);
    }
    for query in &catalogue.queries {
        for parameter in &query.parameters {
            check_column(&db, &parameter.table, &parameter.column);
        }
        let n_parameters = db.prepare(&query.sql).unwrap().parameter_count();
        assert_eq!(n_parameters, query.parameters.len(), "{}", query.id);
    }
    for table in &catalogue.tables {
        table.columns.iter().for_each(|column| check_column(&db, &table.name, column));
    }
}

#[test]
fn every_statement_prepares_on_the_applications_schema() {
    let fixture = Fixture::standard();
    for (id, sql, _) in statements(&catalogue()) {
        fixture.native().prepare(&sql).unwrap_or_else(|error| panic!("{id}: {error}"));
    }
}

/// A file that holds what `tables` names is a file that everything applies to.
#[test]
fn the_documented_columns_are_all_that_the_statements_need() {
    let catalogue = catalogue();
    let db = Connection::open_in_memory().unwrap();
    for table in &catalogue.tables {
        db.execute_batch(&format!("CREATE TABLE {} ({})", table.name, table.columns.join(", "))).unwrap();
    }
    for (id, sql, _) in statements(&catalogue) {
        db.prepare(&sql).unwrap_or_else(|error| panic!("{id}: {error}"));
    }
    for sql in documented() {
        db.execute_batch(&sql).unwrap();
    }
}

#[test]
fn the_parts_of_a_cleanup_are_those_of_its_statement() {
    let catalogue = catalogue();
    assert_eq!(catalogue.cleanups.len(), 4);
    for cleanup in &catalogue.cleanups {
        let finished = cleanup.finished.as_ref().map(|finished| format!("{finished} AND ")).unwrap_or_default();
        let rebuilt = format!(
            "DELETE FROM {} WHERE {finished}{} < datetime('now', '-{} days');",
            cleanup.table, cleanup.time_column, cleanup.retention_days
        );
        let words = cleanup.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words, rebuilt, "{}", cleanup.id);
    }
}

#[test]
fn claims_are_counted_in_queries_and_cleanups() {
    let written = CATALOGUE.lines().filter(|line| line.starts_with("claim = ")).count();
    assert_eq!(catalogue().n_claims(), written);
    assert!(written > 13);
}

#[test]
fn practices_refer_to_documented_queries() {
    let catalogue = catalogue();
    let ids: HashSet<&String> = catalogue.practices.iter().map(|practice| &practice.id).collect();
    assert!(!ids.is_empty() && ids.len() == catalogue.practices.len());
    for practice in &catalogue.practices {
        assert!(practice.says.ends_with('.'), "{}", practice.id);
        for query in practice.experiment.queries() {
            assert!(catalogue.query(query).is_some(), "{} runs {query}", practice.id);
        }
    }
}

/// The guide's own headings, as its Markdown marks them.
const HEADINGS: &str = "## Database Indexes
### Overview
### Index Types
#### 1. Composite Indexes
#### 2. Partial Indexes
### Index Summary Table
### Checking Index Usage
## Connection Pool Configuration
### Overview
### Configuration Parameters
### Parameter Rationale
### Monitoring Connection Pool
## Running Benchmarks
### Overview
### Running Benchmarks
### Benchmark Descriptions
#### 1. `find_by_id`
#### 2. `find_by_project`
#### 3. `find_by_project_with_status`
### Interpreting Results
### Regression Detection
## Monitoring with RUST_LOG
### Overview
### Enabling Debug Logging
### Log Output Example
### Log Fields
### Adding Performance Logging to Other Queries
## Cleanup Queries
### Overview
### Cleanup Queries
#### 1. Clean Up Old Completed Workflows
#### 2. Clean Up Old Terminals
#### 3. Clean Up Processed Git Events
#### 4. Clean Up Old Terminal Logs
### Implementing Cleanup Jobs
## Performance Best Practices
### 1. Use Appropriate Indexes
### 2. Optimize Query Patterns
### 3. Use Transactions for Bulk Operations
### 4. Avoid N+1 Queries
### 5. Monitor and Rebuild Indexes
### 6. Use Prepared Statements
### 7. Limit Result Sets
### 8. Regular Database Maintenance
## Troubleshooting
### Slow Queries
### High Memory Usage
### Database Lock Contention";

#[test]
fn every_heading_of_the_guide_leads_to_something_that_is_there() {
    let catalogue = catalogue();
    let marked = |section: &Section| format!("{} {}", "#".repeat(section.level.into()), section.title);
    let found: Vec<String> = catalogue.sections.iter().map(marked).collect();
    assert_eq!(found, HEADINGS.lines().collect::<Vec<_>>());
    for section in &catalogue.sections {
        assert!(section.place.exists(&catalogue), "{section:?}");
    }
    for check in catalogue.troubles.iter().flat_map(|trouble| &trouble.checks) {
        assert!(check.place.as_ref().is_none_or(|place| place.exists(&catalogue)), "{check:?}");
    }
    // Each entry that the guide gives a heading of its own is led to.
    let practices = catalogue.practices.iter().map(|practice| Place::Practice(practice.id.clone()));
    let cleanups = catalogue.cleanups.iter().map(|cleanup| Place::Cleanup(cleanup.id.clone()));
    for place in practices.chain(cleanups) {
        assert!(catalogue.sections.iter().any(|section| section.place == place), "{place:?}");
    }
}
