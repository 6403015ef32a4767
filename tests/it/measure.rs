//! What running a statement costs: figures that do not vary, against native SQLite's own.

use cortex_inspector::domain::measuring::median_ns;
use cortex_inspector::domain::query::{Cost, QueryReport};
use proptest::prelude::*;
use rusqlite::StatementStatus;

use crate::fixtures::{Fixture, NOW, Spec, count, migrate_natively};
use crate::native;

/// The figures that no clock blurs.
fn counters(cost: &Cost) -> [u64; 6] {
    [cost.n_rows, cost.vm_steps, cost.fullscan_steps, cost.sorts, cost.autoindexes, cost.pages_read]
}

fn costs(query: &QueryReport) -> [&Cost; 2] {
    [query.before.as_ref().unwrap(), query.after.as_ref().unwrap()]
}

#[test]
fn counters_of_two_runs_are_the_same() {
    let fixture = Fixture::standard();
    let (mut one, mut other) = (fixture.open(), fixture.open());
    for id in ["list-active-workflows", "stream-recent-logs", "join-workflows-and-tasks", "find-by-id"] {
        let reports = [one.query(id), one.query(id), other.query(id)];
        for report in &reports {
            assert_eq!(costs(report).map(counters), costs(&reports[0]).map(counters), "{id}");
        }
    }
}

#[test]
fn counters_are_those_of_native_sqlite_on_the_file() {
    let fixture = Fixture::standard();
    let (before, after) = (fixture.copy(), fixture.copy());
    migrate_natively(&after.native());
    let report = fixture.report();
    for query in &report.queries {
        let values = native::values(&query.parameters);
        for (file, cost, plan) in [
            (&before, query.before.as_ref().unwrap(), &query.plan_before),
            (&after, query.after.as_ref().unwrap(), &query.plan_after),
        ] {
            let db = native::with_keys(&file.path, true);
            let sql = native::at(NOW, &query.sql);
            assert_eq!(cost.n_rows, native::n_rows(&db, &sql, &values), "{}", query.id);
            let status = native::status(&db, &sql, &values);
            let of = |counter| u64::try_from(status(counter)).unwrap();
            assert_eq!(cost.vm_steps, of(StatementStatus::VmStep), "{}", query.id);
            assert_eq!(cost.fullscan_steps, of(StatementStatus::FullscanStep), "{}", query.id);
            assert_eq!(cost.sorts, of(StatementStatus::Sort), "{}", query.id);
            assert_eq!(cost.autoindexes, of(StatementStatus::AutoIndex), "{}", query.id);
            assert_eq!(*plan, native::plan(&db, &query.sql, &values).unwrap(), "{}", query.id);
        }
    }
}

#[test]
fn times_and_pages_are_there_and_in_order() {
    let fixture = Fixture::standard();
    let report = fixture.report();
    let n_pages = count(&fixture.native(), "PRAGMA page_count");
    for query in &report.queries {
        for (cost, n_pages) in costs(query).into_iter().zip([n_pages, 2 * n_pages]) {
            assert!(cost.pages_read > 0 && cost.pages_read < n_pages, "{}: {}", query.id, cost.pages_read);
            assert!(cost.n_samples >= 3 && cost.median_ns > 0 && cost.first_run_ns > 0, "{}: {cost:?}", query.id);
            assert!(cost.min_ns <= cost.median_ns && cost.median_ns <= cost.max_ns, "{}: {cost:?}", query.id);
        }
    }
    // A look-up by key reads the path to one row, a scan every page of its table.
    let pages = |id: &str| costs(report.query(id).unwrap())[0].pages_read;
    assert!(pages("find-by-id") < 8);
    let sql = "SELECT count(*) FROM dbstat WHERE name = 'workflow' AND pagetype = 'leaf'";
    assert!(pages("list-unfinished-workflows") >= count(&fixture.native(), sql));
}

#[test]
fn parameters_are_the_files_own_values_with_their_own_type() {
    let fixture = Fixture::standard();
    let db = fixture.native();
    let mut opened = fixture.open();
    for query in opened.engine.catalogue().queries.clone() {
        let report = opened.query(&query.id);
        for (parameter, documented) in report.parameters.iter().zip(&query.parameters) {
            assert_eq!(parameter.name, documented.name);
            let sql = format!(
                "SELECT count(*) FROM {} WHERE {} = {}",
                documented.table,
                documented.column,
                parameter.value.literal()
            );
            assert!(documented.value.is_some() || count(&db, &sql) > 0, "{}: {sql}", query.id);
        }
        if !report.parameters.is_empty() && report.parameters.iter().all(|p| p.name != "status") {
            let n_rows = costs(&report)[0].n_rows;
            assert!(n_rows > 0 || query.sql.contains("AND"), "{}", query.id);
        }
    }
}

#[test]
fn choices_are_the_values_of_the_file_most_frequent_first() {
    let fixture = Fixture::standard();
    let choices = fixture.open().engine.choices("find-by-project", "project_id").unwrap();
    let db = fixture.native();
    let mut statement =
        db.prepare("SELECT quote(project_id), count(*) FROM workflow GROUP BY 1 ORDER BY 2 DESC, 1").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)? as u64))).unwrap();
    let native: Vec<_> = rows.map(Result::unwrap).map(|(value, n)| (value.to_lowercase(), Some(n))).collect();
    let found: Vec<_> = choices.iter().map(|choice| (choice.value.literal().to_lowercase(), choice.n_rows)).collect();
    assert_eq!(found, native);

    let empty = Fixture::new(Spec { n_workflows: 0, ..Spec::default() });
    assert!(empty.open().engine.choices("find-by-project", "project_id").unwrap().is_empty());
}

// The median.

#[test]
fn the_median_of_few() {
    assert_eq!(median_ns(&[]), None);
    assert_eq!(median_ns(&[7]), Some(7));
    assert_eq!(median_ns(&[9, 1]), Some(5));
    assert_eq!(median_ns(&[3, 100, 1]), Some(3));
    assert_eq!(median_ns(&[u64::MAX, u64::MAX]), Some(u64::MAX));
}

proptest! {
    #[test]
    fn half_of_the_samples_lie_on_each_side_of_the_median(samples in prop::collection::vec(any::<u64>(), 1..60)) {
        let median = median_ns(&samples).unwrap();
        let below = samples.iter().filter(|sample| **sample < median).count();
        let above = samples.iter().filter(|sample| **sample > median).count();
        prop_assert!(2 * below <= samples.len() && 2 * above <= samples.len());
        let mut reversed = samples.clone();
        reversed.reverse();
        prop_assert_eq!(median_ns(&reversed), Some(median));
    }
}
