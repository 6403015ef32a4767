//! `cargo xtask fuzz`: bytes that nobody meant, for as long as asked.

use crate::problem::Problem;
use crate::programs;
use crate::setup;
use crate::workshop::Workshop;

/// Of each target.
const SECONDS: u64 = 60;

/// No input needs more to be wrong.
const MAX_BYTES: u32 = 1 << 16;

pub fn run(args: &[String]) -> Result<(), Problem> {
    let seconds = parse(args)?;
    let workshop = Workshop::open()?;
    setup::cargo_fuzz(&workshop)?;
    let targets = targets(&workshop)?;
    println!("{} for {seconds} s each. What fails is written into its corpus.", targets.join(", "));
    let cargo_fuzz = |words: &[&str]| {
        let mut command = workshop.cargo(["fuzz"]);
        command.args(words).env("CARGO_TARGET_DIR", workshop.target_dir().join("fuzz"));
        command
    };
    programs::run(&mut cargo_fuzz(&["build", "--sanitizer", "none"]))
        .map_err(|problem| problem.remedy("libFuzzer is compiled with a C++ compiler: look whether there is one."))?;
    for target in targets {
        let kept = workshop.root.join("fuzz/corpus").join(&target);
        let found = workshop.target_dir().join("fuzz-corpus").join(&target);
        std::fs::create_dir_all(&found)
            .map_err(|error| Problem::new(format!("{} could not be made: {error}.", found.display())))?;
        let mut command = cargo_fuzz(&["run", "--sanitizer", "none"]);
        // New inputs go to the first folder; the kept ones are only read.
        command.arg(&target).arg(found).arg(&kept).args([
            "--".to_owned(),
            format!("-max_total_time={seconds}"),
            format!("-max_len={MAX_BYTES}"),
            "-timeout=10".to_owned(),
            format!("-artifact_prefix={}/", kept.display()),
        ]);
        programs::run(&mut command).map_err(|problem| {
            problem
                .meaning(format!("An input on which `{target}` fails now stands in {}.", kept.display()))
                .remedy(format!("cargo test --test fuzz -- {target}"))
        })?;
    }
    Ok(())
}

/// Their names, from the files that hold them.
fn targets(workshop: &Workshop) -> Result<Vec<String>, Problem> {
    let folder = workshop.root.join("fuzz/fuzz_targets");
    let entries = std::fs::read_dir(&folder)
        .map_err(|error| Problem::new(format!("{} could not be read: {error}.", folder.display())))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut names: Vec<String> =
        paths.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort();
    Ok(names)
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
