//! The program that SQLite makes of a statement, as EXPLAIN lists it, and which step of the plan each opcode serves.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::plan::PlanRow;

/// One row of EXPLAIN.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opcode {
    /// 0 for the statement itself; the programs of triggers and of ON DELETE follow, each with addresses of its own.
    pub program: u32,
    pub addr: i64,
    pub opcode: String,
    pub p1: i64,
    pub p2: i64,
    pub p3: i64,
    pub p4: String,
    pub p5: i64,
    /// Empty unless SQLite was compiled with SQLITE_ENABLE_EXPLAIN_COMMENTS.
    pub comment: String,
    /// The row of the plan.
    pub step: Option<i64>,
}

/// Opcodes that put the cursor in P1 somewhere, so that its step can begin to read.
#[rustfmt::skip]
const POSITIONS: [&str; 14] = [
    "Rewind", "Last", "SeekGE", "SeekGT", "SeekLE", "SeekLT", "SeekRowid", "NotExists", "Found", "NotFound",
    "NoConflict", "SorterSort", "Sort", "VFilter",
];

/// Opcodes that end a loop over the cursor in P1.
const LOOP_ENDS: [&str; 4] = ["Next", "Prev", "SorterNext", "VNext"];

/// Further opcodes whose P1 is a cursor.
#[rustfmt::skip]
const USES: [&str; 28] = [
    "OpenRead", "OpenWrite", "OpenEphemeral", "OpenAutoindex", "OpenPseudo", "OpenDup", "SorterOpen", "VOpen",
    "Close", "Column", "VColumn", "Rowid", "IdxRowid", "IdxGT", "IdxGE", "IdxLT", "IdxLE", "RowData", "NullRow",
    "Insert", "Delete", "IdxInsert", "IdxDelete", "SorterInsert", "SorterData", "DeferredSeek", "FinishSeek",
    "SeekHit",
];

/// Says of each opcode which step of `plan` it serves.
///
/// 1. `Explain` opens a step; the opcodes behind it belong to it until a loop over one of its cursors ends, another step
///    opens, or the program halts.
/// 2. A cursor belongs to the step that sorts it, or else to that in which it is first put somewhere. Opcodes on a cursor
///    belong to its step wherever they stand, so opening a table at the top of the program does too.
/// 3. Everything else, and the programs of triggers and ON DELETE, belong to none: the plan does not list them.
pub fn assign(opcodes: &mut [Opcode], plan: &[PlanRow]) {
    let mut own: Vec<&mut Opcode> = opcodes.iter_mut().filter(|opcode| opcode.program == 0).collect();
    let mut left: Vec<&PlanRow> = plan.iter().collect();
    let mut cursors: HashMap<i64, i64> = HashMap::new();
    // Steps that are open, the innermost last.
    let mut open: Vec<i64> = Vec::new();
    for opcode in &mut own {
        if opcode.opcode == "Explain" {
            // By its words: building an automatic index is a step here that EXPLAIN QUERY PLAN leaves out.
            if let Some(at) = left.iter().position(|row| row.detail == opcode.p4) {
                let row = left.remove(at);
                if let Some(around) = open.iter().position(|step| *step == row.parent) {
                    open.truncate(around + 1);
                }
                open.push(row.id);
            }
        }
        opcode.step = open.last().copied();
        if let Some(step) = opcode.step {
            if POSITIONS.contains(&opcode.opcode.as_str()) {
                cursors.entry(opcode.p1).or_insert(step);
            }
            // With a LIMIT the loop that fills the store looks into it before it is sorted.
            if matches!(opcode.opcode.as_str(), "Sort" | "SorterSort") {
                cursors.insert(opcode.p1, step);
            }
            // The table's cursor follows that of its index.
            if opcode.opcode == "DeferredSeek" {
                cursors.entry(opcode.p3).or_insert(step);
            }
        }
        if LOOP_ENDS.contains(&opcode.opcode.as_str())
            && let Some(at) = open.iter().position(|step| cursors.get(&opcode.p1) == Some(step))
        {
            open.truncate(at);
        }
        if matches!(opcode.opcode.as_str(), "Halt" | "EndCoroutine") {
            open.clear();
        }
    }
    for opcode in own {
        let name = opcode.opcode.as_str();
        if (POSITIONS.contains(&name) || LOOP_ENDS.contains(&name) || USES.contains(&name))
            && let Some(step) = cursors.get(&opcode.p1)
        {
            opcode.step = Some(*step);
        }
    }
}

/// As columns between tabs, for copies.
pub fn render(opcodes: &[Opcode]) -> String {
    let mut out = String::from("addr\topcode\tp1\tp2\tp3\tp4\tp5\tcomment\n");
    for Opcode { addr, opcode, p1, p2, p3, p4, p5, comment, .. } in opcodes {
        out.push_str(&format!("{addr}\t{opcode}\t{p1}\t{p2}\t{p3}\t{p4}\t{p5}\t{comment}\n"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(rows: &[(&str, i64, &str)]) -> Vec<Opcode> {
        let row = |(addr, (opcode, p1, p4)): (usize, &(&str, i64, &str))| Opcode {
            addr: addr as i64,
            opcode: (*opcode).into(),
            p1: *p1,
            p4: (*p4).into(),
            ..Opcode::default()
        };
        rows.iter().enumerate().map(row).collect()
    }

    #[test]
    fn opcodes_belong_to_the_loop_or_the_cursor_that_they_serve() {
        let row = |id, detail: &str| PlanRow { id, parent: 0, detail: detail.into() };
        let plan = [row(4, "SCAN t"), row(9, "SEARCH u"), row(14, "USE TEMP B-TREE FOR ORDER BY")];
        let mut program = program(&[
            ("Init", 0, ""),
            ("SorterOpen", 2, ""),
            ("OpenRead", 0, ""),
            ("OpenRead", 1, ""),
            ("Explain", 4, "SCAN t"),
            ("Rewind", 0, ""),
            ("Explain", 6, "CREATE AUTOMATIC INDEX ON u(x)"),
            ("Explain", 7, "SEARCH u"),
            ("SeekGE", 1, ""),
            ("Column", 0, ""),
            ("SorterInsert", 2, ""),
            ("Next", 1, ""),
            ("Integer", 5, ""),
            ("Next", 0, ""),
            ("Explain", 14, "USE TEMP B-TREE FOR ORDER BY"),
            ("SorterSort", 2, ""),
            ("ResultRow", 3, ""),
            ("SorterNext", 2, ""),
            ("Halt", 0, ""),
            ("Transaction", 0, ""),
        ]);
        program.push(Opcode { program: 1, opcode: "Rewind".into(), ..Opcode::default() });
        assign(&mut program, &plan);
        let steps: Vec<i64> = program.iter().map(|opcode| opcode.step.unwrap_or_default()).collect();
        assert_eq!(steps, [0, 14, 4, 9, 4, 4, 4, 9, 9, 4, 14, 9, 4, 4, 14, 14, 14, 14, 0, 0, 0]);
    }
}
