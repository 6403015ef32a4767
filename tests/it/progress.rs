//! Long steps tell how far they are.

use std::cell::RefCell;
use std::rc::Rc;

use cortex_inspector::domain::run::Step;
use cortex_inspector::engine::progress;

use crate::fixtures::Fixture;

/// Every step tells from its start to its last stage, and never goes back.
#[track_caller]
fn check_stages(step: Step, n_stages: u64) {
    let mut opened = Fixture::standard().open();
    opened.engine.run(&Step::Judge).unwrap();
    let told = Rc::new(RefCell::new(Vec::new()));
    let hears = Rc::clone(&told);
    progress::set_listener(move |n_done, n_total| hears.borrow_mut().push((n_done, n_total)));
    opened.engine.run(&step).unwrap();
    progress::set_listener(|_, _| {});
    let told = told.borrow();
    let shares: Vec<f64> = told.iter().map(|(n_done, n_total)| *n_done as f64 / *n_total as f64).collect();
    let last = (n_stages - 1) as f64 / n_stages as f64;
    assert!(shares.first() == Some(&0.0) && shares.is_sorted(), "{step:?}: {told:?}");
    assert!(shares.last().is_some_and(|share| (last..1.0).contains(share)), "{step:?}: {told:?}");
}

#[test]
fn repairs_and_cleanups_tell_their_stages() {
    check_stages(Step::Repair, 5);
    check_stages(Step::PreviewCleanup("clean-up-old-terminal-logs".into()), 4);
    check_stages(Step::CleanTogether, 12);
}
