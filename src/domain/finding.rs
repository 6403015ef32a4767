//! What is wrong, how bad, and what to do: derived from a report alone.

use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
use super::cleanup::{CleanupReport, DeleteOutcome};
use super::foreign_key_index::{PaidKey, paid_keys};
use super::index_findings;
use super::integrity::IntegrityReport;
use super::migration::{IndexReport, Outcome};
use super::numbers::{count, counted, duration};
use super::query::QueryReport;
use super::report::Report;
use super::statistics_findings;
use super::verdict::Verdict;
use super::words::{code, identifier, list, number_word};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
    Info,
}

impl Severity {
    pub fn label(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::Warning => "Warning",
            Self::Info => "Note",
        }
    }
}

/// One thing that a person should know or do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Kebab-case and stable: `migration-statement-refused`.
    pub rule: String,
    pub severity: Severity,
    /// A sentence without a full stop.
    pub title: String,
    /// What was measured or what SQLite said, in whole sentences.
    pub evidence: String,
    /// The figure that carries the finding, for the margin: `0 of 6,365`, with what it counts.
    pub figure: Option<Figure>,
    /// Statements that put it right; tried where the evidence says so.
    pub fix_sql: Option<String>,
    /// Entries of the report that this is about.
    pub about: Vec<Subject>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    pub value: String,
    pub of_what: String,
}

/// An entry of the report that a finding leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Subject {
    Index(String),
    Query(String),
    Cleanup(String),
    Table(String),
}

impl Subject {
    /// The name of the entry.
    pub fn id(&self) -> &str {
        match self {
            Self::Index(id) | Self::Query(id) | Self::Cleanup(id) | Self::Table(id) => id,
        }
    }
}

/// Everything that follows from the report as it stands, worst first.
pub fn derive(report: &Report, catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(report.database.notices.iter().map(|notice| file_notice(notice)));
    findings.extend(report.integrity.as_ref().and_then(file_damaged));
    findings.extend(report.cleanups.iter().filter_map(cleanup_fails));
    findings.extend(report.migration.iter().filter_map(index_breaks_writes));
    findings.extend(statements_refused(report));
    findings.extend(indexes_missing(report, catalogue));
    findings.extend(rows_missed(report, catalogue));
    findings.extend(indexes_differ(report));
    findings.extend(claims_impossible(report));
    findings.extend(foreign_keys_without_index(report, catalogue));
    findings.extend(queries_slower(report));
    findings.extend(claims_depend_on_statistics(report));
    findings.extend(orphans(report));
    findings.extend(claims_not_chosen(report));
    findings.extend(tables_missing(report));
    findings.extend(index_findings::derive(report, catalogue));
    findings.extend(statistics_findings::derive(report));
    findings.sort_by_key(|finding| finding.severity);
    findings
}

pub(super) fn finding(rule: &str, severity: Severity, title: String, evidence: String) -> Finding {
    Finding { rule: rule.into(), severity, title, evidence, figure: None, fix_sql: None, about: Vec::new() }
}

fn figure(value: impl Into<String>, of_what: impl Into<String>) -> Option<Figure> {
    Some(Figure { value: value.into(), of_what: of_what.into() })
}

fn file_notice(notice: &str) -> Finding {
    finding("file-notice", Severity::Info, "The file itself needs a word".into(), notice.into())
}

fn file_damaged(integrity: &IntegrityReport) -> Option<Finding> {
    let first = integrity.problems.first()?;
    let n = count(integrity.problems.len() as u64);
    let value = if integrity.is_cut { format!("≥ {n}") } else { n };
    let evidence = format!("{} The first: {}. {}", integrity.words(), code(first), IntegrityReport::REMEDY);
    let severity = Severity::Error;
    let damaged = finding("file-damaged", severity, "The file is damaged".into(), evidence);
    Some(Finding { figure: figure(value, "problems"), ..damaged })
}

