//! `cargo xtask test`: every check, in order, stopping at the first that fails.

use crate::dist::{self, Artifacts};
use crate::problem::Problem;
use crate::programs;
use crate::setup::{self, Toolbox};
use crate::workshop::Workshop;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

struct Check {
    name: &'static str,
    purpose: &'static str,
    run: fn(&Toolbox) -> Result<(), Problem>,
}

/// Cheap ones first; `artifacts` and `e2e` look at what `build` made.
const CHECKS: &[Check] = &[
    Check { name: "fmt", purpose: "the code is formatted", run: fmt },
    Check { name: "clippy", purpose: "no lints, native, every target", run: clippy },
    Check { name: "clippy-worker", purpose: "no lints, worker and its tests in wasm", run: clippy_worker },
    Check { name: "clippy-page", purpose: "no lints, page in wasm", run: clippy_page },
    Check { name: "xtask", purpose: "the tests of these commands themselves", run: xtask },
    Check { name: "native", purpose: "the engine and the domain, natively", run: native },
    Check { name: "job", purpose: "the clean-up job, compiled with sqlx and run", run: job },
    Check { name: "wasm", purpose: "the shipped SQLite, in a worker in Chromium", run: wasm },
    Check { name: "build", purpose: "the page, for release, into dist/", run: build },
    Check { name: "artifacts", purpose: "what the wasm files import and contain", run: artifacts },
    Check { name: "e2e", purpose: "the built page, used in Chromium", run: e2e },
];

pub fn run(args: &[String]) -> Result<(), Problem> {
    let selected = match parse(args)? {
        Request::List => {
            CHECKS.iter().for_each(|check| println!("{:<14} {}", check.name, check.purpose));
            return Ok(());
        }
        Request::Run(selected) => selected,
    };
    let toolbox = setup::run(Workshop::open()?)?;
    let mut done: Vec<(&Check, Duration)> = Vec::new();
    for (i, check) in selected.iter().enumerate() {
        println!("\n[{}/{}] {}: {}", i + 1, selected.len(), check.name, check.purpose);
        let start = Instant::now();
        let outcome = (check.run)(&toolbox);
        let elapsed = start.elapsed();
        if let Err(problem) = outcome {
            print_summary(&done);
            println!("  {:<14} {:>8}  failed", check.name, seconds(elapsed));
            selected[i + 1..].iter().for_each(|check| println!("  {:<14} {:>8}  not run", check.name, ""));
            let again = format!("when it is mended, this alone: cargo xtask test --only {}", check.name);
            return Err(
                Problem::new(format!("The check `{}` failed.", check.name)).meaning(format!("{problem}\n({again})"))
            );
        }
        println!("[{}/{}] {} passed in {}", i + 1, selected.len(), check.name, seconds(elapsed));
        done.push((check, elapsed));
    }
    print_summary(&done);
    let total = done.iter().map(|(_, elapsed)| *elapsed).sum();
    println!("  {:<14} {:>8}", "all", seconds(total));
    Ok(())
}

fn print_summary(done: &[(&Check, Duration)]) {
    println!("\nSummary");
    done.iter().for_each(|(check, elapsed)| println!("  {:<14} {:>8}  passed", check.name, seconds(*elapsed)));
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.1} s", elapsed.as_secs_f64())
}

enum Request {
    List,
    Run(Vec<&'static Check>),
}

/// Always in the order of `CHECKS`, whatever the order of the arguments.
fn parse(args: &[String]) -> Result<Request, Problem> {
    let mut only: Vec<&str> = Vec::new();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--list" => return Ok(Request::List),
            "--only" => match words.next() {
                Some(name) if CHECKS.iter().any(|check| check.name == name) => only.push(name),
                Some(name) => return Err(Problem::usage(format!("There is no check `{name}`. {}", all_names()))),
                None => return Err(Problem::usage(format!("`--only` needs the name of a check. {}", all_names()))),
            },
            other => {
                let message = format!("`test` does not understand `{other}`; it takes --list and --only <check>.");
                return Err(Problem::usage(message));
            }
        }
    }
    Ok(Request::Run(CHECKS.iter().filter(|check| only.is_empty() || only.contains(&check.name)).collect()))
}

fn all_names() -> String {
    format!("There are: {}.", CHECKS.iter().map(|check| check.name).collect::<Vec<_>>().join(", "))
}

const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];
const DENY_WARNINGS: [&str; 3] = ["--", "-D", "warnings"];

fn fmt(toolbox: &Toolbox) -> Result<(), Problem> {
    programs::run(&mut toolbox.workshop.cargo(["fmt", "--all", "--check"]))
        .map_err(|problem| problem.remedy("cargo fmt --all"))
}

fn clippy(toolbox: &Toolbox) -> Result<(), Problem> {
    programs::run(toolbox.workshop.cargo(["clippy", "--workspace", "--all-targets"]).args(DENY_WARNINGS))
}

fn clippy_worker(toolbox: &Toolbox) -> Result<(), Problem> {
    let targets = ["clippy", "--lib", "--bin", "worker", "--test", "wasm"];
    let features = ["--no-default-features", "--features", "engine"];
    programs::run(toolbox.workshop.cargo(targets).args(WASM).args(features).args(DENY_WARNINGS))
}

