//! Definitions of indexes compared by meaning, and `INDEXED BY` put where SQLite takes it.

use cortex_inspector::domain::index_definition::{documented_indexes, parse_index, same_meaning};
use cortex_inspector::domain::indexed_by::indexed_by;
use proptest::prelude::*;
use rusqlite::Connection;

use crate::fixtures::Fixture;

// One definition and its spellings.

#[derive(Clone, Debug, PartialEq)]
struct Key {
    column: &'static str,
    collation: Option<&'static str>,
    descending: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Condition {
    In { column: &'static str, not: bool, values: Vec<String> },
    IsNull { column: &'static str, not: bool },
    Compare { column: &'static str, operator: &'static str, value: String },
    Lower { column: &'static str, value: String },
}

#[derive(Clone, Debug, PartialEq)]
struct Definition {
    table: &'static str,
    unique: bool,
    keys: Vec<Key>,
    /// Joined with AND.
    conditions: Vec<Condition>,
}

const TABLES: [&str; 3] = ["workflow", "terminal", "git_event"];
const COLUMNS: [&str; 5] = ["status", "created_at", "project_id", "id", "order"];

fn value() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,8}", "[A-Z][a-z]{1,5}", Just("it''s".to_owned()), Just(String::new())]
}

fn column() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&COLUMNS[..])
}

fn condition() -> impl Strategy<Value = Condition> {
    let operator = prop::sample::select(&["<", "<=", ">", ">=", "=", "<>"][..]);
    prop_oneof![
        (column(), any::<bool>(), prop::collection::vec(value(), 1..4))
            .prop_map(|(column, not, values)| Condition::In { column, not, values }),
        (column(), any::<bool>()).prop_map(|(column, not)| Condition::IsNull { column, not }),
        (column(), operator, value()).prop_map(|(column, operator, value)| Condition::Compare {
            column,
            operator,
            value
        }),
        (column(), value()).prop_map(|(column, value)| Condition::Lower { column, value }),
    ]
}

fn definition() -> impl Strategy<Value = Definition> {
    let collation = prop::option::weighted(0.3, prop::sample::select(&["NOCASE", "RTRIM", "BINARY"][..]));
    let order = any::<bool>();
    let key = (column(), collation, order);
    let key = key.prop_map(|(column, collation, descending)| Key { column, collation, descending });
    (
        prop::sample::select(&TABLES[..]),
        any::<bool>(),
        prop::collection::vec(key, 1..4),
        prop::collection::vec(condition(), 0..3),
    )
        .prop_map(|(table, unique, keys, conditions)| Definition { table, unique, keys, conditions })
}

/// How a definition is written down: everything that means nothing.
#[derive(Clone, Debug)]
struct Spelling {
    upper: bool,
    quotes: usize,
    space: &'static str,
    explicit_asc: bool,
    parentheses: usize,
    if_not_exists: bool,
    schema: bool,
    semicolon: bool,
    name: &'static str,
}

fn spelling() -> impl Strategy<Value = Spelling> {
    (
        any::<(bool, bool, bool, bool, bool)>(),
        0..4_usize,
        prop::sample::select(&[" ", "\n", "\t ", " /* why */ ", " -- why\n "][..]),
        0..3_usize,
        prop::sample::select(&["idx_a", "idx_b"][..]),
    )
        .prop_map(|((upper, explicit_asc, if_not_exists, schema, semicolon), quotes, space, parentheses, name)| {
            Spelling { upper, quotes, space, explicit_asc, parentheses, if_not_exists, schema, semicolon, name }
        })
}

impl Spelling {
    fn word(&self, word: &str) -> String {
        if self.upper { word.to_uppercase() } else { word.to_lowercase() }
    }

    fn identifier(&self, name: &str) -> String {
        let name = self.word(name);
        match self.quotes {
            // A keyword as a name needs quotes.
            0 if name.eq_ignore_ascii_case("order") => format!("\"{name}\""),
            0 => name,
            1 => format!("\"{name}\""),
            2 => format!("`{name}`"),
            _ => format!("[{name}]"),
        }
    }

    fn enclosed(&self, text: String) -> String {
        (0..self.parentheses).fold(text, |text, _| format!("({text})"))
    }

