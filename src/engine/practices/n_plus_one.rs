//! One statement for each row of another, beside their join, for real values of the file.

use rusqlite::{Statement, StatementStatus};

use super::Lab;
use crate::domain::measuring::Contender;
use crate::domain::practices::n_plus_one::{Evidence, findings};
use crate::domain::practices::{Comparison, Findings, Way};
use crate::domain::query::{Choice, Cost};
use crate::domain::secret::masked;
use crate::domain::value::Value;
use crate::engine::choices;
use crate::engine::clock::monotonic_ns;
use crate::engine::error::{EngineError, Result};
use crate::engine::measure::{self, Side};
use crate::engine::plan::{bind, explain};

pub fn run(lab: &Lab<'_>, [parents, children, join]: [&str; 3], key: &str) -> Result<Findings> {
    let (parents, children, join) = (lab.query(parents)?, lab.query(children)?, lab.query(join)?);
    let Some(parameter) = parents.parameters.first() else { return Ok(findings(&[])) };
    let mut evidence = Vec::new();
    for value in picked(choices::choices(lab.original, parameter)?) {
        let sides = [Side::open(lab.original.fork())?, Side::open(lab.original.fork())?];
        let mut one_by_one = OneByOne::prepare(&sides[0], [&parents.sql, &children.sql], key, &value)?;
        let mut joined = Joined::prepare(&sides[1], &join.sql, &value)?;
        let (mut before, one) = cold(&sides[0], || one_by_one.run())?;
        let (mut after, other) = cold(&sides[1], || joined.run())?;
        let fetched = [one, other];
        before.vm_steps = one_by_one.vm_steps();
        after.vm_steps = vm_steps(&joined.0);
        let mut contenders: [Contender<'_, EngineError>; 2] =
            [Box::new(|| one_by_one.run().map(drop)), Box::new(|| joined.run().map(drop))];
        let samples = measure::in_turns(&mut contenders, lab.precision)?;
        drop(contenders);
        let settings = lab.precision.settings;
        let [one, other] = samples.as_slice() else { continue };
        measure::fill_in(&mut before, one, settings)?;
        measure::fill_in(&mut after, other, settings)?;
        let change = measure::change(one, other, settings)?;
        let values = [value.clone()];
        let mut plan = explain(sides[0].db(), &parents.sql, &values)?;
        plan.extend(explain(sides[0].db(), &children.sql, &values)?);
        evidence.push(Evidence {
            parameter: parameter.name.clone(),
            value: masked(value, [&parameter.name, &parameter.column]).display(),
            n_parents: fetched[0].n_statements - 1,
            n_children: fetched[0].n_rows + 1 - fetched[0].n_statements,
            comparison: Comparison {
                before: Way { sql: format!("{};\n\n{};", parents.sql.trim(), children.sql.trim()), plan, cost: before },
                after: Way { sql: join.sql.clone(), plan: explain(sides[1].db(), &join.sql, &values)?, cost: after },
                change,
            },
            n_statements: fetched.map(|fetched| fetched.n_statements),
            n_bytes: fetched.map(|fetched| fetched.n_bytes),
        });
    }
    Ok(findings(&evidence))
}

/// The value with the longest list, a middling one and that with the shortest, of `choices` sorted by it.
fn picked(choices: Vec<Choice>) -> Vec<Value> {
    let last = choices.len().saturating_sub(1);
    let mut at = vec![0, last / 2, last];
    at.dedup();
    at.into_iter().filter_map(|at| choices.get(at)).map(|choice| choice.value.clone()).collect()
}

/// What a run brought.
#[derive(Clone, Copy, Default)]
struct Fetched {
    n_statements: u64,
    n_rows: u64,
    n_bytes: u64,
}

impl Fetched {
    /// Runs a statement to its end and fetches every column, as the application does; keeps the column `key`.
    fn read(&mut self, statement: &mut Statement<'_>, key: Option<usize>, kept: &mut Vec<Value>) -> Result<()> {
        self.n_statements += 1;
        let n_columns = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            self.n_rows += 1;
            for at in 0..n_columns {
                let value = std::hint::black_box(row.get_ref(at)?);
                self.n_bytes += n_bytes(value);
                if key == Some(at) {
                    kept.push(value.into());
                }
            }
        }
        Ok(())
    }
}

fn n_bytes(value: rusqlite::types::ValueRef<'_>) -> u64 {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => 0,
        ValueRef::Integer(_) | ValueRef::Real(_) => 8,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len() as u64,
    }
}

struct OneByOne<'a> {
    parents: Statement<'a>,
    children: Statement<'a>,
    /// Where the column stands that the children are looked up by.
    key_at: usize,
}

impl<'a> OneByOne<'a> {
    fn prepare(side: &'a Side, [parents, children]: [&str; 2], key: &str, value: &Value) -> Result<Self> {
        let mut parents = side.db().prepare(parents)?;
        bind(&mut parents, std::slice::from_ref(value))?;
        let key_at = parents.column_index(key)?;
        Ok(Self { parents, children: side.db().prepare(children)?, key_at })
    }

    fn run(&mut self) -> Result<Fetched> {
        let mut fetched = Fetched::default();
        let mut keys = Vec::new();
        fetched.read(&mut self.parents, Some(self.key_at), &mut keys)?;
        for key in keys {
            bind(&mut self.children, &[key])?;
            fetched.read(&mut self.children, None, &mut Vec::new())?;
        }
        Ok(fetched)
    }

    fn vm_steps(&self) -> u64 {
        vm_steps(&self.parents) + vm_steps(&self.children)
    }
}

struct Joined<'a>(Statement<'a>);

impl<'a> Joined<'a> {
    fn prepare(side: &'a Side, sql: &str, value: &Value) -> Result<Self> {
        let mut statement = side.db().prepare(sql)?;
        bind(&mut statement, std::slice::from_ref(value))?;
        Ok(Self(statement))
    }

    fn run(&mut self) -> Result<Fetched> {
        let mut fetched = Fetched::default();
        fetched.read(&mut self.0, None, &mut Vec::new())?;
        Ok(fetched)
    }
}

/// Since the statement was prepared: of its first run, when it is asked for after that.
fn vm_steps(statement: &Statement<'_>) -> u64 {
    u64::from(statement.get_status(StatementStatus::VmStep).unsigned_abs())
}

/// The first run of a connection, whose counters do not depend on what ran before.
fn cold(side: &Side, run: impl FnOnce() -> Result<Fetched>) -> Result<(Cost, Fetched)> {
    side.db().fork().reset_counters();
    let start = monotonic_ns();
    let fetched = run()?;
    let first_run_ns = monotonic_ns().saturating_sub(start);
    let counters = side.db().fork().counters();
    let cost = Cost {
        n_rows: fetched.n_rows,
        first_run_ns,
        pages_read: counters.distinct_pages,
        bytes_read: counters.bytes_read,
        ..Cost::default()
    };
    Ok((cost, fetched))
}
