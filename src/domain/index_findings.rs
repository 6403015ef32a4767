//! Findings about the file's own indexes and statistics: what is there twice, and what is not worth its space.

use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
use super::database::{Index, Table};
use super::finding::{Figure, Finding, Severity, Subject, finding};
use super::migration::Outcome;
use super::numbers::{bytes, count, counted, percent};
use super::report::Report;
use super::verdict::Statistics;
use super::words::{code, identifier, list};
use super::work::{LargeIndex, Work};

/// An index that looks up one value in fewer than this many different ones returns more than a tenth of the table. A
/// page holds more than ten rows as a rule, so such a look-up reads nearly every page, as a scan does.
const FEW_VALUES: u64 = 10;

/// Below this the whole table is a few pages, and no index matters.
const SMALL_TABLE_ROWS: u64 = 100;

/// An index of more than this part of its table's bytes is large.
const LARGE_PART: u64 = 3;

/// One row of `sqlite_stat1`, read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexStatistics {
    /// Those of the file, or of an ANALYZE on a copy.
    pub statistics: Statistics,
    pub table: String,
    /// `None` for a table without an index.
    pub index: Option<String>,
    /// Entries in the index.
    pub n_rows: u64,
    /// Entries that share the first column, the first two, and so on: the average, rounded up.
    pub avg_rows_per_key: Vec<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// The same definition under another name.
    DuplicateOf,
    /// The other index begins with its columns and holds the same rows.
    PrefixOf,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexRelation {
    pub index: String,
    pub table: String,
    pub kind: RelationKind,
    pub other: String,
    /// Plans of documented statements that another step replaces once `index` is gone; `other` doing the same step
    /// in the place of a duplicate is no change.
    pub n_plans_changed: u64,
}

/// What the documented statements have of one index, before and after the migration and with all statistics at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexUse {
    pub index: String,
    pub table: String,
    /// Documented statements with a plan that uses it.
    pub n_plans: u64,
    /// Documented statements with another plan once it is gone; of an index that the guide lists at least those that
    /// use it.
    pub n_plans_changed: u64,
    /// Documented statements that SQLite could run with it at all: INDEXED BY finds a solution. Asked of partial
    /// indexes on the guide's tables.
    #[serde(default)]
    pub n_usable: Option<u64>,
}

impl IndexStatistics {
    /// From a row of `sqlite_stat1`. Words such as `unordered` may follow the numbers.
    pub fn parse(statistics: Statistics, table: &str, index: Option<&str>, stat: &str) -> Option<Self> {
        let mut numbers = stat.split_whitespace().map_while(|word| word.parse().ok());
        let n_rows = numbers.next()?;
        let (table, index) = (table.into(), index.map(Into::into));
        Some(Self { statistics, table, index, n_rows, avg_rows_per_key: numbers.collect() })
    }
}

pub fn derive(report: &Report, catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings: Vec<Finding> = report.index_relations.iter().map(|relation| related(relation, report)).collect();
    findings.extend(low_cardinality(report, catalogue));
    findings.extend(unused(report, catalogue));
    findings.extend(partial_unused(report, catalogue));
    findings.extend(larger_than_worth(report, catalogue));
    findings
}

fn drop_sql(index: &str) -> String {
    format!("DROP INDEX {};", identifier(index))
}

fn size_of(index: &str, report: &Report) -> Option<u64> {
    report.sizes.iter().find(|size| size.is_index && size.name.eq_ignore_ascii_case(index)).map(|size| size.bytes)
}

fn size_figure(index: &str, report: &Report) -> Option<Figure> {
    size_of(index, report).map(|size| Figure { value: bytes(size).text(), of_what: "to be saved".into() })
}

fn size_sentence(index: &str, report: &Report) -> String {
    size_of(index, report).map_or_else(String::new, |size| format!(" It takes {}.", bytes(size).text()))
}

