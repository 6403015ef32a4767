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

/// What the page says of the second statement.
struct Answer {
    verdict: String,
    /// As it stands there: `+10.2 %`.
    change: String,
}

pub fn measure() {
    let browser = Browser::open("honesty");
    browser.click("button", "Try the sample database");
    browser.status("Plans asked for", SOON);
    browser.js("location.hash = '#/benchmarks'", vec![]);
    println!("\nhonesty: {RUNS} comparisons each, all settings as they stand");
    let (same, more) = (counting(2_000), counting(2_200));
    // In turns: a machine that gets busy meanwhile is busy for both.
    let [mut against_itself, mut more_work] = [Vec::new(), Vec::new()];
    for _ in 0..RUNS {
        against_itself.push(compare(&browser, [&same, &same]));
        more_work.push(compare(&browser, [&same, &more]));
    }
    let (n_false, n_found) = (count(&against_itself, &["Improved", "Regressed"]), count(&more_work, &["Regressed"]));
    print("A against A, called a change", n_false, &format!("at most {MAX_FALSE}"), n_false <= MAX_FALSE);
    print("10 % more work, called a regression", n_found, &format!("at least {MIN_FOUND}"), n_found >= MIN_FOUND);
    print_answers("A against A", &against_itself);
    print_answers("10 % more work", &more_work);
}

fn count(answers: &[Answer], wanted: &[&str]) -> usize {
    answers.iter().filter(|answer| wanted.contains(&answer.verdict.as_str())).count()
}

fn print(what: &str, n: usize, limit: &str, holds: bool) {
    println!("  {what:<36} {n:>3} of {RUNS}, {limit}: {}", if holds { "holds" } else { "does not hold" });
}

fn print_answers(what: &str, answers: &[Answer]) {
    let verdicts = ["Improved", "Regressed", "Within noise", "Undecided"]
        .map(|verdict| format!("{verdict} {}", count(answers, &[verdict])));
    let changes: Vec<&str> = answers.iter().map(|answer| answer.change.as_str()).collect();
    println!("  {what:<36} {}\n    {}", verdicts.join(", "), changes.join(", "));
}

fn compare(browser: &Browser, statements: [&str; 2]) -> Answer {
    for (name, sql) in ["First statement", "Second statement"].into_iter().zip(statements) {
        browser.fill(name, sql);
    }
    browser.click("button", "Compare the statements");
    let answer =
        "const row = document.querySelector('[role=region][aria-label=\"Two statements\"] tbody tr:last-child');
        return [row?.querySelector('.verdict')?.textContent, row?.querySelectorAll('strong')[1]?.textContent]";
    browser.until("a verdict", ONE, || {
        let answer = browser.js(answer, vec![]);
        let text = |at: usize| answer[at].as_str().map(str::to_owned);
        Some(Answer { verdict: text(0)?, change: text(1)? })
    })
}
