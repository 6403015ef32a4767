//! `tracing`'s JSON format, flattened or not.

use serde_json::{Map, Value};

use super::event::{Clock, Format, LogEvent, Span};
use super::time_stamp;

/// `None` when the line is no JSON object.
pub(super) fn event(line: &str, number: u64) -> Option<LogEvent> {
    let Ok(Value::Object(mut object)) = serde_json::from_str(line) else { return None };
    let stamp = object.remove("timestamp").and_then(|value| Some(time_stamp::at_start(value.as_str()?.trim())?.0));
    let mut event = LogEvent {
        line: number,
        format: Format::Json,
        at_ns: stamp.map(|stamp| stamp.at_ns),
        clock: stamp.map_or(Clock::Calendar, |stamp| stamp.clock),
        level: object.remove("level").map(text).unwrap_or_default(),
        target: object.remove("target").map(text).unwrap_or_default(),
        message: String::new(),
        fields: Vec::new(),
        spans: Vec::new(),
    };
    // A span that closes is the current one and no longer among those that are open.
    event.spans = match object.remove("spans") {
        Some(Value::Array(spans)) => spans.into_iter().filter_map(span).collect(),
        _ => Vec::new(),
    };
    let current = object.remove("span").and_then(span);
    event.spans.extend(current.filter(|current| event.spans.last() != Some(current)));
    let fields = match object.remove("fields") {
        Some(Value::Object(fields)) => fields,
        _ => object,
    };
    event.fields = texts(fields);
    if let Some(at) = event.fields.iter().position(|(name, _)| name == "message") {
        event.message = event.fields.remove(at).1;
    }
    Some(event)
}

fn span(value: Value) -> Option<Span> {
    let Value::Object(mut object) = value else { return None };
    let name = object.remove("name").map(text).unwrap_or_default();
    Some(Span { name, fields: texts(object) })
}

fn texts(object: Map<String, Value>) -> Vec<(String, String)> {
    object.into_iter().map(|(name, value)| (name, text(value))).collect()
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
