//! Findings about a file's own indexes: defects planted alone and together, and nothing found where there are none.

use std::collections::BTreeSet;

use cortex_inspector::domain::finding::{Finding, derive};
use cortex_inspector::domain::index_findings::IndexStatistics;
use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::run::Step;
use cortex_inspector::domain::verdict::Statistics;
use rusqlite::Connection;

use crate::fixtures::{Fixture, NOW, count};
use crate::native;

const RULES: [&str; 6] = [
    "index-duplicate",
    "index-redundant",
    "index-low-cardinality",
    "index-unused-by-documentation",
    "statistics-missing",
    "statistics-stale",
];

fn inspected(fixture: &Fixture) -> (Report, Vec<Finding>) {
    let mut opened = fixture.open();
    let environment = opened.engine.environment().unwrap();
    let mut report = Report::new(NOW, environment, opened.database.clone());
    for step in [Step::Judge, Step::Analyze, Step::Sizes] {
        report.absorb(opened.engine.run(&step).unwrap());
    }
    let findings = derive(&report, opened.engine.catalogue());
    let findings = findings.into_iter().filter(|finding| RULES.contains(&finding.rule.as_str())).collect();
    (report, findings)
}

/// A number of no great regularity for each place.
fn mixed(seed: u64, place: u64, end: u64) -> u64 {
    let n = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ place.wrapping_mul(0xd134_2543_de82_ef95);
    (n ^ (n >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(31) % end
}

/// Tables of one's own beside one of the guide's, each with indexes that are worth having.
fn clean_schema(seed: u64) -> String {
    let mut sql = String::from(
        "CREATE TABLE workflow (id TEXT PRIMARY KEY, project_id TEXT, name TEXT, status TEXT, created_at TEXT, completed_at TEXT);
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 300)
         INSERT INTO workflow SELECT 'w' || n, 'p' || (n % 30), 'name ' || n, 'status ' || (n % 20), '2026-01-01 ' || n, NULL FROM n;
         CREATE INDEX idx_workflow_project_id ON workflow(project_id);\n",
    );
    for table in 0..1 + mixed(seed, 1, 3) {
        let n_rows = 150 + mixed(seed, 10 + table, 200);
        let strict = if mixed(seed, 20 + table, 2) == 0 { "" } else { " STRICT" };
        sql.push_str(&format!(
            "CREATE TABLE \"t {table}\" (id INTEGER PRIMARY KEY, a INT, b INT, \"c d\" TEXT UNIQUE, few INT){strict};
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {n_rows})
             INSERT INTO \"t {table}\" SELECT n, n / 3, n / 2, 'c' || n, n % {} FROM n;
             CREATE INDEX \"i {table}\" ON \"t {table}\"(a, b);\n",
            2 + mixed(seed, 30 + table, 5)
        ));
        if mixed(seed, 40 + table, 2) == 0 {
            // Neither is a prefix of the other: order, collation, WHERE and uniqueness tell them apart.
            sql.push_str(&format!(
                "CREATE INDEX \"d {table}\" ON \"t {table}\"(a DESC);
                 CREATE INDEX \"n {table}\" ON \"t {table}\"(a COLLATE NOCASE);
                 CREATE INDEX \"w {table}\" ON \"t {table}\"(a, b) WHERE b > 10;
                 CREATE UNIQUE INDEX \"u {table}\" ON \"t {table}\"(b, id);\n"
            ));
        }
    }
    sql
}

/// Statements that plant a defect, and the rule with what the finding names.
fn defects(seed: u64) -> [(String, &'static str, &'static str); 4] {
    let spelled = ["(a, b)", "(\"a\" ASC, [b])", "( A , B )"][mixed(seed, 50, 3) as usize];
    let prefix = ["(a)", "(\"a\" ASC)"][mixed(seed, 51, 2) as usize];
    [
        (format!("CREATE INDEX \"planted twin\" ON \"t 0\"{spelled};"), RULES[0], "planted twin"),
        (format!("CREATE INDEX planted_prefix ON \"t 0\"{prefix};"), RULES[1], "planted_prefix"),
        ("CREATE INDEX planted_few ON \"t 0\"(few);".into(), RULES[2], "planted_few"),
        ("CREATE INDEX planted_unused ON workflow(name, id);".into(), RULES[3], "planted_unused"),
    ]
}

/// The plans of all documented statements, as native SQLite has them with the same values.
fn plans(db: &Connection, report: &Report) -> Vec<String> {
    let queries = report.queries.iter().map(|query| (&query.sql, native::values(&query.parameters)));
    let all = queries.chain(report.cleanups.iter().map(|cleanup| (&cleanup.sql, Vec::new())));
    all.map(|(sql, values)| format!("{:#?}", native::plan(db, sql, &values).unwrap_or_default())).collect()
}

