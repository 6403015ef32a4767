//! One parameter: a value of the file, or one that the person types as a storage class of their choice.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::catalogue::DocumentedParameter;
use crate::domain::numbers::{count, counted};
use crate::domain::query::Choice;
use crate::domain::value::{StorageClass, Value};
use crate::ui::Inspector;

const CLASSES: [StorageClass; 5] =
    [StorageClass::Text, StorageClass::Integer, StorageClass::Real, StorageClass::Blob, StorageClass::Null];

/// The option that opens the field for typing. No value's literal looks like it.
const OTHER: &str = "other";

/// What a parameter will be bound to. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Draft {
    /// `None` until the query was judged.
    chosen: RwSignal<Option<Value>>,
    typed: RwSignal<Option<Typed>>,
    touched: RwSignal<bool>,
}

#[derive(Clone, Debug, PartialEq)]
struct Typed {
    text: String,
    class: StorageClass,
}

impl Draft {
    pub fn new() -> Self {
        Self { chosen: RwSignal::new(None), typed: RwSignal::new(None), touched: RwSignal::new(false) }
    }

    /// Takes over what the query was run with, unless the person chose something.
    pub fn bind(self, value: &Value) {
        if !self.touched.get_untracked() {
            self.chosen.set(Some(value.clone()));
        }
    }

    /// The value as it stands; `None` when nothing is chosen, or when what is typed is no value of its class.
    pub fn value(self) -> Option<Value> {
        match self.typed.get() {
            Some(typed) => Value::parse(&typed.text, typed.class),
            None => self.chosen.get(),
        }
    }

    fn choose(self, value: Value) {
        self.touched.set(true);
        self.typed.set(None);
        self.chosen.set(Some(value));
    }

    /// Opens the field with the value that was chosen before.
    fn start_typing(self) {
        self.touched.set(true);
        let start = self.chosen.get_untracked();
        let text = match &start {
            None | Some(Value::Null) => String::new(),
            Some(value) => value.display(),
        };
        let class = start.map_or(StorageClass::Text, |value| value.storage_class());
        self.typed.set(Some(Typed { text, class }));
    }
}

#[component]
pub fn ParameterField(query: String, parameter: DocumentedParameter, number: usize, draft: Draft) -> impl IntoView {
    let inspector = Inspector::use_();
    let choices = RwSignal::new(None::<Vec<Choice>>);
    let name = parameter.name.clone();
    let asked = StoredValue::new(false);
    // Asked once, and not while a run keeps the worker busy.
    Effect::new(move |_| {
        if asked.get_value() || inspector.is_running() || inspector.database.with(Option::is_none) {
            return;
        }
        asked.set_value(true);
        let (query, name) = (query.clone(), name.clone());
        spawn_local(async move {
            // Without choices the field still takes what is typed.
            let answer = inspector.choices(query, name).await.unwrap_or_default();
            let _ = choices.try_set(Some(answer));
        });
    });
    let id = format!("parameter-{number}");
    let hint_id = format!("{id}-hint");
    let tag = move || draft.value().map(|value| view! { <span class="tag">{describe(&value)}</span> });
    let select = move |event| {
        let wanted = event_target_value(&event);
        if wanted == OTHER {
            draft.start_typing();
            return;
        }
        let known = options(choices, draft).into_iter().map(|(value, _)| value).find(|value| value.literal() == wanted);
        if let Some(value) = known {
            draft.choose(value);
        }
    };
    let selected = move || match (draft.typed.with(Option::is_some), draft.chosen.get()) {
        (true, _) => OTHER.into(),
        (false, Some(value)) => value.literal(),
        (false, None) => String::new(),
    };
    let option_views = move || {
        let selected = selected();
        let options = options(choices, draft);
        let of_file = options.into_iter().map(|(value, n_rows)| {
            let literal = value.literal();
            let is_selected = literal == selected;
            view! { <option value=literal selected=is_selected>{option_label(&value, n_rows)}</option> }
        });
        of_file.collect_view()
    };
    view! {
        <div class="field">
            <label class="label" for=id.clone()>
                <code>{format!("?{number}")}</code>
                {format!(" {} ", parameter.name)}
                {tag}
            </label>
            <select
                class="input mono"
                id=id.clone()
                aria-describedby=hint_id.clone()
                prop:value=selected
                on:change=select
            >
                {option_views}
                <option value=OTHER selected=move || draft.typed.with(Option::is_some)>
                    "Another value…"
                </option>
            </select>
            <Show when=move || draft.typed.with(Option::is_some)>
                <TypedValue number=number draft=draft />
            </Show>
            <span class="hint" id=hint_id>
                {move || hint(&parameter, choices, draft)}
            </span>
        </div>
    }
}

