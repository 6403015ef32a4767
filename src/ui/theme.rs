//! System, light or dark: an attribute on the root element, remembered by the browser.

use leptos::prelude::*;

use super::store;

const KEY: &str = "theme";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// As in `data-theme` and in the browser's store; the system's choice has no name.
    fn name(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    fn remembered() -> Self {
        let name = store::read(KEY);
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.name() == name.as_deref()).unwrap_or_default()
    }
}

/// The person's choice, provided as a context by the shell.
#[derive(Clone, Copy)]
pub struct ThemeChoice(RwSignal<Theme>);

impl ThemeChoice {
    pub fn start() -> Self {
        let choice = Self(RwSignal::new(Theme::remembered()));
        choice.apply();
        choice
    }

    pub fn get(self) -> Theme {
        self.0.get()
    }

    pub fn turn(self) {
        self.0.update(|theme| *theme = theme.next());
        self.apply();
    }

    /// A browser that stores nothing, as in some private windows, forgets the choice; nothing else is lost.
    fn apply(self) {
        let name = self.0.get_untracked().name();
        if let Some(root) = document().document_element() {
            let _ = match name {
                Some(name) => root.set_attribute("data-theme", name),
                None => root.remove_attribute("data-theme"),
            };
        }
        match name {
            Some(name) => drop(store::write(KEY, name)),
            None => store::remove(KEY),
        }
    }
}
