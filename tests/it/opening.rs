//! What can be dropped: bad files with their reason, and every kind of good one.

use cortex_inspector::domain::database::TableKind;
use cortex_inspector::domain::failure::{Failure, FailureKind};
use cortex_inspector::domain::migration::Outcome;
use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::run::{Step, StepAnswer};
use cortex_inspector::domain::verdict::Verdict;
use cortex_inspector::engine::{Dropped, Engine};

use crate::fixtures::{Fixture, NOW, Opened, Spec, count, dropped, dropped_bytes, one, open_engine, run_everything};
use crate::native;

// Bad input.

#[track_caller]
fn check_failure(files: Vec<Dropped>, kind: FailureKind) -> Failure {
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let failure = Failure::from(&Engine::new().unwrap().open(files).unwrap_err());
    assert_eq!(failure.kind, kind, "{}", failure.message);
    assert!(!failure.message.is_empty() && failure.kind.help().ends_with(['.', '"']), "{}", failure.kind.help());
    assert!(names.is_empty() || names.iter().any(|name| failure.message.contains(name)), "{}", failure.message);
    failure
}

#[track_caller]
fn check_bytes(bytes: &[u8], kind: FailureKind) {
    check_failure(vec![dropped_bytes("dropped.sqlite", bytes)], kind);
}

/// Bytes without any order.
fn random(n: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..n).map(|_| next()).collect()
}

#[test]
fn what_is_no_database_is_told_by_kind() {
    let text = "Dear reader, this is a plain text file.\n".repeat(200);
    check_bytes(b"", FailureKind::Empty);
    check_bytes(text.as_bytes(), FailureKind::NotSqlite);
    check_bytes(b"{}", FailureKind::NotSqlite);
    check_bytes(b"PK\x03\x04 an archive, which is short", FailureKind::NotSqlite);
    check_bytes(&[0; 8192], FailureKind::NotSqlite);
    for n in [1024, 4096, 65_536] {
        check_bytes(&random(n), FailureKind::Encrypted);
    }
    assert_eq!(Failure::from(&Engine::new().unwrap().open(Vec::new()).unwrap_err()).kind, FailureKind::NoFile);
}

#[test]
fn a_damaged_header_is_told_by_kind() {
    let good = Fixture::standard().bytes();
    for page_size in [0_u16, 2, 256, 511, 1000, 4097, 65_535] {
        let mut bytes = good.clone();
        bytes[16..18].copy_from_slice(&page_size.to_be_bytes());
        check_bytes(&bytes, FailureKind::PageSize);
    }
    for end in [1, 15, 16, 17, 60, 99] {
        check_bytes(&good[..end], FailureKind::CutShort);
    }
    // The schema stands on more than the first page.
    for end in [100, 512, 4096] {
        check_bytes(&good[..end], FailureKind::CutShort);
    }
    let mut bytes = good.clone();
    bytes[100..112].fill(0xff);
    let failure = Failure::from(&Engine::new().unwrap().open(vec![dropped_bytes("a.db", &bytes)]).unwrap_err());
    assert_eq!(failure.kind, FailureKind::Corrupt);
    let whole = failure.message.starts_with("The header of a.db tells of");
    assert!(whole && failure.message.ends_with(": database disk image is malformed"), "{failure:?}");
    assert_eq!(failure.sqlite_code, Some(rusqlite::ffi::SQLITE_CORRUPT));
}

#[test]
fn companions_without_their_database_are_told_by_kind() {
    let good = Fixture::standard().bytes();
    for name in ["db.sqlite-wal", "db.sqlite-journal", "db.sqlite-shm"] {
        check_failure(vec![dropped_bytes(name, &good)], FailureKind::JournalWithoutDatabase);
    }
    let database = || dropped_bytes("db.sqlite", &good);
    let failure = check_failure(vec![database(), dropped_bytes("other.sqlite", &good)], FailureKind::TwoDatabases);
    assert!(failure.message.contains("db.sqlite") && failure.message.contains("other.sqlite"));
    check_failure(vec![dropped_bytes("other.sqlite-wal", &[1; 64]), database()], FailureKind::JournalWithoutDatabase);
}