    fn write(&self, definition: &Definition) -> String {
        let keys = definition.keys.iter().map(|key| {
            let collation = key.collation.map(|name| format!(" {} {}", self.word("COLLATE"), self.word(name)));
            let order = match (key.descending, self.explicit_asc) {
                (true, _) => format!(" {}", self.word("DESC")),
                (false, true) => format!(" {}", self.word("ASC")),
                (false, false) => String::new(),
            };
            format!("{}{}{order}", self.identifier(key.column), collation.unwrap_or_default())
        });
        let conditions = definition.conditions.iter().map(|condition| self.enclosed(self.condition(condition)));
        let mut words = vec![self.word("CREATE")];
        if definition.unique {
            words.push(self.word("UNIQUE"));
        }
        words.push(self.word("INDEX"));
        if self.if_not_exists {
            words.push(self.word("IF NOT EXISTS"));
        }
        let schema = if self.schema { "main." } else { "" };
        words.push(format!("{schema}{}", self.identifier(self.name)));
        words.push(self.word("ON"));
        words.push(self.identifier(definition.table));
        words.push(format!("({})", keys.collect::<Vec<_>>().join(&format!("{},", self.space))));
        if !definition.conditions.is_empty() {
            words.push(self.word("WHERE"));
            words.push(conditions.collect::<Vec<_>>().join(&format!(" {} ", self.word("AND"))));
        }
        words.join(self.space) + if self.semicolon { ";" } else { "" }
    }

    fn condition(&self, condition: &Condition) -> String {
        let negation = |not: bool| if not { self.word(" NOT") } else { String::new() };
        match condition {
            Condition::In { column, not, values } => {
                let values: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
                let values = values.join(&format!(",{}", self.space));
                format!("{}{} {} ({values})", self.identifier(column), negation(*not), self.word("IN"))
            }
            Condition::IsNull { column, not } if self.explicit_asc => {
                // `NOTNULL` and `ISNULL` are the same operators in one word.
                format!("{} {}", self.identifier(column), self.word(if *not { "NOTNULL" } else { "ISNULL" }))
            }
            Condition::IsNull { column, not } => {
                format!("{} {}{} {}", self.identifier(column), self.word("IS"), negation(*not), self.word("NULL"))
            }
            Condition::Compare { column, operator, value } => {
                format!("{}{}{operator} '{value}'", self.identifier(column), self.space)
            }
            Condition::Lower { column, value } => {
                format!("{}({}) = '{value}'", self.word("lower"), self.identifier(column))
            }
        }
    }
}

/// One change that gives another index.
#[derive(Clone, Copy, Debug)]
enum Change {
    Table,
    Unique,
    Column,
    AddKey,
    Order,
    Collation,
    SwapKeys,
    DropCondition,
    AddCondition,
    Value,
    Negation,
}

/// `None` when the change does not apply to this definition.
fn changed(definition: &Definition, change: Change, at: usize) -> Option<Definition> {
    let mut other = definition.clone();
    let key = at % other.keys.len();
    match change {
        Change::Table => other.table = TABLES[(TABLES.iter().position(|t| *t == other.table)? + 1) % TABLES.len()],
        Change::Unique => other.unique = !other.unique,
        Change::Column => {
            let old = COLUMNS.iter().position(|column| *column == other.keys[key].column)?;
            other.keys[key].column = COLUMNS[(old + 1) % COLUMNS.len()];
        }
        Change::AddKey => other.keys.push(Key { column: "id", collation: None, descending: false }),
        Change::Order => other.keys[key].descending = !other.keys[key].descending,
        Change::Collation => {
            other.keys[key].collation =
                if other.keys[key].collation == Some("NOCASE") { Some("RTRIM") } else { Some("NOCASE") };
        }
        Change::SwapKeys => {
            let last = other.keys.len() - 1;
            other.keys.swap(0, last);
        }
        Change::DropCondition => {
            other.conditions.pop()?;
        }
        Change::AddCondition => other.conditions.push(Condition::IsNull { column: "id", not: true }),
        Change::Value => {
            let n = other.conditions.len();
            match other.conditions.get_mut(at.checked_rem(n)?)? {
                Condition::In { values, .. } => values[0].push('x'),
                Condition::Compare { value, .. } | Condition::Lower { value, .. } => value.push('x'),
                Condition::IsNull { .. } => return None,
            }
        }
        Change::Negation => {
            let n = other.conditions.len();
            match other.conditions.get_mut(at.checked_rem(n)?)? {
                Condition::In { not, .. } | Condition::IsNull { not, .. } => *not = !*not,
                Condition::Compare { .. } | Condition::Lower { .. } => return None,
            }
        }
    }
    (other != *definition).then_some(other)
}

