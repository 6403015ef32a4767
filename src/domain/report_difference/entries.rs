//! The parts of two reports, entry by entry.

use std::collections::BTreeMap;

use super::{Changed, Direction, Part, ReportDifference};
use crate::domain::cleanup::{CleanupReport, DeleteOutcome};
use crate::domain::database::{Database, Table};
use crate::domain::finding::Finding;
use crate::domain::migration::Outcome;
use crate::domain::numbers::{bytes, count, counted};
use crate::domain::query::{Cost, QueryReport};
use crate::domain::report::Report;
use crate::domain::verdict::Claim;

/// Figures below this ratio of change are listed as different, not as better or worse.
const WORTH_A_WORD: f64 = 0.1;

pub fn compare(then: &Report, now: &Report, into: &mut ReportDifference) {
    into.add("The file", facts(then), facts(now), Clone::clone, |_, _| Direction::Other);
    into.add("Tables", tables(&then.database), tables(&now.database), Clone::clone, |_, _| Direction::Other);
    let outcomes = |report: &Report| by(&report.migration, |entry| (entry.index.clone(), entry.outcome));
    into.add("Documented indexes", outcomes(then), outcomes(now), |outcome| outcome.label().into(), outcome_direction);
    let verdicts = |report: &Report| {
        let claim = |(id, claim): (&str, &Claim)| (format!("{id}: {}", claim.index), claim.before.verdict);
        report.claims().map(claim).collect::<Vec<_>>()
    };
    // Verdicts are in order from good to bad.
    into.add("Claims", verdicts(then), verdicts(now), |verdict| verdict.label().into(), |a, b| less_is_better(*a, *b));
    into.parts.push(findings(&then.findings, &now.findings));
    let cleanups = |report: &Report| by(&report.cleanups, |entry| Some((entry.id.clone(), Preview::of(entry)?)));
    into.add("Clean-ups", flat(cleanups(then)), flat(cleanups(now)), Preview::words, Preview::direction);
    let costs = |report: &Report| by(&report.queries, work);
    into.add("Queries as dropped", flat(costs(then)), flat(costs(now)), Work::words, Work::direction);
    let sizes = |report: &Report| by(&report.sizes, |size| (size.name.clone(), (size.bytes, size.n_rows)));
    let words = |(size, n_rows): &(u64, u64)| format!("{}, {}", bytes(*size).text(), counted(*n_rows, "row", "rows"));
    into.add("Sizes", sizes(then), sizes(now), words, |_, _| Direction::Other);
    let limits = |report: &Report| by(&report.benchmarks, |one| (one.id.clone(), one.within_expected));
    let words = |within: &bool| if *within { "Within the limit" } else { "Not within the limit" }.into();
    into.add("Benchmarks", limits(then), limits(now), words, |a, b| less_is_better(!a, !b));
    into.parts.retain(|part| part.n_same > 0 || !part.changes.is_empty());
}

fn by<T, K>(entries: &[T], of: impl Fn(&T) -> K) -> Vec<K> {
    entries.iter().map(of).collect()
}

fn flat<T>(entries: Vec<Option<T>>) -> Vec<T> {
    entries.into_iter().flatten().collect()
}

impl ReportDifference {
    /// A part that a report may lack altogether, because nobody asked.
    fn add<T: PartialEq>(
        &mut self,
        title: &'static str,
        then: Vec<(String, T)>,
        now: Vec<(String, T)>,
        words: impl Fn(&T) -> String,
        direction: impl Fn(&T, &T) -> Direction,
    ) {
        match (then.is_empty(), now.is_empty()) {
            (true, true) => {}
            (true, false) => self.left_out.push(format!("{title}: not asked in the older report.")),
            (false, true) => self.left_out.push(format!("{title}: not asked in the newer report.")),
            (false, false) => {
                let mut changes = Vec::new();
                let mut n_same = 0;
                let mut older: BTreeMap<String, T> = then.into_iter().collect();
                for (what, now) in now {
                    match older.remove(&what) {
                        Some(then) if then == now => n_same += 1,
                        Some(then) => {
                            let direction = direction(&then, &now);
                            changes.push(Changed { what, then: words(&then), now: words(&now), direction });
                        }
                        None => changes.extend(changed(&what, String::new(), words(&now), Direction::Other)),
                    }
                }
                for (what, then) in older {
                    changes.extend(changed(&what, words(&then), String::new(), Direction::Other));
                }
                self.parts.push(Part { title, changes, n_same });
            }
        }
    }
}

fn changed(what: &str, then: String, now: String, direction: Direction) -> Option<Changed> {
    (then != now).then(|| Changed { what: what.into(), then, now, direction })
}

fn less_is_better<T: PartialOrd>(then: T, now: T) -> Direction {
    if now < then {
        Direction::Better
    } else if now > then {
        Direction::Worse
    } else {
        Direction::Other
    }
}

