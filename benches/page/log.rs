//! How long a log of 1 GB takes from the choice to its answer, and the memory.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{MIB, REPEATS, RUN, print_figures};
use crate::browser::Browser;

const BYTES: u64 = 1_000_000_000;

pub fn measure() {
    let path = file();
    let bytes = std::fs::metadata(&path).expect("the log was just made").len();
    println!("\nlog: {bytes} bytes of tracing\u{2019}s full format; median of {REPEATS} (range)");
    let samples: Vec<[f64; 2]> = (0..REPEATS).map(|_| read(&path)).collect();
    for (at, what, unit) in [(0, "log chosen to its answer", "ms"), (1, "renderer, high-water mark", "MiB")] {
        print_figures(what, unit, samples.iter().map(|sample| sample[at]).collect());
    }
}

/// Milliseconds and MiB of a fresh browser.
fn read(path: &Path) -> [f64; 2] {
    let browser = Browser::open("bench-log");
    browser.js("location.hash = '#/monitoring'", vec![]);
    browser.choose_files("Choose a log", &[path]);
    let answer = "return document.querySelector('h1')?.textContent.includes('takes') ? performance.now() : null";
    let answered_ms = browser.until("the answer", RUN, || browser.js(answer, vec![]).as_f64());
    let chosen_ms = browser.js("return notes.chosenAt", vec![]).as_f64().expect("the file input changed");
    let mib = browser.renderer_high_water_bytes().map_or(f64::NAN, |bytes| bytes as f64 / MIB);
    [answered_ms - chosen_ms, mib]
}

/// Made when it is not there yet: queries of ten names and a hundred projects, with a line of the pool now and then.
fn file() -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("application-1-gb.log");
    if std::fs::metadata(&path).is_ok_and(|data| data.len() >= BYTES) {
        return path;
    }
    write(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    path
}

fn write(path: &Path) -> std::io::Result<()> {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    let mut n_bytes = 0;
    for n in 0_u64.. {
        let (day, second, us) = (1 + n / 800_000 % 28, n / 10 % 86_400, n % 10 * 100_000);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let at = format!("2025-01-{day:02}T{hour:02}:{minute:02}:{second:02}.{us:06}Z");
        let line = match n % 100 {
            0 => format!("{at}  INFO db::pool: Connection pool stats: {{size: 10, available: {}}}\n", rng.u32(0..=10)),
            _ => format!(
                "{at} DEBUG request{{id={n}}}: db::models::workflow: find_{} query completed project_id=proj-{} \
                 count={} duration_ms={}\n",
                rng.u32(0..10),
                rng.u32(0..100),
                rng.u32(0..200),
                rng.u32(0..50),
            ),
        };
        out.write_all(line.as_bytes())?;
        n_bytes += line.len() as u64;
        if n_bytes >= BYTES {
            break;
        }
    }
    out.flush()
}
