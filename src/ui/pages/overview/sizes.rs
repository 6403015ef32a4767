//! The space that each table and each index takes, largest first.

use leptos::prelude::*;

use crate::domain::database::BtreeSize;
use crate::domain::numbers;
use crate::domain::run::Step;
use crate::ui::components::bar::{Bar, Paint};
use crate::ui::components::quantity::{MaybeQuantity, Quantity};
use crate::ui::components::step_button::StepButton;
use crate::ui::state::Inspector;

#[component]
pub fn Sizes() -> impl IntoView {
    let inspector = Inspector::use_();
    let sizes = Memo::new(move |_| {
        let mut sizes = inspector.report.with(|r| r.as_ref().map(|r| r.sizes.clone()).unwrap_or_default());
        sizes.sort_by_key(|size| std::cmp::Reverse(size.bytes));
        sizes
    });
    let body = move || match sizes.with(Vec::is_empty) {
        true => view! {
            <div class="state">
                <p>"Asking reads every page of the file once."</p>
                <StepButton steps=vec![Step::Sizes] label="Measure the sizes" busy_label="Measuring the sizes" />
            </div>
        }
        .into_any(),
        false => view! { <SizeTable sizes=sizes.get() /> }.into_any(),
    };
    view! {
        <section class="section" aria-labelledby="sizes">
            <div class="section-head">
                <h2 id="sizes">"Space"</h2>
                <p>"Pages that each table and index occupies, as SQLite\u{2019}s dbstat counts them."</p>
            </div>
            {body}
        </section>
    }
}

#[component]
fn SizeTable(sizes: Vec<BtreeSize>) -> impl IntoView {
    let total: u64 = sizes.iter().map(|size| size.bytes).sum();
    let lines = sizes.into_iter().map(move |size| {
        let paint = if size.is_index { Paint::After } else { Paint::Before };
        let of = (size.is_index && size.table != size.name).then(|| format!("index of {}", size.table));
        view! {
            <tr>
                <th scope="row">
                    <code>{size.name}</code>
                    {of.map(|of| view! { <span class="sub">{of}</span> })}
                </th>
                <td class="num hide-narrow">{numbers::count(size.n_rows)}</td>
                <td class="num hide-narrow">
                    <Quantity quantity=numbers::bytes(size.unused_bytes) />
                </td>
                <td class="num">
                    <Quantity quantity=numbers::bytes(size.bytes) />
                </td>
                <td>
                    <Bar share=numbers::share(size.bytes, total).unwrap_or_default() paint=paint />
                </td>
                <td class="num hide-narrow">
                    <MaybeQuantity quantity=numbers::percent(size.bytes, total) />
                </td>
            </tr>
        }
    });
    view! {
        <div class="table-scroll" role="region" aria-label="Sizes of tables and indexes" tabindex="0">
            <table class="table dense">
                <caption>"Tables in grey, indexes in blue"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col" class="num hide-narrow">
                            "Rows or entries"
                        </th>
                        <th scope="col" class="num hide-narrow">
                            "Unused"
                        </th>
                        <th scope="col" class="num">
                            "Size"
                        </th>
                        <th scope="col">
                            <span class="visually-hidden">"Share as a bar"</span>
                        </th>
                        <th scope="col" class="num hide-narrow">
                            "Share"
                        </th>
                    </tr>
                </thead>
                <tbody>{lines.collect_view()}</tbody>
            </table>
        </div>
    }
}
