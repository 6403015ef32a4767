//! Files with planted defects: each is found under its rule with the right name, and a file without any has none.

use std::collections::BTreeMap;

use cortex_inspector::domain::finding::{Finding, Subject, derive};
use cortex_inspector::domain::index_findings::IndexStatistics;
use cortex_inspector::domain::query::QueryReport;
use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::run::Step;
use cortex_inspector::domain::verdict::Statistics;
use fastrand::Rng;
use rusqlite::{Connection, StatementStatus};

use crate::fixtures::{ACCEPTED, Fixture, NOW, documented_sql};
use crate::native;

/// The rules that a schema, its rows and its statistics alone decide.
const RULES: [&str; 14] = [
    "index-missing",
    "index-differs",
    "migration-statement-refused",
    "index-breaks-writes",
    "index-duplicate",
    "index-redundant",
    "index-low-cardinality",
    "index-unused-by-documentation",
    "foreign-key-without-index",
    "partial-index-unused",
    "index-larger-than-worth",
    "statistics-missing",
    "statistics-stale",
    "statistics-harmful",
];

fn inspected(fixture: &Fixture) -> (Report, Vec<Finding>) {
    let mut opened = fixture.open();
    let environment = opened.engine.environment().unwrap();
    let mut report = Report::new(NOW, environment, opened.database.clone());
    for step in [Step::Analyze, Step::Sizes, Step::TryWithout] {
        report.absorb(opened.engine.run(&step).unwrap());
    }
    let findings = derive(&report, opened.engine.catalogue());
    let findings = findings.into_iter().filter(|finding| RULES.contains(&finding.rule.as_str())).collect();
    (report, findings)
}

/// What a file is to have wrong, by its rule and a word that the finding must hold.
type Planted = BTreeMap<&'static str, String>;

/// A file in the making: statements before its rows, those after them, and those after ANALYZE.
struct Plan {
    rng: Rng,
    planted: Planted,
    terminal_logs: u32,
    /// Text that makes the rows of a table wide, so that its indexes are small against it.
    wide_terminals: bool,
    /// How far back the times reach.
    days: u32,
    indexes: BTreeMap<&'static str, String>,
    more: String,
    analyze: bool,
    last: String,
}

/// Most have finished, and long ago: what SQLite then learns from ANALYZE makes no plan worse.
const STATUS: &str =
    "CASE n % 12 WHEN 0 THEN 'failed' WHEN 1 THEN 'cancelled' WHEN 2 THEN 'created' WHEN 3 THEN 'running'
    ELSE 'completed' END";

