//! `cargo xtask bench`: how long the page takes in a browser, and how large it is.

use crate::dist::{self, Artifacts};
use crate::problem::Problem;
use crate::programs;
use crate::setup;
use crate::workshop::Workshop;

pub fn run() -> Result<(), Problem> {
    let toolbox = setup::run(Workshop::open()?)?;
    let workshop = &toolbox.workshop;
    println!("\nBuild");
    dist::build(workshop, &toolbox.trunk)?;
    println!("\nMeasure");
    // As a test: what is measured is the release build of the page, not the program that steers the browser, and
    // `cargo bench` would build that program with the page's slow release profile.
    programs::run(&mut toolbox.browser_cargo(["test", "--bench", "page", "--", "--bench"]))?;
    println!("\nSizes");
    Artifacts::find(&workshop.dist())?.print_sizes()
}
