//! The job in Rust, compiled with sqlx as an application would have it, and run on copies of the file.
//!
//! Compiling sqlx takes a minute the first time, so this runs as a check of its own: `cargo xtask test --only job`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use cortex_inspector::domain::cleanup::script::Script;
use cortex_inspector::domain::instant::Instant;
use cortex_inspector::domain::run::{Step, StepAnswer};

use crate::fixtures::{Fixture, Spec};
use crate::native;

/// A workspace of its own: sqlx brings another version of SQLite's bindings, and one build may hold one only.
const MANIFEST: &str = r#"[package]
name = "cleanup-job"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
anyhow = "1"
sqlx = { version = "0.8", default-features = false, features = ["runtime-tokio", "sqlite"] }
tokio = { version = "1", features = ["macros", "rt", "time"] }
tracing = "0.1"

[profile.dev]
debug = false
"#;

/// What it was last compiled with, so that a newer crate elsewhere fails no check here.
const LOCK: &str = include_str!("../fixtures/cleanup-job.lock");

/// Previewed at the moment at which the job will run, for it says `'now'`.
#[track_caller]
fn previewed(fixture: &Fixture) -> Script {
    let mut opened = fixture.open();
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    opened.engine.set_now(Instant(i64::try_from(elapsed.as_millis()).unwrap()));
    match opened.engine.run(&Step::CleanTogether).unwrap() {
        StepAnswer::Together(together) => together.script,
        other => panic!("{other:?}"),
    }
}

/// A program that runs each job on its file, with nothing in it but the jobs as they were written.
fn write_program(folder: &Path, scripts: &[Script]) {
    let source = folder.join("src");
    fs::create_dir_all(&source).unwrap();
    fs::write(folder.join("Cargo.toml"), MANIFEST).unwrap();
    fs::write(folder.join("Cargo.lock"), LOCK).unwrap();
    let (mut modules, mut calls) = (String::new(), String::new());
    for (at, script) in scripts.iter().enumerate() {
        fs::write(source.join(format!("job_{at}.rs")), script.to_rust()).unwrap();
        modules += &format!("mod job_{at};\n");
        calls += &format!("    job_{at}::cleanup_old_data(&open({at}).await?).await?;\n");
    }
    let main = format!(
        "#![deny(warnings)]\n#![allow(dead_code)]\n{modules}
use sqlx::sqlite::{{SqliteConnectOptions, SqlitePool}};

async fn open(at: usize) -> sqlx::Result<SqlitePool> {{
    let file = std::env::args().nth(at + 1).expect(\"a file for each job\");
    SqlitePool::connect_with(SqliteConnectOptions::new().filename(file).foreign_keys(true)).await
}}

#[tokio::main(flavor = \"current_thread\")]
async fn main() -> anyhow::Result<()> {{
{calls}    Ok(())
}}
"
    );
    fs::write(source.join("main.rs"), main).unwrap();
}

#[test]
#[ignore = "compiles sqlx"]
fn the_job_compiles_and_removes_what_was_previewed() {
    let fixtures = [
        Fixture::standard(),
        Fixture::new(Spec { events_name_terminals: false, ..Spec::default() }),
        Fixture::standard().copy_with(
            "CREATE TRIGGER keep BEFORE DELETE ON workflow BEGIN SELECT RAISE(ABORT, 'workflows \"# are\nkept'); END",
        ),
    ];
    let mut scripts: Vec<Script> = fixtures.iter().map(previewed).collect();
    assert!(scripts[0].steps.iter().any(|step| !step.releases.is_empty()), "no reference is released");
    assert!(!scripts[2].left_out.is_empty(), "nothing is left out");
    // Many transactions.
    scripts[1].steps.iter_mut().for_each(|step| step.batch_rows = 3);

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cleanup-job");
    write_program(&folder, &scripts);
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["run", "--quiet", "--locked", "--"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"));
    let befores: Vec<_> = fixtures.iter().map(|fixture| native::counts(&fixture.native())).collect();
    command.args(fixtures.iter().map(|fixture| &fixture.path));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for ((fixture, script), before) in fixtures.iter().zip(&scripts).zip(&befores) {
        assert!(!script.by_table.is_empty());
        assert_eq!(native::lost(before, &native::counts(&fixture.native())), script.by_table);
    }
}