fn cleanup_fails(cleanup: &CleanupReport) -> Option<Finding> {
    let run = cleanup.foreign_keys_on.as_ref().filter(|run| run.outcome != DeleteOutcome::Ok)?;
    let words = run.error.clone().unwrap_or_default();
    let reasons: Vec<String> = cleanup
        .blocking
        .iter()
        .map(|rows| {
            format!(
                "{} of `{}` still name {} by `{}` ({})",
                counted(rows.n_rows, "row", "rows"),
                rows.table,
                counted(rows.n_parents, "row to be removed", "rows to be removed"),
                rows.columns.join(", "),
                if rows.on_delete == "NO ACTION" {
                    "no ON DELETE action".into()
                } else {
                    format!("ON DELETE {}", rows.on_delete)
                }
            )
        })
        .collect();
    let because = if reasons.is_empty() { String::new() } else { format!(" {}.", list(&reasons)) };
    let repaired = cleanup.release.as_ref().map(|release| {
        format!(
            " With the references released first it works: {} go, {} stay without their reference.",
            counted(release.n_deleted, "row", "rows"),
            counted(release.n_released, "row", "rows")
        )
    });
    Some(Finding {
        figure: figure(format!("0 of {}", count(run.n_matching)), "rows removed"),
        fix_sql: cleanup.release.as_ref().map(|release| release.sql.clone()),
        about: vec![Subject::Cleanup(cleanup.id.clone())],
        ..finding(
            "cleanup-fails",
            Severity::Error,
            format!("The clean-up of {} fails and removes nothing", cleanup.title.to_lowercase()),
            format!(
                "With foreign keys on, as the application runs, SQLite answers `{words}` and takes the whole DELETE \
                 back.{because}{}",
                repaired.unwrap_or_default()
            ),
        )
    })
}

fn index_breaks_writes(entry: &IndexReport) -> Option<Finding> {
    let words = entry.error.as_ref().filter(|_| entry.outcome == Outcome::AlreadyPresent)?;
    Some(Finding {
        figure: figure("every", "INSERT fails"),
        fix_sql: Some(drop_and(entry, entry.replacement_sql.as_deref())),
        about: vec![Subject::Index(entry.index.clone())],
        ..finding(
            "index-breaks-writes",
            Severity::Error,
            format!("No row can be inserted into {} any more", entry.table),
            format!(
                "`{}` was created while the table was empty. Now SQLite answers every INSERT with `{words}`.",
                entry.index
            ),
        )
    })
}

/// Frees the name of an index and gives it to another definition.
fn drop_and(entry: &IndexReport, create: Option<&str>) -> String {
    let drop = format!("DROP INDEX {};", identifier(&entry.index));
    create.map_or(drop.clone(), |create| format!("{drop}\n{create}"))
}

fn statements_refused(report: &Report) -> Option<Finding> {
    let refused: Vec<&IndexReport> =
        report.migration.iter().filter(|entry| entry.outcome == Outcome::Refused).collect();
    let first = refused.first()?;
    let fixes: Vec<&str> = refused.iter().filter_map(|entry| entry.replacement_sql.as_deref()).collect();
    let names: Vec<String> = refused.iter().map(|entry| code(&entry.index)).collect();
    let instead = match fixes.len() {
        0 => String::new(),
        1 => " One of them works without its WHERE; the statement was tried on a copy of this file.".into(),
        n => format!(
            " {} of them work without their WHERE; the statements were tried on a copy of this file.",
            number_word(n)
        ),
    };
    Some(Finding {
        figure: figure(format!("{} of {}", refused.len(), report.migration.len()), "statements refused"),
        fix_sql: (!fixes.is_empty()).then(|| fixes.join("\n")),
        about: refused.iter().map(|entry| Subject::Index(entry.index.clone())).collect(),
        ..finding(
            "migration-statement-refused",
            Severity::Error,
            match refused.len() {
                1 => "One documented index cannot exist as documented".into(),
                n => format!("{} documented indexes cannot exist as documented", number_word(n)),
            },
            format!(
                "SQLite refuses {}: `{}`. On an empty table it would accept the statement, and every later INSERT \
                 would fail.{instead}",
                list(&names),
                first.error.clone().unwrap_or_default()
            ),
        )
    })
}

