//! Previews of a clean-up with a retention of the person's own.

use leptos::prelude::*;

use crate::domain::failure::Failure;
use crate::domain::run::Step;
use crate::protocol::PreviewCleanup;

use super::state::Inspector;

impl Inspector {
    pub async fn preview_with_retention(self, id: String, retention_days: u32) -> Result<(), Failure> {
        let client = self.client.get_value();
        let step = Step::PreviewCleanup(id.clone());
        self.single(step, client.call(PreviewCleanup { id, retention_days })).await
    }
}
