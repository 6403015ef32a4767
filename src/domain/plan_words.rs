//! Each step of a plan as a sentence, for readers who do not know SQLite's planner.

use super::plan::{Access, PlanRow, Step};
use super::words::{code, list};

/// What the step does, names in backticks. `None` where SQLite's wording is not known here: its own words then stand
/// alone.
pub fn sentence(row: &PlanRow) -> Option<String> {
    match row.step() {
        Step::Scan(access) => Some(scan(&access)),
        Step::Search(access) => Some(search(&access)),
        Step::TempBTree(purpose) => Some(sort(&purpose)),
        Step::Other => other(&row.detail),
    }
}

fn scan(access: &Access) -> String {
    let table = code(&access.table);
    let first = access.table.split(' ').next().unwrap_or_default();
    let what = match &access.index {
        _ if access.table.ends_with("CONSTANT ROW") => {
            "Makes one row out of values of the statement; no table is read.".into()
        }
        _ if access.table.ends_with(" CONSTANT ROWS") => {
            format!("Makes {first} rows out of values of the statement; no table is read.")
        }
        _ if access.table.ends_with("-ROW VALUES CLAUSE") => "Reads the rows that VALUES lists.".into(),
        _ if access.table.starts_with("(subquery-") => "Reads every row that this subquery gives.".into(),
        _ if access.table.starts_with("(join-") => "Reads every row that this join gives.".into(),
        _ if access.virtual_table => virtual_table(&table),
        _ if access.automatic => {
            format!("Copies {table} into an index that is built for this one run, and reads every entry of it.")
        }
        Some(index) if access.covering => {
            format!(
                "Walks the whole index {} in its order and needs nothing from the table {table} itself.",
                code(index)
            )
        }
        Some(index) => {
            format!("Walks the whole index {} in its order and reads each row from the table {table}.", code(index))
        }
        None => format!("Reads every row of {table}."),
    };
    with_join(what, access)
}

fn search(access: &Access) -> String {
    let table = code(&access.table);
    let terms = access.terms.as_deref().map(terms).unwrap_or_default();
    let rows = if terms.given.is_empty() {
        format!("rows of {table}")
    } else {
        format!("the rows of {table} whose {}", terms.given.join(" and whose "))
    };
    let what = match &access.index {
        _ if access.virtual_table => virtual_table(&table),
        // min() and max() need no more than that.
        _ if terms.is_empty() && access.index.is_none() && !access.automatic => {
            format!("Goes straight to one end of {table}, where the least or greatest value stands.")
        }
        Some(index) if terms.is_empty() => {
            format!("Goes straight to one end of the index {}, where the least or greatest value stands.", code(index))
        }
        _ if access.automatic => {
            format!("Builds an index for this one run, because the file has none that helps, and finds {rows} in it.")
        }
        _ if access.by_primary_key && terms.names_rowid => {
            format!("Finds {rows}: the number under which the table stores each row, so no index is needed.")
        }
        _ if access.by_primary_key => {
            format!("Finds {rows} in the table itself, which is stored in the order of its primary key.")
        }
        Some(index) => {
            let then = if access.covering {
                "and needs nothing from the table itself"
            } else {
                "then reads each row from the table"
            };
            let index = code(index);
            if terms.skipped.is_empty() {
                let comma = if access.covering { "" } else { "," };
                format!("Finds {rows} in the index {index}{comma} {then}.")
            } else {
                format!(
                    "Tries every value of {} in the index {index}, one after the other, because the statement gives \
                     none (a skip-scan): for each it finds {rows}, {then}.",
                    list(&terms.skipped)
                )
            }
        }
        None => format!("Finds {rows}."),
    };
    with_join(what, access)
}

fn virtual_table(table: &str) -> String {
    format!("Asks {table}, a virtual table: a module of its own finds the rows, and SQLite does not see how.")
}

fn with_join(what: String, access: &Access) -> String {
    let join =
        if access.left_join { " Without a match the row around it stays, with NULL in these columns." } else { "" };
    let exists = if access.exists { " The first one found is enough." } else { "" };
    format!("{what}{join}{exists}")
}

