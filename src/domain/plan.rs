//! Query plans as SQLite gives them: rows of EXPLAIN QUERY PLAN, read, arranged as a tree and compared.
//!
//! The wording of a row changes between SQLite's versions. What is not understood stays as text in [`Step::Other`].

use serde::{Deserialize, Serialize};

/// One row of EXPLAIN QUERY PLAN. A parent of 0 is the plan itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRow {
    pub id: i64,
    pub parent: i64,
    pub detail: String,
}

/// A row, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Scan(Access),
    Search(Access),
    /// `USE TEMP B-TREE FOR ORDER BY`: what it sorts for.
    TempBTree(String),
    Other,
}

/// How one table is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The table, or its alias in the statement.
    pub table: String,
    pub index: Option<String>,
    pub covering: bool,
    /// SQLite builds the index for this one run.
    pub automatic: bool,
    /// Found by rowid or by the primary key of a WITHOUT ROWID table.
    pub by_primary_key: bool,
    /// The terms that are looked up, without their parentheses: `project_id=? AND status=?`.
    pub terms: Option<String>,
    /// `ANY(column)` stands among the terms.
    pub skip_scan: bool,
    /// A module of its own answers for the table.
    pub virtual_table: bool,
    /// Rows of the steps around it stay without a match.
    pub left_join: bool,
    /// One match is enough.
    pub exists: bool,
}

impl PlanRow {
    pub fn step(&self) -> Step {
        let detail = self.detail.as_str();
        if let Some(rest) = detail.strip_prefix("SCAN ") {
            return Step::Scan(access(rest));
        }
        if let Some(rest) = detail.strip_prefix("SEARCH ") {
            return Step::Search(access(rest));
        }
        match detail.strip_prefix("USE TEMP B-TREE FOR ") {
            Some(purpose) => Step::TempBTree(purpose.into()),
            None => Step::Other,
        }
    }
}

fn access(rest: &str) -> Access {
    // Older versions write `TABLE t AS alias`.
    let rest = rest.strip_prefix("TABLE ").unwrap_or(rest);
    let (rest, left_join) = without_suffix(rest.trim_end(), " LEFT-JOIN");
    let (table, virtual_table) = match rest.find(" VIRTUAL TABLE INDEX ") {
        Some(at) => (&rest[..at], true),
        None => (rest, false),
    };
    let (table, using) = table.split_once(" USING ").unwrap_or((table, ""));
    let (table, exists) = without_suffix(table.trim(), " EXISTS");
    let (mut using, terms) = split_terms(using);
    let mut access = Access {
        table: table.into(),
        index: None,
        covering: false,
        automatic: false,
        by_primary_key: false,
        skip_scan: terms.is_some_and(|terms| terms.contains("ANY(")),
        terms: terms.map(Into::into),
        virtual_table,
        left_join,
        exists,
    };
    for (word, flag) in [("AUTOMATIC ", 0), ("PARTIAL ", 1), ("COVERING ", 2)] {
        if let Some(after) = using.strip_prefix(word) {
            using = after;
            match flag {
                0 => access.automatic = true,
                2 => access.covering = true,
                _ => {}
            }
        }
    }
    if using.starts_with("INTEGER PRIMARY KEY") || using.starts_with("PRIMARY KEY") {
        access.by_primary_key = true;
    } else if let Some(name) = using.strip_prefix("INDEX ") {
        // An automatic index has no name; its terms follow at once.
        let name = name.trim();
        access.index = (!name.is_empty() && !access.automatic).then(|| name.into());
    }
    access
}

fn without_suffix<'a>(text: &'a str, suffix: &str) -> (&'a str, bool) {
    text.strip_suffix(suffix).map_or((text, false), |text| (text, true))
}

/// Splits `INDEX i (a=? AND b>?)` into what stands before the last parenthesised group and its inside.
fn split_terms(using: &str) -> (&str, Option<&str>) {
    let Some(inner) = using.strip_suffix(')') else { return (using, None) };
    let mut depth = 1_i32;
    for (at, ch) in inner.char_indices().rev() {
        match ch {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (inner[..at].trim_end(), Some(&inner[at + 1..]));
        }
    }
    (using, None)
}

