//! What becomes of a claim "this statement uses that index" on one file.

use serde::{Deserialize, Serialize};

use super::numbers::counted;
use super::words::{code, list};

/// The answer to a claim. The order is from good to bad to not applicable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// SQLite searches the index.
    Holds,
    /// SQLite uses the index, but walks the whole of it.
    Scanned,
    /// SQLite could use the index; another plan won.
    NotChosen,
    /// The answer with ANALYZE differs from the answer without.
    DependsOnStatistics,
    /// An index of that name has another definition.
    Differs,
    /// SQLite has no way to use the index for this statement.
    CannotUse,
    /// The index is not in the file.
    Missing,
    /// SQLite refuses the index, or it would break later writes.
    Refused,
    /// The file lacks a table or column that the claim is about.
    NotApplicable,
}

impl Verdict {
    pub const ALL: [Self; 9] = [
        Self::Holds,
        Self::Scanned,
        Self::NotChosen,
        Self::DependsOnStatistics,
        Self::Differs,
        Self::CannotUse,
        Self::Missing,
        Self::Refused,
        Self::NotApplicable,
    ];

    /// As in the report: `not_chosen`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Scanned => "scanned",
            Self::NotChosen => "not_chosen",
            Self::DependsOnStatistics => "depends_on_statistics",
            Self::Differs => "differs",
            Self::CannotUse => "cannot_use",
            Self::Missing => "missing",
            Self::Refused => "refused",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// For people: `Not chosen`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Holds => "Holds",
            Self::Scanned => "Scanned",
            Self::NotChosen => "Not chosen",
            Self::DependsOnStatistics => "Depends on statistics",
            Self::Differs => "Differs",
            Self::CannotUse => "Cannot use",
            Self::Missing => "Missing",
            Self::Refused => "Refused",
            Self::NotApplicable => "Not applicable",
        }
    }

    /// What the word means, in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Holds => "SQLite searches the index for this statement.",
            Self::Scanned => "SQLite uses the index but reads every entry of it.",
            Self::NotChosen => "SQLite could use the index but found another plan cheaper.",
            Self::DependsOnStatistics => "With the statistics of ANALYZE the answer is another one than without.",
            Self::Differs => "The file has an index of this name with another definition.",
            Self::CannotUse => "SQLite has no way to use the index for this statement, whatever the data.",
            Self::Missing => "The index is not in the file.",
            Self::Refused => "SQLite refuses to create the index, or it would break later writes.",
            Self::NotApplicable => "The file lacks a table or column that this is about.",
        }
    }
}

/// A verdict with the sentence that gives its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    pub verdict: Verdict,
    pub reason: String,
}

/// What the guide claims of one statement and what is true: in the file as dropped, and after the migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub index: String,
    /// In the file as dropped.
    #[serde(flatten)]
    pub before: Judgement,
    /// With every statement of the migration that SQLite accepts.
    pub after: Judgement,
    /// Whether the answer after the migration is another one under other circumstances; only those that change it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<Otherwise>,
}

/// The answer under another circumstance than that of the file as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Otherwise {
    pub circumstance: Circumstance,
    #[serde(flatten)]
    pub judgement: Judgement,
}

/// What a plan can depend on, beside the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Circumstance {
    NoStatistics,
    StatisticsOfFile,
    FreshStatistics,
    /// The values written into the statement instead of bound to its parameters.
    Literals,
    /// Other values of the file bound.
    OtherValues,
    /// As in the sqlite3 shell.
    ForeignKeysOff,
}

impl Circumstance {
    /// `with the values written into the statement`, for a sentence or a row of a table.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoStatistics => "without statistics",
            Self::StatisticsOfFile => "with the file's statistics",
            Self::FreshStatistics => "after ANALYZE",
            Self::Literals => "with the values written into the statement",
            Self::OtherValues => "with other values of the file",
            Self::ForeignKeysOff => "with foreign keys off, as in the sqlite3 shell",
        }
    }
}

impl Circumstance {
    /// At the start of a line.
    pub fn label(self) -> String {
        capitalised(self.words())
    }
}

impl From<Statistics> for Circumstance {
    fn from(statistics: Statistics) -> Self {
        match statistics {
            Statistics::None => Self::NoStatistics,
            Statistics::OfFile => Self::StatisticsOfFile,
            Statistics::Fresh => Self::FreshStatistics,
        }
    }
}

