//! What is checked in the built page, and how large it is.

use crate::problem::Problem;
use crate::programs;
use crate::wasm;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A statement inside SQLite's own code, which nothing else has a reason to contain.
const SQLITE_MARK: &[u8] = b"CREATE TABLE x(type text,name text,tbl_name text,rootpage int,sql text)";

/// The two programs of the page, by how trunk names their files.
pub struct Artifacts {
    app: PathBuf,
    worker: PathBuf,
}

impl Artifacts {
    pub fn find(dist: &Path) -> Result<Artifacts, Problem> {
        need_page(dist)?;
        let entries = std::fs::read_dir(dist).map_err(|error| unreadable(dist, &error))?;
        let files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        let one = |program: &str| {
            let mut found = files.iter().filter(|path| path.file_name().is_some_and(|name| is_wasm_of(program, name)));
            match (found.next(), found.next()) {
                (Some(path), None) => Ok(path.clone()),
                (None, _) => Err(incomplete(dist, &format!("the wasm of `{program}`"))),
                _ => Err(Problem::new(format!("{} holds more than one wasm of `{program}`.", dist.display()))
                    .remedy("remove the directory and build again.")),
            }
        };
        Ok(Artifacts { app: one("app")?, worker: one("worker")? })
    }

    /// The page holds no SQLite, the worker does, and neither asks for a C function that nobody gives.
    pub fn check(&self) -> Result<(), Problem> {
        for path in [&self.app, &self.worker] {
            check_imports(path, &read(path)?)?;
        }
        if contains(&read(&self.app)?, SQLITE_MARK) {
            return Err(Problem::new(format!("{} contains SQLite.", self.app.display()))
                .meaning("The page must stay small: SQLite belongs into the worker only.")
                .remedy("look for a use of `engine` in `ui`, and at data-cargo-features in index.html."));
        }
        if !contains(&read(&self.worker)?, SQLITE_MARK) {
            return Err(Problem::new(format!("{} does not contain SQLite.", self.worker.display()))
                .meaning("Either the engine is not linked, or SQLite changed and this check needs another mark.")
                .remedy("look at data-cargo-features in index.html and at SQLITE_MARK in xtask."));
        }
        Ok(())
    }

    pub fn print_sizes(&self) -> Result<(), Problem> {
        println!("{:<28} {:>12} {:>14}", "file", "bytes", "gzip -9 bytes");
        for path in [&self.app, &self.worker] {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let gzipped = gzipped_size(path).map_or("no gzip here".to_owned(), |size| size.to_string());
            println!("{name:<28} {:>12} {gzipped:>14}", read(path)?.len());
        }
        Ok(())
    }
}

/// Fails when there is no built page to test.
pub fn need_page(dist: &Path) -> Result<(), Problem> {
    if dist.join("index.html").is_file() { Ok(()) } else { Err(incomplete(dist, "index.html")) }
}

/// `app-0123abcd_bg.wasm` for a page's program, `worker_bg.wasm` for a worker's: trunk does not hash workers.
fn is_wasm_of(program: &str, file: &OsStr) -> bool {
    let name = file.to_string_lossy();
    let Some(stem) = name.strip_suffix("_bg.wasm") else { return false };
    match stem.strip_prefix(program) {
        Some("") => true,
        Some(rest) => rest.starts_with('-'),
        None => false,
    }
}

fn check_imports(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let imports = wasm::imports(bytes)
        .map_err(|error| Problem::new(format!("{} cannot be understood: {error}.", path.display())))?;
    let missing: Vec<&str> = imports.iter().filter(|i| i.module == "env").map(|i| i.name.as_str()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Problem::new(format!("{} imports from `env`: {}.", path.display(), missing.join(", ")))
        .meaning("These C functions are declared and defined nowhere: the browser refuses to load the module.")
        .remedy("give SQLite the compile option that defines them (SQLITE_WASM_RS_FLAGS in .cargo/config.toml)."))
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(format!("{} could not be read: {error}.", path.display()))
        .remedy("run `cargo xtask test --only build`.")
}

fn incomplete(dist: &Path, missing: &str) -> Problem {
    Problem::new(format!("{} is missing from {}.", missing, dist.display()))
        .meaning("The page has not been built, or not completely.")
        .remedy("run `cargo xtask test --only build`.")
}

fn gzipped_size(path: &Path) -> Option<usize> {
    let mut command = Command::new("gzip");
    command.args(["-9", "-c"]).arg(path).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().ok()?;
    output.status.success().then_some(output.stdout.len())
}

/// The commands that build the page use this, so that all build the same.
pub fn build(workshop: &crate::workshop::Workshop, trunk: &Path) -> Result<(), Problem> {
    programs::run(workshop.command(trunk).args(["build", "--release"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_trunks_names() {
        #[track_caller]
        fn check(program: &str, file: &str, expect: bool) {
            assert_eq!(is_wasm_of(program, OsStr::new(file)), expect, "{program} {file}");
        }
        check("app", "app-5c47d60220035360_bg.wasm", true);
        check("worker", "worker_bg.wasm", true);
        check("app", "apple_bg.wasm", false);
        check("worker", "worker.js", false);
        check("app", "worker_bg.wasm", false);
    }

    #[test]
    fn an_import_from_env_is_named() {
        let module = b"\0asm\x01\0\0\0\x02\x0e\x01\x03env\x06strlen\0\0";
        let problem = check_imports(Path::new("worker_bg.wasm"), module).unwrap_err().to_string();
        assert!(problem.starts_with("worker_bg.wasm imports from `env`: strlen."), "{problem}");
    }
}
