//! What becomes of each statement of the migration, against native SQLite on the same file.

use cortex_inspector::domain::migration::{IndexReport, Outcome};
use cortex_inspector::domain::run::{Step, StepAnswer};
use rusqlite::Connection;

use crate::fixtures::{ACCEPTED, Fixture, Spec, count, documented, documented_sql, migrate_natively, one};

const STREAMING: &str = "idx_terminal_log_streaming";
const LOG_CLEANUP: &str = "idx_terminal_log_cleanup";

/// Bytes that an index takes, as native SQLite's dbstat counts them page by page.
fn native_bytes(db: &Connection, index: &str) -> u64 {
    count(db, &format!("SELECT sum(pgsize) FROM dbstat WHERE name = '{index}'"))
}

/// Rows that an index holds: those of its table that fulfil its WHERE.
fn native_entries(db: &Connection, index: &str) -> u64 {
    let sql: String = one(db, &format!("SELECT sql FROM sqlite_schema WHERE name = '{index}'"));
    let table: String = one(db, &format!("SELECT tbl_name FROM sqlite_schema WHERE name = '{index}'"));
    let condition = sql.to_uppercase().find(" WHERE ").or(sql.find("\nWHERE ")).map_or("", |at| &sql[at..]);
    count(db, &format!("SELECT count(*) FROM \"{table}\" NOT INDEXED {condition}"))
}

/// SQLite's own words when `sql` fails.
#[track_caller]
fn native_refusal(db: &Connection, sql: &str) -> String {
    match db.execute_batch(sql).unwrap_err() {
        rusqlite::Error::SqliteFailure(_, Some(words)) | rusqlite::Error::SqlInputError { msg: words, .. } => words,
        other => panic!("{other}"),
    }
}

#[track_caller]
fn check_outcome(fixture: &Fixture, index: &str, outcome: Outcome) -> IndexReport {
    let (before, mut opened) = (fixture.sha256(), fixture.open());
    let judged = opened.judged().migration.into_iter().find(|entry| entry.index == index).unwrap();
    let entry = opened.index(index);
    assert_eq!(entry.outcome, outcome, "{}", entry.explanation);
    assert_eq!(judged.outcome, outcome, "the schema alone tells the same");
    assert!(entry.explanation.ends_with('.'), "{}", entry.explanation);
    assert_eq!(entry.documented_sql, documented_sql(index));
    assert_eq!(fixture.sha256(), before, "the file was written");
    entry
}

/// The index stands in the file: its statement, size and entries are those of the file itself.
#[track_caller]
fn check_deployed(fixture: &Fixture, index: &str, outcome: Outcome) -> IndexReport {
    let (entry, db) = (check_outcome(fixture, index, outcome), fixture.native());
    let sql: String = one(&db, &format!("SELECT sql FROM sqlite_schema WHERE name = '{index}'"));
    assert_eq!(entry.deployed_sql, Some(sql));
    assert_eq!(entry.bytes, Some(native_bytes(&db, index)));
    assert_eq!(entry.n_rows, Some(native_entries(&db, index)));
    assert_eq!(entry.elapsed_ns, None, "nothing was built");
    entry
}

#[test]
fn missing_indexes_are_created_and_weigh_what_they_weigh_natively() {
    let fixture = Fixture::standard();
    let native = fixture.copy();
    let native = native.native();
    migrate_natively(&native);
    let mut opened = fixture.open();
    for name in ACCEPTED {
        let entry = opened.index(name);
        assert_eq!(entry.outcome, Outcome::Created, "{name}");
        assert_eq!((entry.error, entry.deployed_sql, entry.replacement_sql), (None, None, None), "{name}");
        assert!(entry.elapsed_ns.is_some(), "{name}");
        assert_eq!(entry.bytes, Some(native_bytes(&native, name)), "{name}");
        assert_eq!(entry.n_rows, Some(native_entries(&native, name)), "{name}");
        let n_table_rows = count(&native, &format!("SELECT count(*) FROM {}", entry.table));
        assert_eq!(entry.n_table_rows, Some(n_table_rows), "{name}");
    }
}

#[test]
fn a_statement_that_was_applied_already_answers_the_same_again() {
    let mut opened = Fixture::standard().open();
    // Measuring applies the whole migration to the candidate.
    opened.query("find-by-id");
    let first = opened.index("idx_workflow_active");
    let second = opened.index("idx_workflow_active");
    assert!(first.elapsed_ns.is_some() && second.elapsed_ns.is_some());
    assert_eq!((first.bytes, first.n_rows, first.outcome), (second.bytes, second.n_rows, second.outcome));
}

