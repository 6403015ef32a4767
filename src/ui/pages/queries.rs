//! The documented queries: a list to choose from, and one of them with its claim, plans and costs.

mod detail;
mod list;
mod parameter;
mod parameters;

use leptos::prelude::*;

use crate::ui::{Inspector, Route};

use detail::Detail;
use list::List;

#[component]
pub fn Queries() -> impl IntoView {
    let inspector = Inspector::use_();
    // The address names the query; without a name, or with one that the guide does not know, the first is shown.
    let current = Memo::new(move |_| {
        let asked = inspector.route.with(|route| match route {
            Route::Queries(id) => id.clone(),
            _ => None,
        });
        inspector.catalogue.with(|catalogue| {
            let catalogue = catalogue.as_ref()?;
            let known = asked.filter(|id| catalogue.query(id).is_some());
            known.or_else(|| catalogue.queries.first().map(|query| query.id.clone()))
        })
    });
    view! {
        <div class="master">
            <List current=current />
            <div>
                {move || {
                    // Another database has other values to choose from.
                    inspector.database.track();
                    current.get().map(|id| view! { <Detail id=id /> })
                }}
            </div>
        </div>
    }
}
