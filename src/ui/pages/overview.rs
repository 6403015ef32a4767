//! The database itself: its facts, what the guide expects of it, the space it takes, its tables.

mod facts;
mod integrity;
mod sizes;
mod table;
mod tables;

use leptos::prelude::*;

use crate::domain::database::Database;
use crate::domain::numbers;
use crate::ui::state::Inspector;

use facts::{Documented, Facts, Notices};
use integrity::IntegrityCheck;
use sizes::Sizes;
use tables::Tables;

#[component]
pub fn Overview() -> impl IntoView {
    let inspector = Inspector::use_();
    let title = Memo::new(move |_| inspector.database.with(|d| d.as_ref().map(title).unwrap_or_default()));
    view! {
        <div class="answer stack stack-3">
            <h1>{title}</h1>
            <Notices />
        </div>
        <Facts />
        <Documented />
        <Tables />
        <Sizes />
        <IntegrityCheck />
    }
}

fn title(database: &Database) -> String {
    let n_indexes: usize = database.tables.iter().map(|table| table.indexes.len()).sum();
    format!(
        "{} and {} in {}",
        numbers::counted(database.tables.len() as u64, "table", "tables"),
        numbers::counted(n_indexes as u64, "index", "indexes"),
        numbers::bytes(database.bytes).text()
    )
}