fn change() -> impl Strategy<Value = Change> {
    use Change::*;
    prop::sample::select(
        &[Table, Unique, Column, AddKey, Order, Collation, SwapKeys, DropCondition, AddCondition, Value, Negation][..],
    )
}

proptest! {
    #[test]
    fn every_spelling_of_a_definition_means_the_same(
        definition in definition(), one in spelling(), other in spelling(),
    ) {
        let (one, other) = (one.write(&definition), other.write(&definition));
        prop_assert!(same_meaning(&one, &other), "{one}\n{other}");
        prop_assert!(same_meaning(&other, &one));
    }

    #[test]
    fn every_other_definition_means_something_else(
        definition in definition(), change in change(), at in 0..8_usize, one in spelling(), other in spelling(),
    ) {
        if let Some(changed) = changed(&definition, change, at) {
            let (one, other) = (one.write(&definition), other.write(&changed));
            prop_assert!(!same_meaning(&one, &other), "{change:?}\n{one}\n{other}");
        }
    }

    #[test]
    fn a_statement_is_taken_apart_into_what_it_was_put_together_from(definition in definition(), spelling in spelling()) {
        let sql = spelling.write(&definition);
        let statement = parse_index(&sql).map_err(|error| TestCaseError::fail(format!("{error}: {sql}")))?;
        prop_assert_eq!(statement.name.to_lowercase(), spelling.name);
        prop_assert_eq!(&statement.definition.table, definition.table);
        prop_assert_eq!(statement.definition.unique, definition.unique);
        prop_assert_eq!(statement.columns_sql.len(), definition.keys.len());
        prop_assert_eq!(statement.where_sql.is_some(), !definition.conditions.is_empty());
        prop_assert_eq!(statement.without_where_sql.is_some(), !definition.conditions.is_empty());
        let n_calls = definition.conditions.iter().filter(|c| matches!(c, Condition::Lower { .. })).count();
        prop_assert_eq!(statement.calls_sql.len(), n_calls);
        if let Some(without) = statement.without_where_sql {
            let unconditional = Definition { conditions: Vec::new(), ..definition };
            prop_assert!(same_meaning(&without, &spelling.write(&unconditional)), "{without}");
        }
    }

    /// What SQLite keeps of an accepted statement means what was said, and what the parts say SQLite accepts again.
    #[test]
    fn sqlite_accepts_the_parts(definition in definition(), spelling in spelling()) {
        let db = Connection::open_in_memory().unwrap();
        for table in TABLES {
            let columns: Vec<String> = COLUMNS.iter().map(|column| format!("\"{column}\"")).collect();
            db.execute_batch(&format!("CREATE TABLE {table} ({})", columns.join(", "))).unwrap();
        }
        let sql = spelling.write(&definition);
        db.execute_batch(&sql).map_err(|error| TestCaseError::fail(format!("{error}: {sql}")))?;
        let kept: String = db
            .query_row("SELECT sql FROM sqlite_schema WHERE type = 'index'", [], |row| row.get(0))
            .unwrap();
        prop_assert!(same_meaning(&kept, &sql), "{kept}\n{sql}");
        let statement = parse_index(&sql).unwrap();
        let condition = statement.where_sql.map(|sql| format!(" WHERE {sql}")).unwrap_or_default();
        let rebuilt = format!("CREATE INDEX rebuilt ON {}({}){condition}", definition.table, statement.columns_sql.join(", "));
        db.execute_batch(&rebuilt).map_err(|error| TestCaseError::fail(format!("{error}: {rebuilt}")))?;
        let unique = Definition { unique: false, ..definition };
        prop_assert!(same_meaning(&rebuilt, &spelling.write(&unique)), "{rebuilt}\n{sql}");
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,60}", tail in "\\PC{0,30}") {
        for sql in [text.clone(), format!("CREATE INDEX {text} ON t({tail})"), format!("CREATE INDEX i ON t(a) WHERE {tail}")] {
            let _ = parse_index(&sql);
            prop_assert!(same_meaning(&sql, &sql));
            let _ = documented_indexes(&sql);
            let _ = indexed_by(&sql, "t", "i");
        }
    }
}

#[test]
fn what_is_no_index_is_told_so() {
    for sql in ["", "SELECT 1", "CREATE TABLE t (a)", "CREATE INDEX", "CREATE INDEX i ON t(a) WHERE", "\0"] {
        assert!(parse_index(sql).is_err(), "{sql}");
    }
}