/// The field for typing, with the storage class that the text is read as.
#[component]
fn TypedValue(number: usize, draft: Draft) -> impl IntoView {
    let class = move || draft.typed.with(|typed| typed.as_ref().map_or(StorageClass::Text, |typed| typed.class));
    let text = move || draft.typed.with(|typed| typed.as_ref().map(|typed| typed.text.clone()).unwrap_or_default());
    let change = move |change: &dyn Fn(&mut Typed)| {
        draft.typed.update(|typed| {
            if let Some(typed) = typed {
                change(typed);
            }
        });
    };
    let set_class = move |event| {
        let name = event_target_value(&event);
        if let Some(class) = CLASSES.into_iter().find(|class| class.name() == name) {
            change(&|typed| typed.class = class);
        }
    };
    let set_text = move |event| {
        let text = event_target_value(&event);
        change(&|typed| typed.text.clone_from(&text));
    };
    let is_wrong = move || draft.value().is_none();
    let options = CLASSES
        .into_iter()
        .map(|option| view! { <option value=option.name() selected=move || class() == option>{option.name()}</option> })
        .collect_view();
    view! {
        <span class="row row-tight typed">
            <select
                class="input"
                aria-label=format!("Storage class of ?{number}")
                prop:value=move || class().name()
                on:change=set_class
            >
                {options}
            </select>
            <input
                class="input mono"
                type="text"
                aria-label=format!("Value of ?{number}")
                aria-invalid=move || is_wrong().then_some("true")
                disabled=move || class() == StorageClass::Null
                spellcheck="false"
                autocomplete="off"
                prop:value=text
                on:input=set_text
            />
        </span>
    }
}

/// What the list offers: the value of the last run first, then the file's own, the most frequent first.
fn options(choices: RwSignal<Option<Vec<Choice>>>, draft: Draft) -> Vec<(Value, Option<u64>)> {
    let mut options: Vec<(Value, Option<u64>)> =
        choices.with(|choices| choices.iter().flatten().map(|choice| (choice.value.clone(), choice.n_rows)).collect());
    let chosen = draft.chosen.get().filter(|value| !options.iter().any(|(option, _)| option == value));
    options.splice(0..0, chosen.map(|value| (value, None)));
    options
}

fn option_label(value: &Value, n_rows: Option<u64>) -> String {
    let shown = if *value == Value::Text(String::new()) { "(empty text)".into() } else { value.display() };
    match n_rows {
        Some(n) => format!("{shown} · {}", counted(n, "row", "rows")),
        None => shown,
    }
}

/// `text`, or `blob, 16 bytes`.
fn describe(value: &Value) -> String {
    match value {
        Value::Blob(bytes) => format!("blob, {}", counted(bytes.len() as u64, "byte", "bytes")),
        value => value.storage_class().name().into(),
    }
}

/// Where the choices come from, how often the chosen value occurs and how it is bound.
fn hint(parameter: &DocumentedParameter, choices: RwSignal<Option<Vec<Choice>>>, draft: Draft) -> AnyView {
    let column = format!("{}.{}", parameter.table, parameter.column);
    let is_typing = draft.typed.with(Option::is_some);
    let from = choices.with(|choices| match choices {
        _ if is_typing => "Compared with ",
        None => "Looking for values of ",
        Some(choices) if choices.is_empty() => "The file offers no value of ",
        Some(_) => "The most frequent values of ",
    });
    let value = draft.value();
    let n_rows = choices.with(|choices| {
        let choice = choices.iter().flatten().find(|choice| Some(&choice.value) == value.as_ref());
        choice.and_then(|choice| choice.n_rows)
    });
    let n_rows = n_rows.map(|n| format!(" In {}.", counted(n, "row", "rows")));
    let bound = match value {
        Some(value @ Value::Blob(_)) => view! {
            " Bound as "
            <code>{shorten(&value.literal())}</code>
            "."
        }
        .into_any(),
        None if is_typing => view! {
            " "
            <strong>"What is typed is no value of this storage class."</strong>
        }
        .into_any(),
        _ => ().into_any(),
    };
    view! {
        {from}
        <code>{column}</code>
        "."
        {n_rows}
        {bound}
    }
    .into_any()
}

/// A literal of reasonable length for a hint.
fn shorten(literal: &str) -> String {
    const LONGEST: usize = 40;
    if literal.chars().count() <= LONGEST {
        return literal.into();
    }
    format!("{}… ({} characters)", literal.chars().take(12).collect::<String>(), count(literal.chars().count() as u64))
}
