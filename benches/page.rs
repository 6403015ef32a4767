//! `cargo xtask bench`: how long the built page takes over files of 100 MB and 1 GB in Chromium, and its memory.
//!
//! Times are the page's own `performance.now()`, from the moment at which its file input changed; a script that runs
//! before the page's notes them. Memory is the high-water mark of the renderer process, which runs page and worker and
//! so holds the worker's WebAssembly memory, as Linux counts it. Each figure is the median of fresh browsers, with the
//! range. The first run of the bench also makes the files, which takes a minute. `cargo bench --bench page -- 100-mb`
//! measures one of them, `-- log` reads a log of 1 GB, `-- size` a file too large for memory, `-- honesty` counts how
//! often comparisons of equal and unequal statements are right.
#![cfg(not(target_arch = "wasm32"))]
// The tests use more of these than the bench does.
#![allow(dead_code)]

#[path = "../tests/e2e/browser.rs"]
mod browser;
#[path = "../tests/e2e/fixture.rs"]
mod fixture;
#[path = "page/honesty.rs"]
mod honesty;
#[path = "page/log.rs"]
mod log;
#[path = "../tests/e2e/server.rs"]
mod server;
#[path = "page/size.rs"]
mod size;

use std::path::Path;
use std::time::{Duration, Instant};

use browser::{Browser, SOON};
use fixture::Fixture;

/// A little more than 1 GB, and less than the 1 GiB up to which the worker copies a file into memory.
const GB_1: Fixture = Fixture { n_workflows: 2_000, n_logs: 1_090_000, log_bytes: 620, analyzed: true, seed: 13 };

const REPEATS: usize = 3;
const RUN: Duration = Duration::from_secs(600);
const MIB: f64 = (1 << 20) as f64;

/// What one browser showed on one file.
#[derive(Default)]
struct Sample {
    verdicts_ms: f64,
    finished_ms: f64,
    run_ms: f64,
    longest_task_ms: f64,
    renderer_mib: Option<f64>,
    /// From a move of the retention to its picture on the screen.
    retention_ms: f64,
    /// While the rows of the largest table are scrolled.
    frames_per_second: f64,
    /// Each of the four, within the run.
    previews_ms: f64,
    /// Of the clean-up of workflows, which takes the most along.
    stragglers_ms: f64,
    together_ms: f64,
    /// What the status said, and how long.
    steps_ms: Vec<(String, f64)>,
}

fn main() {
    // `cargo test --benches` and `cargo clippy --all-targets` build this, the former also runs it.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("Measures only under `cargo bench`.");
        return;
    }
    let wanted = |name: &str| {
        let mut names = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).peekable();
        names.peek().is_none() || names.any(|arg| arg == name)
    };
    for (name, fixture) in [("100-mb", Fixture::MB_100), ("1-gb", GB_1)].into_iter().filter(|(name, _)| wanted(name)) {
        let file = fixture.file();
        let bytes = std::fs::metadata(&file).expect("the file was just made").len();
        println!("\n{name}: {bytes} bytes, {} log rows; median of {REPEATS} (range)", fixture.n_logs);
        let samples: Vec<Sample> = (0..REPEATS).map(|_| measure(&file)).collect();
        print("file chosen to first verdicts", "ms", &samples, |sample| Some(sample.verdicts_ms));
        print("file chosen to finished", "ms", &samples, |sample| Some(sample.finished_ms));
        print("Run everything to finished", "ms", &samples, |sample| Some(sample.run_ms));
        print_slowest_steps(&samples[0]);
        print("longest task of the main thread", "ms", &samples, |sample| Some(sample.longest_task_ms));
        print("retention moved to its picture", "ms", &samples, |sample| Some(sample.retention_ms));
        print("four previews of clean-ups", "ms", &samples, |sample| Some(sample.previews_ms));
        print("rows treated otherwise, workflows", "ms", &samples, |sample| Some(sample.stragglers_ms));
        print("all clean-ups, one after the other", "ms", &samples, |sample| Some(sample.together_ms));
        print("frames while rows are scrolled", "/s", &samples, |sample| Some(sample.frames_per_second));
        print("renderer, high-water mark", "MiB", &samples, |sample| sample.renderer_mib);
    }
    if wanted("log") {
        log::measure();
    }
    if wanted("size") {
        size::measure();
    }
    if wanted("honesty") {
        honesty::measure();
    }
}

