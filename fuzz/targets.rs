//! What is read, and what must be true of it whatever the bytes.

use std::sync::LazyLock;

use cortex_inspector::domain::baseline::Baseline;
use cortex_inspector::domain::catalogue::Catalogue;
use cortex_inspector::domain::criterion::read as read_criterion;
use cortex_inspector::domain::exports::Format;
use cortex_inspector::domain::finding;
use cortex_inspector::domain::plan::{self, PlanRow};
use cortex_inspector::domain::plan_words;
use cortex_inspector::domain::repair;
use cortex_inspector::domain::report::Report;
use cortex_inspector::engine::{Engine, Wal, journal_is_hot, read_header, super_journal};
use cortex_inspector::snapshot::{Base, Overlay, RamSource};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Engine::new().expect("an engine").catalogue().clone());

fn base(bytes: &[u8]) -> Base {
    Base::new(RamSource::from_bytes(bytes))
}

pub fn header(bytes: &[u8]) {
    match read_header("fuzz.sqlite", &bytes[..bytes.len().min(4096)], bytes.len() as u64) {
        Ok(header) => {
            assert!(header.page_size.is_power_of_two() && (512..=65_536).contains(&header.page_size));
            let expected = u64::from(header.page_count.unwrap_or(1)) * u64::from(header.page_size);
            assert_eq!(header.missing_bytes, expected.saturating_sub(bytes.len() as u64));
        }
        Err(failure) => assert!(failure.message.contains("fuzz.sqlite")),
    }
}

/// The first four bytes are the number of pages of the database beside it.
pub fn wal(bytes: &[u8]) {
    let (n_pages, wal) = bytes.split_at(bytes.len().min(4));
    let n_pages = n_pages.iter().fold(0, |n, byte| n << 8 | u64::from(*byte));
    let read = Wal::read(&base(wal), n_pages).expect("bytes in memory can be read");
    assert!(read.n_committed <= read.n_frames);
    assert!(read.page_size.is_some() || read.n_frames == 0);
}

pub fn journal(bytes: &[u8]) {
    let journal = base(bytes);
    let is_hot = journal_is_hot(&journal).expect("bytes in memory can be read");
    assert_eq!(is_hot, bytes.first().is_some_and(|first| *first != 0));
    let named = super_journal(&journal).expect("bytes in memory can be read");
    assert!(named.is_none_or(|name| !name.is_empty()));
}

/// Steps of six bytes each, on forks and on plain bytes: both must stay alike.
pub fn overlay(bytes: &[u8]) {
    let (head, steps) = bytes.split_at(bytes.len().min(3));
    let [page_size, base_len, seed] = std::array::from_fn(|at| usize::from(head.get(at).copied().unwrap_or(7)));
    let content: Vec<u8> = (0..base_len * 16).map(|at| (at + seed) as u8).collect();
    let mut forks = vec![(Overlay::new(&base(&content), page_size * 2), content)];
    let mut current = 0;
    for step in steps.chunks_exact(6) {
        let at = usize::from(u16::from_be_bytes([step[1], step[2]])) % 6_000;
        let length = usize::from(u16::from_be_bytes([step[3], step[4]])) % 1_500;
        let (overlay, file) = &mut forks[current];
        match step[0] % 5 {
            0 => {
                let bytes = vec![step[5]; length];
                overlay.write_at(at as u64, &bytes).expect("memory");
                if length > 0 {
                    file.resize(file.len().max(at + length), 0);
                    file[at..at + length].copy_from_slice(&bytes);
                }
            }
            1 => {
                overlay.set_len(at as u64).expect("memory");
                file.resize(at, 0);
            }
            2 => {
                let mut buf = vec![0xaa; length];
                let n = overlay.read_at(at as u64, &mut buf).expect("memory");
                assert!(buf[..n] == file[at.min(file.len())..(at + length).min(file.len())]);
            }
            3 if forks.len() < 16 => {
                let fork = forks[current].clone();
                forks.push(fork);
            }
            _ => current = usize::from(step[5]) % forks.len(),
        }
    }
    for (overlay, file) in &forks {
        let mut buf = vec![0xaa; file.len() + 1];
        assert_eq!(overlay.read_at(0, &mut buf).expect("memory"), file.len());
        assert!(buf[..file.len()] == *file);
    }
}

/// A row a line: two bytes for its id and its parent, then SQLite's words.
pub fn plan(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let row = |line: &str| {
        let mut chars = line.chars();
        let [id, parent] = std::array::from_fn(|_| chars.next().map_or(0, |ch| i64::from(u32::from(ch) % 64)));
        PlanRow { id, parent, detail: chars.collect() }
    };
    let rows: Vec<PlanRow> = text.lines().map(row).collect();
    let (one, other) = rows.split_at(rows.len() / 2);
    for row in &rows {
        let _ = (row.step(), plan_words::sentence(row));
    }
    let _ = (plan::render(&rows), plan::changes(one, other), plan::costly_steps(&rows).count());
    assert!(plan::same_steps(one, one));
    assert!(plan::changes(one, one).iter().all(|change| *change == plan::Change::Same));
    let _ = plan::tree(one, other);
}

/// What can be read can be shown, as data and for people, and read again.
pub fn report(bytes: &[u8]) {
    let Ok(mut report) = serde_json::from_slice::<Report>(bytes) else { return };
    let again: Report = serde_json::from_str(&report.to_json()).expect("a report is read again");
    assert_eq!(again.to_json(), report.to_json());
    report.findings = finding::derive(&report, &CATALOGUE);
    let repair = repair::repair(&report, &CATALOGUE);
    assert!(!Format::Html.write(&report, &CATALOGUE, &repair).contains("<script"));
    let _ = Format::Markdown.write(&report, &CATALOGUE, &repair);
}

pub fn baseline(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Baseline::read(&text) {
        Ok(baseline) => assert!(Baseline::read(&baseline.to_json()).is_ok(), "a baseline is not read again"),
        Err(failure) => assert!(failure.message.ends_with('.'), "{}", failure.message),
    }
}

/// Each file is a line with its path and the text up to a line with three dashes.
pub fn criterion(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let files = text.split("\n---\n").map(|file| file.split_once('\n').unwrap_or((file, "")));
    let files: Vec<(String, String)> = files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    let read = read_criterion(&files);
    for result in &read.results {
        assert!(!result.run.is_empty() && result.n_samples.is_none_or(|n| n > 0), "{result:?}");
    }
}
