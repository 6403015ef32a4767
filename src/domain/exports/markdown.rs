//! The report for a pull request: Markdown as GitHub reads it.

use super::document::{Block, Document, Line, Span, Table, Tone};
use crate::domain::markup::{escape, markdown_block, markdown_cell_code, markdown_code, markdown_text};
use crate::domain::numbers::count;

/// GitHub takes no more characters in a comment or in the text of a pull request.
pub const GITHUB_CHARS: usize = 65_536;

/// What is folded up is left out where all of it would be longer than `max_chars`, the longest part first, and said to
/// be.
pub fn render(document: &Document, max_chars: usize) -> String {
    let mut parts = vec![format!("# {}\n", line(&document.title, markdown_code))];
    for one in &document.blocks {
        let mut out = String::new();
        block(&mut out, one);
        parts.push(out);
    }
    let n_chars = |text: &String| text.chars().count();
    let mut foldable: Vec<(usize, String)> =
        document.blocks.iter().enumerate().filter_map(|part| left_out(part, max_chars)).collect();
    foldable.sort_by_key(|(at, _)| std::cmp::Reverse(parts.get(*at).map(n_chars)));
    for (at, note) in foldable {
        if parts.iter().map(n_chars).sum::<usize>() <= max_chars {
            break;
        }
        if let Some(part) = parts.get_mut(at) {
            *part = note;
        }
    }
    parts.concat()
}

/// What stands in the place of a folded part, and where: the title is the first part.
fn left_out((at, block): (usize, &Block), max_chars: usize) -> Option<(usize, String)> {
    let Block::Details(name, _) = block else { return None };
    let why = format!("left out, because GitHub takes no more than {} characters", count(max_chars as u64));
    Some((at + 1, format!("\n{}: {why}. The HTML report holds it.\n", markdown_text(name))))
}

/// Tables say the same as pictures.
fn is_drawn(part: &Block) -> bool {
    match part {
        Block::Picture(..) => true,
        Block::Details(_, blocks) => blocks.iter().all(is_drawn),
        _ => false,
    }
}

fn block(out: &mut String, part: &Block) {
    if is_drawn(part) {
        return;
    }
    out.push('\n');
    match part {
        Block::Heading(level, words) => {
            out.push_str(&format!("{} {}\n", "#".repeat(usize::from(*level)), line(words, markdown_code)));
        }
        Block::Paragraph(words) => out.push_str(&format!("{}\n", line(words, markdown_code))),
        Block::Facts(facts) => {
            for (name, value) in facts {
                out.push_str(&format!("- {}: {}\n", line(name, markdown_code), line(value, markdown_code)));
            }
        }
        Block::List(lines) => {
            lines.iter().for_each(|words| out.push_str(&format!("- {}\n", line(words, markdown_code))))
        }
        Block::Table(one) => table(out, one),
        Block::Picture(..) => {}
        Block::Sql(sql) => out.push_str(&markdown_block("sql", sql)),
        // The blank lines make what stands inside Markdown again.
        Block::Details(name, blocks) => {
            out.push_str(&format!("<details>\n<summary>{}</summary>\n", escape(name)));
            blocks.iter().for_each(|inner| block(out, inner));
            out.push_str("\n</details>\n");
        }
    }
}

/// GitHub's tables have no caption, so it stands above.
fn table(out: &mut String, table: &Table) {
    out.push_str(&format!("**{}**\n\n| {} |\n", markdown_text(table.caption), table.head.join(" | ")));
    out.push_str(&format!("|{}\n", "---|".repeat(table.head.len())));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| line(cell, markdown_cell_code)).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}

fn line(words: &Line, code: fn(&str) -> String) -> String {
    let mut out = String::new();
    for span in &words.0 {
        let piece = match span {
            Span::Text(text) | Span::Word(Tone::Mute, text) => markdown_text(text),
            Span::Code(text) => code(text),
            Span::Word(_, text) => format!("**{}**", markdown_text(text.trim())),
        };
        // Two code spans side by side would be one.
        if out.ends_with('`') && piece.starts_with('`') {
            out.push_str("<!-- -->");
        }
        out.push_str(&piece);
    }
    out.trim().to_owned()
}
