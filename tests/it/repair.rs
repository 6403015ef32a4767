//! The corrected migration, applied by native SQLite to the file that it was made for, and then inspected again.

use std::collections::BTreeSet;

use cortex_inspector::domain::migration::{IndexReport, Outcome};
use cortex_inspector::domain::repair::{Repair, file_name, repair};
use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::run::Step;
use rusqlite::Connection;

use crate::fixtures::{ACCEPTED, Fixture, NOW, ProjectIds, Spec, count, documented, documented_sql, one};
use crate::native;

const STREAMING: &str = "idx_terminal_log_streaming";
const LOG_CLEANUP: &str = "idx_terminal_log_cleanup";

/// What the repair is made from, without the costs of queries and clean-ups.
fn inspected(fixture: &Fixture) -> (Report, Repair) {
    let mut opened = fixture.open();
    let environment = opened.engine.environment().unwrap();
    let mut report = Report::new(NOW, environment, opened.database.clone());
    let catalogue = opened.engine.catalogue().clone();
    let builds = catalogue.indexes.iter().map(|index| Step::BuildIndex(index.name.clone()));
    for step in std::iter::once(Step::Judge).chain(builds).chain([Step::Analyze]) {
        report.absorb(opened.engine.run(&step).unwrap());
    }
    let repair = repair(&report, &catalogue);
    (report, repair)
}

/// Type, name, table and statement of everything but statistics, white space aside.
fn schema(db: &Connection) -> BTreeSet<[String; 4]> {
    let sql = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema";
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement
        .query_map([], |row| {
            let sql: String = row.get(3)?;
            let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
            Ok([row.get(0)?, row.get(1)?, row.get(2)?, sql])
        })
        .unwrap();
    rows.map(|row| row.unwrap()).collect()
}

