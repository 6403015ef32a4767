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
    if workshop.root.join("benches/page.rs").is_file() {
        println!("\nMeasure");
        programs::run(&mut toolbox.browser_cargo(["bench", "--bench", "page"]))?;
    } else {
        println!("\nNothing is measured: there is no benches/page.rs.");
    }
    println!("\nSizes");
    Artifacts::find(&workshop.dist())?.print_sizes()
}
