//! The page.

#[cfg(target_arch = "wasm32")]
fn main() {
    cortex_inspector::ui::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("The page runs in a browser. Start it with: cargo xtask serve");
}
