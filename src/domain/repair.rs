//! The documented migration, corrected for one file: statements that SQLite accepts, in the migration's order, and the
//! statements that take them back.
//!
//! Applying it a second time changes nothing more. A refused index gets its replacement under the **documented** name:
//! the guide, its claims and `INDEXED BY` speak of that name, and while something has it, the documented statement
//! cannot slip in on an empty table, from where it would break every later INSERT. Inspected again, such an index
//! `differs` and says that it stands corrected; every other one is already present.

use super::catalogue::Catalogue;
use super::database::Index;
use super::foreign_key_index::{PaidKey, paid_keys};
use super::migration::{IndexReport, Outcome};
use super::numbers::counted;
use super::report::Report;
use super::verdict::Verdict;
use super::words::identifier;

/// Width of a comment's text.
const WIDTH: usize = 110;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    header: Vec<String>,
    parts: Vec<Part>,
}

/// One thing that is put right, with its reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Part {
    /// Comment lines, without their dashes.
    notes: Vec<String>,
    up: Vec<String>,
    down: Vec<String>,
    /// Why taking it back may fail; it then comes last.
    down_may_fail: Option<String>,
}

/// What the file needs, as far as the report goes.
pub fn repair(report: &Report, catalogue: &Catalogue) -> Repair {
    let mut parts: Vec<Part> = Vec::new();
    for index in &catalogue.indexes {
        match report.index(&index.name) {
            Some(entry) => parts.extend(documented(entry)),
            None => parts.push(Part::note(format!("{}: SQLite was not asked yet.", index.name))),
        }
    }
    parts.extend(foreign_keys(report, catalogue));
    parts.extend(statistics(report));
    Repair { header: header(report, catalogue), parts }
}

/// The file's name for a database called `database`: `db.sqlite` becomes `db-corrected-migration.sql`.
pub fn file_name(database: &str) -> String {
    let stem = database.rsplit_once('.').map_or(database, |(stem, _)| stem);
    format!("{}-corrected-migration.sql", if stem.is_empty() { "database" } else { stem })
}

impl Repair {
    pub fn n_statements(&self) -> usize {
        self.parts.iter().map(|part| part.up.len()).sum()
    }

    /// The corrected migration.
    pub fn up(&self) -> String {
        let mut header = self.header.clone();
        header.extend(wrapped(&match self.n_statements() {
            0 => "Nothing needs to be changed.".into(),
            n => format!(
                "{}. Applied twice, the second time changes nothing more. There is no BEGIN in here: sqlx runs a \
                 migration in a transaction of its own, and in the sqlite3 shell you can write BEGIN and COMMIT around it.",
                counted(n as u64, "statement", "statements")
            ),
        }));
        let mut blocks = vec![comment(&header)];
        blocks.extend(self.parts.iter().map(|part| block(&part.notes, &part.up)));
        blocks.join("\n")
    }

    /// What restores the schema as it was dropped, after [`Self::up`].
    pub fn down(&self) -> String {
        let mut blocks =
            vec![comment(&wrapped("Takes the corrected migration back: the schema is then as it was before."))];
        let parts = || self.parts.iter().rev().filter(|part| !part.down.is_empty());
        blocks.extend(parts().filter(|part| part.down_may_fail.is_none()).map(|part| block(&[], &part.down)));
        for part in parts() {
            let Some(why) = &part.down_may_fail else { continue };
            blocks.push(block(&wrapped(why), &part.down));
        }
        blocks.join("\n")
    }

    /// One file: the migration, and behind it the way back as a comment.
    pub fn to_sql(&self) -> String {
        if self.n_statements() == 0 {
            return self.up();
        }
        let down = self.down();
        let down: Vec<String> = down.lines().map(Into::into).collect();
        format!("{}\n{}", self.up(), comment(&down))
    }
}

impl Part {
    fn note(text: String) -> Self {
        Self { notes: wrapped(&text), ..Self::default() }
    }
}

fn header(report: &Report, catalogue: &Catalogue) -> Vec<String> {
    let mut lines = wrapped(&format!(
        "{} of {}'s {}, corrected for {}.",
        catalogue.migration, catalogue.application, catalogue.guide, report.database.file_name
    ));
    lines.extend(wrapped(&format!(
        "SQLite {} was asked about every documented statement on a copy of that file; 'now' was {} UTC.",
        report.environment.sqlite_version,
        report.now.sqlite_text()
    )));
    let unbuilt = |entry: &IndexReport| entry.outcome != Outcome::NotApplicable && entry.n_table_rows.is_none();
    if !report.complete || report.migration.iter().any(unbuilt) {
        lines.extend(wrapped(
            "INCOMPLETE: not every step of the run has answered, so what only the rows can tell is missing here. Run \
             everything, then take this file again.",
        ));
    }
    lines
}

