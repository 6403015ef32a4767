//! The report as one HTML file: no script, no request, nothing but its own style.

use super::document::{Block, Document, Line, Span, Table};
use crate::domain::markup::escape;

const STYLE: [&str; 3] = [
    include_str!("../../../style/tokens.css"),
    include_str!("../../../style/charts.css"),
    include_str!("../../../style/report.css"),
];

/// A browser then runs and fetches nothing, even if something slipped through.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

pub fn render(document: &Document) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n\
         <body>\n<main>\n<h1>{}</h1>\n",
        escape(&document.name),
        STYLE.concat(),
        line(&document.title)
    );
    document.blocks.iter().for_each(|one| block(&mut out, one));
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn block(out: &mut String, part: &Block) {
    match part {
        Block::Heading(level, words) => out.push_str(&format!("<h{level}>{}</h{level}>\n", line(words))),
        Block::Paragraph(words) => out.push_str(&format!("<p>{}</p>\n", line(words))),
        Block::Facts(facts) => {
            out.push_str("<dl>\n");
            for (name, value) in facts {
                out.push_str(&format!("<div><dt>{}</dt><dd>{}</dd></div>\n", line(name), line(value)));
            }
            out.push_str("</dl>\n");
        }
        Block::List(lines) => {
            out.push_str("<ul>\n");
            lines.iter().for_each(|words| out.push_str(&format!("<li>{}</li>\n", line(words))));
            out.push_str("</ul>\n");
        }
        Block::Table(one) => table(out, one),
        // A line break right behind the tag would be dropped; this one is.
        Block::Sql(sql) => out.push_str(&format!("<pre>\n<code>{}</code></pre>\n", escape(sql.trim_end()))),
        // The picture is our own markup, escaped where it was drawn.
        Block::Picture(name, svg) => {
            out.push_str(&format!("<figure>\n<figcaption>{}</figcaption>\n{svg}\n</figure>\n", escape(name)));
        }
        // Open, because what is folded up is not printed.
        Block::Details(name, blocks) => {
            out.push_str(&format!("<details open>\n<summary>{}</summary>\n", escape(name)));
            blocks.iter().for_each(|inner| block(out, inner));
            out.push_str("</details>\n");
        }
    }
}

/// Wide ones scroll by themselves; the keyboard reaches them.
fn table(out: &mut String, table: &Table) {
    let name = escape(table.caption);
    out.push_str(&format!("<div class=\"scroll\" role=\"region\" aria-label=\"{name}\" tabindex=\"0\">\n<table>\n"));
    out.push_str(&format!("<caption>{name}</caption>\n<thead>\n<tr>"));
    table.head.iter().for_each(|name| out.push_str(&format!("<th scope=\"col\">{}</th>", escape(name))));
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            out.push_str(&match at {
                0 => format!("<th scope=\"row\">{}</th>", line(cell)),
                _ => format!("<td>{}</td>", line(cell)),
            });
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn line(words: &Line) -> String {
    let span = |span: &Span| match span {
        Span::Text(text) => escape(text),
        Span::Code(text) => format!("<code>{}</code>", escape(text)),
        Span::Word(tone, text) => format!("<strong class=\"{}\">{}</strong>", tone.name(), escape(text)),
    };
    words.0.iter().map(span).collect()
}
