//! One SQLite value with its storage class, as it is bound to a parameter, read from a row or written in a report.

use serde::{Deserialize, Serialize};

/// A value with its own storage class. In JSON `{"type": "blob", "value": "00ff"}`: a blob is lower-case hex, an
/// infinite number, which JSON has none for, `"Inf"` or `"-Inf"`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "Tagged", try_from = "Tagged")]
pub enum Value {
    #[default]
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

#[derive(Clone, Serialize, Deserialize)]
struct Tagged {
    r#type: StorageClass,
    value: serde_json::Value,
}

/// SQLite's storage classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StorageClass {
    Null,
    Integer,
    Real,
    Text,
    Blob,
}

impl StorageClass {
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Integer => "integer",
            Self::Real => "real",
            Self::Text => "text",
            Self::Blob => "blob",
        }
    }
}

impl Value {
    pub fn storage_class(&self) -> StorageClass {
        match self {
            Self::Null => StorageClass::Null,
            Self::Integer(_) => StorageClass::Integer,
            Self::Real(_) => StorageClass::Real,
            Self::Text(_) => StorageClass::Text,
            Self::Blob(_) => StorageClass::Blob,
        }
    }

    /// Bytes of its text or blob; a number's eight.
    pub fn n_bytes(&self) -> usize {
        match self {
            Self::Null => 0,
            Self::Integer(_) | Self::Real(_) => 8,
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
        }
    }

    /// For people: a 16-byte blob as a UUID, any other blob as `x'…'`, text as it is.
    pub fn display(&self) -> String {
        match self {
            Self::Null => "NULL".into(),
            Self::Integer(n) => n.to_string(),
            Self::Real(x) => infinity(*x).map_or_else(|| format!("{x:?}"), Into::into),
            Self::Text(text) => text.clone(),
            Self::Blob(bytes) if bytes.len() == 16 => {
                let hex = to_hex(bytes);
                format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
            }
            Self::Blob(bytes) => format!("x'{}'", to_hex(bytes)),
        }
    }

    /// The SQL literal that SQLite reads back as this value.
    pub fn literal(&self) -> String {
        match self {
            Self::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Self::Blob(bytes) => format!("x'{}'", to_hex(bytes)),
            // SQLite has no word for them; a number this large is read as one.
            Self::Real(f64::INFINITY) => "9e999".into(),
            Self::Real(f64::NEG_INFINITY) => "-9e999".into(),
            other => other.display(),
        }
    }

    /// Reads what a person typed as a value of `class`; a blob as hex or as a UUID.
    pub fn parse(text: &str, class: StorageClass) -> Option<Self> {
        match class {
            StorageClass::Null => Some(Self::Null),
            StorageClass::Integer => text.trim().parse().ok().map(Self::Integer),
            StorageClass::Real => text.trim().parse().ok().map(Self::Real),
            StorageClass::Text => Some(Self::Text(text.into())),
            StorageClass::Blob => {
                let hex = text.trim();
                let hex = hex.strip_prefix("x'").and_then(|rest| rest.strip_suffix('\'')).unwrap_or(hex);
                from_hex(&hex.replace('-', "")).map(Self::Blob)
            }
        }
    }
}

/// As SQLite's shell writes it.
fn infinity(x: f64) -> Option<&'static str> {
    x.is_infinite().then_some(if x > 0.0 { "Inf" } else { "-Inf" })
}

pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn from_hex(hex: &str) -> Option<Vec<u8>> {
    // A sign would be taken for a part of a number.
    if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) || !hex.len().is_multiple_of(2) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect()
}

impl From<Value> for Tagged {
    fn from(value: Value) -> Self {
        let r#type = value.storage_class();
        let value = match value {
            Value::Null => serde_json::Value::Null,
            Value::Integer(n) => n.into(),
            Value::Real(x) => infinity(x).map_or_else(|| x.into(), Into::into),
            Value::Text(text) => text.into(),
            Value::Blob(bytes) => to_hex(&bytes).into(),
        };
        Self { r#type, value }
    }
}

impl TryFrom<Tagged> for Value {
    type Error = String;

    fn try_from(tagged: Tagged) -> Result<Self, String> {
        let wrong = || format!("{} is not a {} value", tagged.value, tagged.r#type.name());
        match tagged.r#type {
            StorageClass::Null => Some(Self::Null),
            StorageClass::Integer => tagged.value.as_i64().map(Self::Integer),
            StorageClass::Real => match tagged.value.as_str() {
                Some("Inf") => Some(Self::Real(f64::INFINITY)),
                Some("-Inf") => Some(Self::Real(f64::NEG_INFINITY)),
                Some(_) => None,
                None => tagged.value.as_f64().map(Self::Real),
            },
            StorageClass::Text => tagged.value.as_str().map(|text| Self::Text(text.into())),
            StorageClass::Blob => tagged.value.as_str().and_then(from_hex).map(Self::Blob),
        }
        .ok_or_else(wrong)
    }
}
