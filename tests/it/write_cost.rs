//! What an index costs on writes: measured on copies of whatever tables people have, and never on the file.

use cortex_inspector::domain::measuring::quartiles;
use cortex_inspector::domain::migration::IndexReport;

use crate::fixtures::{ACCEPTED, Fixture, Spec};

/// The five tables are of the application; what is said of them differs from the standard fixture by `extra`.
#[track_caller]
fn measured(extra: &'static str, index: &str) -> IndexReport {
    let fixture = Fixture::new(Spec { extra, ..Spec::default() });
    let before = fixture.sha256();
    let entry = fixture.open().index(index);
    assert_eq!(fixture.sha256(), before, "the file was written");
    entry
}

#[track_caller]
fn check_cost(entry: &IndexReport) {
    let Some(cost) = &entry.write_cost else { panic!("{}: {:?}", entry.index, entry.write_cost_unknown) };
    assert_eq!(entry.write_cost_unknown, None);
    for per_s in
        [cost.inserts_per_s_with, cost.inserts_per_s_without, cost.updates_per_s_with, cost.updates_per_s_without]
    {
        assert!((100..50_000_000).contains(&per_s), "{}: {cost:?}", entry.index);
    }
    assert!(cost.n_samples >= 5 && cost.n_rows_per_sample >= 64, "{cost:?}");
    for (extra, [low, high]) in
        [(cost.insert_extra_ns, cost.insert_extra_quartiles_ns), (cost.update_extra_ns, cost.update_extra_quartiles_ns)]
    {
        assert!(low <= extra && extra <= high, "{cost:?}");
    }
    let sentence = cost.sentence();
    assert!(sentence.starts_with("Each INSERT takes ") && sentence.ends_with('.'), "{sentence}");
}

#[test]
fn every_accepted_index_has_a_cost_built_or_deployed() {
    for deployed in [&[][..], &ACCEPTED] {
        let mut opened = Fixture::new(Spec { deployed, ..Spec::default() }).open();
        ACCEPTED.iter().for_each(|name| check_cost(&opened.index(name)));
    }
}

/// An index with wide entries makes each write dearer beyond what a busy machine blurs.
#[test]
fn an_index_costs_time_on_every_write() {
    let wide =
        "CREATE INDEX idx_workflow_task_workflow_status ON workflow_task(workflow_id, hex(zeroblob(8000)), status);";
    let entry = measured(wide, "idx_workflow_task_workflow_status");
    check_cost(&entry);
    let cost = entry.write_cost.unwrap();
    assert!(cost.insert_extra_ns > 0 && cost.update_extra_ns > 0, "{cost:?}");
    assert!(cost.insert_extra().ends_with(" more"), "{}", cost.insert_extra());
}

/// Keys, constraints, triggers and columns as people have them: rows are made up that fit.
#[test]
fn rows_are_made_up_whatever_the_table_asks_of_them() {
    let odd = [
        // A key of several columns, one of them in the index.
        "CREATE UNIQUE INDEX one_order ON workflow_task(workflow_id, id, order_index);",
        "CREATE UNIQUE INDEX once ON workflow_task(created_at, id);",
        // Neither a trigger nor a constraint has a say.
        "CREATE TRIGGER stop BEFORE INSERT ON workflow_task BEGIN SELECT raise(ABORT, 'no'); END;
         CREATE TRIGGER stop_too BEFORE UPDATE ON workflow_task BEGIN SELECT raise(ABORT, 'no'); END;",
        "ALTER TABLE workflow_task ADD COLUMN twice AS (order_index * 2); CREATE INDEX of_twice ON workflow_task(twice);",
        "CREATE TABLE kept AS SELECT * FROM workflow_task; DROP TABLE workflow_task;
         CREATE TABLE workflow_task (id TEXT NOT NULL CHECK (length(id) < 9), workflow_id BLOB, name TEXT, status TEXT,
             order_index INT, created_at TEXT, PRIMARY KEY (workflow_id, id)) WITHOUT ROWID, STRICT;
         INSERT INTO workflow_task SELECT id, CAST(workflow_id AS BLOB), name, status, order_index, created_at FROM kept;",
        "CREATE TABLE kept AS SELECT * FROM workflow_task; DROP TABLE workflow_task;
         CREATE TABLE workflow_task (id INTEGER PRIMARY KEY AUTOINCREMENT, workflow_id TEXT, name TEXT, status TEXT UNIQUE,
             order_index INT UNIQUE, created_at REAL UNIQUE, rowid TEXT);
         INSERT INTO workflow_task SELECT NULL, workflow_id, name, id, n, n / 2.0, 'no rowid'
             FROM (SELECT *, row_number() OVER () AS n FROM kept);",
    ];
    for extra in odd {
        println!("{extra}");
        check_cost(&measured(extra, "idx_workflow_task_workflow_status"));
        check_cost(&measured(extra, "idx_workflow_task_active"));
    }
}

#[test]
fn what_cannot_be_measured_says_why() {
    let empty = measured("DELETE FROM workflow_task;", "idx_workflow_task_active");
    assert_eq!(empty.write_cost_unknown.as_deref(), Some("`workflow_task` has no rows to copy."));
    assert_eq!(empty.write_cost, None);
    // Another index of the table breaks every INSERT.
    let breaks = "CREATE TABLE kept AS SELECT * FROM workflow_task; DELETE FROM workflow_task;
        CREATE INDEX breaks ON workflow_task(name) WHERE created_at > datetime('now');
        PRAGMA writable_schema = ON;
        CREATE TABLE hidden AS SELECT * FROM sqlite_schema WHERE name = 'breaks';
        DELETE FROM sqlite_schema WHERE name = 'breaks'; PRAGMA writable_schema = RESET;
        INSERT INTO workflow_task SELECT * FROM kept; PRAGMA writable_schema = ON;
        INSERT INTO sqlite_schema SELECT * FROM hidden; PRAGMA writable_schema = RESET;";
    let broken = measured(breaks, "idx_workflow_task_active").write_cost_unknown.unwrap();
    assert!(broken.contains("non-deterministic use of datetime()"), "{broken}");
}

#[test]
fn quartiles_are_samples() {
    assert_eq!(quartiles(&[]), None);
    assert_eq!(quartiles(&[-4]), Some([-4, -4, -4]));
    assert_eq!(quartiles(&[5, 1, 3]), Some([3, 3, 5]));
    assert_eq!(quartiles(&[1, 2, 3, 4, 5]), Some([2, 3, 4]));
}
