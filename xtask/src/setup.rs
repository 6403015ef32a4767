//! `cargo xtask setup`: everything that building and testing need, installed once and then only looked at.

use crate::lock;
use crate::problem::Problem;
use crate::programs;
use crate::workshop::{Platform, Workshop};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;

const TRUNK_VERSION: &str = "0.21.14";
const CARGO_FUZZ_VERSION: &str = "0.13.2";
const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// What tells SQLite's build script which compiler to use, and the untracked file where set-up writes it.
/// `.cargo/config.toml` includes that file when it is there.
const CC_VARIABLE: &str = "CC_wasm32_unknown_unknown";
const LOCAL_CONFIG: &str = ".cargo/local.toml";

/// A workshop in which every tool is there.
pub struct Toolbox {
    pub workshop: Workshop,
    pub trunk: PathBuf,
    pub wasm_bindgen_test_runner: PathBuf,
    pub chrome: PathBuf,
    pub chromedriver: PathBuf,
}

/// A tool that can be used, in words for the person.
struct Ready<T> {
    tool: T,
    found: String,
    since: Since,
}

#[derive(Clone, Copy)]
enum Since {
    Before,
    Now,
}

/// Goes through every step even when one fails, so that all that is missing is said at once.
pub fn run(workshop: Workshop) -> Result<Toolbox, Problem> {
    println!("Set-up");
    let mut problems = Vec::new();
    let apt = Apt { workshop: &workshop, updated: Cell::new(false) };

    step(&mut problems, "Rust", "compiles for the browser, formats, lints", || rust(&workshop));
    step(&mut problems, "clang", "compiles SQLite for the browser", || clang(&apt));
    let chrome = step(&mut problems, "Chromium", "runs the tests of the page and the worker", || chrome(&apt));
    let chromedriver = step(&mut problems, "chromedriver", "steers Chromium", || chromedriver(&apt));
    let trunk = step(&mut problems, "trunk", "builds and serves the page", || {
        cargo_programs(&workshop, "trunk", ["trunk"], TRUNK_VERSION, &["--locked"])
    });
    let bindgen = step(&mut problems, "wasm-bindgen", "joins wasm to JavaScript, runs tests in wasm", || {
        // Not --locked: its lock file names a version that is not published.
        let version = wasm_bindgen_version(&workshop)?;
        let binaries = ["wasm-bindgen", "wasm-bindgen-test-runner"];
        cargo_programs(&workshop, "wasm-bindgen-cli", binaries, &version, &[])
    });

    match (chrome, chromedriver, trunk, bindgen) {
        (Some(chrome), Some(chromedriver), Some([trunk]), Some([_, wasm_bindgen_test_runner]))
            if problems.is_empty() =>
        {
            if !workshop.cargo_bin_is_on_path() {
                let bin = workshop.cargo_home.join("bin");
                println!("  Hint: to call trunk yourself, put {} on your PATH.", bin.display());
            }
            Ok(Toolbox { workshop, trunk, wasm_bindgen_test_runner, chrome, chromedriver })
        }
        _ => Err(Problem::new(problems.join("\n\n"))),
    }
}

/// Prints one line, and keeps what went wrong for the end.
fn step<T>(
    problems: &mut Vec<String>,
    name: &str,
    purpose: &str,
    work: impl FnOnce() -> Result<Ready<T>, Problem>,
) -> Option<T> {
    let head = format!("  {name:<12} {purpose:<44}");
    match work() {
        Ok(Ready { tool, found, since: Since::Before }) => {
            println!("{head} already there: {found}");
            Some(tool)
        }
        Ok(Ready { tool, found, since: Since::Now }) => {
            println!("{head} installed now: {found}");
            Some(tool)
        }
        Err(problem) => {
            println!("{head} missing");
            problems.push(problem.to_string());
            None
        }
    }
}

/// The target, rustfmt and clippy of the toolchain that `rust-toolchain.toml` names.
fn rust(workshop: &Workshop) -> Result<Ready<()>, Problem> {
    let mut since = Since::Before;
    if !has_wasm_target(workshop) {
        rustup(workshop, &["target", "add", WASM_TARGET])?;
        since = Since::Now;
    }
    if !has_component(workshop, "cargo-fmt") || !has_component(workshop, "cargo-clippy") {
        rustup(workshop, &["component", "add", "rustfmt", "clippy"])?;
        since = Since::Now;
    }
    let version = programs::output_of(workshop.command("rustc").arg("--version")).unwrap_or_default();
    Ok(Ready { tool: (), found: format!("{version}, {WASM_TARGET}"), since })
}