#[test]
fn a_hot_journal_is_rolled_back_in_the_view() {
    let fixture = Fixture::standard();
    let db = fixture.native();
    const CONTENT: &str = "SELECT group_concat(content) FROM (SELECT content FROM terminal_log ORDER BY rowid)";
    let before: String = one(&db, CONTENT);
    db.execute_batch("PRAGMA cache_size = 5; BEGIN; UPDATE terminal_log SET content = 'changed'").unwrap();
    let journal = fixture.beside("db.sqlite-journal");
    let bytes = [std::fs::read(&fixture.path).unwrap(), std::fs::read(&journal).unwrap()];
    let hot = || vec![dropped_bytes("db.sqlite", &bytes[0]), dropped_bytes("db.sqlite-journal", &bytes[1])];

    // Alone, the half-written file shows rows that were never committed; with its journal, what was before.
    let reversed = hot().into_iter().rev().collect();
    for files in [hot(), reversed] {
        let mut engine = Engine::new().unwrap();
        let database = engine.open(files).unwrap();
        assert_eq!(database.notices.len(), 1, "{:?}", database.notices);
        assert!(database.notices[0].contains("rolled back"), "{}", database.notices[0]);
        let native = fixture.beside("recovered.sqlite");
        std::fs::write(&native, &bytes[0]).unwrap();
        std::fs::write(fixture.beside("recovered.sqlite-journal"), &bytes[1]).unwrap();
        assert_eq!(one::<String>(&rusqlite::Connection::open(&native).unwrap(), CONTENT), before);
        let n = count(&db, "SELECT count(*) FROM terminal_log");
        assert_eq!(engine.count_rows("terminal_log").unwrap(), n);
    }

    let mut foreign = hot();
    foreign[1].name = "other.sqlite-journal".into();
    check_failure(foreign, FailureKind::JournalWithoutDatabase);
    db.execute_batch("ROLLBACK").unwrap();

    // What PERSIST and TRUNCATE leave behind is no transaction.
    for mode in ["PERSIST", "TRUNCATE"] {
        db.execute_batch(&format!("PRAGMA journal_mode = {mode}; UPDATE workflow_note SET body = body || 1")).unwrap();
        assert_eq!(std::fs::metadata(&journal).unwrap().len() > 0, mode == "PERSIST");
        let mut engine = Engine::new().unwrap();
        engine.open(vec![dropped(&fixture.path), dropped(&journal)]).unwrap();
        assert_eq!(engine.count_rows("workflow").unwrap(), count(&db, "SELECT count(*) FROM workflow"));
    }
}

#[test]
fn a_good_database_stays_open_when_a_bad_one_fails() {
    let fixture = Fixture::standard();
    let mut opened = fixture.open();
    let n = count(&fixture.native(), "SELECT count(*) FROM terminal_log");
    for bad in [&b""[..], b"text", &fixture.bytes()[..5000]] {
        assert!(opened.engine.open(vec![dropped_bytes("bad", bad)]).is_err());
        assert_eq!(opened.engine.count_rows("terminal_log").unwrap(), n);
    }
    assert!(run_everything(&mut opened, NOW).failed_steps.is_empty());
    opened.engine.close();
    let failure = Failure::from(&opened.engine.run(&Step::Judge).unwrap_err());
    assert_eq!(failure.kind, FailureKind::NotOpen);
}

#[test]
fn unknown_names_are_told_so() {
    let mut opened = Fixture::standard().open();
    for step in
        [Step::BuildIndex("idx_none".into()), Step::MeasureQuery("none".into()), Step::PreviewCleanup("none".into())]
    {
        assert_eq!(Failure::from(&opened.engine.run(&step).unwrap_err()).kind, FailureKind::Unknown, "{step:?}");
    }
    let engine = &mut opened.engine;
    let errors = [
        engine.count_rows("none").unwrap_err(),
        engine.choices("find-by-id", "none").unwrap_err(),
        engine.choices("none", "id").unwrap_err(),
    ];
    errors.iter().for_each(|error| assert_eq!(Failure::from(error).kind, FailureKind::Unknown));
}