impl Plan {
    /// Without a defect: the documented indexes stand there, those that SQLite refuses without their WHERE.
    fn clean(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut indexes: BTreeMap<&str, String> = ACCEPTED.iter().map(|name| (*name, documented_sql(name))).collect();
        for (name, on) in [
            ("idx_terminal_log_streaming", "terminal_log(terminal_id, created_at DESC)"),
            ("idx_terminal_log_cleanup", "terminal_log(created_at)"),
            ("idx_git_event_workflow_id", "git_event(workflow_id)"),
            ("idx_git_event_terminal_id", "git_event(terminal_id)"),
        ] {
            indexes.insert(name, format!("CREATE INDEX {name} ON {on};"));
        }
        let terminal_logs = rng.u32(300..500);
        Self {
            rng,
            planted: Planted::new(),
            terminal_logs,
            wide_terminals: true,
            days: 797,
            indexes,
            more: String::new(),
            analyze: true,
            last: String::new(),
        }
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.rng.usize(..of.len())]
    }

    fn file(mut self) -> (Fixture, Planted, String) {
        let mut sql = String::from("PRAGMA synchronous = OFF; BEGIN;\n");
        sql += &self.application();
        for n in 0..self.rng.usize(1..4) {
            sql += &self.other(n);
        }
        self.indexes.values().for_each(|index| sql += &format!("{index}\n"));
        sql += &self.more;
        sql += "COMMIT;\n";
        if self.analyze {
            sql += "ANALYZE;\n";
        }
        sql += &self.last;
        (Fixture::of_sql(&sql), self.planted, sql)
    }

    /// The five tables, with types and further columns of their own.
    fn application(&mut self) -> String {
        let rows = |n: u32| format!("WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {n})");
        let id = self.pick(&["TEXT PRIMARY KEY", "TEXT NOT NULL PRIMARY KEY", "VARCHAR(36) PRIMARY KEY"]);
        let time = self.pick(&["TEXT", "DATETIME", "TIMESTAMP"]);
        let project = self.pick(&["TEXT", "BLOB"]);
        let extra = self.pick(&["note", "\"more of it\"", "[Select]", "payload"]);
        let (n_workflows, n_tasks) = (self.rng.u32(200..400), self.rng.u32(300..500));
        let (n_terminals, n_events) = (self.rng.u32(300..500), self.rng.u32(300..500));
        let n_logs = self.terminal_logs;
        let wide = format!("hex(zeroblob({}))", self.rng.u32(150..300));
        let wide_terminal = if self.wide_terminals { wide.as_str() } else { "''" };
        let at = format!("datetime('2026-11-20', '-' || (n % {}) || ' days', '-' || n || ' minutes')", self.days);
        let done = format!("CASE WHEN {STATUS} IN ('completed', 'failed', 'cancelled') THEN {at} END");
        format!(
            "CREATE TABLE workflow (id {id}, project_id {project}, name TEXT, status TEXT, created_at {time}, completed_at {time}, {extra});
             CREATE TABLE workflow_task (id {id}, workflow_id TEXT REFERENCES workflow(id) ON DELETE CASCADE, status TEXT,
                 order_index INTEGER, created_at {time}, {extra});
             CREATE TABLE terminal (id {id}, workflow_task_id TEXT REFERENCES workflow_task(id) ON DELETE CASCADE, status TEXT,
                 order_index INT, started_at {time}, completed_at {time}, {extra});
             CREATE TABLE terminal_log (id {id}, terminal_id TEXT REFERENCES terminal(id) ON DELETE CASCADE, created_at {time}, {extra});
             CREATE TABLE git_event (id {id}, workflow_id TEXT REFERENCES workflow ON DELETE CASCADE,
                 terminal_id TEXT REFERENCES terminal(id) ON DELETE SET NULL, process_status TEXT, created_at {time}, processed_at {time}, {extra});
             {} INSERT INTO workflow SELECT 'w' || n, CAST('p' || (n % 40) AS {project}), 'name ' || n, {STATUS}, {at}, {done}, {wide} FROM n;
             {} INSERT INTO workflow_task SELECT 't' || n, 'w' || (1 + n * 7 % {n_workflows}),
                 CASE n % 5 WHEN 0 THEN 'pending' WHEN 1 THEN 'running' ELSE 'completed' END, n % 4, {at}, {wide} FROM n;
             {} INSERT INTO terminal SELECT 'x' || n, 't' || (1 + n * 5 % {n_tasks}), {STATUS}, n % 3, {at}, {done}, {wide_terminal} FROM n;
             {} INSERT INTO git_event SELECT 'g' || n, 'w' || (1 + n * 3 % {n_workflows}), 'x' || (1 + n * 11 % {n_terminals}),
                 CASE n % 6 WHEN 0 THEN 'pending' WHEN 1 THEN 'processing' ELSE 'processed' END, {at}, {at}, {wide} FROM n;
             {} INSERT INTO terminal_log SELECT 'l' || n, 'x' || (1 + n % {n_terminals}), {at}, {wide} FROM n WHERE n <= {n_logs};\n",
            rows(n_workflows),
            rows(n_tasks),
            rows(n_terminals),
            rows(n_events),
            rows(n_logs.max(1)),
        )
    }

    /// A table of one's own, with indexes that are worth having. The first one is there in every file.
    fn other(&mut self, n: usize) -> String {
        let n_rows = self.rng.u32(150..350);
        let options = self.pick(&["", " STRICT", " WITHOUT ROWID"]);
        let id = self.pick(&["INTEGER", "INT"]);
        let few = self.rng.u32(2..7);
        let mut sql = format!(
            "CREATE TABLE \"t {n}\" (id {id} PRIMARY KEY, a INT, b INT, \"c d\" TEXT UNIQUE, few INT, m INT AS (a + 1)){options};
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {n_rows})
             INSERT INTO \"t {n}\" SELECT n, n / 3, n / 2, 'c' || n, n % {few} FROM n;
             CREATE INDEX \"i {n}\" ON \"t {n}\"(a, b);\n"
        );
        // None is a prefix of another: order, collation, WHERE, expression and uniqueness tell them apart.
        for (name, definition) in [
            ("d", "(a DESC)"),
            ("n", "(a COLLATE NOCASE)"),
            ("w", "(a, b) WHERE b > 10"),
            ("e", "(a + 2, b)"),
            ("g", "(m)"),
        ] {
            if self.rng.bool() {
                sql += &format!("CREATE INDEX \"{name} {n}\" ON \"t {n}\"{definition};\n");
            }
        }
        sql
    }

    fn plant(&mut self, rule: &'static str) {
        let named: String;
        match rule {
            "index-missing" => {
                named = self.pick(&["idx_workflow_active", "idx_terminal_active", "idx_git_event_cleanup"]).into();
                self.indexes.remove(named.as_str());
            }
            "index-differs" => {
                named = "idx_workflow_task_active".into();
                let other = self.pick(&[
                    "(status, created_at)",
                    "(created_at, status) WHERE status IN ('pending', 'running', 'review_pending')",
                ]);
                self.indexes
                    .insert("idx_workflow_task_active", format!("CREATE INDEX {named} ON workflow_task{other};"));
            }
            "migration-statement-refused" => {
                named = "idx_terminal_log_streaming".into();
                let renamed = "CREATE INDEX of_logs ON terminal_log(terminal_id, created_at DESC);";
                self.indexes.insert("idx_terminal_log_streaming", renamed.into());
            }
            "index-breaks-writes" => {
                named = "idx_terminal_log_cleanup".into();
                self.terminal_logs = 0;
                self.indexes.insert("idx_terminal_log_cleanup", documented_sql("idx_terminal_log_cleanup"));
            }
            "index-duplicate" => {
                let spelled = self.pick(&["(a, b)", "(\"a\" ASC, [b])", "( A , B )"]);
                named = "planted twin".into();
                self.more += &format!("CREATE INDEX \"{named}\" ON \"t 0\"{spelled};\n");
            }
            "index-redundant" => {
                let spelled = self.pick(&["(a)", "(\"a\" ASC)"]);
                named = "planted_prefix".into();
                self.more += &format!("CREATE INDEX {named} ON \"t 0\"{spelled};\n");
            }
            "index-low-cardinality" => {
                named = "planted_few".into();
                self.more += &format!("CREATE INDEX {named} ON \"t 0\"(few);\n");
            }
            "index-unused-by-documentation" => {
                named = "planted_unused".into();
                let on = self.pick(&["workflow(name, id)", "terminal(order_index, id)", "git_event(created_at, id)"]);
                self.more += &format!("CREATE INDEX {named} ON {on};\n");
            }
            "foreign-key-without-index" => {
                named = self.pick(&["planted note", "planted_child"]).into();
                let parent = self.pick(&["workflow", "terminal", "git_event"]);
                self.more += &format!(
                    "CREATE TABLE \"{named}\" (id INTEGER PRIMARY KEY, parent TEXT REFERENCES {parent}(id));\n"
                );
            }
            "partial-index-unused" => {
                named = "planted_partial".into();
                let on = self.pick(&[
                    "workflow(name) WHERE name > 'm'",
                    "workflow(project_id, created_at) WHERE status = 'ready'",
                    "terminal(workflow_task_id) WHERE order_index > 1",
                    "git_event(workflow_id, created_at) WHERE lower(process_status) = 'pending'",
                ]);
                self.more += &format!("CREATE INDEX {named} ON {on};\n");
            }
            "index-larger-than-worth" => {
                named = "idx_terminal_cleanup".into();
                self.wide_terminals = false;
            }
            "statistics-missing" => {
                named = "sqlite_stat1".into();
                self.analyze = false;
            }
            "statistics-stale" => {
                // A small table has no index of low cardinality.
                let few = self.planted.contains_key("index-low-cardinality");
                named = self.pick(if few { &["workflow"] } else { &["workflow", "t 0"] }).into();
                self.last += &format!(
                    "DELETE FROM \"{named}\" WHERE id IN (SELECT id FROM \"{named}\" LIMIT (SELECT count(*) * 2 / 3 FROM \"{named}\"));\n"
                );
            }
            "statistics-harmful" => {
                named = "find-tasks-by-workflow".into();
                self.last +=
                    "UPDATE sqlite_stat1 SET stat = '400 400 400 400' WHERE idx = 'idx_workflow_task_workflow_status';
                    DELETE FROM sqlite_stat4 WHERE idx = 'idx_workflow_task_workflow_status';\n";
            }
            other => panic!("{other}"),
        }
        self.planted.insert(rule, named);
    }
}

