//! The documented migration, corrected for one file: changes that SQLite accepts and that make the documented claims
//! hold, in the migration's order, each with the statements that take it back. A person may leave any of them out.
//!
//! Applying it a second time changes nothing more. A refused index gets its replacement under the **documented** name:
//! the guide, its claims and `INDEXED BY` speak of that name, and while something has it, the documented statement
//! cannot slip in on an empty table, from where it would break every later INSERT. Inspected again, such an index
//! `differs` and says that it stands corrected; every other one is already present.

use super::catalogue::Catalogue;
use super::database::{Database, Index};
use super::foreign_key_index::{PaidKey, paid_keys};
use super::migration::{IndexReport, Outcome};
use super::numbers::counted;
use super::repair_trial::{Redefinition, Suggestion, SuperfluousIndex};
use super::report::Report;
use super::verdict::{Claim, Statistics, Verdict};
use super::words::{file_stem, identifier, list};
use super::write_cost::WriteCost;

/// Width of a comment's text.
const WIDTH: usize = 110;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    header: Vec<String>,
    pub changes: Vec<Change>,
}

/// One thing that is put right, with its reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Change {
    /// Unique within the repair and the same the next time: the index's name, or `statistics`.
    pub id: String,
    /// What is done, in a few words; empty for a note, which changes nothing.
    pub title: String,
    pub up: Vec<String>,
    pub down: Vec<String>,
    /// Only worth it to some: not part of the smallest set that makes every claim hold.
    pub optional: bool,
    /// Comment lines, without their dashes.
    notes: Vec<String>,
    /// Why taking it back may fail; it then comes last.
    down_may_fail: Option<String>,
}

/// What the file needs, as far as the report goes.
pub fn repair(report: &Report, catalogue: &Catalogue) -> Repair {
    let mut changes: Vec<Change> = Vec::new();
    for index in &catalogue.indexes {
        let redefined = report.repair.as_ref().and_then(|trial| trial.redefinition(&index.name));
        match (report.index(&index.name), redefined) {
            (Some(entry), Some(redefinition)) => changes.push(redefined_index(entry, redefinition, report)),
            (Some(entry), None) => changes.extend(documented(entry)),
            (None, _) => {
                changes.push(Change::note(&index.name, format!("{}: SQLite was not asked yet.", index.name)));
            }
        }
    }
    changes.extend(foreign_keys(&report.database, catalogue, &report.migration));
    changes.extend(report.repair.iter().flat_map(|trial| &trial.suggestions).map(suggested));
    changes.extend(report.repair.iter().flat_map(|trial| &trial.superfluous).map(superfluous));
    let statistics = statistics(report, &changes);
    changes.extend(statistics);
    Repair { header: header(report, catalogue), changes }
}

/// What a change costs and saves, as measured on a copy of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Bytes of the indexes that it makes, less those that it drops.
    pub bytes: i64,
    /// Time that its indexes took to build.
    pub elapsed_ns: u64,
}

impl std::ops::Add for Price {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_add(other.bytes),
            elapsed_ns: self.elapsed_ns.saturating_add(other.elapsed_ns),
        }
    }
}

/// What the index of a change costs every write to its table; `None` where it was not measured.
pub fn write_cost<'a>(change: &Change, report: &'a Report) -> Option<&'a WriteCost> {
    let built = report.repair.as_ref().and_then(|trial| trial.built(&change.id));
    match built {
        Some(built) => built.write_cost.as_ref(),
        None => report.index(&change.id).and_then(|entry| entry.write_cost.as_ref()),
    }
}

/// What one INSERT takes longer with all indexes of `changes`, by table; tables without a difference that shows are
/// left out.
pub fn insert_extra_ns<'a>(changes: impl Iterator<Item = &'a Change>, report: &Report) -> Vec<(String, u64)> {
    let mut tables: Vec<(String, u64)> = Vec::new();
    for change in changes {
        let Some(cost) = write_cost(change, report) else { continue };
        let built = report.repair.as_ref().and_then(|trial| trial.built(&change.id)).map(|built| &built.table);
        let Some(table) = built.or_else(|| report.index(&change.id).map(|entry| &entry.table)) else { continue };
        let Ok(extra_ns @ 1..) = u64::try_from(cost.insert_extra_ns) else { continue };
        if cost.insert_extra_quartiles_ns[0] <= 0 {
            continue;
        }
        match tables.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(table)) {
            Some((_, sum)) => *sum = sum.saturating_add(extra_ns),
            None => tables.push((table.clone(), extra_ns)),
        }
    }
    tables
}

