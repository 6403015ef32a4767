//! A hairline box in a tone: a glyph and sentences.

use leptos::prelude::*;

use crate::domain::failure::Failure;
use crate::domain::verdict::Verdict;
use crate::ui::{Glyph, Icon};

use super::verdict::Tone;

/// Something that was found. It belongs to what is shown, so it is a note and interrupts nobody.
#[component]
pub fn Note(tone: Tone, #[prop(into)] title: String, children: Children) -> impl IntoView {
    let glyph = match tone {
        Tone::Good => Glyph::Verdict(Verdict::Holds),
        Tone::Warn => Glyph::Warn,
        Tone::Bad => Glyph::Verdict(Verdict::Refused),
        Tone::Info | Tone::Mute => Glyph::Info,
    };
    view! {
        <div class="alert" data-tone=tone.name() role="note">
            <Icon glyph=glyph />
            <div class="stack stack-1">
                <p>
                    <strong>{title}</strong>
                </p>
                {children()}
            </div>
        </div>
    }
}

/// Something that a person asked for just now and that failed: said where they asked.
#[component]
pub fn FailedHere(failure: Failure) -> impl IntoView {
    view! {
        <div class="alert" data-tone="bad" role="alert">
            <Icon glyph=Glyph::Verdict(Verdict::Refused) />
            <p>
                <strong>{failure.message}</strong>
                " "
                {failure.kind.help()}
            </p>
        </div>
    }
}
