//! The report for a pull request: Markdown as GitHub reads it.

use super::document::{Block, Document, Line, Span, Table, Tone};
use crate::domain::markup::{escape, markdown_block, markdown_cell_code, markdown_code, markdown_text};

pub fn render(document: &Document) -> String {
    let mut out = format!("# {}\n", line(&document.title, markdown_code));
    document.blocks.iter().for_each(|one| block(&mut out, one));
    out
}

fn block(out: &mut String, part: &Block) {
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
        // Its table says the same.
        Block::Picture(..) => {}
        Block::Sql(sql) => out.push_str(&markdown_block("sql", sql)),
        // The blank lines make what stands inside Markdown again; in the name one would end the HTML.
        Block::Details(name, blocks) => {
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            out.push_str(&format!("<details>\n<summary>{}</summary>\n", escape(&name)));
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
