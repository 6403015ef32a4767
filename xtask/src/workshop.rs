//! Where the work happens: the project's root, the Rust toolchain in use, the operating system.

use crate::problem::Problem;
use crate::programs;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Workshop {
    pub root: PathBuf,
    pub cargo: PathBuf,
    /// `$CARGO_HOME`: programs that cargo installs are in its `bin`, which need not be on the person's PATH.
    pub cargo_home: PathBuf,
    /// The search path for every program that is run from here: cargo's `bin`, then the person's own.
    pub path: OsString,
    pub platform: Platform,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Debian and the right to install packages.
    DebianAsRoot,
    Debian,
    Ubuntu,
    Fedora,
    Arch,
    MacOs,
    Windows,
    Other,
}

impl Workshop {
    pub fn open() -> Result<Workshop, Problem> {
        let manifest_dir = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
        let root = manifest_dir.parent().map(Path::to_owned).filter(|root| root.join("Cargo.toml").is_file());
        let root = root.ok_or_else(|| {
            Problem::new("The project's root was not found.").remedy("run this as `cargo xtask`, inside the project.")
        })?;
        let home = std::env::home_dir();
        let cargo_home = match std::env::var_os("CARGO_HOME").filter(|dir| !dir.is_empty()) {
            Some(dir) => std::path::absolute(dir).ok(),
            None => home.map(|home| home.join(".cargo")),
        };
        let cargo_home = cargo_home.ok_or_else(|| {
            Problem::new("Your home directory is not known, so neither is the place where cargo installs programs.")
                .remedy("set CARGO_HOME to a directory that you may write to.")
        })?;
        let path = programs::put_first(&cargo_home.join("bin"), &persons_path());
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()).into();
        Ok(Workshop { root, cargo, cargo_home, path, platform: Platform::of_this_machine() })
    }

    /// A command in the project's root that finds cargo's programs.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", &self.path);
        // trunk takes only `true` and `false` for these two.
        command.env("TRUNK_SKIP_VERSION_CHECK", "true");
        if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            command.env("NO_COLOR", "true");
        }
        command
    }

    pub fn cargo<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.command(&self.cargo);
        command.args(args);
        command
    }

    pub fn find(&self, names: &[&str]) -> Option<PathBuf> {
        programs::find(names, &self.path)
    }

    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    pub fn target_dir(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR").filter(|dir| !dir.is_empty()) {
            Some(dir) => self.root.join(dir),
            None => self.root.join("target"),
        }
    }

    /// Whether the person's own shell finds what cargo installs.
    ///
    /// rustup puts cargo's `bin` in front of the PATH of whatever it runs, so an entry at the front proves nothing
    /// unless cargo itself is there.
    pub fn cargo_bin_is_on_path(&self) -> bool {
        let bin = self.cargo_home.join("bin");
        let place = std::env::split_paths(&persons_path()).position(|dir| dir == bin);
        match place {
            None => false,
            Some(0) => programs::find(&["cargo"], bin.as_os_str()).is_some(),
            Some(_) => true,
        }
    }
}

fn persons_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

impl Platform {
    fn of_this_machine() -> Platform {
        if cfg!(target_os = "macos") {
            return Platform::MacOs;
        }
        if cfg!(windows) {
            return Platform::Windows;
        }
        let os_release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        match Platform::of_os_release(&os_release) {
            Platform::Debian if is_root() => Platform::DebianAsRoot,
            platform => platform,
        }
    }

    /// Reads `ID`, then the `ID_LIKE` of a derivative. Ubuntu's Chromium is a snap, so it is not like Debian here.
    fn of_os_release(text: &str) -> Platform {
        let field = |key: &str| {
            text.lines().find_map(|line| line.strip_prefix(key)).map(|value| value.trim_matches('"')).unwrap_or("")
        };
        let known = |id: &str| match id {
            "debian" => Some(Platform::Debian),
            "ubuntu" => Some(Platform::Ubuntu),
            "fedora" => Some(Platform::Fedora),
            "arch" => Some(Platform::Arch),
            _ => None,
        };
        known(field("ID=")).or_else(|| field("ID_LIKE=").split(' ').find_map(known)).unwrap_or(Platform::Other)
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    programs::output_of(Command::new("id").arg("-u")).as_deref() == Some("0")
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_platform(os_release: &str, expect: Platform) {
        assert_eq!(Platform::of_os_release(os_release), expect);
    }

    #[test]
    fn the_platform_is_read_from_os_release() {
        check_platform("PRETTY_NAME=\"Debian GNU/Linux 12\"\nVERSION_ID=\"12\"\nID=debian\n", Platform::Debian);
        check_platform("ID=ubuntu\nID_LIKE=debian\n", Platform::Ubuntu);
        check_platform("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Platform::Ubuntu);
        check_platform("ID=manjaro\nID_LIKE=arch\n", Platform::Arch);
        check_platform("ID=\"fedora\"\n", Platform::Fedora);
        check_platform("ID=nixos\n", Platform::Other);
        check_platform("", Platform::Other);
    }
}
