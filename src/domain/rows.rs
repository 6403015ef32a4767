//! Rows of a table as a person browses them: what is asked for, and a window of the answer.

use serde::{Deserialize, Serialize};

use super::value::{StorageClass, Value};

/// Longest text of a cell in a window, in characters. The whole value is read when a person asks for it.
pub const MAX_CELL_CHARS: usize = 120;

/// Which rows, in which order. Two equal ones are the same rows, so their keys are looked for once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowsAsked {
    pub table: String,
    /// Only those that this clean-up removes, by its id.
    pub removed_by: Option<String>,
    /// All of them must be met.
    pub filters: Vec<Filter>,
    /// `None` for the order of the table's key.
    pub sort: Option<Sort>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    pub column: String,
    pub test: Test,
    /// What a person typed; unused by the tests for NULL.
    pub operand: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Anywhere in its text, whatever the case of ASCII letters.
    Contains,
    Equals,
    Less,
    Greater,
    IsNull,
    IsNotNull,
}

impl Test {
    pub const ALL: [Self; 6] = [Self::Contains, Self::Equals, Self::Less, Self::Greater, Self::IsNull, Self::IsNotNull];

    pub fn label(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::Equals => "equals",
            Self::Less => "is less than",
            Self::Greater => "is greater than",
            Self::IsNull => "is NULL",
            Self::IsNotNull => "is not NULL",
        }
    }

    pub fn takes_operand(self) -> bool {
        !matches!(self, Self::IsNull | Self::IsNotNull)
    }
}

impl Filter {
    /// What the operand may mean, the likeliest first: a number where it reads as one, a blob where it is written as
    /// `x'…'` or as a UUID, and text always.
    pub fn operands(&self) -> Vec<Value> {
        let text = self.operand.as_str();
        let is_blob = text.starts_with("x'") || (text.len() == 36 && text.matches('-').count() == 4);
        let blob = is_blob.then(|| Value::parse(text, StorageClass::Blob)).flatten();
        let number = Value::parse(text, StorageClass::Integer)
            .or_else(|| Value::parse(text, StorageClass::Real))
            .filter(is_finite);
        number.into_iter().chain(blob).chain([Value::Text(text.into())]).collect()
    }
}

/// Rust reads the words `inf` and `nan` as numbers; a person who types them means text.
fn is_finite(value: &Value) -> bool {
    !matches!(value, Value::Real(x) if !x.is_finite())
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sort {
    pub column: String,
    pub descending: bool,
}

/// Some of the rows, from `first` on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowWindow {
    /// All rows that were asked for, not only those of the window.
    pub n_rows: u64,
    pub first: u64,
    pub columns: Vec<RowColumn>,
    pub rows: Vec<Vec<RowCell>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowColumn {
    pub name: String,
    pub declared_type: String,
    pub secret: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowCell {
    Null,
    Number(String),
    Text(String),
    /// The start of a text, with the bytes that all of it takes.
    Cut {
        text: String,
        n_bytes: u64,
    },
    /// A blob of 16 bytes, which most often is one.
    Uuid(String),
    /// Not read, only measured.
    Blob {
        n_bytes: u64,
    },
    /// A secret that nobody asked to see.
    Masked {
        n_bytes: u64,
    },
}

impl RowCell {
    /// What stands in the cell and what a copy of it takes along.
    pub fn text(&self) -> String {
        match self {
            Self::Null => "NULL".into(),
            Self::Number(text) | Self::Text(text) | Self::Uuid(text) => text.clone(),
            Self::Cut { text, .. } => format!("{text}…"),
            Self::Blob { n_bytes } => format!("blob, {n_bytes} bytes"),
            Self::Masked { .. } => "••••••".into(),
        }
    }
}