#[track_caller]
fn check(what: &str, fixture: &Fixture, expect: &[(&str, &str)]) -> Vec<Finding> {
    let (report, findings) = inspected(fixture);
    let found: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    let expected: BTreeSet<&str> = expect.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(found, expected, "{what}: {findings:#?}");
    assert_eq!(findings.len(), expect.len(), "{what}: {findings:#?}");
    for (rule, named) in expect {
        let finding = findings.iter().find(|finding| finding.rule == *rule).unwrap();
        assert!(finding.title.contains(named) || finding.evidence.contains(named), "{what}: {finding:#?}");
        let Some(fix) = &finding.fix_sql else { panic!("{what}: {finding:#?}") };
        if fix.starts_with("DROP INDEX") {
            let before = plans(&native::with_keys(&fixture.path, true), &report);
            let fixed = fixture.copy_with(fix);
            assert_eq!(plans(&native::with_keys(&fixed.path, true), &report), before, "{what}: {fix}");
            let size = count(&fixture.native(), &format!("SELECT sum(pgsize) FROM dbstat WHERE name = '{named}'"));
            assert!(report.sizes.iter().any(|entry| entry.name == *named && entry.bytes == size));
        }
    }
    // All that is advised can be done at once, and then nothing is left of it.
    let drops = findings.iter().filter_map(|finding| finding.fix_sql.as_deref());
    let fixed = fixture.copy_with(&drops.collect::<Vec<_>>().join("\n"));
    assert_eq!(inspected(&fixed).1, [], "{what}: after the fixes");
    findings
}

#[test]
fn planted_defects_are_found_and_clean_files_have_none() {
    for seed in 1..=64 {
        let mut sql = clean_schema(seed);
        let mut expect = Vec::new();
        // Alone in the first ones, then together; every eighth file is clean.
        let planted: Vec<usize> = match seed {
            1..=4 => vec![seed as usize - 1],
            _ if seed % 8 == 0 => Vec::new(),
            _ => (0..4).filter(|at| mixed(seed, 60 + at, 2) == 0).map(|at| at as usize).collect(),
        };
        let defects = defects(seed);
        for at in planted {
            let (statement, rule, named) = &defects[at];
            sql.push_str(statement);
            expect.push((*rule, *named));
        }
        match if seed % 8 == 0 { 2 } else { mixed(seed, 70, 4) } {
            0 => expect.push(("statistics-missing", "sqlite_stat1")),
            1 => {
                sql.push_str("ANALYZE; DELETE FROM workflow WHERE rowid > 100;");
                expect.push(("statistics-stale", "`workflow` has 100 rows and `sqlite_stat1` says 300"));
            }
            _ => sql.push_str("ANALYZE;"),
        }
        check(&format!("schema {seed}"), &Fixture::of_sql(&sql), &expect);
    }
}

#[test]
fn what_a_documented_plan_or_a_foreign_key_needs_is_not_to_be_dropped() {
    let fixture = Fixture::of_sql(&format!(
        "{} CREATE TABLE child (id INTEGER PRIMARY KEY, few INT REFERENCES \"t 0\"(id));
         INSERT INTO child SELECT id, 1 + id % 3 FROM \"t 0\"; CREATE INDEX of_key ON child(few); ANALYZE;",
        clean_schema(3)
    ));
    let (_, findings) = inspected(&fixture);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!((finding.rule.as_str(), &finding.fix_sql), ("index-low-cardinality", &None));
    assert!(finding.evidence.contains("foreign key"), "{}", finding.evidence);
}

#[test]
fn a_duplicate_of_a_documented_index_is_the_one_to_go() {
    let fixture = Fixture::of_sql(&format!(
        "{} CREATE INDEX a_twin ON workflow(status, created_at DESC) WHERE status NOT IN ('completed', 'failed', 'cancelled');
         CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC) WHERE status NOT IN ('completed', 'failed', 'cancelled');
         ANALYZE;",
        clean_schema(3)
    ));
    let (report, _) = inspected(&fixture);
    let [relation] = report.index_relations.as_slice() else { panic!("{:#?}", report.index_relations) };
    assert_eq!((relation.index.as_str(), relation.other.as_str()), ("a_twin", "idx_workflow_active"));
}

#[test]
fn rows_of_sqlite_stat1_are_read_as_far_as_they_are_numbers() {
    let parse = |stat| {
        IndexStatistics::parse(Statistics::Fresh, "t", Some("i"), stat).map(|row| (row.n_rows, row.avg_rows_per_key))
    };
    assert_eq!(parse("300 10 1"), Some((300, vec![10, 1])));
    assert_eq!(parse("300 10 unordered sz=12"), Some((300, vec![10])));
    assert_eq!(parse("300"), Some((300, vec![])));
    assert_eq!(parse("many"), None);
    assert_eq!(parse(""), None);
}