fn facts(report: &Report) -> Vec<(String, String)> {
    let database = &report.database;
    let migrations = match database.applied_migrations.last() {
        None => "none recorded".into(),
        Some(last) => format!("{}, the last {last}", database.applied_migrations.len()),
    };
    let statistics = if database.has_statistics { "there" } else { "none" };
    [
        ("Name", database.file_name.clone()),
        ("Size", bytes(database.bytes).text()),
        ("Pages", count(database.page_count)),
        ("Free pages", count(database.freelist_count)),
        ("Journal mode", database.journal_mode.clone()),
        ("Statistics", statistics.into()),
        ("Applied migrations", migrations),
        ("SQLite", report.environment.sqlite_version.clone()),
    ]
    .map(|(what, fact)| (what.to_owned(), fact))
    .into()
}

/// Names of columns and indexes: what a migration changes.
fn tables(database: &Database) -> Vec<(String, String)> {
    let of = |table: &Table| {
        let mut indexes: Vec<&str> = table.indexes.iter().map(|index| index.name.as_str()).collect();
        indexes.sort_unstable();
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let indexes = if indexes.is_empty() { "no index".into() } else { indexes.join(", ") };
        (table.name.clone(), format!("{}; {indexes}", columns.join(", ")))
    };
    database.tables.iter().map(of).collect()
}

/// A documented index that is not there yet is not worse than one that stands in another form.
fn outcome_direction(then: &Outcome, now: &Outcome) -> Direction {
    let rank = |outcome: &Outcome| u8::from(*outcome != Outcome::AlreadyPresent);
    less_is_better(rank(then), rank(now))
}

/// By rule and what it is about: titles and evidence hold figures, which change from day to day.
fn findings(then: &[Finding], now: &[Finding]) -> Part {
    let key = |finding: &Finding| {
        let about: Vec<&str> = finding.about.iter().map(|subject| subject.id()).collect();
        (finding.rule.clone(), about.join(", "))
    };
    let line = |finding: &Finding| format!("{}: {}", finding.severity.label(), finding.title);
    let name = |finding: &Finding| match key(finding) {
        (rule, about) if about.is_empty() => rule,
        (rule, about) => format!("{rule}: {about}"),
    };
    let missing = |from: &Finding, of: &[Finding]| of.iter().all(|other| key(other) != key(from));
    let mut part = Part { title: "Findings", changes: Vec::new(), n_same: 0 };
    for finding in now {
        if missing(finding, then) {
            part.changes.extend(changed(&name(finding), String::new(), line(finding), Direction::Worse));
        } else {
            part.n_same += 1;
        }
    }
    for finding in then.iter().filter(|finding| missing(finding, now)) {
        part.changes.extend(changed(&name(finding), line(finding), String::new(), Direction::Better));
    }
    part
}

/// What a clean-up came to.
#[derive(PartialEq)]
struct Preview {
    works: bool,
    n_deleted: u64,
    n_orphans: u64,
    n_missed: u64,
}

impl Preview {
    fn of(cleanup: &CleanupReport) -> Option<Self> {
        let (on, off) = (cleanup.foreign_keys_on.as_ref()?, cleanup.foreign_keys_off.as_ref());
        Some(Self {
            works: on.outcome == DeleteOutcome::Ok,
            n_deleted: on.n_deleted,
            n_orphans: off.map_or(0, |off| off.orphans.values().sum()),
            n_missed: cleanup.n_missed_by_text_comparison.unwrap_or_default(),
        })
    }

    fn words(&self) -> String {
        let mut parts = vec![match self.works {
            true => format!("removes {}", counted(self.n_deleted, "row", "rows")),
            false => "fails".into(),
        }];
        if self.n_missed > 0 {
            parts.push(format!("misses {}", count(self.n_missed)));
        }
        if self.n_orphans > 0 {
            parts.push(format!("{} without foreign keys", counted(self.n_orphans, "orphan", "orphans")));
        }
        parts.join(", ")
    }

    /// Whether it works counts; how many rows are old enough says nothing.
    fn direction(then: &Self, now: &Self) -> Direction {
        less_is_better(!then.works, !now.works)
    }
}

/// What SQLite's counters and the file say of one run: it is the same every time.
#[derive(PartialEq)]
struct Work {
    vm_steps: u64,
    pages_read: u64,
    n_rows: u64,
}

fn work(query: &QueryReport) -> Option<(String, Work)> {
    let Cost { vm_steps, pages_read, n_rows, .. } = *query.before.as_ref()?;
    Some((query.id.clone(), Work { vm_steps, pages_read, n_rows }))
}

impl Work {
    fn words(&self) -> String {
        let rows = counted(self.n_rows, "row", "rows");
        format!("{rows} in {} steps, {}", count(self.vm_steps), counted(self.pages_read, "page", "pages"))
    }

    fn direction(then: &Self, now: &Self) -> Direction {
        let (was, is) = (then.vm_steps as f64, now.vm_steps as f64);
        if (is - was).abs() < was * WORTH_A_WORD { Direction::Other } else { less_is_better(was, is) }
    }
}