fn has_wasm_target(workshop: &Workshop) -> bool {
    let mut rustc = workshop.command("rustc");
    rustc.args(["--print", "target-libdir", "--target", WASM_TARGET]);
    programs::output_of(&mut rustc).is_some_and(|dir| Path::new(&dir).is_dir())
}

fn has_component(workshop: &Workshop, program: &str) -> bool {
    let sysroot = programs::output_of(workshop.command("rustc").args(["--print", "sysroot"])).unwrap_or_default();
    let in_sysroot = Path::new(&sysroot).join("bin").join(program);
    programs::find(&[&in_sysroot.with_extension(std::env::consts::EXE_EXTENSION).to_string_lossy()], "".as_ref())
        .or_else(|| workshop.find(&[program]))
        .is_some()
}

fn rustup(workshop: &Workshop, args: &[&str]) -> Result<(), Problem> {
    let command_line = format!("rustup {}", args.join(" "));
    let Some(rustup) = workshop.find(&["rustup"]) else {
        return Err(Problem::new("Rust is there, but not all of it, and there is no rustup to add the rest.")
            .meaning(format!("Needed: the target {WASM_TARGET}, rustfmt and clippy."))
            .remedy("install Rust with rustup (https://rustup.rs), or add these with your system's packages."));
    };
    announce(&command_line);
    programs::run(workshop.command(rustup).args(args)).map_err(|problem| {
        problem
            .meaning("rustup could not add a part of the Rust toolchain; its own words stand above.")
            .remedy(format!("look whether rustup reaches its server, then run in this directory: {command_line}"))
    })
}

/// A clang that emits wasm.
///
/// cc, the crate that SQLite's build script uses, calls `$CC_wasm32_unknown_unknown` or else plain `clang`. Where the
/// right one has another name, set-up writes it into an untracked file that cargo's configuration includes: then trunk,
/// cargo and editors all find it, the system stays as it is, and native builds keep their own compiler. An archiver
/// need not be installed: cc takes clang's llvm-ar when there is one, else the system's `ar`, and rustc writes its
/// own symbol table.
fn clang(apt: &Apt) -> Result<Ready<PathBuf>, Problem> {
    const CANDIDATES: &[&str] = &[
        "clang-19",
        "clang",
        "clang-22",
        "clang-21",
        "clang-20",
        "clang-18",
        "clang-17",
        "clang-16",
        "/opt/homebrew/opt/llvm/bin/clang",
        "/usr/local/opt/llvm/bin/clang",
        "C:\\Program Files\\LLVM\\bin\\clang.exe",
    ];
    let workshop = apt.workshop;
    let local_config = workshop.root.join(LOCAL_CONFIG);

    // `cargo xtask` hands on what the configuration says, so this is either the person's choice or our own of before.
    if let Some(chosen) = std::env::var(CC_VARIABLE).ok().filter(|value| !value.is_empty()) {
        if let Some(clang) = workshop.find(&[&chosen]).filter(|clang| emits_wasm(workshop, clang)) {
            return Ok(Ready { found: clang_in_words(&clang), tool: clang, since: Since::Before });
        }
        let ours = std::fs::read_to_string(&local_config).is_ok_and(|text| text == local_config_text(&chosen));
        if !ours {
            return Err(Problem::new(format!("{CC_VARIABLE} is set to `{chosen}`, which does not compile to wasm."))
                .meaning("It names the C compiler for SQLite in the browser.")
                .remedy("unset it, or set it to a clang with the wasm32 target."));
        }
    }

    let search = || {
        CANDIDATES.iter().find_map(|name| {
            let clang = workshop.find(&[name])?;
            emits_wasm(workshop, &clang).then_some((*name, clang))
        })
    };
    let (name, clang, since) = match search() {
        Some((name, clang)) => (name, clang, Since::Before),
        None => {
            apt.install_first_of(&["clang-19", "clang"]).map_err(|problem| {
                problem.remedy(match workshop.platform {
                    Platform::DebianAsRoot | Platform::Debian => {
                        "sudo apt-get update && sudo apt-get install --no-install-recommends clang-19"
                    }
                    Platform::Ubuntu => "sudo apt-get update && sudo apt-get install --no-install-recommends clang",
                    Platform::Fedora => "sudo dnf install clang llvm",
                    Platform::Arch => "sudo pacman -S clang llvm",
                    Platform::MacOs => "brew install llvm   (Apple's clang cannot compile to wasm)",
                    Platform::Windows => "winget install LLVM.LLVM",
                    Platform::Other => "install LLVM's clang with the wasm32 target.",
                })
            })?;
            let (name, clang) = search().ok_or_else(|| {
                Problem::new("clang was installed, but none that is found compiles to wasm.")
                    .remedy(format!("set {CC_VARIABLE} to a clang with the wasm32 target."))
            })?;
            (name, clang, Since::Now)
        }
    };
    if name == "clang" {
        remove_if_there(&local_config)?;
    } else {
        write(&local_config, &local_config_text(name))?;
    }
    Ok(Ready { found: clang_in_words(&clang), tool: clang, since })
}

