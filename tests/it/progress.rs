//! Long steps tell how far they are.

use std::cell::RefCell;
use std::rc::Rc;

use cortex_inspector::domain::run::Step;
use cortex_inspector::engine::progress;

use crate::fixtures::Fixture;

/// What a step tells, as shares.
fn told(fixture: &Fixture, step: &Step) -> Vec<f64> {
    let mut opened = fixture.open();
    opened.engine.run(&Step::Judge).unwrap();
    let told = Rc::new(RefCell::new(Vec::new()));
    let hears = Rc::clone(&told);
    progress::set_listener(move |n_done, n_total| hears.borrow_mut().push(n_done as f64 / n_total as f64));
    opened.engine.run(step).unwrap();
    progress::set_listener(|_, _| {});
    told.take()
}

/// Every step tells from its start to its last stage, and never goes back.
#[track_caller]
fn check_stages(step: Step, n_stages: u64) {
    let shares = told(&Fixture::standard(), &step);
    let last = (n_stages - 1) as f64 / n_stages as f64;
    assert!(shares.first() == Some(&0.0) && shares.is_sorted(), "{step:?}: {shares:?}");
    assert!(shares.last().is_some_and(|share| (last..1.0).contains(share)), "{step:?}: {shares:?}");
}

#[test]
fn repairs_and_cleanups_tell_their_stages() {
    check_stages(Step::Repair, 5);
    check_stages(Step::PreviewCleanup("clean-up-old-terminal-logs".into()), 4);
    check_stages(Step::CleanTogether, 12);
}

#[test]
fn a_large_index_tells_how_much_of_the_file_is_read() {
    let fixture = Fixture::standard().copy_with(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000)
         INSERT INTO workflow_task (id, workflow_id, name)
         SELECT 'more-' || i, (SELECT min(id) FROM workflow), 'A task of some length' FROM n",
    );
    let shares = told(&fixture, &Step::BuildIndex("idx_workflow_task_workflow_status".into()));
    assert!(!shares.is_empty() && shares.is_sorted(), "{shares:?}");
    assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{shares:?}");
}