/// A page in the middle is damaged: what needs it fails with SQLite's words, the rest is answered.
#[test]
fn a_damaged_page_fails_only_what_reads_it() {
    let fixture = Fixture::standard();
    let (page_size, root) =
        (4096, count(&fixture.native(), "SELECT rootpage FROM sqlite_schema WHERE name = 'terminal_log'"));
    let mut bytes = fixture.bytes();
    let at = (root as usize - 1) * page_size;
    bytes[at..at + page_size].fill(0xff);
    std::fs::write(&fixture.path, &bytes).unwrap();
    let report = fixture.report();
    assert!(!report.failed_steps.is_empty());
    for step in &report.failed_steps {
        assert_eq!(step.message, "database disk image is malformed", "{}", step.step);
    }
    assert_eq!(report.index("idx_workflow_active").unwrap().outcome, Outcome::Created);
    assert!(report.cleanup("clean-up-processed-git-events").unwrap().foreign_keys_on.is_some());
}

// Good input.

/// Everything that is asked is answered, and sizes are SQLite's own.
#[track_caller]
fn check_everything(fixture: &Fixture) -> Report {
    let before = fixture.sha256();
    let report = check_run(&mut fixture.open());
    let db = fixture.native();
    for size in &report.sizes {
        let name = size.name.replace('\'', "''");
        assert_eq!(size.bytes, count(&db, &format!("SELECT sum(pgsize) FROM dbstat WHERE name = '{name}'")), "{name}");
    }
    assert_eq!(report.database.page_count, count(&db, "PRAGMA page_count"));
    assert_eq!(u64::from(report.database.page_size), count(&db, "PRAGMA page_size"));
    assert_eq!(report.database.encoding, one::<String>(&db, "PRAGMA encoding"));
    assert_eq!(report.database.bytes, fixture.bytes().len() as u64);
    assert_eq!(fixture.sha256(), before, "the file was written");
    report
}

#[track_caller]
fn check_run(opened: &mut Opened) -> Report {
    let report = run_everything(opened, NOW);
    assert!(report.failed_steps.is_empty(), "{:#?}", report.failed_steps);
    let catalogue = opened.engine.catalogue();
    assert_eq!(report.migration.len(), catalogue.indexes.len());
    assert_eq!(report.queries.len(), catalogue.queries.len());
    assert_eq!(report.cleanups.len(), catalogue.cleanups.len());
    report
}