/// `None` for a change that was not built.
pub fn price(change: &Change, report: &Report) -> Option<Price> {
    let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    let trial = report.repair.as_ref()?;
    if let Some(superfluous) = trial.superfluous.iter().find(|superfluous| superfluous.index == change.id) {
        return Some(Price { bytes: signed(superfluous.bytes).saturating_neg(), elapsed_ns: 0 });
    }
    let suggestion = trial.suggestions.iter().find(|suggestion| suggestion.index == change.id);
    let entry = report.index(&change.id);
    let made = match (trial.built(&change.id), suggestion) {
        (Some(built), _) => Some(Price { bytes: signed(built.bytes), elapsed_ns: built.elapsed_ns }),
        (None, Some(suggestion)) => Some(Price { bytes: signed(suggestion.bytes), elapsed_ns: suggestion.elapsed_ns }),
        (None, None) => entry.and_then(|entry| {
            Some(Price { bytes: signed(entry.bytes?), elapsed_ns: entry.elapsed_ns.unwrap_or_default() })
        }),
    }?;
    let size_of = |name: &str| report.sizes.iter().find(|size| size.is_index && size.name == name);
    let dropped = trial.redefinition(&change.id).into_iter().flat_map(|redefinition| &redefinition.drops);
    let mut freed: u64 = dropped.filter_map(|dropped| size_of(&dropped.name)).map(|size| size.bytes).sum();
    if entry.is_some_and(|entry| entry.deployed_sql.is_some()) {
        freed = freed.saturating_add(size_of(&change.id).map_or(0, |size| size.bytes));
    }
    Some(Price { bytes: made.bytes.saturating_sub(signed(freed)), ..made })
}

/// The file's name for a database called `database`: `db.sqlite` becomes `db-corrected-migration.sql`.
pub fn file_name(database: &str) -> String {
    format!("{}-corrected-migration.sql", file_stem(database))
}

impl Repair {
    pub fn n_statements(&self) -> usize {
        self.changes.iter().map(|change| change.up.len()).sum()
    }

