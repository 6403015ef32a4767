//! The repair that makes every claim hold: promised by the engine, applied by native SQLite, and dropped again.

use std::collections::BTreeSet;

use cortex_inspector::domain::plan::{Step as PlanStep, accesses_of};
use cortex_inspector::domain::repair::{Repair, repair};
use cortex_inspector::domain::repair_trial::{RepairTrial, RewriteKind};
use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::run::Step;
use cortex_inspector::domain::value::Value;
use cortex_inspector::domain::verdict::{Statistics, Verdict};
use cortex_inspector::engine::Engine;
use rusqlite::Connection;

use crate::fixtures::{ACCEPTED, Fixture, NOW, Spec};
use crate::native;

struct Inspected {
    engine: Engine,
    report: Report,
}

impl Inspected {
    /// Everything that the repair is made from.
    fn new(fixture: &Fixture) -> Self {
        let mut opened = fixture.open();
        let environment = opened.engine.environment().unwrap();
        let mut report = Report::new(NOW, environment, opened.database.clone());
        let builds = opened.engine.catalogue().indexes.iter().map(|index| Step::BuildIndex(index.name.clone()));
        let steps: Vec<Step> =
            std::iter::once(Step::Judge).chain(builds).chain([Step::Analyze, Step::Repair]).collect();
        for step in steps {
            report.absorb(opened.engine.run(&step).unwrap());
        }
        Self { engine: opened.engine, report }
    }

    fn trial(&self) -> &RepairTrial {
        self.report.repair.as_ref().unwrap()
    }

    fn repair(&self) -> Repair {
        repair(&self.report, self.engine.catalogue())
    }

    /// The documented statement's text and the values that a report has for it.
    fn statement(&self, id: &str) -> (String, Vec<Value>) {
        match self.report.query(id) {
            Some(query) => (query.sql.clone(), native::values(&query.parameters)),
            None => (self.report.cleanup(id).unwrap().sql.clone(), Vec::new()),
        }
    }
}