/// What one documented index needs; nothing when it stands there as documented.
fn documented(entry: &IndexReport) -> Option<Part> {
    let name = &entry.index;
    let drop = format!("DROP INDEX IF EXISTS {};", identifier(name));
    let words = entry.error.as_deref().unwrap_or_default();
    // SQLite's words on a line of their own, never broken.
    let refusal = |tail: &str| {
        let mut lines = wrapped(&format!("{name}: SQLite refuses the documented statement:"));
        lines.push(format!("    {words}"));
        lines.extend(wrapped(tail));
        lines
    };
    let restore = || entry.deployed_sql.iter().map(|sql| if_not_exists(sql)).collect::<Vec<_>>();
    let deployed = || entry.deployed_sql.iter().flat_map(|sql| indented(sql)).collect::<Vec<_>>();
    let mut part = Part::default();
    match (entry.outcome, &entry.replacement_sql) {
        (Outcome::AlreadyPresent, _) if entry.error.is_none() => return None,
        (Outcome::Created, _) => {
            part.notes = wrapped(&format!("{name}: missing in the file; as documented."));
            part.up = vec![if_not_exists(&entry.documented_sql)];
            part.down = vec![drop];
        }
        (Outcome::AlreadyPresent, replacement) => {
            part.notes = wrapped(&format!(
                "{name}: made while {} was empty; now SQLite answers an INSERT with \"{words}\". {} It was:",
                entry.table,
                if replacement.is_some() {
                    "The same index without its WHERE takes its place."
                } else {
                    "Without its WHERE the file has this index under another name, so it only goes."
                }
            ));
            part.notes.extend(deployed());
            part.up.push(drop.clone());
            part.up.extend(replacement.as_deref().map(if_not_exists));
            part.down.push(drop);
            part.down.extend(restore());
            part.down_may_fail = Some(format!(
                "{name} as it was breaks every INSERT into {}. SQLite takes it back only while the table is empty.",
                entry.table
            ));
        }
        (Outcome::Refused, Some(replacement)) => {
            part.notes = refusal(&entry.explanation);
            part.up = vec![if_not_exists(replacement)];
            part.down = vec![drop];
        }
        (Outcome::Refused, None) => part.notes = refusal(&entry.explanation),
        (Outcome::Differs, _) if entry.stands_corrected() => part.notes = refusal(&entry.explanation),
        (Outcome::Differs, None) if entry.error.is_some() => {
            part.notes = wrapped(&format!("{name}: left as it is. {}", entry.explanation));
        }
        (Outcome::Differs, replacement) => {
            part.notes = match replacement {
                None => wrapped(&format!("{name}: the documented definition takes the place of another one:")),
                Some(_) => {
                    refusal("Without its WHERE it works, and takes the place of another definition of this name:")
                }
            };
            part.notes.extend(deployed());
            let create = replacement.as_deref().unwrap_or(&entry.documented_sql);
            part.up = vec![drop.clone(), if_not_exists(create)];
            part.down = vec![drop];
            part.down.extend(restore());
        }
        (Outcome::NotApplicable, _) => {
            part.notes = wrapped(&format!("{name}: does not apply to this file ({words})."));
        }
    }
    Some(part)
}

/// The file's indexes and the documented ones, as they are once the migration has run.
fn foreign_keys(report: &Report, catalogue: &Catalogue) -> Vec<Part> {
    let database = &report.database;
    let mut parts: Vec<Part> = Vec::new();
    for paid in paid_keys(database, catalogue) {
        if indexed_afterwards(&paid, report, catalogue) {
            continue;
        }
        let name = paid.index_name(database, catalogue);
        let create = format!("CREATE INDEX IF NOT EXISTS {} {};", identifier(&name), paid.on_columns());
        if parts.iter().any(|part| part.up.contains(&create)) {
            continue;
        }
        parts.push(Part {
            notes: wrapped(&format!(
                "{name}: not documented. {}({}) refers to {} and no index starts with it: without one, each row that \
                 the clean-up of {} removes costs a scan of {}.",
                paid.child.name,
                paid.key.columns.join(", "),
                paid.key.parent,
                paid.cleanup.title.to_lowercase(),
                paid.child.name
            )),
            up: vec![create],
            down: vec![format!("DROP INDEX IF EXISTS {};", identifier(&name))],
            down_may_fail: None,
        });
    }
    parts
}

