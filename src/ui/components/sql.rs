//! SQL as a figure: coloured, copyable, and two definitions compared. All text enters the page as text nodes.

use leptos::prelude::*;

use crate::domain::verdict::Verdict;
use crate::ui::{Glyph, Icon};

use super::copy::CopyButton;
use super::sql_diff::{Side, diff};
use super::sql_tokens::{Token, tokens};

/// A statement, verbatim.
#[component]
pub fn Sql(
    #[prop(into)] sql: String,
    #[prop(into)] caption: String,
    /// Whether the text is worth taking away.
    #[prop(default = true)]
    copy: bool,
) -> impl IntoView {
    let label = format!("{caption}, SQL");
    let pieces = tokens(&sql).into_iter().map(|token| piece(token)).collect_view();
    let button = copy.then(|| view! { <CopyButton text=sql.clone() what=caption.clone() /> });
    view! {
        <figure class="code">
            <figcaption>
                <span>{caption}</span>
                {button}
            </figcaption>
            <pre tabindex="0" aria-label=label>
                <code>{pieces}</code>
            </pre>
        </figure>
    }
}

/// Documented and deployed definition, clause by clause. What differs has a sign, a tint and an underline.
#[component]
pub fn SqlDiff(#[prop(into)] documented: String, #[prop(into)] deployed: String) -> impl IntoView {
    let lines = diff(&documented, &deployed)
        .into_iter()
        .map(|line| {
            let (class, side) = match line.side {
                Side::Both => ("ln", ""),
                Side::First => ("ln del", "documented only: "),
                Side::Second => ("ln add", "deployed only: "),
            };
            view! {
                <span class=class>
                    {(!side.is_empty()).then(|| view! { <span class="visually-hidden">{side}</span> })}
                    {runs(&line.pieces)}
                </span>
            }
        })
        .collect_view();
    view! {
        <figure class="code diff">
            <figcaption>
                <span>"Documented " <span class="faint">"and"</span> " deployed"</span>
                <span class="row row-tight">
                    <span class="key" style=("--c", "var(--bad-mark)")>
                        <i></i>
                        "documented only"
                    </span>
                    <span class="key" style=("--c", "var(--good-mark)")>
                        <i></i>
                        "deployed only"
                    </span>
                    <CopyButton text=deployed what="the deployed definition" />
                </span>
            </figcaption>
            <pre tabindex="0" aria-label="Documented and deployed definition">
                <code>{lines}</code>
            </pre>
        </figure>
    }
}

/// Neighbouring pieces that differ share one mark, so that the underline runs through.
fn runs(pieces: &[(Token<'_>, bool)]) -> Vec<AnyView> {
    pieces
        .chunk_by(|(_, left), (_, right)| left == right)
        .map(|run| {
            let differs = run.first().is_some_and(|(_, differs)| *differs);
            let inside = run.iter().map(|(token, _)| piece(*token)).collect_view();
            if differs { view! { <mark>{inside}</mark> }.into_any() } else { inside.into_any() }
        })
        .collect()
}

fn piece(token: Token<'_>) -> AnyView {
    let text = token.text.to_owned();
    match token.kind.class() {
        Some(class) => view! { <span class=class>{text}</span> }.into_any(),
        None => text.into_any(),
    }
}

/// SQLite's own words about something that failed.
#[component]
pub fn SqliteError(#[prop(into)] words: String, #[prop(optional)] lead: Option<&'static str>) -> impl IntoView {
    let icon = lead.map(|_| view! { <Icon glyph=Glyph::Verdict(Verdict::Refused) /> });
    view! {
        <p class="sqlite-error">
            {icon} <span>{lead} " " <samp>{words}</samp></span>
        </p>
    }
}