fn indexes_missing(report: &Report, catalogue: &Catalogue) -> Option<Finding> {
    let missing: Vec<&IndexReport> =
        report.migration.iter().filter(|entry| entry.outcome == Outcome::Created).collect();
    if missing.is_empty() {
        return None;
    }
    let applied = report.database.applied_migrations.contains(&catalogue.migration_version);
    let mut tables: Vec<String> = missing.iter().map(|entry| code(&entry.table)).collect();
    tables.dedup();
    let n = missing.len();
    let indexes = if n == 1 { "index is" } else { "indexes are" };
    let (severity, title, why) = if applied {
        (
            Severity::Error,
            format!("{} documented {indexes} gone from {}", number_word(n), list(&tables).replace('`', "")),
            format!(
                "Migration {} is recorded as applied, so a later change took {} away, as a migration that rebuilds a \
                 table does.",
                catalogue.migration_version,
                if n == 1 { "it" } else { "them" }
            ),
        )
    } else {
        (
            Severity::Warning,
            format!("{} documented {indexes} not in the file", number_word(n)),
            format!("Migration {} is not recorded as applied.", catalogue.migration_version),
        )
    };
    let best = report.queries.iter().filter_map(speed_up).max_by(|one, other| one.3.total_cmp(&other.3));
    let gain = match best {
        Some((query, before, after, _)) => {
            format!(
                " With them `{}` takes {} instead of {}.",
                query.id,
                duration(after).text(),
                duration(before).text()
            )
        }
        None => String::new(),
    };
    let sql: Vec<&str> = missing.iter().map(|entry| entry.documented_sql.as_str()).collect();
    Some(Finding {
        figure: figure(format!("{n} of {}", report.migration.len()), "documented indexes"),
        fix_sql: Some(sql.join("\n")),
        about: missing.iter().map(|entry| Subject::Index(entry.index.clone())).collect(),
        ..finding("index-missing", severity, title, format!("{why} SQLite accepts the documented statements.{gain}"))
    })
}

/// A query that the migration makes faster: its median times before and after, and how many times less.
///
/// Fewer steps as well as less time, by half at least: neither alone is more than a few noisy runs.
fn speed_up(query: &QueryReport) -> Option<(&QueryReport, u64, u64, f64)> {
    let (before, after) = query.before.as_ref().zip(query.after.as_ref())?;
    let ratio = before.median_ns as f64 / after.median_ns.max(1) as f64;
    (after.vm_steps < before.vm_steps && ratio >= 1.5).then_some((query, before.median_ns, after.median_ns, ratio))
}

fn rows_missed(report: &Report, catalogue: &Catalogue) -> Option<Finding> {
    let missed = |cleanup: &&CleanupReport| cleanup.n_missed_by_text_comparison.unwrap_or_default() > 0;
    let as_text: u64 = report.cleanups.iter().filter_map(|cleanup| cleanup.n_missed_by_text_comparison).sum();
    let no_time: u64 = report.cleanups.iter().filter_map(|cleanup| cleanup.n_without_time).sum();
    if as_text + no_time == 0 {
        return None;
    }
    let mut evidence = Vec::new();
    if as_text > 0 {
        evidence.push(format!(
            "{} old enough by the instant that they name, but the guide compares text, and `2026-10-21T04:…` sorts \
             after `2026-10-21 09:30:00`.",
            if as_text == 1 { "1 is".into() } else { format!("{} are", count(as_text)) }
        ));
    }
    if no_time > 0 {
        evidence.push(format!(
            "{} finished without a time and never {}.",
            if no_time == 1 { "1 is".into() } else { format!("{} are", count(no_time)) },
            if no_time == 1 { "matches" } else { "match" }
        ));
    }
    let fixes: Vec<String> = report
        .cleanups
        .iter()
        .filter(missed)
        .filter_map(|cleanup| {
            let documented = catalogue.cleanup(&cleanup.id)?;
            let fails = cleanup.foreign_keys_on.as_ref().is_some_and(|run| run.outcome != DeleteOutcome::Ok);
            // What blocks the documented statement blocks this one too.
            let sql = match &cleanup.release {
                Some(release) => &release.sql,
                None if fails => return None,
                None => &documented.sql,
            };
            let column = &documented.time_column;
            let (text, instant) = (format!("{column} < datetime("), format!("julianday({column}) < julianday("));
            Some(sql.trim().replace(&text, &instant))
        })
        .collect();
    let about =
        report.cleanups.iter().filter(|cleanup| missed(cleanup) || cleanup.n_without_time.unwrap_or_default() > 0);
    Some(Finding {
        figure: figure(count(as_text + no_time), "rows stay behind"),
        fix_sql: (!fixes.is_empty()).then(|| fixes.join("\n")),
        about: about.map(|cleanup| Subject::Cleanup(cleanup.id.clone())).collect(),
        ..finding(
            "rows-missed-by-cleanup",
            Severity::Warning,
            format!("The clean-ups leave {} behind that should go", counted(as_text + no_time, "row", "rows")),
            evidence.join(" "),
        )
    })
}