fn plans_sentence(n_plans_changed: u64) -> String {
    match n_plans_changed {
        0 => " Without it no plan of a documented statement changes.".into(),
        n => format!(
            " Without it {} would change, so it is worth a look first.",
            counted(n, "documented plan", "documented plans")
        ),
    }
}

fn related(relation: &IndexRelation, report: &Report) -> Finding {
    let IndexRelation { index, table, other, n_plans_changed, .. } = relation;
    let (rule, title, what) = match relation.kind {
        RelationKind::DuplicateOf => (
            "index-duplicate",
            format!("{index} is {other} once more"),
            format!(
                "`{index}` and `{other}` on `{table}` have the same definition, and every write keeps both up to date."
            ),
        ),
        RelationKind::PrefixOf => (
            "index-redundant",
            format!("{index} is the beginning of {other}"),
            format!(
                "`{other}` on `{table}` begins with the columns of `{index}` and holds the same rows, so it finds whatever that one finds."
            ),
        ),
    };
    let evidence = format!("{what}{}{}", size_sentence(index, report), plans_sentence(*n_plans_changed));
    // An index that documented plans still take is no defect, only something to know.
    let idle = *n_plans_changed == 0;
    Finding {
        figure: size_figure(index, report),
        fix_sql: idle.then(|| drop_sql(index)),
        about: vec![Subject::Table(table.clone())],
        ..finding(rule, if idle { Severity::Warning } else { Severity::Info }, title, evidence)
    }
}

fn is_documented(index: &str, catalogue: &Catalogue) -> bool {
    catalogue.indexes.iter().any(|documented| documented.name.eq_ignore_ascii_case(index))
}

/// Whether a foreign key of its table has no other index.
fn is_only_index_of_a_key(table: &Table, index: &Index) -> bool {
    let serves = |index: &Index, columns: &[String]| {
        let n = columns.len();
        !index.partial && index.columns.len() >= n && columns.iter().all(|column| index.columns[..n].contains(column))
    };
    table.foreign_keys.iter().any(|key| {
        serves(index, &key.columns)
            && !table.indexes.iter().any(|other| other.name != index.name && serves(other, &key.columns))
    })
}

/// Indexes that a person made and the guide does not list, with their tables.
fn own_indexes<'a>(report: &'a Report, catalogue: &'a Catalogue) -> impl Iterator<Item = (&'a Table, &'a Index)> {
    let all = report.database.tables.iter().flat_map(|table| table.indexes.iter().map(move |index| (table, index)));
    all.filter(|(_, index)| {
        let related = report.index_relations.iter().any(|relation| relation.index == index.name);
        index.sql.is_some() && !index.unique && !related && !is_documented(&index.name, catalogue)
    })
}

/// The newest at hand.
fn statistics_of<'a>(index: &str, report: &'a Report) -> Option<&'a IndexStatistics> {
    let of_index = || report.index_statistics.iter().filter(|row| row.index.as_deref() == Some(index));
    of_index().find(|row| row.statistics == Statistics::Fresh).or_else(|| of_index().next())
}

fn use_of<'a>(index: &str, report: &'a Report) -> Option<&'a IndexUse> {
    report.index_uses.iter().find(|entry| entry.index == index)
}

/// Its statistics when it has few values for its rows.
fn few_values<'a>(index: &Index, report: &'a Report) -> Option<(&'a IndexStatistics, u64)> {
    if index.partial || index.columns.len() != 1 {
        return None;
    }
    let row = statistics_of(&index.name, report)?;
    let average = row.avg_rows_per_key.first().copied().filter(|average| *average > 0)?;
    // The average is rounded up, so this is at most the number of different values.
    let n_values = row.n_rows.div_ceil(average);
    (row.n_rows >= SMALL_TABLE_ROWS && n_values < FEW_VALUES).then_some((row, n_values))
}

