//! What a grid of rows asks the worker.

use leptos::prelude::*;

use crate::client::ClientError;
use crate::domain::failure::Failure;
use crate::domain::row_export::RowFormat;
use crate::domain::rows::{RowWindow, RowsAsked};
use crate::domain::value::Value;
use crate::protocol::{ExportRows, ReadCell, ReadRows};

use super::state::Inspector;

impl Inspector {
    pub async fn read_rows(self, asked: RowsAsked, first: u64, n: u32, reveal: bool) -> Result<RowWindow, Failure> {
        let client = self.client.get_value();
        client.call(ReadRows { asked, first, n, reveal }).await.map_err(ClientError::into_failure)
    }

    pub async fn read_cell(self, asked: RowsAsked, at: u64, column: String) -> Result<Value, Failure> {
        let client = self.client.get_value();
        client.call(ReadCell { asked, at, column }).await.map_err(ClientError::into_failure)
    }

    pub async fn export_rows(
        self,
        asked: RowsAsked,
        format: RowFormat,
        first: u64,
        n: u32,
        reveal: bool,
    ) -> Result<String, Failure> {
        let client = self.client.get_value();
        client.call(ExportRows { asked, format, first, n, reveal }).await.map_err(ClientError::into_failure)
    }
}
