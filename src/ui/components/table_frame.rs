//! What stands around the rows of every table: a region that scrolls sideways, a caption for those who do not see it, and
//! heads.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::ui::Marked;

/// A head, in which backticks mark code, and the class of its cell: `num` over figures.
pub type Head = (&'static str, &'static str);

#[component]
pub fn TableFrame(
    /// Of the region that scrolls.
    #[prop(into)]
    label: String,
    #[prop(into)] caption: TextProp,
    heads: &'static [Head],
    /// Scrolls in itself at every width. Others let their heads stick to the window where all columns fit.
    #[prop(optional)]
    keep: bool,
    #[prop(optional)] dense: bool,
    children: Children,
) -> impl IntoView {
    let heads = heads.iter().map(|(head, class)| {
        view! {
            <th scope="col" class=(!class.is_empty()).then_some(*class)>
                <Marked text=*head />
            </th>
        }
    });
    view! {
        <div class=if keep { "table-scroll keep" } else { "table-scroll" } role="region" aria-label=label tabindex="0">
            <table class=if dense { "table dense" } else { "table" }>
                <caption class="visually-hidden">{move || caption.get()}</caption>
                <thead>
                    <tr>{heads.collect_view()}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
