//! The one thing that is read from `Cargo.lock`: the version of a package.

/// The version of `package` in the text of a `Cargo.lock`; none when it is not there or is there more than once.
pub fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let mut versions = lock.split("[[package]]").skip(1).filter_map(|entry| {
        let field =
            |key: &str| entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'));
        (field("name")? == package).then(|| field("version"))?
    });
    match (versions.next(), versions.next()) {
        (Some(version), None) => Some(version),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
version = 4

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
source = "registry"
dependencies = [
 "cfg-if",
]

[[package]]
name = "wasm-bindgen-macro"
version = "0.2.131"

[[package]]
name = "twice"
version = "1.0.0"

[[package]]
name = "twice"
version = "2.0.0"
"#;

    #[track_caller]
    fn check_version(package: &str, expect: Option<&str>) {
        assert_eq!(locked_version(LOCK, package), expect);
    }

    #[test]
    fn reads_the_version_of_exactly_that_package() {
        check_version("wasm-bindgen", Some("0.2.130"));
        check_version("wasm-bindgen-macro", Some("0.2.131"));
    }

    #[test]
    fn absent_or_ambiguous_is_none() {
        check_version("wasm", None);
        check_version("twice", None);
    }

    #[test]
    fn windows_line_ends_do_not_matter() {
        assert_eq!(locked_version(&LOCK.replace('\n', "\r\n"), "wasm-bindgen"), Some("0.2.130"));
    }
}