fn measure(file: &Path) -> Sample {
    let browser = Browser::open("bench");
    browser.choose_files("Open database", &[file]);
    browser.status("Plans asked for", SOON);
    let notes = browser.js("return notes", vec![]);
    let chosen_ms = notes["chosenAt"].as_f64().expect("the file input changed");
    let since_chosen = |notes: &serde_json::Value, prefix: &str| {
        let statuses = notes["statuses"].as_array().expect("a list");
        let status =
            statuses.iter().rfind(|status| status["text"].as_str().is_some_and(|text| text.starts_with(prefix)));
        let ms = status.and_then(|status| status["ms"].as_f64());
        ms.unwrap_or_else(|| panic!("no status starts with {prefix}: {statuses:?}")) - chosen_ms
    };
    let verdicts_ms = since_chosen(&notes, "Plans asked for");
    // Started by a click at once, as a person in a hurry would; the rows' ages do not matter to the time.
    browser.click("button", "Run everything");
    let clicked_ms = browser.js("return performance.now()", vec![]).as_f64().expect("a time") - chosen_ms;
    browser.status("Finished", RUN);
    let notes = browser.js("return notes", vec![]);
    let finished_ms = since_chosen(&notes, "Finished");
    let longest_task_ms = browser.long_tasks().iter().map(|task| task.ms).fold(0.0, f64::max);
    let renderer_mib = browser.renderer_high_water_bytes().map(|bytes| bytes as f64 / MIB);
    let steps_ms = steps_ms(&notes);
    let previews = steps_ms.iter().filter(|(text, _)| text.starts_with("Executing clean-up"));
    Sample {
        verdicts_ms,
        finished_ms,
        run_ms: finished_ms - clicked_ms,
        longest_task_ms,
        renderer_mib,
        retention_ms: retention_ms(&browser),
        previews_ms: previews.map(|(_, ms)| ms).sum(),
        stragglers_ms: answered_ms(&browser, "Look for them", "section[aria-labelledby=stragglers] h3"),
        together_ms: answered_ms(&browser, "Try all of them", "section[aria-labelledby=together] .outcome"),
        frames_per_second: frames_per_second(&browser),
        steps_ms,
    }
}

/// Median of 20 moves of the retention, each until the frame after it is drawn.
fn retention_ms(browser: &Browser) -> f64 {
    browser.js("location.hash = '#/cleanups/clean-up-old-terminal-logs'", vec![]);
    // A picture has no text of its own in the sense of `innerText`.
    let picture = "return document.querySelector('section[aria-labelledby=ages] svg') !== null";
    browser.until("the picture of ages", SOON, || browser.js(picture, vec![]).as_bool().filter(|is_there| *is_there));
    let script = "const slider = document.querySelector('input[type=range]');
        const drawn = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
        return (async () => {
            const times = [];
            for (let days = 1; days <= 20; days++) {
                const start = performance.now();
                slider.value = days;
                slider.dispatchEvent(new Event('input', { bubbles: true }));
                await drawn();
                times.push(performance.now() - start);
            }
            return times.sort((a, b) => a - b)[10];
        })()";
    browser.js(script, vec![]).as_f64().expect("a time")
}

/// From a click on the view of workflows to its answer on the screen.
fn answered_ms(browser: &Browser, button: &str, answer: &str) -> f64 {
    browser.js("location.hash = '#/cleanups/clean-up-old-completed-workflows'", vec![]);
    browser.until("the clean-up", SOON, || browser.text_of("section[aria-labelledby=stragglers]"));
    let start = Instant::now();
    browser.click("button", button);
    browser.until("its answer", RUN, || browser.text_of(answer));
    start.elapsed().as_secs_f64() * 1e3
}

/// Three seconds of scrolling half a screen per frame.
fn frames_per_second(browser: &Browser) -> f64 {
    browser.js("location.hash = '#/overview/terminal_log'", vec![]);
    browser.click("button", "Look at the rows of terminal_log");
    browser.until("the rows", SOON, || browser.text_of("[role=gridcell]"));
    let script = "const grid = document.querySelector('[role=grid]');
        return new Promise(done => {
            let frames = 0;
            let start;
            const frame = now => {
                start ??= now;
                if (now - start >= 3000) return done(frames / (now - start) * 1000);
                frames++;
                grid.scrollTop += grid.clientHeight / 2;
                requestAnimationFrame(frame);
            };
            requestAnimationFrame(frame);
        })";
    browser.js(script, vec![]).as_f64().expect("a rate")
}

/// Each status of the run with the time until the next one.
fn steps_ms(notes: &serde_json::Value) -> Vec<(String, f64)> {
    let statuses = notes["statuses"].as_array().map(Vec::as_slice).unwrap_or_default();
    let at = |status: &serde_json::Value| status["ms"].as_f64().unwrap_or_default();
    let pairs =
        statuses.windows(2).map(|pair| (pair[0]["text"].as_str().unwrap_or_default(), at(&pair[1]) - at(&pair[0])));
    pairs.filter(|(text, _)| !text.starts_with("Plans asked for")).map(|(text, ms)| (text.to_owned(), ms)).collect()
}

fn print_slowest_steps(sample: &Sample) {
    let mut steps: Vec<&(String, f64)> = sample.steps_ms.iter().collect();
    steps.sort_by(|a, b| b.1.total_cmp(&a.1));
    let slowest: Vec<String> = steps.iter().take(5).map(|(text, ms)| format!("{text} {ms:.0} ms")).collect();
    println!("  slowest steps of the first: {}", slowest.join(", "));
}

fn print(what: &str, unit: &str, samples: &[Sample], figure: impl Fn(&Sample) -> Option<f64>) {
    print_figures(what, unit, samples.iter().filter_map(figure).collect());
}

/// Their median and range. Gives the median back.
fn print_figures(what: &str, unit: &str, mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let median = figures.get(figures.len() / 2).copied();
    match (figures.as_slice(), median) {
        ([least, .., most], Some(median)) => {
            println!("  {what:<34} {median:>9.0} {unit:<4} ({least:.0} to {most:.0})");
        }
        ([only], _) => println!("  {what:<34} {only:>9.0} {unit}"),
        _ => println!("  {what:<34} {:>9} {unit:<4} this browser or system does not tell", "-"),
    }
    median
}