/// How one plan uses one index.
#[derive(Clone, Debug, PartialEq)]
pub enum Usage {
    Searched,
    /// Searched on a later column, once for every value of the columns before it.
    SkipScanned,
    Scanned {
        /// The index's first column, as SQL, which nothing in the statement narrows.
        first_column: Option<String>,
        /// The rows are sorted afterwards, so their order in the index is no use either.
        sorted: bool,
    },
    /// Walked from end to end and in order, and each of its entries is a row that the statement asks for.
    WalkedInFull,
    /// Not in the plan, although `INDEXED BY` accepts it.
    NotChosen {
        /// The steps that won, in SQLite's words.
        instead: String,
        /// The steps that SQLite would take if it had to use the index.
        forced: String,
        /// If it had to, it would walk the whole index: nothing narrows its first column.
        walked: bool,
        /// Rows that the planner expects from its first loop: as chosen, and with the index.
        expected: Option<(f64, f64)>,
    },
    /// `INDEXED BY` answers "no query solution".
    CannotUse {
        /// The terms of the index's WHERE that SQLite does not see in the statement.
        unproven: Vec<String>,
        /// With its values written as literals the statement could use the index.
        binding: bool,
    },
}

/// Which statistics the planner had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistics {
    None,
    /// `sqlite_stat1` and `sqlite_stat4` as they stand in the file.
    OfFile,
    /// Those of an ANALYZE run on a copy just now.
    Fresh,
}

/// What SQLite answered about one claim in one state of the schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Facts {
    /// The statement does not prepare; SQLite's words.
    NotApplicable(String),
    Missing,
    /// SQLite's words, or what breaks.
    Refused(String),
    /// Another definition under the same name. `used` tells whether the plan uses it all the same.
    Differs {
        used: bool,
        /// How the documented definition in its place would be used; `None` where SQLite refuses it.
        documented: Option<Usage>,
    },
    /// Usage with each kind of statistics that was tried. The first is that of the file as it is.
    Present(Vec<(Statistics, Usage)>),
    /// As `Present`, under another definition than documented, and the documented one would not make every claim hold.
    StandsIn(Vec<(Statistics, Usage)>),
}

/// What SQLite means by the word.
const NON_DETERMINISTIC: &str = " An index keeps each entry as it was when its row was written, so nothing in it may give \
                                 another answer later, as the present time does.";

/// Said of an estimate that was made without statistics.
const GUESS: &str = " Without statistics such an estimate is a guess: SQLite does not look at the rows, and takes every \
                     table for a large one.";

/// Turns SQLite's answers about `index` into a verdict.
pub fn judge(index: &str, facts: &Facts) -> Judgement {
    let (verdict, reason) = match facts {
        Facts::NotApplicable(words) => {
            (Verdict::NotApplicable, format!("SQLite cannot prepare the statement: {words}."))
        }
        Facts::Missing => (Verdict::Missing, format!("The file has no index {index}.")),
        Facts::Refused(words) => {
            let why = if words.contains("non-deterministic") { NON_DETERMINISTIC } else { "" };
            (Verdict::Refused, format!("The index cannot exist as documented. SQLite says: {}.{why}", code(words)))
        }
        Facts::Differs { used, documented } => {
            let tail =
                if *used { "SQLite uses it for this statement all the same" } else { "SQLite does not use it here" };
            let instead = match documented {
                Some(usage) => format!(" With the documented definition: {}.", sentence(index, usage)),
                None => " SQLite would refuse the documented definition.".into(),
            };
            (Verdict::Differs, format!("{index} exists with another definition than documented; {tail}.{instead}"))
        }
        Facts::Present(usages) => judge_usages(index, usages),
        Facts::StandsIn(usages) => {
            let (verdict, reason) = judge_usages(index, usages);
            let aside =
                "Its definition is another one than documented, and serves every statement that the guide names";
            (verdict, format!("{reason} {aside}."))
        }
    };
    Judgement { verdict, reason }
}

fn judge_usages(index: &str, usages: &[(Statistics, Usage)]) -> (Verdict, String) {
    let Some((first_statistics, first)) = usages.first() else {
        return (Verdict::NotApplicable, "No plan was asked for.".into());
    };
    let other = usages.iter().find(|(_, usage)| verdict_of(usage) != verdict_of(first));
    match other {
        None => {
            let guess = if *first_statistics == Statistics::None && is_estimated(first) { GUESS } else { "" };
            (verdict_of(first), format!("{}.{guess}", sentence(index, first)))
        }
        Some((statistics, usage)) => {
            let words = |statistics: Statistics| capitalised(Circumstance::from(statistics).words());
            let (one, other) = (sentence(index, first), sentence(index, usage));
            let guesses = usages.iter().any(|(kind, usage)| *kind == Statistics::None && is_estimated(usage));
            let guess = if guesses { GUESS } else { "" };
            (
                Verdict::DependsOnStatistics,
                format!("{}: {one}. {}: {other}.{guess}", words(*first_statistics), words(*statistics)),
            )
        }
    }
}