fn indexed_afterwards(paid: &PaidKey<'_>, report: &Report, catalogue: &Catalogue) -> bool {
    let leads = |columns: &[String]| {
        let n = paid.key.columns.len();
        let has = |column: &String| columns.iter().take(n).any(|other| other.eq_ignore_ascii_case(column));
        columns.len() >= n && paid.key.columns.iter().all(has)
    };
    let serves = |index: &Index| !index.partial && leads(&index.columns);
    let own = || paid.child.indexes.iter().filter(|index| serves(index));
    // The key is the rowid itself.
    if paid.key.child_indexed && own().next().is_none() {
        return true;
    }
    let becomes = |name: &str| {
        let entry = report.migration.iter().find(|entry| entry.index.eq_ignore_ascii_case(name))?;
        documented(entry).filter(|part| !part.up.is_empty())
    };
    if own().any(|index| becomes(&index.name).is_none()) {
        return true;
    }
    let on_child = catalogue.indexes.iter().filter(|index| index.table.eq_ignore_ascii_case(&paid.child.name));
    on_child.filter(|index| index.where_clause.is_none() || replaced(report, &index.name)).any(|index| {
        becomes(&index.name).is_some_and(|part| part.up.iter().any(|sql| sql.starts_with("CREATE")))
            && leads(&index.columns.iter().map(|column| bare(column)).collect::<Vec<_>>())
    })
}

/// Whether the index comes without its WHERE.
fn replaced(report: &Report, index: &str) -> bool {
    report.index(index).is_some_and(|entry| entry.replacement_sql.is_some())
}

/// A key column without its order, and without the quotes of a plain name.
fn bare(column: &str) -> String {
    column.trim_end_matches(" DESC").trim_matches(['"', '`', '[', ']']).into()
}

fn statistics(report: &Report) -> Option<Part> {
    let claims = report.queries.iter().filter_map(|query| query.claim.as_ref());
    let claims = claims.chain(report.cleanups.iter().filter_map(|cleanup| cleanup.claim.as_ref()));
    let depends = |verdict: Verdict| verdict == Verdict::DependsOnStatistics;
    let n = claims.filter(|claim| depends(claim.before.verdict) || depends(claim.after.verdict)).count();
    (n > 0 && !report.database.has_statistics).then(|| Part {
        notes: wrapped(&format!(
            "Statistics: the file has none, and what SQLite chooses for {} depends on them.",
            counted(n as u64, "documented claim", "documented claims")
        )),
        up: vec!["ANALYZE;".into()],
        // The second one is there only where SQLite was built with STAT4.
        down: vec!["DROP TABLE IF EXISTS sqlite_stat1;".into(), "DROP TABLE IF EXISTS sqlite_stat4;".into()],
        down_may_fail: None,
    })
}

/// A CREATE INDEX statement with IF NOT EXISTS, and ended.
fn if_not_exists(sql: &str) -> String {
    let sql = ended(sql);
    let Some(after) = skip_word(&sql, "CREATE") else { return sql };
    let (unique, after) = skip_word(after, "UNIQUE").map_or(("", after), |after| ("UNIQUE ", after));
    match skip_word(after, "INDEX") {
        Some(name) if skip_word(name, "IF").is_none() => format!("CREATE {unique}INDEX IF NOT EXISTS {name}"),
        _ => sql,
    }
}

/// What stands behind the first word when it is `word`.
fn skip_word<'a>(sql: &'a str, word: &str) -> Option<&'a str> {
    let sql = sql.trim_start();
    let rest = sql.get(word.len()..).filter(|_| sql[..word.len()].eq_ignore_ascii_case(word))?;
    rest.starts_with(char::is_whitespace).then(|| rest.trim_start())
}

/// With a semicolon, which stands on a line of its own when the last line may end in a comment.
fn ended(sql: &str) -> String {
    let sql = sql.trim();
    if sql.ends_with(';') {
        return sql.into();
    }
    let commented = sql.lines().last().is_some_and(|line| line.contains("--"));
    format!("{sql}{}", if commented { "\n;" } else { ";" })
}

fn block(notes: &[String], statements: &[String]) -> String {
    let mut out = comment(notes);
    for sql in statements {
        out.push_str(sql);
        out.push('\n');
    }
    out
}

/// Lines as comments. Whatever a file's name or SQL holds, it stays inside.
fn comment(lines: &[String]) -> String {
    let mut out = String::new();
    for line in lines.iter().flat_map(|line| line.split('\n')) {
        let line: String = line.chars().map(|ch| if ch.is_control() { ' ' } else { ch }).collect();
        out.push_str(format!("-- {line}").trim_end());
        out.push('\n');
    }
    out
}

fn indented(sql: &str) -> Vec<String> {
    sql.lines().map(|line| format!("    {line}")).collect()
}

/// Broken between words.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}