fn indexes_differ(report: &Report) -> Option<Finding> {
    let differs = |entry: &&IndexReport| entry.outcome == Outcome::Differs && !entry.stands_corrected();
    let differ: Vec<&IndexReport> = report.migration.iter().filter(differs).collect();
    if differ.is_empty() {
        return None;
    }
    let names: Vec<String> = differ.iter().map(|entry| code(&entry.index)).collect();
    let fix = |entry: &&IndexReport| match (&entry.error, &entry.replacement_sql) {
        (None, _) => Some(drop_and(entry, Some(&entry.documented_sql))),
        (Some(_), Some(replacement)) => Some(drop_and(entry, Some(replacement))),
        (Some(_), None) => None,
    };
    let sql: Vec<String> = differ.iter().filter_map(fix).collect();
    Some(Finding {
        figure: figure(format!("{} of {}", differ.len(), report.migration.len()), "indexes, same name"),
        fix_sql: (!sql.is_empty()).then(|| sql.join("\n")),
        about: differ.iter().map(|entry| Subject::Index(entry.index.clone())).collect(),
        ..finding(
            "index-differs",
            Severity::Warning,
            match differ.len() {
                1 => "One deployed index is not the documented one".into(),
                n => format!("{} deployed indexes are not the documented ones", number_word(n)),
            },
            format!(
                "{} {} the documented name and another definition. CREATE INDEX IF NOT EXISTS would change nothing.",
                list(&names),
                if differ.len() == 1 { "has" } else { "have" }
            ),
        )
    })
}

/// Statements whose claim got `verdict` after the migration: id and subject.
fn claims_with(report: &Report, verdict: Verdict) -> Vec<(String, String, Subject)> {
    let queries =
        report.queries.iter().map(|query| (&query.id, query.claim.as_ref(), Subject::Query(query.id.clone())));
    let cleanups = report
        .cleanups
        .iter()
        .map(|cleanup| (&cleanup.id, cleanup.claim.as_ref(), Subject::Cleanup(cleanup.id.clone())));
    queries
        .chain(cleanups)
        .filter_map(|(id, claim, subject)| {
            claim.filter(|claim| claim.after.verdict == verdict).map(|claim| (code(id), code(&claim.index), subject))
        })
        .collect()
}

fn claims_finding(
    report: &Report,
    verdict: Verdict,
    severity: Severity,
    rule: &str,
    title: impl Fn(usize) -> String,
    evidence: &str,
) -> Option<Finding> {
    let claims = claims_with(report, verdict);
    if claims.is_empty() {
        return None;
    }
    let of_what: Vec<String> = claims.iter().map(|(id, index, _)| format!("{id} ({index})")).collect();
    let n = claims.len();
    Some(Finding {
        figure: figure(count(n as u64), if n == 1 { "claim" } else { "claims" }),
        about: claims.into_iter().map(|(_, _, subject)| subject).collect(),
        ..finding(rule, severity, title(n), format!("{}: {evidence}", list(&of_what)))
    })
}

fn claims_impossible(report: &Report) -> Option<Finding> {
    claims_finding(
        report,
        Verdict::CannotUse,
        Severity::Warning,
        "claim-cannot-hold",
        |n| {
            format!(
                "{} {} use the index that the guide names",
                number_word(n),
                if n == 1 { "statement cannot" } else { "statements cannot" }
            )
        },
        "SQLite uses a partial index only when the statement's WHERE implies the index's WHERE, and it proves little; \
         `INDEXED BY` answers `no query solution`.",
    )
}

fn claims_not_chosen(report: &Report) -> Option<Finding> {
    claims_finding(
        report,
        Verdict::NotChosen,
        Severity::Info,
        "claim-not-chosen",
        |n| {
            format!(
                "{} {} another index than documented",
                number_word(n),
                if n == 1 { "statement uses" } else { "statements use" }
            )
        },
        "the documented index could be used, but SQLite found another plan cheaper, with and without statistics.",
    )
}

fn claims_depend_on_statistics(report: &Report) -> Option<Finding> {
    let found = claims_finding(
        report,
        Verdict::DependsOnStatistics,
        Severity::Info,
        "claim-depends-on-statistics",
        |n| format!("{} {} on statistics", number_word(n), if n == 1 { "claim depends" } else { "claims depend" }),
        "the plan with the statistics of ANALYZE is another one than without.",
    )?;
    let analyze = !report.database.has_statistics && !report.statistics_harm();
    Some(Finding { fix_sql: analyze.then(|| "ANALYZE;".into()), ..found })
}

