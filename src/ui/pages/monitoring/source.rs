//! Where a log comes from: a file that is chosen or dropped, or text that is pasted.

use leptos::prelude::*;
use web_sys::File;

use crate::domain::failure::{Failure, FailureKind};
use crate::domain::monitoring::{HOW_TO_LOG, LOG_COMMAND, to_csv};
use crate::domain::numbers::{bytes, share};
use crate::ui::components::copy::CopyButton;
use crate::ui::download::save_text;
use crate::ui::logs::Side;
use crate::ui::open_button::FileButton;
use crate::ui::{Glyph, Icon, Inspector};

#[component]
pub fn LogSource() -> impl IntoView {
    let inspector = Inspector::use_();
    let logs = inspector.logs;
    let read = move |side| {
        move |files: Vec<File>| {
            if let Some(file) = files.into_iter().next() {
                inspector.read_log(file, side);
            }
        }
    };
    let has_log = Memo::new(move |_| logs.first.with(Option::is_some));
    let csv = move |_| {
        let csv = logs.first.with_untracked(|log| log.as_ref().map(to_csv)).unwrap_or_default();
        if save_text("query-durations.csv", "text/csv", &csv).is_err() {
            let failure = Failure::new(FailureKind::Unreadable, "The browser did not save query-durations.csv");
            inspector.failure.set(Some(failure));
        }
    };
    view! {
        <div class="row no-print">
            <FileButton class="btn file-input" label="Choose a log" on_files=read(Side::First) />
            <Show when=move || has_log.get()>
                <FileButton class="btn plain file-input" label="Compare with another log" on_files=read(Side::Other) />
                <button class="btn plain" type="button" on:click=csv>
                    <Icon glyph=Glyph::Download />
                    "Download durations"
                </button>
            </Show>
            <span class="hint">"Or drop it here. It is read in this browser, however large it is."</span>
        </div>
        <Progress />
        <Paste />
        <Show when=move || !has_log.get()>
            <div class="state">
                <Icon glyph=Glyph::Log />
                <p>{HOW_TO_LOG}</p>
                <p class="row row-tight">
                    <code>{LOG_COMMAND}</code>
                    <CopyButton text=LOG_COMMAND />
                </p>
            </div>
        </Show>
    }
}

#[component]
fn Progress() -> impl IntoView {
    let logs = Inspector::use_().logs;
    let is_reading = Memo::new(move |_| logs.progress.with(Option::is_some));
    let words = move || {
        logs.progress.with(|progress| {
            let progress = progress.as_ref()?;
            let (read, total) = (bytes(progress.n_read).text(), bytes(progress.n_total).text());
            Some(format!("{read} of {total} of {}", progress.name))
        })
    };
    let percent = move || {
        let share = logs.progress.with(|progress| share(progress.as_ref()?.n_read, progress.as_ref()?.n_total));
        share.unwrap_or(0.0).round().to_string()
    };
    view! {
        <span role="status" class="visually-hidden">
            {move || if is_reading.get() { "Reading the log" } else { "" }}
        </span>
        <Show when=move || is_reading.get()>
            <div class="stack stack-1">
                <div class="row">
                    <span class="muted">{words}</span>
                    <button class="btn plain small" type="button" on:click=move |_| logs.stop()>
                        "Stop reading"
                    </button>
                </div>
                <progress class="progress" max="100" value=percent aria-label="Reading the log"></progress>
            </div>
        </Show>
    }
}

#[component]
fn Paste() -> impl IntoView {
    let inspector = Inspector::use_();
    let text = RwSignal::new(String::new());
    let read = move |_| {
        // A line that was pasted is whole, whether its end was copied or not.
        let lines = js_sys::Array::of1(&format!("{}\n", text.get_untracked().trim_end()).into());
        match File::new_with_str_sequence(&lines, "pasted text") {
            Ok(file) => inspector.read_log(file, Side::First),
            Err(error) => {
                let message = format!("The text could not be read: {error:?}");
                inspector.failure.set(Some(Failure::new(FailureKind::Unreadable, message)));
            }
        }
    };
    view! {
        <details class="more no-print">
            <summary>"Paste lines of a log"</summary>
            <div class="stack stack-2">
                <textarea
                    class="input mono log-text"
                    rows="8"
                    aria-label="Lines of a log"
                    spellcheck="false"
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                ></textarea>
                <div>
                    <button class="btn small" type="button" on:click=read>
                        "Read these lines"
                    </button>
                </div>
            </div>
        </details>
    }
}