/// The steps of all documented statements' plans, as native SQLite has them with the same values.
fn plans(db: &Connection, report: &Report) -> Vec<Vec<String>> {
    let queries = report.queries.iter().map(|query| (&query.sql, native::values(&query.parameters)));
    let all = queries.chain(report.cleanups.iter().map(|cleanup| (&cleanup.sql, Vec::new())));
    let plans = all.map(|(sql, values)| native::plan(db, sql, &values).unwrap_or_default());
    plans.map(|plan| plan.into_iter().map(|row| row.detail).collect()).collect()
}

fn names(finding: &Finding, named: &str) -> bool {
    let words = [Some(&finding.title), Some(&finding.evidence), finding.fix_sql.as_ref()];
    let subject = |about: &Subject| about.id() == named;
    words.into_iter().flatten().any(|text| text.contains(named)) || finding.about.iter().any(subject)
}

#[track_caller]
fn check(what: &str, fixture: &Fixture, planted: &Planted) -> (Report, Vec<Finding>) {
    let (report, findings) = inspected(fixture);
    let found: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    let mut sorted = found.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, planted.keys().copied().collect::<Vec<_>>(), "{what}: {findings:#?}");
    for finding in &findings {
        let named = &planted[finding.rule.as_str()];
        assert!(names(finding, named), "{what} does not name {named}: {finding:#?}");
    }
    (report, findings)
}