/// Children of the tables that the clean-ups empty: each removed parent walks the whole child.
fn foreign_keys_without_index(report: &Report, catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    for paid in paid_keys(&report.database, catalogue).into_iter().filter(|paid| !paid.key.child_indexed) {
        let PaidKey { child, key, cleanup } = paid;
        let n_deleted =
            report.cleanup(&cleanup.id).and_then(|c| c.foreign_keys_on.as_ref()).map_or(0, |run| run.n_matching);
        let columns = key.columns.join(", ");
        let name = identifier(&paid.index_name(&report.database, catalogue));
        findings.push(Finding {
            figure: (n_deleted > 0)
                .then(|| Figure { value: count(n_deleted), of_what: format!("scans of {}", child.name) }),
            fix_sql: Some(format!("CREATE INDEX {name} {};", paid.on_columns())),
            about: vec![Subject::Table(child.name.clone()), Subject::Cleanup(cleanup.id.clone())],
            ..finding(
                "foreign-key-without-index",
                Severity::Warning,
                format!("Each removed row of {} scans all of {}", key.parent, child.name),
                format!(
                    "`{}.{columns}` refers to `{}` and no index starts with it, so SQLite reads the whole table for \
                         every row that the clean-up removes.",
                    child.name, key.parent
                ),
            )
        });
    }
    findings
}

fn queries_slower(report: &Report) -> Option<Finding> {
    // Steps rather than times: a busy machine does not add any.
    let slower: Vec<&QueryReport> = report
        .queries
        .iter()
        .filter(|query| {
            let costs = query.before.as_ref().zip(query.after.as_ref());
            costs.is_some_and(|(before, after)| after.vm_steps > before.vm_steps + before.vm_steps / 10)
        })
        .collect();
    if slower.is_empty() {
        return None;
    }
    let names: Vec<String> = slower.iter().map(|query| code(&query.id)).collect();
    Some(Finding {
        figure: figure(count(slower.len() as u64), if slower.len() == 1 { "query" } else { "queries" }),
        about: slower.iter().map(|query| Subject::Query(query.id.clone())).collect(),
        ..finding(
            "query-slower-after-migration",
            Severity::Warning,
            match slower.len() {
                1 => "One query needs more work after the migration".into(),
                n => format!("{} queries need more work after the migration", number_word(n)),
            },
            format!("{}: SQLite takes a new index and needs at least 10 % more steps with it.", list(&names)),
        )
    })
}

fn orphans(report: &Report) -> Option<Finding> {
    let mut n_rows = 0;
    let mut about = Vec::new();
    for cleanup in &report.cleanups {
        let n: u64 = cleanup.foreign_keys_off.as_ref().map_or(0, |run| run.orphans.values().sum());
        if n > 0 {
            n_rows += n;
            about.push(Subject::Cleanup(cleanup.id.clone()));
        }
    }
    (n_rows > 0).then(|| Finding {
        figure: figure(count(n_rows), "rows left without a parent"),
        fix_sql: Some("PRAGMA foreign_keys = ON;".into()),
        about,
        ..finding(
            "orphans-in-the-shell",
            Severity::Info,
            "Run in the sqlite3 shell, the clean-ups leave orphans".into(),
            "The shell starts with foreign keys off: nothing cascades, and the rows below a removed one stay. The \
             application has them on for every connection."
                .into(),
        )
    })
}

fn tables_missing(report: &Report) -> Option<Finding> {
    let lacking: Vec<String> = report
        .database
        .documented
        .iter()
        .filter(|table| !table.present || !table.missing_columns.is_empty())
        .map(|table| {
            if table.present {
                format!(
                    "`{}` lacks {}",
                    table.name,
                    list(&table.missing_columns.iter().map(|c| code(c)).collect::<Vec<_>>())
                )
            } else {
                format!("`{}` is not there", table.name)
            }
        })
        .collect();
    (!lacking.is_empty()).then(|| {
        finding(
            "documented-table-missing",
            Severity::Info,
            "The file is not the one that the guide describes".into(),
            format!("{}. What the guide says of them does not apply.", list(&lacking)),
        )
    })
}