/// Every access to `index` in a plan.
pub fn accesses_of<'a>(plan: &'a [PlanRow], index: &'a str) -> impl Iterator<Item = Step> + 'a {
    plan.iter().map(PlanRow::step).filter(move |step| match step {
        Step::Scan(access) | Step::Search(access) => {
            access.index.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(index))
        }
        _ => false,
    })
}

/// A node of the tree that SQLite's shell draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub row: PlanRow,
    pub change: Change,
    pub children: Vec<Node>,
}

/// How a row stands against the other plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Same,
    /// The other plan reaches the same table in another way.
    Changed,
    /// Only here.
    Only,
}

/// The plan as a tree, each row marked against `other`.
pub fn tree(plan: &[PlanRow], other: &[PlanRow]) -> Vec<Node> {
    let changes = changes(plan, other);
    children(plan, &changes, 0, 0)
}

fn children(plan: &[PlanRow], changes: &[Change], parent: i64, depth: usize) -> Vec<Node> {
    // A plan that names itself as its own ancestor is not SQLite's; stop rather than recurse for ever.
    if depth > plan.len() {
        return Vec::new();
    }
    let orphan = |row: &PlanRow| parent == 0 && row.parent != 0 && !plan.iter().any(|other| other.id == row.parent);
    plan.iter()
        .zip(changes)
        .filter(|(row, _)| (row.parent == parent && row.id != parent) || orphan(row))
        .map(|(row, change)| Node {
            row: row.clone(),
            change: *change,
            children: children(plan, changes, row.id, depth + 1),
        })
        .collect()
}

/// For each row of `plan`, how it stands against `other`. Equal texts pair off first, then accesses to one table.
pub fn changes(plan: &[PlanRow], other: &[PlanRow]) -> Vec<Change> {
    let mut left: Vec<Option<&PlanRow>> = other.iter().map(Some).collect();
    let mut out = vec![Change::Only; plan.len()];
    for (row, change) in plan.iter().zip(&mut out) {
        if let Some(slot) = left.iter_mut().find(|slot| slot.is_some_and(|other| other.detail == row.detail)) {
            *slot = None;
            *change = Change::Same;
        }
    }
    for (row, change) in plan.iter().zip(&mut out).filter(|(_, change)| **change == Change::Only) {
        let Some(table) = table_of(row) else { continue };
        if let Some(slot) = left.iter_mut().find(|slot| slot.and_then(table_of).as_deref() == Some(table.as_str())) {
            *slot = None;
            *change = Change::Changed;
        }
    }
    out
}

fn table_of(row: &PlanRow) -> Option<String> {
    match row.step() {
        Step::Scan(access) | Step::Search(access) => Some(access.table),
        _ => None,
    }
}

/// Whether two plans say the same; the numbers of their rows may differ.
pub fn same_steps(one: &[PlanRow], other: &[PlanRow]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.detail == other.detail)
}

/// The tree as SQLite's shell prints it, for goldens and copies.
pub fn render(plan: &[PlanRow]) -> String {
    let mut out = String::from("QUERY PLAN\n");
    render_nodes(&tree(plan, plan), "", &mut out);
    out
}

fn render_nodes(nodes: &[Node], indent: &str, out: &mut String) {
    for (at, node) in nodes.iter().enumerate() {
        let last = at + 1 == nodes.len();
        out.push_str(indent);
        out.push_str(if last { "`--" } else { "|--" });
        out.push_str(&node.row.detail);
        out.push('\n');
        render_nodes(&node.children, &format!("{indent}{}", if last { "   " } else { "|  " }), out);
    }
}

/// The steps that read a whole table or index, sort, or build an index for one run.
pub fn costly_steps(plan: &[PlanRow]) -> impl Iterator<Item = &PlanRow> {
    plan.iter().filter(|row| match row.step() {
        Step::Scan(access) => !access.table.starts_with("CONSTANT ROW"),
        Step::Search(access) => access.automatic,
        Step::TempBTree(_) => true,
        Step::Other => false,
    })
}