#[test]
fn the_overview_is_what_native_sqlite_says() {
    let fixture = Fixture::new(Spec {
        deployed: &["idx_workflow_active"],
        extra: "PRAGMA user_version = 42; CREATE VIEW recent AS SELECT * FROM workflow; DELETE FROM terminal_log",
        statistics: true,
        ..Spec::default()
    });
    let (db, database) = (fixture.native(), fixture.open().database);
    assert_eq!(database.file_name, "db.sqlite");
    assert_eq!(database.user_version, 42);
    assert_eq!(database.views, ["recent"]);
    assert_eq!(database.applied_migrations, [20_251_101_000_001, 20_260_119_000_001], "those that succeeded");
    assert_eq!(database.freelist_count, count(&db, "PRAGMA freelist_count"));
    assert!(database.has_statistics && database.freelist_count > 0 && database.notices.is_empty());
    assert!(database.documented.iter().all(|table| table.present && table.missing_columns.is_empty()));
    assert_eq!((database.journal_mode.as_str(), database.wal_frames), ("delete", 0));

    let names: Vec<&str> = database.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, native::counts(&db).keys().collect::<Vec<_>>());
    for table in &database.tables {
        let list = |sql: &str| -> Vec<String> {
            let mut statement = db.prepare(sql).unwrap();
            statement.query_map([&table.name], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let columns: Vec<String> = table.columns.iter().map(|c| format!("{} {}", c.name, c.declared_type)).collect();
        assert_eq!(columns, list("SELECT name || ' ' || type FROM pragma_table_info(?1)"));
        let mut indexes: Vec<String> = table.indexes.iter().map(|index| index.name.clone()).collect();
        indexes.sort();
        assert_eq!(indexes, list("SELECT name FROM pragma_index_list(?1) ORDER BY name"));
        let statements: Vec<String> = table.indexes.iter().filter_map(|index| index.sql.clone()).collect();
        let mut sorted = statements.clone();
        sorted.sort();
        assert_eq!(
            sorted,
            list(
                "SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL ORDER BY sql"
            )
        );
        let triggers: Vec<&str> = table.triggers.iter().map(|trigger| trigger.name.as_str()).collect();
        assert_eq!(triggers, list("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1"));
        let keys: Vec<String> = table
            .foreign_keys
            .iter()
            .map(|key| format!("{} {} {}", key.columns.join(","), key.parent, key.on_delete))
            .collect();
        assert_eq!(
            keys,
            list("SELECT \"from\" || ' ' || \"table\" || ' ' || on_delete FROM pragma_foreign_key_list(?1)")
        );
    }
    let unindexed: Vec<&str> = database
        .tables
        .iter()
        .filter(|table| table.foreign_keys.iter().any(|key| !key.child_indexed))
        .map(|table| table.name.as_str())
        .collect();
    assert_eq!(unindexed, ["planning_draft", "workflow_note"]);
}

#[test]
fn a_file_with_none_of_the_guides_tables_is_looked_at_all_the_same() {
    let fixture = Fixture::of_sql(
        "CREATE TABLE album (id INTEGER PRIMARY KEY, title TEXT); CREATE INDEX album_title ON album(title);
         INSERT INTO album(title) VALUES ('one'), ('two');",
    );
    let report = check_everything(&fixture);
    assert!(report.database.documented.iter().all(|table| !table.present));
    assert_eq!(report.database.notices.len(), 1);
    assert!(report.migration.iter().all(|entry| entry.outcome == Outcome::NotApplicable));
    for query in &report.queries {
        assert!(query.error.as_ref().is_some_and(|words| words.starts_with("no such table")), "{:?}", query.error);
        assert!(query.before.is_none() && query.plan_before.is_empty());
    }
    let claims = report
        .queries
        .iter()
        .filter_map(|q| q.claim.as_ref())
        .chain(report.cleanups.iter().filter_map(|c| c.claim.as_ref()));
    for claim in claims {
        assert_eq!((claim.before.verdict, claim.after.verdict), (Verdict::NotApplicable, Verdict::NotApplicable));
    }
    let names: Vec<&str> = report.sizes.iter().map(|size| size.name.as_str()).collect();
    assert!(names.contains(&"album") && names.contains(&"album_title"), "{names:?}");
}

#[test]
fn a_database_without_any_table_opens() {
    let fixture = Fixture::of_sql("CREATE TABLE gone (x); DROP TABLE gone;");
    assert!(check_everything(&fixture).database.tables.is_empty());
}

#[test]
fn the_generated_sample_is_answered_to_the_end() {
    let mut opened = crate::fixtures::open_sample();
    let report = check_run(&mut opened);
    assert!(report.database.documented.iter().all(|table| table.present && table.missing_columns.is_empty()));
    let outcomes: Vec<Outcome> =
        Outcome::ALL.into_iter().filter(|o| report.migration.iter().any(|e| e.outcome == *o)).collect();
    assert_eq!(outcomes, [Outcome::Created, Outcome::AlreadyPresent, Outcome::Differs, Outcome::Refused]);
}

#[test]
fn the_same_seed_gives_the_same_sample() {
    let report = |seed| {
        let mut engine = Engine::new().unwrap();
        engine.set_now(NOW);
        let database = engine.open_sample(20, 100, seed, NOW).unwrap();
        let mut opened = Opened { engine, database };
        let StepAnswer::Sizes(sizes) = opened.engine.run(&Step::Sizes).unwrap() else { panic!() };
        (sizes, format!("{:?}", opened.judged().queries), opened.engine.choices("find-by-id", "id").unwrap())
    };
    assert_eq!(report(1), report(1));
    assert_ne!(report(1).2, report(2).2);
}

#[test]
fn every_page_size_and_encoding_is_read() {
    for page_size in (9..=16).map(|n| 1_u32 << n) {
        check_everything(&Fixture::new(Spec { page_size, n_workflows: 12, ..Spec::default() }));
    }
    for encoding in ["UTF-16le", "UTF-16be"] {
        let fixture = Fixture::new(Spec { encoding, n_workflows: 12, ..Spec::default() });
        check_everything(&fixture);
        let choices = fixture.open().engine.choices("find-tasks-by-workflow-with-status", "status").unwrap();
        let sql = "SELECT status, count(*) FROM workflow_task GROUP BY 1 ORDER BY 2 DESC, 1";
        let db = fixture.native();
        let mut statement = db.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))).unwrap();
        let native: Vec<_> = rows.map(|row| row.unwrap()).map(|(status, n)| (status, Some(n as u64))).collect();
        let found: Vec<_> = choices.into_iter().map(|choice| (choice.value.display(), choice.n_rows)).collect();
        assert_eq!(found, native);
    }
}

