//! A report as a text document: headings, paragraphs, tables and code, before any format. Both formats write the same
//! document, and each escapes every piece of it in one place.

pub use crate::domain::tone::Tone;

/// Part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    Text(String),
    /// A name, a value or words of SQLite.
    Code(String),
    /// A word that says how good something is.
    Word(Tone, String),
}

/// Of a picture: what paper and a phone both have room for, nearly.
pub const PICTURE_WIDTH: f64 = 480.0;

/// A line of spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Span>);

impl Line {
    /// Plain words, whatever stands in them.
    pub fn text(text: impl Into<String>) -> Self {
        Self(vec![Span::Text(text.into())])
    }

    pub fn code(text: impl Into<String>) -> Self {
        Self(vec![Span::Code(text.into())])
    }

    pub fn word(tone: impl Into<Tone>, text: impl Into<String>) -> Self {
        Self(vec![Span::Word(tone.into(), text.into())])
    }

    /// A sentence of the domain, in which backticks mark what SQLite would call it.
    pub fn prose(text: &str) -> Self {
        let piece = |(at, piece): (usize, &str)| match at % 2 {
            0 => Span::Text(piece.into()),
            _ => Span::Code(piece.into()),
        };
        Self(text.split('`').enumerate().map(piece).filter(|span| *span != Span::Text(String::new())).collect())
    }

    /// Names, each as code.
    pub fn codes<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self::joined(names.into_iter().map(Self::code))
    }

    /// With commas between them.
    pub fn joined(lines: impl IntoIterator<Item = Self>) -> Self {
        let mut out = Self::default();
        for line in lines {
            if !out.0.is_empty() {
                out = out.and(", ");
            }
            out.0.extend(line.0);
        }
        out
    }

    /// Followed by plain words.
    pub fn and(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Text(text.into()));
        self
    }

    pub fn then(mut self, line: Self) -> Self {
        self.0.extend(line.0);
        self
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub caption: &'static str,
    pub head: Vec<&'static str>,
    /// The first cell of each row is its name.
    pub rows: Vec<Vec<Line>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Of the second level or a deeper one; the document's title is its only one of the first.
    Heading(u8, Line),
    Paragraph(Line),
    /// Names with their values.
    Facts(Vec<(Line, Line)>),
    List(Vec<Line>),
    Table(Table),
    Sql(String),
    /// A name and SVG that `domain::charts` drew. What it shows stands in a table as well.
    Picture(String, String),
    /// A long part under its name, folded up where the format can.
    Details(String, Vec<Block>),
}

impl Block {
    pub fn heading(level: u8, line: impl Into<Line>) -> Self {
        Self::Heading(level, line.into())
    }

    pub fn paragraph(line: impl Into<Line>) -> Self {
        Self::Paragraph(line.into())
    }

    pub fn table(caption: &'static str, head: &[&'static str], rows: Vec<Vec<Line>>) -> Self {
        Self::Table(Table { caption, head: head.to_vec(), rows })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Of the window or tab.
    pub name: String,
    /// The answer, as the first heading.
    pub title: Line,
    pub blocks: Vec<Block>,
}