#[test]
fn the_same_definition_in_another_spelling_is_already_present() {
    for sql in [
        "CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC)
         WHERE status NOT IN ('completed', 'failed', 'cancelled')",
        "create  index if not exists \"idx_workflow_active\"\n on \"workflow\" ( [status] , `created_at` desc )
         where \"status\" not in ('completed','failed' , 'cancelled')",
        "CREATE INDEX IDX_WORKFLOW_ACTIVE ON WORKFLOW(STATUS ASC, CREATED_AT DESC)
         WHERE ((STATUS NOT IN ('completed', 'failed', 'cancelled')))",
        "CREATE INDEX main.idx_workflow_active ON workflow(/* first */ status, created_at DESC -- newest first
         ) WHERE (status) NOT IN ('completed', 'failed', 'cancelled')",
    ] {
        let fixture = Fixture::standard().copy_with(sql);
        let entry = check_outcome(&fixture, "idx_workflow_active", Outcome::AlreadyPresent);
        assert_eq!((entry.error, entry.replacement_sql), (None, None), "{sql}");
        assert_eq!(entry.n_rows, Some(native_entries(&fixture.native(), &name_of(&fixture))), "{sql}");
    }
    for name in ACCEPTED {
        let fixture = Fixture::standard().copy_with(&documented_sql(name));
        check_deployed(&fixture, name, Outcome::AlreadyPresent);
    }
}

/// As the file spells it.
fn name_of(fixture: &Fixture) -> String {
    one(&fixture.native(), "SELECT name FROM sqlite_schema WHERE lower(name) = 'idx_workflow_active'")
}

#[test]
fn another_definition_under_the_same_name_differs() {
    for sql in [
        "CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC)",
        "CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC)
         WHERE status NOT IN (lower('COMPLETED'), 'failed', 'cancelled')",
        "CREATE INDEX idx_workflow_active ON workflow(created_at DESC, status)
         WHERE status NOT IN ('completed', 'failed', 'cancelled')",
        "CREATE INDEX idx_workflow_active ON workflow(status, created_at)
         WHERE status NOT IN ('completed', 'failed', 'cancelled')",
        "CREATE INDEX idx_workflow_active ON workflow(status COLLATE NOCASE, created_at DESC)
         WHERE status NOT IN ('completed', 'failed', 'cancelled')",
        "CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC)
         WHERE status NOT IN ('completed', 'failed')",
        "CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC)
         WHERE status NOT IN ('Completed', 'failed', 'cancelled')",
        "CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC)
         WHERE status IN ('completed', 'failed', 'cancelled')",
        "CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC, id)
         WHERE status NOT IN ('completed', 'failed', 'cancelled')",
        "CREATE UNIQUE INDEX idx_workflow_active ON workflow(status, created_at DESC, id)
         WHERE status NOT IN ('completed', 'failed', 'cancelled')",
        "CREATE INDEX idx_workflow_active ON workflow_task(status, created_at DESC)
         WHERE status NOT IN ('completed', 'failed', 'cancelled')",
    ] {
        let fixture = Fixture::standard().copy_with(sql);
        let entry = check_deployed(&fixture, "idx_workflow_active", Outcome::Differs);
        let words = native_refusal(&fixture.native(), &entry.documented_sql);
        assert_eq!(words, "index idx_workflow_active already exists");
    }
}

#[test]
fn a_clock_in_where_is_refused_on_a_table_with_rows_in_sqlites_words() {
    let fixture = Fixture::standard();
    for name in [STREAMING, LOG_CLEANUP] {
        let entry = check_outcome(&fixture, name, Outcome::Refused);
        let words = native_refusal(&fixture.native(), &documented_sql(name));
        assert_eq!(words, "non-deterministic use of datetime() in an index");
        assert_eq!(entry.error, Some(words));
        assert_eq!((entry.deployed_sql, entry.elapsed_ns, entry.bytes, entry.n_rows), (None, None, None, None));
        assert_eq!(entry.n_table_rows, Some(count(&fixture.native(), "SELECT count(*) FROM terminal_log")));
    }
}

const INSERT_LOG: &str = "INSERT INTO terminal_log VALUES ('l', 'x', 'a line', '2026-11-20 11:30:00')";

#[test]
fn what_an_empty_table_accepts_is_refused_because_it_breaks_every_insert() {
    let fixture = Fixture::new(Spec { n_workflows: 0, ..Spec::default() });
    for name in [STREAMING, LOG_CLEANUP] {
        let entry = check_outcome(&fixture, name, Outcome::Refused);
        let native = fixture.copy();
        let native = native.native();
        native.execute_batch(INSERT_LOG).unwrap();
        native.execute_batch("DELETE FROM terminal_log").unwrap();
        native.execute_batch(&documented_sql(name)).unwrap();
        assert_eq!(entry.error, Some(native_refusal(&native, INSERT_LOG)), "{name}");
        assert_eq!(entry.n_table_rows, Some(0));
    }
}

#[test]
fn an_index_that_stands_there_and_breaks_writes_says_so() {
    let deployed = &[STREAMING, LOG_CLEANUP];
    let fixture = Fixture::new(Spec { n_workflows: 0, deployed, ..Spec::default() });
    for name in [STREAMING, LOG_CLEANUP] {
        let entry = check_deployed(&fixture, name, Outcome::AlreadyPresent);
        assert_eq!(entry.error, Some(native_refusal(&fixture.native(), INSERT_LOG)));
        assert!(entry.explanation.contains("INSERT"), "{}", entry.explanation);
    }
}