fn low_cardinality(report: &Report, catalogue: &Catalogue) -> Vec<Finding> {
    let low =
        own_indexes(report, catalogue).filter_map(|(table, index)| Some((table, index, few_values(index, report)?)));
    low.map(|(table, index, (row, n_values))| {
        let changed = use_of(&index.name, report).map(|entry| entry.n_plans_changed);
        let needed = is_only_index_of_a_key(table, index);
        let key = if needed { " A foreign key has no other index, so it stays." } else { "" };
        Finding {
            figure: Some(Figure { value: count(n_values), of_what: format!("values in {} rows", count(row.n_rows)) }),
            fix_sql: (changed == Some(0) && !needed).then(|| drop_sql(&index.name)),
            about: vec![Subject::Table(table.name.clone())],
            ..finding(
                "index-low-cardinality",
                Severity::Info,
                format!("{} tells few rows apart", index.name),
                format!(
                    "`{}` has about {} in {}: one look-up returns {} on average. The guide advises against indexes on \
                     such columns.{}{}{key}",
                    index.name,
                    counted(n_values, "value", "different values"),
                    counted(row.n_rows, "row", "rows"),
                    counted(row.avg_rows_per_key.first().copied().unwrap_or_default(), "row", "rows"),
                    size_sentence(&index.name, report),
                    changed.map(plans_sentence).unwrap_or_default()
                ),
            )
        }
    })
    .collect()
}

fn unused(report: &Report, catalogue: &Catalogue) -> Option<Finding> {
    let of_guide = |table: &Table| catalogue.tables.iter().any(|known| known.name.eq_ignore_ascii_case(&table.name));
    let names: Vec<&str> = own_indexes(report, catalogue)
        .filter(|(table, index)| {
            let spare =
                use_of(&index.name, report).is_some_and(|entry| entry.n_plans == 0 && entry.n_plans_changed == 0);
            of_guide(table)
                && spare
                && !is_only_index_of_a_key(table, index)
                && few_values(index, report).is_none()
                && !cannot_be_used(&index.name, report)
        })
        .map(|(_, index)| index.name.as_str())
        .collect();
    if names.is_empty() {
        return None;
    }
    let sizes: Option<u64> = names.iter().map(|name| size_of(name, report)).sum();
    let n = names.len() as u64;
    let drops: Vec<String> = names.iter().map(|name| drop_sql(name)).collect();
    Some(Finding {
        figure: Some(match sizes {
            Some(sizes) => Figure { value: bytes(sizes).text(), of_what: counted(n, "index", "indexes") },
            None => Figure { value: count(n), of_what: if n == 1 { "index" } else { "indexes" }.into() },
        }),
        fix_sql: Some(drops.join("\n")),
        ..finding(
            "index-unused-by-documentation",
            Severity::Info,
            format!(
                "{} no documented statement",
                if n == 1 { "1 index serves".into() } else { format!("{} indexes serve", count(n)) }
            ),
            format!(
                "{}: no plan of a documented query or clean-up uses {}, before or after the migration. The application \
                 may have other statements that do.",
                list(&names.iter().map(|name| code(name)).collect::<Vec<_>>()),
                if n == 1 { "it" } else { "them" }
            ),
        )
    })
}

/// Whether a partial index can serve no documented statement at all.
fn cannot_be_used(index: &str, report: &Report) -> bool {
    use_of(index, report).is_some_and(|entry| entry.n_usable == Some(0) && entry.n_plans == 0)
}