/// A skip-scan searches the index, so the claim holds; its reason says that it is one. So does a walk of an index that
/// holds just the rows that are asked for, in their order: no look-up could read less.
pub fn verdict_of(usage: &Usage) -> Verdict {
    match usage {
        Usage::Searched | Usage::SkipScanned | Usage::WalkedInFull => Verdict::Holds,
        Usage::Scanned { .. } => Verdict::Scanned,
        Usage::NotChosen { .. } => Verdict::NotChosen,
        Usage::CannotUse { .. } => Verdict::CannotUse,
    }
}

fn sentence(index: &str, usage: &Usage) -> String {
    match usage {
        Usage::Searched => format!("SQLite searches {index}"),
        Usage::SkipScanned => {
            format!("SQLite searches {index} once for every value of its leading column (a skip-scan)")
        }
        Usage::Scanned { first_column, sorted } => scanned(index, first_column.as_deref(), *sorted),
        Usage::WalkedInFull => format!(
            "SQLite reads {index} from one end to the other; it holds just the rows that the statement asks for, in the \
             order in which it asks for them, so nothing is read in vain"
        ),
        Usage::NotChosen { instead, forced, walked, expected } => {
            not_chosen(index, instead, forced, *walked, *expected)
        }
        Usage::CannotUse { unproven, binding } => cannot_use(index, unproven, *binding),
    }
}

/// Whether its sentence names the planner's estimates.
fn is_estimated(usage: &Usage) -> bool {
    matches!(usage, Usage::NotChosen { expected: Some((one, other)), .. } if one.round() != other.round())
}

fn scanned(index: &str, first_column: Option<&str>, sorted: bool) -> String {
    let mut out = format!("SQLite reads {index} from one end to the other instead of searching it");
    if let Some(column) = first_column {
        out.push_str(&format!(
            ": an index is searched by its first column, here {}, and the statement names no value or range to look up there",
            code(column)
        ));
    }
    if sorted {
        out.push_str(". It then has to sort the rows as well, because the index has them in another order");
    }
    out
}

fn not_chosen(index: &str, instead: &str, forced: &str, walked: bool, expected: Option<(f64, f64)>) -> String {
    let mut out = format!("SQLite could use {index} but finds this cheaper: `{instead}`");
    if instead.starts_with("SCAN ") && !instead.contains(" USING ") {
        out.push_str(
            ", which reads the whole table: to find most of its rows one by one through an index is more work than that",
        );
    }
    if walked {
        out.push_str(&format!(
            ". Made to use {index}, it would read all of it, because nothing in the statement narrows its first column"
        ));
    } else if !forced.is_empty() {
        out.push_str(&format!(". Made to use {index}, it would do `{forced}`"));
    }
    if let Some((chosen, other)) = expected.filter(|(chosen, other)| chosen.round() != other.round()) {
        out.push_str(&format!(
            ". SQLite's estimate of the rows that its first step delivers is {} as chosen and {} with {index}",
            rows(chosen),
            rows(other)
        ));
    }
    out
}

fn cannot_use(index: &str, unproven: &[String], binding: bool) -> String {
    if unproven.is_empty() {
        return format!("SQLite finds no way to use {index} for this statement");
    }
    let terms: Vec<String> = unproven.iter().map(|term| code(term)).collect();
    let literal =
        if binding { ". With the value written into the statement instead of a parameter it could" } else { "" };
    format!(
        "{index} holds only rows where {}, and SQLite does not see that the statement asks for such rows only: it \
         compares terms nearly as they are written and does not work out that one follows from another{literal}",
        list(&terms)
    )
}

fn rows(expected: f64) -> String {
    counted(expected.round() as u64, "row", "rows")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_that_a_literal_would_open_says_so() {
        let judged = |binding| {
            let usage = Usage::CannotUse { unproven: vec!["status = 'running'".into()], binding };
            judge("i", &Facts::Present(vec![(Statistics::None, usage)]))
        };
        let words = "With the value written into the statement instead of a parameter it could";
        assert!(judged(true).reason.contains(words), "{}", judged(true).reason);
        assert!(!judged(false).reason.contains(words));
        assert_eq!(judged(true).verdict, Verdict::CannotUse);
    }
}
