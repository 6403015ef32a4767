//! A log read in the worker from a File, slice by slice, as the page does.

use std::fmt::Write as _;

use cortex_inspector::domain::log::ProblemKind;
use cortex_inspector::domain::monitoring::LogSummary;
use cortex_inspector::engine::Engine;
use cortex_inspector::snapshot::BlobSource;
use wasm_bindgen_test::wasm_bindgen_test;

/// Slices that end in the middle of a line, of a character and of an event of several lines.
const SLICE: u64 = (1 << 20) + 77;

fn file(bytes: &[u8]) -> web_sys::File {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    web_sys::File::new_with_u8_array_sequence(&parts, "application.log").expect("the browser makes a File")
}

fn read(bytes: &[u8]) -> (LogSummary, u32) {
    let mut engine = Engine::new().expect("the engine starts");
    let source = BlobSource::new(&file(bytes)).expect("a worker reads files");
    engine.open_log("application.log".into(), Box::new(source));
    let mut n_parts = 0;
    loop {
        let part = engine.read_log(SLICE, false).expect("a slice is read");
        n_parts += 1;
        assert_eq!(part.n_read, (u64::from(n_parts) * SLICE).min(bytes.len() as u64));
        if let Some(summary) = part.summary {
            return (summary, n_parts);
        }
    }
}

#[wasm_bindgen_test]
fn a_log_is_read_from_a_file_in_slices() {
    let mut log = String::new();
    for n in 0..30_000_u64 {
        let (minute, second) = (n / 600 % 60, n / 10 % 60);
        let _ = write!(
            log,
            "[2025-01-19T10:{minute:02}:{second:02}Z DEBUG db::models::workflow] find_größe query completed\n    \
             project_id: \"proj-{}\",\n    count: 5,\n    duration_ms: {}\n\
             [2025-01-19T10:{minute:02}:{second:02}Z INFO db] Connection pool stats: {{size: 4, available: {}}}\n",
            n % 3,
            1 + n % 10,
            n % 4,
        );
    }
    let mut bytes = log.into_bytes();
    let line = bytes.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    bytes.extend([0, 1, 2, b'\n']);
    bytes.resize(bytes.len() + (2 << 20), b'x');
    bytes.extend(b"\n[2025-01-19T11:00:00Z DEBUG db] find_gr");
    let (summary, n_parts) = read(&bytes);
    assert!(n_parts > 5, "{n_parts} slices");
    assert!(summary.is_whole());
    assert_eq!((summary.n_timed(), summary.n_lines), (30_000, line + 2));
    let query = &summary.queries[0];
    assert_eq!((query.name.as_str(), query.projects.len()), ("find_größe", 3));
    assert_eq!((query.all.median_ns(), query.all.max_ns()), (5_000_000, 10_000_000));
    assert_eq!((summary.pool.n, summary.pool.n_none, summary.pool.max_used), (30_000, 7_500, 4));
    let named: Vec<_> = summary.problems.named.iter().map(|problem| (problem.kind, problem.line)).collect();
    assert_eq!(
        named,
        [(ProblemKind::Binary, line), (ProblemKind::TooLong, line + 1), (ProblemKind::CutShort, line + 2)]
    );
}
