//! Lines out of chunks of bytes.

/// A longer line is not kept: it is named as a problem, and the next line is read as any other.
pub const MAX_LINE_BYTES: usize = 1 << 20;

/// One line, without its end.
pub(super) struct Line<'a> {
    /// From 1.
    pub number: u64,
    /// At most [`MAX_LINE_BYTES`] of it.
    pub bytes: &'a [u8],
    pub n_bytes: u64,
    /// Whether the file ends where the line should.
    pub is_last: bool,
}

/// Holds what came after the last line end.
#[derive(Default)]
pub(super) struct Lines {
    kept: Vec<u8>,
    n_bytes: u64,
    pub n_lines: u64,
    encoding: Encoding,
}

/// A shell of Windows redirects what a program writes as UTF-16.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Encoding {
    /// Nothing has been read yet.
    #[default]
    Unknown,
    Utf8,
    /// With the half of a unit and the first unit of a pair that a chunk ended in.
    Utf16 {
        half: Option<u8>,
        first: Option<u16>,
    },
}

impl Lines {
    pub fn push(&mut self, bytes: &[u8], on_line: &mut dyn FnMut(Line<'_>)) {
        if self.encoding == Encoding::Unknown && !bytes.is_empty() {
            self.encoding = match bytes.starts_with(&[0xff, 0xfe]) {
                true => Encoding::Utf16 { half: None, first: None },
                false => Encoding::Utf8,
            };
        }
        match self.encoding {
            Encoding::Utf16 { half, first } => {
                let (text, half, first) = decode_utf16(bytes, half, first);
                self.encoding = Encoding::Utf16 { half, first };
                self.split(text.trim_start_matches('\u{feff}').as_bytes(), on_line);
            }
            // The mark of UTF-8 is three bytes, which no chunk of a file parts.
            _ if self.n_lines == 0 && self.n_bytes == 0 => {
                self.split(bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes), on_line);
            }
            _ => self.split(bytes, on_line),
        }
    }

    fn split(&mut self, mut bytes: &[u8], on_line: &mut dyn FnMut(Line<'_>)) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = bytes.split_at(end);
            bytes = rest.get(1..).unwrap_or_default();
            if self.kept.is_empty() && self.n_bytes == 0 {
                self.n_lines += 1;
                on_line(Line {
                    number: self.n_lines,
                    bytes: without_return(line.get(..MAX_LINE_BYTES).unwrap_or(line)),
                    n_bytes: line.len() as u64,
                    is_last: false,
                });
            } else {
                self.keep(line);
                self.give(false, on_line);
            }
        }
        self.keep(bytes);
    }

    /// What stands after the last line end.
    pub fn finish(&mut self, on_line: &mut dyn FnMut(Line<'_>)) {
        if self.n_bytes > 0 {
            self.give(true, on_line);
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = MAX_LINE_BYTES.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        self.n_bytes += bytes.len() as u64;
    }

    fn give(&mut self, is_last: bool, on_line: &mut dyn FnMut(Line<'_>)) {
        self.n_lines += 1;
        let n_bytes = std::mem::take(&mut self.n_bytes);
        on_line(Line { number: self.n_lines, bytes: without_return(&self.kept), n_bytes, is_last });
        self.kept.clear();
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Little-endian. What is no character becomes the replacement character.
fn decode_utf16(bytes: &[u8], half: Option<u8>, first: Option<u16>) -> (String, Option<u8>, Option<u16>) {
    let mut bytes = half.into_iter().chain(bytes.iter().copied());
    let mut units: Vec<u16> = first.into_iter().collect();
    let half = loop {
        match (bytes.next(), bytes.next()) {
            (Some(low), Some(high)) => units.push(u16::from_le_bytes([low, high])),
            (rest, _) => break rest,
        }
    };
    let first = units.pop_if(|unit| (0xd800..0xdc00).contains(unit));
    let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    (text, half, first)
}