/// Nothing that is dropped changes a documented plan, and what is put right is not found again.
#[track_caller]
fn check_fixes(what: &str, fixture: &Fixture, report: &Report, findings: &[Finding]) {
    let before = plans(&native::with_keys(&fixture.path, true), report);
    let mut fixes = String::new();
    for finding in findings {
        let Some(fix) = &finding.fix_sql else { continue };
        fixes += &format!("{fix}\n");
        if fix.starts_with("DROP INDEX") && !fix.contains("CREATE") {
            let fixed = fixture.copy_with(fix);
            assert_eq!(plans(&native::with_keys(&fixed.path, true), report), before, "{what}: {fix}");
        }
    }
    let again = inspected(&fixture.copy_with(&fixes)).1;
    for finding in findings.iter().filter(|finding| finding.fix_sql.is_some()) {
        let same = again.iter().find(|other| other.rule == finding.rule && other.title == finding.title);
        assert!(same.is_none(), "{what}: after\n{fixes}\n{same:#?}");
    }
}

#[test]
fn a_clean_file_has_no_finding() {
    for seed in 0..50 {
        let (fixture, planted, sql) = Plan::clean(seed).file();
        check(&format!("clean file {seed}\n{sql}"), &fixture, &planted);
    }
}

#[test]
fn each_defect_alone_is_found() {
    for seed in 0..8 {
        for rule in RULES {
            let mut plan = Plan::clean(1000 + seed);
            plan.plant(rule);
            let (fixture, planted, sql) = plan.file();
            let what = format!("{rule} {seed}\n{sql}");
            let (report, findings) = check(&what, &fixture, &planted);
            if seed % 4 == 0 {
                check_fixes(&what, &fixture, &report, &findings);
            }
        }
    }
}

#[test]
fn several_defects_at_once_are_all_found() {
    check_several(0..70);
}

/// A test of its own, so that it runs beside the other one.
#[test]
fn several_more_defects_at_once_are_all_found() {
    check_several(70..140);
}

fn check_several(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut plan = Plan::clean(2000 + seed);
        for rule in RULES {
            let excluded = match rule {
                // Without statistics none are stale, and SQLite uses the large index.
                "statistics-missing" => plan.planted.contains_key("index-larger-than-worth"),
                "statistics-stale" | "statistics-harmful" => plan.planted.contains_key("statistics-missing"),
                _ => false,
            };
            if !excluded && plan.rng.u8(..3) == 0 {
                plan.plant(rule);
            }
        }
        let (fixture, planted, sql) = plan.file();
        let what = format!("several {seed}: {:?}\n{sql}", planted.keys());
        let (report, findings) = check(&what, &fixture, &planted);
        if seed % 10 == 0 {
            check_fixes(&what, &fixture, &report, &findings);
        }
    }
}

/// Steps of one run natively, on the file after `sql`.
fn native_steps(fixture: &Fixture, sql: &str, query: &QueryReport) -> u64 {
    let db = native::with_keys(&fixture.copy_with(sql).path, true);
    let (sql, values) = (native::at(NOW, &query.sql), native::values(&query.parameters));
    let status = native::status(&db, &sql, &values);
    status(StatementStatus::VmStep).try_into().unwrap()
}

const WITHOUT_STATISTICS: &str = "DELETE FROM sqlite_stat1; DELETE FROM sqlite_stat4;";