    /// Every change that does something, in order.
    pub fn offered(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| !change.up.is_empty())
    }

    /// With those changes only that a person chose; notes stay.
    pub fn only(mut self, chosen: impl Fn(&Change) -> bool) -> Self {
        let n_needed = |repair: &Self| repair.offered().filter(|change| !change.optional).count();
        let before = n_needed(&self);
        self.changes.retain(|change| change.up.is_empty() || chosen(change));
        let n_left_out = before - n_needed(&self);
        if n_left_out > 0 {
            let left_out = counted(n_left_out as u64, "proposed change was", "proposed changes were");
            self.header.extend(wrapped(&format!("{left_out} left out by choice.")));
        }
        self
    }

    /// The smallest set that makes every claim hold, as far as one does.
    pub fn smallest(self) -> Self {
        let mut smallest = self;
        smallest.changes.retain(|change| !change.optional);
        smallest
    }

    /// The statements of every change, in order.
    pub fn statements(&self) -> Vec<String> {
        self.changes.iter().flat_map(|change| change.up.clone()).collect()
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
        blocks.extend(self.changes.iter().map(|change| block(&change.notes, &change.up)));
        blocks.join("\n")
    }

    /// What restores the schema as it was dropped, after [`Self::up`].
    pub fn down(&self) -> String {
        let mut blocks =
            vec![comment(&wrapped("Takes the corrected migration back: the schema is then as it was before."))];
        let changes = || self.changes.iter().rev().filter(|change| !change.down.is_empty());
        blocks.extend(changes().filter(|change| change.down_may_fail.is_none()).map(|change| block(&[], &change.down)));
        for change in changes() {
            let Some(why) = &change.down_may_fail else { continue };
            blocks.push(block(&wrapped(why), &change.down));
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

impl Change {
    fn note(id: &str, text: String) -> Self {
        Self { id: id.into(), notes: wrapped(&text), ..Self::default() }
    }

    /// Why it is proposed, as one paragraph.
    pub fn reason(&self) -> String {
        self.notes.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
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
fn documented(entry: &IndexReport) -> Option<Change> {
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
    let mut part = Change { id: name.clone(), ..Change::default() };
    match (entry.outcome, &entry.replacement_sql) {
        (Outcome::AlreadyPresent, _) if entry.error.is_none() => return None,
        (Outcome::Created, _) => {
            part.title = format!("Create {name} as documented");
            part.notes = wrapped(&format!("{name}: missing in the file; as documented."));
            part.up = vec![if_not_exists(&entry.documented_sql)];
            part.down = vec![drop];
        }
        (Outcome::AlreadyPresent, replacement) => {
            part.title = match replacement {
                Some(_) => format!("Replace {name}, which breaks every INSERT"),
                None => format!("Drop {name}, which breaks every INSERT"),
            };
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
            part.title = format!("Create {name} without its WHERE");
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
            part.title = match replacement {
                None => format!("Give {name} its documented definition"),
                Some(_) => format!("Give {name} its documented definition, without its WHERE"),
            };
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

/// A definition other than the documented one, because with that one not every claim holds.
fn redefined_index(entry: &IndexReport, redefinition: &Redefinition, report: &Report) -> Change {
    let name = &entry.index;
    let failing: Vec<(&str, &Claim)> =
        report.claims().filter(|(_, claim)| claim.index == *name && claim.after.verdict != Verdict::Holds).collect();
    let served: Vec<String> = failing.iter().map(|(id, _)| (*id).to_owned()).collect();
    let mut notes = wrapped(&format!(
        "{name}: another definition than documented, so that {} by it.",
        match served.as_slice() {
            [] => "every statement that the guide names finds its rows".into(),
            [one] => format!("{one} finds its rows"),
            many => format!("{} find their rows", list(many)),
        }
    ));
    if let Some((id, claim)) = failing.first() {
        notes.extend(wrapped(&format!("As documented, {id}: {}", claim.after.reason.replace('`', ""))));
    }
    notes.extend(wrapped("The documented statement:"));
    notes.extend(indented(&entry.documented_sql));
    for dropped in &redefinition.drops {
        notes.extend(wrapped(&format!(
            "{} goes: the new index begins with its columns and does all that it did, but SQLite would take it instead.",
            dropped.name
        )));
    }
    let drop = format!("DROP INDEX IF EXISTS {};", identifier(name));
    let drops: Vec<String> = redefinition
        .drops
        .iter()
        .map(|dropped| format!("DROP INDEX IF EXISTS {};", identifier(&dropped.name)))
        .collect();
    let mut up = drops;
    up.extend(entry.deployed_sql.iter().map(|_| drop.clone()));
    up.push(if_not_exists(&redefinition.sql));
    let mut down = vec![drop];
    down.extend(redefinition.drops.iter().map(|dropped| if_not_exists(&dropped.sql)));
    down.extend(entry.deployed_sql.iter().map(|sql| if_not_exists(sql)));
    let broken = entry.outcome == Outcome::AlreadyPresent && entry.error.is_some();
    Change {
        id: name.clone(),
        title: match entry.deployed_sql {
            Some(_) => format!("Give {name} another definition"),
            None => format!("Create {name} with another definition"),
        },
        up,
        down,
        notes,
        optional: false,
        down_may_fail: broken.then(|| {
            format!(
                "{name} as it was breaks every INSERT into {}. SQLite takes it back only while the table is empty.",
                entry.table
            )
        }),
    }
}

/// Indexes on the children that a clean-up looks into, where the migration leaves them without.
pub fn foreign_keys(database: &Database, catalogue: &Catalogue, migration: &[IndexReport]) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for paid in paid_keys(database, catalogue) {
        if indexed_afterwards(&paid, migration, catalogue) {
            continue;
        }
        let name = paid.index_name(database, catalogue);
        let create = format!("CREATE INDEX IF NOT EXISTS {} {};", identifier(&name), paid.on_columns());
        if changes.iter().any(|change| change.up.contains(&create)) {
            continue;
        }
        let columns = paid.key.columns.join(", ");
        changes.push(Change {
            title: format!("Index {}({columns}), which a clean-up scans", paid.child.name),
            notes: wrapped(&format!(
                "{name}: not documented. {}({columns}) refers to {} and no index starts with it: without one, each row \
                 that the clean-up of {} removes costs a scan of {}.",
                paid.child.name,
                paid.key.parent,
                paid.cleanup.title.to_lowercase(),
                paid.child.name
            )),
            up: vec![create],
            down: vec![format!("DROP INDEX IF EXISTS {};", identifier(&name))],
            id: name,
            optional: false,
            down_may_fail: None,
        });
    }
    changes
}

fn superfluous(superfluous: &SuperfluousIndex) -> Change {
    let SuperfluousIndex { index, sql, other, .. } = superfluous;
    Change {
        id: index.clone(),
        title: format!("Drop {index}, which {other} begins with"),
        notes: wrapped(&format!(
            "{index}: {other} begins with its columns and holds the same rows. Without it every documented claim still \
             holds and no documented statement scans or sorts more. Look whether the application has others first."
        )),
        up: vec![format!("DROP INDEX IF EXISTS {};", identifier(index))],
        down: vec![if_not_exists(sql)],
        optional: true,
        down_may_fail: None,
    }
}

fn suggested(suggestion: &Suggestion) -> Change {
    Change {
        id: suggestion.index.clone(),
        title: format!("Index for {}, which the guide gives none", suggestion.query),
        notes: wrapped(&format!(
            "{}: not documented. {} scans or sorts without it: {} VM steps instead of {} with it, on this file.",
            suggestion.index, suggestion.query, suggestion.before.vm_steps, suggestion.after.vm_steps
        )),
        up: vec![if_not_exists(&suggestion.sql)],
        down: vec![format!("DROP INDEX IF EXISTS {};", identifier(&suggestion.index))],
        optional: true,
        down_may_fail: None,
    }
}

fn indexed_afterwards(paid: &PaidKey<'_>, migration: &[IndexReport], catalogue: &Catalogue) -> bool {
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
        let entry = migration.iter().find(|entry| entry.index.eq_ignore_ascii_case(name))?;
        documented(entry).filter(|part| !part.up.is_empty())
    };
    if own().any(|index| becomes(&index.name).is_none()) {
        return true;
    }
    let on_child = catalogue.indexes.iter().filter(|index| index.table.eq_ignore_ascii_case(&paid.child.name));
    on_child.filter(|index| index.where_clause.is_none() || replaced(migration, &index.name)).any(|index| {
        becomes(&index.name).is_some_and(|part| part.up.iter().any(|sql| sql.starts_with("CREATE")))
            && leads(&index.columns.iter().map(|column| bare(column)).collect::<Vec<_>>())
    })
}

/// Whether the index comes without its WHERE.
fn replaced(migration: &[IndexReport], index: &str) -> bool {
    migration.iter().any(|entry| entry.index == index && entry.replacement_sql.is_some())
}

/// A key column without its order, and without the quotes of a plain name.
fn bare(column: &str) -> String {
    column.trim_end_matches(" DESC").trim_matches(['"', '`', '[', ']']).into()
}

fn statistics(report: &Report, changes: &[Change]) -> Option<Change> {
    let notes = if report.database.has_statistics {
        // Those of the file know nothing of an index that is made here.
        let makes = changes.iter().flat_map(|change| &change.up).any(|sql| sql.starts_with("CREATE"));
        (makes && report.repair.is_some())
            .then(|| "Statistics: the file has some, and the new indexes none yet.".into())
    } else {
        let depends = |verdict: Verdict| verdict == Verdict::DependsOnStatistics;
        let n = match &report.repair {
            // Only where more claims hold with statistics than without.
            Some(trial) => {
                let n = |kind| trial.claims.iter().filter(|claim| claim.holds_with.contains(&kind)).count();
                n(Statistics::Fresh).saturating_sub(n(Statistics::None))
            }
            None => {
                let of = |(_, claim): &(&str, &Claim)| depends(claim.before.verdict) || depends(claim.after.verdict);
                report.claims().filter(of).count()
            }
        };
        (n > 0 && !report.statistics_harm()).then(|| {
            let claims = counted(n as u64, "documented claim", "documented claims");
            format!("Statistics: the file has none, and what SQLite chooses for {claims} depends on them.")
        })
    };
    let down = match report.database.has_statistics {
        true => Vec::new(),
        // The second one is there only where SQLite was built with STAT4.
        false => vec!["DROP TABLE IF EXISTS sqlite_stat1;".into(), "DROP TABLE IF EXISTS sqlite_stat4;".into()],
    };
    notes.map(|notes: String| Change {
        id: "statistics".into(),
        title: "Run ANALYZE".into(),
        notes: wrapped(&notes),
        up: vec!["ANALYZE;".into()],
        down,
        ..Change::default()
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
