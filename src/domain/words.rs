//! Small words that every sentence needs, and names as SQL takes them. Figures are in `numbers`.

use super::numbers::count;

/// Small numbers as words at the start of a sentence: `Two`, `13`.
pub fn number_word(n: usize) -> String {
    const WORDS: [&str; 10] = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];
    WORDS.get(n).map_or_else(|| count(n as u64), |word| (*word).to_owned())
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// What files about a database are named after: `db` for `db.sqlite`.
pub fn file_stem(database: &str) -> &str {
    match database.rsplit_once('.').map_or(database, |(stem, _)| stem) {
        "" => "database",
        stem => stem,
    }
}

/// In backticks, for the page to set in mono.
pub fn code(name: &str) -> String {
    format!("`{name}`")
}

/// A name as SQL takes it: bare when SQLite reads it as a name, in double quotes otherwise.
pub fn identifier(name: &str) -> String {
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|ch| ch.is_ascii_alphabetic() || ch == '_');
    let bare = starts && chars.all(|ch| ch.is_ascii_alphanumeric() || ch == '_');
    if bare && KEYWORDS.binary_search(&name.to_ascii_lowercase().as_str()).is_err() {
        name.into()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// Words that SQLite does not take for a name everywhere, sorted.
#[rustfmt::skip]
const KEYWORDS: [&str; 76] = [
    "add", "all", "alter", "and", "as", "autoincrement", "between", "by", "case", "check", "collate", "commit",
    "constraint", "create", "cross", "current_date", "current_time", "current_timestamp", "default", "deferrable",
    "delete", "distinct", "drop", "else", "escape", "except", "exists", "filter", "foreign", "from", "full", "glob",
    "group", "having", "if", "in", "index", "indexed", "inner", "insert", "intersect", "into", "is", "isnull", "join",
    "left", "like", "limit", "natural", "not", "nothing", "notnull", "null", "on", "or", "order", "outer", "over",
    "primary", "references", "returning", "right", "select", "set", "table", "then", "to", "transaction", "union",
    "unique", "update", "using", "values", "when", "where", "window",
];
