//! Reads a log part by part, and runs what it tells of on the open database.
//!
//! Nothing here needs a database to be open, except the runs; a log stays while other databases are opened.

use rusqlite::Connection;

use super::choices::{self, Effort};
use super::connection::quoted;
use super::error::{EngineError, Result};
use super::{Engine, not_open, unknown};
use crate::domain::catalogue::{DocumentedParameter, DocumentedQuery};
use crate::domain::failure::FailureKind;
use crate::domain::log::LogReader;
use crate::domain::monitoring::{LogPart, LoggedRun, Monitor, project_parameter, query_of};
use crate::domain::value::{StorageClass, Value};
use crate::snapshot::Source;

/// Read at once. What is kept of it is bounded, whatever the log's size.
const CHUNK: usize = 1 << 20;

/// The log that is being read.
pub(super) struct Reading {
    name: String,
    source: Box<dyn Source>,
    n_read: u64,
    reader: LogReader,
    monitor: Monitor,
}

impl Engine {
    /// Takes the place of the log that was being read.
    pub fn open_log(&mut self, name: String, source: Box<dyn Source>) {
        let (reader, monitor) = (LogReader::default(), Monitor::default());
        self.log = Some(Reading { name, source, n_read: 0, reader, monitor });
    }

    /// Reads on. The answer holds the summary once the log was read to its end, or when the person stops here.
    pub fn read_log(&mut self, max_bytes: u64, stop: bool) -> Result<LogPart> {
        let no_log = || EngineError::new(FailureKind::NoLog, "No log is being read");
        let reading = self.log.as_mut().ok_or_else(no_log)?;
        if !stop {
            reading.read_on(max_bytes)?;
        }
        let (n_read, n_total) = (reading.n_read, reading.source.len());
        let is_over = stop || n_read == n_total;
        let summary = is_over.then(|| reading.finish());
        if is_over {
            self.log = None;
        }
        Ok(LogPart { n_read, n_total, summary })
    }

    /// Runs the documented query that the log calls `name`, for the log's project where the file holds it.
    pub fn run_logged(&mut self, name: &str, project: Option<&str>) -> Result<LoggedRun> {
        let query = query_of(&self.catalogue, name).cloned().ok_or_else(|| unknown("query", name))?;
        let session = self.session.as_mut().ok_or_else(not_open)?;
        let mut parameters = choices::parameters(&session.original, &query, Effort::MostFrequent, &mut session.chosen)?;
        let asked = project_parameter(&query).zip(project);
        let in_file = asked.and_then(|(at, project)| {
            let value = value_in_file(&session.original, query.parameters.get(at)?, project)?;
            Some((at, value))
        });
        let is_in_file = asked.is_none() || in_file.is_some();
        if let Some((at, value)) = in_file
            && let Some(parameter) = parameters.get_mut(at)
        {
            parameter.value = value;
        }
        let DocumentedQuery { id, .. } = query;
        let values = parameters.into_iter().map(|parameter| parameter.value).collect();
        let report = self.measure_query(&id, Some(values))?;
        Ok(LoggedRun { report, is_in_file })
    }
}

impl Reading {
    fn read_on(&mut self, max_bytes: u64) -> Result<()> {
        let Self { source, n_read, reader, monitor, .. } = self;
        let end = n_read.saturating_add(max_bytes.max(1)).min(source.len());
        let mut chunk = vec![0; CHUNK];
        while *n_read < end {
            let wanted = usize::try_from(end - *n_read).map_or(CHUNK, |left| left.min(CHUNK));
            let n = source.read_once(*n_read, &mut chunk[..wanted])?;
            if n == 0 {
                return Err(EngineError::new(FailureKind::Unreadable, "The log became shorter while it was read"));
            }
            reader.push(&chunk[..n], &mut |event| monitor.take(&event));
            *n_read += n as u64;
        }
        Ok(())
    }

    fn finish(&mut self) -> crate::domain::monitoring::LogSummary {
        let Self { reader, monitor, .. } = self;
        // Where the person stops, the line that was begun is none that is cut.
        if self.n_read == self.source.len() {
            reader.finish(&mut |event| monitor.take(&event));
        }
        let mut summary = monitor.summary(&self.name, reader.n_lines(), reader.problems());
        (summary.n_bytes, summary.n_bytes_read) = (self.source.len(), self.n_read);
        summary
    }
}

/// A project of the log with the storage class that the file has it in: a UUID may stand there as 16 bytes.
fn value_in_file(connection: &Connection, parameter: &DocumentedParameter, text: &str) -> Option<Value> {
    let sql = format!("SELECT 1 FROM {} WHERE {} = ?1 LIMIT 1", quoted(&parameter.table), quoted(&parameter.column));
    let classes = [StorageClass::Text, StorageClass::Blob, StorageClass::Integer];
    let candidates = classes.into_iter().filter_map(|class| Value::parse(text, class));
    candidates
        .into_iter()
        .find(|value| connection.prepare(&sql).and_then(|mut statement| statement.exists([value])).unwrap_or(false))
}