/// The figures of a harmful finding are native SQLite's, and so is what the fix makes of them.
#[track_caller]
fn check_harm(plan: Plan, statistics: Statistics, with: &str, without: &str) -> Vec<Finding> {
    let (fixture, ..) = plan.file();
    let (report, findings) = inspected(&fixture);
    let harmful: Vec<_> = report.statistics_effects.iter().filter(|effect| effect.is_harmful()).collect();
    assert!(!harmful.is_empty(), "{:#?}", report.statistics_effects);
    for effect in harmful {
        assert_eq!(effect.statistics, statistics);
        let Subject::Query(id) = &effect.statement else { continue };
        // Measured with the same values.
        let query = fixture.open().query(id);
        let steps = |sql: &str| native_steps(&fixture, sql, &query);
        assert_eq!(effect.with.unwrap().vm_steps, steps(with), "{id} with statistics");
        assert_eq!(effect.without.unwrap().vm_steps, steps(without), "{id} without statistics");
        let Some(fix) = &effect.fix else { continue };
        assert_eq!(fix.with.vm_steps, steps(&fix.sql), "{id} after {}", fix.sql);
        assert!(fix.with.vm_steps < effect.with.unwrap().vm_steps);
    }
    findings
}

#[test]
fn harm_of_the_files_statistics_is_what_native_sqlite_measures() {
    let mut plan = Plan::clean(5);
    plan.plant("statistics-harmful");
    let findings = check_harm(plan, Statistics::OfFile, "", WITHOUT_STATISTICS);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!(finding.fix_sql.as_deref(), Some("ANALYZE;"));
}

/// Where ANALYZE itself is what harms, it is not advised alone.
#[test]
fn harm_of_fresh_statistics_is_told_before_anyone_runs_analyze() {
    let mut plan = Plan::clean(5);
    (plan.days, plan.analyze) = (60, false);
    let findings = check_harm(plan, Statistics::Fresh, "ANALYZE", "");
    let of = |rule: &str| findings.iter().find(|finding| finding.rule == rule).unwrap();
    assert_eq!(of("statistics-missing").fix_sql, None);
    let harmful = of("statistics-harmful");
    assert!(harmful.title.starts_with("ANALYZE would make "), "{}", harmful.title);
    assert!(harmful.fix_sql.as_ref().is_none_or(|sql| sql.starts_with("ANALYZE;\nDELETE FROM sqlite_stat1")));
}

#[test]
fn what_a_documented_plan_or_a_foreign_key_needs_is_not_to_be_dropped() {
    let mut plan = Plan::clean(3);
    plan.more += "CREATE TABLE child (id INTEGER PRIMARY KEY, few INT REFERENCES \"t 0\"(id));
        INSERT INTO child SELECT id, 1 + id % 3 FROM \"t 0\"; CREATE INDEX of_key ON child(few);";
    let (_, findings) = inspected(&plan.file().0);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!((finding.rule.as_str(), &finding.fix_sql), ("index-low-cardinality", &None));
    assert!(finding.evidence.contains("foreign key"), "{}", finding.evidence);
}

#[test]
fn a_duplicate_of_a_documented_index_is_the_one_to_go() {
    let mut plan = Plan::clean(3);
    plan.more += &documented_sql("idx_workflow_active").replace("idx_workflow_active", "a_twin");
    let (report, _) = inspected(&plan.file().0);
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

/// An index that SQLite takes although the whole table is what the statement wants.
#[test]
fn an_index_that_plans_use_may_still_save_nothing() {
    let mut plan = Plan::clean(7);
    plan.last = format!(
        "UPDATE workflow SET status = 'running' WHERE rowid % 30; DROP INDEX idx_workflow_active; {WITHOUT_STATISTICS}
         CREATE INDEX planted_large ON workflow(status, name || '{}');",
        "long ".repeat(80)
    );
    let (fixture, ..) = plan.file();
    let (report, findings) = inspected(&fixture);
    let large = report.large_indexes.iter().find(|large| large.index == "planted_large").unwrap();
    assert!(!large.savings.is_empty() && !large.saves(), "{large:#?}");
    let finding = findings.iter().find(|finding| finding.rule == "index-larger-than-worth").unwrap();
    assert!(finding.evidence.contains("`list-running-workflows` takes "), "{}", finding.evidence);
    assert_eq!(finding.fix_sql, None, "plans would change");
}

#[test]
fn a_clean_up_that_fails_proves_nothing() {
    let report = Fixture::standard().report();
    let failed: Vec<_> = report.cleanups.iter().filter(|cleanup| !cleanup.blocking.is_empty()).collect();
    assert!(!failed.is_empty());
    for cleanup in failed {
        assert!(report.statistics_effects.iter().all(|effect| effect.statement.id() != cleanup.id));
    }
}
