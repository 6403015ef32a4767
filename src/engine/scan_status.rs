//! What SQLite counts for each step of a statement, and what its planner expects: STMT_SCANSTATUS.

use std::ffi::{CStr, c_char, c_int, c_void};

use rusqlite::{Connection, ffi};

use crate::domain::plan::{PlanRow, Step};
use crate::domain::plan_counts::StepCounts;

/// A step of a plan, counted.
pub struct Scan {
    /// Without pages.
    pub counts: StepCounts,
    /// The index that is read; the table where none is.
    pub object: Option<String>,
}

/// Counts of the statement on `connection` that was prepared last from `sql`, and has not been finalised yet. They add
/// up over its runs; before the first the estimates stand alone. Empty when there is no such statement.
///
/// A statement can hold steps that EXPLAIN QUERY PLAN leaves out (building an automatic index), which moves the numbers
/// of those behind. So steps are told by their words, in order.
pub fn scans(connection: &Connection, sql: &str, plan: &[PlanRow]) -> Vec<Scan> {
    let Some(statement) = latest(connection, sql) else { return Vec::new() };
    let has_run = statement.has_run();
    let mut left: Vec<&PlanRow> = plan.iter().collect();
    let entries = (0..).map_while(|at| statement.entry(at));
    entries
        .filter_map(|entry| {
            let at = left.iter().position(|row| entry.detail.as_deref() == Some(row.detail.as_str()))?;
            let row = left.remove(at);
            let reads = matches!(row.step(), Step::Scan(_) | Step::Search(_));
            let count = |n: i64| u64::try_from(n).ok().filter(|_| has_run);
            let counts = StepCounts {
                id: row.id,
                // SQLite answers 1 for steps that it estimates nothing for.
                estimated_rows: reads.then_some(entry.estimated_rows),
                n_loops: count(entry.n_loops),
                n_visited: count(entry.n_visited),
                n_pages: None,
            };
            Some(Scan { counts, object: entry.object })
        })
        .collect()
}

/// The estimates for `plan`, without running anything. The parameters stay unbound.
pub fn estimates(connection: &Connection, sql: &str, plan: &[PlanRow]) -> Vec<StepCounts> {
    let Ok(_statement) = connection.prepare(sql) else { return Vec::new() };
    scans(connection, sql, plan).into_iter().map(|scan| scan.counts).collect()
}

/// Rows that the planner expects the first loop of `sql` to deliver, with its parameters unbound.
///
/// `None` when the statement does not prepare or has no loop.
pub fn rows_of_first_loop(connection: &Connection, sql: &str) -> Option<f64> {
    let _statement = connection.prepare(sql).ok()?;
    let statement = latest(connection, sql)?;
    (0..).map_while(|at| statement.entry(at)).find(|entry| entry.object.is_some()).map(|entry| entry.estimated_rows)
}

/// A statement that rusqlite prepared; it keeps the handle to itself, but SQLite lists those of a connection.
struct Statement<'a> {
    handle: *mut ffi::sqlite3_stmt,
    _connection: &'a Connection,
}

fn latest<'a>(connection: &'a Connection, sql: &str) -> Option<Statement<'a>> {
    let mut handle = std::ptr::null_mut();
    loop {
        // SAFETY: the connection is live and used on this thread only; the list holds live statements, the newest first.
        handle = unsafe { ffi::sqlite3_next_stmt(connection.handle(), handle) };
        if handle.is_null() {
            return None;
        }
        // SAFETY: as above; the text lives as long as the statement and ends with NUL.
        let text = unsafe { owned(ffi::sqlite3_sql(handle)) };
        // SQLite keeps the text up to the end of the statement.
        if text.is_some_and(|text| !text.is_empty() && sql.starts_with(&text)) {
            return Some(Statement { handle, _connection: connection });
        }
    }
}

struct Entry {
    detail: Option<String>,
    object: Option<String>,
    estimated_rows: f64,
    /// Below 0 where there is no counter.
    n_loops: i64,
    n_visited: i64,
}

impl Statement<'_> {
    fn has_run(&self) -> bool {
        // SAFETY: the statement is live.
        unsafe { ffi::sqlite3_stmt_status(self.handle, ffi::SQLITE_STMTSTATUS_RUN, 0) > 0 }
    }

    /// `None` behind the last.
    fn entry(&self, at: c_int) -> Option<Entry> {
        let (mut detail, mut object) = (std::ptr::null::<c_char>(), std::ptr::null::<c_char>());
        let (mut estimated_rows, mut n_loops, mut n_visited) = (0.0_f64, -1_i64, -1_i64);
        let wanted: [(c_int, *mut c_void); 5] = [
            (ffi::SQLITE_SCANSTAT_EXPLAIN, (&raw mut detail).cast()),
            (ffi::SQLITE_SCANSTAT_NAME, (&raw mut object).cast()),
            (ffi::SQLITE_SCANSTAT_EST, (&raw mut estimated_rows).cast()),
            (ffi::SQLITE_SCANSTAT_NLOOP, (&raw mut n_loops).cast()),
            (ffi::SQLITE_SCANSTAT_NVISIT, (&raw mut n_visited).cast()),
        ];
        for (what, out) in wanted {
            // SAFETY: the statement is live; each figure is written to a variable of the type that SQLite documents.
            let code =
                unsafe { ffi::sqlite3_stmt_scanstatus_v2(self.handle, at, what, ffi::SQLITE_SCANSTAT_COMPLEX, out) };
            if code != 0 {
                return None;
            }
        }
        // SAFETY: the texts belong to the statement and end with NUL.
        let (detail, object) = unsafe { (owned(detail), owned(object)) };
        Some(Entry { detail, object, estimated_rows, n_loops, n_visited })
    }
}

/// # Safety
/// `text` is null or ends with NUL.
unsafe fn owned(text: *const c_char) -> Option<String> {
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}