#[test]
fn without_its_table_or_column_a_statement_does_not_apply() {
    let standard = Fixture::standard();
    let no_table = standard.copy_with("DROP TABLE terminal_log");
    let no_column = standard.copy_with("ALTER TABLE workflow DROP COLUMN completed_at");
    for (fixture, index, words) in [
        (&no_table, STREAMING, "no such table: main.terminal_log"),
        (&no_table, LOG_CLEANUP, "no such table: main.terminal_log"),
        (&no_column, "idx_workflow_completed_cleanup", "no such column: completed_at"),
    ] {
        let entry = check_outcome(fixture, index, Outcome::NotApplicable);
        assert_eq!(native_refusal(&fixture.native(), &documented_sql(index)), words);
        assert_eq!(entry.error.as_deref(), Some(words));
        assert_eq!((entry.bytes, entry.n_rows, entry.n_table_rows), (None, None, None));
    }
}

#[test]
fn a_table_or_a_view_that_has_the_name_or_the_place_of_the_index_is_a_refusal() {
    let standard = Fixture::standard();
    let taken = standard.copy_with("CREATE TABLE idx_workflow_active (x)");
    let view = standard.copy_with("DROP TABLE terminal_log; CREATE VIEW terminal_log AS SELECT 1 AS created_at");
    for (fixture, index) in [(taken, "idx_workflow_active"), (view, LOG_CLEANUP)] {
        let entry = check_outcome(&fixture, index, Outcome::Refused);
        assert_eq!(entry.error, Some(native_refusal(&fixture.native(), &documented_sql(index))));
    }
}

#[test]
fn the_replacement_of_a_refused_statement_works_on_the_file() {
    let fixture = Fixture::standard();
    let entry = check_outcome(&fixture, STREAMING, Outcome::Refused);
    let sql = entry.replacement_sql.unwrap();
    assert!(!sql.to_uppercase().contains("WHERE"), "{sql}");
    let native = fixture.copy_with(&sql);
    let native = native.native();
    let n = native_entries(&native, STREAMING);
    assert_eq!(n, count(&native, "SELECT count(*) FROM terminal_log"));
    let built = format!("{n} entries, {} bytes.", native_bytes(&native, STREAMING));
    assert!(entry.explanation.contains(&built), "{} lacks {built}", entry.explanation);
    native
        .execute_batch(
            "INSERT INTO terminal_log SELECT 'new', terminal_id, content, created_at FROM terminal_log LIMIT 1",
        )
        .unwrap();
}

#[test]
fn no_replacement_is_offered_that_the_file_already_has() {
    let with_twin = Fixture::standard();
    let entry = check_outcome(&with_twin, LOG_CLEANUP, Outcome::Refused);
    assert_eq!(entry.replacement_sql, None);
    assert!(entry.explanation.contains("idx_terminal_log_created_at"), "{}", entry.explanation);

    let without = Fixture::new(Spec { older_indexes: false, ..Spec::default() });
    let sql = check_outcome(&without, LOG_CLEANUP, Outcome::Refused).replacement_sql.unwrap();
    without.copy_with(&sql);
}

#[test]
fn building_leaves_the_original_and_the_file_alone() {
    let fixture = Fixture::standard();
    let (before, mut opened) = (fixture.sha256(), fixture.open());
    for sql in documented() {
        opened.index(sql.split_whitespace().nth(2).unwrap());
    }
    let StepAnswer::Sizes(sizes) = opened.engine.run(&Step::Sizes).unwrap() else { panic!() };
    let native = fixture.native();
    for name in ACCEPTED {
        assert!(!sizes.iter().any(|size| size.name == name), "{name} is in the file as dropped");
    }
    for size in &sizes {
        assert_eq!(size.bytes, native_bytes(&native, &size.name), "{}", size.name);
        if !size.is_index {
            assert_eq!(
                size.n_rows,
                count(&native, &format!("SELECT count(*) FROM \"{}\"", size.name)),
                "{}",
                size.name
            );
        }
    }
    let n_btrees = count(&native, "SELECT count(DISTINCT name) FROM dbstat");
    assert_eq!(sizes.len() as u64, n_btrees);
    assert_eq!(fixture.sha256(), before);
}

#[test]
fn a_table_that_is_called_like_the_probe_is_in_nobodys_way() {
    let fixture = Fixture::standard()
        .copy_with("CREATE TABLE cortex_probe (x); CREATE INDEX cortex_probe_index ON cortex_probe(x)");
    let judged = fixture.open().judged();
    let refused = judged.migration.iter().filter(|entry| entry.outcome == Outcome::Refused).count();
    assert_eq!(refused, 2);
}
