//! Rules that the compiler does not keep: which layer may name which, and what no file may hold.

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below `folder` with one of `extensions`, with their path from the root. Empty when there is no such folder.
fn files(folder: &str, extensions: &[&str]) -> Vec<(String, String)> {
    let (mut found, mut open): (Vec<PathBuf>, Vec<PathBuf>) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            if path.is_dir() {
                open.push(path);
            } else if extensions.contains(&extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    let name = |path: &Path| path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
    found.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// Without comments: what the compiler sees. Good enough for Rust as it is written here.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code)).collect::<Vec<_>>().join("\n")
}

/// Top-level modules that `code` names after `crate::` (or the crate's own name), groups in braces included.
fn modules_named(code: &str, prefix: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let preceded = code[..at].ends_with(|ch: char| ch.is_alphanumeric() || ch == '_' || ch == '$');
        let rest = &code[at + prefix.len()..];
        if preceded {
            continue;
        }
        let Some(group) = rest.strip_prefix('{') else {
            named.push(identifier(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = 0;
        for (at, ch) in group.char_indices() {
            match ch {
                '{' => depth += 1,
                '}' | ',' if depth == 0 => {
                    named.push(identifier(group[start..at].trim()));
                    start = at + 1;
                    if ch == '}' {
                        break;
                    }
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    named.retain(|name| !name.is_empty());
    named
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|ch| ch.is_alphanumeric() || *ch == '_').collect()
}

/// Which layer may name which; arrows point down only.
const LAYERS: [(&str, &[&str]); 8] = [
    ("domain", &["domain"]),
    ("protocol", &["protocol", "domain"]),
    ("snapshot", &["snapshot"]),
    ("engine", &["engine", "snapshot", "domain"]),
    ("worker", &["worker", "engine", "snapshot", "protocol", "domain"]),
    ("client", &["client", "protocol", "domain"]),
    ("ui", &["ui", "client", "protocol", "domain"]),
    ("bin", &["ui", "client", "worker"]),
];

/// The layer of a source file: its folder, or its own name.
fn layer(path: &str) -> &str {
    path.trim_start_matches("src/").split('/').next().unwrap().trim_end_matches(".rs")
}

#[test]
fn arrows_between_layers_point_down() {
    let sources = files("src", &["rs"]);
    assert!(sources.len() > 30);
    let mut wrong = Vec::new();
    for (path, text) in &sources {
        if layer(path) == "lib" {
            continue;
        }
        let (_, allowed) =
            LAYERS.iter().find(|(name, _)| *name == layer(path)).unwrap_or_else(|| panic!("{path} has no layer"));
        let code = code(text);
        let named = [modules_named(&code, "crate::"), modules_named(&code, "cortex_inspector::")].concat();
        for name in named.iter().filter(|name| LAYERS.iter().any(|(layer, _)| layer == name)) {
            if !allowed.contains(&name.as_str()) {
                wrong.push(format!("{path} names {name}"));
            }
        }
        // From a folder one step up is the folder's own module, two the crate.
        let climbs = path.matches('/').count() == 2 && code.contains("super::super::");
        if climbs {
            wrong.push(format!("{path} climbs out of its layer"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_are_found_however_they_are_named() {
    let code = "use crate::domain::x; use crate::{engine::{a, b}, snapshot, ui::c}; fn f(x: crate::client::T) {} $crate::worker";
    assert_eq!(modules_named(code, "crate::"), ["domain", "engine", "snapshot", "ui", "client"]);
}

#[test]
fn only_the_engine_knows_rusqlite_and_only_the_page_knows_leptos() {
    for (path, text) in files("src", &["rs"]) {
        let code = code(&text);
        let names = |krate: &str| modules_or_crate(&code, krate);
        assert!(layer(&path) == "engine" || !names("rusqlite"), "{path} names rusqlite");
        assert!(matches!(layer(&path), "ui" | "bin") || !names("leptos"), "{path} names leptos");
        assert!(matches!(layer(&path), "snapshot") || !names("rsqlite_vfs"), "{path} names rsqlite_vfs");
        if layer(&path) == "domain" {
            for krate in ["web_sys", "js_sys", "wasm_bindgen", "std::fs", "std::time", "std::net"] {
                assert!(!names(krate), "{path} names {krate}");
            }
        }
    }
}

fn modules_or_crate(code: &str, krate: &str) -> bool {
    code.match_indices(krate).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + krate.len()..].chars().next();
        let word = |ch: Option<char>| ch.is_some_and(|ch| ch.is_alphanumeric() || ch == '_');
        !word(before) && !word(after)
    })
}

#[test]
fn the_domain_cannot_panic() {
    for (path, text) in files("src/domain", &["rs"]) {
        // Unit tests may: they stand at the end of their file.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in [".unwrap()", ".expect(", "panic!(", "unreachable!(", "assert!("] {
            assert!(!code(text).contains(word), "{path} holds {word}");
        }
    }
}

/// Colours have names; only the file that defines the names holds the colours.
#[test]
fn raw_colours_stand_in_tokens_alone() {
    let style = root().join("style");
    let sheets = files("style", &["css"]);
    assert_eq!(style.exists(), !sheets.is_empty());
    for (path, text) in sheets.iter().filter(|(path, _)| !path.ends_with("tokens.css")) {
        if let Some(colour) = raw_colour(text) {
            panic!("{path} holds {colour}");
        }
    }
    assert_eq!(raw_colour("a { color: #1f2328; }").as_deref(), Some("#1f2328"));
    assert_eq!(raw_colour("a{color:rgb(0 0 0/50%)}").as_deref(), Some("rgb("));
    assert_eq!(raw_colour("#add { color: var(--ink); background: url(#grid) } /* #fff */"), None);
}

/// The first colour in a declaration's value.
fn raw_colour(css: &str) -> Option<String> {
    let mut css = css.to_owned();
    while let (Some(start), true) = (css.find("/*"), css.contains("*/")) {
        let end = css[start..].find("*/").map_or(css.len(), |at| start + at + 2);
        css.replace_range(start..end, "");
    }
    let declarations = css.split(['{', ';', '}']).filter_map(|part| part.split_once(':'));
    // A nested rule's selector may hold a colon too; what follows it is no colour function then.
    for (_, value) in declarations {
        for function in ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch("] {
            let word = |at: usize| value[..at].ends_with(|ch: char| ch.is_alphanumeric() || ch == '-');
            if value.match_indices(function).any(|(at, _)| !word(at)) {
                return Some(function.into());
            }
        }
        for (at, _) in value.match_indices('#').filter(|(at, _)| !value[..*at].ends_with("url(")) {
            let digits: String = value[at + 1..].chars().take_while(|ch| ch.is_alphanumeric() || *ch == '-').collect();
            if matches!(digits.len(), 3 | 4 | 6 | 8) && digits.chars().all(|ch| ch.is_ascii_hexdigit()) {
                return Some(format!("#{digits}"));
            }
        }
    }
    None
}

/// Everything that people wrote.
fn written() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for folder in ["src", "tests", "style", "migrations", "xtask", ".github", ".ci", ".cargo", "docs"] {
        all.extend(files(folder, &["rs", "toml", "sql", "css", "html", "js", "md", "json", "yml", "txt", "svg"]));
    }
    for name in ["Cargo.toml", "Trunk.toml", "index.html", "README.md", "CHANGELOG.md", "rustfmt.toml", ".gitignore"] {
        all.extend(std::fs::read_to_string(root().join(name)).ok().map(|text| (name.to_owned(), text)));
    }
    assert!(all.len() > 60);
    all
}

#[test]
fn every_file_ends_with_one_newline_and_holds_no_tabs_or_trailing_spaces() {
    for (path, text) in written() {
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path} does not end with one newline");
        for (n, line) in text.lines().enumerate() {
            assert!(!line.ends_with([' ', '\t', '\r']), "{path}:{} ends with white space", n + 1);
        }
    }
}

#[test]
fn nothing_is_left_undone() {
    // Put together, so that this file does not hold them itself.
    let words = ["todo", "unimplemented", "dbg"].map(|name| format!("{name}!("));
    for (path, text) in written() {
        for word in &words {
            assert!(!text.contains(word.as_str()), "{path} holds {word}");
        }
    }
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let folders = ["work", "root", "home"].map(|name| format!("/{name}/"));
    for (path, text) in written() {
        for folder in &folders {
            assert!(!text.contains(folder.as_str()), "{path} names {folder}");
        }
    }
}

/// Another dependency of the tests switches this on, so a round trip that passes here says nothing of the page.
#[test]
fn real_numbers_are_parsed_exactly_in_the_page_too() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let line = manifest.lines().find(|line| line.starts_with("serde_json = ")).unwrap();
    assert!(line.contains("\"float_roundtrip\""), "{line}");
}