/// Partial indexes on the guide's tables whose WHERE follows from no documented statement's.
fn partial_unused(report: &Report, catalogue: &Catalogue) -> Vec<Finding> {
    let uses = report.index_uses.iter().filter(|entry| {
        let twin = report.index_relations.iter().any(|relation| relation.index == entry.index);
        cannot_be_used(&entry.index, report) && !twin
    });
    uses.map(|entry| {
        let IndexUse { index, table, n_plans_changed, .. } = entry;
        let documented = is_documented(index, catalogue);
        let differs = report.index(index).is_some_and(|entry| entry.outcome == Outcome::Differs);
        let whose = match (documented, differs) {
            (false, _) => "",
            (true, false) => " The guide lists it all the same.",
            (true, true) => " The guide gives its name to another definition.",
        };
        let n_asked = (catalogue.queries.len() + catalogue.cleanups.len()) as u64;
        Finding {
            figure: size_figure(index, report).filter(|_| !documented),
            fix_sql: (!documented && *n_plans_changed == 0).then(|| drop_sql(index)),
            about: vec![if documented { Subject::Index(index.clone()) } else { Subject::Table(table.clone()) }],
            ..finding(
                "partial-index-unused",
                Severity::Info,
                format!("No documented statement can use {index}"),
                format!(
                    "`{index}` on `{table}` holds only rows that fulfil its WHERE, and SQLite uses it only for a \
                     statement whose own WHERE says as much. It found no solution with it for any of the {}, each \
                     tried with INDEXED BY.{whose}{}{}",
                    counted(n_asked, "documented statement", "documented statements"),
                    size_sentence(index, report),
                    plans_sentence(*n_plans_changed)
                ),
            )
        }
    })
    .collect()
}

/// Whether an index takes so much of its table's space that what it saves should be asked.
pub fn is_large(index_bytes: u64, table_bytes: u64) -> bool {
    table_bytes > 0 && index_bytes.saturating_mul(LARGE_PART) > table_bytes
}

/// Large indexes with which no documented statement reads a tenth fewer pages or takes a tenth fewer steps: those that
/// use it were run with it and without it. That nothing uses it is said here only of an index that the guide lists.
fn larger_than_worth(report: &Report, catalogue: &Catalogue) -> Vec<Finding> {
    let found = report.large_indexes.iter().filter_map(|large| {
        let (table, index) = report.database.index(&large.index)?;
        let related = report.index_relations.iter().any(|relation| relation.index == index.name);
        let is_said = related || few_values(index, report).is_some() || cannot_be_used(&index.name, report);
        let is_idle = large.savings.is_empty() && !is_documented(&index.name, catalogue);
        let is_small = counted_rows(table, report)? < SMALL_TABLE_ROWS;
        if is_said || is_idle || is_small || index.unique || large.saves() || is_only_index_of_a_key(table, index) {
            return None;
        }
        Some(larger(large, size_of(&index.name, report)?, report.table_bytes(&table.name)?))
    });
    found.collect()
}

fn larger(large: &LargeIndex, index_bytes: u64, table_bytes: u64) -> Finding {
    let LargeIndex { index, table, savings } = large;
    let share = percent(index_bytes, table_bytes).map(|share| share.text()).unwrap_or_default();
    let work = |work: Work| {
        format!("{} and {}", counted(work.pages_read, "page", "pages"), counted(work.vm_steps, "step", "steps"))
    };
    let measured: Vec<String> = savings
        .iter()
        .filter_map(|saving| {
            let (with, without) = (work(saving.with?), work(saving.without?));
            Some(format!("{} takes {with} with it and {without} without it", code(saving.statement.id())))
        })
        .collect();
    let saves = if measured.is_empty() {
        "No plan of a documented statement uses it on this file, nor would one after ANALYZE".into()
    } else {
        format!("Run on copies of this file, {}", list(&measured))
    };
    Finding {
        figure: Some(Figure { value: share.clone(), of_what: format!("of the size of {table}") }),
        about: vec![Subject::Table(table.clone())],
        ..finding(
            "index-larger-than-worth",
            Severity::Info,
            format!("{index} is large and saves nothing"),
            format!(
                "`{index}` takes {}, {share} of the {} of `{table}`, and every write keeps it up to date. {saves}.",
                bytes(index_bytes).text(),
                bytes(table_bytes).text(),
            ),
        )
    }
}

/// Rows of a table as they were counted, not estimated.
pub(super) fn counted_rows(table: &Table, report: &Report) -> Option<u64> {
    let of_sizes = report.sizes.iter().find(|size| !size.is_index && size.name == table.name).map(|size| size.n_rows);
    of_sizes.or_else(|| {
        let mut entries = report.migration.iter().filter(|entry| entry.table.eq_ignore_ascii_case(&table.name));
        entries.find_map(|entry| entry.n_table_rows)
    })
}
