//! The settings as Rust code, explained with the guide's reasons and checked.

use leptos::prelude::*;

use crate::domain::monitoring::{Distribution, LogSummary};
use crate::domain::pool::{self, Gravity};
use crate::ui::Inspector;
use crate::ui::components::table_frame::TableFrame;
use crate::ui::components::verdict::{Badge, Face, Tone};
use crate::ui::icons::Glyph;

use super::Parsed;

#[component]
pub fn Settings(parsed: Parsed) -> impl IntoView {
    let inspector = Inspector::use_();
    let logs = inspector.logs;
    // Of the log alone: not merged anew with every letter typed.
    let durations = Memo::new(move |_| logs.first.with(|log| log.as_ref().map(LogSummary::durations)));
    let checks = Memo::new(move |_| {
        let used = |log: &Option<LogSummary>, durations: &Option<Distribution>| {
            let used = log.as_ref().map(|log| &log.pool);
            parsed.with(|parsed| pool::checks(parsed, used, durations.as_ref()))
        };
        logs.first.with(|log| durations.with(|durations| used(log, durations)))
    });
    let found = move || {
        let items = checks.get().into_iter().map(|check| {
            let face = match check.gravity {
                Gravity::Error => Face::new(Tone::Bad, Glyph::Warn, "Error"),
                Gravity::Warning => Face::new(Tone::Warn, Glyph::Warn, "Warning"),
                Gravity::Note => Face::new(Tone::Info, Glyph::Info, "Note"),
            };
            view! {
                <li>
                    <Badge face=face />
                    " "
                    <code>{check.setting}</code>
                    ": "
                    {check.words}
                </li>
            }
        });
        let items: Vec<_> = items.collect();
        match items.is_empty() {
            true => view! { <p>"Nothing speaks against these settings."</p> }.into_any(),
            false => view! { <ul class="stack stack-2" aria-label="Checks of the settings">{items}</ul> }.into_any(),
        }
    };
    let not_understood = move || {
        let not_understood = parsed.with(|parsed| parsed.not_understood.join(", "));
        (!not_understood.is_empty())
            .then(|| view! { <p class="hint" role="status">"Not understood: " <code>{not_understood}</code></p> })
    };
    view! {
        <section class="section" aria-labelledby="pool-settings">
            <div class="section-head">
                <h2 id="pool-settings">"Settings"</h2>
                <p>"As the guide has them; paste your own code in their place."</p>
            </div>
            <div class="stack stack-4">
                <div class="cols-2">
                    <div class="field">
                        <label class="label" for="pool-code">
                            "Code that builds the pool"
                        </label>
                        <textarea
                            class="input mono log-text"
                            id="pool-code"
                            rows="9"
                            spellcheck="false"
                            prop:value=move || logs.pool_code.get()
                            on:input=move |event| logs.pool_code.set(event_target_value(&event))
                        ></textarea>
                        {not_understood}
                    </div>
                    <div class="stack stack-3">{found}</div>
                </div>
                <Explained parsed=parsed />
            </div>
        </section>
    }
}

/// Each setting with its value here, the guide's and the guide's reason.
#[component]
fn Explained(parsed: Parsed) -> impl IntoView {
    let catalogue = Inspector::use_().catalogue;
    let rows = move || {
        let documented = catalogue.with(|c| c.as_ref().map(|c| c.pool_settings.clone())).unwrap_or_default();
        let rows = documented.into_iter().map(|setting| {
            let here = parsed.with(|parsed| pool::value_words(parsed, &setting.name));
            view! {
                <tr>
                    <th scope="row">
                        <code>{setting.name}</code>
                    </th>
                    <td>{here}</td>
                    <td>
                        <code>{setting.value}</code>
                    </td>
                    <td class="words">{setting.reason}</td>
                </tr>
            }
        });
        rows.collect_view()
    };
    view! {
        <TableFrame
            label="Settings of the pool"
            caption="Settings of the pool with the guide\u{2019}s reasons"
            heads=&[("Setting", ""), ("Here", ""), ("Guide", ""), ("The guide\u{2019}s reason", "")]
        >
            {rows}
        </TableFrame>
    }
}
