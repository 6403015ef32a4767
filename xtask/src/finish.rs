//! `cargo xtask finish`: what trunk leaves open, done to the folder that it has just filled. `Trunk.toml` calls it.
//!
//! The worker's files and start.js get a hash of their content into their names, so that an old worker can never meet
//! a new page, and the service worker learns every file of the page with its SHA-256.

use crate::problem::Problem;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// Files of one folder, by name.
type Files = BTreeMap<String, Vec<u8>>;

const SERVICE_WORKER: &str = "service-worker.js";

pub fn run() -> Result<(), Problem> {
    let folder = std::env::var_os("TRUNK_STAGING_DIR").ok_or_else(|| {
        Problem::usage("trunk says which folder it has built into; it calls this by itself.".to_owned())
    })?;
    let folder = Path::new(&folder);
    let failed = |error: std::io::Error| Problem::new(format!("{} could not be finished: {error}.", folder.display()));
    let before = read(folder).map_err(failed)?;
    let after = finish(before.clone()).ok_or_else(|| {
        Problem::new(format!("{} is not as trunk builds it.", folder.display()))
            .meaning("A file of the worker, start.js or the service worker is missing.")
            .remedy("look at index.html and Trunk.toml.")
    })?;
    for (name, bytes) in &after {
        if before.get(name) != Some(bytes) {
            std::fs::write(folder.join(name), bytes).map_err(failed)?;
        }
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        std::fs::remove_file(folder.join(name)).map_err(failed)?;
    }
    Ok(())
}

fn read(folder: &Path) -> std::io::Result<Files> {
    let entries = std::fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    let files = entries.into_iter().filter(|entry| entry.path().is_file());
    files.map(|entry| Ok((entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?))).collect()
}

fn finish(mut files: Files) -> Option<Files> {
    // Each names those before it.
    let wasm = rename(&mut files, "worker_bg.wasm", "worker-{}_bg.wasm", &[])?;
    let script = rename(&mut files, "worker.js", "worker-{}.js", &[])?;
    let inside = [("./worker.js", script), ("./worker_bg.wasm", wasm)];
    let loader = rename(&mut files, "worker_loader.js", "worker_loader-{}.js", &inside)?;
    let start = rename(&mut files, "start.js", "start-{}.js", &[])?;
    let page = files.get_mut("index.html")?;
    replace(page, "./start.js\"", &format!("./{start}\" data-worker=\"./{loader}\""))?;

    let template = String::from_utf8(files.remove(SERVICE_WORKER)?).ok()?;
    // A server gives the page under the folder's own name.
    let address = |name: &str| if name == "index.html" { "./".into() } else { format!("./{name}") };
    let listed = files
        .iter()
        .map(|(name, bytes)| format!("  \"{}\": \"sha256-{}\"", address(name), base64(&Sha256::digest(bytes))));
    let listed = listed.collect::<Vec<_>>().join(",\n");
    let version = hash(listed.as_bytes());
    let mut script = template.into_bytes();
    replace(&mut script, "const VERSION = \"\";", &format!("const VERSION = \"{version}\";"))?;
    replace(&mut script, "const FILES = {};", &format!("const FILES = {{\n{listed},\n}};"))?;
    files.insert(SERVICE_WORKER.into(), script);
    Some(files)
}

/// Replaces what a file names, then renames it after its content. The answer is its new name.
fn rename(files: &mut Files, name: &str, pattern: &str, inside: &[(&str, String)]) -> Option<String> {
    let mut bytes = files.remove(name)?;
    for (old, new) in inside {
        replace(&mut bytes, old, &format!("./{new}"))?;
    }
    let name = pattern.replace("{}", &hash(&bytes));
    files.insert(name.clone(), bytes);
    Some(name)
}

/// `None` when `old` does not stand in the text just once.
fn replace(bytes: &mut Vec<u8>, old: &str, new: &str) -> Option<()> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.matches(old).count() != 1 {
        return None;
    }
    *bytes = text.replace(old, new).into_bytes();
    Some(())
}

/// As long as trunk's own.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_u32, |group, at| group << 8 | u32::from(chunk.get(at).copied().unwrap_or_default()));
        for at in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built() -> Files {
        let page = r#"<script type="module" src="./start.js" data-js="./app-1.js"></script>"#;
        let loader = r#"importScripts("./worker.js");wasm_bindgen("./worker_bg.wasm");"#;
        let template = "const VERSION = \"\";\nconst FILES = {};\n";
        let files = [
            ("index.html", page),
            ("start.js", "start"),
            ("worker.js", "worker"),
            ("worker_bg.wasm", "wasm"),
            ("worker_loader.js", loader),
            ("app-1.js", "app"),
            (SERVICE_WORKER, template),
        ];
        files.into_iter().map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn names_follow_the_content() {
        let finished = finish(built()).unwrap();
        let mut other = built();
        other.insert("worker_bg.wasm".into(), b"another".to_vec());
        let other = finish(other).unwrap();
        let same =
            |prefix: &str| finished.keys().filter(|name| name.starts_with(prefix)).all(|name| other.contains_key(name));
        // Only the worker's wasm changed, and with it what names it.
        assert!(same("start-") && same("app-"));
        assert!(!same("worker_loader-") && !finished.contains_key("worker_bg.wasm"));
        assert_ne!(finished["index.html"], other["index.html"]);
        assert_ne!(finished[SERVICE_WORKER], other[SERVICE_WORKER]);
        let page = String::from_utf8(finished["index.html"].clone()).unwrap();
        let loader = finished.keys().find(|name| name.starts_with("worker_loader-")).unwrap();
        assert!(page.contains(&format!("data-worker=\"./{loader}\"")), "{page}");
    }

    #[test]
    fn the_service_worker_knows_every_file_but_itself() {
        let finished = finish(built()).unwrap();
        let script = String::from_utf8(finished[SERVICE_WORKER].clone()).unwrap();
        for name in finished.keys().filter(|name| *name != SERVICE_WORKER && *name != "index.html") {
            assert!(script.contains(&format!("\"./{name}\": \"sha256-")), "{name}: {script}");
        }
        assert!(script.contains("\"./\": \"sha256-"), "{script}");
        assert!(!script.contains("VERSION = \"\""), "{script}");
    }

    #[test]
    fn a_folder_that_lacks_a_file_is_not_finished() {
        for missing in ["index.html", "start.js", "worker.js", "worker_bg.wasm", "worker_loader.js", SERVICE_WORKER] {
            let mut files = built();
            files.remove(missing);
            assert_eq!(finish(files), None, "{missing}");
        }
    }

    #[test]
    fn bytes_become_base64() {
        for (bytes, expect) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), expect);
        }
    }
}