#[track_caller]
fn apply(db: &Connection, sql: &str) {
    db.execute_batch(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

/// Rows of every status into the five tables, on a copy.
#[track_caller]
fn check_writes(fixture: &Fixture) {
    let copy = fixture.copy();
    let db = copy.native();
    for table in ["workflow", "workflow_task", "terminal", "terminal_log", "git_event"] {
        let sql =
            "SELECT name FROM pragma_table_info(?1) WHERE (SELECT type FROM sqlite_schema WHERE name = ?1) = 'table'";
        let mut statement = db.prepare(sql).unwrap();
        let columns: Vec<String> =
            statement.query_map([table], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        if columns.is_empty() {
            continue;
        }
        let all = ["created", "running", "completed", "pending", "processed", "working", "cancelled"];
        for (n, status) in all.into_iter().enumerate() {
            let values = columns.iter().map(|column| match column.as_str() {
                "status" | "process_status" => format!("'{status}'"),
                "id" => format!("'new-{n}'"),
                name if name.ends_with("_at") => "'2026-11-20 11:30:00'".into(),
                name => format!("'{name} {n}'"),
            });
            let values = values.collect::<Vec<_>>().join(", ");
            apply(&db, &format!("INSERT INTO {table} VALUES ({values})"));
        }
    }
}

/// What an entry may be once the file is repaired.
fn is_settled(entry: &IndexReport) -> bool {
    match entry.outcome {
        Outcome::AlreadyPresent => entry.error.is_none(),
        // Its cause is outside of what a migration of indexes may touch, or the file has the index by another name.
        Outcome::Refused => entry.error.is_some() && entry.replacement_sql.is_none(),
        Outcome::Differs => entry.stands_corrected() || (entry.error.is_some() && entry.replacement_sql.is_none()),
        Outcome::NotApplicable => true,
        Outcome::Created => false,
    }
}

/// Everything that is promised of a repair. Returns the file after it, and both reports.
#[track_caller]
fn check(what: &str, fixture: &Fixture) -> (Fixture, Report, Repair) {
    let before = fixture.sha256();
    let (report, repair) = inspected(fixture);
    assert_eq!(fixture.sha256(), before, "{what}: the file was written");
    let (up, down) = (repair.up(), repair.down());

    let repaired = fixture.copy_with("");
    let (dropped, rows) = (schema(&fixture.native()), native::counts(&fixture.native()));
    apply(&repaired.native(), &up);
    let once = schema(&repaired.native());
    apply(&repaired.native(), &up);
    assert_eq!(schema(&repaired.native()), once, "{what}: applied twice");
    assert_eq!(native::counts(&repaired.native()), rows, "{what}: rows are none of its business");
    assert_eq!(one::<String>(&repaired.native(), "PRAGMA integrity_check"), "ok", "{what}");
    let whole = fixture.copy();
    apply(&whole.native(), &format!("BEGIN;\n{}\nCOMMIT;", repair.to_sql()));
    assert_eq!(schema(&whole.native()), once, "{what}: with the way back as a comment, in a transaction");
    check_writes(&repaired);

    let (again, nothing) = inspected(&repaired);
    for entry in &again.migration {
        assert!(is_settled(entry), "{what}: {entry:#?}\n{up}");
        let was = report.index(&entry.index).unwrap();
        let kept = was.stands_corrected();
        if !matches!(was.outcome, Outcome::Refused | Outcome::NotApplicable) && was.error.is_none() && !kept {
            assert_eq!(entry.outcome, Outcome::AlreadyPresent, "{what}: {}", entry.index);
        }
        if was.replacement_sql.is_some() {
            assert!(entry.stands_corrected(), "{what}: {entry:#?}");
        }
    }
    // Claims about an index that was not as documented could not be judged under statistics before.
    let next = nothing.up();
    let statements: Vec<&str> = next.lines().filter(|line| !line.starts_with("--") && !line.is_empty()).collect();
    assert!(statements.is_empty() || (statements == ["ANALYZE;"] && !up.contains("ANALYZE")), "{what}: {statements:?}");
    assert_eq!(nothing.n_statements(), statements.len());
    assert_eq!(next.contains("Nothing needs to be changed."), statements.is_empty());

    for _ in 0..2 {
        apply(&repaired.native(), &down);
        assert_eq!(schema(&repaired.native()), dropped, "{what}: taken back\n{down}");
    }
    apply(&repaired.native(), &up);
    (repaired, report, repair)
}

fn empty() -> Spec {
    Spec { n_workflows: 0, ..Spec::default() }
}

fn small() -> Spec {
    Spec { n_workflows: 12, ..Spec::default() }
}

const DRIFT: &str = "
CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC);
CREATE INDEX idx_workflow_completed_cleanup ON workflow(project_id, completed_at)
  WHERE status IN (lower('COMPLETED'), 'failed', 'cancelled') AND completed_at IS NOT NULL -- as a later one has it
;
CREATE INDEX IDX_TERMINAL_ACTIVE ON terminal_log(created_at);
CREATE UNIQUE INDEX idx_git_event_cleanup ON git_event(id);
";

#[test]
fn a_file_of_every_kind_is_repaired_and_taken_back() {
    let text = ProjectIds::Text;
    for (what, spec) in [
        ("as dropped", Spec::default()),
        ("no rows", empty()),
        ("text ids", Spec { project_ids: text, ..small() }),
        ("without older indexes", Spec { older_indexes: false, ..small() }),
        ("migrated", Spec { deployed: &ACCEPTED, ..small() }),
        ("analyzed", Spec { statistics: true, ..small() }),
        ("UTF-16, small pages", Spec { encoding: "UTF-16le", page_size: 512, ..small() }),
        ("drifted", Spec { extra: DRIFT, ..small() }),
        ("drifted, no rows", Spec { extra: DRIFT, ..empty() }),
        ("writes broken", Spec { deployed: &[STREAMING, LOG_CLEANUP], ..empty() }),
        ("writes broken, no twin", Spec { deployed: &[STREAMING, LOG_CLEANUP], older_indexes: false, ..empty() }),
        (
            "writes broken by a drifted definition",
            Spec {
                extra: "CREATE INDEX idx_terminal_log_cleanup ON terminal_log(created_at) WHERE created_at < datetime('now')",
                older_indexes: false,
                ..empty()
            },
        ),
        (
            "corrected already",
            Spec { extra: "CREATE INDEX idx_terminal_log_streaming ON terminal_log(terminal_id, created_at DESC)", ..small() },
        ),
        (
            "drifted where the guide's own is refused",
            Spec { extra: "CREATE INDEX idx_terminal_log_streaming ON terminal_log(created_at, terminal_id)", ..small() },
        ),
        ("no table", Spec { extra: "DROP TABLE terminal_log", ..small() }),
        ("no column", Spec { extra: "ALTER TABLE workflow DROP COLUMN completed_at", ..small() }),
        (
            "another index where a column is missing",
            Spec {
                extra: "ALTER TABLE workflow DROP COLUMN completed_at;
                        CREATE INDEX idx_workflow_completed_cleanup ON workflow(name)",
                ..small()
            },
        ),
        ("name taken by a table", Spec { extra: "CREATE TABLE idx_workflow_active (x)", ..small() }),
        (
            "a view for a table",
            Spec { extra: "DROP TABLE terminal_log; CREATE VIEW terminal_log AS SELECT 1 AS created_at", ..small() },
        ),
        (
            "the only index of a foreign key goes",
            Spec {
                extra: "DROP INDEX idx_git_event_workflow_id;
                        CREATE INDEX idx_git_event_workflow_status ON git_event(workflow_id, process_status, created_at)",
                ..small()
            },
        ),
        (
            "names that need quotes, and one that is taken",
            Spec {
                extra: "CREATE TABLE \"order by \"\"x\"\"\" (\"group\" TEXT REFERENCES terminal(id), a REFERENCES workflow, \"a b\" REFERENCES git_event);
                        CREATE TABLE \"idx_planning_draft_workflow_id\" (x);
                        CREATE INDEX idx_workflow_note_workflow_id ON workflow_note(body)",
                ..small()
            },
        ),
    ] {
        check(what, &Fixture::new(spec));
    }
    check("of another application", &Fixture::of_sql("CREATE TABLE t (a, b); CREATE INDEX i ON t (a)"));
}

/// A number of no great regularity for each place.
fn mixed(seed: u64, place: u64, end: u64) -> u64 {
    let n = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ place.wrapping_mul(0xd134_2543_de82_ef95);
    (n ^ (n >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(31) % end
}

#[test]
fn any_mixture_of_missing_drifted_and_documented_indexes_is_repaired() {
    for seed in 1..=16 {
        let fixture = Fixture::new(Spec {
            n_workflows: if seed % 3 == 0 { 0 } else { 6 },
            older_indexes: seed % 2 == 0,
            statistics: seed % 5 == 0,
            ..Spec::default()
        });
        let db = fixture.native();
        for (place, sql) in documented().into_iter().enumerate() {
            let without_where = sql.split("WHERE").next().unwrap().to_owned();
            let variant = match mixed(seed, place as u64, 6) {
                0 => sql,
                1 => without_where,
                2 => without_where.replace(")", ", id)"),
                3 => sql.replace("status", "upper(status)").replace("process_upper(status)", "process_status"),
                _ => continue,
            };
            // Some are refused where there are rows, as they would have been.
            let _ = db.execute_batch(&variant);
        }
        drop(db);
        check(&format!("mixture {seed}"), &fixture);
    }
}

#[test]
fn the_standard_file_gets_what_it_lacks() {
    let (repaired, _, repair) = check("standard", &Fixture::standard());
    let (up, db) = (repair.up(), repaired.native());
    for name in ACCEPTED {
        let sql: String = one(&db, &format!("SELECT sql FROM sqlite_schema WHERE name = '{name}'"));
        assert_eq!(sql + ";", documented_sql(name));
    }
    let streaming: String = one(&db, &format!("SELECT sql FROM sqlite_schema WHERE name = '{STREAMING}'"));
    assert!(!streaming.contains("WHERE"), "{streaming}");
    assert_eq!(count(&db, &format!("SELECT count(*) FROM sqlite_schema WHERE name = '{LOG_CLEANUP}'")), 0);
    assert!(up.contains("non-deterministic use of datetime() in an index"), "{up}");
    assert!(up.contains("idx_terminal_log_created_at"), "says which index is there already: {up}");
    for (table, column) in [("workflow_note", "workflow_id"), ("planning_draft", "workflow_id")] {
        assert!(up.contains(&format!("CREATE INDEX IF NOT EXISTS idx_{table}_{column} ON {table}({column});")), "{up}");
        let n = count(&db, &format!("SELECT count(*) FROM sqlite_schema WHERE name = 'idx_{table}_{column}'"));
        assert_eq!(n, 1);
    }
    assert!(!up.contains("DROP INDEX"), "nothing has to go: {up}");
    let statements = up.lines().filter(|line| line.starts_with("CREATE INDEX") || *line == "ANALYZE;").count();
    assert_eq!(repair.n_statements(), statements);
    assert_eq!(
        up.contains("\nANALYZE;"),
        count(&db, "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'") > 0
    );
}

#[test]
fn an_index_that_the_migration_creates_anyway_is_not_made_twice_for_a_foreign_key() {
    let (repaired, ..) = check("bare", &Fixture::new(Spec { older_indexes: false, ..small() }));
    let db = repaired.native();
    let indexes =
        |table: &str| count(&db, &format!("SELECT count(*) FROM pragma_index_list('{table}') WHERE origin = 'c'"));
    // Documented: two on workflow_task, of which one starts with workflow_id and holds every row.
    assert_eq!(indexes("workflow_task"), 2);
    // Documented: three, all partial; the keys to workflow and to terminal need one each.
    assert_eq!(indexes("git_event"), 5);
    // The two replacements, which start with terminal_id and with created_at.
    assert_eq!(indexes("terminal_log"), 2);
}

#[test]
fn no_rows_can_be_lost_to_an_index_that_breaks_writes_once_it_is_repaired() {
    let fixture = Fixture::new(Spec { deployed: &[STREAMING, LOG_CLEANUP], ..empty() });
    let insert = "INSERT INTO terminal_log VALUES ('l', 'x', 'a line', '2026-11-20 11:30:00')";
    assert!(fixture.copy().native().execute_batch(insert).is_err());
    let (repaired, _, repair) = check("broken", &fixture);
    apply(&repaired.native(), insert);
    assert!(
        repair.up().contains(&format!("DROP INDEX IF EXISTS {STREAMING};\nCREATE INDEX IF NOT EXISTS {STREAMING}"))
    );
    // With a row in it the table does not take the broken index back: all else is restored, and SQLite says why.
    let error = repaired.native().execute_batch(&repair.down()).unwrap_err();
    assert!(error.to_string().contains("non-deterministic"), "{error}");
}

#[test]
fn a_report_in_which_not_everything_was_asked_says_so() {
    let mut opened = Fixture::new(small()).open();
    let (environment, catalogue) = (opened.engine.environment().unwrap(), opened.engine.catalogue().clone());
    let mut report = Report::new(NOW, environment, opened.database.clone());
    let unasked = repair(&report, &catalogue);
    assert!(unasked.up().contains("INCOMPLETE") && unasked.up().contains("was not asked yet"), "{}", unasked.up());
    assert_eq!(unasked.n_statements(), 2, "foreign keys are known from the schema");
    report.absorb(opened.engine.run(&Step::Judge).unwrap());
    assert!(repair(&report, &catalogue).up().contains("INCOMPLETE"));

    let complete = repair(&Fixture::new(small()).report(), &catalogue).up();
    assert!(!complete.contains("INCOMPLETE"), "{complete}");
    let version = rusqlite::version();
    assert!(complete.contains(&format!("SQLite {version}")) && complete.contains("db.sqlite"), "{complete}");
}

#[test]
fn nothing_in_a_name_gets_out_of_its_comment() {
    let fixture = Fixture::new(small());
    let (mut report, _) = inspected(&fixture);
    report.database.file_name = "a\nDROP TABLE workflow; --\r\u{0}.db".into();
    let words = "near \"x\nDELETE FROM workflow;\": syntax error".to_owned();
    report
        .migration
        .iter_mut()
        .filter(|entry| entry.error.is_some())
        .for_each(|entry| entry.error = Some(words.clone()));
    report.migration[0].outcome = Outcome::NotApplicable;
    let repair = repair(&report, fixture.open().engine.catalogue());
    let copy = fixture.copy_with(&repair.to_sql());
    assert_eq!(native::counts(&copy.native()), native::counts(&fixture.native()));
}

#[test]
fn the_file_is_named_after_the_database() {
    assert_eq!(file_name("db.sqlite"), "db-corrected-migration.sql");
    assert_eq!(file_name("my.db.backup"), "my.db-corrected-migration.sql");
    assert_eq!(file_name(".sqlite"), "database-corrected-migration.sql");
}
