//! Whether the page's verdicts can be trusted: the same statement against itself, and against a tenth more work.

use std::time::Duration;

use crate::browser::{Browser, SOON};

/// Of the whole procedure, in one page.
const RUNS: usize = 50;

/// At most so many of them may call something a change that is none.
const MAX_FALSE: usize = RUNS * 5 / 100;

/// At least so many must call a tenth more work a regression.
const MIN_FOUND: usize = RUNS * 80 / 100;

const ONE: Duration = Duration::from_secs(60);

/// Counts to `n`: as much work as `n`, and no page is read.
fn counting(n: u32) -> String {
    format!("WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {n}) SELECT count(*) FROM c")
}

pub fn measure() {
    let browser = Browser::open("honesty");
    browser.click("button", "Try the sample database");
    browser.status("Plans asked for", SOON);
    browser.js("location.hash = '#/benchmarks'", vec![]);
    println!("\nhonesty: {RUNS} comparisons each, all settings as they stand");
    let (same, more) = (counting(2_000), counting(2_200));
    // In turns: a machine that gets busy meanwhile is busy for both.
    let mut verdicts = [Vec::new(), Vec::new()];
    for _ in 0..RUNS {
        verdicts[0].push(compare(&browser, [&same, &same]));
        verdicts[1].push(compare(&browser, [&same, &more]));
    }
    let count = |verdicts: &[String], wanted: &[&str]| {
        verdicts.iter().filter(|verdict| wanted.contains(&verdict.as_str())).count()
    };
    let [against_itself, more_work] = verdicts;
    let n_false = count(&against_itself, &["Improved", "Regressed"]);
    let n_found = count(&more_work, &["Regressed"]);
    for (what, n, limit, holds) in [
        ("A against A, called a change", n_false, format!("at most {MAX_FALSE}"), n_false <= MAX_FALSE),
        ("10 % more work, called a regression", n_found, format!("at least {MIN_FOUND}"), n_found >= MIN_FOUND),
    ] {
        println!("  {what:<36} {n:>3} of {RUNS}, {limit}: {}", if holds { "holds" } else { "does not hold" });
    }
    for (what, verdicts) in [("A against A", &against_itself), ("10 % more work", &more_work)] {
        let each = ["Improved", "Regressed", "Within noise", "Undecided"]
            .map(|verdict| format!("{verdict} {}", count(verdicts, &[verdict])));
        println!("  {what:<36} {}", each.join(", "));
    }
}

/// What the page says of the second statement.
fn compare(browser: &Browser, statements: [&str; 2]) -> String {
    for (name, sql) in ["First statement", "Second statement"].into_iter().zip(statements) {
        browser.fill(name, sql);
    }
    browser.click("button", "Compare the statements");
    let verdict =
        "const row = document.querySelector('[role=region][aria-label=\"Two statements\"] tbody tr:last-child');
        return row?.querySelector('.verdict')?.textContent ?? null";
    browser.until("a verdict", ONE, || browser.js(verdict, vec![]).as_str().map(str::to_owned))
}