fn local_config_text(compiler: &str) -> String {
    format!(
        "# Written by `cargo xtask setup` for this machine: the compiler of SQLite for the browser.\n\
         [env]\n{CC_VARIABLE} = '{compiler}'\n"
    )
}

fn emits_wasm(workshop: &Workshop, clang: &Path) -> bool {
    let mut command = workshop.command(clang);
    command.args(["--target=wasm32-unknown-unknown", "-x", "c", "-c", "-", "-o", "-"]);
    programs::output_of(&mut command).is_some_and(|object| object.starts_with("\0asm"))
}

fn clang_in_words(clang: &Path) -> String {
    format!("{} {}", clang.display(), programs::version_of(clang).unwrap_or_default())
}

fn chrome(apt: &Apt) -> Result<Ready<PathBuf>, Problem> {
    const NAMES: &[&str] = &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    ];
    from_the_system(apt, "CHROME", NAMES, "chromium", |platform| match platform {
        Platform::DebianAsRoot | Platform::Debian => {
            "sudo apt-get update && sudo apt-get install --no-install-recommends chromium"
        }
        Platform::Fedora => "sudo dnf install chromium",
        Platform::Arch => "sudo pacman -S chromium",
        Platform::MacOs => "brew install --cask google-chrome",
        Platform::Windows => "winget install Google.Chrome",
        Platform::Ubuntu | Platform::Other => "install Chrome or Chromium, or set CHROME to where it is.",
    })
}

fn chromedriver(apt: &Apt) -> Result<Ready<PathBuf>, Problem> {
    from_the_system(apt, "CHROMEDRIVER", &["chromedriver"], "chromium-driver", |platform| match platform {
        Platform::DebianAsRoot | Platform::Debian => {
            "sudo apt-get update && sudo apt-get install --no-install-recommends chromium-driver"
        }
        Platform::Fedora => "sudo dnf install chromedriver",
        Platform::Arch => "sudo pacman -S chromium   (chromedriver is part of it)",
        Platform::MacOs => "brew install --cask chromedriver",
        Platform::Windows => "scoop install chromedriver",
        Platform::Ubuntu | Platform::Other => {
            "install the chromedriver of your Chrome's version (https://googlechromelabs.github.io/chrome-for-testing), \
             or set CHROMEDRIVER to where it is."
        }
    })
}

/// A program that `variable` points at, or that is found by one of its names, or that Debian has as `package`.
fn from_the_system(
    apt: &Apt,
    variable: &str,
    names: &[&str],
    package: &str,
    remedy: impl Fn(Platform) -> &'static str,
) -> Result<Ready<PathBuf>, Problem> {
    let workshop = apt.workshop;
    if let Some(chosen) = std::env::var(variable).ok().filter(|value| !value.is_empty()) {
        let tool = workshop.find(&[&chosen]).ok_or_else(|| {
            Problem::new(format!("{variable} is set to `{chosen}`, and there is no such program."))
                .remedy(format!("correct it, or unset {variable} to have one looked for."))
        })?;
        return Ok(Ready { found: format!("{} (from {variable})", tool.display()), tool, since: Since::Before });
    }
    let (tool, since) = match workshop.find(names) {
        Some(tool) => (tool, Since::Before),
        None => {
            apt.install_first_of(&[package]).map_err(|problem| problem.remedy(remedy(workshop.platform)))?;
            let tool = workshop.find(names).ok_or_else(|| {
                Problem::new(format!("{package} was installed, but {} is not on PATH.", names[0]))
                    .remedy(format!("set {variable} to where it is."))
            })?;
            (tool, Since::Now)
        }
    };
    Ok(Ready { found: tool.display().to_string(), tool, since })
}

fn wasm_bindgen_version(workshop: &Workshop) -> Result<String, Problem> {
    let path = workshop.root.join("Cargo.lock");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Problem::new(format!("{} could not be read: {error}.", path.display())))?;
    let version = lock::locked_version(&text, "wasm-bindgen").ok_or_else(|| {
        Problem::new("Cargo.lock does not name one version of wasm-bindgen.")
            .meaning("The program and the library must be of the same version.")
            .remedy("look with `cargo tree --target wasm32-unknown-unknown --invert wasm-bindgen`.")
    })?;
    Ok(version.to_owned())
}

