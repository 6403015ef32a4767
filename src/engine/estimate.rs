//! What the planner expects, from STMT_SCANSTATUS. Nothing is run.

use std::ffi::{c_int, c_void};

use rusqlite::{Connection, ffi};

/// Rows that the planner expects the first loop of `sql` to deliver, with its parameters unbound.
///
/// `None` when the statement does not prepare or has no loop.
pub fn rows_of_first_loop(connection: &Connection, sql: &str) -> Option<f64> {
    let statement = Prepared::new(connection, sql)?;
    (0..).map_while(|loop_index| statement.estimate(loop_index)).find(|rows| *rows >= 0.0)
}

/// A prepared statement whose handle can be asked; rusqlite keeps its own to itself.
struct Prepared(*mut ffi::sqlite3_stmt);

impl Prepared {
    fn new(connection: &Connection, sql: &str) -> Option<Self> {
        let mut statement = std::ptr::null_mut();
        // SAFETY: the handle is that of a live connection, used on this thread only; the text is passed with its length.
        let code = unsafe {
            ffi::sqlite3_prepare_v2(
                connection.handle(),
                sql.as_ptr().cast(),
                c_int::try_from(sql.len()).ok()?,
                &mut statement,
                std::ptr::null_mut(),
            )
        };
        (code == ffi::SQLITE_OK && !statement.is_null()).then_some(Self(statement))
    }

    /// `None` behind the last loop.
    fn estimate(&self, loop_index: c_int) -> Option<f64> {
        let mut rows = 0.0_f64;
        // SAFETY: the statement is live; SQLITE_SCANSTAT_EST writes one double.
        let code = unsafe {
            ffi::sqlite3_stmt_scanstatus_v2(
                self.0,
                loop_index,
                ffi::SQLITE_SCANSTAT_EST,
                0,
                (&raw mut rows).cast::<c_void>(),
            )
        };
        (code == 0).then_some(rows)
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // SAFETY: made by prepare, finalised once.
        unsafe { ffi::sqlite3_finalize(self.0) };
    }
}
