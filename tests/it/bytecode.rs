//! The program of a statement, against native SQLite's EXPLAIN.

use cortex_inspector::domain::bytecode::Opcode;
use rusqlite::Connection;

use crate::fixtures::{Fixture, Spec, migrate_natively};
use crate::native;

/// Opcodes of native EXPLAIN; root pages are the file's own and left out.
fn natively(db: &Connection, sql: &str, n_parameters: usize) -> Vec<(i64, String)> {
    let mut statement = db.prepare(&format!("EXPLAIN {sql}")).unwrap();
    let nulls = vec![rusqlite::types::Value::Null; n_parameters];
    let rows = statement.query_map(rusqlite::params_from_iter(nulls), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn names(opcodes: &[Opcode]) -> Vec<(i64, String)> {
    opcodes.iter().map(|opcode| (opcode.addr, opcode.opcode.clone())).collect()
}

#[test]
fn the_program_is_native_sqlites_with_a_step_for_each_loop() {
    let fixture = Fixture::new(Spec { n_workflows: 20, ..Spec::default() });
    let after = fixture.copy();
    migrate_natively(&after.native());
    let (db, db_after) = (native::with_keys(&fixture.path, true), native::with_keys(&after.path, true));
    let mut opened = fixture.open();
    let judged = opened.judged();
    for query in &judged.queries {
        let values = native::values(&query.parameters);
        for (migrated, db, plan) in [(false, &db, &query.plan_before), (true, &db_after, &query.plan_after)] {
            let opcodes = opened.engine.bytecode(&query.id, &values, migrated).unwrap();
            assert_eq!(opcodes.first().map(|opcode| opcode.opcode.as_str()), Some("Init"));
            if query.parameters.is_empty() {
                assert_eq!(names(&opcodes), natively(db, &query.sql, 0), "{}", query.id);
            }
            for row in plan {
                let of_step: Vec<&str> =
                    opcodes.iter().filter(|o| o.step == Some(row.id)).map(|o| o.opcode.as_str()).collect();
                assert!(of_step.contains(&"Explain"), "{} lacks {}: {of_step:?}", query.id, row.detail);
                if row.detail.starts_with("SCAN ") {
                    assert!(of_step.contains(&"Rewind") && of_step.contains(&"Next"), "{}: {of_step:?}", query.id);
                }
                if row.detail.starts_with("SCAN ") || row.detail.starts_with("SEARCH ") {
                    assert!(of_step.contains(&"OpenRead"), "{}: {} {of_step:?}", query.id, row.detail);
                }
                if row.detail.contains("ORDER BY") {
                    let fills = ["SorterInsert", "IdxInsert"].iter().any(|name| of_step.contains(name));
                    assert!(fills, "{}: {of_step:?}", query.id);
                }
            }
            let serves = |name: &str| opcodes.iter().filter(|o| o.opcode == name).any(|o| o.step.is_some());
            assert!(!serves("Init") && !serves("Transaction"), "{}", query.id);
        }
    }
    for cleanup in &judged.cleanups {
        let opcodes = opened.engine.bytecode(&cleanup.id, &[], false).unwrap();
        assert_eq!(names(&opcodes), natively(&db, &cleanup.sql, 0), "{}", cleanup.id);
        let n_programs = opcodes.iter().filter(|opcode| opcode.addr == 0).count();
        assert_eq!(opcodes.iter().map(|opcode| opcode.program as usize).max(), Some(n_programs - 1), "{}", cleanup.id);
        assert!(opcodes.iter().all(|opcode| opcode.program == 0 || opcode.step.is_none()));
    }
    assert!(opened.engine.bytecode("no-such-statement", &[], false).is_err());
}
