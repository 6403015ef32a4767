//! The program that SQLite makes of a statement. Nothing is run.

use rusqlite::Connection;

use super::error::Result;
use super::plan::{bind, explain};
use crate::domain::bytecode::{Opcode, assign};
use crate::domain::value::Value;

/// The rows of EXPLAIN, each with the step of the plan that it serves.
pub fn program(connection: &Connection, sql: &str, parameters: &[Value]) -> Result<Vec<Opcode>> {
    let plan = explain(connection, sql, parameters)?;
    let mut statement = connection.prepare(&format!("EXPLAIN {sql}"))?;
    bind(&mut statement, parameters)?;
    let mut rows = statement.raw_query();
    let mut opcodes: Vec<Opcode> = Vec::new();
    while let Some(row) = rows.next()? {
        let addr = row.get(0)?;
        let last = opcodes.last();
        // Each further program starts again at 0.
        let program = last.map_or(0, |last| last.program + u32::from(addr <= last.addr));
        opcodes.push(Opcode {
            program,
            addr,
            opcode: row.get(1)?,
            p1: row.get(2)?,
            p2: row.get(3)?,
            p3: row.get(4)?,
            p4: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
            p5: row.get(6)?,
            comment: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
            step: None,
        });
    }
    assign(&mut opcodes, &plan);
    Ok(opcodes)
}
