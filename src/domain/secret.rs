//! Values that must not be shown unless the person asks.

use super::numbers::counted;
use super::value::Value;

/// In the place of a value of which one of `names` tells that it is secret: how long it is, and nothing else.
pub fn masked(value: Value, names: [&str; 2]) -> Value {
    if value == Value::Null || !names.into_iter().any(is_secret_column) {
        return value;
    }
    Value::Text(format!("masked, {}", counted(value.n_bytes() as u64, "byte", "bytes")))
}

/// Whether a column of this name holds something that must not be shown unless the person asks.
///
/// A name is secret when it holds one of these words between underscores or as a run of camel case: `api_key`,
/// `secret`, `password`, `token`, `credential`, `private_key`. A suffix such as `_encrypted` changes nothing.
pub fn is_secret_column(name: &str) -> bool {
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, ch) in name.chars().enumerate() {
        if ch.is_ascii_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.push(ch.to_ascii_lowercase());
    }
    let padded = format!("_{}_", snake.replace(['-', ' '], "_"));
    const WORDS: [&str; 12] = [
        "_api_key_",
        "_apikey_",
        "_secret_",
        "_secrets_",
        "_password_",
        "_passwd_",
        "_token_",
        "_credential_",
        "_credentials_",
        "_private_key_",
        "_access_key_",
        "_passphrase_",
    ];
    WORDS.iter().any(|word| padded.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_says_how_long_it_is() {
        let key = || Value::Text("sk-live".into());
        assert_eq!(masked(key(), ["name", "api_key"]), Value::Text("masked, 7 bytes".into()));
        assert_eq!(masked(key(), ["name", "keyboard"]), key());
        assert_eq!(masked(Value::Null, ["api_key", ""]), Value::Null);
    }
}
