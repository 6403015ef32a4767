//! What follows from a report holds on the file: fixes run, subjects exist, sentences are sentences.

use cortex_inspector::domain::finding::{Finding, Subject};
use cortex_inspector::domain::report::Report;

use crate::fixtures::{ACCEPTED, Fixture, Spec};
use crate::native;

#[track_caller]
fn check_findings(fixture: &Fixture) -> Report {
    let report = fixture.report();
    assert!(report.findings.is_sorted_by_key(|finding| finding.severity), "worst first");
    for finding in &report.findings {
        check_finding(finding, &report);
        let Some(sql) = &finding.fix_sql else { continue };
        let copy = fixture.copy();
        let db = native::with_keys(&copy.path, true);
        if let Err(error) = db.execute_batch(&native::at(crate::fixtures::NOW, sql)) {
            panic!("{}: {error}\n{sql}", finding.rule);
        }
        assert!(db.is_autocommit(), "{} leaves a transaction open", finding.rule);
    }
    report
}

#[track_caller]
fn check_finding(finding: &Finding, report: &Report) {
    let kebab = |ch: char| ch.is_ascii_lowercase() || ch.is_ascii_digit() || ch == '-';
    assert!(finding.rule.chars().all(kebab), "{}", finding.rule);
    assert!(!finding.title.is_empty() && !finding.title.ends_with('.'), "{}", finding.title);
    assert!(finding.evidence.ends_with(['.', ')', '"', '\u{201d}']), "{}: {}", finding.rule, finding.evidence);
    for subject in &finding.about {
        let exists = match subject {
            Subject::Index(name) => report.index(name).is_some() || report.database.index(name).is_some(),
            Subject::Query(id) => report.query(id).is_some(),
            Subject::Cleanup(id) => report.cleanup(id).is_some(),
            Subject::Table(name) => report.database.table(name).is_some(),
        };
        assert!(exists, "{} is about {subject:?}", finding.rule);
    }
}

#[test]
fn fixes_run_on_the_file_that_they_are_for() {
    let spec = Spec { n_workflows: 60, ..Spec::default() };
    let drifted = "CREATE INDEX idx_workflow_active ON workflow(status, created_at DESC);
                   CREATE INDEX again ON workflow(project_id);";
    let broken = &["idx_terminal_log_streaming"];
    let reports = [
        check_findings(&Fixture::new(spec)),
        check_findings(&Fixture::new(Spec { deployed: &ACCEPTED, statistics: true, ..spec })),
        check_findings(&Fixture::new(Spec { extra: drifted, older_indexes: false, ..spec })),
        check_findings(&Fixture::new(Spec { n_workflows: 0, deployed: broken, ..spec })),
    ];
    assert!(reports.iter().any(|report| report.findings.iter().any(|finding| finding.fix_sql.is_some())));
    check_findings(&Fixture::of_sql("CREATE TABLE t (a)"));
}

/// A finding that a fix puts right is gone once the fix was run.
#[test]
fn a_fix_puts_its_finding_right() {
    let broken = &["idx_terminal_log_streaming"];
    for spec in
        [Spec { n_workflows: 60, ..Spec::default() }, Spec { n_workflows: 0, deployed: broken, ..Spec::default() }]
    {
        let fixture = Fixture::new(spec);
        for finding in fixture.report().findings {
            let Some(sql) = &finding.fix_sql else { continue };
            let fixed = fixture.copy();
            let db = native::with_keys(&fixed.path, true);
            db.execute_batch(&native::at(crate::fixtures::NOW, sql)).unwrap();
            drop(db);
            // A setting of the connection changes no file.
            if sql == "PRAGMA foreign_keys = ON;" {
                assert_eq!(fixed.sha256(), fixture.sha256());
                continue;
            }
            let left = fixed.report().findings;
            let same = left.iter().find(|other| other.rule == finding.rule && other.about == finding.about);
            assert!(same.is_none_or(|other| *other != finding), "{} is still there after\n{sql}", finding.rule);
        }
    }
}