#[test]
fn auto_vacuum_is_told() {
    use cortex_inspector::domain::database::AutoVacuum;
    for (mode, expected) in
        [("NONE", AutoVacuum::None), ("FULL", AutoVacuum::Full), ("INCREMENTAL", AutoVacuum::Incremental)]
    {
        let fixture = Fixture::standard().copy_with(&format!("PRAGMA auto_vacuum = {mode}; VACUUM"));
        assert_eq!(check_everything(&fixture).database.auto_vacuum, expected);
    }
}

const EVERYTHING_ELSE: &str = r#"
CREATE VIRTUAL TABLE note_text USING fts5(body, content='workflow_note', content_rowid='id');
CREATE TRIGGER note_text_insert AFTER INSERT ON workflow_note BEGIN
    INSERT INTO note_text(rowid, body) VALUES (NEW.id, NEW.body);
END;
CREATE TRIGGER note_text_delete AFTER DELETE ON workflow_note BEGIN
    INSERT INTO note_text(note_text, rowid, body) VALUES ('delete', OLD.id, OLD.body);
END;
INSERT INTO note_text(note_text) VALUES ('rebuild');
CREATE VIRTUAL TABLE area USING rtree(id, x0, x1, y0, y1);
INSERT INTO area VALUES (1, 0, 1, 0, 1), (2, 5, 6, 5, 6);
CREATE VIEW old_workflow AS SELECT * FROM workflow WHERE completed_at < datetime('now', '-30 days');
CREATE VIEW broken AS SELECT * FROM no_such_table;
CREATE TABLE price (net REAL, gross REAL GENERATED ALWAYS AS (net * 1.2) STORED, label AS ('EUR ' || net));
CREATE INDEX price_gross ON price(gross, net + 1, label COLLATE NOCASE);
INSERT INTO price(net) VALUES (1), (2), (9e999);
CREATE TABLE strictly (id INTEGER PRIMARY KEY, at TEXT NOT NULL, what ANY) STRICT;
CREATE TABLE pair (a TEXT, b INTEGER, PRIMARY KEY (b, a)) WITHOUT ROWID;
INSERT INTO pair VALUES ('x', 1), ('y', 2);
CREATE TABLE "it's a ""table"" 🦀" ("col umn" TEXT, [sel;ect] INT REFERENCES "it's a ""table"" 🦀"(rowid_), rowid_ INTEGER PRIMARY KEY);
CREATE INDEX "idx 'of' ""🦀""" ON "it's a ""table"" 🦀"("col umn", [sel;ect]);
INSERT INTO "it's a ""table"" 🦀" VALUES ('a', 1, 1);
CREATE TABLE "таблица" ("столбец" TEXT UNIQUE);
CREATE TABLE counter (id INTEGER PRIMARY KEY AUTOINCREMENT, rowid TEXT);
INSERT INTO counter(rowid) VALUES ('not a number');
CREATE TABLE orphanage (parent_id INTEGER REFERENCES nowhere(id) ON DELETE CASCADE);
"#;