/// What is looked up, in words.
#[derive(Default)]
struct Terms {
    /// `` `a` and `b` equal the given values ``, then what lies in a range.
    given: Vec<String>,
    /// Columns that stand before them in the index and have no value.
    skipped: Vec<String>,
    names_rowid: bool,
}

impl Terms {
    fn is_empty(&self) -> bool {
        self.given.is_empty() && self.skipped.is_empty()
    }
}

/// Reads `ANY(a) AND b=? AND c>? AND c<?`. A term that is not understood is quoted.
fn terms(text: &str) -> Terms {
    let (mut equal, mut ranges, mut quoted) = (Vec::new(), Vec::<(String, Vec<char>)>::new(), Vec::new());
    let mut terms = Terms::default();
    for term in text.split(" AND ") {
        if let Some(column) = term.strip_prefix("ANY(").and_then(|rest| rest.strip_suffix(')')) {
            terms.skipped.push(code(column));
            continue;
        }
        let at = term.find(['=', '<', '>']).or_else(|| term.find(" IS ")).or_else(|| term.find(" IN "));
        // An index on an expression gives it no name.
        let (column, operator) = match term.strip_prefix("<expr>") {
            Some(rest) => ("<expr>", rest.chars().next()),
            None => match at {
                Some(at) => (&term[..at], term[at..].chars().next()),
                None => ("", None),
            },
        };
        terms.names_rowid |= column == "rowid";
        let column = match column {
            "<expr>" => "indexed expression".to_owned(),
            _ => code(column.trim_start_matches('(').trim_end_matches(')')),
        };
        match operator {
            Some('=' | ' ') => equal.push(column),
            Some(side @ ('<' | '>')) => match ranges.iter_mut().find(|(known, _)| *known == column) {
                Some((_, sides)) => sides.push(side),
                None => ranges.push((column, vec![side])),
            },
            _ => quoted.push(format!("terms are {}", code(term))),
        }
    }
    match equal.len() {
        0 => {}
        1 => terms.given.push(format!("{} equals a given value", list(&equal))),
        _ => terms.given.push(format!("{} equal given values", list(&equal))),
    }
    terms.given.extend(ranges.into_iter().map(|(column, sides)| match sides.as_slice() {
        ['>'] => format!("{column} lies above a given value"),
        ['<'] => format!("{column} lies below a given value"),
        _ => format!("{column} lies between given values"),
    }));
    terms.given.extend(quoted);
    terms
}

fn sort(purpose: &str) -> String {
    let few = "Sorts only the rows that are equal so far: an index gives them in the order of the first columns.";
    match purpose {
        "ORDER BY" => "Collects and sorts the rows, because no index gives them in this order.".into(),
        "GROUP BY" => {
            "Collects and sorts the rows, because no index gives those of one group one after the other.".into()
        }
        "DISTINCT" => "Keeps every row that was seen, so that those that come again are left out.".into(),
        "RIGHT PART OF ORDER BY" | "LAST TERM OF ORDER BY" => few.into(),
        _ if purpose.starts_with("LAST ") && purpose.ends_with(" TERMS OF ORDER BY") => few.into(),
        _ => match (purpose.strip_suffix("(DISTINCT)"), purpose.strip_suffix("(ORDER BY)")) {
            (Some(function), _) => {
                format!("Keeps every value that was seen, so that {} takes each once.", code(&format!("{function}()")))
            }
            (_, Some(function)) => {
                format!("Collects and sorts the rows for {}.", code(&format!("{function}()")))
            }
            _ => "Collects the rows in a temporary store.".into(),
        },
    }
}