fn clippy_page(toolbox: &Toolbox) -> Result<(), Problem> {
    let targets = ["clippy", "--lib", "--bin", "app"];
    let features = ["--no-default-features", "--features", "ui"];
    programs::run(toolbox.workshop.cargo(targets).args(WASM).args(features).args(DENY_WARNINGS))
}

fn xtask(toolbox: &Toolbox) -> Result<(), Problem> {
    programs::run(&mut toolbox.workshop.cargo(["test", "--package", "xtask"]))
}

fn native(toolbox: &Toolbox) -> Result<(), Problem> {
    programs::run(&mut toolbox.workshop.cargo(["test", "--lib", "--test", "it", "--test", "golden", "--test", "fuzz"]))
}

fn job(toolbox: &Toolbox) -> Result<(), Problem> {
    programs::run(&mut toolbox.workshop.cargo(["test", "--test", "it", "cleanup_job", "--", "--ignored"]))
}

fn wasm(toolbox: &Toolbox) -> Result<(), Problem> {
    let mut command = toolbox.browser_cargo(["test", "--test", "wasm"]);
    command.args(WASM);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &toolbox.wasm_bindgen_test_runner);
    command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", write_capabilities(toolbox)?);
    command.env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    // The runner takes the first driver it finds, and Chromium's is not the first it looks for.
    for driver in ["GECKODRIVER", "SAFARIDRIVER", "CHROMEDRIVER", "MSEDGEDRIVER"] {
        command.env_remove(format!("{driver}_REMOTE"));
        if driver != "CHROMEDRIVER" {
            command.env_remove(driver);
        }
    }
    programs::run(&mut command)
}

/// `webdriver.json` with the path of the Chromium that set-up found.
fn write_capabilities(toolbox: &Toolbox) -> Result<PathBuf, Problem> {
    let source = toolbox.workshop.root.join("webdriver.json");
    let text = std::fs::read_to_string(&source)
        .map_err(|error| Problem::new(format!("{} could not be read: {error}.", source.display())))?;
    let with_binary = with_binary(&text, &toolbox.chrome.to_string_lossy()).ok_or_else(|| {
        Problem::new(format!("{} has no \"goog:chromeOptions\": {{ … }}.", source.display()))
            .remedy("restore it from the repository.")
    })?;
    let target = toolbox.workshop.target_dir().join("webdriver.json");
    std::fs::write(&target, with_binary)
        .map_err(|error| Problem::new(format!("{} could not be written: {error}.", target.display())))?;
    Ok(target)
}

fn with_binary(capabilities: &str, chrome: &str) -> Option<String> {
    let options = capabilities.find("\"goog:chromeOptions\"")?;
    let brace = options + capabilities[options..].find('{')?;
    let (head, tail) = capabilities.split_at(brace + 1);
    let chrome = chrome.replace('\\', "\\\\").replace('"', "\\\"");
    Some(format!("{head}\n    \"binary\": \"{chrome}\",{tail}"))
}

fn build(toolbox: &Toolbox) -> Result<(), Problem> {
    dist::build(&toolbox.workshop, &toolbox.trunk)
}

fn artifacts(toolbox: &Toolbox) -> Result<(), Problem> {
    let artifacts = Artifacts::find(&toolbox.workshop.dist())?;
    artifacts.check()?;
    artifacts.print_sizes()
}

fn e2e(toolbox: &Toolbox) -> Result<(), Problem> {
    dist::need_page(&toolbox.workshop.dist())?;
    programs::run(&mut toolbox.browser_cargo(["test", "--test", "e2e", "--", "--test-threads=2"]))
}

impl Toolbox {
    /// cargo for what drives a browser: it reads DIST, CHROME and CHROMEDRIVER.
    pub fn browser_cargo<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.workshop.cargo(args);
        command.env("DIST", self.workshop.dist()).env("CHROME", &self.chrome).env("CHROMEDRIVER", &self.chromedriver);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_selection(args: &[&str], expect: Result<&[&str], u8>) {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        let names = parse(&args).map_err(|problem| problem.exit_code()).map(|request| match request {
            Request::List => vec!["list"],
            Request::Run(checks) => checks.iter().map(|check| check.name).collect(),
        });
        assert_eq!(names, expect.map(<[_]>::to_vec));
    }

    #[test]
    fn checks_are_selected_by_name_and_keep_their_order() {
        check_selection(&["--only", "e2e", "--only", "build"], Ok(&["build", "e2e"]));
        check_selection(&["--list"], Ok(&["list"]));
        let all: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        check_selection(&[], Ok(&all));
    }

    #[test]
    fn what_is_not_understood_is_a_usage_error() {
        check_selection(&["--only"], Err(2));
        check_selection(&["--only", "everything"], Err(2));
        check_selection(&["fmt"], Err(2));
    }

    #[test]
    fn the_browser_is_added_to_the_capabilities() {
        let with = with_binary("{\"goog:chromeOptions\": {\"args\": []}}", "C:\\chrome \"x\"").unwrap();
        assert_eq!(with, "{\"goog:chromeOptions\": {\n    \"binary\": \"C:\\\\chrome \\\"x\\\"\",\"args\": []}}");
        assert_eq!(with_binary("{}", "chrome"), None);
    }
}