/// What only `cargo xtask fuzz` needs.
pub fn cargo_fuzz(workshop: &Workshop) -> Result<(), Problem> {
    let mut problems = Vec::new();
    step(&mut problems, "cargo-fuzz", "builds with coverage, runs libFuzzer", || {
        cargo_programs(workshop, "cargo-fuzz", ["cargo-fuzz"], CARGO_FUZZ_VERSION, &["--locked"])
    });
    if problems.is_empty() { Ok(()) } else { Err(Problem::new(problems.join("\n\n"))) }
}

/// Programs of one crate, in cargo's `bin`, all of exactly this version.
fn cargo_programs<const N: usize>(
    workshop: &Workshop,
    krate: &str,
    binaries: [&str; N],
    version: &str,
    install_args: &[&str],
) -> Result<Ready<[PathBuf; N]>, Problem> {
    let right = |name: &str| {
        let program = workshop.find(&[name])?;
        (programs::version_of(&program)? == version).then_some(program)
    };
    let all = || -> Option<Vec<PathBuf>> { binaries.iter().map(|name| right(name)).collect() };
    let (found, since) = match all() {
        Some(found) => (found, Since::Before),
        None => {
            cargo_install(workshop, krate, version, install_args)?;
            let found = all().ok_or_else(|| {
                Problem::new(format!("{krate} {version} was installed, but does not run."))
                    .remedy(format!("try {} --version", binaries[0]))
            })?;
            (found, Since::Now)
        }
    };
    let words = found.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let tool = found.try_into().map_err(|_| Problem::new(format!("{krate} has other programs than expected.")))?;
    Ok(Ready { tool, found: format!("{version}, {words}"), since })
}

fn cargo_install(workshop: &Workshop, krate: &str, version: &str, more: &[&str]) -> Result<(), Problem> {
    let mut command = workshop.cargo(["install", krate, "--version", version, "--force"]);
    command.args(more).arg("--root").arg(&workshop.cargo_home);
    // A set-up that is broken off goes on where it was; what is built for good is removed below.
    let build_dir = workshop.target_dir().join("setup");
    command.env("CARGO_TARGET_DIR", &build_dir).env_remove("CARGO_BUILD_TARGET");
    // These programs run for seconds: build them soon rather than perfectly.
    command.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    announce(&format!("{} (takes minutes)", programs::shown(&command)));
    programs::run(&mut command).map_err(|problem| {
        problem
            .meaning(format!("{krate} could not be compiled; the reason stands above."))
            .remedy("look whether cargo reaches its registry and a C compiler is there, then run set-up again.")
    })?;
    // Losing the space is no reason to fail.
    let _ = std::fs::remove_dir_all(build_dir);
    Ok(())
}

struct Apt<'a> {
    workshop: &'a Workshop,
    updated: Cell<bool>,
}

impl Apt<'_> {
    /// Installs the first of these packages that there is, where set-up has the right to; the caller adds the remedy.
    fn install_first_of(&self, packages: &[&str]) -> Result<(), Problem> {
        if self.workshop.platform != Platform::DebianAsRoot {
            return Err(Problem::new(format!("{} is missing.", packages[0])).meaning(
                "Set-up installs system packages only on Debian and as root. Everything else here it does anywhere.",
            ));
        }
        if !self.updated.replace(true) {
            self.apt_get(&["update"])?;
        }
        let package = packages.iter().find(|package| self.offers(package)).unwrap_or(&packages[0]);
        self.apt_get(&["install", "-y", "--no-install-recommends", package])
    }

    fn offers(&self, package: &str) -> bool {
        let mut command = Command::new("apt-cache");
        command.args(["--quiet", "show", package]);
        programs::output_of(&mut command).is_some_and(|shown| !shown.is_empty())
    }

    fn apt_get(&self, args: &[&str]) -> Result<(), Problem> {
        let mut command = self.workshop.command("apt-get");
        command.args(["--quiet"]).args(args).env("DEBIAN_FRONTEND", "noninteractive");
        announce(&programs::shown(&command));
        programs::run(&mut command).map_err(|problem| problem.meaning("The system's package manager refused."))
    }
}

fn announce(command_line: &str) {
    println!("  > {command_line}");
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    if std::fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    std::fs::write(path, text)
        .map_err(|error| Problem::new(format!("{} could not be written: {error}.", path.display())))
}

fn remove_if_there(path: &Path) -> Result<(), Problem> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::new(format!("{} could not be removed: {error}.", path.display())))
        }
        _ => Ok(()),
    }
}
