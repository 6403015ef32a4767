//! `cargo xtask serve`: the page on this machine, rebuilt on every change.

use crate::problem::Problem;
use crate::setup;
use crate::workshop::Workshop;
use std::process::Command;

/// As `Trunk.toml` says.
const DEFAULT_PORT: u16 = 8080;

pub fn run(args: &[String]) -> Result<(), Problem> {
    let args = match args {
        [first, rest @ ..] if first == "--" => rest,
        all => all,
    };
    let port = port(args, std::env::var("TRUNK_SERVE_PORT").ok().as_deref());
    let toolbox = setup::run(Workshop::open()?)?;
    if std::net::TcpListener::bind(("127.0.0.1", port)).is_err() {
        return Err(Problem::new(format!("Port {port} is taken."))
            .meaning("Another program, perhaps another `serve`, listens there.")
            .remedy(format!("stop it, or take another port: cargo xtask serve -- --port {}", port.saturating_add(1))));
    }
    println!("\nThe first build takes a minute or two. Then open http://127.0.0.1:{port}/\n");
    let mut command = toolbox.workshop.command(&toolbox.trunk);
    replace_this_process(command.arg("serve").args(args))
}

/// The port that trunk will take: its argument, else its variable, else what `Trunk.toml` says.
fn port(args: &[String], variable: Option<&str>) -> u16 {
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let value = match word.as_str() {
            "--port" | "-p" => words.next().map(String::as_str),
            other => other.strip_prefix("--port=").or_else(|| other.strip_prefix("-p")),
        };
        if let Some(port) = value.and_then(|value| value.parse().ok()) {
            return port;
        }
    }
    variable.and_then(|value| value.parse().ok()).unwrap_or(DEFAULT_PORT)
}

/// So that Ctrl-C and other signals reach trunk itself.
#[cfg(unix)]
fn replace_this_process(command: &mut Command) -> Result<(), Problem> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(Problem::new(format!("trunk could not be started: {error}.")).remedy("run `cargo xtask setup`."))
}

#[cfg(not(unix))]
fn replace_this_process(command: &mut Command) -> Result<(), Problem> {
    crate::programs::run(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_the_one_that_trunk_takes() {
        #[track_caller]
        fn check(args: &[&str], variable: Option<&str>, expect: u16) {
            let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
            assert_eq!(port(&args, variable), expect);
        }
        check(&[], None, 8080);
        check(&[], Some("9000"), 9000);
        check(&["--open", "--port", "9001"], Some("9000"), 9001);
        check(&["--port=9002"], None, 9002);
        check(&["-p", "9003"], None, 9003);
        check(&["--port"], None, 8080);
    }
}