fn schema(db: &Connection) -> BTreeSet<[String; 3]> {
    let sql = "SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'";
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let sql: String = row.get(2)?;
        Ok([row.get(0)?, row.get(1)?, sql.split_whitespace().collect::<Vec<_>>().join(" ")])
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Whether native SQLite's plan on the file searches the index, or walks one that holds just what is asked for.
#[track_caller]
fn check_native(what: &str, inspected: &Inspected, file: &Fixture, kind: Statistics) {
    let db = native::with_keys(&file.path, true);
    for claim in inspected.trial().claims.iter().filter(|claim| claim.holds_with.contains(&kind)) {
        let (sql, values) = inspected.statement(&claim.id);
        let plan = native::plan(&db, &native::at(NOW, &sql), &values).unwrap();
        let uses: Vec<PlanStep> = accesses_of(&plan, &claim.index).collect();
        let in_full = || claim.judgement.reason.contains("nothing is read in vain");
        let searched = uses.iter().any(|step| matches!(step, PlanStep::Search(_)));
        assert!(searched || (!uses.is_empty() && in_full()), "{what}: {} with {kind:?}: {plan:#?}", claim.id);
    }
}

/// All that is promised of the smallest set. Returns how many claims apply, and how many of them hold then.
#[track_caller]
fn check(what: &str, fixture: &Fixture) -> (usize, usize) {
    let before = fixture.sha256();
    let mut inspected = Inspected::new(fixture);
    assert_eq!(fixture.sha256(), before, "{what}: the file was written");
    let smallest = inspected.repair().smallest();
    let (up, down) = (smallest.up(), smallest.down());

    let repaired = fixture.copy_with(&up);
    let once = schema(&repaired.native());
    repaired.native().execute_batch(&up).unwrap_or_else(|error| panic!("{what}, twice: {error}\n{up}"));
    assert_eq!(schema(&repaired.native()), once, "{what}: applied twice");
    let back = repaired.copy_with(&down);
    assert_eq!(schema(&back.native()), schema(&fixture.native()), "{what}: taken back\n{down}");

    let statistics = if inspected.report.database.has_statistics || up.contains("\nANALYZE;") {
        Statistics::Fresh
    } else {
        Statistics::None
    };
    check_native(what, &inspected, &repaired, statistics);
    check_native(what, &inspected, &repaired.copy_with("ANALYZE"), Statistics::Fresh);

    let judged = inspected.engine.judge_repair(&smallest.statements()).unwrap().expect("SQLite takes the statements");
    for claim in &inspected.trial().claims {
        let now = judged.iter().find(|other| other.id == claim.id).unwrap();
        assert_eq!(now.judgement, claim.judgement, "{what}: the ticked set of {} is the proven one", claim.id);
    }

    let again = Inspected::new(&repaired);
    let ups: Vec<String> = again.repair().smallest().statements();
    assert!(ups.is_empty(), "{what}: the repaired file needs {ups:?}\n{up}");
    let mut n_applicable = 0;
    let mut n_hold = 0;
    for (id, claim) in again.report.claims() {
        let promised = inspected.trial().claim(id).unwrap();
        if promised.judgement.verdict == Verdict::NotApplicable {
            continue;
        }
        n_applicable += 1;
        if promised.judgement.verdict == Verdict::Holds {
            n_hold += 1;
            assert_eq!(claim.before.verdict, Verdict::Holds, "{what}: {id} dropped again: {}", claim.before.reason);
        }
    }
    (n_applicable, n_hold)
}

fn small() -> Spec {
    Spec { n_workflows: 24, ..Spec::default() }
}

/// After ANALYZE a scan is cheaper than an index for a statement that returns most of its table.
#[test]
fn every_claim_holds_but_one_that_asks_for_nearly_the_whole_table() {
    for (what, spec) in [
        ("as dropped", Spec::default()),
        ("analyzed", Spec { statistics: true, ..Spec::default() }),
        ("migrated", Spec { deployed: &ACCEPTED, ..Spec::default() }),
        ("without older indexes", Spec { older_indexes: false, ..Spec::default() }),
    ] {
        let fixture = Fixture::new(spec);
        let (n_applicable, n_hold) = check(what, &fixture);
        assert_eq!(n_applicable, 20, "{what}");
        assert!(n_hold >= 19, "{what}: {n_hold} of {n_applicable}");
    }
}

#[test]
fn every_claim_holds_where_few_rows_are_old() {
    let sql = "UPDATE terminal_log SET created_at = datetime('2026-11-20 09:30:00', '-' || (rowid % 24) || ' hours')
               WHERE rowid % 40 <> 0";
    let fixture = Fixture::standard().copy_with(sql);
    assert_eq!(check("few old logs", &fixture), (20, 20));
}

#[test]
fn a_file_of_any_kind_is_repaired_as_promised() {
    let drift = "CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC)
                   WHERE status NOT IN (lower('COMPLETED'), 'failed', 'cancelled');
                 CREATE INDEX idx_git_event_cleanup ON git_event(workflow_id, processed_at);
                 CREATE INDEX idx_workflow_project_status ON workflow(project_id, status);
                 CREATE INDEX idx_terminal_log_streaming ON terminal_log(created_at);";
    for (what, spec) in [
        ("drifted", Spec { extra: drift, ..small() }),
        ("no rows", Spec { n_workflows: 0, ..Spec::default() }),
        ("no column", Spec { extra: "ALTER TABLE workflow DROP COLUMN completed_at", ..small() }),
        ("no table", Spec { extra: "DROP TABLE git_event", ..small() }),
        (
            "broken writes",
            Spec {
                deployed: &["idx_terminal_log_streaming", "idx_terminal_log_cleanup"],
                n_workflows: 0,
                ..Spec::default()
            },
        ),
        (
            "covering",
            Spec {
                extra: "CREATE INDEX \"every thing\" ON terminal_log(created_at, terminal_id, content, id)",
                ..small()
            },
        ),
        ("UTF-16", Spec { encoding: "UTF-16le", page_size: 512, ..small() }),
    ] {
        check(what, &Fixture::new(spec));
    }
    check("of another application", &Fixture::of_sql("CREATE TABLE t (a, b); CREATE INDEX i ON t (a)"));
}

#[test]
fn any_choice_is_judged_as_native_sqlite_plans_it() {
    let fixture = Fixture::standard();
    let mut inspected = Inspected::new(&fixture);
    let offered: Vec<String> = inspected.repair().offered().map(|change| change.id.clone()).collect();
    let needed: Vec<String> = inspected.repair().smallest().offered().map(|change| change.id.clone()).collect();
    assert!(offered.len() >= 13, "{offered:?}");
    for seed in 0..12_u64 {
        let mut random = fastrand::Rng::with_seed(seed);
        let chosen: BTreeSet<String> = offered.iter().filter(|_| random.bool()).cloned().collect();
        let repair = inspected.repair().only(|change| chosen.contains(&change.id));
        let judged = inspected.engine.judge_repair(&repair.statements()).unwrap().expect("SQLite takes them");
        let file = fixture.copy_with(&repair.up());
        let db = native::with_keys(&file.path, true);
        let n_left_out = needed.iter().filter(|id| !chosen.contains(*id)).count();
        assert_eq!(repair.up().contains("left out by choice"), n_left_out > 0);
        for claim in judged {
            let (sql, values) = inspected.statement(&claim.id);
            let plan = native::plan(&db, &native::at(NOW, &sql), &values).unwrap();
            let used = accesses_of(&plan, &claim.index).next().is_some();
            let says = claim.holds_with.contains(&Statistics::None);
            assert!(used || !says, "{seed}: {} is said to hold: {plan:?}", claim.id);
        }
    }
}

#[test]
fn a_rewrite_says_truly_what_it_returns() {
    let fixture = Fixture::standard();
    let inspected = Inspected::new(&fixture);
    let rewrites = &inspected.trial().rewrites;
    let of = |kind| rewrites.iter().filter(move |rewrite| rewrite.kind == kind);
    assert!(of(RewriteKind::RepeatWhere).any(|rewrite| rewrite.query == "check-index-usage" && rewrite.same_rows));
    let old_logs = of(RewriteKind::BothTimeForms).find(|rewrite| rewrite.query == "find-old-logs").unwrap();
    let n = |sql: &str| native::n_rows(&fixture.native(), &native::at(NOW, sql), &[]);
    assert_eq!(
        old_logs.n_rows,
        n("SELECT 1 FROM terminal_log WHERE julianday(created_at) < julianday('now', '-7 days')")
    );
    assert_eq!(
        old_logs.n_rows_documented,
        n("SELECT 1 FROM terminal_log WHERE created_at < datetime('now', '-7 days')")
    );
    assert_eq!(old_logs.same_rows, old_logs.n_rows == old_logs.n_rows_documented);
    let page = of(RewriteKind::Keyset).find(|rewrite| rewrite.query == "page-of-workflows").unwrap();
    assert!(page.same_rows && page.sql.contains("(created_at, id) < (?2, ?3)"), "{page:#?}");
    for rewrite in rewrites {
        fixture.native().prepare(&rewrite.sql).unwrap_or_else(|error| panic!("{error}: {}", rewrite.sql));
    }
}

#[test]
fn the_repair_is_the_same_the_next_time() {
    let fixture = Fixture::new(small());
    let mut inspected = Inspected::new(&fixture);
    let first = inspected.repair().up();
    inspected.report.absorb(inspected.engine.run(&Step::Repair).unwrap());
    assert_eq!(inspected.repair().up(), first);
}
