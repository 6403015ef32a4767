//! Finding programs and running them.

use crate::problem::Problem;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the first of these programs is: each is a bare name, looked up in `path`, or a whole path.
pub fn find(names: &[&str], path: &OsStr) -> Option<PathBuf> {
    names.iter().find_map(|name| {
        if Path::new(name).components().count() > 1 {
            return is_program(Path::new(name)).then(|| PathBuf::from(name));
        }
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        std::env::split_paths(path).map(|dir| dir.join(&file)).find(|candidate| is_program(candidate))
    })
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// `path` with `dir` searched first.
pub fn put_first(dir: &Path, path: &OsStr) -> OsString {
    let rest = std::env::split_paths(path).filter(|entry| entry != dir);
    let dirs: Vec<PathBuf> = std::iter::once(dir.to_owned()).chain(rest).collect();
    std::env::join_paths(dirs).unwrap_or_else(|_| path.to_owned())
}

/// What the program prints on standard output; none when it cannot be run or fails.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first word of `<program> --version` that begins with a digit.
pub fn version_of(program: &Path) -> Option<String> {
    first_number(&output_of(Command::new(program).arg("--version"))?).map(str::to_owned)
}

fn first_number(text: &str) -> Option<&str> {
    text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// Runs to the end with the terminal's own input and output.
pub fn run(command: &mut Command) -> Result<(), Problem> {
    let status = command.status().map_err(|error| {
        Problem::new(format!("`{}` could not be started: {error}.", shown(command)))
            .remedy("run `cargo xtask setup`, it says what is missing.")
    })?;
    if status.success() { Ok(()) } else { Err(Problem::new(format!("`{}` failed: {status}.", shown(command)))) }
}

/// The command as a person would type it.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains(char::is_whitespace) { format!("'{word}'") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_programs_really_print() {
        #[track_caller]
        fn check(text: &str, expect: Option<&str>) {
            assert_eq!(first_number(text), expect);
        }
        check("trunk 0.21.14", Some("0.21.14"));
        check("wasm-bindgen 0.2.130 (abc)", Some("0.2.130"));
        check("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)", Some("156.0.8078.79"));
        check("ChromeDriver 156.0.8078.79 (a21ce95c-refs/branch-heads/8078@{#1704})", Some("156.0.8078.79"));
        check("Debian clang version 19.1.7 (3~deb12u1)", Some("19.1.7"));
        check("no version", None);
    }

    #[test]
    fn a_directory_is_put_first_once() {
        let path = std::env::join_paths(["/a", "/b", "/c"]).unwrap();
        let expect = std::env::join_paths(["/b", "/a", "/c"]).unwrap();
        assert_eq!(put_first(Path::new("/b"), &path), expect);
    }

    #[test]
    fn commands_are_shown_as_they_are_typed() {
        let mut command = Command::new("/opt/bin/cargo");
        command.args(["fmt", "--all", "two words", ""]);
        assert_eq!(shown(&command), "cargo fmt --all 'two words' ''");
    }
}
