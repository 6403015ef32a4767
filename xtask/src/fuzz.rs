//! `cargo xtask fuzz`: bytes that nobody meant, for as long as asked.

use crate::problem::Problem;
use crate::programs;
use crate::workshop::Workshop;

/// Of each target.
const SECONDS: u64 = 60;

pub fn run(args: &[String]) -> Result<(), Problem> {
    let seconds = parse(args)?;
    println!("Each target of tests/fuzz/ for {seconds} s. What fails is written into its corpus.");
    let mut command = Workshop::open()?.cargo(["test", "--test", "fuzz", "--", "--nocapture"]);
    programs::run(command.env("FUZZ_SECONDS", seconds.to_string()))
}

fn parse(args: &[String]) -> Result<u64, Problem> {
    match args {
        [] => Ok(SECONDS),
        [flag, seconds] if flag == "--seconds" => seconds
            .parse()
            .map_err(|_| Problem::usage(format!("`--seconds` needs a whole number, and `{seconds}` is none."))),
        [other, ..] => {
            Err(Problem::usage(format!("`fuzz` does not understand `{other}`; it takes --seconds <number>.")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_seconds(args: &[&str], expect: Result<u64, u8>) {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        assert_eq!(parse(&args).map_err(|problem| problem.exit_code()), expect);
    }

    #[test]
    fn the_time_can_be_stated() {
        check_seconds(&[], Ok(SECONDS));
        check_seconds(&["--seconds", "5"], Ok(5));
        check_seconds(&["--seconds", "soon"], Err(2));
        check_seconds(&["--seconds"], Err(2));
        check_seconds(&["5"], Err(2));
    }
}