#[test]
fn everything_else_that_a_schema_may_hold_is_read() {
    for statistics in [false, true] {
        let fixture = Fixture::new(Spec { extra: EVERYTHING_ELSE, statistics, ..Spec::default() });
        let database = check_everything(&fixture).database;
        assert_eq!(database.notices, Vec::<String>::new());
        assert_eq!(database.views, ["broken", "old_workflow"]);
        let table = |name: &str| database.table(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!((table("note_text").kind, table("area").kind), (TableKind::Virtual, TableKind::Virtual));
        assert_eq!((table("note_text_data").kind, table("area_node").kind), (TableKind::Shadow, TableKind::Shadow));
        let generated: Vec<bool> = table("price").columns.iter().map(|column| column.generated).collect();
        assert_eq!(generated, [false, true, true]);
        assert_eq!(table("price").indexes[0].columns, ["gross", "<expression>", "label"]);
        assert!(table("strictly").strict && table("pair").without_rowid);
        assert_eq!(table("pair").columns.iter().map(|c| c.primary_key).collect::<Vec<_>>(), [2, 1]);
        let crab = table("it's a \"table\" 🦀");
        assert_eq!(crab.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["col umn", "sel;ect", "rowid_"]);
        assert_eq!(crab.indexes[0].name, "idx 'of' \"🦀\"");
        assert_eq!(crab.foreign_keys[0].parent, crab.name);
        let mut opened = fixture.open();
        for name in ["it's a \"table\" 🦀", "таблица", "pair", "price", "note_text", "area"] {
            let n = count(&fixture.native(), &format!("SELECT count(*) FROM \"{}\"", name.replace('"', "\"\"")));
            assert_eq!(opened.engine.count_rows(name).unwrap(), n, "{name}");
        }
    }
}

#[test]
fn a_virtual_table_of_an_unknown_module_leaves_the_rest_readable() {
    let fixture = Fixture::standard().copy_with(
        "PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema VALUES ('table', 'vectors', 'vectors', 0, 'CREATE VIRTUAL TABLE vectors USING vec0(a float[3])');",
    );
    let report = check_everything(&fixture);
    assert_eq!(report.database.notices.len(), 1);
    assert!(report.database.notices[0].contains("vectors"), "{:?}", report.database.notices);
    assert_eq!(report.index("idx_workflow_active").unwrap().outcome, Outcome::Created);
}

// WAL.

/// A file in WAL mode and its -wal, copied while the application runs.
fn wal_pair(fixture: &Fixture, sql: &str) -> (rusqlite::Connection, std::path::PathBuf, std::path::PathBuf) {
    let db = fixture.native();
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").unwrap();
    db.execute_batch(sql).unwrap();
    let (copy, wal) = (fixture.beside("copy.sqlite"), fixture.beside("copy.sqlite-wal"));
    std::fs::copy(&fixture.path, &copy).unwrap();
    std::fs::copy(fixture.beside("db.sqlite-wal"), &wal).unwrap();
    (db, copy, wal)
}

#[test]
fn a_wal_shows_the_rows_that_were_committed() {
    for page_size in [512, 4096, 65_536] {
        let fixture = Fixture::new(Spec { page_size, n_workflows: 20, ..Spec::default() });
        let (db, copy, wal) = wal_pair(
            &fixture,
            "DELETE FROM terminal_log WHERE rowid % 2; INSERT INTO workflow_note SELECT NULL, id, 'in the wal' FROM workflow;
             PRAGMA cache_size = 5; BEGIN; UPDATE terminal_log SET content = 'uncommitted'; DELETE FROM workflow_note;",
        );
        let bytes = [std::fs::read(&copy).unwrap(), std::fs::read(&wal).unwrap()];
        db.execute_batch("ROLLBACK").unwrap();
        for (at, files) in [[&copy, &wal], [&wal, &copy]].into_iter().enumerate() {
            let mut engine = Engine::new().unwrap();
            let database = engine.open(files.iter().map(|path| dropped(path)).collect()).unwrap();
            assert_eq!((database.file_name.as_str(), database.journal_mode.as_str()), ("copy.sqlite", "wal"));
            assert_eq!(database.bytes, bytes[0].len() as u64);
            assert_eq!(database.wal_frames, (bytes[1].len() as u64 - 32) / (u64::from(page_size) + 24));
            assert_eq!(database.page_count, count(&db, "PRAGMA page_count"));
            assert!(database.notices.is_empty(), "{:?}", database.notices);
            for (table, n) in native::counts(&db) {
                assert_eq!(engine.count_rows(&table).unwrap(), n, "{table}");
            }
            // The order in which they were dropped is forgotten by then, and a run takes its time.
            if at == 0 && page_size == 512 {
                check_run(&mut Opened { engine, database });
            }
        }
        assert_eq!([std::fs::read(&copy).unwrap(), std::fs::read(&wal).unwrap()], bytes, "a file was written");
    }
}

/// What SQLite does with a `-wal` that is not the database's own is told, be it a notice or a failure.
#[track_caller]
fn check_wal_notice(database: &[u8], wal: &[u8], words: &str) {
    let files = vec![dropped_bytes("db.sqlite", database), dropped_bytes("db.sqlite-wal", wal)];
    let said = match Engine::new().unwrap().open(files) {
        Ok(database) => database.notices.join(" "),
        Err(error) => Failure::from(&error).message,
    };
    assert!(said.contains(words), "{said}");
}

#[test]
fn a_wal_that_is_not_the_files_own_is_told() {
    let pair = |n_workflows, page_size, change: &str| {
        let fixture = Fixture::new(Spec { page_size, n_workflows, ..Spec::default() });
        let (_db, copy, wal) = wal_pair(&fixture, change);
        (std::fs::read(copy).unwrap(), std::fs::read(wal).unwrap())
    };
    let (small, mut own) = pair(5, 4096, "DELETE FROM terminal_log WHERE rowid % 2");
    let (_, of_larger) = pair(60, 4096, "UPDATE terminal_log SET content = content || hex(zeroblob(900))");
    let (_, other_size) = pair(5, 1024, "DELETE FROM terminal_log WHERE rowid % 2");
    check_wal_notice(&small, &of_larger, "neither in it nor in the database");
    check_wal_notice(&small, &other_size, "pages of 1024 bytes");
    check_wal_notice(&small, &[7; 5000], "no header that SQLite accepts");
    // Another salt: left over from before a checkpoint.
    own[32 + 8] ^= 1;
    check_wal_notice(&small, &own, "left over");
}

#[test]
fn a_database_that_stands_in_its_wal_alone_opens() {
    let fixture = Fixture::of_sql("PRAGMA journal_mode = WAL");
    let (db, copy, wal) = wal_pair(&fixture, "CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3)");
    let mut engine = Engine::new().unwrap();
    let database = engine.open(vec![dropped(&copy), dropped(&wal)]).unwrap();
    assert_eq!(database.page_count, count(&db, "PRAGMA page_count"));
    assert_eq!(engine.count_rows("t").unwrap(), 3);
}

#[test]
fn a_file_in_wal_mode_without_its_wal_says_what_may_be_missing() {
    let fixture = Fixture::standard().copy_with("PRAGMA journal_mode = WAL");
    let database = open_engine(&fixture.path).database;
    assert_eq!((database.journal_mode.as_str(), database.wal_frames, database.notices.len()), ("wal", 0, 1));
    assert!(database.notices[0].contains("-wal"));
    check_everything(&fixture);
}

#[test]
fn a_shm_beside_is_ignored_and_an_empty_wal_does_no_harm() {
    let fixture = Fixture::standard();
    let n = count(&fixture.native(), "SELECT count(*) FROM workflow");
    for beside in [dropped_bytes("db.sqlite-shm", &[1; 32_768]), dropped_bytes("db.sqlite-wal", &[])] {
        let mut engine = Engine::new().unwrap();
        let database = engine.open(vec![beside, dropped(&fixture.path)]).unwrap();
        assert_eq!((database.wal_frames, engine.count_rows("workflow").unwrap()), (0, n));
    }
}

/// Bytes that are no log of this database change nothing: SQLite's checksums see to it.
#[test]
fn a_wal_of_nonsense_changes_nothing() {
    let fixture = Fixture::standard().copy_with("PRAGMA journal_mode = WAL");
    let n = count(&fixture.native(), "SELECT count(*) FROM workflow");
    let mut engine = Engine::new().unwrap();
    engine.open(vec![dropped(&fixture.path), dropped_bytes("db.sqlite-wal", &random(100_000))]).unwrap();
    assert_eq!(engine.count_rows("workflow").unwrap(), n);
}

// Where the bytes come from.

#[test]
fn promoting_the_file_into_memory_changes_no_answer() {
    let fixture = Fixture::standard();
    let mut opened = fixture.open();
    let lazy = format!("{:?}", opened.judged());
    let total = fixture.bytes().len() as u64;
    let mut copied = 0;
    while copied < total {
        let promotion = opened.engine.base().unwrap().promote_step(64 << 10).unwrap();
        assert_eq!(promotion.total, total);
        assert!(promotion.copied > copied);
        copied = promotion.copied;
        let n = count(&fixture.native(), "SELECT count(*) FROM terminal");
        assert_eq!(opened.engine.count_rows("terminal").unwrap(), n);
    }
    assert_eq!(format!("{:?}", opened.judged()), lazy);
}