#[test]
fn calls_are_listed_from_the_outside_in() {
    let sql = "CREATE INDEX i ON t(a, substr(b, length('x'))) WHERE a > datetime('now', '-1 hour') AND c IS NOT NULL";
    let calls = parse_index(sql).unwrap().calls_sql;
    let names: Vec<&str> = calls.iter().filter_map(|call| call.split('(').next()).map(str::trim).collect();
    assert_eq!(names, ["substr", "length", "datetime"]);
}

// INDEXED BY.

#[track_caller]
fn check_indexed_by(sql: &str, table: &str, expected: Option<&str>) {
    assert_eq!(indexed_by(sql, table, "i").as_deref(), expected, "{sql}");
}

#[test]
fn indexed_by_goes_behind_the_table() {
    check_indexed_by("SELECT * FROM t", "t", Some("SELECT * FROM t INDEXED BY \"i\""));
    check_indexed_by("SELECT * FROM t WHERE a = 1", "T", Some("SELECT * FROM t INDEXED BY \"i\" WHERE a = 1"));
    check_indexed_by("DELETE FROM t WHERE a = 1;", "t", Some("DELETE FROM t INDEXED BY \"i\" WHERE a = 1;"));
    check_indexed_by("SELECT * FROM t AS x ORDER BY a", "t", Some("SELECT * FROM t AS x INDEXED BY \"i\" ORDER BY a"));
    check_indexed_by("SELECT * FROM t x LIMIT 1", "t", Some("SELECT * FROM t x INDEXED BY \"i\" LIMIT 1"));
    check_indexed_by("SELECT * FROM \"t\" x", "t", Some("SELECT * FROM \"t\" x INDEXED BY \"i\""));
    check_indexed_by("SELECT * FROM u, t WHERE 1", "t", Some("SELECT * FROM u, t INDEXED BY \"i\" WHERE 1"));
    check_indexed_by(
        "SELECT u.* FROM u LEFT JOIN t y ON u.a = y.a",
        "t",
        Some("SELECT u.* FROM u LEFT JOIN t y INDEXED BY \"i\" ON u.a = y.a"),
    );
    check_indexed_by("SELECT t FROM u WHERE t IN (1, t)", "t", None);
    check_indexed_by("SELECT * FROM u JOIN v ON max(u.a, t) = 1", "t", None);
    check_indexed_by("SELECT 1", "t", None);
    check_indexed_by(
        "SELECT * FROM (SELECT a, b FROM u), t",
        "t",
        Some("SELECT * FROM (SELECT a, b FROM u), t INDEXED BY \"i\""),
    );
    check_indexed_by("SELECT 1))) FROM t", "t", None);
    for already in ["INDEXED BY j", "NOT INDEXED"] {
        for alias in ["", " x", " AS x"] {
            check_indexed_by(&format!("SELECT * FROM t{alias} {already} WHERE a = 1"), "t", None);
        }
    }
    assert_eq!(indexed_by("SELECT * FROM t", "t", "a \"b\"").unwrap(), "SELECT * FROM t INDEXED BY \"a \"\"b\"\"\"");
}

/// With the one index that a table surely can use SQLite takes every statement of the catalogue.
#[test]
fn sqlite_accepts_indexed_by_in_every_documented_statement() {
    let engine = cortex_inspector::engine::Engine::new().unwrap();
    let catalogue = engine.catalogue();
    let claims = catalogue
        .queries
        .iter()
        .map(|q| (&q.sql, &q.claim))
        .chain(catalogue.cleanups.iter().map(|c| (&c.sql, &c.claim)));
    let fixture = Fixture::standard();
    let db = fixture.native();
    for (sql, claim) in claims {
        let Some(index) = claim.as_deref().and_then(|claim| catalogue.index(claim)) else { continue };
        // An index on every row of the table can be walked for any statement.
        db.execute_batch(&format!("CREATE INDEX anything ON {}({})", index.table, index.columns.join(", "))).unwrap();
        let forced = indexed_by(sql, &index.table, "anything").unwrap();
        let plan = crate::native::plan(&db, &forced, &[]).unwrap();
        assert!(plan.iter().any(|row| row.detail.contains("INDEX anything")), "{forced}: {plan:?}");
        db.execute_batch("DROP INDEX anything").unwrap();
    }
}