fn other(detail: &str) -> Option<String> {
    let exact = match detail {
        "MULTI-INDEX OR" => "Looks up each side of the OR by itself and takes every row that one of them finds, once.",
        "COMPOUND QUERY" => "Puts the results of several SELECTs together.",
        "LEFT-MOST SUBQUERY" => "The first of these SELECTs.",
        "UNION ALL" => "The next SELECT: its rows follow those before.",
        "UNION USING TEMP B-TREE" => "The next SELECT: a temporary store leaves out rows that come again.",
        "INTERSECT USING TEMP B-TREE" => "The next SELECT: only rows that the ones before gave too are kept.",
        "EXCEPT USING TEMP B-TREE" => "The next SELECT: rows that it gives are taken away from those before.",
        "MERGE (UNION)" => "Goes through two sorted results side by side and leaves out rows that come again.",
        "MERGE (UNION ALL)" => "Goes through two sorted results side by side and keeps them in order.",
        "MERGE (INTERSECT)" => "Goes through two sorted results side by side and keeps the rows that both have.",
        "MERGE (EXCEPT)" => "Goes through two sorted results side by side and keeps the rows that only the first has.",
        "LEFT" => "The first of the two.",
        "RIGHT" => "The second of the two.",
        "SETUP" => "The rows that the recursion starts with.",
        "RECURSIVE STEP" => "Runs again for each row found so far, until no further one comes.",
        "CREATE BLOOM FILTER" => {
            "Makes a small table of bits that tells at once which values cannot be among those collected."
        }
        _ => "",
    };
    if !exact.is_empty() {
        return Some(exact.into());
    }
    let subquery = |prefix: &str| detail.strip_prefix(prefix).map(|number| format!("subquery {number}"));
    if let Some(number) = detail.strip_prefix("INDEX ").filter(|rest| rest.bytes().all(|b| b.is_ascii_digit())) {
        return Some(format!("Side {number} of the OR."));
    }
    if let Some(name) = detail.strip_prefix("CO-ROUTINE ") {
        return Some(format!(
            "Works {} out row by row, as the step that reads it asks for the next; nothing is stored.",
            code(name)
        ));
    }
    if let Some(name) = detail.strip_prefix("MATERIALIZE ") {
        return Some(format!("Works {} out once and keeps its rows in a temporary table.", code(name)));
    }
    if let Some(it) = subquery("CORRELATED SCALAR SUBQUERY ") {
        return Some(format!("Works {it} out anew for each row around it, because it refers to that row."));
    }
    if let Some(it) = subquery("SCALAR SUBQUERY ") {
        return Some(format!("Works the value of {it} out once."));
    }
    if let Some(it) = subquery("CORRELATED LIST SUBQUERY ") {
        return Some(format!(
            "Collects the values of {it} anew for each row around it, because it refers to that row."
        ));
    }
    if let Some(it) = subquery("LIST SUBQUERY ") {
        return Some(format!("Collects the values of {it} once, for IN to look into."));
    }
    if let Some(it) = subquery("REUSE LIST SUBQUERY ").or_else(|| subquery("REUSE SUBQUERY ")) {
        return Some(format!("Takes what {it} gave before."));
    }
    if let Some(index) = detail.strip_prefix("USING INDEX ").and_then(|rest| rest.strip_suffix(" FOR IN-OPERATOR")) {
        return Some(format!("Looks the values of IN up in the index {}; nothing is collected.", code(index)));
    }
    if let Some(table) =
        detail.strip_prefix("USING ROWID SEARCH ON TABLE ").and_then(|rest| rest.strip_suffix(" FOR IN-OPERATOR"))
    {
        return Some(format!("Looks the values of IN up in {} itself; nothing is collected.", code(table)));
    }
    if let Some(rest) = detail.strip_prefix("BLOOM FILTER ON ") {
        let table = rest.split_once(" (").map_or(rest, |(table, _)| table);
        return Some(format!(
            "Makes a small table of bits once (a Bloom filter), which tells for most rows at once that {} has no match.",
            code(table)
        ));
    }
    detail.strip_prefix("RIGHT-JOIN ").map(|table| format!("Adds the rows of {} that found no match.", code(table)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(detail: &str) -> Option<String> {
        sentence(&PlanRow { id: 1, parent: 0, detail: detail.into() }).map(|words| words.replace('`', ""))
    }

    #[test]
    fn every_wording_has_its_sentence() {
        let golden = [
            ("SCAN workflow", "Reads every row of workflow."),
            ("SCAN TABLE workflow AS w", "Reads every row of workflow AS w."),
            (
                "SCAN workflow USING INDEX i",
                "Walks the whole index i in its order and reads each row from the table workflow.",
            ),
            (
                "SCAN workflow USING COVERING INDEX i",
                "Walks the whole index i in its order and needs nothing from the table workflow itself.",
            ),
            ("SCAN CONSTANT ROW", "Makes one row out of values of the statement; no table is read."),
            ("SCAN 3 CONSTANT ROWS", "Makes 3 rows out of values of the statement; no table is read."),
            ("SCAN 2-ROW VALUES CLAUSE", "Reads the rows that VALUES lists."),
            ("SCAN (subquery-1)", "Reads every row that this subquery gives."),
            (
                "SCAN f VIRTUAL TABLE INDEX 0:M1",
                "Asks f, a virtual table: a module of its own finds the rows, and SQLite does not see how.",
            ),
            (
                "SEARCH workflow USING INDEX i (project_id=? AND status=?)",
                "Finds the rows of workflow whose project_id and status equal given values in the index i, \
                 then reads each row from the table.",
            ),
            (
                "SEARCH t USING COVERING INDEX i (a=?)",
                "Finds the rows of t whose a equals a given value in the index i and needs nothing from the table itself.",
            ),
            (
                "SEARCH t USING INDEX i (a=? AND b>? AND b<?)",
                "Finds the rows of t whose a equals a given value and whose b lies between given values in the index i, \
                 then reads each row from the table.",
            ),
            (
                "SEARCH t USING COVERING INDEX i (a>?)",
                "Finds the rows of t whose a lies above a given value in the index i and needs nothing from the table \
                 itself.",
            ),
            (
                "SEARCH t USING INDEX i (a<?)",
                "Finds the rows of t whose a lies below a given value in the index i, then reads each row from the table.",
            ),
            (
                "SEARCH t USING INDEX i ((a,b)>(?,?))",
                "Finds the rows of t whose a,b lies above a given value in the index i, then reads each row from the table.",
            ),
            (
                "SEARCH t USING INDEX i (<expr>=?)",
                "Finds the rows of t whose indexed expression equals a given value in the index i, \
                 then reads each row from the table.",
            ),
            (
                "SEARCH t USING INDEX i (a IS ? AND b IN (?,?))",
                "Finds the rows of t whose a and b equal given values in the index i, then reads each row from the table.",
            ),
            (
                "SEARCH t USING INDEX i (something new)",
                "Finds the rows of t whose terms are something new in the index i, then reads each row from the table.",
            ),
            (
                "SEARCH t USING INDEX i (ANY(a) AND b=?)",
                "Tries every value of a in the index i, one after the other, because the statement gives none \
                 (a skip-scan): for each it finds the rows of t whose b equals a given value, \
                 then reads each row from the table.",
            ),
            (
                "SEARCH t USING COVERING INDEX i (ANY(a) AND ANY(b) AND c>?)",
                "Tries every value of a and b in the index i, one after the other, because the statement gives none \
                 (a skip-scan): for each it finds the rows of t whose c lies above a given value, \
                 and needs nothing from the table itself.",
            ),
            (
                "SEARCH t USING AUTOMATIC COVERING INDEX (a=?)",
                "Builds an index for this one run, because the file has none that helps, and finds the rows of t whose a \
                 equals a given value in it.",
            ),
            (
                "SEARCH t USING AUTOMATIC PARTIAL COVERING INDEX (a=?) LEFT-JOIN",
                "Builds an index for this one run, because the file has none that helps, and finds the rows of t whose a \
                 equals a given value in it. Without a match the row around it stays, with NULL in these columns.",
            ),
            (
                "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)",
                "Finds the rows of t whose rowid equals a given value: the number under which the table stores each row, \
                 so no index is needed.",
            ),
            (
                "SEARCH t USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
                "Finds the rows of t whose rowid lies between given values: the number under which the table stores each \
                 row, so no index is needed.",
            ),
            (
                "SEARCH t USING PRIMARY KEY (k=?)",
                "Finds the rows of t whose k equals a given value in the table itself, \
                 which is stored in the order of its primary key.",
            ),
            (
                "SEARCH t EXISTS USING COVERING INDEX i (a=?)",
                "Finds the rows of t whose a equals a given value in the index i and needs nothing from the table itself. \
                 The first one found is enough.",
            ),
            ("SEARCH t", "Goes straight to one end of t, where the least or greatest value stands."),
            (
                "SEARCH t USING COVERING INDEX i",
                "Goes straight to one end of the index i, where the least or greatest value stands.",
            ),
            ("USE TEMP B-TREE FOR ORDER BY", "Collects and sorts the rows, because no index gives them in this order."),
            (
                "USE TEMP B-TREE FOR GROUP BY",
                "Collects and sorts the rows, because no index gives those of one group one after the other.",
            ),
            (
                "USE TEMP B-TREE FOR DISTINCT",
                "Keeps every row that was seen, so that those that come again are left out.",
            ),
            (
                "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY",
                "Sorts only the rows that are equal so far: an index gives them in the order of the first columns.",
            ),
            (
                "USE TEMP B-TREE FOR LAST TERM OF ORDER BY",
                "Sorts only the rows that are equal so far: an index gives them in the order of the first columns.",
            ),
            (
                "USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
                "Sorts only the rows that are equal so far: an index gives them in the order of the first columns.",
            ),
            (
                "USE TEMP B-TREE FOR count(DISTINCT)",
                "Keeps every value that was seen, so that count() takes each once.",
            ),
            ("USE TEMP B-TREE FOR group_concat(ORDER BY)", "Collects and sorts the rows for group_concat()."),
            ("USE TEMP B-TREE FOR SOMETHING", "Collects the rows in a temporary store."),
            (
                "MULTI-INDEX OR",
                "Looks up each side of the OR by itself and takes every row that one of them finds, once.",
            ),
            ("INDEX 2", "Side 2 of the OR."),
            (
                "CO-ROUTINE sub",
                "Works sub out row by row, as the step that reads it asks for the next; nothing is stored.",
            ),
            ("MATERIALIZE sub", "Works sub out once and keeps its rows in a temporary table."),
            ("COMPOUND QUERY", "Puts the results of several SELECTs together."),
            ("LEFT-MOST SUBQUERY", "The first of these SELECTs."),
            ("UNION ALL", "The next SELECT: its rows follow those before."),
            ("UNION USING TEMP B-TREE", "The next SELECT: a temporary store leaves out rows that come again."),
            (
                "MERGE (EXCEPT)",
                "Goes through two sorted results side by side and keeps the rows that only the first has.",
            ),
            ("SCALAR SUBQUERY 2", "Works the value of subquery 2 out once."),
            (
                "CORRELATED SCALAR SUBQUERY 2",
                "Works subquery 2 out anew for each row around it, because it refers to that row.",
            ),
            ("LIST SUBQUERY 3", "Collects the values of subquery 3 once, for IN to look into."),
            ("REUSE LIST SUBQUERY 3", "Takes what subquery 3 gave before."),
            ("USING INDEX i FOR IN-OPERATOR", "Looks the values of IN up in the index i; nothing is collected."),
            (
                "BLOOM FILTER ON t (a=?)",
                "Makes a small table of bits once (a Bloom filter), which tells for most rows at once that t has no match.",
            ),
            ("RECURSIVE STEP", "Runs again for each row found so far, until no further one comes."),
            ("RIGHT-JOIN t", "Adds the rows of t that found no match."),
        ];
        for (detail, expected) in golden {
            assert_eq!(words(detail).as_deref(), Some(expected), "{detail}");
        }
    }

    #[test]
    fn what_is_not_known_has_no_sentence() {
        for detail in ["", "INDEX", "INDEX of things", "EXPLODE t", "search t", "RIGHT-JOIN", "🦀 USING INDEX"] {
            assert_eq!(words(detail), None, "{detail}");
        }
    }

    #[test]
    fn broken_wordings_do_not_panic() {
        for detail in [
            "SEARCH ",
            "SCAN ",
            "SEARCH t USING INDEX i (",
            "SEARCH t USING INDEX i ())",
            "SEARCH t USING ",
            "SEARCH t USING INDEX i (=?)",
            "SEARCH t USING INDEX i (ANY()",
            "USE TEMP B-TREE FOR ",
            "SCAN é LEFT-JOIN",
        ] {
            assert!(words(detail).is_some(), "{detail}");
        }
    }
}
