//! Set-up and checks of Cortex Inspector. Run it with `cargo xtask <command>`.
//!
//! Nothing here is needed to build the page: once `setup` has run, `trunk build`, `trunk serve` and `cargo test` work
//! by themselves.

mod bench;
mod dist;
mod fuzz;
mod lock;
mod problem;
mod programs;
mod serve;
mod setup;
mod test;
mod wasm;
mod workshop;

use problem::Problem;
use std::process::ExitCode;
use workshop::Workshop;

const USAGE: &str = "\
Usage: cargo xtask <command>

  setup                    install what is missing to build and test; a second run only looks
  serve [-- <trunk args>]  set up, build for release, serve the page and rebuild on every change
  test                     set up, then run every check in order and stop at the first that fails
       --list              name the checks
       --only <check>      run this check; may be repeated
  bench                    set up, build for release, measure the page in a browser and print sizes
  fuzz                     feed the readers of files with bytes that nobody meant, each for a minute
       --seconds <n>       each for so long
  help                     this text";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("\n{problem}");
            ExitCode::from(problem.exit_code())
        }
    }
}

fn run(args: &[String]) -> Result<(), Problem> {
    let Some((command, rest)) = args.split_first() else {
        println!("{USAGE}");
        return Ok(());
    };
    match command.as_str() {
        "setup" => {
            no_more(command, rest)?;
            setup::run(Workshop::open()?).map(|_| ())
        }
        "serve" => serve::run(rest),
        "test" => test::run(rest),
        "fuzz" => fuzz::run(rest),
        "bench" => {
            no_more(command, rest)?;
            bench::run()
        }
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(Problem::usage(format!("There is no command `{other}`.\n\n{USAGE}"))),
    }
}

fn no_more(command: &str, rest: &[String]) -> Result<(), Problem> {
    match rest.first() {
        None => Ok(()),
        Some(extra) => Err(Problem::usage(format!("`{command}` does not understand `{extra}`.\n\n{USAGE}"))),
    }
}
